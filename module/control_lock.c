// SPDX-License-Identifier: GPL-2.0
/*
 * Locks of a lab under control. Declared in sync.h.
 *
 * The kernel's own locks stay free meanwhile, so that an actor can be held
 * inside of one. Who owns what is plain data, since one actor runs at a time.
 */
#include "compat.h"
#include "control.h"
#include "footprint.h"
#include "lab.h"
#include "task.h"

static struct pl_actor *running(const struct pl_vlock *lock)
{
	return lock->lab->control->running;
}

/**
 * pl_control_active() - whether the caller is an actor of the lab
 * @lab: the lab
 *
 * Return: true if so: while one runs, nobody else is in the lab.
 */
bool pl_control_active(const struct pl_lab *lab)
{
	return lab->control && lab->control->running;
}
PL_EXPORT_FOR_KUNIT(pl_control_active);

/**
 * pl_control_lock_number() - what a lock is called in the steps of a run
 * @control: the controller
 * @lock: a lock of its lab
 *
 * Return: the number, which it is given where it has none yet in this run.
 */
unsigned int pl_control_lock_number(struct pl_control *control, struct pl_vlock *lock)
{
	if (lock->run != control->runs) {
		lock->run = control->runs;
		lock->number = ++control->lock_numbers;
	}
	return lock->number;
}

static unsigned int locks_told(const struct pl_actor *actor)
{
	return min_t(unsigned int, actor->nr_held, PIDLAB_HELD_MAX);
}

static void note_held(struct pl_actor *actor, struct pl_vlock *lock, bool write)
{
	if (actor->nr_held < PIDLAB_HELD_MAX)
		actor->held[actor->nr_held] = (struct pl_held){ .lock = lock, .write = write };
	actor->nr_held++;
}

static void forget_held(struct pl_actor *actor, const struct pl_vlock *lock)
{
	unsigned int told = locks_told(actor), i = told;

	while (i-- && actor->held[i].lock != lock)
		;
	if (i < told)
		memmove(&actor->held[i], &actor->held[i + 1],
			(told - i - 1) * sizeof(*actor->held));
	actor->nr_held--;
}

/**
 * pl_control_lock() - an actor takes a lock
 * @lock: the lock
 * @write: for itself alone
 *
 * Return: false: the caller is no actor, and has to take the kernel's.
 */
bool pl_control_lock(struct pl_vlock *lock, bool write)
{
	struct pl_actor *actor;

	if (!pl_control_active(lock->lab))
		return false;
	actor = running(lock);
	actor->lock = lock;
	actor->write = write;
	pl_control_step(actor, PL_ACTOR_LOCKING, write ? lock->step + 1 : lock->step);
	pl_touch(lock, sizeof(lock->lab), write);
	if (write)
		lock->owner = actor;
	else
		lock->readers++;
	note_held(actor, lock, write);
	actor->lock = NULL;
	return true;
}
PL_EXPORT_FOR_KUNIT(pl_control_lock);

/**
 * pl_control_unlock() - an actor lets go of a lock
 * @lock: the lock, which it has
 *
 * Return: false: the caller is no actor, and has the kernel's.
 */
bool pl_control_unlock(struct pl_vlock *lock)
{
	struct pl_actor *actor;

	if (!pl_control_active(lock->lab))
		return false;
	actor = running(lock);
	pl_touch(lock, sizeof(lock->lab), lock->owner == actor);
	if (lock->owner == actor)
		lock->owner = NULL;
	else
		lock->readers--;
	forget_held(actor, lock);
	if (lock->lab->control->fine)
		pl_control_step(actor, PL_ACTOR_READY, lock->step + 2);
	return true;
}
PL_EXPORT_FOR_KUNIT(pl_control_unlock);

/**
 * pl_control_holds() - whether a lock is held as it should be
 * @lock: the lock
 * @write: by the actor alone; else by it or by readers
 *
 * Return: true if so.
 */
bool pl_control_holds(const struct pl_vlock *lock, bool write)
{
	return lock->owner == running(lock) || (!write && lock->readers);
}
PL_EXPORT_FOR_KUNIT(pl_control_holds);

/**
 * pl_control_assert_held() - report a lock that is not held as it should be
 * @lock: the lock
 * @write: see pl_control_holds()
 *
 * Return: false: the caller is no actor, and it is the kernel's that matters.
 */
bool pl_control_assert_held(const struct pl_vlock *lock, bool write)
{
	if (!pl_control_active(lock->lab))
		return false;
	WARN_ON_ONCE(!pl_control_holds(lock, write));
	return true;
}
PL_EXPORT_FOR_KUNIT(pl_control_assert_held);

/**
 * pl_control_wait() - an actor waits for an event
 * @lab: its lab
 */
void pl_control_wait(struct pl_lab *lab)
{
	pl_touch_slot(PL_SLOT_WAKE, 0, false);
	pl_control_step(lab->control->running, PL_ACTOR_WAITING, PIDLAB_STEP_WAIT);
	/* Whoever woke it comes before what it does next. */
	pl_touch_slot(PL_SLOT_WAKE, 0, false);
}
PL_EXPORT_FOR_KUNIT(pl_control_wait);

/**
 * pl_control_wake() - whoever waits for an event is to look again
 * @wait: what they wait at; those of the whole lab look again
 *
 * Return: false: the caller is no actor.
 */
bool pl_control_wake(const struct pl_waitq *wait)
{
	struct pl_control *control = wait->lab->control;
	unsigned int i;

	if (!pl_control_active(wait->lab))
		return false;
	pl_touch_slot(PL_SLOT_WAKE, 0, true);
	for (i = 0; i < control->nr_actors; i++) {
		if (control->actors[i].state == PL_ACTOR_WAITING)
			control->actors[i].state = PL_ACTOR_READY;
	}
	return true;
}
PL_EXPORT_FOR_KUNIT(pl_control_wake);

/**
 * pl_control_point() - an actor has come to a named point
 * @lab: its lab
 * @point: which
 */
void pl_control_point(struct pl_lab *lab, enum pl_point point)
{
	pl_control_step(lab->control->running, PL_ACTOR_READY, PIDLAB_STEP_POINTS + point);
}
PL_EXPORT_FOR_KUNIT(pl_control_point);

static u64 task_of(const struct pl_lab *lab, const struct pl_vlock *lock)
{
	const struct pl_task *task;

	list_for_each_entry(task, &lab->tasks, node) {
		if (lock == &task->turn.v || lock == &task->lock.v)
			return task->object.id;
	}
	return 0;
}

static struct pidlab_held tell_lock(struct pl_control *control, struct pl_vlock *lock, bool write)
{
	return (struct pidlab_held){
		.what = write ? lock->step + 1 : lock->step,
		.number = pl_control_lock_number(control, lock),
		.object = task_of(control->lab, lock),
	};
}

/**
 * pl_control_standing() - where the actors stand, and who has which lock
 * @control: the controller; no actor runs
 * @out: PIDLAB_ACTORS_MAX of them, by actor
 *
 * Context: any.
 */
void pl_control_standing(struct pl_control *control, struct pidlab_standing *out)
{
	struct pl_actor *actor;
	unsigned int i;

	memset(out, 0, PIDLAB_ACTORS_MAX * sizeof(*out));
	for (actor = control->actors; actor < control->actors + control->nr_actors; actor++, out++) {
		if (actor->state == PL_ACTOR_FINISHED)
			continue;
		out->what = actor->step;
		out->readers = actor->readers;
		out->nr_held = actor->nr_held;
		if (actor->state == PL_ACTOR_LOCKING)
			out->wants = tell_lock(control, actor->lock, actor->write);
		for (i = 0; i < locks_told(actor); i++)
			out->held[i] = tell_lock(control, actor->held[i].lock,
						 actor->held[i].write);
	}
}
PL_EXPORT_FOR_KUNIT(pl_control_standing);
