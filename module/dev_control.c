// SPDX-License-Identifier: GPL-2.0
/* The ioctl CONTROL: instructions and orders in, steps and results out. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bug.h"
#include "check.h"
#include "control.h"
#include "dev.h"
#include "footprint.h"
#include "lab.h"
#include "op.h"

#define CONTROL_FLAGS	(PIDLAB_CONTROL_FINE | PIDLAB_CONTROL_FAULTS | PIDLAB_CONTROL_LOOK)

/**
 * struct call - one CONTROL
 * @lab: the lab
 * @arg: what was asked for
 * @ops: all instructions
 * @nr_ops: how many
 * @nr_before_end: those of the start and of the actors
 * @control: the controller
 * @footprints: of the run under way
 * @footprints_room: how many fit
 * @findings: of the run under way, in its end
 * @first: of the run under way, at the step where there were any
 */
struct call {
	struct pl_lab *lab;
	struct pidlab_control *arg;
	struct pidlab_op *ops;
	unsigned int nr_ops;
	unsigned int nr_before_end;
	struct pl_control *control;
	struct pidlab_footprint *footprints;
	unsigned int footprints_room;
	struct pl_findings findings;
	struct pl_findings first;
};

static int count_ops(struct call *call)
{
	const struct pidlab_control *arg = call->arg;
	u64 sum = (u64)arg->start + arg->end;
	bool last = false;
	int i;

	for (i = 0; i < PIDLAB_ACTORS_MAX; i++) {
		/* No gaps, and at least one. */
		if ((!i && !arg->actors[i]) || (last && arg->actors[i]))
			return -EINVAL;
		last = !arg->actors[i];
		sum += arg->actors[i];
	}
	if (sum > PIDLAB_CONTROL_OPS_MAX)
		return -EINVAL;
	call->nr_ops = sum;
	call->nr_before_end = sum - arg->end;
	return 0;
}

static int add_actors(struct call *call)
{
	unsigned int i, at = call->arg->start;
	int error = 0;

	for (i = 0; i < PIDLAB_ACTORS_MAX && call->arg->actors[i] && !error; i++) {
		error = pl_control_add_actor(call->control, &call->ops[at], call->arg->actors[i]);
		at += call->arg->actors[i];
	}
	return error;
}

/* What the lab is like after a run, and after the instructions that end it. */
static int look(struct call *call, struct pidlab_control_run *out)
{
	const struct pl_findings *told = call->first.count ? &call->first : &call->findings;
	int error = pl_check(call->lab, &call->findings);

	if (error)
		return error;
	out->violations = told->count;
	out->code = told->code[0];
	out->object = told->object[0];
	out->leaks = call->findings.leaks;
	out->digest = pl_digest(call->lab);
	out->bugs_seen = pl_bugs_seen(call->lab);
	return 0;
}

static int run_once(struct call *call, struct pl_run *run, struct pidlab_control_run *out)
{
	int error = pl_control_start(call->control, call->arg->start);

	if (error)
		return error;
	call->first.count = 0;
	run->findings = call->arg->flags & PIDLAB_CONTROL_LOOK ? &call->first : NULL;
	pl_control_run(call->control, run);
	out->verdict = run->verdict;
	out->taken = run->taken;
	out->found_at = run->found_at;
	if (run->error || run->verdict == PIDLAB_VERDICT_DEADLOCK)
		return run->error;
	pl_control_run_ops(call->control, call->nr_before_end, call->arg->end);
	return look(call, out);
}

/* The actors will stand like this for ever. */
static int tell_standing(struct call *call, const struct pidlab_control_run *out)
{
	struct pidlab_standing *standing = kcalloc(PIDLAB_ACTORS_MAX, sizeof(*standing),
						   GFP_KERNEL_ACCOUNT);
	int error = 0;

	if (!standing)
		return -ENOMEM;
	pl_control_standing(call->control, standing);
	if (copy_to_user(u64_to_user_ptr(out->standing), standing,
			 PIDLAB_ACTORS_MAX * sizeof(*standing)))
		error = -EFAULT;
	kfree(standing);
	return error;
}

static int copy_out(struct call *call, const struct pl_run *run,
		    const struct pidlab_control_run *out, struct pidlab_control_run __user *user)
{
	size_t taken = min(run->taken, run->room);

	if (copy_to_user(u64_to_user_ptr(out->steps), run->steps,
			 taken * sizeof(*run->steps)) ||
	    (run->footprints && copy_to_user(u64_to_user_ptr(out->footprints), run->footprints,
					     taken * sizeof(*run->footprints))) ||
	    (out->ops && copy_to_user(u64_to_user_ptr(out->ops), call->ops,
				      call->nr_ops * sizeof(*call->ops))) ||
	    copy_to_user(user, out, sizeof(*out)))
		return -EFAULT;
	return 0;
}

/* Room for the footprints of a run, which serves later runs too. */
static int take_footprints(struct call *call, struct pl_run *run)
{
	unsigned int room = max(run->room, 1u);
	int error = pl_footprints_prepare(call->lab);

	if (!error && call->footprints_room < room) {
		kvfree(call->footprints);
		call->footprints_room = 0;
		call->footprints = kvmalloc_array(room, sizeof(*call->footprints),
						  GFP_KERNEL_ACCOUNT);
		if (call->footprints)
			call->footprints_room = room;
		else
			error = -ENOMEM;
	}
	run->footprints = error ? NULL : call->footprints;
	return error;
}

/* Who is how urgent; @changes has room for PIDLAB_CHANGES_MAX. */
static int take_priorities(const struct pidlab_control_run *out, struct pidlab_change *changes,
			   struct pl_run *run)
{
	unsigned int i;

	if (out->nr_changes > PIDLAB_CHANGES_MAX)
		return -EINVAL;
	if (copy_from_user(changes, u64_to_user_ptr(out->changes),
			   out->nr_changes * sizeof(*changes)))
		return -EFAULT;
	for (i = 0; i < out->nr_changes; i++) {
		if (!changes[i].step || changes[i].priority > U8_MAX)
			return -EINVAL;
	}
	memcpy(run->priority, out->priority, sizeof(run->priority));
	run->by_priority = memchr_inv(out->priority, 0, sizeof(out->priority));
	run->changes = changes;
	run->nr_changes = out->nr_changes;
	return 0;
}

/* One order, from user space and back. */
static int do_one(struct call *call, struct pidlab_control_run __user *user)
{
	struct pidlab_change changes[PIDLAB_CHANGES_MAX];
	struct pidlab_control_run out;
	struct pl_run run = {};
	u8 *choices = NULL;
	int error;

	if (copy_from_user(&out, user, sizeof(out)))
		return -EFAULT;
	if (out.nr_choices > PIDLAB_STEPS_MAX || out.room > PIDLAB_STEPS_MAX)
		return -EINVAL;
	error = take_priorities(&out, changes, &run);
	if (error)
		return error;
	run.nr_choices = out.nr_choices;
	run.room = out.room;
	if (run.nr_choices) {
		choices = vmemdup_user(u64_to_user_ptr(out.choices), out.nr_choices);
		if (IS_ERR(choices))
			return PTR_ERR(choices);
		run.choices = choices;
	}
	run.steps = kvcalloc(max(run.room, 1u), sizeof(*run.steps), GFP_KERNEL_ACCOUNT);
	error = run.steps ? 0 : -ENOMEM;
	if (!error && out.footprints)
		error = take_footprints(call, &run);
	call->control->footprints = run.footprints;
	if (!error)
		error = run_once(call, &run, &out);
	if (!error && out.standing && run.verdict == PIDLAB_VERDICT_DEADLOCK)
		error = tell_standing(call, &out);
	if (!error)
		error = copy_out(call, &run, &out, user);
	kvfree(run.steps);
	kvfree(choices);
	return error;
}

static int run_all(struct call *call)
{
	struct pidlab_control_run __user *user = u64_to_user_ptr(call->arg->runs);
	struct pidlab_control *arg = call->arg;
	int error = 0;

	while (arg->done < arg->nr_runs && !error) {
		if (fatal_signal_pending(current))
			return -EINTR;
		error = do_one(call, &user[arg->done]);
		if (!error)
			arg->done++;
		if (pl_control_is_stuck(call->control))
			break;
		cond_resched();
	}
	return error;
}

/* The lab is the caller's alone; after a deadlock it stays as it is, for good. */
static int take_control(struct call *call)
{
	struct pl_lab *lab = call->lab;
	int error;

	call->control = pl_control_create(lab, call->ops, call->nr_ops);
	if (IS_ERR(call->control))
		return PTR_ERR(call->control);
	call->control->fine = call->arg->flags & PIDLAB_CONTROL_FINE;
	call->control->faults = call->arg->flags & PIDLAB_CONTROL_FAULTS;
	error = add_actors(call);
	if (!error)
		error = run_all(call);
	if (pl_control_is_stuck(call->control)) {
		pl_lab_give_up(lab);
		call->ops = NULL;
		__module_get(THIS_MODULE);
	} else {
		pl_control_destroy(call->control);
	}
	return error;
}

/**
 * pl_do_control() - the ioctl CONTROL
 * @lab: the lab
 * @arg: struct pidlab_control
 *
 * Context: sleeps.
 * Return: 0 or the errors of uapi.
 */
int pl_do_control(struct pl_lab *lab, void *arg)
{
	struct call call = { .lab = lab, .arg = arg };
	int error;

	call.arg->done = 0;
	if (call.arg->flags & ~CONTROL_FLAGS)
		return -EINVAL;
	error = count_ops(&call);
	if (error)
		return error;
	if (!pl_lab_ready(lab))
		return -EBADFD;
	call.ops = vmemdup_user(u64_to_user_ptr(call.arg->ops), call.nr_ops * sizeof(*call.ops));
	if (IS_ERR(call.ops))
		return PTR_ERR(call.ops);
	down_write(&lab->quiesce);
	error = pl_lab_is_usable(lab) ? take_control(&call) : -ENOTRECOVERABLE;
	up_write(&lab->quiesce);
	kvfree(call.footprints);
	kvfree(call.ops);
	return error;
}
