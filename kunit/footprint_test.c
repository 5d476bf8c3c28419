// SPDX-License-Identifier: GPL-2.0
/* Footprints: steps depend on each other exactly where they share memory. */
#include <linux/prandom.h>

#include "bug.h"
#include "control.h"
#include "footprint.h"
#include "lab_helper.h"

#define MAX_OPS	  12
#define MAX_STEPS 256
#define ROUNDS	  20 /* orders of each program */

/* Instructions: those of the start, then those of each of two actors. */
struct scene {
	struct kunit *test;
	struct pl_lab *lab;
	struct pl_control *control;
	struct pidlab_op ops[MAX_OPS];
	struct pidlab_step steps[MAX_STEPS];
	struct pidlab_footprint footprints[MAX_STEPS];
	u8 choices[MAX_STEPS];
	struct pl_run run;
	unsigned int nr_start;
};

/* What is the same after orders that are equivalent. */
struct outcome {
	u64 digest;
	struct pidlab_op ops[MAX_OPS];
};

static struct scene *open_scene(struct kunit *test, struct pl_lab *lab)
{
	struct scene *scene = kunit_kzalloc(test, sizeof(*scene), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, scene);
	scene->test = test;
	scene->lab = lab;
	scene->run.steps = scene->steps;
	scene->run.footprints = scene->footprints;
	scene->run.room = MAX_STEPS;
	scene->run.choices = scene->choices;
	return scene;
}

static void take_control(struct scene *scene, unsigned int nr_start, unsigned int first,
			 unsigned int second)
{
	scene->nr_start = nr_start;
	down_write(&scene->lab->quiesce);
	scene->control = pl_control_create(scene->lab, scene->ops, MAX_OPS);
	KUNIT_ASSERT_FALSE(scene->test, IS_ERR(scene->control));
	scene->control->fine = true;
	KUNIT_ASSERT_EQ(scene->test, pl_control_add_actor(scene->control,
							  &scene->ops[nr_start], first), 0);
	KUNIT_ASSERT_EQ(scene->test, pl_control_add_actor(scene->control,
							  &scene->ops[nr_start + first], second), 0);
	KUNIT_ASSERT_EQ(scene->test, pl_footprints_prepare(scene->lab), 0);
	scene->control->footprints = true;
}

static void run(struct scene *scene, unsigned int nr_choices)
{
	scene->run.nr_choices = nr_choices;
	KUNIT_ASSERT_EQ(scene->test, pl_control_start(scene->control, scene->nr_start), 0);
	pl_control_run(scene->control, &scene->run);
	KUNIT_ASSERT_LE(scene->test, scene->run.taken, MAX_STEPS);
}

static void give_up_control(struct scene *scene)
{
	pl_control_destroy(scene->control);
	up_write(&scene->lab->quiesce);
}

static bool meet(const struct scene *scene, unsigned int a, unsigned int b)
{
	const struct pidlab_footprint *x = &scene->footprints[a], *y = &scene->footprints[b];
	int i;

	for (i = 0; i < PIDLAB_FOOTPRINT_WORDS; i++) {
		if ((x->writes[i] & (y->reads[i] | y->writes[i])) ||
		    (y->writes[i] & (x->reads[i] | x->writes[i])))
			return true;
	}
	return false;
}

/* Pairs of steps, one of each actor, taken before @x and @y of these kinds (0: any). */
static unsigned int count_meetings(const struct scene *scene, unsigned int x, unsigned int y)
{
	unsigned int i, j, count = 0;

	for (i = 0; i < scene->run.taken; i++) {
		if (scene->steps[i].choice != 0 || (x && scene->steps[i].what != x))
			continue;
		for (j = 0; j < scene->run.taken; j++) {
			if (scene->steps[j].choice == 1 && (!y || scene->steps[j].what == y))
				count += meet(scene, i, j);
		}
	}
	return count;
}

static void x3_who_only_read_the_same_task_do_not_meet(struct kunit *test)
{
	struct scene *scene;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	scene = open_scene(test, lab_open_small(test));
	scene->ops[0] = OP(NR, 0, scene->lab->init_id);
	scene->ops[1] = OP(NR, 0, scene->lab->init_id);
	take_control(scene, 0, 1, 1);
	run(scene, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[1].error, 0);
	KUNIT_EXPECT_GT(test, scene->run.taken, 4u);
	KUNIT_EXPECT_EQ(test, count_meetings(scene, 0, 0), 0u);
	give_up_control(scene);
}

/* Each has its own turn; the lock of all tasks and the giver of ids are shared. */
static void x3_forks_meet_where_they_share_something(struct kunit *test)
{
	struct scene *scene;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	scene = open_scene(test, lab_open_small(test));
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[2] = OP(FORK, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(FORK, 0, PIDLAB_RESULT_OF(1, 0));
	take_control(scene, 2, 1, 1);
	run(scene, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[3].error, 0);
	KUNIT_EXPECT_EQ(test, count_meetings(scene, PIDLAB_STEP_BEGIN, PIDLAB_STEP_BEGIN), 0u);
	KUNIT_EXPECT_EQ(test, count_meetings(scene, PIDLAB_STEP_TURN + 1, PIDLAB_STEP_TURN + 1), 0u);
	KUNIT_EXPECT_GT(test, count_meetings(scene, PIDLAB_STEP_TASKLIST + 1,
					     PIDLAB_STEP_TASKLIST + 1), 0u);
	/* The same parent. */
	scene->ops[3].arg[0] = PIDLAB_RESULT_OF(0, 0);
	run(scene, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[3].error, 0);
	KUNIT_EXPECT_GT(test, count_meetings(scene, PIDLAB_STEP_TURN + 1, PIDLAB_STEP_TURN + 1), 0u);
	give_up_control(scene);
}

static void x3_readers_of_a_lock_do_not_meet_but_a_writer_does(struct kunit *test)
{
	struct scene *scene;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	scene = open_scene(test, lab_open_small(test));
	scene->ops[0] = OP(NR, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	take_control(scene, 0, 1, 1);
	run(scene, 0);
	KUNIT_EXPECT_GT(test, count_meetings(scene, PIDLAB_STEP_TASKLIST,
					     PIDLAB_STEP_TASKLIST + 1), 0u);
	/* Fork looks whether its parent may act: that is a reader, too. */
	KUNIT_EXPECT_EQ(test, count_meetings(scene, PIDLAB_STEP_TASKLIST, PIDLAB_STEP_TASKLIST), 0u);
	give_up_control(scene);
}

static void x3_to_take_and_to_drop_the_same_reference_meet(struct kunit *test)
{
	struct scene *scene;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	scene = open_scene(test, lab_open_small(test));
	scene->ops[0] = OP(HOLD_TASK, 0, scene->lab->init_id);
	scene->ops[1] = OP(READ, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(PUT, 0, PIDLAB_RESULT_OF(0, 0));
	take_control(scene, 1, 1, 1);
	run(scene, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[1].error, 0);
	KUNIT_EXPECT_EQ(test, (int)scene->ops[2].error, 0);
	KUNIT_EXPECT_GT(test, count_meetings(scene, 0, 0), 0u);
	give_up_control(scene);
}

static void x3_the_same_order_leaves_the_same_footprints(struct kunit *test)
{
	struct pidlab_footprint *first;
	struct scene *scene;
	unsigned int taken;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	scene = open_scene(test, lab_open_small(test));
	first = kunit_kcalloc(test, MAX_STEPS, sizeof(*first), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, first);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[2] = OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0));
	scene->ops[3] = OP(WAIT, 0, scene->lab->init_id, -1);
	scene->ops[4] = OP(GP, 0);
	take_control(scene, 1, 2, 2);
	run(scene, 0);
	taken = scene->run.taken;
	memcpy(first, scene->footprints, sizeof(*first) * taken);
	/* Another one in between, that allocates elsewhere. */
	memset(scene->choices, 1, 4);
	run(scene, 4);
	run(scene, 0);
	KUNIT_EXPECT_EQ(test, scene->run.taken, taken);
	KUNIT_EXPECT_MEMEQ(test, scene->footprints, first, sizeof(*first) * taken);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void take_outcome(struct scene *scene, struct outcome *outcome)
{
	outcome->digest = pl_digest(scene->lab);
	memcpy(outcome->ops, scene->ops, sizeof(outcome->ops));
}

/* Whether to take step @i + 1 before step @i was possible when @i was taken. */
static bool can_swap(const struct scene *scene, unsigned int i)
{
	const struct pidlab_step *a = &scene->steps[i], *b = a + 1;

	return a->choice != b->choice && (a->choices & BIT(b->choice)) && !meet(scene, i, i + 1);
}

/* Runs the same choices with @i and @i + 1 exchanged, and comes to the same end. */
static void expect_swapped(struct scene *scene, const struct pidlab_step *steps,
			   unsigned int taken, unsigned int i, const struct outcome *expected)
{
	struct kunit *test = scene->test;
	struct outcome *outcome = kunit_kzalloc(test, sizeof(*outcome), GFP_KERNEL);
	unsigned int k;

	KUNIT_ASSERT_NOT_NULL(test, outcome);
	for (k = 0; k < taken; k++)
		scene->choices[k] = steps[k].choice;
	swap(scene->choices[i], scene->choices[i + 1]);
	run(scene, taken);
	take_outcome(scene, outcome);
	KUNIT_EXPECT_EQ_MSG(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE,
			    "steps %u (what %u) and %u (what %u)", i, steps[i].what, i + 1,
			    steps[i + 1].what);
	KUNIT_EXPECT_MEMEQ_MSG(test, outcome, expected, sizeof(*outcome),
			       "steps %u (what %u) and %u (what %u)", i, steps[i].what, i + 1,
			       steps[i + 1].what);
	kunit_kfree(test, outcome);
}

/* Another order: the same up to some step, another choice there. */
static void run_another(struct scene *scene, struct rnd_state *rnd)
{
	unsigned int i, at = prandom_u32_state(rnd) % scene->run.taken, choice;

	for (i = 0; i < at; i++)
		scene->choices[i] = scene->steps[i].choice;
	do {
		choice = prandom_u32_state(rnd) % (PIDLAB_CHOICE_GP + 1);
	} while (!(scene->steps[at].choices & BIT(choice)));
	scene->choices[at] = choice;
	run(scene, at + 1);
}

/* Each two neighbours of the run that do not meet can change places. */
static unsigned int swap_neighbours(struct scene *scene, struct pidlab_step *steps)
{
	struct outcome *expected = kunit_kzalloc(scene->test, sizeof(*expected), GFP_KERNEL);
	u8 *swappable = kunit_kzalloc(scene->test, MAX_STEPS, GFP_KERNEL);
	unsigned int i, taken = scene->run.taken, swaps = 0;

	KUNIT_ASSERT_NOT_NULL(scene->test, swappable);
	KUNIT_ASSERT_NOT_NULL(scene->test, expected);
	memcpy(steps, scene->steps, sizeof(*steps) * taken);
	for (i = 0; i + 1 < taken; i++)
		swappable[i] = can_swap(scene, i);
	take_outcome(scene, expected);
	for (i = 0; i + 1 < taken; i++) {
		if (!swappable[i])
			continue;
		expect_swapped(scene, steps, taken, i, expected);
		swaps++;
	}
	kunit_kfree(scene->test, swappable);
	kunit_kfree(scene->test, expected);
	return swaps;
}

/* Programs that share much: a family, a namespace, references, a grace period. */
static const struct {
	unsigned int start, first, second;
	struct pidlab_op ops[MAX_OPS];
} programs[] = {
	{ 2, 2, 2, {
		OP(FORK, 0, 0), OP(HOLD_TASK, 0, PIDLAB_RESULT_OF(0, 0)),
		OP(FORK, 0, PIDLAB_RESULT_OF(0, 0)), OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0)),
		OP(PUT, 0, PIDLAB_RESULT_OF(1, 0)), OP(GP, 0) } },
	{ 2, 2, 2, {
		OP(FORK, PIDLAB_F_NEWPID, 0), OP(FORK, 0, PIDLAB_RESULT_OF(0, 0)),
		OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0)), OP(GP, 0),
		OP(FORK, 0, PIDLAB_RESULT_OF(1, 0)), OP(KILL, 0, 0, -1, 9) } },
	{ 3, 2, 2, {
		OP(FORK, 0, 0), OP(TREF, 0, PIDLAB_RESULT_OF(0, 0)),
		OP(FORK, PIDLAB_F_THREAD, PIDLAB_RESULT_OF(0, 0)),
		OP(EXEC, 0, PIDLAB_RESULT_OF(2, 0)), OP(DEREF, 0, PIDLAB_RESULT_OF(1, 0)),
		OP(DEREF, 0, PIDLAB_RESULT_OF(1, 0)), OP(SETSID, 0, PIDLAB_RESULT_OF(0, 0)) } },
	{ 1, 2, 2, {
		OP(FORK, 0, 0), OP(NR, 0, PIDLAB_RESULT_OF(0, 0)), OP(FIND, 0, 2),
		OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0)), OP(WAIT, 0, 0, -1) } },
};

/* Zero stands for the first task, where an actor is needed. */
static void take_program(struct scene *scene, unsigned int nr)
{
	unsigned int i;

	memcpy(scene->ops, programs[nr].ops, sizeof(scene->ops));
	for (i = 0; i < MAX_OPS; i++) {
		if (!scene->ops[i].arg[0] && scene->ops[i].opcode != PIDLAB_OP_GP &&
		    scene->ops[i].opcode)
			scene->ops[i].arg[0] = scene->lab->init_id;
	}
	take_control(scene, programs[nr].start, programs[nr].first, programs[nr].second);
}

static void x3_neighbours_that_do_not_meet_can_change_places(struct kunit *test)
{
	unsigned int nr, round, swaps;
	struct pidlab_step *steps;
	struct rnd_state rnd;
	struct scene *scene;

	if (!PL_HAS_FOOTPRINTS)
		kunit_skip(test, "built without footprints");
	prandom_seed_state(&rnd, 1);
	scene = open_scene(test, lab_open_small(test));
	steps = kunit_kcalloc(test, MAX_STEPS, sizeof(*steps), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, steps);
	for (nr = 0; nr < ARRAY_SIZE(programs); nr++) {
		take_program(scene, nr);
		run(scene, 0);
		for (round = 0, swaps = 0; round < ROUNDS; round++) {
			run_another(scene, &rnd);
			swaps += swap_neighbours(scene, steps);
		}
		kunit_info(test, "program %u: %u exchanges", nr, swaps);
		KUNIT_EXPECT_GT(test, swaps, 0u);
		give_up_control(scene);
	}
}

static struct kunit_case footprint_cases[] = {
	LAB_CASE(x3_who_only_read_the_same_task_do_not_meet),
	LAB_CASE(x3_forks_meet_where_they_share_something),
	LAB_CASE(x3_readers_of_a_lock_do_not_meet_but_a_writer_does),
	LAB_CASE(x3_to_take_and_to_drop_the_same_reference_meet),
	LAB_CASE(x3_the_same_order_leaves_the_same_footprints),
	LAB_CASE(x3_neighbours_that_do_not_meet_can_change_places),
	{}
};

static struct kunit_suite footprint_suite = {
	.name = "pidlab_footprint",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = footprint_cases,
};
kunit_test_suite(footprint_suite);
