// SPDX-License-Identifier: GPL-2.0
#include "compat.h"
#include "exec.h"
#include "exit.h"
#include "generation.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"

/* The first to execute wins; its siblings are told to die. */
static int claim_group(struct pl_lab *lab, struct pl_task *task, struct pl_signal *signal)
{
	int error = 0;

	pl_write_lock(&lab->tasklist_lock);
	if (signal->group_exec || signal->group_exit)
		error = -EAGAIN;
	else
		signal->group_exec = task;
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}

static struct pl_task *get_live_sibling(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *sibling;

	pl_read_lock(&lab->tasklist_lock);
	sibling = pl_task_live_thread(task);
	if (sibling)
		pl_task_get(sibling);
	pl_read_unlock(&lab->tasklist_lock);
	return sibling;
}

/* What may be left of the group: the thread itself, and a leader's zombie. */
static bool is_alone(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *leader;
	unsigned int others;

	pl_read_lock(&lab->tasklist_lock);
	leader = task->group_leader;
	others = task->signal->nr_threads - 1;
	if (leader != task && leader->state == PIDLAB_STATE_ZOMBIE)
		others--;
	pl_read_unlock(&lab->tasklist_lock);
	return !others;
}

/*
 * The thread becomes the process that the world knows: the leader's number,
 * groups and place in the family. Its own number goes. Whoever looks the
 * number up under RCU finds the leader or the thread, never nobody.
 */
static void take_identity(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *leader = task->group_leader;

	pl_pid_detach(task, PIDLAB_TYPE_PID);
	pl_pid_attach(task, PIDLAB_TYPE_PID, leader->link[PIDLAB_TYPE_PID].pid);
	pl_pid_transfer(leader, task, PIDLAB_TYPE_PGID);
	pl_pid_transfer(leader, task, PIDLAB_TYPE_SID);
	if (pl_generation_has(lab->generation, PIDLAB_TYPE_TGID))
		pl_pid_transfer(leader, task, PIDLAB_TYPE_TGID);
	task->group_leader = task;
	task->real_parent = leader->real_parent;
	if (!list_empty(&leader->sibling))
		list_replace_init(&leader->sibling, &task->sibling);
	leader->group_leader = task;
	pl_release(lab, leader);
}

/**
 * pl_exec() - a thread executes a program
 * @lab: the lab
 * @task: the acting task, its turn held
 *
 * Context: may sleep.
 * Return: 0; -EAGAIN: another thread executes, or the group is exiting;
 * -EINTR: killed meanwhile.
 */
int pl_exec(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_signal *signal = task->signal;
	struct pl_task *sibling;
	int error = claim_group(lab, task, signal);

	if (error)
		return error;
	while ((sibling = get_live_sibling(lab, task))) {
		pl_exit_sibling(lab, sibling);
		pl_task_put(sibling);
	}
	wait_event(lab->exit_wait, is_alone(lab, task));

	pl_write_lock(&lab->tasklist_lock);
	if (task->flags & PL_TASK_KILLED) {
		error = -EINTR;
	} else {
		if (!pl_task_is_leader(task))
			take_identity(lab, task);
		task->flags |= PL_TASK_EXECED;
	}
	signal->group_exec = NULL;
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_exec);
