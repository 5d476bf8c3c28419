/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A census: who counts whom, gathered over all objects of a lab, against which
 * each object's own count is held. Inside of the checker only.
 */
#ifndef PL_CENSUS_H
#define PL_CENSUS_H

#include <linux/xarray.h>

#include "check.h"
#include "object.h"

struct pl_container;
struct pl_lab;
struct pl_pid;
struct pl_pidns;
struct pl_rcu_users;
struct pl_ref;
struct pl_task;
struct pl_tref;

/**
 * struct pl_census - what has been gathered
 * @lab: where
 * @findings: what does not fit
 * @held: serial of an object, or address of a task_ref or of a task's
 *	rcu_users -> how many count it
 * @objects: by enum pidlab_object
 * @on_cpus: tasks that say that a virtual CPU has them
 * @links: links of tasks to numbers, where there is no struct pid
 * @queued: links met so far in the queues of numbers
 *
 * The walk over the objects has a count of the one it is at: see
 * pl_census_count().
 */
struct pl_census {
	struct pl_lab *lab;
	struct pl_findings *findings;
	struct xarray held;
	unsigned long objects[PIDLAB_ID_KIND_MASK + 1];
	unsigned int on_cpus;
	unsigned long links;
	unsigned long queued;
};

void pl_census_blame(struct pl_census *census, enum pidlab_violation code, u64 id);
void pl_census_orphan(struct pl_census *census, u64 id);
int pl_census_add(struct pl_census *census, unsigned long key);
unsigned long pl_census_held(struct pl_census *census, unsigned long key);
unsigned int pl_census_count(const struct pl_object *object);

static inline unsigned long pl_census_key(const struct pl_object *object)
{
	return object->id >> PIDLAB_ID_KIND_BITS;
}

/* An address fits an xarray index as it is, and no serial gets that high. */
static inline unsigned long pl_census_tref_key(const struct pl_tref *ref)
{
	return (unsigned long)ref;
}

/* Those of a task's rcu_users that are references. */
static inline unsigned long pl_census_rcu_key(const struct pl_rcu_users *users)
{
	return (unsigned long)users;
}

void pl_check_cpus(struct pl_census *census);
void pl_check_task(struct pl_census *census, struct pl_task *task);
void pl_check_pid(struct pl_census *census, struct pl_pid *pid);
/* Where there is no struct pid: check_number.c */
void pl_count_links(struct pl_census *census, const struct pl_task *task);
void pl_check_numbers(struct pl_census *census, struct pl_task *task);
void pl_check_weak(struct pl_census *census, struct pl_ref *ref);

void pl_check_ns(struct pl_census *census, struct pl_pidns *ns);

int pl_census_gather_task(struct pl_census *census, struct pl_task *task);
int pl_census_gather_container(struct pl_census *census, struct pl_container *container);
void pl_check_container(struct pl_census *census, struct pl_container *container);
void pl_check_task_containers(struct pl_census *census, struct pl_task *task);

#endif /* PL_CENSUS_H */
