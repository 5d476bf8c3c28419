// SPDX-License-Identifier: GPL-2.0
/* References that remember what happens to the users. Declared in ref.h. */
#include <linux/err.h>

#include "compat.h"
#include "event.h"
#include "lab.h"
#include "ref.h"
#include "task_ref.h"
#include "watch.h"

/* The reference and its watch begin together, so that nothing is missed between. */
static void begin(struct pl_lab *lab, struct pl_ref *ref, struct pl_ref *from)
{
	pl_write_lock(&lab->tasklist_lock);
	ref->weak = pl_tref_again(lab, from->weak);
	ref->type = ref->weak->type;
	ref->nr = ref->weak->pid;
	if (ref->weak != &lab->init_tref)
		pl_watch_begin(ref->watch, ref->weak);
	pl_write_unlock(&lab->tasklist_lock);
}

/**
 * pl_ref_cancel() - undo what made a reference that is not published
 * @lab: the lab
 * @ref: with its one count
 *
 * Context: may sleep.
 */
void pl_ref_cancel(struct pl_lab *lab, struct pl_ref *ref)
{
	pl_object_cancel(lab, &ref->object);
	pl_ref_put(lab, ref);
}

/**
 * pl_ref_make_watch() - a weak reference that remembers what happens
 * @ctx: the operation
 * @from: a weak one that the caller counts
 *
 * Context: may sleep.
 * Return: the reference, to be published or cancelled; or an ERR_PTR: -EINVAL:
 * @from is not weak; -ESRCH: it is one to the sentinel; -ENOMEM, -ENOSPC.
 */
struct pl_ref *pl_ref_make_watch(struct pl_ctx *ctx, struct pl_ref *from)
{
	struct pl_watch *watch;
	struct pl_ref *ref;

	if (from->kind != PL_REF_WEAK && from->kind != PL_REF_WATCH)
		return ERR_PTR(-EINVAL);
	watch = pl_watch_alloc(ctx);
	if (IS_ERR(watch))
		return ERR_CAST(watch);
	ref = pl_ref_alloc(ctx, PL_REF_WATCH);
	if (IS_ERR(ref)) {
		pl_watch_free(watch);
		return ref;
	}
	ref->watch = watch;
	begin(ctx->lab, ref, from);
	if (ref->weak != &ctx->lab->init_tref)
		return ref;
	pl_ref_cancel(ctx->lab, ref);
	return ERR_PTR(-ESRCH);
}

/**
 * pl_ref_hold_watch() - pl_ref_make_watch(), with an id that owns it
 * @ctx: the operation
 * @from: a weak one that the caller counts
 * @id: out: the reference
 *
 * Context: may sleep.
 * Return: 0 or the errors of pl_ref_make_watch().
 */
int pl_ref_hold_watch(struct pl_ctx *ctx, struct pl_ref *from, u64 *id)
{
	struct pl_ref *ref = pl_ref_make_watch(ctx, from);

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	pl_ref_publish(ctx, ref, id);
	return 0;
}

/**
 * pl_ref_take_event() - what has happened since it was asked last
 * @lab: the lab
 * @ref: a reference that the caller counts
 * @event: out
 *
 * Under the write lock, so that it is one of the steps that tell of handovers.
 *
 * Context: takes tasklist_lock.
 * Return: 0; -EINVAL: it is no watch; -EAGAIN: nothing; -ESRCH: the users have
 * gone, and that was told.
 */
int pl_ref_take_event(struct pl_lab *lab, struct pl_ref *ref, struct pidlab_ref_event *event)
{
	int got;

	if (ref->kind != PL_REF_WATCH)
		return -EINVAL;
	pl_write_lock(&lab->tasklist_lock);
	got = pl_watch_take(ref->watch, event);
	pl_write_unlock(&lab->tasklist_lock);
	if (got < 0)
		return got;
	return got ? 0 : -EAGAIN;
}

/**
 * pl_ref_end_watch() - let go of what a watch has
 * @lab: the lab
 * @ref: one that nobody counts any more
 *
 * Context: may sleep.
 */
void pl_ref_end_watch(struct pl_lab *lab, struct pl_ref *ref)
{
	pl_watch_free(ref->watch);
	if (ref->weak)
		pl_tref_put(lab, ref->weak);
	else
		atomic_dec(&lab->left_files);
}

/**
 * pl_ref_leave_to_file() - all that the lab holds is about to go, but a file
 * @lab: the lab, its operations kept out by the caller
 * @ref: what the file owns, which keeps its watch, and is to lose its id next
 *
 * The watch hears of the end of its users like any other.
 *
 * Context: may sleep.
 */
void pl_ref_leave_to_file(struct pl_lab *lab, struct pl_ref *ref)
{
	lockdep_assert_held_write(&lab->quiesce);
	atomic_inc(&lab->left_files);
	pl_tref_put(lab, ref->weak);
	ref->weak = NULL;
}

/**
 * pl_ref_close() - a file lets go of its reference
 * @lab: the lab, whose memory the caller keeps
 * @ref: what the file owned
 *
 * Takes the id away, where the lab did not go first, and the file's own count.
 *
 * Context: may sleep; lab->quiesce held.
 */
void pl_ref_close(struct pl_lab *lab, struct pl_ref *ref)
{
	if (pl_object_withdraw(lab, &ref->object)) {
		pl_event(PUT, put, lab, ref->object.id, 0, ref->nr, pl_ref_public_kind(ref));
		pl_ref_put(lab, ref);
	}
	pl_ref_put(lab, ref);
}
