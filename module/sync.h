/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks, RCU and named points.
 *
 * Everything in a lab that makes one thread wait for another, or that makes an
 * order visible, goes through this file. In an ordinary lab each call is the
 * kernel's own primitive and each point is a patched-out branch. In a lab under
 * control (control.h) all of them are steps at which an actor may be held.
 *
 * A point is a named place between two steps of a protocol. A test hooks the
 * points of its lab and runs there what another thread could have run.
 *
 * Order of locks, outermost first (a later one may be taken under an earlier
 * one, never the reverse):
 *
 *	lab->quiesce	rw_semaphore; read for each operation, write for a
 *			check, which so sees no operation half done
 *	task->turn	mutex; one operation at a time acts as this task. Under
 *			the turn of a task in exec: those of its own group;
 *			under that of a task in fork: that of the child
 *	lab->containers.lock
 *			mutex; the trees of containers, what is written into
 *			their files, release events
 *	lab->tasklist_lock
 *			rwlock, interrupts off for writers: links, families,
 *			groups, states, namespaces' reapers, task_refs
 *	task->lock	spinlock, interrupts off as it is taken under the one
 *			above: where the task is among the containers
 *	lab->pidmap_lock
 *			spinlock, interrupts off: what find() sees
 *	table->lock	spinlock, interrupts off: which leaves a table of numbers
 *			has, and which of them are full or empty
 *	lab->cpu_lock	spinlock, interrupts off: which task a CPU has
 *	lab->users_lock	spinlock, interrupts off: rcu_users where it shares its
 *			bytes with the rcu_head
 *	lab->objects	the xarray's own lock, interrupts off: id -> object
 *	watch->wait	spinlock, interrupts off: what a watch remembers. Under
 *			it only whoever polls, by epoll's own locks
 */
#ifndef PL_SYNC_H
#define PL_SYNC_H

#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "pidlab.h"

struct pl_actor;
struct pl_lab;

/* Named points: PIDLAB_POINTS of uapi/pidlab_tables.h */
#define PL_POINT_ENUM(nr, NAME, ...) PL_POINT_##NAME = nr,
enum pl_point { PIDLAB_POINTS(PL_POINT_ENUM) PL_POINT_COUNT };
#undef PL_POINT_ENUM

typedef void (*pl_hook_fn)(struct pl_lab *lab, enum pl_point point, void *data);

/* make PL_POINTS=n: for measuring what points and control cost who has none. */
#ifdef PL_NO_POINTS
#define PL_HAS_POINTS false
#else
#define PL_HAS_POINTS true
#endif

/*
 * What only labs under control do is a call of a function that is not inlined,
 * with an address that the caller has anyway: all that is left of it in others
 * is a patched-out branch.
 */
#define pl_slow_path __cold noinline

DECLARE_STATIC_KEY_FALSE(pl_points_on);

void pl_slow_path pl_point_slow(struct pl_lab *lab, enum pl_point point);
void pl_hook_points(struct pl_lab *lab, pl_hook_fn hook, void *data);
void pl_unhook_points(struct pl_lab *lab);
const char *pl_point_name(enum pl_point point);

/**
 * struct pl_vlock - what a controller knows of a lock; see control.h
 * @lab: whose lock it is
 * @owner: the actor that has it for itself
 * @readers: actors that share it
 * @step: the steps of taking it: shared; +1: alone; +2: letting go
 * @number: what it is called in the steps of @run
 * @run: the last run that met it
 */
struct pl_vlock {
	struct pl_lab *lab;
	struct pl_actor *owner;
	unsigned int readers;
	u16 step;
	u16 number;
	u32 run;
};

struct pl_rwlock {
	rwlock_t lock;
	struct pl_vlock v;
};

struct pl_spinlock {
	spinlock_t lock;
	struct pl_vlock v;
};

struct pl_mutex {
	struct mutex lock;
	struct pl_vlock v;
};

/* A wait for something that another thread does. */
struct pl_waitq {
	wait_queue_head_t head;
	struct pl_lab *lab;
};

/* Each lock of a kind has the same first step: PIDLAB_STEP_<name>. */
#define pl_vlock_init(v, of, first) \
	(*(v) = (struct pl_vlock){ .lab = (of), .step = (first) })

#define pl_rwlock_init(l, lab, step) \
	do { rwlock_init(&(l)->lock); pl_vlock_init(&(l)->v, lab, step); } while (0)
#define pl_spinlock_init(l, lab, step) \
	do { spin_lock_init(&(l)->lock); pl_vlock_init(&(l)->v, lab, step); } while (0)
#define pl_mutex_init(l, lab, step) \
	do { mutex_init(&(l)->lock); pl_vlock_init(&(l)->v, lab, step); } while (0)

static inline void pl_waitq_init(struct pl_waitq *wait, struct pl_lab *lab)
{
	init_waitqueue_head(&wait->head);
	wait->lab = lab;
}

static inline void pl_mutex_destroy(struct pl_mutex *l)
{
	mutex_destroy(&l->lock);
}

DECLARE_STATIC_KEY_FALSE(pl_control_on);

/* Those that are bool say whether the caller is an actor: else nothing was done. */
bool pl_control_active(const struct pl_lab *lab);
bool pl_slow_path pl_control_lock(struct pl_vlock *lock, bool write);
bool pl_slow_path pl_control_unlock(struct pl_vlock *lock);
bool pl_slow_path pl_control_assert_held(const struct pl_vlock *lock, bool write);
bool pl_control_holds(const struct pl_vlock *lock, bool write);
void pl_control_wait(struct pl_lab *lab);
bool pl_slow_path pl_control_wake(const struct pl_waitq *wait);
void pl_control_point(struct pl_lab *lab, enum pl_point point);
bool pl_slow_path pl_control_rcu_read_lock(struct pl_lab *lab);
bool pl_slow_path pl_control_rcu_read_unlock(struct pl_lab *lab);
bool pl_control_fails(struct pl_lab *lab, unsigned int nth);
bool pl_control_rcu_read_held(const struct pl_lab *lab);
bool pl_control_queue(struct pl_lab *lab, struct rcu_head *head, rcu_callback_t func);
void pl_control_grace_period(struct pl_lab *lab);

/* Whether some lab is under control. */
#define pl_control_is_on() (PL_HAS_POINTS && static_branch_unlikely(&pl_control_on))

/* Whether the caller is an actor under control: locks are then the controller's. */
static inline bool pl_controlled(const struct pl_lab *lab)
{
	return pl_control_is_on() && pl_control_active(lab);
}

/**
 * pl_point() - a named step of a protocol has been taken
 * @lab: the lab
 * @point: which step
 *
 * Context: never under a spinning lock, so that a hook may take any lock that
 * the caller does not hold.
 */
static inline void pl_point(struct pl_lab *lab, enum pl_point point)
{
	if (PL_HAS_POINTS && static_branch_unlikely(&pl_points_on))
		pl_point_slow(lab, point);
}

/**
 * pl_may_fail() - an allocation is about to happen
 * @lab: the lab
 * @nth: which one of its operation it is
 *
 * Context: may sleep.
 * Return: true if an order of actors has it fail.
 */
static inline bool pl_may_fail(struct pl_lab *lab, unsigned int nth)
{
	return pl_controlled(lab) && pl_control_fails(lab, nth);
}

static inline void pl_read_lock(struct pl_rwlock *l)
	__acquires(&l->lock)
{
	if (pl_control_is_on() && pl_control_lock(&l->v, false))
		__acquire(&l->lock);
	else
		read_lock(&l->lock);
}

static inline void pl_read_unlock(struct pl_rwlock *l)
	__releases(&l->lock)
{
	if (pl_control_is_on() && pl_control_unlock(&l->v))
		__release(&l->lock);
	else
		read_unlock(&l->lock);
}

static inline void pl_write_lock(struct pl_rwlock *l)
	__acquires(&l->lock)
{
	if (pl_control_is_on() && pl_control_lock(&l->v, true))
		__acquire(&l->lock);
	else
		write_lock_irq(&l->lock);
}

static inline void pl_write_unlock(struct pl_rwlock *l)
	__releases(&l->lock)
{
	if (pl_control_is_on() && pl_control_unlock(&l->v))
		__release(&l->lock);
	else
		write_unlock_irq(&l->lock);
}

/* Taken under the tasklist lock and from RCU callbacks alike: flags are kept. */
#define pl_spin_lock(l, flags) \
	do { \
		if (pl_control_is_on() && pl_control_lock(&(l)->v, true)) { \
			(flags) = 0; \
			__acquire(&(l)->lock); \
		} else { \
			spin_lock_irqsave(&(l)->lock, flags); \
		} \
	} while (0)

#define pl_spin_unlock(l, flags) \
	do { \
		if (pl_control_is_on() && pl_control_unlock(&(l)->v)) \
			__release(&(l)->lock); \
		else \
			spin_unlock_irqrestore(&(l)->lock, flags); \
	} while (0)

/* @subclass: for lockdep, where two of a kind are taken in a fixed order. */
static inline void pl_mutex_lock_nested(struct pl_mutex *l, unsigned int subclass)
{
	if (!pl_control_is_on() || !pl_control_lock(&l->v, true))
		mutex_lock_nested(&l->lock, subclass);
}

static inline void pl_mutex_lock(struct pl_mutex *l)
{
	pl_mutex_lock_nested(l, 0);
}

static inline void pl_mutex_unlock(struct pl_mutex *l)
{
	if (!pl_control_is_on() || !pl_control_unlock(&l->v))
		mutex_unlock(&l->lock);
}

/* Sleeps until the condition holds; looks again at each pl_wake_all(). */
#define pl_wait_event(wait, condition) \
	do { \
		if (pl_controlled((wait)->lab)) { \
			while (!(condition)) \
				pl_control_wait((wait)->lab); \
		} else { \
			wait_event((wait)->head, condition); \
		} \
	} while (0)

static inline void pl_wake_all(struct pl_waitq *wait)
{
	if (!pl_control_is_on() || !pl_control_wake(wait))
		wake_up_all(&wait->head);
}

/*
 * Wakes those who poll, under the queue's own lock, which is innermost and a
 * step of nobody. Nobody polls what an actor under control has.
 */
static inline void pl_wake_poll_locked(struct pl_waitq *wait, __poll_t mask)
{
	lockdep_assert_held(&wait->head.lock);
	if (!pl_controlled(wait->lab))
		wake_up_locked_poll(&wait->head, mask);
}

/* For the conditions of rcu_dereference_check() and list walks. */
#define pl_is_held(l) \
	(pl_controlled((l)->v.lab) ? pl_control_holds(&(l)->v, false) : \
				     lockdep_is_held(&(l)->lock))

/* Where lockdep is, and where orders are searched: elsewhere they cost nothing. */
#if IS_ENABLED(CONFIG_LOCKDEP) || defined(PL_FOOTPRINTS)
#define pl_assert_held_as(l, write, assertion) \
	do { \
		if (!pl_control_is_on() || !pl_control_assert_held(&(l)->v, write)) \
			assertion(&(l)->lock); \
	} while (0)
#else
#define pl_assert_held_as(l, write, assertion) ((void)(l))
#endif

#define pl_assert_read_held(l)	pl_assert_held_as(l, false, lockdep_assert_held)
#define pl_assert_write_held(l) pl_assert_held_as(l, true, lockdep_assert_held_write)
#define pl_assert_spin_held(l)	pl_assert_held_as(l, true, lockdep_assert_held)
#define pl_assert_mutex_held(l)	pl_assert_held_as(l, true, lockdep_assert_held)

static inline void pl_rcu_read_lock(struct pl_lab *lab)
	__acquires(RCU)
{
	if (pl_control_is_on() && pl_control_rcu_read_lock(lab))
		__acquire(RCU);
	else
		rcu_read_lock();
}

static inline void pl_rcu_read_unlock(struct pl_lab *lab)
	__releases(RCU)
{
	if (pl_control_is_on() && pl_control_rcu_read_unlock(lab))
		__release(RCU);
	else
		rcu_read_unlock();
}

/* The condition that list walks and rcu_dereference_check() take. */
static inline bool pl_rcu_held(struct pl_lab *lab)
{
	if (pl_controlled(lab))
		return pl_control_rcu_read_held(lab);
	return rcu_read_lock_held();
}

void pl_call_rcu(struct pl_lab *lab, struct rcu_head *head, rcu_callback_t func);
void pl_rcu_done(struct pl_lab *lab);
void pl_synchronize(struct pl_lab *lab);
void pl_grace_period(struct pl_lab *lab);
void pl_settle(struct pl_lab *lab);

#endif /* PL_SYNC_H */
