// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "bug.h"
#include "compat.h"
#include "control.h"
#include "footprint.h"
#include "lab.h"
#include "op.h"

static bool can_go_on(const struct pl_control *control, const struct pl_actor *actor)
{
	switch (actor->state) {
	case PL_ACTOR_READY:
	case PL_ACTOR_ALLOCATING:
		return true;
	case PL_ACTOR_LOCKING:
		return !actor->lock->owner && !(actor->write && actor->lock->readers);
	case PL_ACTOR_SETTLING:
		return pl_control_has_settled(control, actor);
	case PL_ACTOR_WAITING:
	case PL_ACTOR_FINISHED:
		break;
	}
	return false;
}

/* Who can go on, and how: bits by choice. */
static unsigned int all_choices(const struct pl_control *control)
{
	unsigned int i, mask = pl_control_can_call(control) ? BIT(PIDLAB_CHOICE_GP) : 0;

	for (i = 0; i < control->nr_actors; i++) {
		if (can_go_on(control, &control->actors[i]))
			mask |= BIT(i);
		if (control->actors[i].state == PL_ACTOR_ALLOCATING)
			mask |= BIT(PIDLAB_CHOICE_FAIL + i);
	}
	return mask;
}

static bool all_finished(const struct pl_control *control)
{
	unsigned int i;

	for (i = 0; i < control->nr_actors; i++) {
		if (control->actors[i].state != PL_ACTOR_FINISHED)
			return false;
	}
	return true;
}

/* Whose step a choice is; NULL: nobody's, but that of a grace period. */
static struct pl_actor *actor_of(struct pl_control *control, unsigned int choice)
{
	if (choice == PIDLAB_CHOICE_GP)
		return NULL;
	return &control->actors[choice % PIDLAB_CHOICE_FAIL];
}

/* Whoever took the last step may be less urgent from here on. */
static void change_priority(struct pl_run *run)
{
	unsigned int i;

	for (i = 0; i < run->nr_changes; i++) {
		if (run->changes[i].step == run->taken)
			run->priority[run->last] = run->changes[i].priority;
	}
}

/* The first of those that are most urgent; none of them is to fail. */
static unsigned int most_urgent(const struct pl_run *run, unsigned int mask)
{
	unsigned int choice, found = PIDLAB_CHOICES;

	for (choice = 0; choice < PIDLAB_CHOICES; choice++) {
		if (!(mask & BIT(choice)) ||
		    (choice >= PIDLAB_CHOICE_FAIL && choice != PIDLAB_CHOICE_GP))
			continue;
		if (found == PIDLAB_CHOICES || run->priority[choice] > run->priority[found])
			found = choice;
	}
	return found;
}

/* What the schedule asks for; past its end by urgency, or whoever ran last, else the first. */
static unsigned int choose(struct pl_control *control, unsigned int mask)
{
	struct pl_run *run = control->run;
	unsigned int choice;

	if (run->taken < run->nr_choices && run->verdict == PIDLAB_VERDICT_DONE) {
		choice = run->choices[run->taken];
		if (choice < BITS_PER_BYTE * sizeof(mask) && (mask & BIT(choice)))
			return choice;
		run->verdict = PIDLAB_VERDICT_DIVERGED;
	}
	if (run->by_priority)
		return most_urgent(run, mask);
	choice = control->running - control->actors;
	return mask & BIT(choice) ? choice : __ffs(mask);
}

/* Which lock, or which allocation, an actor stands before. */
static unsigned int object_of(struct pl_control *control, const struct pl_actor *actor)
{
	if (actor->state == PL_ACTOR_LOCKING)
		return pl_control_lock_number(control, actor->lock);
	return actor->state == PL_ACTOR_ALLOCATING ? actor->allocation : 0;
}

/* What is done from this choice on, until the next one, is the footprint of this step. */
static void begin_footprint(struct pl_control *control, const struct pl_actor *actor)
{
	struct pl_run *run = control->run;
	unsigned int who = actor ? actor - control->actors : PIDLAB_CHOICE_GP;

	if (run->footprints)
		pl_footprints_step(control->lab, who, run->taken < run->room ?
				   &run->footprints[run->taken] : NULL);
}

static void note_step(struct pl_control *control, unsigned int choice, unsigned int mask)
{
	struct pl_actor *actor = actor_of(control, choice);
	struct pl_run *run = control->run;

	if (run->taken < run->room) {
		run->steps[run->taken] = (struct pidlab_step){
			.choice = choice,
			.choices = mask,
			.what = actor ? actor->step : PIDLAB_STEP_GP,
			.object = actor ? object_of(control, actor) : 0,
		};
	} else if (run->verdict == PIDLAB_VERDICT_DONE) {
		run->verdict = PIDLAB_VERDICT_TOO_LONG;
	}
	begin_footprint(control, actor);
	/* An allocation that fails is a step of its actor's, too. */
	run->last = actor ? actor - control->actors : choice;
	run->taken++;
}

/*
 * Who goes on: decided by whoever stands still, so that a step costs one
 * switch from thread to thread, or none. NULL: nobody can.
 */
static struct pl_actor *next_actor(struct pl_control *control)
{
	unsigned int choice, mask;
	struct pl_actor *actor;

	while ((mask = all_choices(control))) {
		if (all_finished(control))
			break;
		pl_control_look(control);
		change_priority(control->run);
		choice = choose(control, mask);
		note_step(control, choice, mask);
		actor = actor_of(control, choice);
		if (actor) {
			actor->fails = choice >= PIDLAB_CHOICE_FAIL;
			return actor;
		}
		pl_control_call_ready(control);
	}
	if (!all_finished(control))
		control->run->verdict = PIDLAB_VERDICT_DEADLOCK;
	return NULL;
}

/* Lets the next one go on; true if that is @actor itself. */
static bool pass_on(struct pl_control *control, const struct pl_actor *actor)
{
	struct pl_actor *next = next_actor(control);

	if (next == actor && next)
		return true;
	control->running = next;
	if (next)
		complete(&next->go);
	else
		complete(&control->over);
	return false;
}

/**
 * pl_control_step() - the actor that runs stands still
 * @actor: the actor, running in its own thread
 * @state: what it takes for it to go on
 * @what: before which step it stands
 *
 * Context: sleeps; no lock of the kernel held. Returns when its turn has come.
 */
void pl_control_step(struct pl_actor *actor, enum pl_actor_state state, unsigned int what)
{
	struct pl_control *control = actor->control;

	actor->state = state;
	actor->step = what;
	if (!pass_on(control, actor))
		wait_for_completion(&actor->go);
	actor->state = PL_ACTOR_READY;
}

/**
 * pl_control_fails() - an actor is about to allocate
 * @lab: its lab
 * @nth: which allocation of its operation this is
 *
 * Context: sleeps; no lock of the kernel held.
 * Return: true if the schedule has it fail; never where that is not asked for.
 */
bool pl_control_fails(struct pl_lab *lab, unsigned int nth)
{
	struct pl_actor *actor = lab->control->running;

	if (!lab->control->faults)
		return false;
	actor->allocation = nth;
	pl_control_step(actor, PL_ACTOR_ALLOCATING, PIDLAB_STEP_ALLOC);
	return actor->fails;
}

/* An operand that stands for a result of another instruction. */
static u64 resolve(const struct pl_control *control, u64 operand)
{
	unsigned int op, result;

	if ((operand & PIDLAB_RESULT_MASK) != PIDLAB_RESULT_OF(0, 0))
		return operand;
	op = (operand & ~PIDLAB_RESULT_MASK) >> 2;
	result = operand & 3;
	if (op >= control->nr_ops || result >= PIDLAB_OP_RESULTS)
		return 0;
	pl_touch_slot(PL_SLOT_RESULT, op, false);
	return control->ops[op].res[result];
}

/* Operands are put back, so that the next run finds them as they were. */
static void run_op(struct pl_control *control, struct pidlab_op *op)
{
	struct pidlab_op resolved = *op;
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++)
		resolved.arg[i] = resolve(control, op->arg[i]);
	pl_op_run_alone(control->lab, &resolved);
	pl_touch_slot(PL_SLOT_RESULT, op - control->ops, true);
	op->error = resolved.error;
	memcpy(op->res, resolved.res, sizeof(op->res));
}

static void run_program(struct pl_actor *actor)
{
	unsigned int i;

	for (i = 0; i < actor->count; i++) {
		/* Before the first it has been let go on already. */
		if (i)
			pl_control_step(actor, PL_ACTOR_READY, PIDLAB_STEP_BEGIN);
		run_op(actor->control, &actor->ops[i]);
	}
}

static int actor_main(void *data)
{
	struct pl_actor *actor = data;
	struct pl_control *control = actor->control;

	for (;;) {
		wait_for_completion(&actor->go);
		if (control->stop)
			break;
		run_program(actor);
		actor->state = PL_ACTOR_FINISHED;
		pass_on(control, NULL);
	}
	return 0;
}

/**
 * pl_control_current() - the actor that the caller is
 *
 * Return: the actor, or NULL.
 */
struct pl_actor *pl_control_current(void)
{
	if (!(current->flags & PF_KTHREAD) || kthread_func(current) != actor_main)
		return NULL;
	return kthread_data(current);
}
PL_EXPORT_FOR_KUNIT(pl_control_current);

/**
 * pl_control_create() - a controller without actors
 * @lab: a lab that is set up, its operations kept out by the caller
 * @ops: all instructions that will be run; results are written there
 * @nr_ops: how many
 *
 * From here on grace periods are the lab's own.
 *
 * Context: sleeps.
 * Return: the controller, or an ERR_PTR(-ENOMEM).
 */
struct pl_control *pl_control_create(struct pl_lab *lab, struct pidlab_op *ops,
				     unsigned int nr_ops)
{
	struct pl_control *control = kzalloc(sizeof(*control), GFP_KERNEL_ACCOUNT);

	lockdep_assert_held_write(&lab->quiesce);
	if (!control)
		return ERR_PTR(-ENOMEM);
	pl_settle(lab);
	control->lab = lab;
	control->ops = ops;
	control->nr_ops = nr_ops;
	control->cpu = raw_smp_processor_id();
	init_completion(&control->over);
	INIT_LIST_HEAD(&control->callbacks);
	lab->control = control;
	static_branch_inc(&pl_control_on);
	static_branch_inc(&pl_points_on);
	return control;
}
PL_EXPORT_FOR_KUNIT(pl_control_create);

/**
 * pl_control_add_actor() - one more thread
 * @control: the controller
 * @ops: its instructions, part of those of the controller
 * @count: how many, not 0
 *
 * Context: sleeps.
 * Return: 0, -EINVAL: there are PIDLAB_ACTORS_MAX, or a negative errno of
 * making a thread.
 */
int pl_control_add_actor(struct pl_control *control, struct pidlab_op *ops, unsigned int count)
{
	struct pl_actor *actor = &control->actors[control->nr_actors];
	struct task_struct *thread;

	if (control->nr_actors == PIDLAB_ACTORS_MAX || !count)
		return -EINVAL;
	actor->control = control;
	actor->ops = ops;
	actor->count = count;
	actor->state = PL_ACTOR_FINISHED;
	init_completion(&actor->go);
	thread = kthread_create(actor_main, actor, "pidlab_actor/%u", control->nr_actors);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, control->cpu);
	actor->thread = get_task_struct(thread);
	control->nr_actors++;
	wake_up_process(thread);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_control_add_actor);

/**
 * pl_control_start() - the state that each run begins with
 * @control: the controller
 * @nr_start: how many of the instructions lead to it, from the first one on
 *
 * Drops whatever is in the lab, makes the first task anew, and runs those
 * instructions. Ids are the same each time.
 *
 * Context: sleeps.
 * Return: 0, or the error of making the first task: the lab is then empty and
 * of no use but to be closed.
 */
int pl_control_start(struct pl_control *control, unsigned int nr_start)
{
	int error = pl_lab_reset(control->lab);

	if (!error)
		pl_control_run_ops(control, 0, nr_start);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_control_start);

/**
 * pl_control_run_ops() - run instructions in the caller's own thread
 * @control: the controller; no actor runs
 * @first: the first of them
 * @count: how many
 *
 * Context: sleeps.
 */
void pl_control_run_ops(struct pl_control *control, unsigned int first, unsigned int count)
{
	unsigned int i;

	for (i = first; i < first + count; i++) {
		run_op(control, &control->ops[i]);
		pl_control_call_all(control);
	}
}

/**
 * pl_control_run() - let the actors run once, in an order
 * @control: the controller, after pl_control_start()
 * @run: the order; out: what came of it
 *
 * Afterwards all have run to their end and no callback is left, unless the
 * verdict is a deadlock: then the actors stand for ever, and with them the lab
 * and the module.
 *
 * Context: sleeps.
 */
void pl_control_run(struct pl_control *control, struct pl_run *run)
{
	unsigned int i;

	run->taken = 0;
	run->verdict = PIDLAB_VERDICT_DONE;
	run->found_at = 0;
	run->bugs_seen = pl_bugs_seen(control->lab);
	run->error = 0;
	control->run = run;
	control->runs++;
	control->lock_numbers = 0;
	for (i = 0; i < control->nr_actors; i++) {
		control->actors[i].state = PL_ACTOR_READY;
		control->actors[i].step = PIDLAB_STEP_BEGIN;
		control->actors[i].nr_held = 0;
	}
	pl_control_resume(control);
}
PL_EXPORT_FOR_KUNIT(pl_control_run);

/**
 * pl_control_resume() - go on after a deadlock
 * @control: the controller; what the actors stood for was done by the caller
 *
 * Context: sleeps.
 */
void pl_control_resume(struct pl_control *control)
{
	reinit_completion(&control->over);
	/* Nobody ran last: past the end of the schedule it is the first one. */
	control->running = &control->actors[0];
	pass_on(control, NULL);
	wait_for_completion(&control->over);
	pl_footprints_step(control->lab, PIDLAB_CHOICE_GP, NULL);
	if (!pl_control_is_stuck(control))
		pl_control_call_all(control);
}
PL_EXPORT_FOR_KUNIT(pl_control_resume);

/**
 * pl_control_is_stuck() - whether actors are left that cannot go on
 * @control: the controller; no actor runs
 *
 * Return: true if so.
 */
bool pl_control_is_stuck(const struct pl_control *control)
{
	return !all_finished(control);
}
PL_EXPORT_FOR_KUNIT(pl_control_is_stuck);

/**
 * pl_control_destroy() - end the threads, and the controller
 * @control: the controller; no run ended in a deadlock
 *
 * Context: sleeps.
 */
void pl_control_destroy(struct pl_control *control)
{
	unsigned int i;

	control->stop = true;
	for (i = 0; i < control->nr_actors; i++) {
		complete(&control->actors[i].go);
		kthread_stop(control->actors[i].thread);
		put_task_struct(control->actors[i].thread);
	}
	pl_control_call_all(control);
	control->lab->control = NULL;
	static_branch_dec(&pl_points_on);
	static_branch_dec(&pl_control_on);
	kfree(control);
}
PL_EXPORT_FOR_KUNIT(pl_control_destroy);
