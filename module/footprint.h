/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Footprints: what memory each step of a run under control read and wrote.
 *
 * Two steps of different actors that touch nothing in common, or only read
 * what they have in common, lead to the same state in either order. A search
 * through the orders of a run needs to see only one of them. So a build with
 * PL_FOOTPRINTS=y compiles all that runs in an actor with the compiler's
 * -fsanitize=thread, and records each access for the step in which it happens.
 *
 * What the compiler does not see is told: atomics and bit operations by
 * footprint_instrument.h; locks, read sides, grace periods, waits and operands
 * by the controller; ids by object.c; the kernel's own tables (IDR, bitmaps)
 * and what is freed, where they are called, by the macros below.
 *
 * Left out, since the order does not matter to what they become: the account
 * of memory (unless something is refused: see PL_SLOT_LIMIT), who needs the
 * lab's own memory, callbacks that are pending, events, and counters that only
 * INFO tells. Left out too is what nobody
 * else can see: the actor's own stack, and memory that it allocated in the
 * same step.
 *
 * The bits of a footprint mean the same in all runs of a lab: memory is called
 * by who allocated it in that run and as the how manieth, so while footprints
 * are recorded the lab's objects come from an arena of its own. Each word gets
 * a bit when it is first touched; past 512 words they share bits, which makes
 * steps look dependent that are not, never the reverse.
 *
 * Counts: an operation counts its operands while it runs, so that two which only
 * look at a task would both write its count. An instruction that takes a count and
 * gives it back while others are left (pl_touch_get(), pl_touch_put()) reads it;
 * who drops any other count, may drop the last, or looks at what the count is
 * (pl_object_count()), writes it.
 *
 * Owned by the lab, from the first run that asks for them on.
 */
#ifndef PL_FOOTPRINT_H
#define PL_FOOTPRINT_H

#include <linux/errno.h>
#include <linux/types.h>

struct pidlab_footprint;
struct pl_control;
struct pl_lab;
struct pl_object;

/* What is touched and has no address that would say so. */
enum pl_slot {
	PL_SLOT_READER,	  /* whether an actor is in a read side; by actor */
	PL_SLOT_QUEUE,	  /* callbacks that are queued */
	PL_SLOT_UNBLOCK,  /* readers in the way of a callback */
	PL_SLOT_WAKE,	  /* who waits to be woken */
	PL_SLOT_RESULT,	  /* results of an instruction; by its place */
	PL_SLOT_SERIAL,	  /* the giver of ids */
	PL_SLOT_ID,	  /* where an id leads; by serial */
	PL_SLOT_LIMIT,	  /* written by who is refused, read by who is not */
	PL_SLOT_COUNT
};

#ifdef PL_FOOTPRINTS

int pl_footprints_prepare(struct pl_lab *lab);
void pl_footprints_free(struct pl_lab *lab);
void pl_footprints_begin(struct pl_lab *lab);
void pl_footprints_step(struct pl_lab *lab, unsigned int actor, struct pidlab_footprint *out);
void *pl_footprints_zalloc(struct pl_lab *lab, size_t bytes);
bool pl_footprints_owns(const struct pl_lab *lab, const void *object);

void pl_touch(const void *ptr, size_t bytes, bool write);
void pl_touch_get(const struct pl_object *object);
void pl_touch_put(const struct pl_object *object);
void pl_touch_freed(const void *object, size_t bytes);
void pl_touch_slot(enum pl_slot slot, u64 number, bool write);
void pl_touch_entry(const void *table, u64 number, bool write);

#define PL_HAS_FOOTPRINTS true

#else

#define PL_HAS_FOOTPRINTS false

static inline int pl_footprints_prepare(struct pl_lab *lab)
{
	return -EOPNOTSUPP;
}

static inline void pl_footprints_free(struct pl_lab *lab)
{
}

static inline void pl_footprints_begin(struct pl_lab *lab)
{
}

static inline void pl_footprints_step(struct pl_lab *lab, unsigned int actor,
				      struct pidlab_footprint *out)
{
}

static inline void *pl_footprints_zalloc(struct pl_lab *lab, size_t bytes)
{
	return NULL;
}

static inline bool pl_footprints_owns(const struct pl_lab *lab, const void *object)
{
	return false;
}

static inline void pl_touch(const void *ptr, size_t bytes, bool write)
{
}

static inline void pl_touch_get(const struct pl_object *object)
{
}

static inline void pl_touch_put(const struct pl_object *object)
{
}

static inline void pl_touch_freed(const void *object, size_t bytes)
{
}

static inline void pl_touch_slot(enum pl_slot slot, u64 number, bool write)
{
}

static inline void pl_touch_entry(const void *table, u64 number, bool write)
{
}

#endif /* PL_FOOTPRINTS */

/* Something that the kernel reads, or writes, in code of its own. */
#define pl_touch_read(ptr)  pl_touch(ptr, sizeof(*(ptr)), false)
#define pl_touch_write(ptr) pl_touch(ptr, sizeof(*(ptr)), true)

#endif /* PL_FOOTPRINT_H */
