/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct pl_pid: a process id with a life of its own.
 *
 * A number is only a name, and the kernel gives it to somebody else once its
 * owner is gone. A struct pid is what the name meant: it stays valid for
 * whoever counts it, tells who uses it now, and costs a hundredth of a task.
 *
 * Life. Allocated and published by fork with count 1, which belongs to its
 * being published. Tasks attach and detach; that takes no count. When the last
 * user detaches, the pid is unhashed, its numbers are given back at once, and
 * a grace period later the published count goes. Who holds a count keeps the
 * structure, never the number.
 */
#ifndef PL_PID_H
#define PL_PID_H

#include <linux/rculist.h>
#include <linux/types.h>

#include "object.h"

struct kmem_cache;
struct pl_ctx;
struct pl_lab;
struct pl_pid_ext;
struct pl_pidns;
struct pl_task;

/**
 * struct pl_upid - what one namespace calls a pid
 * @nr: the number
 * @ns: the namespace; counted by the pid at its innermost level only
 * @chain: for the index
 */
struct pl_upid {
	int nr;
	struct pl_pidns *ns;
	struct hlist_node chain;
};

/**
 * struct pl_pid - a process id
 * @object: id and count
 * @level: depth of its innermost namespace
 * @published: it can be found; under pidmap_lock
 * @freed: in 2006 it would be freed by now, though somebody counts it; only
 *	with the bug for that
 * @users: heads of the tasks that use it, by enum pidlab_type, newest first;
 *	written under tasklist_lock, read under that or RCU
 * @ext: what few pids have; NULL until needed; under tasklist_lock
 * @member: in the list of its innermost namespace while published
 * @rcu: for the grace period after unhashing, when it is a member no more
 * @numbers: one for each level, root first
 */
struct pl_pid {
	struct pl_object object;
	unsigned int level;
	bool published;
	bool freed;
	struct hlist_head users[PIDLAB_TYPE_COUNT];
	struct pl_pid_ext *ext;
	union {
		struct list_head member;
		struct rcu_head rcu;
	};
	struct pl_upid numbers[];
};

size_t pl_pid_bytes(unsigned int level);

/* How many levels a fork can ask numbers for, from the innermost outwards */
#define PL_MAX_TIDS 3

static inline int pl_tid_at(const int *tids, unsigned int distance)
{
	return tids && distance < PL_MAX_TIDS ? tids[distance] : 0;
}

int pl_pid_check_tid(const struct pl_pidns *ns, int tid);
struct pl_pid *pl_pid_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids);
void pl_pid_free(struct pl_lab *lab, struct pl_pid *pid);
struct pl_pid *pl_pid_get(struct pl_pid *pid);
void pl_pid_put(struct pl_pid *pid);
void pl_pid_put_slept(struct pl_pid *pid);
bool pl_pid_is_freed(struct pl_pid *pid);

void pl_pid_attach(struct pl_task *task, enum pidlab_type type, struct pl_pid *pid);
void pl_pid_detach(struct pl_task *task, enum pidlab_type type);
void pl_pid_transfer(struct pl_task *from, struct pl_task *to, enum pidlab_type type);

struct pl_pid *pl_pid_find(int nr, struct pl_pidns *ns);
struct pl_pid *pl_pid_find_get(int nr, struct pl_pidns *ns);
struct pl_pid *pl_pid_find_ge_get(int nr, struct pl_pidns *ns);
struct pl_task *pl_pid_first(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type);
struct pl_task *pl_pid_first_get(struct pl_pid *pid, enum pidlab_type type);
int pl_pid_nr(const struct pl_pid *pid, const struct pl_pidns *ns);
bool pl_pid_has_users(const struct pl_pid *pid);
struct pl_pidns *pl_pid_ns(const struct pl_pid *pid);
struct pl_lab *pl_pid_lab(const struct pl_pid *pid);

static inline struct pl_pid *pl_pid_of(struct pl_object *object)
{
	return container_of(object, struct pl_pid, object);
}

#endif /* PL_PID_H */
