// SPDX-License-Identifier: GPL-2.0
/* What an order can choose besides who goes on, and who does where it says nothing. */
#include "check.h"
#include "control.h"
#include "lab_helper.h"

#define MAX_OPS	  4
#define MAX_STEPS 256

/* As many instructions for each actor. */
struct scene {
	struct pl_lab *lab;
	struct pl_control *control;
	struct pidlab_op ops[MAX_OPS];
	struct pidlab_step steps[MAX_STEPS];
	struct pl_run run;
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

static void take_control(struct kunit *test, struct scene *scene, unsigned int actors,
			 unsigned int each)
{
	unsigned int i;

	down_write(&scene->lab->quiesce);
	scene->control = pl_control_create(scene->lab, scene->ops, MAX_OPS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(scene->control));
	for (i = 0; i < actors; i++)
		KUNIT_ASSERT_EQ(test, pl_control_add_actor(scene->control, &scene->ops[i * each],
							   each), 0);
}

static void run(struct kunit *test, struct scene *scene, const u8 *choices, unsigned int count)
{
	KUNIT_ASSERT_EQ(test, pl_control_start(scene->control, 0), 0);
	scene->run.choices = choices;
	scene->run.nr_choices = count;
	pl_control_run(scene->control, &scene->run);
}

static void give_up_control(struct scene *scene)
{
	pl_control_destroy(scene->control);
	up_write(&scene->lab->quiesce);
}

/* The n-th step before an allocation; where it is: at the end if there is none. */
static unsigned int find_allocation(const struct scene *scene, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < scene->run.taken; i++) {
		if (scene->steps[i].what == PIDLAB_STEP_ALLOC && scene->steps[i].object == nth)
			break;
	}
	return i;
}

static void x3_each_allocation_of_an_actor_can_fail(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i, nth, at, taken;
	u8 *choices = kunit_kzalloc(test, MAX_STEPS, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, choices);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 1, 1);
	scene->control->faults = true;
	run(test, scene, NULL, 0);
	KUNIT_EXPECT_EQ(test, scene->ops[0].error, 0);
	taken = scene->run.taken;
	for (nth = 1; (at = find_allocation(scene, nth)) < taken; nth++) {
		KUNIT_EXPECT_EQ(test, scene->steps[at].choices,
				(int)(BIT(0) | BIT(PIDLAB_CHOICE_FAIL)));
		choices[at] = PIDLAB_CHOICE_FAIL;
		run(test, scene, choices, at + 1);
		KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
		KUNIT_EXPECT_EQ(test, scene->steps[at].choice, (int)PIDLAB_CHOICE_FAIL);
		KUNIT_EXPECT_EQ(test, scene->ops[0].error, -ENOMEM);
		choices[at] = 0;
		run(test, scene, NULL, 0);
		KUNIT_EXPECT_EQ(test, scene->ops[0].error, 0);
	}
	KUNIT_EXPECT_GT(test, nth, 3u);
	scene->control->faults = false;
	run(test, scene, NULL, 0);
	for (i = 0; i < scene->run.taken; i++)
		KUNIT_EXPECT_NE(test, scene->steps[i].what, (int)PIDLAB_STEP_ALLOC);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void x3_the_most_urgent_goes_on_until_it_is_less_so(struct kunit *test)
{
	static const struct pidlab_change changes[] = { { .step = 3, .priority = 1 } };
	struct scene *scene = open_scene(test, lab_open_small(test));
	unsigned int i;

	scene->ops[0] = OP(SETSID, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 2, 1);
	scene->run.by_priority = true;
	scene->run.priority[0] = 2;
	scene->run.priority[1] = 3;
	run(test, scene, NULL, 0);
	KUNIT_ASSERT_GT(test, scene->run.taken, 6u);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, scene->steps[i].choice, 1);

	scene->run.changes = changes;
	scene->run.nr_changes = ARRAY_SIZE(changes);
	run(test, scene, NULL, 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, scene->steps[i].choice, 1);
	KUNIT_EXPECT_EQ(test, scene->steps[3].choice, 0);
	KUNIT_EXPECT_EQ(test, scene->run.priority[1], 1);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static void x3_who_has_had_no_memory_can_be_less_urgent_from_there_on(struct kunit *test)
{
	struct scene *scene = open_scene(test, lab_open_small(test));
	u8 *choices = kunit_kzalloc(test, MAX_STEPS, GFP_KERNEL);
	struct pidlab_change change = { .priority = 1 };
	unsigned int at;

	KUNIT_ASSERT_NOT_NULL(test, choices);
	scene->ops[0] = OP(FORK, 0, scene->lab->init_id);
	scene->ops[1] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 2, 1);
	scene->control->faults = true;
	scene->run.by_priority = true;
	scene->run.priority[0] = 3;
	scene->run.priority[1] = 2;
	run(test, scene, NULL, 0);
	at = find_allocation(scene, 1);
	KUNIT_ASSERT_LT(test, at, scene->run.taken);
	KUNIT_ASSERT_EQ(test, scene->steps[at].choice, 0);

	choices[at] = PIDLAB_CHOICE_FAIL;
	change.step = at + 1;
	scene->run.changes = &change;
	scene->run.nr_changes = 1;
	run(test, scene, choices, at + 1);
	KUNIT_EXPECT_EQ(test, scene->run.priority[0], 1);
	KUNIT_EXPECT_EQ(test, scene->steps[at + 1].choice, 1);
	KUNIT_EXPECT_EQ(test, scene->run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

/* Somebody counts the root namespace between the first fork of an actor and the second. */
static void count_for_a_while(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct pl_actor *actor = pl_control_current();
	unsigned int *forks = data;

	if (point != PL_POINT_FORK_NUMBERED || actor != lab->control->actors)
		return;
	if (++*forks == 1)
		refcount_inc(&lab->root_ns->object.count);
	else
		refcount_dec(&lab->root_ns->object.count);
}

static void x3_what_is_wrong_for_a_while_is_seen_between_operations(struct kunit *test)
{
	static const u8 other_inside[] = { 1 };
	struct scene *scene = open_scene(test, lab_open_small(test));
	struct pl_findings first = {}, end;
	unsigned int i, forks = 0;

	for (i = 0; i < MAX_OPS; i++)
		scene->ops[i] = OP(FORK, 0, scene->lab->init_id);
	take_control(test, scene, 2, 2);
	pl_hook_points(scene->lab, count_for_a_while, &forks);
	run(test, scene, NULL, 0);
	KUNIT_EXPECT_EQ(test, scene->run.found_at, 0u);

	scene->run.findings = &first;
	forks = 0;
	run(test, scene, NULL, 0);
	for (i = 1; i < scene->run.taken && scene->steps[i].what != PIDLAB_STEP_BEGIN; i++)
		;
	KUNIT_EXPECT_EQ(test, scene->run.found_at, i);
	KUNIT_EXPECT_EQ(test, first.count, 1u);
	KUNIT_EXPECT_EQ(test, first.code[0], (u32)PIDLAB_BAD_NS_COUNT);
	KUNIT_EXPECT_EQ(test, first.object[0], scene->lab->root_ns->object.id);
	KUNIT_EXPECT_EQ(test, scene->run.error, 0);
	KUNIT_ASSERT_EQ(test, pl_check(scene->lab, &end), 0);
	KUNIT_EXPECT_EQ(test, end.count, 0u);

	/* The other one is inside of its operation meanwhile. */
	forks = 0;
	scene->run.by_priority = true;
	scene->run.priority[0] = 1;
	run(test, scene, other_inside, ARRAY_SIZE(other_inside));
	KUNIT_EXPECT_EQ(test, scene->run.found_at, 0u);
	pl_unhook_points(scene->lab);
	give_up_control(scene);
	EXPECT_CLEAN(test, scene->lab);
}

static struct kunit_case control_choices_cases[] = {
	LAB_CASE(x3_each_allocation_of_an_actor_can_fail),
	LAB_CASE(x3_the_most_urgent_goes_on_until_it_is_less_so),
	LAB_CASE(x3_who_has_had_no_memory_can_be_less_urgent_from_there_on),
	LAB_CASE(x3_what_is_wrong_for_a_while_is_seen_between_operations),
	{}
};

static struct kunit_suite control_choices_suite = {
	.name = "pidlab_control_choices",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = control_choices_cases,
};
kunit_test_suite(control_choices_suite);
