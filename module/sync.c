// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "compat.h"
#include "control.h"
#include "lab.h"
#include "sync.h"

DEFINE_STATIC_KEY_FALSE(pl_points_on);
DEFINE_STATIC_KEY_FALSE(pl_control_on);
PL_EXPORT_FOR_KUNIT(pl_control_on);

static const char *const point_names[] = {
#define PL_POINT_NAME(nr, NAME, name) [nr] = name,
	PIDLAB_POINTS(PL_POINT_NAME)
#undef PL_POINT_NAME
};

/**
 * pl_point_name() - what a point is called in reports
 * @point: the point
 *
 * Return: a constant string.
 */
const char *pl_point_name(enum pl_point point)
{
	return point < PL_POINT_COUNT ? point_names[point] : "?";
}
PL_EXPORT_FOR_KUNIT(pl_point_name);

/**
 * pl_point_slow() - tell the lab's hook, if it has one, and its controller
 * @lab: the lab
 * @point: the step that was taken
 *
 * Context: see pl_point().
 */
void pl_point_slow(struct pl_lab *lab, enum pl_point point)
{
	pl_hook_fn hook = READ_ONCE(lab->hook);

	if (hook)
		hook(lab, point, lab->hook_data);
	if (pl_control_active(lab))
		pl_control_point(lab, point);
}

/**
 * pl_hook_points() - call @hook at each point of the lab
 * @lab: a lab in which no operation runs
 * @hook: called in the thread that reached the point
 * @data: for the hook
 *
 * Context: may sleep. Undo with pl_unhook_points().
 */
void pl_hook_points(struct pl_lab *lab, pl_hook_fn hook, void *data)
{
	lab->hook_data = data;
	WRITE_ONCE(lab->hook, hook);
	static_branch_inc(&pl_points_on);
}
PL_EXPORT_FOR_KUNIT(pl_hook_points);

/**
 * pl_unhook_points() - undo pl_hook_points()
 * @lab: a lab in which no operation runs
 *
 * Context: may sleep.
 */
void pl_unhook_points(struct pl_lab *lab)
{
	WRITE_ONCE(lab->hook, NULL);
	static_branch_dec(&pl_points_on);
}
PL_EXPORT_FOR_KUNIT(pl_unhook_points);

/**
 * pl_call_rcu() - call @func after a grace period
 * @lab: the lab; it lives until @func has said pl_rcu_done()
 * @head: in the object that is to go
 * @func: its last step; ends with pl_rcu_done()
 *
 * Context: any.
 */
void pl_call_rcu(struct pl_lab *lab, struct rcu_head *head, rcu_callback_t func)
{
	pl_lab_get(lab);
	atomic_long_inc(&lab->rcu_pending);
	if (!static_branch_unlikely(&pl_control_on) || !pl_control_queue(lab, head, func))
		call_rcu(head, func);
}

/**
 * pl_rcu_done() - a callback of pl_call_rcu() has done its work
 * @lab: the lab
 *
 * Context: the callback.
 */
void pl_rcu_done(struct pl_lab *lab)
{
	/* Pairs with pl_settle(): who reads zero sees what the callbacks did. */
	atomic_long_dec_return_release(&lab->rcu_pending);
	pl_lab_put(lab);
}

static void nothing_to_do(struct rcu_head *head)
{
}

/**
 * pl_synchronize() - wait until all who read under RCU now are through
 * @lab: the lab
 *
 * Context: sleeps.
 */
void pl_synchronize(struct pl_lab *lab)
{
	struct rcu_head head;

	if (!pl_controlled(lab)) {
		synchronize_rcu();
		return;
	}
	/* Under control a grace period is a step that something waits for. */
	pl_control_queue(lab, &head, nothing_to_do);
	pl_control_grace_period(lab);
}

/**
 * pl_grace_period() - wait until all that was freed before is gone
 * @lab: the lab
 *
 * A callback of the lab never queues another, so that one barrier is enough.
 *
 * Context: sleeps.
 */
void pl_grace_period(struct pl_lab *lab)
{
	if (pl_controlled(lab))
		pl_control_grace_period(lab);
	else if (lab->control)
		pl_control_call_all(lab->control);
	else
		rcu_barrier();
}
PL_EXPORT_FOR_KUNIT(pl_grace_period);

/**
 * pl_settle() - wait until no callback of the lab is pending
 * @lab: a lab whose operations are kept out
 *
 * Context: sleeps, unless nothing is pending.
 */
void pl_settle(struct pl_lab *lab)
{
	/* Pairs with pl_rcu_done(). */
	if (atomic_long_read_acquire(&lab->rcu_pending))
		pl_grace_period(lab);
}
PL_EXPORT_FOR_KUNIT(pl_settle);
