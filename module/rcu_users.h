/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rcu_users: how many of those are left through whom a task can be found under
 * RCU, and which of a task's two counts the scheduler has a share of.
 *
 * The reaper has one of rcu_users until it has reaped. The last to go starts a
 * grace period, whose end drops one usage: so that a reader who found the task
 * before may count it, without asking, as long as its read side lasts.
 *
 * The count is idle once it is zero, and its rcu_head is idle until then. In
 * 2019 the two shared their bytes. That is sound only if nobody looks at the
 * count afterwards: the bytes are not zero any more, they are a list. Since 6.4
 * they are apart, and whoever holds a task may try to become a further user.
 *
 * A layout is one of the combinations of history; SETUP chooses it once. Count
 * and head are touched by the functions below only.
 */
#ifndef PL_RCU_USERS_H
#define PL_RCU_USERS_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct pl_lab;
struct pl_task;

/**
 * struct pl_rcu_users - the count, and the head for the grace period after it
 * @shared: both in the same bytes, where the layout says so
 * @apart: both where it does not
 * @fallen: the count was zero, and @shared is a head now; under users_lock
 *
 * Every task has both, so that one may be looked at while the other is in use;
 * what each of them costs is told by pl_rcu_users_bytes().
 */
struct pl_rcu_users {
	union {
		refcount_t count;
		struct rcu_head head;
	} shared;
	struct {
		refcount_t count;
		struct rcu_head head;
	} apart;
	bool fallen;
};

/**
 * struct pl_rcu_layout - how a lab's tasks are counted
 * @number: enum pidlab_rcu_layout
 * @usage: what a new task has
 * @users: what a new task has
 * @shared: count and head share their bytes
 * @rcu_curr: a virtual CPU's current task can be counted under RCU alone,
 *	since the scheduler is one of its rcu_users
 * @put_sched: the scheduler's share of the counts goes
 */
struct pl_rcu_layout {
	unsigned int number;
	unsigned int usage;
	unsigned int users;
	bool shared;
	bool rcu_curr;
	void (*put_sched)(struct pl_task *task);
};

const struct pl_rcu_layout *pl_rcu_layout_find(unsigned int number);
size_t pl_rcu_users_bytes(bool shared);

void pl_rcu_users_init(struct pl_task *task);
bool pl_rcu_users_get(struct pl_task *task, bool *revived);
void pl_rcu_users_put(struct pl_task *task);
void pl_rcu_users_put_revived(struct pl_task *task);
unsigned int pl_rcu_users_read(struct pl_task *task);

#endif /* PL_RCU_USERS_H */
