/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of a lab: what it holds, by kind, within its limits.
 *
 * Each allocation goes through here, so that the account is exact, a limit is
 * kept by every way in, and the n-th allocation of an operation can be made to
 * fail. Each object counted keeps the lab's own memory alive, since it is
 * given back from RCU callbacks that may run after the file was closed.
 *
 * Where a bug of the time is switched on, what is freed becomes a grave: it is
 * off the account, poisoned, and stays allocated until the lab goes.
 */
#ifndef PL_MEM_H
#define PL_MEM_H

#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/types.h>

#include "pidlab.h"

struct pl_lab;

/* Kinds of memory: NAME, name */
#define PL_MEM_KINDS(X) \
	X(TASK,	   "task") \
	X(PAYLOAD, "payload") \
	X(SIGNAL,  "signal") \
	X(PID,	   "pid") \
	X(PID_EXT, "pid_ext") \
	X(NS,	   "namespace") \
	X(PIDMAP,  "pidmap") \
	X(INDEX,   "index") \
	X(REF,	   "ref") \
	X(TREF,	   "task_ref") \
	X(WATCH,   "watch") \
	X(CONTAINER, "container") \
	X(CSS,	   "css")

#define PL_MEM_ENUM(NAME, name) PL_MEM_##NAME,
enum pl_mem { PL_MEM_KINDS(PL_MEM_ENUM) PL_MEM_COUNT };
#undef PL_MEM_ENUM

/**
 * struct pl_account - what a lab, or the whole module, holds
 * @objects: live objects by kind
 * @bytes: their bytes by kind, as asked for
 * @total: sum of @bytes
 * @freed: objects given back since the start
 */
struct pl_account {
	atomic_long_t objects[PL_MEM_COUNT];
	atomic_long_t bytes[PL_MEM_COUNT];
	atomic_long_t total;
	atomic_long_t freed;
};

/**
 * struct pl_ctx - one operation under way
 * @lab: where
 * @fail_nth: which of its allocations is to fail, 0 for none
 * @allocations: how many it has made
 * @fail_at: of a fork: the phase that is to fail, 0 for none
 *
 * Lives on the stack of the thread that runs the operation.
 */
struct pl_ctx {
	struct pl_lab *lab;
	unsigned int fail_nth;
	unsigned int allocations;
	enum pidlab_phase fail_at;
};

int pl_fail_point(struct pl_ctx *ctx);
void *pl_cache_zalloc(struct pl_ctx *ctx, enum pl_mem kind, struct kmem_cache *cache);
void *pl_kvzalloc(struct pl_ctx *ctx, enum pl_mem kind, size_t bytes);
void pl_cache_free(struct pl_lab *lab, enum pl_mem kind, struct kmem_cache *cache, void *object);
void pl_kvfree(struct pl_lab *lab, enum pl_mem kind, void *object, size_t bytes);

bool pl_is_grave(struct pl_lab *lab, const void *object);
void pl_mem_clear_graves(struct pl_lab *lab);

const char *pl_mem_name(enum pl_mem kind);
const struct pl_account *pl_mem_global(void);

#endif /* PL_MEM_H */
