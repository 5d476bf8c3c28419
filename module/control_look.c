// SPDX-License-Identifier: GPL-2.0
/*
 * What is wrong with a lab under control, at the step where it comes to be.
 * Declared in control.h.
 *
 * The harm that a bug does is counted at once. Invariants are about a lab in
 * which nothing is half done, so they are checked wherever a schedule happens
 * to leave it like that; what is only wrong for a while is seen there, or
 * nowhere.
 */
#include "bug.h"
#include "check.h"
#include "control.h"
#include "footprint.h"
#include "lab.h"

static bool nothing_is_half_done(const struct pl_control *control)
{
	const struct pl_actor *actor;

	for (actor = control->actors; actor < control->actors + control->nr_actors; actor++) {
		if (actor->state != PL_ACTOR_FINISHED &&
		    !(actor->state == PL_ACTOR_READY && actor->step == PIDLAB_STEP_BEGIN))
			return false;
	}
	return list_empty(&control->callbacks) && !control->start_callbacks;
}

/* What looking takes and lets go of is no step's. */
static void check_invariants(struct pl_control *control)
{
	struct pl_actor *last = control->running;
	struct pl_run *run = control->run;

	control->running = NULL;
	pl_footprints_step(control->lab, PIDLAB_CHOICE_GP, NULL);
	run->error = pl_check_still(control->lab, run->findings);
	control->running = last;
	if (!run->error && run->findings->count)
		run->found_at = run->taken;
}

/**
 * pl_control_look() - what is wrong after a step
 * @control: the controller; all actors stand still
 *
 * Nothing where the run does not ask for it, before the first step, and once
 * something was found.
 *
 * Context: sleeps; no lock of the kernel held.
 */
void pl_control_look(struct pl_control *control)
{
	struct pl_run *run = control->run;

	if (!run->findings || !run->taken || run->found_at || run->error)
		return;
	if (pl_bugs_seen(control->lab) != run->bugs_seen)
		run->found_at = run->taken;
	else if (nothing_is_half_done(control))
		check_invariants(control);
}
