// SPDX-License-Identifier: GPL-2.0
/* Who is where: attach, look-up, and events of containers that were left. */
#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys.h"
#include "task.h"

static int ask_subsystems(struct pl_lab *lab, struct pl_task *task, struct pl_container *to)
{
	const struct pl_subsys *ss;
	int i, error = 0;

	pl_for_each_subsys(i) {
		ss = lab->containers.hooks->subsys[i];
		if (!error && to->css[i] && ss->can_attach)
			error = ss->can_attach(to->css[i], task);
	}
	return error;
}

static void move_pointer(struct pl_lab *lab, struct pl_task *task, struct pl_css *from,
			 struct pl_css *to, int i)
{
	const struct pl_subsys *ss = lab->containers.hooks->subsys[i];

	pl_css_get(to);
	/* Pairs with pl_css_of(). */
	rcu_assign_pointer(task->containers.subsys[i], to);
	if (ss->attach)
		ss->attach(from, to, task);
}

/*
 * An exit sets PL_TASK_EXITING under tasklist_lock before it takes the task's
 * lock to leave its container: so either this comes first, and the exit finds
 * the new container, or this sees the flag.
 */
static int move_pointers(struct pl_lab *lab, struct pl_task *task, struct pl_container *to,
			 struct pl_css **old)
{
	unsigned long flags;
	int i, error = 0;

	pl_read_lock(&lab->tasklist_lock);
	pl_spin_lock(&task->lock, flags);
	if (task->flags & PL_TASK_EXITING)
		error = -ESRCH;
	pl_for_each_subsys(i) {
		if (error || !to->css[i])
			continue;
		old[i] = pl_css_of(task, i);
		move_pointer(lab, task, old[i], to->css[i], i);
	}
	pl_spin_unlock(&task->lock, flags);
	pl_read_unlock(&lab->tasklist_lock);
	return error;
}

/*
 * The task's own fork may have read the old pointer and not have counted it
 * yet. The old container stays busy, and so in its place, until every such
 * reader has made its count.
 */
static void leave_old(struct pl_lab *lab, struct pl_css **old)
{
	struct pl_container *from = NULL;
	int i;

	pl_synchronize(lab);
	pl_for_each_subsys(i) {
		if (!old[i])
			continue;
		from = old[i]->container;
		pl_css_put(old[i]);
	}
	if (from)
		pl_container_check_release(from);
}

static bool is_in(const struct pl_task *task, const struct pl_container *container)
{
	int i = __ffs(container->mask);

	return pl_css_of(task, i) == container->css[i];
}

static int attach_locked(struct pl_lab *lab, struct pl_task *task, struct pl_container *to)
{
	struct pl_css *old[PIDLAB_SUBSYS_COUNT] = {};
	bool exiting;
	int error;

	if (to->removed)
		return -ESRCH;
	pl_read_lock(&lab->tasklist_lock);
	exiting = task->flags & PL_TASK_EXITING;
	pl_read_unlock(&lab->tasklist_lock);
	if (exiting)
		return -ESRCH;
	/* Only an exit moves it besides us, and that to the root, uncounted. */
	if (is_in(task, to))
		return 0;
	error = ask_subsystems(lab, task, to);
	if (error)
		return error;
	pl_point(lab, PL_POINT_ATTACH_ALLOWED);
	error = move_pointers(lab, task, to, old);
	if (error)
		return error;
	pl_event(ATTACH, attach, lab, task->object.id, to->object.id, 0, 0);
	pl_point(lab, PL_POINT_ATTACH_MOVED);
	leave_old(lab, old);
	return 0;
}

/**
 * pl_container_attach() - move a task
 * @lab: the lab
 * @task: counted by the caller
 * @to: counted by the caller
 *
 * A child whose fork is not over moves once it is: its subsystems have to hear
 * of the birth before they hear of the move.
 *
 * Context: sleeps for a grace period; takes the container mutex.
 * Return: 0, also if it is there already; -ESRCH: the task is exiting, or the
 * container was removed; or what a subsystem says.
 */
int pl_container_attach(struct pl_lab *lab, struct pl_task *task, struct pl_container *to)
{
	int error;

	/* Pairs with the release in pl_container_end_birth(). */
	if (smp_load_acquire(&task->containers.newborn)) {
		pl_mutex_lock(&task->turn);
		pl_mutex_unlock(&task->turn);
	}
	pl_mutex_lock(&lab->containers.lock);
	error = attach_locked(lab, task, to);
	pl_mutex_unlock(&lab->containers.lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_container_attach);

/**
 * pl_container_where() - the container of a task
 * @lab: the lab
 * @task: counted by the caller
 * @subsys: for which subsystem
 *
 * A task that has exited is in the root, unless the subsystem keeps its place
 * until it is reaped.
 *
 * Context: takes the task's lock.
 * Return: the container, counted; NULL: the subsystem is in no hierarchy.
 */
struct pl_container *pl_container_where(struct pl_lab *lab, struct pl_task *task,
					enum pidlab_subsys subsys)
{
	struct pl_container *container = NULL;
	unsigned long flags;
	struct pl_css *css;

	/* The mutex keeps the structure: who leaves it cannot remove it. */
	pl_mutex_lock(&lab->containers.lock);
	pl_spin_lock(&task->lock, flags);
	css = pl_css_of(task, subsys) ?: lab->containers.top[subsys];
	if (css)
		container = pl_container_get(css->container);
	pl_spin_unlock(&task->lock, flags);
	pl_mutex_unlock(&lab->containers.lock);
	return container;
}
PL_EXPORT_FOR_KUNIT(pl_container_where);

/**
 * pl_container_next_event() - the oldest release event
 * @lab: the lab
 * @left: out: how many there are after it
 *
 * Context: takes the container mutex.
 * Return: id of a container that was left, 0 for none.
 */
u64 pl_container_next_event(struct pl_lab *lab, unsigned int *left)
{
	struct pl_containers *all = &lab->containers;
	struct pl_container *container, *more;
	u64 id = 0;

	pl_mutex_lock(&all->lock);
	container = list_first_entry_or_null(&all->released, struct pl_container, release_node);
	if (container) {
		id = container->object.id;
		list_del_init(&container->release_node);
	}
	*left = 0;
	list_for_each_entry(more, &all->released, release_node)
		(*left)++;
	pl_mutex_unlock(&all->lock);
	return id;
}
