// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "bug.h"
#include "bug.h"
#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "task.h"
#include "task_ref.h"

/**
 * pl_tref_init_sentinel() - make a lab's "nothing there"
 * @lab: a new lab
 */
void pl_tref_init_sentinel(struct pl_lab *lab)
{
	lab->init_tref = (struct pl_tref){
		.count = ATOMIC_INIT(1),
		.type = PIDLAB_TYPE_PID,
	};
}

/**
 * pl_tref_get() - count a reference once more
 * @ref: one that the caller has a count of
 *
 * Context: any. One atomic increment, no lock.
 * Return: @ref.
 */
struct pl_tref *pl_tref_get(struct pl_tref *ref)
{
	atomic_inc(&ref->count);
	return ref;
}
PL_EXPORT_FOR_KUNIT(pl_tref_get);

/**
 * pl_tref_is_gone() - whether a reference was freed under its holder
 * @lab: the lab
 * @ref: the reference; if so, that is counted as harm done by D1, or by D4
 *
 * Context: any. The answer "no" holds under tasklist_lock, or with a count.
 * Return: true if so; it must not be followed then.
 */
bool pl_tref_is_gone(struct pl_lab *lab, const struct pl_tref *ref)
{
	bool revived = pl_bug(lab, PIDLAB_BUG_TREF_REVIVE);

	if (!pl_has_bugs(lab) || (!pl_is_grave(lab, ref) && ref->pid != PL_TREF_BEING_FREED))
		return false;
	pl_bug_seen(lab, revived ? PIDLAB_BUG_TREF_REVIVE : PIDLAB_BUG_TREF_SELF_SET, 0);
	return true;
}

/**
 * pl_tref_again() - count a reference that a holder has once more
 * @lab: the lab
 * @ref: the holder's; with a bug of the time it may be freed by now
 *
 * Context: any.
 * Return: @ref, or the sentinel where following it would be a use after free.
 */
struct pl_tref *pl_tref_again(struct pl_lab *lab, struct pl_tref *ref)
{
	return pl_tref_get(pl_tref_is_gone(lab, ref) ? &lab->init_tref : ref);
}

/**
 * pl_tref_free() - free a reference
 * @lab: the lab
 * @ref: one that nobody counts
 */
void pl_tref_free(struct pl_lab *lab, struct pl_tref *ref)
{
	pl_kvfree(lab, PL_MEM_TREF, ref, sizeof(*ref));
}

/* The sentinel's own count is the lab's: whoever drops it has put too often. */
static void put_sentinel(struct pl_lab *lab)
{
	if (!atomic_add_unless(&lab->init_tref.count, -1, 1))
		atomic_inc(&lab->sentinel_drops);
}

/* Lowers the count unless the count of what leads to it could then be the last. */
static bool put_fast(struct pl_tref *ref)
{
	int count = atomic_read(&ref->count);

	while (count > 2) {
		if (atomic_try_cmpxchg(&ref->count, &count, count - 1))
			return true;
	}
	return false;
}

/**
 * pl_tref_put_counted() - drop a count of a reference that what leads to it counts
 * @lab: the lab
 * @ref: not the sentinel
 *
 * Context: may sleep.
 */
void pl_tref_put_counted(struct pl_lab *lab, struct pl_tref *ref)
{
	bool last;

	if (put_fast(ref))
		return;
	pl_point(lab, PL_POINT_TREF_LAST_PUT);
	pl_write_lock(&lab->tasklist_lock);
	if (atomic_dec_return(&ref->count) == 1 && ref->task) {
		lab->generation->tref->cut(lab, ref);
		atomic_dec(&ref->count);
	}
	last = !atomic_read(&ref->count);
	pl_write_unlock(&lab->tasklist_lock);
	if (last)
		pl_tref_free(lab, ref);
}

/**
 * pl_tref_put() - drop a count
 * @lab: the lab
 * @ref: a reference of it
 *
 * The last holder's put serialises against detach and look-up by the write
 * lock: it cuts what leads to the reference, if anything does, and frees it.
 * After that nobody holds it.
 *
 * Context: may sleep.
 */
void pl_tref_put(struct pl_lab *lab, struct pl_tref *ref)
{
	might_sleep();
	if (ref == &lab->init_tref)
		put_sentinel(lab);
	else if (!pl_tref_is_gone(lab, ref))
		lab->generation->tref->put(lab, ref);
}
PL_EXPORT_FOR_KUNIT(pl_tref_put);

/* A reference that a way to one has found, or "nothing there", counted. */
static struct pl_tref *or_sentinel(struct pl_lab *lab, struct pl_tref *ref)
{
	return ref ? ref : pl_tref_get(&lab->init_tref);
}

/**
 * pl_tref_get_by_task() - a weak reference to the users of what a task uses
 * @ctx: the operation
 * @task: a task the caller counts
 * @type: by which type
 *
 * Allocates outside the lock; who loses the race to install frees its own.
 *
 * Context: may sleep.
 * Return: a counted reference, never NULL: the sentinel where the link is
 * empty or memory is short.
 */
struct pl_tref *pl_tref_get_by_task(struct pl_ctx *ctx, struct pl_task *task,
				    enum pidlab_type type)
{
	might_sleep();
	return or_sentinel(ctx->lab, ctx->lab->generation->tref->by_task(ctx, task, type));
}
PL_EXPORT_FOR_KUNIT(pl_tref_get_by_task);

/**
 * pl_tref_get_by_nr() - a weak reference to the users of a number
 * @ctx: the operation
 * @nr: the number
 * @type: by which type
 * @ns: as seen from here
 *
 * Context: may sleep.
 * Return: a counted reference, never NULL: the sentinel where nobody uses the
 * number so, or memory is short.
 */
struct pl_tref *pl_tref_get_by_nr(struct pl_ctx *ctx, int nr, enum pidlab_type type,
				  struct pl_pidns *ns)
{
	might_sleep();
	return or_sentinel(ctx->lab, ctx->lab->generation->tref->by_nr(ctx, nr, type, ns));
}
PL_EXPORT_FOR_KUNIT(pl_tref_get_by_nr);

/**
 * pl_tref_task() - the first user now
 * @lab: the lab
 * @ref: a reference the caller counts
 *
 * Context: takes tasklist_lock.
 * Return: the task, counted; or NULL.
 */
struct pl_task *pl_tref_task(struct pl_lab *lab, struct pl_tref *ref)
{
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	task = pl_tref_is_gone(lab, ref) ? NULL : lab->generation->tref->first(lab, ref);
	if (task)
		pl_task_get(task);
	pl_read_unlock(&lab->tasklist_lock);
	return task;
}
PL_EXPORT_FOR_KUNIT(pl_tref_task);

/**
 * pl_tref_init() - a variable begins as "nothing there"
 * @lab: the lab
 * @dst: the variable
 */
void pl_tref_init(struct pl_lab *lab, struct pl_tref **dst)
{
	*dst = pl_tref_get(&lab->init_tref);
}
PL_EXPORT_FOR_KUNIT(pl_tref_init);

/* How many count a reference, without what leads to it. */
static int holders(struct pl_lab *lab, const struct pl_tref *ref)
{
	int count;

	pl_read_lock(&lab->tasklist_lock);
	count = atomic_read(&ref->count);
	/* The sentinel's first count is the lab's. */
	if (ref == &lab->init_tref || (ref->task && lab->generation->tref->counts(lab)))
		count--;
	pl_read_unlock(&lab->tasklist_lock);
	return count;
}

/* The order of 2006 (D4): what is stored may be what the put has freed. */
static void put_then_store(struct pl_lab *lab, struct pl_tref **dst, struct pl_tref *ref)
{
	pl_tref_put(lab, *dst);
	*dst = pl_tref_is_gone(lab, ref) ? pl_tref_get(&lab->init_tref) : ref;
}

/**
 * pl_tref_set() - store a reference in a variable
 * @lab: the lab
 * @dst: the variable; what it held is put
 * @ref: the caller's count of it goes to the variable
 *
 * Setting a variable to what it holds already is no more than dropping the
 * caller's count; with no other count than the variable's own, the caller has
 * none to drop, and nothing happens.
 *
 * Context: may sleep.
 */
void pl_tref_set(struct pl_lab *lab, struct pl_tref **dst, struct pl_tref *ref)
{
	struct pl_tref *old = *dst;

	if (pl_bug(lab, PIDLAB_BUG_TREF_SELF_SET)) {
		put_then_store(lab, dst, ref);
		return;
	}
	if (old == ref && holders(lab, ref) == 1)
		return;
	*dst = ref;
	pl_tref_put(lab, old);
}
PL_EXPORT_FOR_KUNIT(pl_tref_set);

/**
 * pl_tref_reset() - a variable is "nothing there" again
 * @lab: the lab
 * @dst: the variable
 *
 * Context: may sleep.
 */
void pl_tref_reset(struct pl_lab *lab, struct pl_tref **dst)
{
	pl_tref_set(lab, dst, pl_tref_get(&lab->init_tref));
}
PL_EXPORT_FOR_KUNIT(pl_tref_reset);

/**
 * pl_tref_fini() - the end of a variable
 * @lab: the lab
 * @dst: the variable; NULL afterwards
 *
 * Context: may sleep.
 */
void pl_tref_fini(struct pl_lab *lab, struct pl_tref **dst)
{
	pl_tref_put(lab, *dst);
	*dst = NULL;
}
PL_EXPORT_FOR_KUNIT(pl_tref_fini);
