// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "bug.h"
#include "compat.h"
#include "lab.h"
#include "rcu_users.h"
#include "task.h"

static const struct pl_rcu_layout layouts[] = {
	{
		.number = PIDLAB_RCU_UNION,
		.usage = 2,
		.users = 1,
		.shared = true,
		.put_sched = pl_task_put,
	},
	{
		.number = PIDLAB_RCU_APART,
		.usage = 2,
		.users = 1,
		.put_sched = pl_task_put,
	},
	{
		.number = PIDLAB_RCU_SCHED,
		.usage = 1,
		.users = 2,
		.shared = true,
		.rcu_curr = true,
		.put_sched = pl_rcu_users_put,
	},
	{
		.number = PIDLAB_RCU_TODAY,
		.usage = 1,
		.users = 2,
		.rcu_curr = true,
		.put_sched = pl_rcu_users_put,
	},
};

/**
 * pl_rcu_layout_find() - the layout of a number
 * @number: from user space
 *
 * Return: the layout, or NULL when there is none.
 */
const struct pl_rcu_layout *pl_rcu_layout_find(unsigned int number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		if (layouts[i].number == number)
			return &layouts[i];
	}
	return NULL;
}
PL_EXPORT_FOR_KUNIT(pl_rcu_layout_find);

/**
 * pl_rcu_users_bytes() - what count and head take in a task
 * @shared: in the same bytes, or apart
 *
 * Return: bytes.
 */
size_t pl_rcu_users_bytes(bool shared)
{
	return shared ? sizeof_field(struct pl_rcu_users, shared) :
			sizeof_field(struct pl_rcu_users, apart);
}
PL_EXPORT_FOR_KUNIT(pl_rcu_users_bytes);

/**
 * pl_rcu_users_init() - the counts of a new task
 * @task: nobody knows it yet
 */
void pl_rcu_users_init(struct pl_task *task)
{
	const struct pl_rcu_layout *layout = task->lab->rcu_layout;
	struct pl_rcu_users *users = &task->rcu_users;

	refcount_set(&task->object.count, layout->usage);
	refcount_set(layout->shared ? &users->shared.count : &users->apart.count, layout->users);
}

/*
 * The increment that the review of 2019 warned of: unless the word is zero,
 * and it is not, since there is a list in it. Goes past refcount_t, which would
 * complain of what it finds.
 */
static bool revive(struct pl_task *task, bool *revived)
{
	struct pl_rcu_users *users = &task->rcu_users;
	bool done = atomic_add_unless(&users->shared.count.refs, 1, 0);

	*revived = done && users->fallen;
	return done;
}

/**
 * pl_rcu_users_get() - become one more user, unless there is none left
 * @task: a task the caller counts, or found in this RCU read side
 * @revived: out: there was none left, and it was counted all the same; only
 *	where PIDLAB_BUG_RCU_USERS_REVIVE is on
 *
 * Where the bytes are shared, the word alone cannot tell; @fallen does, and
 * changes together with it.
 *
 * Context: any.
 * Return: true if there is one more.
 */
bool pl_rcu_users_get(struct pl_task *task, bool *revived)
{
	struct pl_rcu_users *users = &task->rcu_users;
	struct pl_lab *lab = task->lab;
	unsigned long flags;
	bool done;

	*revived = false;
	if (!lab->rcu_layout->shared)
		return refcount_inc_not_zero(&users->apart.count);
	pl_spin_lock(&lab->users_lock, flags);
	if (pl_bug(lab, PIDLAB_BUG_RCU_USERS_REVIVE))
		done = revive(task, revived);
	else
		done = !users->fallen && refcount_inc_not_zero(&users->shared.count);
	pl_spin_unlock(&lab->users_lock, flags);
	if (*revived)
		pl_bug_seen(lab, PIDLAB_BUG_RCU_USERS_REVIVE, task->object.id);
	return done;
}
PL_EXPORT_FOR_KUNIT(pl_rcu_users_get);

static void end_of_grace_period(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;

	pl_task_put(task);
	pl_rcu_done(lab);
}

static void delayed_put_shared(struct rcu_head *rcu)
{
	end_of_grace_period(container_of(rcu, struct pl_task, rcu_users.shared.head));
}

static void delayed_put_apart(struct rcu_head *rcu)
{
	end_of_grace_period(container_of(rcu, struct pl_task, rcu_users.apart.head));
}

/* Both steps in one, for whoever tries to become a user meanwhile. */
static bool drop_shared(struct pl_task *task)
{
	struct pl_rcu_users *users = &task->rcu_users;
	struct pl_lab *lab = task->lab;
	unsigned long flags;
	bool last;

	pl_spin_lock(&lab->users_lock, flags);
	last = refcount_dec_and_test(&users->shared.count);
	if (last)
		users->fallen = true;
	pl_spin_unlock(&lab->users_lock, flags);
	return last;
}

/*
 * A head that something increments would take RCU's own list with it. So where
 * that may happen the real one is elsewhere, and the shared bytes get what they
 * would hold: the next on the list, and a function.
 */
static void queue_beside(struct pl_task *task)
{
	struct pl_rcu_users *users = &task->rcu_users;
	struct pl_lab *lab = task->lab;
	unsigned long flags;

	pl_spin_lock(&lab->users_lock, flags);
	users->shared.head.next = &users->apart.head;
	users->shared.head.func = delayed_put_shared;
	pl_spin_unlock(&lab->users_lock, flags);
	pl_call_rcu(lab, &users->apart.head, delayed_put_apart);
}

/**
 * pl_rcu_users_put() - one of those that may find the task under RCU goes
 * @task: the task
 *
 * With the last of them nobody new can reach the task; those who reached it
 * before may use it until the grace period ends, and the usage that stood for
 * them goes then.
 *
 * Context: any.
 */
void pl_rcu_users_put(struct pl_task *task)
{
	struct pl_rcu_users *users = &task->rcu_users;
	struct pl_lab *lab = task->lab;

	if (!lab->rcu_layout->shared) {
		if (refcount_dec_and_test(&users->apart.count))
			pl_call_rcu(lab, &users->apart.head, delayed_put_apart);
	} else if (drop_shared(task)) {
		if (pl_bug(lab, PIDLAB_BUG_RCU_USERS_REVIVE))
			queue_beside(task);
		else
			pl_call_rcu(lab, &users->shared.head, delayed_put_shared);
	}
}
PL_EXPORT_FOR_KUNIT(pl_rcu_users_put);

/**
 * pl_rcu_users_put_revived() - undo a wrong success of pl_rcu_users_get()
 * @task: not freed
 *
 * Context: any.
 */
void pl_rcu_users_put_revived(struct pl_task *task)
{
	atomic_dec(&task->rcu_users.shared.count.refs);
}

/**
 * pl_rcu_users_read() - how many there are
 * @task: a task the caller counts
 *
 * Context: any.
 * Return: the count as it is this moment; 0 once it was 0.
 */
unsigned int pl_rcu_users_read(struct pl_task *task)
{
	struct pl_rcu_users *users = &task->rcu_users;
	struct pl_lab *lab = task->lab;
	unsigned int count = 0;
	unsigned long flags;

	if (!lab->rcu_layout->shared)
		return refcount_read(&users->apart.count);
	pl_spin_lock(&lab->users_lock, flags);
	if (!users->fallen)
		count = refcount_read(&users->shared.count);
	pl_spin_unlock(&lab->users_lock, flags);
	return count;
}
PL_EXPORT_FOR_KUNIT(pl_rcu_users_read);
