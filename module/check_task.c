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

/* The scheduler's while it runs, that of rcu_users, and the lab's holds. */
static void check_count(struct pl_census *census, struct pl_task *task)
{
	unsigned long held = pl_census_held(census, pl_census_key(&task->object));
	unsigned long expected = held + (task->state == PIDLAB_STATE_RUNNING) +
				 refcount_read(&task->rcu_users);

	if (pl_census_count(&task->object) != expected || atomic_read(&task->holds) != held)
		blame(census, PIDLAB_BAD_COUNT, task);
	if (!expected)
		pl_census_orphan(census, task->object.id);
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
	if (task->state == PIDLAB_STATE_DEAD)
		return;
	check_links(census, task);
	check_family(census, task);
	check_reaper(census, task);
	if (pl_task_is_leader(task))
		check_group(census, task);
}
