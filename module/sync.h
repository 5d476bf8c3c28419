/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks, RCU and named points.
 *
 * Everything in a lab that makes one thread wait for another, or that makes an
 * order visible, goes through this file. In an ordinary lab each call is the
 * kernel's own primitive and each point is a patched-out branch.
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
 *			the turn of a task in exec: those of its own group
 *	lab->tasklist_lock
 *			rwlock, interrupts off for writers: links, families,
 *			groups, states, namespaces' reapers, task_refs
 *	lab->pidmap_lock
 *			spinlock, interrupts off: what find() sees
 *	lab->objects	the xarray's own lock, interrupts off: id -> object
 */
#ifndef PL_SYNC_H
#define PL_SYNC_H

#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct pl_lab;

/* Named points: NAME, "where.what" */
#define PL_POINTS(X) \
	X(PIDMAP_PAGE,	  "pidmap.page_allocated") \
	X(PIDMAP_TAKEN,	  "pidmap.taken") \
	X(PID_NUMBERED,	  "pid.numbered") \
	X(PID_PUBLISHED,  "pid.published") \
	X(FORK_NUMBERED,  "fork.numbered") \
	X(TREF_ALLOCATED, "tref.allocated") \
	X(TREF_PINNED,	  "tref.task_pinned") \
	X(TREF_LAST_PUT,  "tref.last_put") \
	X(EXIT_BEGUN,	  "exit.begun") \
	X(ZAP_MARKED,	  "zap.marked")

#define PL_POINT_ENUM(NAME, name) PL_POINT_##NAME,
enum pl_point { PL_POINTS(PL_POINT_ENUM) PL_POINT_COUNT };
#undef PL_POINT_ENUM

typedef void (*pl_hook_fn)(struct pl_lab *lab, enum pl_point point, void *data);

DECLARE_STATIC_KEY_FALSE(pl_points_on);

void pl_point_slow(struct pl_lab *lab, enum pl_point point);
void pl_hook_points(struct pl_lab *lab, pl_hook_fn hook, void *data);
void pl_unhook_points(struct pl_lab *lab);
const char *pl_point_name(enum pl_point point);

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
	if (static_branch_unlikely(&pl_points_on))
		pl_point_slow(lab, point);
}

struct pl_rwlock {
	rwlock_t lock;
};

struct pl_spinlock {
	spinlock_t lock;
};

struct pl_mutex {
	struct mutex lock;
};

static inline void pl_read_lock(struct pl_rwlock *l)
	__acquires(&l->lock)
{
	read_lock(&l->lock);
}

static inline void pl_read_unlock(struct pl_rwlock *l)
	__releases(&l->lock)
{
	read_unlock(&l->lock);
}

static inline void pl_write_lock(struct pl_rwlock *l)
	__acquires(&l->lock)
{
	write_lock_irq(&l->lock);
}

static inline void pl_write_unlock(struct pl_rwlock *l)
	__releases(&l->lock)
{
	write_unlock_irq(&l->lock);
}

/* Taken under the tasklist lock and from RCU callbacks alike: flags are kept. */
#define pl_spin_lock(l, flags)	 spin_lock_irqsave(&(l)->lock, flags)
#define pl_spin_unlock(l, flags) spin_unlock_irqrestore(&(l)->lock, flags)

static inline void pl_mutex_lock(struct pl_mutex *l)
{
	mutex_lock(&l->lock);
}

/* @subclass: for lockdep, where two of a kind are taken in a fixed order. */
static inline void pl_mutex_lock_nested(struct pl_mutex *l, unsigned int subclass)
{
	mutex_lock_nested(&l->lock, subclass);
}

static inline void pl_mutex_unlock(struct pl_mutex *l)
{
	mutex_unlock(&l->lock);
}

/* Sleeps until the condition holds; looks again at each pl_wake_all(). */
#define pl_wait_event(wait, condition) wait_event(*(wait), condition)

static inline void pl_wake_all(wait_queue_head_t *wait)
{
	wake_up_all(wait);
}

#define pl_assert_read_held(l)	lockdep_assert_held(&(l)->lock)
#define pl_assert_write_held(l) lockdep_assert_held_write(&(l)->lock)
#define pl_assert_spin_held(l)	lockdep_assert_held(&(l)->lock)
#define pl_assert_mutex_held(l)	lockdep_assert_held(&(l)->lock)

/* For the conditions of rcu_dereference_check() and list walks. */
#define pl_is_held(l)		lockdep_is_held(&(l)->lock)

static inline void pl_rcu_read_lock(struct pl_lab *lab)
	__acquires(RCU)
{
	rcu_read_lock();
}

static inline void pl_rcu_read_unlock(struct pl_lab *lab)
	__releases(RCU)
{
	rcu_read_unlock();
}

/* The condition that list walks and rcu_dereference_check() take. */
static inline bool pl_rcu_held(struct pl_lab *lab)
{
	return rcu_read_lock_held();
}

void pl_call_rcu(struct pl_lab *lab, struct rcu_head *head, rcu_callback_t func);
void pl_rcu_done(struct pl_lab *lab);
void pl_grace_period(struct pl_lab *lab);
void pl_settle(struct pl_lab *lab);

#endif /* PL_SYNC_H */
