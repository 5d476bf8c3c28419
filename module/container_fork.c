// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks of fork, exit and release.
 *
 * A child gets its parent's containers as soon as its structure is there, so
 * that they cannot go while it is set up. What a task is to subsystems is
 * decided three times: by can_fork, before anything has happened; by fork,
 * with the child set up and (2007) not visible or (mainline) visible and not
 * running; by exit, which also undoes the fork of a child that is not born.
 */
#include <linux/ktime.h>

#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys.h"
#include "task.h"

static const struct pl_subsys *subsys_of(const struct pl_lab *lab, int i)
{
	return lab->containers.hooks->subsys[i];
}

/**
 * pl_container_fork() - a child gets its parent's containers
 * @child: just allocated, known to nobody
 * @parent: the acting task, its turn held
 *
 * Whatever was copied with the parent's structure would not do: it is only
 * under RCU that the parent's pointers lead to containers which it still
 * counts, or which attach keeps busy until this reader is through.
 *
 * Context: any; takes no lock.
 */
void pl_container_fork(struct pl_task *child, struct pl_task *parent)
{
	struct pl_lab *lab = child->lab;
	struct pl_css *css;
	int i;

	if (likely(!READ_ONCE(lab->containers.active)))
		return;
	pl_rcu_read_lock(lab);
	pl_for_each_subsys(i) {
		css = pl_css_of(parent, i);
		if (!css)
			continue;
		pl_css_get(css);
		RCU_INIT_POINTER(child->containers.subsys[i], css);
	}
	pl_rcu_read_unlock(lab);
	pl_point(lab, PL_POINT_FORK_CONTAINED);
}

/**
 * pl_container_can_fork() - ask the subsystems for a child
 * @child: with its containers, known to nobody
 *
 * Context: no lock.
 * Return: 0, to be followed by a birth or by pl_container_cancel_fork(); or
 * what the first subsystem that refuses says, and the consent of those before
 * it is undone.
 */
int pl_container_can_fork(struct pl_task *child)
{
	struct pl_lab *lab = child->lab;
	struct pl_css *css;
	int i, error;

	/* Pairs with the order in register_subsystems(). */
	if (likely(!READ_ONCE(lab->containers.need_forkexit)))
		return 0;
	pl_for_each_subsys(i) {
		css = pl_css_of(child, i);
		if (!css || !subsys_of(lab, i)->can_fork)
			continue;
		error = subsys_of(lab, i)->can_fork(css, child);
		if (error) {
			pl_container_cancel_fork(child);
			return error;
		}
		child->containers.charged |= BIT(i);
	}
	return 0;
}

/**
 * pl_container_cancel_fork() - the subsystems' consent was for nothing
 * @child: as for pl_container_can_fork()
 */
void pl_container_cancel_fork(struct pl_task *child)
{
	int i;

	for (i = PIDLAB_SUBSYS_COUNT - 1; i >= 0; i--) {
		if ((child->containers.charged & BIT(i)) && subsys_of(child->lab, i)->cancel_fork)
			subsys_of(child->lab, i)->cancel_fork(pl_css_of(child, i), child);
	}
	child->containers.charged = 0;
}

/**
 * pl_container_fork_callbacks() - the child is set up; 2007's fork callbacks
 * @child: known to nobody
 *
 * Needs no lock: nobody can act on the task, and its own counts keep its
 * containers.
 *
 * Context: no lock.
 */
void pl_container_fork_callbacks(struct pl_task *child)
{
	struct pl_lab *lab = child->lab;
	struct pl_css *css;
	int i;

	/* Pairs with the order in register_subsystems(). */
	if (likely(!READ_ONCE(lab->containers.need_forkexit)))
		return;
	pl_for_each_subsys(i) {
		css = pl_css_of(child, i);
		if (!css || !subsys_of(lab, i)->fork)
			continue;
		subsys_of(lab, i)->fork(css, child);
		child->containers.forked |= BIT(i);
	}
	pl_point(lab, PL_POINT_FORK_CALLED);
}

/**
 * pl_container_begin_birth() - the child is about to become visible
 * @child: known to nobody
 *
 * As a kernel does not wake a child before its fork is over, nobody ends it,
 * acts as it or moves it until pl_container_end_birth(): its turn is taken,
 * which nobody else can have.
 *
 * Context: the parent's turn held; may sleep.
 * Return: whether pl_container_end_birth() is due.
 */
bool pl_container_begin_birth(struct pl_task *child)
{
	if (likely(!READ_ONCE(child->lab->containers.active)))
		return false;
	pl_mutex_lock_nested(&child->turn, SINGLE_DEPTH_NESTING);
	child->containers.newborn = true;
	return true;
}

/**
 * pl_container_adopt() - a task that was there before a subsystem was
 * @task: a task
 *
 * For those that exist when a hierarchy is mounted, and for the child of a
 * fork that began before. Registration in 2007 called fork for each of them.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_container_adopt(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	struct pl_css_group *group = &task->containers;
	unsigned long flags;
	struct pl_css *top;
	int i;

	pl_assert_write_held(&lab->tasklist_lock);
	/* It leaves, or has left, the containers that it was in. */
	if (task->flags & PL_TASK_EXITING)
		return;
	pl_for_each_subsys(i) {
		/* Pairs with the release in register_subsystems(). */
		top = smp_load_acquire(&lab->containers.top[i]);
		if (!top || pl_css_of(task, i))
			continue;
		pl_spin_lock(&task->lock, flags);
		pl_css_get(top);
		/* Pairs with pl_css_of(). */
		rcu_assign_pointer(group->subsys[i], top);
		pl_spin_unlock(&task->lock, flags);
		if (subsys_of(lab, i)->adopt)
			subsys_of(lab, i)->adopt(top, task);
		group->forked |= BIT(i);
	}
}

/**
 * pl_container_visible() - the child becomes visible
 * @child: the child, nothing of its fork can fail any more
 *
 * Context: tasklist_lock held for writing.
 */
void pl_container_visible(struct pl_task *child)
{
	struct pl_css_group *group = &child->containers;
	struct pl_lab *lab = child->lab;
	struct pl_css *css;
	int i;

	if (likely(!READ_ONCE(lab->containers.active)))
		return;
	pl_container_adopt(child);
	group->charged = 0;
	pl_for_each_subsys(i) {
		css = pl_css_of(child, i);
		if (css && subsys_of(lab, i)->born)
			subsys_of(lab, i)->born(css, child);
		/* Decided here: what is registered from now on adopts the child. */
		if (css && !(group->forked & BIT(i)))
			group->due |= BIT(i);
	}
	group->forked |= group->due;
}

static void post_fork(struct pl_task *child)
{
	int i;

	pl_for_each_subsys(i) {
		if ((child->containers.due & BIT(i)) && subsys_of(child->lab, i)->post_fork)
			subsys_of(child->lab, i)->post_fork(pl_css_of(child, i), child);
	}
	child->containers.due = 0;
}

/**
 * pl_container_end_birth() - the fork is over
 * @child: from pl_container_begin_birth(), counted by the caller if it is born
 * @born: it is visible; mainline's fork callbacks come now
 *
 * Context: the child's turn is held, and is given back; no lock.
 */
void pl_container_end_birth(struct pl_task *child, bool born)
{
	if (born) {
		pl_point(child->lab, PL_POINT_FORK_VISIBLE);
		post_fork(child);
	}
	/* Pairs with the acquire in pl_container_attach(). */
	smp_store_release(&child->containers.newborn, false);
	pl_mutex_unlock(&child->turn);
}

static void exit_callbacks(struct pl_task *task)
{
	struct pl_css_group *group = &task->containers;
	struct pl_css *css;
	int i;

	/* Pairs with the order in register_subsystems(). */
	if (!READ_ONCE(task->lab->containers.need_forkexit))
		return;
	pl_for_each_subsys(i) {
		css = pl_css_of(task, i);
		if (css && (group->forked & BIT(i)) && subsys_of(task->lab, i)->exit)
			subsys_of(task->lab, i)->exit(css, task);
	}
	group->forked = 0;
}

static bool in_notifying(const struct pl_task *task)
{
	struct pl_css *css;
	int i;

	pl_for_each_subsys(i) {
		css = pl_css_of(task, i);
		if (css && READ_ONCE(css->container->notify))
			return true;
	}
	return false;
}

/*
 * The task leaves its containers. Its pointers lead to the roots from here on,
 * which it does not count: to count them would make each root a line that
 * every exit writes, for nothing. A root stays as long as its hierarchy has
 * tasks on the lab's list, and nobody moves this task: it is exiting, or is
 * the child of a failed fork that nobody has seen.
 *
 * What a subsystem wants to have until release (@keep) stays, pinned in its
 * structure; the container is not busy with it.
 */
static void leave(struct pl_task *task, unsigned int keep, struct pl_css **old)
{
	struct pl_containers *all = &task->lab->containers;
	struct pl_css_group *group = &task->containers;
	unsigned long flags;
	int i;

	pl_spin_lock(&task->lock, flags);
	pl_for_each_subsys(i) {
		old[i] = pl_css_of(task, i);
		if (!old[i])
			continue;
		if (keep & BIT(i)) {
			pl_container_get(old[i]->container);
			group->kept |= BIT(i);
		} else {
			/* Pairs with pl_css_of(). */
			rcu_assign_pointer(group->subsys[i], all->top[i]);
		}
		pl_css_put(old[i]);
	}
	pl_spin_unlock(&task->lock, flags);
}

/*
 * A container with notify_on_release costs each exit in it the container
 * mutex: the last to leave has to look at the container after it has left.
 */
static void leave_noticed(struct pl_task *task, unsigned int keep)
{
	struct pl_containers *all = &task->lab->containers;
	struct pl_css *old[PIDLAB_SUBSYS_COUNT];
	u64 begin = ktime_get_ns();
	int i;

	pl_mutex_lock(&all->lock);
	atomic_long_inc(&all->exit_locks);
	atomic_long_add(ktime_get_ns() - begin, &all->exit_lock_ns);
	leave(task, keep, old);
	pl_for_each_subsys(i) {
		if (old[i])
			pl_container_check_release(old[i]->container);
	}
	pl_mutex_unlock(&all->lock);
}

static void leave_containers(struct pl_task *task, unsigned int keep)
{
	struct pl_css *old[PIDLAB_SUBSYS_COUNT];

	if (in_notifying(task))
		leave_noticed(task, keep);
	else
		leave(task, keep, old);
}

/**
 * pl_container_exit() - a task leaves its containers
 * @task: its exit has begun, which wards attach off
 *
 * Context: no turn and no lock held; may sleep.
 */
void pl_container_exit(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	unsigned int keep = 0;
	int i;

	if (likely(!READ_ONCE(lab->containers.active)))
		return;
	exit_callbacks(task);
	pl_for_each_subsys(i) {
		if (subsys_of(lab, i)->release)
			keep |= BIT(i);
	}
	pl_point(lab, PL_POINT_EXIT_CALLED);
	leave_containers(task, keep);
}

/**
 * pl_container_exit_unborn() - undo pl_container_fork() for a failed fork
 * @child: known to nobody; pl_container_cancel_fork() is done
 *
 * The exit callbacks are run for those subsystems whose fork callbacks were.
 *
 * Context: no lock held; may sleep.
 */
void pl_container_exit_unborn(struct pl_task *child)
{
	if (likely(!READ_ONCE(child->lab->containers.active)))
		return;
	exit_callbacks(child);
	leave_containers(child, 0);
}

/**
 * pl_container_release() - a zombie is reaped
 * @task: the zombie
 *
 * Context: tasklist_lock held for writing.
 */
void pl_container_release(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	struct pl_css_group *group = &task->containers;
	unsigned long flags;
	struct pl_css *css;
	int i;

	pl_assert_write_held(&lab->tasklist_lock);
	if (likely(!READ_ONCE(lab->containers.active)))
		return;
	group->frozen = false;
	pl_for_each_subsys(i) {
		css = pl_css_of(task, i);
		if (css && (group->kept & BIT(i)))
			subsys_of(lab, i)->release(css, task);
		pl_spin_lock(&task->lock, flags);
		RCU_INIT_POINTER(group->subsys[i], NULL);
		pl_spin_unlock(&task->lock, flags);
		if (css && (group->kept & BIT(i)))
			pl_container_put(css->container);
	}
	group->kept = 0;
}
