// SPDX-License-Identifier: GPL-2.0
#include <linux/limits.h>

#include "compat.h"
#include "kill.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"

/**
 * pl_kill_thread() - a SIGKILL becomes pending for one thread
 * @lab: the lab
 * @task: the thread; left alone if its exit has begun or is pending
 *
 * Context: tasklist_lock held for writing. The exit is run by pl_run_killed().
 */
void pl_kill_thread(struct pl_lab *lab, struct pl_task *task)
{
	pl_assert_write_held(&lab->tasklist_lock);
	if (task->flags & (PL_TASK_EXITING | PL_TASK_KILLED))
		return;
	task->flags |= PL_TASK_KILLED;
	list_add_tail(&task->killed_node, &lab->killed);
}

/**
 * pl_kill_process() - a SIGKILL becomes pending for a thread group
 * @lab: the lab
 * @task: any thread of it
 *
 * Context: as pl_kill_thread().
 */
void pl_kill_process(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_signal *signal = task->signal;
	struct pl_task *thread;

	/* All have exited: a zombie keeps the code it has. */
	if (!signal->live)
		return;
	if (!signal->group_exit) {
		signal->group_exit = true;
		signal->group_code = PL_SIGKILL_CODE;
	}
	list_for_each_entry(thread, &signal->threads, thread_node)
		pl_kill_thread(lab, thread);
}

/*
 * The first process of a namespace ignores what comes from inside: nobody
 * there may end the world they live in. From outside it is mortal.
 */
static bool immune(const struct pl_task *target, const struct pl_task *sender)
{
	const struct pl_task *leader = target->group_leader;

	return pl_task_vnr(leader) == 1 &&
	       pl_task_nr(sender, PIDLAB_TYPE_PID, pl_task_ns(leader)) != 0;
}

static void reach(struct pl_lab *lab, struct pl_task *target, struct pl_task *sender, int sig,
		  unsigned int *count)
{
	(*count)++;
	if (sig && !immune(target, sender))
		pl_kill_process(lab, target);
}

static void reach_process(struct pl_lab *lab, struct pl_task *sender, int nr, int sig,
			  unsigned int *count)
{
	struct pl_task *target;

	target = pl_who_first(lab, pl_who_find(nr, pl_task_ns(sender)), PIDLAB_TYPE_PID);
	if (target)
		reach(lab, target, sender, sig, count);
}

static void reach_group(struct pl_lab *lab, struct pl_task *sender, struct pl_who group, int sig,
			unsigned int *count)
{
	struct pl_task *target;

	pl_for_each_user(target, lab, group, PIDLAB_TYPE_PGID)
		reach(lab, target, sender, sig, count);
}

static void reach_everyone(struct pl_lab *lab, struct pl_task *sender, int sig,
			   unsigned int *count)
{
	struct pl_pidns *ns = pl_task_ns(sender);
	struct pl_task *target;

	list_for_each_entry(target, &lab->tasks, node) {
		if (pl_task_is_leader(target) && !pl_task_same_group(target, sender) &&
		    pl_task_nr(target, PIDLAB_TYPE_PID, ns) > 1)
			reach(lab, target, sender, sig, count);
	}
}

/**
 * pl_kill() - send a signal as kill(2) does
 * @lab: the lab
 * @sender: the acting task, its turn held
 * @which: >0 a process, 0 the sender's group, -1 everyone the sender sees but
 *	itself and the first process, less: the group of that number
 * @sig: 0 or 9
 * @count: out: processes reached, zombies and the immune included
 *
 * Only marks the victims; pl_run_killed() ends them.
 *
 * Context: takes tasklist_lock.
 * Return: 0, or -ESRCH when nobody was reached.
 */
int pl_kill(struct pl_lab *lab, struct pl_task *sender, int which, int sig, unsigned int *count)
{
	struct pl_who group;

	*count = 0;
	if (which == INT_MIN)
		return -ESRCH;
	pl_write_lock(&lab->tasklist_lock);
	if (which > 0) {
		reach_process(lab, sender, which, sig, count);
	} else if (which == -1) {
		reach_everyone(lab, sender, sig, count);
	} else {
		group = which ? pl_who_find(-which, pl_task_ns(sender)) :
				pl_task_who(sender, PIDLAB_TYPE_PGID);
		reach_group(lab, sender, group, sig, count);
	}
	pl_write_unlock(&lab->tasklist_lock);
	return *count ? 0 : -ESRCH;
}
PL_EXPORT_FOR_KUNIT(pl_kill);
