/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects and their ids.
 *
 * User space names a task, pid, namespace or reference by a 64-bit id that its
 * lab gives once. The table from id to object holds no count: an object is
 * forgotten in the same step in which its last count goes, under the table's
 * lock, and a look-up takes its count under that lock or fails. So naming an
 * object never keeps it alive, and an id never reaches freed memory.
 */
#ifndef PL_OBJECT_H
#define PL_OBJECT_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "footprint.h"
#include "pidlab.h"

struct pl_ctx;
struct pl_lab;

/**
 * struct pl_object - what an id leads to; the first member of its owner
 * @id: serial << PIDLAB_ID_KIND_BITS | kind; 0 until reserved
 * @count: the owner's life: whoever holds one keeps the memory valid
 */
struct pl_object {
	u64 id;
	refcount_t count;
};

int pl_object_reserve(struct pl_ctx *ctx, struct pl_object *object, enum pidlab_object kind);
void pl_object_cancel(struct pl_lab *lab, struct pl_object *object);
void pl_object_publish(struct pl_lab *lab, struct pl_object *object);
struct pl_object *pl_object_get(struct pl_lab *lab, u64 id);
void pl_object_pin(struct pl_object *object);
struct pl_object *pl_object_take(struct pl_lab *lab, u64 id);
struct pl_object *pl_object_next(struct pl_lab *lab, unsigned long *serial);
bool pl_object_withdraw(struct pl_lab *lab, struct pl_object *object);
bool pl_object_put(struct pl_lab *lab, struct pl_object *object);

/* For those to whom it matters how many there are, passing ones included. */
static inline unsigned int pl_object_count(const struct pl_object *object)
{
	pl_touch_write(&object->count);
	return refcount_read(&object->count);
}

static inline enum pidlab_object pl_id_kind(u64 id)
{
	return id & PIDLAB_ID_KIND_MASK;
}

#endif /* PL_OBJECT_H */
