// SPDX-License-Identifier: GPL-2.0
/* Traps at named points, and instructions that run or wait in other threads. */
#include <linux/kthread.h>

#include "lab_helper.h"

static void try_trap(struct lab_trap *trap, struct pl_lab *lab, enum pl_point point)
{
	if (point != trap->point || trap->sprung)
		return;
	if (trap->skip) {
		trap->skip--;
		return;
	}
	trap->sprung = true;
	trap->spring(lab, trap->data);
}

static void try_park(struct lab_parked *parked, enum pl_point point)
{
	if (current != parked->thread || point != parked->point || parked->parked)
		return;
	parked->parked = true;
	complete(&parked->arrived);
	wait_for_completion(&parked->go);
}

static void lab_hook(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct lab_test *self = data;
	int i;

	if (self->trap)
		try_trap(self->trap, lab, point);
	for (i = 0; i < LAB_TEST_PARKED; i++) {
		/* Pairs with the release in lab_start(). */
		struct lab_parked *parked = smp_load_acquire(&self->parked[i]);

		if (parked)
			try_park(parked, point);
	}
}

static void hook(struct kunit *test, struct pl_lab *lab)
{
	struct lab_test *self = test->priv;

	if (self->hooked == lab)
		return;
	KUNIT_ASSERT_NULL(test, self->hooked);
	self->hooked = lab;
	pl_hook_points(lab, lab_hook, self);
}

/**
 * lab_unhook() - no traps and no parking any more
 * @test: the case; no other thread runs an instruction of it
 */
void lab_unhook(struct kunit *test)
{
	struct lab_test *self = test->priv;

	if (self->hooked)
		pl_unhook_points(self->hooked);
	self->hooked = NULL;
	self->trap = NULL;
}

/**
 * lab_set_trap() - spring once at a point
 * @test: the case
 * @lab: a lab of the case, the only one with traps or parked instructions
 * @trap: lives until lab_unset_trap() or the end of the case
 */
void lab_set_trap(struct kunit *test, struct pl_lab *lab, struct lab_trap *trap)
{
	struct lab_test *self = test->priv;

	self->trap = trap;
	hook(test, lab);
}

/**
 * lab_unset_trap() - undo lab_set_trap()
 * @test: the case
 */
void lab_unset_trap(struct kunit *test)
{
	struct lab_test *self = test->priv;

	self->trap = NULL;
}

/**
 * lab_wait_for_stop() - sleep until kthread_stop()
 *
 * Context: the last thing that a thread of a case does, so that whoever stops it
 * finds it there. Sleeps.
 */
void lab_wait_for_stop(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
}

struct errand {
	struct pl_lab *lab;
	struct pidlab_op *op;
	struct completion finished;
};

static int run_errand(void *data)
{
	struct errand *errand = data;

	pl_op_run(errand->lab, errand->op);
	complete(&errand->finished);
	lab_wait_for_stop();
	return 0;
}

/**
 * lab_run_elsewhere() - run an instruction in another thread and wait for it
 * @lab: where
 * @op: the instruction; error -ENOMEM if there was no thread
 *
 * Context: sleeps. From a trap too: another thread takes locks of its own.
 */
void lab_run_elsewhere(struct pl_lab *lab, struct pidlab_op *op)
{
	struct errand errand = { .lab = lab, .op = op };
	struct task_struct *thread;

	init_completion(&errand.finished);
	thread = kthread_run(run_errand, &errand, "pidlab_errand");
	if (IS_ERR(thread)) {
		op->error = -ENOMEM;
		return;
	}
	wait_for_completion(&errand.finished);
	kthread_stop(thread);
}

static int run_parked(void *data)
{
	struct lab_parked *parked = data;

	WRITE_ONCE(parked->started, true);
	pl_op_run(parked->lab, &parked->op);
	/* If it never came to the point, whoever waits for that goes on. */
	complete(&parked->arrived);
	complete(&parked->finished);
	lab_wait_for_stop();
	return 0;
}

/**
 * lab_start() - start an instruction in a thread of its own
 * @test: the case
 * @lab: a lab of the case, the only one with traps or parked instructions
 * @parked: the instruction
 *
 * Until lab_resume() it may be under way: no digest, no check; and nothing may
 * assert, since the thread would be left behind.
 */
void lab_start(struct kunit *test, struct pl_lab *lab, struct lab_parked *parked)
{
	struct lab_test *self = test->priv;
	struct task_struct *thread;
	int i;

	for (i = 0; i < LAB_TEST_PARKED && self->parked[i]; i++)
		;
	KUNIT_ASSERT_LT(test, i, LAB_TEST_PARKED);
	hook(test, lab);
	parked->lab = lab;
	parked->started = false;
	parked->parked = false;
	init_completion(&parked->arrived);
	init_completion(&parked->go);
	init_completion(&parked->finished);
	thread = kthread_create(run_parked, parked, "pidlab_parked");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	parked->thread = thread;
	/* Pairs with the acquire in lab_hook(). */
	smp_store_release(&self->parked[i], parked);
	wake_up_process(thread);
}

/**
 * lab_wait_blocked() - wait until an instruction waits for somebody, or is over
 * @parked: from lab_start()
 */
void lab_wait_blocked(struct lab_parked *parked)
{
	while (!READ_ONCE(parked->started) ||
	       (READ_ONCE(parked->thread->__state) == TASK_RUNNING &&
		!completion_done(&parked->finished)))
		schedule_timeout_uninterruptible(1);
}

/**
 * lab_park() - start an instruction and wait until it stops at its point
 * @test: the case
 * @lab: see lab_start()
 * @parked: its instruction and point
 *
 * Return: whether it waits at the point, rather than being over. lab_resume()
 * is due in any case.
 */
bool lab_park(struct kunit *test, struct pl_lab *lab, struct lab_parked *parked)
{
	lab_start(test, lab, parked);
	wait_for_completion(&parked->arrived);
	return parked->parked;
}

/**
 * lab_resume() - let a parked instruction go on, and wait for its end
 * @test: the case
 * @parked: from lab_park() or lab_start()
 */
void lab_resume(struct kunit *test, struct lab_parked *parked)
{
	struct lab_test *self = test->priv;
	int i;

	complete(&parked->go);
	wait_for_completion(&parked->finished);
	kthread_stop(parked->thread);
	for (i = 0; i < LAB_TEST_PARKED; i++) {
		if (self->parked[i] == parked)
			self->parked[i] = NULL;
	}
}
