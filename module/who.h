/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is meant by a number: what tasks use and other tasks name them by.
 *
 * Most generations have a struct pid for it. The oldest has nothing but the
 * number itself, and whoever uses it. Code that forks, exits, signals or moves
 * tasks handles a struct pl_who and need not know which of the two it is;
 * where there must be a struct pid, it works on that directly.
 *
 * A who is a value. It takes no count: tasklist_lock, or being used by a task
 * that cannot go, keeps what it means.
 */
#ifndef PL_WHO_H
#define PL_WHO_H

#include "pid.h"
#include "task.h"

/**
 * struct pl_who - what a number stands for
 * @pid: the struct pid; NULL where the generation has none
 * @nr: the number, where that is all there is; else 0
 */
struct pl_who {
	struct pl_pid *pid;
	int nr;
};

/**
 * struct pl_who_ops - how tasks are tied to what they use
 * @alloc: take a number at each level; see pl_pid_alloc(). May sleep
 * @free: give back what @alloc took, no task having used it. Any context but
 *	under pidmap_lock
 * @attach: @task's empty link of the type leads to @who from now on
 * @detach: the reverse, an empty link being left alone; numbers that nobody
 *	uses now are given back
 * @transfer: @to, whose link is empty, takes the place of @from, whose link is
 *	empty afterwards
 * @exec: a thread executes a program: afterwards @thread uses what @leader used as PID
 * @of_task: what a task's own link leads to; nobody if it is empty
 * @find: who has a number now; where numbers are all there is, anyone may
 * @first: the first user by the type, or NULL
 * @next: the user after @task by the type, or NULL
 * @used: whether a number that is taken stands for somebody. Besides
 *	tasklist_lock, within an RCU read side
 *
 * All but @alloc and @free under tasklist_lock, those that change something
 * with it held for writing.
 */
struct pl_who_ops {
	int (*alloc)(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids,
		     struct pl_who *who);
	void (*free)(struct pl_lab *lab, struct pl_who who);
	void (*attach)(struct pl_task *task, enum pidlab_type type, struct pl_who who);
	void (*detach)(struct pl_task *task, enum pidlab_type type);
	void (*transfer)(struct pl_task *from, struct pl_task *to, enum pidlab_type type);
	void (*exec)(struct pl_task *thread, struct pl_task *leader);
	struct pl_who (*of_task)(const struct pl_task *task, enum pidlab_type type);
	struct pl_who (*find)(struct pl_pidns *ns, int nr);
	struct pl_task *(*first)(struct pl_lab *lab, struct pl_who who, enum pidlab_type type);
	struct pl_task *(*next)(struct pl_task *task, enum pidlab_type type);
	bool (*used)(struct pl_pidns *ns, int nr);
};

/* With a struct pid; an exec takes the leader's over, or exchanges the two. */
extern const struct pl_who_ops pl_who_takes;
extern const struct pl_who_ops pl_who_exchanges;
/* Without: taskref_gen.c */
extern const struct pl_who_ops pl_who_numbers;

static inline bool pl_who_is_nobody(struct pl_who who)
{
	return !who.pid && !who.nr;
}

static inline bool pl_who_same(struct pl_who a, struct pl_who b)
{
	return a.pid == b.pid && a.nr == b.nr;
}

int pl_who_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids, struct pl_who *who);
void pl_who_free(struct pl_lab *lab, struct pl_who who);

/* All of these under tasklist_lock; those that change something, for writing. */
struct pl_who pl_who_find(int nr, struct pl_pidns *ns);
int pl_who_next_nr(int nr, struct pl_pidns *ns, struct pl_who *who);
struct pl_task *pl_who_first(struct pl_lab *lab, struct pl_who who, enum pidlab_type type);
struct pl_task *pl_who_next_user(struct pl_task *task, enum pidlab_type type);
int pl_who_nr(struct pl_who who, const struct pl_pidns *ns);
int pl_who_vnr(struct pl_who who);
struct pl_pidns *pl_who_ns(struct pl_lab *lab, struct pl_who who);

struct pl_who pl_task_own(const struct pl_task *task, enum pidlab_type type);
struct pl_who pl_task_who(const struct pl_task *task, enum pidlab_type type);
void pl_task_attach(struct pl_task *task, enum pidlab_type type, struct pl_who who);
void pl_task_detach(struct pl_task *task, enum pidlab_type type);
void pl_task_change(struct pl_task *task, enum pidlab_type type, struct pl_who who);
void pl_task_transfer(struct pl_task *from, struct pl_task *to, enum pidlab_type type);

/* Walks the users of @who by @type, first to last; none may come or go. */
#define pl_for_each_user(task, lab, who, type) \
	for ((task) = pl_who_first(lab, who, type); (task); \
	     (task) = pl_who_next_user(task, type))

#endif /* PL_WHO_H */
