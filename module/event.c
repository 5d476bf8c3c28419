// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "event.h"
#include "lab.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

DEFINE_STATIC_KEY_FALSE(pl_events_on);

static struct workqueue_struct *queue;

/**
 * pl_events_init() - make what sends events
 *
 * Return: 0 or -ENOMEM.
 */
int pl_events_init(void)
{
	queue = alloc_workqueue("pidlab_events", WQ_UNBOUND, 0);
	return queue ? 0 : -ENOMEM;
}

/**
 * pl_events_exit() - undo pl_events_init(), no lab being left
 */
void pl_events_exit(void)
{
	destroy_workqueue(queue);
}

/**
 * pl_events_init_lab() - nobody wants to be told
 * @lab: a new lab
 * @send: takes events out and sends them; puts the lab at its end
 */
void pl_events_init_lab(struct pl_lab *lab, work_func_t send)
{
	raw_spin_lock_init(&lab->events.lock);
	INIT_WORK(&lab->events.work, send);
}

/**
 * pl_events_free_lab() - the end of a lab
 * @lab: nobody wants to be told any more
 */
void pl_events_free_lab(struct pl_lab *lab)
{
	kvfree(lab->events.ring);
}

/**
 * pl_events_want() - one more wants to be told of a lab's events
 * @lab: the lab
 *
 * Context: sleeps.
 * Return: 0 or -ENOMEM; 0 is undone with pl_events_unwant().
 */
int pl_events_want(struct pl_lab *lab)
{
	struct pl_events *events = &lab->events;
	struct pl_event *spare = kvcalloc(PL_EVENTS_ROOM, sizeof(*spare), GFP_KERNEL_ACCOUNT);
	unsigned long flags;

	if (!spare)
		return -ENOMEM;
	raw_spin_lock_irqsave(&events->lock, flags);
	if (!events->ring)
		swap(events->ring, spare);
	/* What is left in it was for others. */
	if (!events->wanted++)
		events->tail = events->head;
	raw_spin_unlock_irqrestore(&events->lock, flags);
	kvfree(spare);
	static_branch_inc(&pl_events_on);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_events_want);

/**
 * pl_events_unwant() - undo pl_events_want()
 * @lab: the lab
 *
 * Context: sleeps.
 */
void pl_events_unwant(struct pl_lab *lab)
{
	struct pl_events *events = &lab->events;
	struct pl_event *old = NULL;
	unsigned long flags;

	static_branch_dec(&pl_events_on);
	raw_spin_lock_irqsave(&events->lock, flags);
	if (!--events->wanted)
		swap(events->ring, old);
	raw_spin_unlock_irqrestore(&events->lock, flags);
	kvfree(old);
}
PL_EXPORT_FOR_KUNIT(pl_events_unwant);

/**
 * pl_events_flush() - wait until what is in the ring is sent
 * @lab: a lab in which nothing happens
 *
 * Context: sleeps.
 */
void pl_events_flush(struct pl_lab *lab)
{
	flush_work(&lab->events.work);
}

/**
 * pl_events_take() - take the oldest event out of the ring
 * @lab: the lab
 * @event: out
 *
 * Context: any.
 * Return: true; false if there is none.
 */
bool pl_events_take(struct pl_lab *lab, struct pl_event *event)
{
	struct pl_events *events = &lab->events;
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&events->lock, flags);
	found = events->ring && events->head != events->tail;
	if (found)
		*event = events->ring[events->tail++ % PL_EVENTS_ROOM];
	raw_spin_unlock_irqrestore(&events->lock, flags);
	return found;
}
PL_EXPORT_FOR_KUNIT(pl_events_take);

/**
 * pl_events_count() - how many events there have been
 * @lab: the lab
 * @sequence: out: number of the last one
 * @lost: out: how many found no room
 *
 * Context: any.
 */
void pl_events_count(struct pl_lab *lab, u64 *sequence, u64 *lost)
{
	struct pl_events *events = &lab->events;
	unsigned long flags;

	raw_spin_lock_irqsave(&events->lock, flags);
	*sequence = events->sequence;
	*lost = events->lost;
	raw_spin_unlock_irqrestore(&events->lock, flags);
}
PL_EXPORT_FOR_KUNIT(pl_events_count);

/* The lab lives while work is queued for it; its caller keeps it until then. */
static void queue_send(struct pl_lab *lab)
{
	pl_lab_get(lab);
	if (!queue_work(queue, &lab->events.work))
		pl_lab_put(lab);
}

/**
 * pl_event_put() - put an event into the ring, if somebody wants it
 * @lab: the lab
 * @what: what happened
 * @object: id; see PIDLAB_EVENTS, as for the rest
 * @other: likewise
 * @nr: likewise
 * @value: likewise
 *
 * Context: any; under any lock of the lab.
 */
void pl_event_put(struct pl_lab *lab, enum pidlab_event what, u64 object, u64 other, int nr,
		  int value)
{
	struct pl_events *events = &lab->events;
	unsigned long flags;
	bool wanted;

	raw_spin_lock_irqsave(&events->lock, flags);
	wanted = events->wanted;
	if (wanted)
		events->sequence++;
	if (wanted && events->head - events->tail < PL_EVENTS_ROOM) {
		events->ring[events->head++ % PL_EVENTS_ROOM] = (struct pl_event){
			.sequence = events->sequence,
			/* Under the lock, so that times are in the order of numbers. */
			.time = ktime_get_ns(),
			.lost = events->lost,
			.object = object,
			.other = other,
			.what = what,
			.nr = nr,
			.value = value,
		};
	} else if (wanted) {
		events->lost++;
	}
	raw_spin_unlock_irqrestore(&events->lock, flags);
	if (wanted)
		queue_send(lab);
}
PL_EXPORT_FOR_KUNIT(pl_event_put);
