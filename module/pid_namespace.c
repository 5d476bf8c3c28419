// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "pid_namespace.h"
#include "reserve.h"

/*
 * One cache for each depth, created with the first namespace that deep, shared
 * by all labs, and kept until the module goes.
 */
static struct kmem_cache *pid_caches[PL_MAX_LEVEL + 1];
static struct kmem_cache *ns_cache;

/* Protects the making of pid_caches; an entry never changes once it is set. */
static DEFINE_MUTEX(pid_caches_mutex);

static struct kmem_cache *pid_cache_of(unsigned int level)
{
	char name[24];

	lockdep_assert_held(&pid_caches_mutex);
	if (!pid_caches[level]) {
		snprintf(name, sizeof(name), "pidlab_pid_%u", level + 1);
		pid_caches[level] = kmem_cache_create(name, pl_pid_bytes(level), 0,
						      SLAB_ACCOUNT, NULL);
	}
	return pid_caches[level];
}

static struct kmem_cache *ready_pid_cache(struct pl_ctx *ctx, unsigned int level)
{
	struct kmem_cache *cache;

	if (pl_fail_point(ctx))
		return NULL;
	mutex_lock(&pid_caches_mutex);
	cache = pid_cache_of(level);
	mutex_unlock(&pid_caches_mutex);
	return cache;
}

/**
 * pl_pidns_init_caches() - make what namespaces are allocated from
 *
 * Return: 0 or -ENOMEM.
 */
int pl_pidns_init_caches(void)
{
	ns_cache = kmem_cache_create("pidlab_pidns", sizeof(struct pl_pidns), 0, SLAB_ACCOUNT,
				     NULL);
	return ns_cache ? 0 : -ENOMEM;
}

/**
 * pl_pidns_exit_caches() - undo pl_pidns_init_caches(), no lab being left
 */
void pl_pidns_exit_caches(void)
{
	unsigned int level;

	for (level = 0; level <= PL_MAX_LEVEL; level++)
		kmem_cache_destroy(pid_caches[level]);
	kmem_cache_destroy(ns_cache);
}

/**
 * pl_pidns_bytes() - what a namespace costs before its first number
 *
 * Return: bytes, without bitmap pages.
 */
size_t pl_pidns_bytes(void)
{
	return sizeof(struct pl_pidns) +
	       pl_pidmap_pages(PL_PID_MAX_LIMIT) * sizeof(struct pl_pidmap_page);
}

/**
 * pl_pidns_create() - a namespace without tasks
 * @ctx: the operation
 * @parent: the namespace around it; NULL for the lab's root
 *
 * Context: may sleep.
 * Return: the namespace with one count, for the caller; or an ERR_PTR: -ENOMEM,
 * or -ENOSPC at a limit or past the deepest level, or -EOPNOTSUPP where the generation has no
 * namespaces. Nothing is left after an error.
 */
struct pl_pidns *pl_pidns_create(struct pl_ctx *ctx, struct pl_pidns *parent)
{
	unsigned int level = parent ? parent->level + 1 : 0;
	struct pl_lab *lab = ctx->lab;
	struct pl_pidns *ns;
	unsigned long flags;
	int error;

	if (level > lab->generation->max_level)
		return ERR_PTR(lab->generation->max_level ? -ENOSPC : -EOPNOTSUPP);
	ns = pl_cache_zalloc(ctx, PL_MEM_NS, ns_cache);
	if (IS_ERR(ns))
		return ns;
	refcount_set(&ns->object.count, 1);
	ns->lab = lab;
	ns->level = level;
	ns->index = lab->generation->index;
	ns->adding = true;
	ns->pid_max = lab->setting[PIDLAB_SET_PID_MAX];

	error = -ENOMEM;
	ns->pid_cache = ready_pid_cache(ctx, level);
	if (!ns->pid_cache)
		goto out_free;
	error = pl_object_reserve(ctx, &ns->object, PIDLAB_OBJECT_NS);
	if (error)
		goto out_free;
	error = lab->generation->index->init(ctx, ns);
	if (error)
		goto out_cancel;

	ns->parent = parent ? pl_pidns_get(parent) : NULL;
	INIT_LIST_HEAD(&ns->members);
	INIT_LIST_HEAD(&ns->inside);
	pl_spin_lock(&lab->pidmap_lock, flags);
	if (parent)
		list_add_tail(&ns->beside, &parent->inside);
	pl_spin_unlock(&lab->pidmap_lock, flags);
	pl_object_publish(lab, &ns->object);
	pl_event(NS_NEW, ns_new, lab, ns->object.id, parent ? parent->object.id : 0, 0, level);
	return ns;

out_cancel:
	pl_object_cancel(lab, &ns->object);
out_free:
	pl_cache_free(lab, PL_MEM_NS, ns_cache, ns);
	return ERR_PTR(error);
}
PL_EXPORT_FOR_KUNIT(pl_pidns_create);

/**
 * pl_pidns_get() - count a namespace once more
 * @ns: a namespace the caller has a count of, or holds by a lock
 *
 * Return: @ns.
 */
struct pl_pidns *pl_pidns_get(struct pl_pidns *ns)
{
	refcount_inc(&ns->object.count);
	return ns;
}
PL_EXPORT_FOR_KUNIT(pl_pidns_get);

/**
 * pl_pidns_put() - drop a count
 * @ns: the namespace
 *
 * With the last count no pid has a number here and nobody can name it. Its
 * parent loses the count it had from it, in a loop.
 *
 * Context: any but hard interrupts; RCU callbacks included.
 */
void pl_pidns_put(struct pl_pidns *ns)
{
	while (ns && pl_object_put(ns->lab, &ns->object)) {
		struct pl_pidns *parent = ns->parent;
		struct pl_lab *lab = ns->lab;
		unsigned long flags;

		pl_spin_lock(&lab->pidmap_lock, flags);
		if (parent)
			list_del(&ns->beside);
		pl_spin_unlock(&lab->pidmap_lock, flags);
		pl_reserve_destroy(ns);
		lab->generation->index->destroy(ns);
		pl_cache_free(lab, PL_MEM_NS, ns_cache, ns);
		ns = parent;
	}
}
PL_EXPORT_FOR_KUNIT(pl_pidns_put);

/**
 * pl_pidns_stop_adding() - accept no new pids, for good
 * @ns: a namespace whose reaper is dying
 *
 * Context: any; takes pidmap_lock.
 */
void pl_pidns_stop_adding(struct pl_pidns *ns)
{
	unsigned long flags;

	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	WRITE_ONCE(ns->adding, false);
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
}
PL_EXPORT_FOR_KUNIT(pl_pidns_stop_adding);

/**
 * pl_pidns_set_pid_max() - change the limit of a namespace's numbers
 * @ns: the namespace
 * @pid_max: from user space
 *
 * Numbers at or above a lower limit stay with who has them. A namespace inside
 * has a limit of its own, and its pids need numbers here as well.
 *
 * Context: any; takes pidmap_lock.
 * Return: the limit before, or -EINVAL: out of range.
 */
int pl_pidns_set_pid_max(struct pl_pidns *ns, u64 pid_max)
{
	unsigned long flags;
	int old;

	if (pid_max < PL_PID_MAX_MIN || pid_max > PL_PID_MAX_LIMIT)
		return -EINVAL;
	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	old = ns->pid_max;
	WRITE_ONCE(ns->pid_max, pid_max);
	if (ns->lab->generation->index->limit)
		ns->lab->generation->index->limit(ns, pid_max);
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
	return old;
}
PL_EXPORT_FOR_KUNIT(pl_pidns_set_pid_max);
