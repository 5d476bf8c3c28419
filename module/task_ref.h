/* SPDX-License-Identifier: GPL-2.0 */
/*
 * task_ref: a weak reference to the users of a pid value.
 *
 * It points at the first user of a pid by one type and pins neither the task
 * nor the number: when that user goes it is handed to the next, and to NULL
 * with the last. So it can outlive a group's leader, which a counted task
 * could not express, and costs 24 bytes where a task costs some 26,000.
 *
 * Counts. Each holder owns one, and so does the pid that leads to it, so that
 * a look-up through the pid never meets a count of zero. When only the pid's
 * count is left, the last holder's put takes the reference out of the pid,
 * under the write lock, and frees it. "Nothing there" is a counted reference
 * to the lab's sentinel, never NULL.
 */
#ifndef PL_TASK_REF_H
#define PL_TASK_REF_H

#include <linux/atomic.h>

#include "pidlab.h"

struct pl_ctx;
struct pl_lab;
struct pl_pid;
struct pl_pidns;
struct pl_task;

/**
 * struct pl_tref - a weak reference
 * @count: holders, and the pid while it leads here. Falls to 1 or 0 under the
 *	write lock only, which a refcount_t cannot express
 * @type: by which type the users use the number
 * @pid: the number, as the root namespace sees it; 0 for the sentinel
 * @task: the first user, or NULL; to be followed under tasklist_lock only
 */
struct pl_tref {
	atomic_t count;
	enum pidlab_type type;
	int pid;
	struct pl_task *task;
};

/* What the number becomes of one that is about to be freed, with D1. */
#define PL_TREF_BEING_FREED (-1)

#ifdef CONFIG_64BIT
static_assert(sizeof(struct pl_tref) == 24);
#else
static_assert(sizeof(struct pl_tref) == 16);
#endif

/**
 * struct pl_tref_ops - what leads to references: pids, or links of tasks
 * @by_task: see pl_tref_get_by_task(); NULL for "nothing there"
 * @by_nr: see pl_tref_get_by_nr(); likewise
 * @cut: nothing leads to @ref any more, whose task is not NULL. Under the
 *	write lock
 * @counts: whether what leads to a reference counts it
 * @put: drop a count of @ref, which is not the sentinel. May sleep
 * @first: the first user behind @ref, or NULL. Under tasklist_lock
 * @watches: where the watches of the users behind @ref stand, who has a first
 *	one. Under tasklist_lock
 */
struct pl_tref_ops {
	struct pl_tref *(*by_task)(struct pl_ctx *ctx, struct pl_task *task,
				   enum pidlab_type type);
	struct pl_tref *(*by_nr)(struct pl_ctx *ctx, int nr, enum pidlab_type type,
				 struct pl_pidns *ns);
	bool (*counts)(const struct pl_lab *lab);
	void (*cut)(struct pl_lab *lab, struct pl_tref *ref);
	void (*put)(struct pl_lab *lab, struct pl_tref *ref);
	struct pl_task *(*first)(struct pl_lab *lab, struct pl_tref *ref);
	struct hlist_head *(*watches)(struct pl_lab *lab, const struct pl_tref *ref);
};

extern const struct pl_tref_ops pl_tref_on_pids;
extern const struct pl_tref_ops pl_tref_on_links;

void pl_tref_init_sentinel(struct pl_lab *lab);

struct pl_tref *pl_tref_get(struct pl_tref *ref);
bool pl_tref_is_gone(struct pl_lab *lab, const struct pl_tref *ref);
struct pl_tref *pl_tref_again(struct pl_lab *lab, struct pl_tref *ref);
void pl_tref_put(struct pl_lab *lab, struct pl_tref *ref);
struct pl_tref *pl_tref_get_by_task(struct pl_ctx *ctx, struct pl_task *task,
				    enum pidlab_type type);
struct pl_tref *pl_tref_get_by_nr(struct pl_ctx *ctx, int nr, enum pidlab_type type,
				  struct pl_pidns *ns);
struct pl_task *pl_tref_task(struct pl_lab *lab, struct pl_tref *ref);

void pl_tref_init(struct pl_lab *lab, struct pl_tref **dst);
void pl_tref_set(struct pl_lab *lab, struct pl_tref **dst, struct pl_tref *ref);
void pl_tref_reset(struct pl_lab *lab, struct pl_tref **dst);
void pl_tref_fini(struct pl_lab *lab, struct pl_tref **dst);

void pl_tref_free(struct pl_lab *lab, struct pl_tref *ref);
void pl_tref_put_counted(struct pl_lab *lab, struct pl_tref *ref);

/* Where they hang on pids: task_ref_pid.c */
void pl_tref_follow(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type);
void pl_tref_free_ext(struct pl_lab *lab, struct pl_pid *pid);
const struct pl_tref *pl_tref_peek(const struct pl_pid *pid, enum pidlab_type type);

#endif /* PL_TASK_REF_H */
