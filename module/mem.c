// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/string.h>

#include "compat.h"
#include "footprint.h"
#include "lab.h"
#include "mem.h"

/* All labs together: zero once the last one is closed and its frees are done. */
static struct pl_account global;

static const char *const kind_names[] = {
#define PL_MEM_NAME(NAME, name) [PL_MEM_##NAME] = name,
	PL_MEM_KINDS(PL_MEM_NAME)
#undef PL_MEM_NAME
};

/* Which setting limits the objects of a kind, and the error past it. */
static const struct {
	int setting;
	int error;
} limits[PL_MEM_COUNT] = {
	[PL_MEM_TASK] = { PIDLAB_SET_MAX_TASKS, -EAGAIN },
	[PL_MEM_REF] = { PIDLAB_SET_MAX_REFS, -ENOSPC },
	[PL_MEM_NS] = { PIDLAB_SET_MAX_NS, -ENOSPC },
	[PL_MEM_CONTAINER] = { PIDLAB_SET_MAX_CONTAINERS, -ENOSPC },
};

/**
 * pl_mem_name() - what a kind of memory is called
 * @kind: the kind
 *
 * Return: a constant string.
 */
const char *pl_mem_name(enum pl_mem kind)
{
	return kind_names[kind];
}
PL_EXPORT_FOR_KUNIT(pl_mem_name);

/**
 * pl_mem_global() - the account of all labs
 *
 * Return: the account, for reading.
 */
const struct pl_account *pl_mem_global(void)
{
	return &global;
}
PL_EXPORT_FOR_KUNIT(pl_mem_global);

/**
 * pl_fail_point() - an allocation of the operation is about to happen
 * @ctx: the operation
 *
 * Context: may sleep: an actor can be held here.
 * Return: 0, or -ENOMEM if it is the one that was asked to fail.
 */
int pl_fail_point(struct pl_ctx *ctx)
{
	ctx->allocations++;
	if (ctx->allocations == ctx->fail_nth || pl_may_fail(ctx->lab, ctx->allocations))
		return -ENOMEM;
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_fail_point);

static void account_add(struct pl_account *account, enum pl_mem kind, long objects, long bytes)
{
	atomic_long_add(objects, &account->objects[kind]);
	atomic_long_add(bytes, &account->bytes[kind]);
	atomic_long_add(bytes, &account->total);
	if (objects < 0)
		atomic_long_inc(&account->freed);
}

/*
 * Adds first and takes back if that was too much: two threads can both be
 * refused near the limit, but never both pass it.
 */
static int charge(struct pl_ctx *ctx, enum pl_mem kind, size_t bytes)
{
	struct pl_lab *lab = ctx->lab;
	int error = pl_fail_point(ctx);

	if (error)
		return error;
	if (limits[kind].error &&
	    atomic_long_inc_return(&lab->account.objects[kind]) >
		    (long)lab->setting[limits[kind].setting])
		error = limits[kind].error;
	else if (!limits[kind].error)
		atomic_long_inc(&lab->account.objects[kind]);
	if (!error && atomic_long_add_return(bytes, &lab->account.total) >
			      (long)lab->setting[PIDLAB_SET_MAX_BYTES]) {
		atomic_long_sub(bytes, &lab->account.total);
		error = -ENOSPC;
	}
	pl_touch_slot(PL_SLOT_LIMIT, 0, error);
	if (error) {
		atomic_long_dec(&lab->account.objects[kind]);
		return error;
	}
	atomic_long_add(bytes, &lab->account.bytes[kind]);
	account_add(&global, kind, 1, bytes);
	pl_lab_get(lab);
	return 0;
}

static void uncharge(struct pl_lab *lab, enum pl_mem kind, size_t bytes)
{
	account_add(&lab->account, kind, -1, -(long)bytes);
	account_add(&global, kind, -1, -(long)bytes);
	pl_lab_put(lab);
}

/* Addresses of objects are multiples of this, so the table is less sparse. */
#define GRAVE_ALIGN sizeof(u64)

static unsigned long grave_of(const void *object)
{
	return (unsigned long)object / GRAVE_ALIGN;
}

static void give_back(const struct pl_lab *lab, const void *object)
{
	if (!pl_footprints_owns(lab, object))
		kvfree(object);
}

/* A place in the table for each object, so that its burial cannot fail. */
static void *with_grave(struct pl_lab *lab, void *object)
{
	if (!object || likely(!lab->setting[PIDLAB_SET_BUGS]) ||
	    !xa_reserve_irq(&lab->graves, grave_of(object), GFP_KERNEL_ACCOUNT))
		return object;
	give_back(lab, object);
	return NULL;
}

static bool bury(struct pl_lab *lab, void *object, size_t bytes)
{
	unsigned long flags;

	pl_touch_freed(object, bytes);
	if (likely(!lab->setting[PIDLAB_SET_BUGS]))
		return false;
	memset(object, POISON_FREE, bytes);
	xa_lock_irqsave(&lab->graves, flags);
	__xa_store(&lab->graves, grave_of(object), object, GFP_ATOMIC);
	xa_unlock_irqrestore(&lab->graves, flags);
	return true;
}

/**
 * pl_is_grave() - whether memory of a lab was freed
 * @lab: a lab with a bug switched on
 * @object: the memory, or what was it once
 *
 * Context: any.
 * Return: true if so; what it holds is poison.
 */
bool pl_is_grave(struct pl_lab *lab, const void *object)
{
	pl_touch(object, GRAVE_ALIGN, false);
	return xa_load(&lab->graves, grave_of(object));
}
PL_EXPORT_FOR_KUNIT(pl_is_grave);

/**
 * pl_mem_clear_graves() - free what a lab has kept
 * @lab: a lab without objects
 */
void pl_mem_clear_graves(struct pl_lab *lab)
{
	unsigned long index;
	void *object;

	xa_for_each(&lab->graves, index, object)
		give_back(lab, object);
	xa_destroy(&lab->graves);
}

/**
 * pl_cache_zalloc() - a zeroed object from a cache
 * @ctx: the operation
 * @kind: what it is
 * @cache: where from
 *
 * Context: may sleep.
 * Return: the object, to be given back with pl_cache_free(), or an ERR_PTR:
 * -ENOMEM, -EAGAIN or -ENOSPC by the limit that was reached.
 */
void *pl_cache_zalloc(struct pl_ctx *ctx, enum pl_mem kind, struct kmem_cache *cache)
{
	size_t bytes = kmem_cache_size(cache);
	int error = charge(ctx, kind, bytes);
	void *object;

	if (error)
		return ERR_PTR(error);
	object = pl_footprints_zalloc(ctx->lab, bytes);
	if (!object)
		object = kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
	object = with_grave(ctx->lab, object);
	if (object)
		return object;
	uncharge(ctx->lab, kind, bytes);
	return ERR_PTR(-ENOMEM);
}
PL_EXPORT_FOR_KUNIT(pl_cache_zalloc);

/**
 * pl_cache_free() - give back what pl_cache_zalloc() gave
 * @lab: whose it is
 * @kind: what it is
 * @cache: where from
 * @object: the object
 *
 * Context: any.
 */
void pl_cache_free(struct pl_lab *lab, enum pl_mem kind, struct kmem_cache *cache, void *object)
{
	if (!bury(lab, object, kmem_cache_size(cache)) && !pl_footprints_owns(lab, object))
		kmem_cache_free(cache, object);
	uncharge(lab, kind, kmem_cache_size(cache));
}
PL_EXPORT_FOR_KUNIT(pl_cache_free);

/**
 * pl_kvzalloc() - zeroed memory
 * @ctx: the operation
 * @kind: what it is
 * @bytes: how much, not 0
 *
 * Context: may sleep.
 * Return: as pl_cache_zalloc(); given back with pl_kvfree().
 */
void *pl_kvzalloc(struct pl_ctx *ctx, enum pl_mem kind, size_t bytes)
{
	int error = charge(ctx, kind, bytes);
	void *object;

	if (error)
		return ERR_PTR(error);
	object = pl_footprints_zalloc(ctx->lab, bytes);
	if (!object)
		object = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	object = with_grave(ctx->lab, object);
	if (object)
		return object;
	uncharge(ctx->lab, kind, bytes);
	return ERR_PTR(-ENOMEM);
}
PL_EXPORT_FOR_KUNIT(pl_kvzalloc);

/**
 * pl_kvfree() - give back what pl_kvzalloc() gave
 * @lab: whose it is
 * @kind: what it is
 * @object: the memory
 * @bytes: as it was asked for
 *
 * Context: any but hard interrupts.
 */
void pl_kvfree(struct pl_lab *lab, enum pl_mem kind, void *object, size_t bytes)
{
	if (!bury(lab, object, bytes))
		give_back(lab, object);
	uncharge(lab, kind, bytes);
}
PL_EXPORT_FOR_KUNIT(pl_kvfree);
