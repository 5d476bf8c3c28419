// SPDX-License-Identifier: GPL-2.0
#include "compat.h"
#include "exec.h"
#include "exit.h"
#include "generation.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"

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

/**
 * pl_exec_take_pid() - a thread joins its leader's pid and leaves its own
 * @thread: in exec
 * @leader: a zombie
 *
 * The way until 5.7. For a moment both use the pid, the thread first: whoever
 * looks the number up under RCU finds one of them.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_exec_take_pid(struct pl_task *thread, struct pl_task *leader)
{
	pl_pid_detach(thread, PIDLAB_TYPE_PID);
	pl_pid_attach(thread, PIDLAB_TYPE_PID, leader->link[PIDLAB_TYPE_PID].pid);
}

/* Neither list is empty, before, after, or for a reader on the way. */
static void swap_users(struct hlist_head *a, struct hlist_head *b)
{
	struct hlist_node *first_a = a->first, *first_b = b->first;

	/* Both pair with pl_pid_first(). */
	rcu_assign_pointer(hlist_first_rcu(a), first_b);
	rcu_assign_pointer(hlist_first_rcu(b), first_a);
	WRITE_ONCE(first_a->pprev, &b->first);
	WRITE_ONCE(first_b->pprev, &a->first);
}

/**
 * pl_exec_exchange_pids() - a thread and its leader exchange their pids
 * @thread: in exec
 * @leader: a zombie
 *
 * The way since 5.7.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_exec_exchange_pids(struct pl_task *thread, struct pl_task *leader)
{
	struct pl_link *a = &thread->link[PIDLAB_TYPE_PID], *b = &leader->link[PIDLAB_TYPE_PID];
	struct pl_lab *lab = thread->lab;

	pl_assert_write_held(&lab->tasklist_lock);
	swap_users(&a->pid->users[PIDLAB_TYPE_PID], &b->pid->users[PIDLAB_TYPE_PID]);
	swap(a->pid, b->pid);
	pl_tref_follow(lab, a->pid, PIDLAB_TYPE_PID);
	pl_tref_follow(lab, b->pid, PIDLAB_TYPE_PID);
}

/*
 * The thread becomes the process that the world knows: the leader's number,
 * groups and place in the family. Its own number goes with the leader.
 */
static void take_identity(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *leader = task->group_leader;

	lab->generation->who->exec(task, leader);
	pl_task_transfer(leader, task, PIDLAB_TYPE_PGID);
	pl_task_transfer(leader, task, PIDLAB_TYPE_SID);
	if (pl_generation_has(lab->generation, PIDLAB_TYPE_TGID))
		pl_task_transfer(leader, task, PIDLAB_TYPE_TGID);
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
	u64 leader_id;
	int error = claim_group(lab, task, signal);

	if (error)
		return error;
	while ((sibling = get_live_sibling(lab, task))) {
		pl_exit_sibling(lab, sibling);
		pl_task_put(sibling);
	}
	pl_wait_event(&lab->exit_wait, is_alone(lab, task));

	pl_write_lock(&lab->tasklist_lock);
	if (task->flags & PL_TASK_KILLED) {
		error = -EINTR;
	} else {
		leader_id = pl_task_is_leader(task) ? 0 : task->group_leader->object.id;
		if (leader_id)
			take_identity(lab, task);
		task->flags |= PL_TASK_EXECED;
		pl_event(EXEC, exec, lab, task->object.id, leader_id,
			 pl_task_nr(task, PIDLAB_TYPE_PID, lab->root_ns), 0);
	}
	signal->group_exec = NULL;
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_exec);
