// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/kernel.h>

#include "compat.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"
#include "task_ref.h"

/**
 * struct pl_pid_ext - what only a pid with weak references has
 * @ref: by type; counted; under tasklist_lock
 */
struct pl_pid_ext {
	struct pl_tref *ref[PIDLAB_TYPE_COUNT];
};

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

static void free_ref(struct pl_lab *lab, struct pl_tref *ref)
{
	pl_kvfree(lab, PL_MEM_TREF, ref, sizeof(*ref));
}

/* The sentinel's own count is the lab's: whoever drops it has put too often. */
static void put_sentinel(struct pl_lab *lab)
{
	if (!atomic_add_unless(&lab->init_tref.count, -1, 1))
		atomic_inc(&lab->sentinel_drops);
}

/* Lowers the count unless the pid's own count could then be the last. */
static bool put_fast(struct pl_tref *ref)
{
	int count = atomic_read(&ref->count);

	while (count > 2) {
		if (atomic_try_cmpxchg(&ref->count, &count, count - 1))
			return true;
	}
	return false;
}

/* The link from the pid, where there is one, is cut: nobody can get it now. */
static void unlink_from_pid(struct pl_lab *lab, struct pl_tref *ref)
{
	struct pl_pid *pid = pl_task_pid(ref->task, ref->type);

	pl_assert_write_held(&lab->tasklist_lock);
	pid->ext->ref[ref->type] = NULL;
	atomic_dec(&ref->count);
}

/**
 * pl_tref_put() - drop a count
 * @lab: the lab
 * @ref: a reference of it
 *
 * The last holder's put serialises against detach and look-up by the write
 * lock: it takes the reference out of the pid if the pid still leads to it,
 * and frees it. After that nobody holds it.
 *
 * Context: may sleep.
 */
void pl_tref_put(struct pl_lab *lab, struct pl_tref *ref)
{
	bool last;

	might_sleep();
	if (ref == &lab->init_tref) {
		put_sentinel(lab);
		return;
	}
	if (put_fast(ref))
		return;
	pl_point(lab, PL_POINT_TREF_LAST_PUT);
	pl_write_lock(&lab->tasklist_lock);
	if (atomic_dec_return(&ref->count) == 1 && ref->task)
		unlink_from_pid(lab, ref);
	last = !atomic_read(&ref->count);
	pl_write_unlock(&lab->tasklist_lock);
	if (last)
		free_ref(lab, ref);
}
PL_EXPORT_FOR_KUNIT(pl_tref_put);

/**
 * pl_tref_follow() - the users of a pid have changed
 * @lab: the lab
 * @pid: the pid
 * @type: of which type
 *
 * Hands its weak reference to the first user that is left. With none left the
 * reference points at nothing from now on and the pid lets go of it; its
 * holders keep it.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_tref_follow(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type)
{
	struct pl_tref *ref;

	pl_assert_write_held(&lab->tasklist_lock);
	ref = pid->ext ? pid->ext->ref[type] : NULL;
	if (!ref)
		return;
	ref->task = pl_pid_first(lab, pid, type);
	if (ref->task)
		return;
	pid->ext->ref[type] = NULL;
	/* A holder is left: the last one's put would have come here before. */
	atomic_dec(&ref->count);
}

/**
 * pl_tref_free_ext() - free what pl_tref_get_by_task() hung on a pid
 * @lab: the lab
 * @pid: a pid without users and without counts
 */
void pl_tref_free_ext(struct pl_lab *lab, struct pl_pid *pid)
{
	if (pid->ext)
		pl_kvfree(lab, PL_MEM_PID_EXT, pid->ext, sizeof(*pid->ext));
	pid->ext = NULL;
}

/**
 * pl_tref_peek() - the weak reference that a pid leads to
 * @pid: the pid
 * @type: of which type
 *
 * Context: tasklist_lock held.
 * Return: the reference, or NULL.
 */
const struct pl_tref *pl_tref_peek(const struct pl_pid *pid, enum pidlab_type type)
{
	return pid->ext ? pid->ext->ref[type] : NULL;
}
PL_EXPORT_FOR_KUNIT(pl_tref_peek);

/* What get_ref() may need, allocated outside the lock. */
struct spare {
	struct pl_tref *ref;
	struct pl_pid_ext *ext;
};

static int alloc_spare(struct pl_ctx *ctx, struct spare *spare)
{
	spare->ref = pl_kvzalloc(ctx, PL_MEM_TREF, sizeof(*spare->ref));
	if (IS_ERR(spare->ref))
		return PTR_ERR(spare->ref);
	spare->ext = pl_kvzalloc(ctx, PL_MEM_PID_EXT, sizeof(*spare->ext));
	if (IS_ERR(spare->ext)) {
		free_ref(ctx->lab, spare->ref);
		return PTR_ERR(spare->ext);
	}
	return 0;
}

static void free_spare(struct pl_lab *lab, struct spare *spare)
{
	if (spare->ref)
		free_ref(lab, spare->ref);
	if (spare->ext)
		pl_kvfree(lab, PL_MEM_PID_EXT, spare->ext, sizeof(*spare->ext));
}

/*
 * Under the write lock: another look, since the world may have changed while
 * memory was allocated. Only a pid that still has a user gets the new one.
 */
static struct pl_tref *install(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type,
			       struct spare *spare)
{
	struct pl_task *first = pl_pid_first(lab, pid, type);
	struct pl_tref *ref;

	pl_assert_write_held(&lab->tasklist_lock);
	if (!first)
		return NULL;
	if (!pid->ext) {
		pid->ext = spare->ext;
		spare->ext = NULL;
	}
	ref = pid->ext->ref[type];
	if (ref)
		return pl_tref_get(ref);
	ref = spare->ref;
	spare->ref = NULL;
	ref->type = type;
	ref->pid = pid->numbers[0].nr;
	ref->task = first;
	/* One for the pid, one for the caller. */
	atomic_set(&ref->count, 2);
	pid->ext->ref[type] = ref;
	return ref;
}

/* The reference of a pid that the caller counts, made if need be; or NULL. */
static struct pl_tref *get_ref(struct pl_ctx *ctx, struct pl_pid *pid, enum pidlab_type type)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_tref *ref = NULL;
	struct spare spare = {};

	pl_read_lock(&lab->tasklist_lock);
	if (pid->ext && pid->ext->ref[type])
		ref = pl_tref_get(pid->ext->ref[type]);
	pl_read_unlock(&lab->tasklist_lock);
	if (ref || alloc_spare(ctx, &spare))
		return ref;
	pl_point(lab, PL_POINT_TREF_ALLOCATED);
	pl_write_lock(&lab->tasklist_lock);
	ref = install(lab, pid, type, &spare);
	pl_write_unlock(&lab->tasklist_lock);
	free_spare(lab, &spare);
	return ref;
}

static struct pl_tref *get_ref_and_put(struct pl_ctx *ctx, struct pl_pid *pid,
				       enum pidlab_type type)
{
	struct pl_tref *ref = pid ? get_ref(ctx, pid, type) : NULL;

	pl_pid_put(pid);
	return ref ? ref : pl_tref_get(&ctx->lab->init_tref);
}

/**
 * pl_tref_get_by_task() - a weak reference to the users of a task's pid
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
	struct pl_lab *lab = ctx->lab;
	struct pl_pid *pid;

	might_sleep();
	pl_read_lock(&lab->tasklist_lock);
	pid = pl_pid_get(task->link[type].pid);
	pl_read_unlock(&lab->tasklist_lock);
	pl_point(lab, PL_POINT_TREF_PINNED);
	return get_ref_and_put(ctx, pid, type);
}
PL_EXPORT_FOR_KUNIT(pl_tref_get_by_task);

/**
 * pl_tref_get_by_nr() - a weak reference to the users of a number
 * @ctx: the operation
 * @nr: the number
 * @type: by which type
 * @ns: as seen from here
 *
 * Pins the pid, not its first user: that one may go, and another be first,
 * before the reference is installed.
 *
 * Context: may sleep.
 * Return: a counted reference, never NULL: the sentinel where nobody uses the
 * number so, or memory is short.
 */
struct pl_tref *pl_tref_get_by_nr(struct pl_ctx *ctx, int nr, enum pidlab_type type,
				  struct pl_pidns *ns)
{
	struct pl_pid *pid = pl_pid_find_get(nr, ns);

	might_sleep();
	pl_point(ctx->lab, PL_POINT_TREF_PINNED);
	return get_ref_and_put(ctx, pid, type);
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
struct pl_task *pl_tref_task(struct pl_lab *lab, const struct pl_tref *ref)
{
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	task = ref->task;
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

/**
 * pl_tref_set() - store a reference in a variable
 * @lab: the lab
 * @dst: the variable; what it held is put
 * @ref: the caller's count of it goes to the variable
 *
 * The old one is put after the new one is stored, so that setting a variable
 * to what it holds already is no more than dropping the extra count.
 *
 * Context: may sleep.
 */
void pl_tref_set(struct pl_lab *lab, struct pl_tref **dst, struct pl_tref *ref)
{
	struct pl_tref *old = *dst;

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
