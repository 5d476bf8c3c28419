// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "bug.h"
#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"
#include "task_ref.h"
#include "zap.h"

/**
 * pl_pid_bytes() - size of a struct pl_pid
 * @level: depth of its namespace
 *
 * Return: bytes.
 */
size_t pl_pid_bytes(unsigned int level)
{
	return struct_size_t(struct pl_pid, numbers, level + 1);
}
PL_EXPORT_FOR_KUNIT(pl_pid_bytes);

/**
 * pl_pid_ns() - the innermost namespace of a pid
 * @pid: the pid
 *
 * Return: the namespace; the pid's count keeps it.
 */
struct pl_pidns *pl_pid_ns(const struct pl_pid *pid)
{
	return pid->numbers[pid->level].ns;
}
PL_EXPORT_FOR_KUNIT(pl_pid_ns);

/**
 * pl_pid_lab() - where a pid lives
 * @pid: the pid
 *
 * Return: the lab.
 */
struct pl_lab *pl_pid_lab(const struct pl_pid *pid)
{
	return pl_pid_ns(pid)->lab;
}

static const struct pl_index_ops *index_of(const struct pl_lab *lab)
{
	return lab->generation->index;
}

/* Gives back the numbers of the levels above @level. */
static void give_back_numbers(struct pl_pid *pid, int level,
			      void (*give_back)(struct pl_pidns *ns, int nr))
{
	for (level++; level <= (int)pid->level; level++)
		give_back(pid->numbers[level].ns, pid->numbers[level].nr);
}

/**
 * pl_pid_check_tid() - whether a number may be asked for
 * @ns: as it is called here
 * @tid: the number; 0 asks for none
 *
 * Linux's order: a number out of range is refused before anything is taken, and
 * only the first task of a namespace may be made while it has no reaper yet. One
 * that has ended goes on pointing at its reaper, and takes no new pid for that.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int pl_pid_check_tid(const struct pl_pidns *ns, int tid)
{
	if (tid < 0 || tid >= READ_ONCE(ns->pid_max))
		return -EINVAL;
	return tid > 1 && !READ_ONCE(ns->reaper) && READ_ONCE(ns->adding) ? -EINVAL : 0;
}

/*
 * No first task has come of it: the next one is to be number 1. Who is about to
 * publish has a number already, or gets 2 and is refused by fork.
 */
static void restart_unborn(struct pl_pidns *ns)
{
	if (READ_ONCE(ns->adding) && !READ_ONCE(ns->nr_pids))
		ns->lab->generation->index->restart(ns);
}

/* Takes a number at each level, from the innermost to the root. */
static int take_numbers(struct pl_ctx *ctx, struct pl_pid *pid, struct pl_pidns *ns,
			const int *tids)
{
	const struct pl_index_ops *index = index_of(ctx->lab);
	int level, nr, tid;

	for (level = ns->level; level >= 0; level--) {
		pid->numbers[level].ns = ns;
		tid = pl_tid_at(tids, pid->level - level);
		nr = pl_pid_check_tid(ns, tid);
		if (!nr)
			nr = index->alloc(ctx, ns, tid);
		if (nr < 0) {
			give_back_numbers(pid, level, index->cancel);
			return nr;
		}
		pid->numbers[level].nr = nr;
		ns = ns->parent;
	}
	return 0;
}

/* Under pidmap_lock; the end of a namespace reads it without. */
static void count_pid(struct pl_pidns *ns, int by)
{
	WRITE_ONCE(ns->nr_pids, ns->nr_pids + by);
}

/* All levels become visible in one step, or none if the namespace is dying. */
static int publish(struct pl_lab *lab, struct pl_pid *pid)
{
	unsigned long flags;
	int level, error = 0;

	pl_spin_lock(&lab->pidmap_lock, flags);
	if (pl_pid_ns(pid)->adding || pl_zap_adds_on(pl_pid_ns(pid))) {
		pl_object_publish(lab, &pid->object);
		for (level = pid->level; level >= 0; level--) {
			index_of(lab)->publish(pid, &pid->numbers[level]);
			count_pid(pid->numbers[level].ns, 1);
		}
		list_add_tail(&pid->member, &pl_pid_ns(pid)->members);
		pid->published = true;
	} else {
		error = -ENOMEM;
	}
	pl_spin_unlock(&lab->pidmap_lock, flags);
	return error;
}

/**
 * pl_pid_alloc() - a pid with a number at each level, published
 * @ctx: the operation
 * @ns: its innermost namespace
 * @tids: PL_MAX_TIDS numbers that are asked for, innermost level first, 0 for
 *	any; or NULL
 *
 * It can be found before any task uses it. Its one count belongs to its being
 * published: it goes with the last detach, or with pl_pid_free() where no task
 * ever attached.
 *
 * Context: may sleep.
 * Return: the pid, or an ERR_PTR: -EAGAIN: no number; -EINVAL, -EEXIST: one
 * that was asked for is out of range or taken; -ENOSPC: a limit;
 * -ENOMEM: no memory, or the namespace takes no new pids.
 */
struct pl_pid *pl_pid_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_pid *pid;
	int error;

	pid = pl_cache_zalloc(ctx, PL_MEM_PID, ns->pid_cache);
	if (IS_ERR(pid))
		return pid;
	refcount_set(&pid->object.count, 1);
	pid->level = ns->level;

	error = pl_object_reserve(ctx, &pid->object, PIDLAB_OBJECT_PID);
	if (error)
		goto out_free;
	error = take_numbers(ctx, pid, ns, tids);
	if (error)
		goto out_cancel;
	pl_point(lab, PL_POINT_PID_NUMBERED);
	pl_pidns_get(ns);
	error = publish(lab, pid);
	if (error)
		goto out_numbers;
	pl_point(lab, PL_POINT_PID_PUBLISHED);
	return pid;

out_numbers:
	/* The caller holds the namespace, so this is not its last count. */
	pl_pidns_put(ns);
	give_back_numbers(pid, -1, index_of(lab)->cancel);
out_cancel:
	restart_unborn(ns);
	pl_object_cancel(lab, &pid->object);
out_free:
	pl_cache_free(lab, PL_MEM_PID, ns->pid_cache, pid);
	return ERR_PTR(error);
}
PL_EXPORT_FOR_KUNIT(pl_pid_alloc);

static void delayed_put_pid(struct rcu_head *rcu)
{
	struct pl_pid *pid = container_of(rcu, struct pl_pid, rcu);
	struct pl_lab *lab = pl_pid_lab(pid);

	pl_pid_put(pid);
	pl_rcu_done(lab);
}

/**
 * pl_pid_free() - unpublish a pid and give its numbers back
 * @lab: the lab
 * @pid: published, without users
 *
 * Afterwards nobody new can find it. Those who may still hold it: readers that
 * found it before (hence the grace period), and whoever counts it. The numbers
 * are free at once: another pid may have them before this one's memory goes,
 * but never two published ones.
 *
 * Context: any, tasklist_lock held or not.
 */
void pl_pid_free(struct pl_lab *lab, struct pl_pid *pid)
{
	unsigned long flags;
	int level;

	pl_spin_lock(&lab->pidmap_lock, flags);
	pid->published = false;
	list_del(&pid->member);
	for (level = 0; level <= (int)pid->level; level++) {
		index_of(lab)->remove(pid, &pid->numbers[level]);
		count_pid(pid->numbers[level].ns, -1);
	}
	pl_spin_unlock(&lab->pidmap_lock, flags);

	if (index_of(lab)->release)
		give_back_numbers(pid, -1, index_of(lab)->release);
	restart_unborn(pl_pid_ns(pid));
	pl_call_rcu(lab, &pid->rcu, delayed_put_pid);
}
PL_EXPORT_FOR_KUNIT(pl_pid_free);

/**
 * pl_pid_get() - count a pid once more
 * @pid: NULL, or a pid the caller has a count of or that is published and
 *	cannot be unpublished now
 *
 * Return: @pid.
 */
struct pl_pid *pl_pid_get(struct pl_pid *pid)
{
	if (pid)
		refcount_inc(&pid->object.count);
	return pid;
}
PL_EXPORT_FOR_KUNIT(pl_pid_get);

/**
 * pl_pid_put() - drop a count; the last frees the pid and drops its namespace
 * @pid: NULL is fine
 *
 * Context: any but hard interrupts.
 */
void pl_pid_put(struct pl_pid *pid)
{
	struct pl_pidns *ns;

	if (!pid)
		return;
	ns = pl_pid_ns(pid);
	if (!pl_object_put(ns->lab, &pid->object))
		return;
	pl_tref_free_ext(ns->lab, pid);
	pl_cache_free(ns->lab, PL_MEM_PID, ns->pid_cache, pid);
	pl_pidns_put(ns);
}
PL_EXPORT_FOR_KUNIT(pl_pid_put);

/*
 * As put_pid() had it until 5.3: a count of 1 is mine, so nobody is there to
 * tell. Where look-ups take a count from nothing but an id, somebody may be.
 * 2006 frees now; here the pid stays for those who count it, as a freed one.
 */
static void put_by_reading(struct pl_lab *lab, struct pl_pid *pid)
{
	if (pl_object_count(&pid->object) != 1)
		return;
	pl_point(lab, PL_POINT_PID_PUT_READ);
	if (pl_object_count(&pid->object) == 1)
		return;
	WRITE_ONCE(pid->freed, true);
	pl_bug_seen(lab, PIDLAB_BUG_PID_PUT_FAST, pid->object.id);
}

/**
 * pl_pid_put_slept() - pl_pid_put() for those who may sleep
 * @pid: the pid
 *
 * Only here PIDLAB_BUG_PID_PUT_FAST shows: there is a point in its window.
 *
 * Context: may sleep.
 */
void pl_pid_put_slept(struct pl_pid *pid)
{
	struct pl_lab *lab = pl_pid_lab(pid);

	if (pl_bug(lab, PIDLAB_BUG_PID_PUT_FAST))
		put_by_reading(lab, pid);
	pl_pid_put(pid);
}
PL_EXPORT_FOR_KUNIT(pl_pid_put_slept);

/**
 * pl_pid_is_freed() - whether a pid is one that 2006 had freed
 * @pid: a pid the caller counts
 *
 * If so the lab has seen a use after free.
 *
 * Return: true if so.
 */
bool pl_pid_is_freed(struct pl_pid *pid)
{
	if (likely(!READ_ONCE(pid->freed)))
		return false;
	pl_bug_seen(pl_pid_lab(pid), PIDLAB_BUG_PID_PUT_FAST, pid->object.id);
	return true;
}

/**
 * pl_pid_has_users() - whether any task uses a pid
 * @pid: the pid
 *
 * Context: tasklist_lock held.
 * Return: true if so.
 */
bool pl_pid_has_users(const struct pl_pid *pid)
{
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		if (!hlist_empty(&pid->users[type]))
			return true;
	}
	return false;
}
PL_EXPORT_FOR_KUNIT(pl_pid_has_users);

/**
 * pl_pid_attach() - let a task use a pid
 * @task: with an empty link of this type
 * @type: how
 * @pid: published
 *
 * The newest user comes first.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_pid_attach(struct pl_task *task, enum pidlab_type type, struct pl_pid *pid)
{
	struct pl_link *link = &task->link[type];

	pl_assert_write_held(&task->lab->tasklist_lock);
	link->pid = pid;
	/* Pairs with pl_pid_first(). */
	hlist_add_head_rcu(&link->node, &pid->users[type]);
	pl_tref_follow(task->lab, pid, type);
}
PL_EXPORT_FOR_KUNIT(pl_pid_attach);

/**
 * pl_pid_detach() - end a task's use of a pid
 * @task: the task; an empty link is left alone
 * @type: which use
 *
 * Readers under RCU may still meet the task in the pid's list. The pid is
 * freed with its last user.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_pid_detach(struct pl_task *task, enum pidlab_type type)
{
	struct pl_link *link = &task->link[type];
	struct pl_pid *pid = link->pid;

	pl_assert_write_held(&task->lab->tasklist_lock);
	if (!pid)
		return;
	hlist_del_rcu(&link->node);
	link->pid = NULL;
	pl_tref_follow(task->lab, pid, type);
	if (!pl_pid_has_users(pid))
		pl_pid_free(task->lab, pid);
}
PL_EXPORT_FOR_KUNIT(pl_pid_detach);

/**
 * pl_pid_transfer() - put one task in the place of another in a pid's list
 * @from: its link of this type is empty afterwards
 * @to: its link of this type was empty
 * @type: which use
 *
 * A reader under RCU sees one of the two, never neither.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_pid_transfer(struct pl_task *from, struct pl_task *to, enum pidlab_type type)
{
	struct pl_pid *pid = from->link[type].pid;

	pl_assert_write_held(&from->lab->tasklist_lock);
	to->link[type].pid = pid;
	/* Pairs with pl_pid_first(). */
	hlist_replace_rcu(&from->link[type].node, &to->link[type].node);
	from->link[type].pid = NULL;
	pl_tref_follow(from->lab, pid, type);
}
PL_EXPORT_FOR_KUNIT(pl_pid_transfer);
