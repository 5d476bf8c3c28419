// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/sched.h>

#include "compat.h"
#include "footprint.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "pid_namespace.h"
#include "reserve.h"

/* The set is a map of its own: a number that is taken in it is reserved. */
static struct pl_pidmap *make_set(struct pl_ctx *ctx)
{
	struct pl_pidmap *set = pl_kvzalloc(ctx, PL_MEM_PIDMAP, sizeof(*set));
	int error;

	if (IS_ERR(set))
		return set;
	error = pl_pidmap_init(ctx, set, PL_PID_MAX_LIMIT);
	if (!error)
		return set;
	pl_kvfree(ctx->lab, PL_MEM_PIDMAP, set, sizeof(*set));
	return ERR_PTR(error);
}

static void free_set(struct pl_lab *lab, struct pl_pidmap *set)
{
	pl_pidmap_destroy(lab, set);
	pl_kvfree(lab, PL_MEM_PIDMAP, set, sizeof(*set));
}

/* Number 1 is for a task, and so is every number of a dying namespace. */
static int may_reserve(struct pl_pidns *ns, u64 count)
{
	struct pl_lab *lab = ns->lab;
	int error = 0;

	if (!count || count >= PL_PID_MAX_LIMIT)
		return -EINVAL;
	pl_read_lock(&lab->tasklist_lock);
	if (!READ_ONCE(ns->adding))
		error = -ENOMEM;
	else if (!ns->reaper)
		error = -EINVAL;
	pl_read_unlock(&lab->tasklist_lock);
	return error;
}

/* Takes a number that is free and notes it in the set; neither after an error. */
static int take_one(struct pl_ctx *ctx, struct pl_pidns *ns, struct pl_pidmap *set)
{
	const struct pl_index_ops *index = ctx->lab->generation->index;
	int nr = index->alloc(ctx, ns, 0), error;

	if (nr < 0)
		return nr;
	error = pl_pidmap_take(ctx, set, nr);
	if (error > 0)
		return nr;
	index->cancel(ns, nr);
	return error;
}

static void give_all_back(struct pl_pidns *ns, struct pl_pidmap *set)
{
	int nr;

	for (nr = pl_pidmap_next(set, 1); nr > 0; nr = pl_pidmap_next(set, nr + 1)) {
		ns->lab->generation->index->cancel(ns, nr);
		cond_resched();
	}
}

static void merge_bits(unsigned long *into, const unsigned long *from)
{
	pl_touch(into, PL_BITS_PER_PAGE / BITS_PER_BYTE, true);
	pl_touch(from, PL_BITS_PER_PAGE / BITS_PER_BYTE, false);
	bitmap_or(into, into, from, PL_BITS_PER_PAGE);
}

static void merge_pages(struct pl_pidmap *into, struct pl_pidmap *from)
{
	unsigned int i;

	for (i = 0; i < from->nr_pages; i++) {
		if (!into->pages[i].bits)
			swap(into->pages[i].bits, from->pages[i].bits);
		else if (from->pages[i].bits)
			merge_bits(into->pages[i].bits, from->pages[i].bits);
	}
}

/* The set becomes the namespace's, or part of it. */
static void install(struct pl_pidns *ns, struct pl_pidmap *set, unsigned int count)
{
	struct pl_pidmap *spare = NULL;
	unsigned long flags;

	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	ns->nr_reserved += count;
	if (ns->reserved) {
		merge_pages(ns->reserved, set);
		spare = set;
	} else {
		ns->reserved = set;
	}
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
	if (spare)
		free_set(ns->lab, spare);
}

/**
 * pl_reserve() - take the next free numbers of a namespace for nobody
 * @ctx: the operation
 * @ns: the namespace
 * @count: how many
 * @first: out: the first that was taken
 * @last: out: the last
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: none or too many asked for, or no first task yet;
 * -EAGAIN: not that many are free; -ENOMEM: no memory, or the namespace takes
 * no new tasks; -ENOSPC: a limit. After an error none is taken, and only the
 * "last number" may have moved.
 */
int pl_reserve(struct pl_ctx *ctx, struct pl_pidns *ns, u64 count, int *first, int *last)
{
	struct pl_pidmap *set;
	int nr, error = may_reserve(ns, count);
	u64 i;

	if (error)
		return error;
	set = make_set(ctx);
	if (IS_ERR(set))
		return PTR_ERR(set);
	for (i = 0; i < count; i++) {
		nr = take_one(ctx, ns, set);
		if (nr < 0)
			goto out_give_back;
		if (!i)
			*first = nr;
		*last = nr;
		cond_resched();
	}
	install(ns, set, count);
	return 0;

out_give_back:
	give_all_back(ns, set);
	free_set(ctx->lab, set);
	return nr;
}
PL_EXPORT_FOR_KUNIT(pl_reserve);

/**
 * pl_unreserve() - give a number back that was taken for nobody
 * @ns: the namespace
 * @nr: any int
 *
 * Who clears it in the set gives it back: it is free for exactly one next user.
 *
 * Context: any but hard interrupts.
 * Return: 0, or -ESRCH: it is not reserved.
 */
int pl_unreserve(struct pl_pidns *ns, int nr)
{
	struct pl_lab *lab = ns->lab;
	unsigned long flags;
	bool mine = false;

	if (nr <= 0 || nr >= PL_PID_MAX_LIMIT)
		return -ESRCH;
	pl_spin_lock(&lab->pidmap_lock, flags);
	if (ns->reserved && pl_pidmap_taken(ns->reserved, nr)) {
		pl_pidmap_free(ns->reserved, nr);
		ns->nr_reserved--;
		mine = true;
	}
	pl_spin_unlock(&lab->pidmap_lock, flags);
	if (!mine)
		return -ESRCH;
	lab->generation->index->cancel(ns, nr);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_unreserve);

/**
 * pl_reserve_next() - the lowest reserved number at or above @nr
 * @ns: the namespace
 * @nr: where to begin, above 0
 *
 * Context: lab->quiesce held for writing.
 * Return: the number, or -1.
 */
int pl_reserve_next(const struct pl_pidns *ns, int nr)
{
	return ns->reserved ? pl_pidmap_next(ns->reserved, nr) : -1;
}

/**
 * pl_reserve_destroy() - free the set with its namespace
 * @ns: a namespace that nobody can name any more
 *
 * Context: any but hard interrupts.
 */
void pl_reserve_destroy(struct pl_pidns *ns)
{
	if (ns->reserved)
		free_set(ns->lab, ns->reserved);
}
