// SPDX-License-Identifier: GPL-2.0
/* Invariants of tasks, their families and their groups. */
#include "census.h"
#include "generation.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"

static void blame(struct pl_census *census, enum pidlab_violation code, struct pl_task *task)
{
	pl_census_blame(census, code, task->object.id);
}

/* A link's node stands where its neighbour says; the pid's side is checked there. */
static void check_links(struct pl_census *census, struct pl_task *task)
{
	bool leader = pl_task_is_leader(task);
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		struct pl_link *link = &task->link[type];
		bool empty = pl_who_is_nobody(pl_task_own(task, type));
		bool wanted = pl_generation_links(census->lab->generation, leader) & BIT(type);

		if (link->pid && *link->node.pprev != &link->node)
			blame(census, PIDLAB_BAD_LINK, task);
		if (wanted && empty)
			blame(census, PIDLAB_BAD_NO_PID, task);
		if (!wanted && !empty)
			blame(census, PIDLAB_BAD_THREAD_LINK, task);
	}
}

static void check_family(struct pl_census *census, struct pl_task *task)
{
	struct pl_task *parent = task->real_parent, *child;

	list_for_each_entry(child, &task->children, sibling) {
		if (child->real_parent != task)
			blame(census, PIDLAB_BAD_FAMILY, child);
	}
	if (!list_empty(&task->children) && task->state != PIDLAB_STATE_RUNNING)
		blame(census, PIDLAB_BAD_FAMILY, task);
	if (!pl_task_is_leader(task))
		return;
	if ((parent == NULL) != list_empty(&task->sibling))
		blame(census, PIDLAB_BAD_FAMILY, task);
	if (parent && parent->state != PIDLAB_STATE_RUNNING)
		blame(census, PIDLAB_BAD_FAMILY, task);
}

static void check_group(struct pl_census *census, struct pl_task *leader)
{
	struct pl_signal *signal = leader->signal;
	unsigned int threads = 0, live = 0;
	struct pl_task *thread;

	list_for_each_entry(thread, &signal->threads, thread_node) {
		threads++;
		if (!(thread->flags & PL_TASK_EXITING))
			live++;
		if (thread->group_leader != leader || thread->signal != signal)
			blame(census, PIDLAB_BAD_THREADS, thread);
	}
	if (threads != signal->nr_threads || live != signal->live)
		blame(census, PIDLAB_BAD_THREADS, leader);
}

static void check_reaper(struct pl_census *census, struct pl_task *task)
{
	struct pl_pidns *ns = pl_task_ns(task);

	if (task->state == PIDLAB_STATE_RUNNING && ns &&
	    (!ns->reaper || ns->reaper->state != PIDLAB_STATE_RUNNING))
		blame(census, PIDLAB_BAD_REAPER, task);
}

/* The scheduler holds what has not exited, and what a CPU still has. */
static bool is_scheduled(const struct pl_task *task)
{
	return task->state == PIDLAB_STATE_RUNNING || task->cpu != PL_NO_CPU;
}

/*
 * rcu_users: the reaper until it has reaped, references, and in some layouts
 * the scheduler. usage: that of rcu_users, references, else the scheduler.
 */
static void check_count(struct pl_census *census, struct pl_task *task)
{
	bool rcu_curr = census->lab->rcu_layout->rcu_curr;
	unsigned long held = pl_census_held(census, pl_census_key(&task->object));
	unsigned long referring = pl_census_held(census, pl_census_rcu_key(&task->rcu_users));
	unsigned long users = referring + (task->state != PIDLAB_STATE_DEAD) +
			      (rcu_curr && is_scheduled(task));
	unsigned long usage = held + !!users + (!rcu_curr && is_scheduled(task));

	if (pl_rcu_users_read(task) != users)
		blame(census, PIDLAB_BAD_RCU_USERS, task);
	if (pl_census_count(&task->object) != usage ||
	    atomic_read(&task->holds) != held + referring)
		blame(census, PIDLAB_BAD_COUNT, task);
	if (!usage)
		pl_census_orphan(census, task->object.id);
}

/* What a CPU has is compared, never followed: it might not be there. */
static void check_cpu(struct pl_census *census, struct pl_task *task)
{
	struct pl_lab *lab = census->lab;

	if (task->exited == (task->state == PIDLAB_STATE_RUNNING))
		blame(census, PIDLAB_BAD_CURR, task);
	if (task->cpu == PL_NO_CPU)
		return;
	census->on_cpus++;
	if (task->cpu >= PL_MAX_CPUS || rcu_access_pointer(lab->curr[task->cpu]) != task)
		blame(census, PIDLAB_BAD_CURR, task);
}

/**
 * pl_check_cpus() - each virtual CPU has a task that knows of it, or none
 * @census: the census, all tasks checked
 */
void pl_check_cpus(struct pl_census *census)
{
	unsigned int cpu, busy = 0;

	for (cpu = 0; cpu < PL_MAX_CPUS; cpu++)
		busy += !!rcu_access_pointer(census->lab->curr[cpu]);
	if (busy != census->on_cpus)
		pl_census_blame(census, PIDLAB_BAD_CURR, 0);
}

/**
 * pl_check_task() - the invariants of one task
 * @census: the census, gathered
 * @task: the object that the walk is at
 *
 * Context: tasklist_lock held.
 */
void pl_check_task(struct pl_census *census, struct pl_task *task)
{
	check_count(census, task);
	check_cpu(census, task);
	if (task->state == PIDLAB_STATE_DEAD)
		return;
	check_links(census, task);
	if (!census->lab->generation->has_pids)
		pl_check_numbers(census, task);
	check_family(census, task);
	check_reaper(census, task);
	pl_check_task_containers(census, task);
	if (pl_task_is_leader(task))
		check_group(census, task);
}
