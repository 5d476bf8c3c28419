// SPDX-License-Identifier: GPL-2.0
/*
 * The index of mainline since 4.15: an IDR for each namespace. A number is taken
 * with NULL in its place, and the pid stored there when it is complete.
 */
#include <linux/idr.h>

#include "footprint.h"
#include "index.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "pid_namespace.h"

static int idr_init_lab(struct pl_lab *lab)
{
	return 0;
}

static void idr_destroy_lab(struct pl_lab *lab)
{
}

static int idr_init_ns(struct pl_ctx *ctx, struct pl_pidns *ns)
{
	idr_init(&ns->idr);
	return 0;
}

static void idr_destroy_ns(struct pl_pidns *ns)
{
	idr_destroy(&ns->idr);
}

/* Memory is set aside before the lock; under control that lock lets one sleep. */
static gfp_t preload(const struct pl_pidns *ns)
{
	if (pl_controlled(ns->lab))
		return GFP_KERNEL_ACCOUNT;
	idr_preload(GFP_KERNEL_ACCOUNT);
	return GFP_ATOMIC;
}

static void end_preload(gfp_t gfp)
{
	if (gfp == GFP_ATOMIC)
		idr_preload_end();
}

/* Under pidmap_lock. */
static int take_number(struct pl_pidns *ns, int tid, gfp_t gfp)
{
	int lowest = 1;

	pl_touch_write(&ns->idr.idr_next);
	if (tid)
		return idr_alloc(&ns->idr, NULL, tid, tid + 1, gfp);
	/* Once past the reserved numbers, they are not given again. */
	if (idr_get_cursor(&ns->idr) > PL_RESERVED_PIDS)
		lowest = PL_RESERVED_PIDS;
	return idr_alloc_cyclic(&ns->idr, NULL, lowest, READ_ONCE(ns->pid_max), gfp);
}

static int idr_take(struct pl_ctx *ctx, struct pl_pidns *ns, int tid)
{
	unsigned long flags;
	int nr = pl_fail_point(ctx);
	gfp_t gfp;

	if (nr)
		return nr;
	gfp = preload(ns);
	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	nr = take_number(ns, tid, gfp);
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
	end_preload(gfp);
	if (nr == -ENOSPC)
		nr = tid ? -EEXIST : -EAGAIN;
	return nr;
}

static void idr_cancel(struct pl_pidns *ns, int nr)
{
	unsigned long flags;

	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	pl_touch_write(&ns->idr.idr_next);
	idr_remove(&ns->idr, nr);
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
}

/*
 * Footprints: idr_next stands for which numbers are free; a number's entry for
 * the pid there; idr_base for all pids. Two that publish do not meet, so they
 * read that word, and who looks at all of them writes it.
 */
static void touch_number(struct pl_pidns *ns, int nr)
{
	pl_touch_entry(&ns->idr, nr, true);
	pl_touch_read(&ns->idr.idr_base);
}

static void idr_publish(struct pl_pid *pid, struct pl_upid *upid)
{
	pl_assert_spin_held(&upid->ns->lab->pidmap_lock);
	touch_number(upid->ns, upid->nr);
	idr_replace(&upid->ns->idr, pid, upid->nr);
}

static void idr_remove_pid(struct pl_pid *pid, struct pl_upid *upid)
{
	pl_assert_spin_held(&upid->ns->lab->pidmap_lock);
	touch_number(upid->ns, upid->nr);
	pl_touch_write(&upid->ns->idr.idr_next);
	idr_remove(&upid->ns->idr, upid->nr);
}

static void idr_restart(struct pl_pidns *ns)
{
	unsigned long flags;

	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	idr_set_cursor(&ns->idr, 0);
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
}

/* A number above all that the tree covers seems taken: it has no tag there. */
static bool idr_taken(struct pl_pidns *ns, int nr)
{
	pl_touch_read(&ns->idr.idr_next);
	return !radix_tree_tag_get(&ns->idr.idr_rt, nr, IDR_FREE);
}

static struct pl_pid *idr_find_pid(struct pl_pidns *ns, int nr)
{
	pl_touch_entry(&ns->idr, nr, false);
	return idr_find(&ns->idr, nr);
}

/* Passes over numbers that are taken and have no pid yet. */
static int idr_next(struct pl_pidns *ns, int nr)
{
	pl_touch_write(&ns->idr.idr_base);
	return idr_get_next(&ns->idr, &nr) ? nr : -1;
}

/* The cursor is where the next search begins. */
static int idr_last(const struct pl_pidns *ns)
{
	return max((int)idr_get_cursor(&ns->idr) - 1, 0);
}

const struct pl_index_ops pl_index_idr = {
	.init_lab = idr_init_lab,
	.destroy_lab = idr_destroy_lab,
	.init = idr_init_ns,
	.destroy = idr_destroy_ns,
	.alloc = idr_take,
	.cancel = idr_cancel,
	.publish = idr_publish,
	.remove = idr_remove_pid,
	.restart = idr_restart,
	.taken = idr_taken,
	.find = idr_find_pid,
	.last = idr_last,
	.next = idr_next,
};
