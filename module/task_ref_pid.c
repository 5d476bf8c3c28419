// SPDX-License-Identifier: GPL-2.0
/*
 * Where weak references hang when there is a struct pid: on the pid, in an
 * extension that only a pid with references has. Declared in task_ref.h.
 */
#include <linux/err.h>
#include <linux/kernel.h>

#include "compat.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "task.h"
#include "task_ref.h"
#include "watch.h"

/**
 * struct pl_pid_ext - what only a pid with weak references has
 * @ref: by type; counted; under tasklist_lock
 * @watches: by type: who watches the users; under tasklist_lock
 */
struct pl_pid_ext {
	struct pl_tref *ref[PIDLAB_TYPE_COUNT];
	struct hlist_head watches[PIDLAB_TYPE_COUNT];
};

/**
 * pl_tref_follow() - the users of a pid have changed
 * @lab: the lab
 * @pid: the pid
 * @type: of which type
 *
 * Tells those who watch. Hands its weak reference to the first user that is
 * left. With none left the reference points at nothing from now on and the pid lets go of it; its
 * holders keep it.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_tref_follow(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type)
{
	struct pl_task *first, *old;
	struct pl_tref *ref;

	pl_assert_write_held(&lab->tasklist_lock);
	if (!pid->ext)
		return;
	first = pl_pid_first(lab, pid, type);
	pl_watch_tell(&pid->ext->watches[type], first);
	ref = pid->ext->ref[type];
	if (!ref)
		return;
	old = ref->task;
	ref->task = first;
	if (first) {
		if (first != old)
			pl_event(HANDOVER, handover, lab, first->object.id, old->object.id,
				 ref->pid, type);
		return;
	}
	pl_event(LAST_GONE, last_gone, lab, old->object.id, 0, ref->pid, type);
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
		pl_tref_free(ctx->lab, spare->ref);
		return PTR_ERR(spare->ext);
	}
	return 0;
}

static void free_spare(struct pl_lab *lab, struct spare *spare)
{
	if (spare->ref)
		pl_tref_free(lab, spare->ref);
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
	return ref;
}

static struct pl_tref *by_task(struct pl_ctx *ctx, struct pl_task *task, enum pidlab_type type)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_pid *pid;

	pl_read_lock(&lab->tasklist_lock);
	pid = pl_pid_get(task->link[type].pid);
	pl_read_unlock(&lab->tasklist_lock);
	pl_point(lab, PL_POINT_TREF_PINNED);
	return get_ref_and_put(ctx, pid, type);
}

/*
 * Pins the pid, not its first user: that one may go, and another be first,
 * before the reference is installed.
 */
static struct pl_tref *by_nr(struct pl_ctx *ctx, int nr, enum pidlab_type type,
			     struct pl_pidns *ns)
{
	struct pl_pid *pid = pl_pid_find_get(nr, ns);

	pl_point(ctx->lab, PL_POINT_TREF_PINNED);
	return get_ref_and_put(ctx, pid, type);
}

static void cut(struct pl_lab *lab, struct pl_tref *ref)
{
	struct pl_pid *pid = pl_task_pid(ref->task, ref->type);

	pl_assert_write_held(&lab->tasklist_lock);
	pid->ext->ref[ref->type] = NULL;
}

static bool counts(const struct pl_lab *lab)
{
	return true;
}

static struct pl_task *first(struct pl_lab *lab, struct pl_tref *ref)
{
	return ref->task;
}

static struct hlist_head *watches(struct pl_lab *lab, const struct pl_tref *ref)
{
	return &pl_task_pid(ref->task, ref->type)->ext->watches[ref->type];
}

const struct pl_tref_ops pl_tref_on_pids = {
	.by_task = by_task,
	.by_nr = by_nr,
	.cut = cut,
	.counts = counts,
	.put = pl_tref_put_counted,
	.first = first,
	.watches = watches,
};
