// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>

#include "compat.h"
#include "exit.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "wait.h"
#include "who.h"

/* Whether a child is among those that the selector of wait4(2) means. */
static bool is_meant(const struct pl_task *child, const struct pl_task *waiter, int which)
{
	const struct pl_pidns *ns = pl_task_ns(waiter);

	if (which > 0)
		return pl_task_nr(child, PIDLAB_TYPE_PID, ns) == which;
	if (which == -1)
		return true;
	if (which == 0)
		return pl_who_same(pl_task_who(child, PIDLAB_TYPE_PGID),
				   pl_task_who(waiter, PIDLAB_TYPE_PGID));
	return pl_task_nr(child, PIDLAB_TYPE_PGID, ns) == -which;
}

/* A leader stays until the threads of its group are gone. */
static bool is_ready(const struct pl_task *child)
{
	return child->state == PIDLAB_STATE_ZOMBIE && child->signal->nr_threads == 1;
}

static void describe(const struct pl_task *child, const struct pl_pidns *ns,
		     struct pl_reaped *reaped)
{
	reaped->id = child->object.id;
	reaped->nr = ns ? pl_task_nr(child, PIDLAB_TYPE_PID, ns) : 0;
	reaped->code = pl_task_exit_code(child);
}

static struct pl_task *thread_after(struct pl_task *thread)
{
	struct list_head *threads = &thread->signal->threads;

	if (list_is_last(&thread->thread_node, threads))
		return list_first_entry(threads, struct pl_task, thread_node);
	return list_next_entry(thread, thread_node);
}

/*
 * The children of all threads of the process, one's own first and then those of
 * the threads after it: the oldest zombie that is meant.
 */
static int find_zombie(struct pl_task *task, int which, struct pl_task **zombie)
{
	struct pl_task *thread = task, *child;
	int error = -ECHILD;

	do {
		list_for_each_entry(child, &thread->children, sibling) {
			if (!is_meant(child, task, which))
				continue;
			error = 0;
			if (is_ready(child)) {
				*zombie = child;
				return 0;
			}
		}
		thread = thread_after(thread);
	} while (thread != task);
	return error;
}

/**
 * pl_wait() - reap a child that has exited, without waiting for one
 * @lab: the lab
 * @task: the acting task, its turn held
 * @which: as the first argument of wait4(2)
 * @keep: leave the zombie
 * @reaped: out: what was found; id 0 when no child is ready
 *
 * Context: takes tasklist_lock.
 * Return: 0; -ECHILD: no such child; -ESRCH: a selector that means nothing.
 */
int pl_wait(struct pl_lab *lab, struct pl_task *task, int which, bool keep,
	    struct pl_reaped *reaped)
{
	struct pl_task *zombie = NULL;
	int error;

	*reaped = (struct pl_reaped){};
	if (which == INT_MIN)
		return -ESRCH;
	pl_write_lock(&lab->tasklist_lock);
	error = find_zombie(task, which, &zombie);
	if (zombie) {
		describe(zombie, pl_task_ns(task), reaped);
		if (!keep)
			pl_release(lab, zombie);
	}
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_wait);

/**
 * pl_reap() - a zombie's parent reaps it
 * @lab: the lab
 * @child: a task the caller counts
 * @reaped: out: what was reaped; its number as the parent saw it
 *
 * Context: takes tasklist_lock.
 * Return: 0; -ESRCH: it is reaped already; -EAGAIN: it, or a thread of its
 * group, has not exited.
 */
int pl_reap(struct pl_lab *lab, struct pl_task *child, struct pl_reaped *reaped)
{
	int error = 0;

	*reaped = (struct pl_reaped){};
	pl_write_lock(&lab->tasklist_lock);
	if (child->state == PIDLAB_STATE_DEAD) {
		error = -ESRCH;
	} else if (!is_ready(child) || !child->real_parent) {
		error = -EAGAIN;
	} else {
		describe(child, pl_task_ns(child->real_parent), reaped);
		pl_release(lab, child);
	}
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_reap);
