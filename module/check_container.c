// SPDX-License-Identifier: GPL-2.0
/* Invariants of containers, and what they add to the digest. */
#include "census.h"
#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys.h"
#include "subsys_account.h"
#include "subsys_freezer.h"
#include "subsys_pids.h"
#include "task.h"

static void blame(struct pl_census *census, enum pidlab_violation code,
		  const struct pl_container *container)
{
	pl_census_blame(census, code, container->object.id);
}

/* Two tallies for each part of a container: who is in it, whom it charges. */
static unsigned long key_in(const struct pl_css *css)
{
	return (unsigned long)css;
}

static unsigned long key_charged(const struct pl_css *css)
{
	return (unsigned long)css + 1;
}

static int gather_charges(struct pl_census *census, struct pl_css *css)
{
	int error = 0;

	for (; css && !error; css = css->parent)
		error = pl_census_add(census, key_charged(css));
	return error;
}

/**
 * pl_census_gather_task() - whom a task counts among the containers
 * @census: the census
 * @task: the task
 *
 * Return: 0 or -ENOMEM.
 */
int pl_census_gather_task(struct pl_census *census, struct pl_task *task)
{
	/* An exit that waits for others has left its containers already. */
	bool running = task->state && !(task->flags & PL_TASK_EXITING);
	int i, error = 0;

	pl_for_each_subsys(i) {
		struct pl_css *css = pl_css_of(task, i);
		bool kept = task->containers.kept & BIT(i);

		if (css && running && !error)
			error = pl_census_add(census, key_in(css));
		if (css && kept && !error)
			error = pl_census_add(census, pl_census_key(&css->container->object));
		if (css && (kept || running) && i == PIDLAB_SUBSYS_PIDS && !error)
			error = gather_charges(census, css);
	}
	return error;
}

/**
 * pl_census_gather_container() - whom a container counts
 * @census: the census
 * @container: the container
 *
 * Return: 0 or -ENOMEM.
 */
int pl_census_gather_container(struct pl_census *census, struct pl_container *container)
{
	int error = 0;

	if (container->parent)
		error = pl_census_add(census, pl_census_key(&container->parent->object));
	/* Its own place in the tree. */
	if (!container->removed && !error)
		error = pl_census_add(census, pl_census_key(&container->object));
	return error;
}

static void check_busy(struct pl_census *census, struct pl_container *container)
{
	unsigned long in = 0;
	int i;

	pl_for_each_subsys(i) {
		if (container->css[i])
			in += pl_census_held(census, key_in(container->css[i]));
	}
	if (atomic_read(&container->count) != in || (container->removed && in))
		blame(census, PIDLAB_BAD_BUSY, container);
}

static void check_tree(struct pl_census *census, struct pl_container *container)
{
	struct pl_container *child;

	list_for_each_entry(child, &container->children, sibling) {
		if (child->parent != container || child->removed ||
		    child->mask != container->mask || child->depth != container->depth + 1)
			blame(census, PIDLAB_BAD_CONTAINER_TREE, child);
	}
	if (container->removed != list_empty(&container->sibling) ||
	    (container->removed && !list_empty(&container->children)))
		blame(census, PIDLAB_BAD_CONTAINER_TREE, container);
}

static void check_subsystems(struct pl_census *census, struct pl_container *container)
{
	struct pl_css *css = container->css[PIDLAB_SUBSYS_PIDS];
	struct pl_pids *pids;

	if (css) {
		pids = container_of(css, struct pl_pids, css);
		if (atomic64_read(&pids->current_tasks) != pl_census_held(census, key_charged(css)))
			blame(census, PIDLAB_BAD_PIDS, container);
	}
	css = container->css[PIDLAB_SUBSYS_ACCOUNT];
	if (css && pl_account_live(css) != pl_census_held(census, key_in(css)))
		blame(census, PIDLAB_BAD_ACCOUNT, container);
	css = container->css[PIDLAB_SUBSYS_FREEZER];
	if (css && css->parent && !container->removed && pl_freezer_is_frozen(css->parent) &&
	    !pl_freezer_is_frozen(css))
		blame(census, PIDLAB_BAD_FREEZER, container);
}

/**
 * pl_check_container() - the invariants of one container
 * @census: the census, gathered
 * @container: the object that the walk is at
 *
 * Context: as pl_check_task().
 */
void pl_check_container(struct pl_census *census, struct pl_container *container)
{
	unsigned long held = pl_census_held(census, pl_census_key(&container->object));

	if (pl_census_count(&container->object) != held)
		blame(census, PIDLAB_BAD_CONTAINER_COUNT, container);
	if (!held)
		pl_census_orphan(census, container->object.id);
	check_busy(census, container);
	check_tree(census, container);
	check_subsystems(census, container);
}

/**
 * pl_check_task_containers() - whether a task is where it should be
 * @census: the census, gathered
 * @task: a task that is not reaped
 *
 * Context: as pl_check_task().
 */
void pl_check_task_containers(struct pl_census *census, struct pl_task *task)
{
	const struct pl_containers *all = &census->lab->containers;
	struct pl_css *css;
	int i;

	if (task->flags & PL_TASK_EXITING)
		return;
	pl_for_each_subsys(i) {
		/* Each task is in each hierarchy, from mount to umount. */
		if (!pl_css_of(task, i) != !all->top[i])
			pl_census_blame(census, PIDLAB_BAD_BUSY, task->object.id);
	}
	css = pl_css_of(task, PIDLAB_SUBSYS_FREEZER);
	if (task->containers.frozen != (css && pl_freezer_is_frozen(css)))
		pl_census_blame(census, PIDLAB_BAD_FREEZER, task->object.id);
}
