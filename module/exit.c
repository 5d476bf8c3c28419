// SPDX-License-Identifier: GPL-2.0
#include "bug.h"
#include "compat.h"
#include "container.h"
#include "cpu.h"
#include "exit.h"
#include "generation.h"
#include "kill.h"
#include "lab.h"
#include "nsproxy.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"
#include "zap.h"

/* The group is to exit with @code; its other threads are marked. */
static void mark_group(struct pl_lab *lab, struct pl_task *task, int code)
{
	struct pl_signal *signal = task->signal;
	struct pl_task *thread;

	if (!signal->group_exit) {
		signal->group_exit = true;
		signal->group_code = code;
	}
	list_for_each_entry(thread, &signal->threads, thread_node) {
		if (thread != task)
			pl_kill_thread(lab, thread);
	}
}

/*
 * The last thread begins its exit without a group exit: since 2022 that is one
 * all the same, with this thread's code. Until then the leader's own was told.
 */
static void mark_last(struct pl_lab *lab, struct pl_signal *signal, int code)
{
	if (!lab->generation->last_decides || signal->live || signal->group_exit)
		return;
	signal->group_exit = true;
	signal->group_code = code;
}

/*
 * Who sets PL_TASK_EXITING ends the exit; everybody else gets -ESRCH. Taking
 * the turn lets an operation that acts as the task come to its end first.
 */
static int begin_exit(struct pl_lab *lab, struct pl_task *task, int code, bool group,
		      unsigned int subclass)
{
	int error = 0;

	pl_mutex_lock_nested(&task->turn, subclass);
	pl_write_lock(&lab->tasklist_lock);
	if (task->flags & PL_TASK_EXITING) {
		error = -ESRCH;
	} else {
		/* A thread in exec ends the others anyway, and outlives them. */
		if (group && !task->signal->group_exec)
			mark_group(lab, task, code);
		task->flags |= PL_TASK_EXITING;
		task->exit_code = task->signal->group_exit ? task->signal->group_code : code;
		task->signal->live--;
		mark_last(lab, task->signal, code);
		list_del_init(&task->killed_node);
	}
	pl_write_unlock(&lab->tasklist_lock);
	pl_mutex_unlock(&task->turn);
	return error;
}

/*
 * The last living thread of a namespace's first process: the namespace cannot
 * outlive it. While another thread lives, that one becomes the reaper.
 */
static bool takes_namespace_along(struct pl_task *task)
{
	struct pl_task *next;

	if (!pl_task_is_reaper(task))
		return false;
	next = pl_task_live_thread(task);
	if (!next)
		return true;
	pl_task_ns(task)->reaper = next;
	return false;
}

/*
 * Whether a leader is the last of a process that nobody waits for: the lab's
 * first, one that was forked so, or a child of a reaper whose namespace ends.
 */
static bool nobody_waits_for(const struct pl_task *leader)
{
	return leader->state == PIDLAB_STATE_ZOMBIE && leader->signal->nr_threads == 1 &&
	       (!leader->real_parent || leader->signal->autoreap ||
		pl_zap_reaps(leader->real_parent));
}

static void reap_children(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *child, *next;

	list_for_each_entry_safe(child, next, &task->children, sibling) {
		if (nobody_waits_for(child))
			pl_release(lab, child);
	}
}

/*
 * Kills all others in the namespace and waits until their exits are over, but
 * for those of reapers who wait themselves.
 */
static void empty_namespace(struct pl_lab *lab, struct pl_pidns *ns, struct pl_task *reaper)
{
	pl_write_lock(&lab->tasklist_lock);
	pl_zap_begin(lab, ns, reaper);
	reap_children(lab, reaper);
	pl_write_unlock(&lab->tasklist_lock);
	pl_point(lab, PL_POINT_ZAP_MARKED);
	/* Only its own: another reaper might have to wait for this exit. */
	pl_run_killed(lab, ns);
	if (!ns->parent || !pl_bug(lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS))
		pl_wait_event(&lab->exit_wait, READ_ONCE(ns->live) <= 1);
}

/*
 * Only a bug leaves a namespace without a reaper while somebody is there; never
 * the root, whose reaper goes last.
 */
static struct pl_task *reaper_of(struct pl_lab *lab, const struct pl_task *task)
{
	struct pl_pidns *ns = pl_task_ns(task);

	if (!ns->reaper)
		pl_bug_seen(lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS, task->object.id);
	while (!ns->reaper)
		ns = ns->parent;
	return ns->reaper;
}

/* Orphans go to a living thread of the same process, else to the reaper. */
static void give_children_away(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *child, *next, *parent;

	if (list_empty(&task->children))
		return;
	parent = pl_task_live_thread(task);
	if (!parent)
		parent = reaper_of(lab, task);
	list_for_each_entry_safe(child, next, &task->children, sibling) {
		child->real_parent = parent;
		pl_event(REPARENT, reparent, lab, child->object.id, parent->object.id,
			 pl_task_nr(child, PIDLAB_TYPE_PID, lab->root_ns), 0);
		list_move_tail(&child->sibling, &parent->children);
		if (nobody_waits_for(child))
			pl_release(lab, child);
	}
}

static void become_zombie(struct pl_lab *lab, struct pl_task *task)
{
	pl_zap_uncount(task);
	task->state = PIDLAB_STATE_ZOMBIE;
	pl_event(EXIT, exit, lab, task->object.id, 0,
		 pl_task_nr(task, PIDLAB_TYPE_PID, lab->root_ns), pl_task_exit_code(task));
	if (!pl_task_is_leader(task) || nobody_waits_for(task))
		pl_release(lab, task);
}

/* The end of an exit: from here on the task is a zombie, or gone. */
static void leave(struct pl_lab *lab, struct pl_task *task)
{
	if (pl_task_is_reaper(task)) {
		pl_zap_report(lab, task);
		reap_children(lab, task);
		pl_task_ns(task)->reaper = NULL;
		pl_event(NS_DEAD, ns_dead, lab, pl_task_ns(task)->object.id, task->object.id, 0,
			 pl_task_ns(task)->level);
	}
	task->flags &= ~PL_TASK_WAITING;
	give_children_away(lab, task);
	become_zombie(lab, task);
}

/* Its exit goes on when the last other number is given back. */
static void wait_for_others(struct pl_lab *lab, struct pl_task *reaper)
{
	reaper->flags |= PL_TASK_WAITING;
	list_add_tail(&reaper->killed_node, &lab->dying);
	pl_zap_uncount(reaper);
}

/* A reaper that need not wait any more; or has to go in any case, inner ones first. */
static struct pl_task *next_to_go(struct pl_lab *lab, bool all)
{
	struct pl_task *task, *found = NULL;

	list_for_each_entry(task, &lab->dying, killed_node) {
		if (pl_zap_is_over(lab, task))
			return task;
		if (all && (!found || pl_task_ns(task)->level > pl_task_ns(found)->level))
			found = task;
	}
	return found;
}

/*
 * Ends the exits of reapers whose namespace has become empty. With the whole
 * lab all of them end: there is nobody left to wait for their children.
 */
static void let_dying_go(struct pl_lab *lab, bool all)
{
	struct pl_task *task;

	while (!list_empty_careful(&lab->dying)) {
		pl_write_lock(&lab->tasklist_lock);
		task = next_to_go(lab, all);
		if (task) {
			list_del_init(&task->killed_node);
			leave(lab, task);
		}
		pl_write_unlock(&lab->tasklist_lock);
		if (!task)
			break;
		pl_wake_all(&lab->exit_wait);
		pl_cpu_exited(task);
	}
}

static void end_exit(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_pidns *ns = NULL, *children_ns;
	bool waits;

	pl_point(lab, PL_POINT_EXIT_BEGUN);
	pl_write_lock(&lab->tasklist_lock);
	children_ns = pl_nsproxy_drop(task);
	if (takes_namespace_along(task))
		ns = pl_task_ns(task);
	pl_write_unlock(&lab->tasklist_lock);
	pl_pidns_put(children_ns);
	if (ns) {
		empty_namespace(lab, ns, task);
		if (!ns->parent)
			let_dying_go(lab, true);
	}

	/*
	 * Here as in the source: behind what makes the exit final for the group
	 * and for a namespace, while the task still has its number and its
	 * family, and before it gives its children away and tells its parent,
	 * who may reap it at once.
	 */
	pl_container_exit(task);
	pl_write_lock(&lab->tasklist_lock);
	waits = ns && !pl_zap_is_over(lab, task);
	if (waits)
		wait_for_others(lab, task);
	else
		leave(lab, task);
	pl_write_unlock(&lab->tasklist_lock);
	pl_wake_all(&lab->exit_wait);
	if (!waits)
		pl_cpu_exited(task);
}

/**
 * pl_release() - let a zombie go
 * @lab: the lab
 * @task: a zombie; if it leads a group, the last of it
 *
 * Unlinks it from everything. Who may still hold the task: RCU readers that
 * found it before, until the grace period after the last of rcu_users ends,
 * which this is unless the scheduler or a reference is one; and whoever counts
 * it. Of its pid: the same, once it has no other users.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_release(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *leader = task->group_leader;
	int type;

	pl_assert_write_held(&lab->tasklist_lock);
	/* As its parent is told. */
	task->exit_code = pl_task_exit_code(task);
	pl_event(REAP, reap, lab, task->object.id,
		 leader->real_parent ? leader->real_parent->object.id : 0,
		 pl_task_nr(task, PIDLAB_TYPE_PID, lab->root_ns), pl_task_exit_code(task));
	for (type = PIDLAB_TYPE_COUNT - 1; type >= 0; type--)
		pl_task_detach(task, type);
	pl_container_release(task);
	list_del_init(&task->thread_node);
	list_del_init(&task->sibling);
	list_del_init(&task->node);
	task->signal->nr_threads--;
	task->group_leader = NULL;
	task->real_parent = NULL;
	task->state = PIDLAB_STATE_DEAD;
	pl_rcu_users_put(task);

	/* Nobody waits for the process, and its leader exited before this thread. */
	if (leader != task && nobody_waits_for(leader))
		pl_release(lab, leader);
}
PL_EXPORT_FOR_KUNIT(pl_release);

/**
 * pl_exit() - a task exits
 * @lab: the lab
 * @task: a task the caller counts
 * @code: its exit code
 * @group: all threads of its group exit
 *
 * The other threads of a group exit are only marked; see pl_run_killed().
 *
 * Context: may sleep; no turn and no lock held.
 * Return: 0, or -ESRCH when its exit has begun already.
 */
int pl_exit(struct pl_lab *lab, struct pl_task *task, int code, bool group)
{
	int error = begin_exit(lab, task, code, group, 0);

	if (!error)
		end_exit(lab, task);
	return error;
}

/**
 * pl_exit_sibling() - end another thread of the group, for exec
 * @lab: the lab
 * @task: the other thread, counted by the caller, whose own turn is held
 *
 * Only the one thread of a group that executes a program takes turns of its
 * siblings under its own, so these two never wait for each other.
 *
 * Context: may sleep.
 * Return: 0, or -ESRCH when its exit has begun already.
 */
int pl_exit_sibling(struct pl_lab *lab, struct pl_task *task)
{
	int error = begin_exit(lab, task, PL_SIGKILL_CODE, false, SINGLE_DEPTH_NESTING);

	if (!error)
		end_exit(lab, task);
	return error;
}

/*
 * Whether a killed task has to stay for now: it is the last thread of a reaper
 * and others live in its namespace. These go first, so that ending it never
 * has to end another reaper from within.
 */
static bool is_blocked(const struct pl_task *task)
{
	return pl_task_is_reaper(task) && !pl_task_live_thread(task) &&
	       pl_task_ns(task)->live > 1;
}

static bool is_within(const struct pl_task *task, const struct pl_pidns *ns)
{
	return !ns || pl_task_nr(task, PIDLAB_TYPE_PID, ns);
}

/*
 * Takes a task from the killed list that can be ended now. A blocked reaper
 * that is met goes behind those in its namespace, which are marked: once, since
 * no task is born there afterwards.
 */
static struct pl_task *pop_killed(struct pl_lab *lab, const struct pl_pidns *within)
{
	struct pl_task *task, *next, *found = NULL;

	pl_write_lock(&lab->tasklist_lock);
	list_for_each_entry_safe(task, next, &lab->killed, killed_node) {
		if (!is_within(task, within))
			continue;
		if (!is_blocked(task)) {
			list_del_init(&task->killed_node);
			found = pl_task_get(task);
			break;
		}
		if (!pl_task_ns(task)->marked) {
			pl_zap_mark(lab, pl_task_ns(task), task);
			list_move_tail(&task->killed_node, &lab->killed);
			next = list_first_entry(&lab->killed, struct pl_task, killed_node);
		}
	}
	pl_write_unlock(&lab->tasklist_lock);
	return found;
}

enum backlog { NOTHING_LEFT, CAN_GO_ON, ALL_BLOCKED };

static enum backlog look_at_backlog(struct pl_lab *lab, const struct pl_pidns *within)
{
	enum backlog backlog = NOTHING_LEFT;
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->killed, killed_node) {
		if (!is_within(task, within))
			continue;
		backlog = is_blocked(task) ? ALL_BLOCKED : CAN_GO_ON;
		if (backlog == CAN_GO_ON)
			break;
	}
	pl_read_unlock(&lab->tasklist_lock);
	return backlog;
}

/**
 * pl_run_killed() - end the tasks that were killed
 * @lab: the lab
 * @within: only those with a number in this namespace; NULL: all
 *
 * Whoever has marked tasks calls this before its operation is over. A killed
 * reaper is ended after everybody in its namespace, so the exits that this
 * runs do not nest. Where only such reapers are left, others are ending the
 * rest, and it waits for them.
 *
 * Context: may sleep; no turn and no lock held.
 */
void pl_run_killed(struct pl_lab *lab, const struct pl_pidns *within)
{
	struct pl_task *task;

	while (!list_empty_careful(&lab->killed)) {
		task = pop_killed(lab, within);
		if (task) {
			pl_exit(lab, task, PL_SIGKILL_CODE, false);
			pl_task_put(task);
			cond_resched();
			continue;
		}
		if (look_at_backlog(lab, within) == NOTHING_LEFT)
			break;
		pl_wait_event(&lab->exit_wait, look_at_backlog(lab, within) != ALL_BLOCKED);
	}
	let_dying_go(lab, false);
}
