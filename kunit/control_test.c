// SPDX-License-Identifier: GPL-2.0
/* Actors under control: one at a time, in the order that is asked for. */
#include "bug.h"
#include "control.h"
#include "lab_helper.h"

#define MAX_OPS	  8
#define MAX_STEPS 256

/* Instructions: those of the start, then those of each actor. */
struct scene {
	struct pl_lab *lab;
	struct pl_control *control;
	struct pidlab_op ops[MAX_OPS];
	struct pidlab_step steps[MAX_STEPS];
	struct pl_run run;
	unsigned int nr_start;
};

static struct scene *open_scene(struct kunit *test, struct pl_lab *lab)
{
	struct scene *scene = kunit_kzalloc(test, sizeof(*scene), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, scene);
	scene->lab = lab;
	scene->run.steps = scene->steps;
	scene->run.room = MAX_STEPS;
	return scene;
}

/* @counts: instructions of each actor; they follow those of the start. */
static void take_control(struct kunit *test, struct scene *scene, unsigned int nr_start,
			 const unsigned int *counts, unsigned int actors)
{
	unsigned int i, at = nr_start;

	scene->nr_start = nr_start;
	down_write(&scene->lab->quiesce);
	scene->control = pl_control_create(scene->lab, scene->ops, MAX_OPS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(scene->control));
	for (i = 0; i < actors; i++) {
		KUNIT_ASSERT_EQ(test, pl_control_add_actor(scene->control, &scene->ops[at],
							   counts[i]), 0);
		at += counts[i];
	}
}

static void run(struct kunit *test, struct scene *scene, const u8 *choices, unsigned int count)
{
	KUNIT_ASSERT_EQ(test, pl_control_start(scene->control, scene->nr_start), 0);
	scene->run.choices = choices;
	scene->run.nr_choices = count;
	pl_control_run(scene->control, &scene->run);
}

static void give_up_control(struct scene *scene)
{
	pl_control_destroy(scene->control);
	up_write(&scene->lab->quiesce);
}

static const unsigned int one_each[] = { 1, 1, 1, 1 };

static void x3_without_a_schedule_one_after_the_other(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i, switches = 0;

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 0, one_each, 2);
	run(test, scene, NULL, 0);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[0].error, 0);
	KUNIT_EXPECT_EQ(test, scene->ops[0].res[1], 2ULL);
	KUNIT_EXPECT_EQ(test, scene->ops[1].res[1], 3ULL);
	KUNIT_ASSERT_LT(test, scene->run.taken, MAX_STEPS);
	for (i = 1; i < scene->run.taken; i++)
		switches += scene->steps[i].choice != scene->steps[i - 1].choice;
	KUNIT_EXPECT_EQ(test, switches, 1u);
	give_up_control(scene);
}

static void x3_the_schedule_decides_who_is_first(struct kunit *test)
{
	static const u8 other_first[] = { 1 };
	struct scene *scene = open_scene(test, lab_open_small(test));

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 0, one_each, 2);
	run(test, scene, other_first, 1);
	KUNIT_EXPECT_EQ(test, scene->ops[0].res[1], 3ULL);
	KUNIT_EXPECT_EQ(test, scene->ops[1].res[1], 2ULL);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

/* The choices of a run replay it, step by step. */
static void x3_the_same_choices_are_the_same_run(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct pidlab_step *first = kunit_kcalloc(test, MAX_STEPS, sizeof(*first), GFP_KERNEL);
	u8 *choices = kunit_kzalloc(test, MAX_STEPS, GFP_KERNEL);
	unsigned int i, taken, round;

	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, choices);
	/* One forks, exits; the other waits for it: in turns as far as they go. */
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(WAIT, 0, scene->lab->init_id, -1);
	scene->ops[3] = OP(GP, 0);
	take_control(test, scene, 1, (const unsigned int[]){ 1, 2 }, 2);
	for (i = 0; i < MAX_STEPS; i++)
		choices[i] = i % 2;
	run(test, scene, choices, 8);
	taken = scene->run.taken;
	KUNIT_ASSERT_LT(test, taken, MAX_STEPS);
	memcpy(first, scene->steps, sizeof(*first) * taken);
	for (i = 0; i < taken; i++)
		choices[i] = first[i].choice;
	for (round = 0; round < 3; round++) {
		run(test, scene, choices, taken);
		KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
		KUNIT_EXPECT_EQ(test, scene->run.taken, taken);
		KUNIT_EXPECT_MEMEQ(test, scene->steps, first, sizeof(*first) * taken);
	}
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void x3_a_choice_that_there_is_not_is_told(struct kunit *test)
{
	static const u8 nobody[] = { 0, 3 };
	struct scene *scene = open_scene(test, lab_open_small(test));

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 0, one_each, 1);
	run(test, scene, nobody, 2);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DIVERGED);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[0].error, 0);
	give_up_control(scene);
}

static void x3_too_many_steps_are_told(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 0, one_each, 1);
	scene->run.room = 2;
	run(test, scene, NULL, 0);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_TOO_LONG);
	KUNIT_EXPECT_GT(test, scene->run.taken, 2u);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[0].error, 0);
	give_up_control(scene);
}

/* Held inside the tasklist lock, the first keeps the second before it. */
static void x3_an_actor_can_be_held_inside_a_lock(struct kunit *test)
{
	/* The first begins, and takes the lock; then the second, as far as it gets. */
	static const u8 choices[] = { 0, 0, 1, 1, 1, 1 };
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i;

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(REAP, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(NR, 0, scene->lab->init_id);
	take_control(test, scene, 2, one_each, 2);
	run(test, scene, choices, ARRAY_SIZE(choices));
	/* There was no such choice before the schedule's end. */
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DIVERGED);
	for (i = 2; i < scene->run.taken && scene->steps[i].choice == 1; i++)
		KUNIT_EXPECT_EQ(test, scene->steps[i].choices, 3);
	KUNIT_ASSERT_LT(test, i, scene->run.taken);
	KUNIT_EXPECT_EQ(test, scene->steps[i].choices, (int)BIT(0));
	KUNIT_EXPECT_EQ(test, (int)scene->ops[2].error, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[3].error, 0);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

/* A grace period does not end while a reader from before it is inside. */
static void x3_a_grace_period_is_a_choice(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i, ended = 0;

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(REAP, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(GP, 0);
	take_control(test, scene, 2, (const unsigned int[]){ 2 }, 1);
	run(test, scene, NULL, 0);
	for (i = 0; i < scene->run.taken; i++)
		ended += scene->steps[i].choice == PIDLAB_CHOICE_GP;
	KUNIT_EXPECT_EQ(test, ended, 1u);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[2].error, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(scene->lab, PL_MEM_TASK), 1L);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void x3_a_deadlock_is_told(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct pl_actor nobody;

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 0, one_each, 1);
	KUNIT_ASSERT_EQ(test, pl_control_start(scene->control, 0), 0);
	/* Somebody has the lock who will never let go of it. */
	scene->lab->tasklist_lock.v.owner = &nobody;
	pl_control_run(scene->control, &scene->run);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DEADLOCK);
	KUNIT_EXPECT_TRUE(test, pl_control_is_stuck(scene->control));
	scene->lab->tasklist_lock.v.owner = NULL;
	pl_control_resume(scene->control);
	KUNIT_EXPECT_FALSE(test, pl_control_is_stuck(scene->control));
	KUNIT_EXPECT_EQ(test, (int)scene->ops[0].error, 0);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

/* Two locks, which the actors take in opposite orders at the point of a fork. */
struct two_locks {
	struct pl_mutex lock[2];
};

static void take_crosswise(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct pl_actor *actor = pl_control_current();
	struct two_locks *locks = data;
	unsigned int first;

	if (point != PL_POINT_FORK_NUMBERED || !actor)
		return;
	first = actor - lab->control->actors;
	pl_mutex_lock_nested(&locks->lock[first], 0);
	pl_mutex_lock_nested(&locks->lock[!first], 1);
	pl_mutex_unlock(&locks->lock[!first]);
	pl_mutex_unlock(&locks->lock[first]);
}

static struct two_locks *open_locks(struct kunit *test, struct pl_lab *lab)
{
	struct two_locks *locks = kunit_kzalloc(test, sizeof(*locks), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, locks);
	for (i = 0; i < 2; i++)
		pl_mutex_init(&locks->lock[i], lab, PIDLAB_STEP_TRACE_LOCK);
	return locks;
}

static void close_locks(struct two_locks *locks)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		pl_mutex_destroy(&locks->lock[i]);
}

/* Which choices bring both actors between the two locks: each until it has one. */
static unsigned int go_between(struct scene *scene, u8 *choices)
{
	unsigned int i, actor, count = 0;

	for (actor = 0; actor < 2; actor++) {
		for (i = 0; i < scene->run.taken; i++) {
			if (scene->steps[i].choice != actor)
				continue;
			choices[count++] = actor;
			if (scene->steps[i].what == PIDLAB_STEP_TRACE_LOCK_LOCK)
				break;
		}
	}
	return count;
}

/* Whoever stands for a lock is let go on, and the lock is free for who comes later. */
static void break_deadlock(struct scene *scene, struct two_locks *locks)
{
	locks->lock[0].v.owner = NULL;
	pl_control_resume(scene->control);
	locks->lock[0].v.readers = 0;
}

static void x3_a_deadlock_says_who_has_what(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct two_locks *locks = open_locks(test, scene->lab);
	struct pidlab_standing *at = kunit_kcalloc(test, PIDLAB_ACTORS_MAX, sizeof(*at),
						   GFP_KERNEL);
	u8 choices[MAX_STEPS];
	unsigned int i, count;

	KUNIT_ASSERT_NOT_NULL(test, at);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[2] = OP(FORK, 0, PIDLAB_RESULT_OF(0, 0));
	take_control(test, scene, 1, one_each, 2);
	pl_hook_points(scene->lab, take_crosswise, locks);
	run(test, scene, NULL, 0);
	KUNIT_ASSERT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	count = go_between(scene, choices);
	run(test, scene, choices, count);
	KUNIT_ASSERT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DEADLOCK);
	pl_control_standing(scene->control, at);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, at[i].what, (unsigned int)PIDLAB_STEP_TRACE_LOCK_LOCK);
		KUNIT_EXPECT_EQ(test, at[i].wants.what, (int)PIDLAB_STEP_TRACE_LOCK_LOCK);
		KUNIT_EXPECT_EQ(test, at[i].wants.object, 0ULL);
		/* The turn of the task that it acts as, and one of the two. */
		KUNIT_ASSERT_EQ(test, at[i].nr_held, 2u);
		KUNIT_EXPECT_EQ(test, at[i].held[0].what, (int)PIDLAB_STEP_TURN_LOCK);
		KUNIT_EXPECT_EQ(test, at[i].held[0].object,
				i ? scene->ops[0].res[0] : scene->lab->init_id);
		KUNIT_EXPECT_EQ(test, at[i].held[1].number, at[!i].wants.number);
	}
	KUNIT_EXPECT_NE(test, at[0].wants.number, at[1].wants.number);
	KUNIT_EXPECT_NULL(test, memchr_inv(&at[2], 0, 2 * sizeof(at[2])));
	break_deadlock(scene, locks);
	KUNIT_EXPECT_FALSE(test, pl_control_is_stuck(scene->control));
	pl_unhook_points(scene->lab);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
	close_locks(locks);
}

/* Where actors have been at points, and whether one could have been elsewhere. */
struct places {
	unsigned int actors;
	cpumask_t seen;
	bool free;
};

static void note_place(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct pl_actor *actor = pl_control_current();
	struct places *places = data;

	if (!actor)
		return;
	places->actors |= BIT(actor - actor->control->actors);
	cpumask_set_cpu(raw_smp_processor_id(), &places->seen);
	places->free |= current->nr_cpus_allowed > 1;
}

/* A second one would only have each step wake a thread there. */
static void x3_all_actors_run_on_one_processor(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct places *places = kunit_kzalloc(test, sizeof(*places), GFP_KERNEL);
	u8 choices[16];
	unsigned int i;

	if (num_online_cpus() == 1)
		kunit_skip(test, "there is one processor");
	KUNIT_ASSERT_NOT_NULL(test, places);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	for (i = 0; i < ARRAY_SIZE(choices); i++)
		choices[i] = i % 2;
	take_control(test, scene, 0, one_each, 2);
	pl_hook_points(scene->lab, note_place, places);
	run(test, scene, choices, ARRAY_SIZE(choices));
	pl_unhook_points(scene->lab);
	KUNIT_EXPECT_EQ(test, places->actors, (unsigned int)(BIT(0) | BIT(1)));
	KUNIT_EXPECT_EQ(test, cpumask_weight(&places->seen), 1u);
	KUNIT_EXPECT_FALSE(test, places->free);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

/* With the last number of a namespace goes the namespace, by locks: all in that step. */
static void x3_what_callbacks_do_is_one_step(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i, ended = 0;

	scene->ops[0] = OP(FORK, PIDLAB_F_NEWPID, scene->lab->init_id);
	scene->ops[1] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(REAP, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(GP, 0);
	take_control(test, scene, 2, (const unsigned int[]){ 2 }, 1);
	run(test, scene, NULL, 0);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	KUNIT_ASSERT_LT(test, scene->run.taken, MAX_STEPS);
	for (i = 0; i + 1 < scene->run.taken; i++) {
		if (scene->steps[i].choice != PIDLAB_CHOICE_GP)
			continue;
		KUNIT_EXPECT_EQ(test, scene->steps[i + 1].what, (int)PIDLAB_STEP_GP);
		ended++;
	}
	KUNIT_EXPECT_EQ(test, ended, 1u);
	KUNIT_EXPECT_EQ(test, lab_objects(scene->lab, PL_MEM_NS), 1L);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void stand_inside_pidmap_lock(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct two_locks *locks = data;
	unsigned long flags;

	if (point != PL_POINT_FORK_NUMBERED || !pl_control_current())
		return;
	pl_spin_lock(&lab->pidmap_lock, flags);
	pl_mutex_lock(&locks->lock[0]);
	pl_mutex_unlock(&locks->lock[0]);
	pl_spin_unlock(&lab->pidmap_lock, flags);
}

static void x3_no_grace_period_ends_inside_a_lock_that_callbacks_take(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct two_locks *locks = open_locks(test, scene->lab);
	unsigned int i;

	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(REAP, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 2, (const unsigned int[]){ 2 }, 1);
	pl_hook_points(scene->lab, stand_inside_pidmap_lock, locks);
	run(test, scene, NULL, 0);
	pl_unhook_points(scene->lab);
	for (i = 0; i < scene->run.taken; i++) {
		if (scene->steps[i].what == PIDLAB_STEP_TRACE_LOCK_LOCK)
			break;
	}
	KUNIT_ASSERT_LT(test, i, scene->run.taken);
	KUNIT_EXPECT_EQ(test, scene->steps[i].choices, (int)BIT(0));
	KUNIT_EXPECT_EQ(test, scene->steps[i - 1].choices, (int)(BIT(0) | BIT(PIDLAB_CHOICE_GP)));
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
	close_locks(locks);
}

/* Every order of two actors up to a bound: no invariant is broken in any. */
static void x3_every_order_of_fork_and_exit_is_clean(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct pl_findings *findings = kunit_kzalloc(test, sizeof(*findings), GFP_KERNEL);
	u8 choices[8];
	unsigned int bits, i;

	KUNIT_ASSERT_NOT_NULL(test, findings);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	take_control(test, scene, 1, one_each, 2);
	for (bits = 0; bits < 1u << ARRAY_SIZE(choices); bits++) {
		for (i = 0; i < ARRAY_SIZE(choices); i++)
			choices[i] = bits >> i & 1;
		run(test, scene, choices, ARRAY_SIZE(choices));
		KUNIT_ASSERT_NE(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DEADLOCK);
		KUNIT_EXPECT_EQ(test, (int)scene->ops[2].error, 0);
		KUNIT_EXPECT_TRUE(test, scene->ops[1].error == 0 || scene->ops[1].error == -ESRCH);
		KUNIT_EXPECT_EQ(test, pl_check(scene->lab, findings), 0);
		KUNIT_EXPECT_EQ(test, findings->count, 0u);
	}
	give_up_control(scene);
}

static struct kunit_case control_cases[] = {
	LAB_CASE(x3_without_a_schedule_one_after_the_other),
	LAB_CASE(x3_the_schedule_decides_who_is_first),
	LAB_CASE(x3_the_same_choices_are_the_same_run),
	LAB_CASE(x3_a_choice_that_there_is_not_is_told),
	LAB_CASE(x3_too_many_steps_are_told),
	LAB_CASE(x3_an_actor_can_be_held_inside_a_lock),
	LAB_CASE(x3_a_grace_period_is_a_choice),
	LAB_CASE(x3_a_deadlock_is_told),
	LAB_CASE(x3_a_deadlock_says_who_has_what),
	LAB_CASE(x3_all_actors_run_on_one_processor),
	LAB_NS_CASE(x3_what_callbacks_do_is_one_step),
	LAB_PID_CASE(x3_no_grace_period_ends_inside_a_lock_that_callbacks_take),
	LAB_CASE(x3_every_order_of_fork_and_exit_is_clean),
	{}
};

static struct kunit_suite control_suite = {
	.name = "pidlab_control",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = control_cases,
};
kunit_test_suite(control_suite);
