// SPDX-License-Identifier: GPL-2.0
#include "bug.h"
#include "compat.h"
#include "generation.h"
#include "kill.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"
#include "zap.h"

/**
 * pl_zap_count() - a task is born: the ends of its namespaces wait for its exit
 * @task: the task, with its pid
 *
 * That is all of them, unless it is born into one that everybody was killed
 * in, which only a bug lets happen: then nobody will kill it, and the end
 * that has begun must not wait for it.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_zap_count(struct pl_task *task)
{
	struct pl_pidns *own = pl_task_ns(task), *ns;

	task->live_levels = own->level + 1;
	for (ns = own; ns; ns = ns->parent) {
		if (own->zapped && ns->zapped)
			task->live_levels = ns->level;
	}
	for (ns = own; ns; ns = ns->parent) {
		if (ns->level < task->live_levels)
			WRITE_ONCE(ns->live, ns->live + 1);
	}
	if (own->zapped)
		pl_bug_seen(task->lab, PIDLAB_BUG_ZAP_MISSES_NEWBORN, task->object.id);
}

/**
 * pl_zap_uncount() - a task has exited, or waits for others to be reaped
 * @task: the task; counted or not
 *
 * Context: tasklist_lock held for writing.
 */
void pl_zap_uncount(struct pl_task *task)
{
	struct pl_pidns *ns;

	for (ns = pl_task_ns(task); ns; ns = ns->parent) {
		if (ns->level < task->live_levels)
			WRITE_ONCE(ns->live, ns->live - 1);
	}
	task->live_levels = 0;
}

static void kill_user(struct pl_lab *lab, struct pl_task *task, const struct pl_task *except)
{
	if (task && !pl_task_same_group(task, except))
		pl_kill_process(lab, task);
}

/*
 * The way of the sources: from each number that is taken to the next, whatever
 * it is taken by. Each leads to a task that has it in this namespace, however
 * far inside it lives.
 */
static long mark_by_numbers(struct pl_lab *lab, struct pl_pidns *ns,
			    const struct pl_task *except)
{
	long steps = 0;
	int nr;

	pl_rcu_read_lock(lab);
	for (nr = 1; (nr = lab->generation->index->next(ns, nr)) > 0; nr++) {
		steps++;
		kill_user(lab, pl_who_first(lab, pl_who_find(nr, ns), PIDLAB_TYPE_PID), except);
	}
	pl_rcu_read_unlock(lab);
	return steps;
}

/* The namespaces inside @top, outer before inner. Under pidmap_lock. */
static struct pl_pidns *next_inside(struct pl_pidns *ns, const struct pl_pidns *top)
{
	if (!list_empty(&ns->inside))
		return list_first_entry(&ns->inside, struct pl_pidns, beside);
	while (ns != top && list_is_last(&ns->beside, &ns->parent->inside))
		ns = ns->parent;
	return ns == top ? NULL : list_next_entry(ns, beside);
}

/* From member to member: the pids that are innermost in it, or inside. */
static long mark_by_members(struct pl_lab *lab, struct pl_pidns *top,
			    const struct pl_task *except)
{
	struct pl_pidns *ns;
	struct pl_pid *pid;
	unsigned long flags;
	long steps = 0;

	pl_spin_lock(&lab->pidmap_lock, flags);
	for (ns = top; ns; ns = next_inside(ns, top)) {
		steps++;
		list_for_each_entry(pid, &ns->members, member) {
			steps++;
			kill_user(lab, pl_pid_first(lab, pid, PIDLAB_TYPE_PID), except);
		}
	}
	pl_spin_unlock(&lab->pidmap_lock, flags);
	return steps;
}

/* Everybody is a member of the root, also where there are no struct pids. */
static long mark_everybody(struct pl_lab *lab, const struct pl_task *except)
{
	struct pl_task *task;
	long steps = 1;

	list_for_each_entry(task, &lab->tasks, node) {
		steps++;
		kill_user(lab, task, except);
	}
	return steps;
}

/**
 * pl_zap_adds_on() - whether a namespace goes on giving numbers while it ends
 * @ns: the namespace
 *
 * Bugs of the end of a namespace spare the root: a lab has to end.
 *
 * Return: true with the bug.
 */
bool pl_zap_adds_on(const struct pl_pidns *ns)
{
	return ns->parent && pl_bug(ns->lab, PIDLAB_BUG_ZAP_MISSES_NEWBORN) &&
	       READ_ONCE(ns->lab->root_ns->adding);
}

/**
 * pl_zap_mark() - kill everyone in a namespace and those inside it
 * @lab: the lab
 * @ns: the namespace; takes no new pids from now on
 * @except: its reaper, whose thread group is spared
 *
 * Context: tasklist_lock held for writing.
 */
void pl_zap_mark(struct pl_lab *lab, struct pl_pidns *ns, struct pl_task *except)
{
	long steps;

	pl_assert_write_held(&lab->tasklist_lock);
	if (!ns->marked)
		pl_event(NS_DYING, ns_dying, lab, ns->object.id, except->object.id, 0, ns->level);
	ns->marked = true;
	if (!pl_zap_adds_on(ns))
		pl_pidns_stop_adding(ns);
	if (lab->setting[PIDLAB_SET_ZAP] == PIDLAB_ZAP_NUMBERS)
		steps = mark_by_numbers(lab, ns, except);
	else
		steps = ns->parent ? mark_by_members(lab, ns, except) :
				     mark_everybody(lab, except);
	atomic_long_add(steps, &lab->zap_steps);
}
PL_EXPORT_FOR_KUNIT(pl_zap_mark);

/**
 * pl_zap_begin() - the reaper of a namespace takes it along
 * @lab: the lab
 * @ns: the namespace
 * @reaper: its reaper, in exit
 *
 * From here on the reaper reaps its children as soon as they are zombies.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_zap_begin(struct pl_lab *lab, struct pl_pidns *ns, struct pl_task *reaper)
{
	pl_zap_mark(lab, ns, reaper);
	ns->zapped = true;
}

/**
 * pl_zap_reaps() - whether a parent reaps its children at once
 * @parent: NULL for none
 *
 * Context: tasklist_lock held.
 * Return: true for the reaper of a namespace that ends.
 */
bool pl_zap_reaps(const struct pl_task *parent)
{
	return parent && pl_task_is_reaper(parent) && pl_task_ns(parent)->zapped;
}

/**
 * pl_zap_is_over() - whether a reaper in exit may become a zombie
 * @lab: the lab
 * @reaper: it has killed its namespace
 *
 * Nobody has a parent outside the root, so that there no zombie is left.
 *
 * Context: tasklist_lock held.
 * Return: true if all numbers are its own group's. With the bug: if it has no
 * children.
 */
bool pl_zap_is_over(struct pl_lab *lab, const struct pl_task *reaper)
{
	const struct pl_pidns *ns = pl_task_ns(reaper);

	if (!ns->parent)
		return true;
	if (pl_bug(lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS))
		return list_empty(&reaper->children);
	return READ_ONCE(ns->nr_pids) <= reaper->signal->nr_threads;
}

/**
 * pl_zap_report() - the reaper goes: is anybody left without one?
 * @lab: the lab
 * @reaper: may become a zombie
 *
 * Context: tasklist_lock held.
 */
void pl_zap_report(struct pl_lab *lab, const struct pl_task *reaper)
{
	struct pl_pidns *ns = pl_task_ns(reaper);

	if (ns->parent && pl_bug(lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS) &&
	    ns->nr_pids > reaper->signal->nr_threads)
		pl_bug_seen(lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS, ns->object.id);
}
