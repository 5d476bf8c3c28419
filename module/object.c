// SPDX-License-Identifier: GPL-2.0
#include <linux/xarray.h>

#include "compat.h"
#include "footprint.h"
#include "lab.h"
#include "mem.h"
#include "object.h"

static unsigned long serial_of(u64 id)
{
	return id >> PIDLAB_ID_KIND_BITS;
}

/**
 * pl_object_reserve() - give an object its id and a place in the table
 * @ctx: the operation
 * @object: an object nobody else knows yet
 * @kind: what it is
 *
 * The id leads nowhere until pl_object_publish().
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int pl_object_reserve(struct pl_ctx *ctx, struct pl_object *object, enum pidlab_object kind)
{
	struct pl_lab *lab = ctx->lab;
	unsigned long serial;
	int error = pl_fail_point(ctx);

	if (error)
		return error;
	pl_touch_slot(PL_SLOT_SERIAL, 0, true);
	serial = atomic_long_inc_return(&lab->last_serial);
	error = xa_reserve_irq(&lab->objects, serial, GFP_KERNEL_ACCOUNT);
	if (!error)
		object->id = (u64)serial << PIDLAB_ID_KIND_BITS | kind;
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_object_reserve);

/**
 * pl_object_cancel() - give up a reserved id
 * @lab: the lab
 * @object: reserved and not published, or not reserved at all
 */
void pl_object_cancel(struct pl_lab *lab, struct pl_object *object)
{
	unsigned long flags;

	if (!object->id)
		return;
	pl_touch_slot(PL_SLOT_ID, serial_of(object->id), true);
	xa_lock_irqsave(&lab->objects, flags);
	__xa_erase(&lab->objects, serial_of(object->id));
	xa_unlock_irqrestore(&lab->objects, flags);
	object->id = 0;
}
PL_EXPORT_FOR_KUNIT(pl_object_cancel);

/**
 * pl_object_publish() - let the id lead to the object
 * @lab: the lab
 * @object: reserved; whatever a look-up may touch is set
 *
 * Context: any. Cannot fail: the place was reserved.
 */
void pl_object_publish(struct pl_lab *lab, struct pl_object *object)
{
	unsigned long flags;

	pl_touch_slot(PL_SLOT_ID, serial_of(object->id), true);
	xa_lock_irqsave(&lab->objects, flags);
	__xa_store(&lab->objects, serial_of(object->id), object, GFP_ATOMIC);
	xa_unlock_irqrestore(&lab->objects, flags);
}
PL_EXPORT_FOR_KUNIT(pl_object_publish);

/**
 * pl_object_get() - the object behind an id, counted
 * @lab: the lab
 * @id: from user space
 *
 * Context: any.
 * Return: the object with a count for the caller, or NULL: the id was never
 * given, or its object is gone.
 */
struct pl_object *pl_object_get(struct pl_lab *lab, u64 id)
{
	struct pl_object *object;
	unsigned long flags;

	pl_touch_slot(PL_SLOT_ID, serial_of(id), false);
	xa_lock_irqsave(&lab->objects, flags);
	object = xa_load(&lab->objects, serial_of(id));
	if (object && (object->id != id || !refcount_inc_not_zero(&object->count)))
		object = NULL;
	if (object)
		pl_touch_get(object);
	xa_unlock_irqrestore(&lab->objects, flags);
	return object;
}
PL_EXPORT_FOR_KUNIT(pl_object_get);

/**
 * pl_object_pin() - count an object until the instruction is over
 * @object: the object; something else keeps it meanwhile
 *
 * Context: any. Given back with the put of its kind.
 */
void pl_object_pin(struct pl_object *object)
{
	refcount_inc(&object->count);
	pl_touch_get(object);
}

/**
 * pl_object_next() - walk over all published objects
 * @lab: the lab
 * @serial: where to begin; out: where to go on
 *
 * Return: the next object, counted, or NULL at the end.
 */
struct pl_object *pl_object_next(struct pl_lab *lab, unsigned long *serial)
{
	struct pl_object *object;
	unsigned long flags;

	xa_lock_irqsave(&lab->objects, flags);
	while ((object = xa_find(&lab->objects, serial, ULONG_MAX, XA_PRESENT))) {
		(*serial)++;
		if (refcount_inc_not_zero(&object->count))
			break;
	}
	xa_unlock_irqrestore(&lab->objects, flags);
	return object;
}

/**
 * pl_object_take() - take an object's id away and hand over the id's count
 * @lab: the lab
 * @id: of a kind whose table entry owns a count (references)
 *
 * Context: any.
 * Return: the object, for exactly one caller; NULL for every other.
 */
struct pl_object *pl_object_take(struct pl_lab *lab, u64 id)
{
	struct pl_object *object;
	unsigned long flags;

	pl_touch_slot(PL_SLOT_ID, serial_of(id), true);
	xa_lock_irqsave(&lab->objects, flags);
	object = xa_load(&lab->objects, serial_of(id));
	if (object && object->id == id)
		__xa_erase(&lab->objects, serial_of(id));
	else
		object = NULL;
	xa_unlock_irqrestore(&lab->objects, flags);
	return object;
}
PL_EXPORT_FOR_KUNIT(pl_object_take);

/**
 * pl_object_withdraw() - take the id away of an object that the caller counts
 * @lab: the lab
 * @object: of a kind whose table entry owns a count
 *
 * Context: any.
 * Return: true for exactly one caller, who drops the id's count.
 */
bool pl_object_withdraw(struct pl_lab *lab, struct pl_object *object)
{
	unsigned long flags;
	bool found;

	xa_lock_irqsave(&lab->objects, flags);
	found = xa_load(&lab->objects, serial_of(object->id)) == object;
	if (found)
		__xa_erase(&lab->objects, serial_of(object->id));
	xa_unlock_irqrestore(&lab->objects, flags);
	return found;
}
PL_EXPORT_FOR_KUNIT(pl_object_withdraw);

/**
 * pl_object_put() - drop a count; forget the object with the last one
 * @lab: the lab
 * @object: the object
 *
 * Context: any, RCU callbacks included.
 * Return: true if that was the last: nobody can reach the object any more and
 * the caller frees it.
 */
bool pl_object_put(struct pl_lab *lab, struct pl_object *object)
{
	unsigned long flags;

	pl_touch_put(object);
	if (!refcount_dec_and_test(&object->count))
		return false;
	if (!object->id)
		return true;
	pl_touch_slot(PL_SLOT_ID, serial_of(object->id), true);
	/*
	 * A look-up between the count's fall to zero and this lock fails: it
	 * may not raise a count from zero. After this lock there is none.
	 */
	xa_lock_irqsave(&lab->objects, flags);
	if (xa_load(&lab->objects, serial_of(object->id)) == object)
		__xa_erase(&lab->objects, serial_of(object->id));
	xa_unlock_irqrestore(&lab->objects, flags);
	pl_event(FREE, free, lab, object->id, 0, 0, 0);
	return true;
}
PL_EXPORT_FOR_KUNIT(pl_object_put);
