// SPDX-License-Identifier: GPL-2.0
/*
 * Where weak references hang when there is no struct pid: on the link of the
 * first user, which counts what it leads to. Declared in task_ref.h and
 * taskref_gen.h.
 *
 * As it was written in 2006 the link did not count, so that a look-up could
 * meet a reference whose last count was gone (D1), and each link had one of
 * its own, though only the first one's was looked after (D2). Both are
 * switches; with either of them on, links do not count.
 */
#include <linux/err.h>

#include "bug.h"
#include "compat.h"
#include "lab.h"
#include "mem.h"
#include "task.h"
#include "task_ref.h"
#include "taskref_gen.h"

/**
 * pl_link_counts_ref() - whether a link counts the reference it leads to
 * @lab: the lab
 *
 * Return: true, unless a bug of the time needs that it does not.
 */
bool pl_link_counts_ref(const struct pl_lab *lab)
{
	return !pl_bug(lab, PIDLAB_BUG_TREF_REVIVE) && !pl_bug(lab, PIDLAB_BUG_TREF_DANGLE);
}
PL_EXPORT_FOR_KUNIT(pl_link_counts_ref);

/*
 * Whether @task, which @ref leads to, has left its number. Told once for each
 * reference, which points at nothing from then on, however many look at it.
 */
static bool dangles(struct pl_lab *lab, struct pl_tref *ref, struct pl_task *task)
{
	if (!pl_bug(lab, PIDLAB_BUG_TREF_DANGLE))
		return false;
	/* Detached under the write lock, before it can become a grave. */
	if (task->number[ref->type].nr == ref->pid)
		return false;
	if (cmpxchg(&ref->task, task, NULL) == task)
		pl_bug_seen(lab, PIDLAB_BUG_TREF_DANGLE,
			    pl_is_grave(lab, task) ? 0 : task->object.id);
	return true;
}

/**
 * pl_link_last_gone() - the only user of a number leaves it
 * @lab: the lab
 * @ref: what its link led to; it points at nothing from now on
 *
 * Context: tasklist_lock held for writing.
 */
void pl_link_last_gone(struct pl_lab *lab, struct pl_tref *ref)
{
	pl_assert_write_held(&lab->tasklist_lock);
	ref->task = NULL;
	/* A holder is left: the last one's put would have come here before. */
	if (pl_link_counts_ref(lab))
		atomic_dec(&ref->count);
}

/**
 * pl_link_hand_over() - a reference goes from one link to another
 * @from: leads to it, or to none
 * @to: leads to it from now on, whatever it led to before
 * @type: which link
 *
 * Context: tasklist_lock held for writing.
 */
void pl_link_hand_over(struct pl_task *from, struct pl_task *to, enum pidlab_type type)
{
	struct pl_number_link *old = &from->number[type], *new = &to->number[type];

	pl_assert_write_held(&from->lab->tasklist_lock);
	/* Only with D2 may it lead anywhere: nobody will look after that one now. */
	if (new->ref)
		pl_bug_seen(from->lab, PIDLAB_BUG_TREF_DANGLE, to->object.id);
	new->ref = old->ref;
	old->ref = NULL;
	if (!new->ref)
		return;
	new->ref->task = to;
	pl_event(HANDOVER, handover, from->lab, to->object.id, from->object.id, new->ref->pid,
		 type);
}

/*
 * Where the reference to the users of a task's number hangs: on the first
 * one's link, or as in 2006 on the task's own. NULL for an empty link.
 */
static struct pl_task *bearer(struct pl_lab *lab, struct pl_task *task, enum pidlab_type type)
{
	if (!task->number[type].nr)
		return NULL;
	if (pl_bug(lab, PIDLAB_BUG_TREF_DANGLE))
		return task;
	return pl_number_first(lab, task->number[type].nr, type);
}

static struct pl_tref *get_existing(struct pl_lab *lab, struct pl_task *task,
				    enum pidlab_type type)
{
	struct pl_task *on;
	struct pl_tref *ref = NULL;

	pl_read_lock(&lab->tasklist_lock);
	on = bearer(lab, task, type);
	if (on)
		ref = on->number[type].ref;
	if (ref)
		pl_tref_get(ref);
	pl_read_unlock(&lab->tasklist_lock);
	return ref;
}

/*
 * Under the write lock: another look, since the world may have changed while
 * memory was allocated. Only a link that still has a number gets the new one.
 */
static struct pl_tref *install(struct pl_lab *lab, struct pl_task *task, enum pidlab_type type,
			       struct pl_tref *new)
{
	struct pl_task *on = bearer(lab, task, type);
	struct pl_number_link *link;

	pl_assert_write_held(&lab->tasklist_lock);
	if (!on)
		return NULL;
	link = &on->number[type];
	if (link->ref)
		return pl_tref_get(link->ref);
	new->type = type;
	new->pid = link->nr;
	new->task = on;
	/* One for the caller, one for the link. */
	atomic_set(&new->count, 1 + pl_link_counts_ref(lab));
	link->ref = new;
	return new;
}

/* The reference for a task's link; NULL without memory, or with *left: it is empty. */
static struct pl_tref *get_ref(struct pl_ctx *ctx, struct pl_task *task, enum pidlab_type type,
			       bool *left)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_tref *ref = get_existing(lab, task, type), *new;

	*left = false;
	if (ref)
		return ref;
	new = pl_kvzalloc(ctx, PL_MEM_TREF, sizeof(*new));
	if (IS_ERR(new))
		return NULL;
	pl_point(lab, PL_POINT_TREF_ALLOCATED);
	pl_write_lock(&lab->tasklist_lock);
	ref = install(lab, task, type, new);
	pl_write_unlock(&lab->tasklist_lock);
	if (ref != new)
		pl_tref_free(lab, new);
	*left = !ref;
	return ref;
}

static struct pl_tref *by_task(struct pl_ctx *ctx, struct pl_task *task, enum pidlab_type type)
{
	bool left;

	pl_point(ctx->lab, PL_POINT_TREF_PINNED);
	return get_ref(ctx, task, type, &left);
}

static struct pl_task *pin_first(struct pl_lab *lab, int nr, enum pidlab_type type)
{
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	task = nr > 0 ? pl_number_first(lab, nr, type) : NULL;
	if (task)
		pl_task_get(task);
	pl_read_unlock(&lab->tasklist_lock);
	return task;
}

/* The caller gets "nothing there": harm, if there is still somebody (D3). */
static void lose_group(struct pl_lab *lab, int nr, enum pidlab_type type)
{
	struct pl_task *task = pin_first(lab, nr, type);

	if (!task)
		return;
	pl_bug_seen(lab, PIDLAB_BUG_TREF_LOSE_GROUP, task->object.id);
	pl_task_put(task);
}

/*
 * Pins the first user, and gets the reference for its link. It may have left
 * the number meanwhile, and another be first: then the number is asked again.
 */
static struct pl_tref *by_nr(struct pl_ctx *ctx, int nr, enum pidlab_type type,
			     struct pl_pidns *ns)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_tref *ref = NULL;
	struct pl_task *task;
	bool left = true;

	while (left && (task = pin_first(lab, nr, type))) {
		pl_point(lab, PL_POINT_TREF_PINNED);
		ref = get_ref(ctx, task, type, &left);
		pl_task_put(task);
		if (left && pl_bug(lab, PIDLAB_BUG_TREF_LOSE_GROUP)) {
			lose_group(lab, nr, type);
			break;
		}
	}
	return ref;
}

static void cut(struct pl_lab *lab, struct pl_tref *ref)
{
	pl_assert_write_held(&lab->tasklist_lock);
	ref->task->number[ref->type].ref = NULL;
}

/* As it was: the link of the task, whoever that is by now, leads nowhere. */
static void cut_uncounted(struct pl_lab *lab, struct pl_tref *ref)
{
	struct pl_task *task = READ_ONCE(ref->task);
	struct pl_number_link *link;

	if (!task || dangles(lab, ref, task))
		return;
	link = &task->number[ref->type];
	if (link->ref && link->ref != ref)
		pl_bug_seen(lab, PIDLAB_BUG_TREF_DANGLE, task->object.id);
	link->ref = NULL;
}

/* Under the write lock, since others ask there whether it was freed. */
static void bury(struct pl_lab *lab, struct pl_tref *ref)
{
	if (pl_tref_is_gone(lab, ref))
		return;
	cut_uncounted(lab, ref);
	ref->pid = PL_TREF_BEING_FREED;
	pl_tref_free(lab, ref);
}

static void put_uncounted(struct pl_lab *lab, struct pl_tref *ref)
{
	bool early = pl_bug(lab, PIDLAB_BUG_TREF_REVIVE), last = false;

	if (early) {
		if (!atomic_dec_and_test(&ref->count))
			return;
		/* Whoever finds it from here on brings it back to life, in vain. */
		pl_point(lab, PL_POINT_TREF_LAST_PUT);
		last = true;
	}
	pl_write_lock(&lab->tasklist_lock);
	if (last || atomic_dec_and_test(&ref->count))
		bury(lab, ref);
	pl_write_unlock(&lab->tasklist_lock);
}

static void put(struct pl_lab *lab, struct pl_tref *ref)
{
	if (pl_link_counts_ref(lab))
		pl_tref_put_counted(lab, ref);
	else
		put_uncounted(lab, ref);
}

static struct pl_task *first(struct pl_lab *lab, struct pl_tref *ref)
{
	struct pl_task *task = READ_ONCE(ref->task);

	return task && !dangles(lab, ref, task) ? task : NULL;
}

/* On the first user's link, even where another one's leads to the reference (D2). */
static struct hlist_head *watches(struct pl_lab *lab, const struct pl_tref *ref)
{
	return &pl_number_first(lab, ref->pid, ref->type)->number[ref->type].watches;
}

const struct pl_tref_ops pl_tref_on_links = {
	.by_task = by_task,
	.by_nr = by_nr,
	.cut = cut,
	.counts = pl_link_counts_ref,
	.put = put,
	.first = first,
	.watches = watches,
};
