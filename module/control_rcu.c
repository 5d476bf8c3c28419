// SPDX-License-Identifier: GPL-2.0
/*
 * Grace periods of a lab under control. Declared in control.h and sync.h.
 *
 * A callback waits for the readers that there were when it was queued, and for
 * them only: one that enters later is not in its way. It is called when the
 * schedule says so, not before.
 */
#include <linux/slab.h>

#include "control.h"
#include "footprint.h"
#include "lab.h"

/**
 * struct callback - queued by an actor
 * @node: in pl_control.callbacks
 * @number: the how manieth in this run
 * @head: what to hand over
 * @func: what to call
 * @blockers: actors inside a read side since before it was queued
 */
struct callback {
	struct list_head node;
	u64 number;
	struct rcu_head *head;
	rcu_callback_t func;
	unsigned long blockers;
};

static unsigned long readers(const struct pl_control *control)
{
	unsigned long mask = 0;
	unsigned int i;

	for (i = 0; i < control->nr_actors; i++) {
		pl_touch_slot(PL_SLOT_READER, i, false);
		if (control->actors[i].readers)
			mask |= BIT(i);
	}
	return mask;
}

/*
 * Outside of runs there are no readers, and real locks may be held: those wait
 * in a list that needs no memory, and are called before the next run.
 */
static void queue_at_start(struct pl_control *control, struct rcu_head *head,
			   rcu_callback_t func)
{
	head->func = func;
	head->next = control->start_callbacks;
	control->start_callbacks = head;
}

/**
 * pl_control_queue() - a callback is to come after a grace period
 * @lab: the lab; its memory is pinned by the caller
 * @head: in the object
 * @func: the callback
 *
 * Return: true if a controller has taken it; else it is the kernel's.
 */
bool pl_control_queue(struct pl_lab *lab, struct rcu_head *head, rcu_callback_t func)
{
	struct pl_control *control = lab->control;
	struct callback *callback;

	if (!control)
		return false;
	if (!control->running) {
		queue_at_start(control, head, func);
		return true;
	}
	callback = kmalloc(sizeof(*callback), GFP_KERNEL | __GFP_NOFAIL);
	pl_touch_slot(PL_SLOT_QUEUE, 0, true);
	callback->number = ++control->queued;
	callback->head = head;
	callback->func = func;
	callback->blockers = readers(control);
	list_add_tail(&callback->node, &control->callbacks);
	return true;
}

/* Locks that callbacks take: those wait for whoever is held inside of one. */
static bool has_what_callbacks_take(const struct pl_lab *lab)
{
	return lab->pidmap_lock.v.owner || lab->users_lock.v.owner;
}

/**
 * pl_control_can_call() - whether a grace period can end now
 * @control: the controller
 *
 * Return: true if a callback is queued that no reader holds up, and no lock.
 */
bool pl_control_can_call(const struct pl_control *control)
{
	struct callback *callback;

	if (has_what_callbacks_take(control->lab))
		return false;
	list_for_each_entry(callback, &control->callbacks, node) {
		if (!callback->blockers)
			return true;
	}
	return false;
}

/**
 * pl_control_has_settled() - whether what an actor waits for is done
 * @control: the controller
 * @actor: in pl_grace_period()
 *
 * Return: true if so.
 */
bool pl_control_has_settled(const struct pl_control *control, const struct pl_actor *actor)
{
	const struct callback *callback;

	list_for_each_entry(callback, &control->callbacks, node) {
		if (callback->number <= actor->settle)
			return false;
	}
	return true;
}

/**
 * pl_control_call_ready() - a grace period ends
 * @control: the controller; no actor runs meanwhile
 *
 * What callbacks do is one step, and nobody's: locks that they take are the
 * kernel's own, and whoever called this stands where it stood.
 */
void pl_control_call_ready(struct pl_control *control)
{
	struct pl_actor *last = control->running;
	struct callback *callback, *next;

	control->running = NULL;
	pl_touch_slot(PL_SLOT_QUEUE, 0, true);
	pl_touch_slot(PL_SLOT_UNBLOCK, 0, false);
	list_for_each_entry_safe(callback, next, &control->callbacks, node) {
		if (callback->blockers)
			continue;
		list_del(&callback->node);
		callback->func(callback->head);
		kfree(callback);
	}
	control->running = last;
}

/**
 * pl_control_call_all() - call whatever is queued
 * @control: the controller; no actor has anything left to do
 */
void pl_control_call_all(struct pl_control *control)
{
	struct rcu_head *head;

	pl_control_call_ready(control);
	while (control->start_callbacks) {
		head = control->start_callbacks;
		control->start_callbacks = head->next;
		head->func(head);
	}
}

/**
 * pl_control_rcu_read_lock() - an actor enters a read side
 * @lab: its lab
 *
 * Return: false: the caller is no actor.
 */
bool pl_control_rcu_read_lock(struct pl_lab *lab)
{
	struct pl_actor *actor;

	if (!pl_control_active(lab))
		return false;
	actor = lab->control->running;
	if (!actor->readers)
		pl_control_step(actor, PL_ACTOR_READY, PIDLAB_STEP_RCU_LOCK);
	pl_touch_slot(PL_SLOT_READER, actor - lab->control->actors, true);
	actor->readers++;
	return true;
}

/**
 * pl_control_rcu_read_unlock() - an actor leaves a read side
 * @lab: its lab
 *
 * Return: false: the caller is no actor.
 */
bool pl_control_rcu_read_unlock(struct pl_lab *lab)
{
	struct pl_control *control = lab->control;
	struct callback *callback;
	struct pl_actor *actor;

	if (!pl_control_active(lab))
		return false;
	actor = control->running;
	if (--actor->readers)
		return true;
	pl_touch_slot(PL_SLOT_READER, actor - control->actors, true);
	list_for_each_entry(callback, &control->callbacks, node) {
		if (callback->blockers & BIT(actor - control->actors))
			pl_touch_slot(PL_SLOT_UNBLOCK, 0, true);
		callback->blockers &= ~BIT(actor - control->actors);
	}
	if (control->fine)
		pl_control_step(actor, PL_ACTOR_READY, PIDLAB_STEP_RCU_UNLOCK);
	return true;
}

/**
 * pl_control_rcu_read_held() - whether the actor that runs is in a read side
 * @lab: its lab
 *
 * Return: true if so.
 */
bool pl_control_rcu_read_held(const struct pl_lab *lab)
{
	return lab->control->running->readers;
}

/**
 * pl_control_grace_period() - an actor waits for what is queued now
 * @lab: its lab
 */
void pl_control_grace_period(struct pl_lab *lab)
{
	struct pl_actor *actor = lab->control->running;

	pl_touch_slot(PL_SLOT_QUEUE, 0, false);
	actor->settle = lab->control->queued;
	pl_control_step(actor, PL_ACTOR_SETTLING, PIDLAB_STEP_GP);
	/* The callbacks come before what it does next. */
	pl_touch_slot(PL_SLOT_QUEUE, 0, false);
}
