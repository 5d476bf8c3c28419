// SPDX-License-Identifier: GPL-2.0
/* fork with numbers that are asked for, as set_tid of clone3(2). */
#include "lab_helper.h"

static void the_number_that_is_asked_for_is_given(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_op op = lab_run(lab, OP(FORK, 0, lab->init_id, 100));

	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)100);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIND, 0, 100), MUST(test, lab, PID, 0, op.res[0]));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FORK, PIDLAB_F_THREAD, op.res[0], 50) != 0, true);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(FIND, 0, 50)).error, 0);
}

static void the_next_number_is_none_the_wiser(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	MUST(test, lab, FORK, 0, lab->init_id, 3);
	MUST(test, lab, FORK, 0, lab->init_id, 1000);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 2);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 4);
}

static void a_number_below_300_can_be_asked_for_again(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, EXIT, 0, a);
	REFUSED(test, lab, -EEXIST, FORK, 0, lab->init_id, 2);
	MUST(test, lab, REAP, 0, a);
	a = MUST(test, lab, FORK, 0, lab->init_id, 2);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, a), 2);
}

static void a_number_that_is_taken_is_eexist(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	FORK(test, lab, lab->init_id);
	REFUSED(test, lab, -EEXIST, FORK, 0, lab->init_id, 1);
	REFUSED(test, lab, -EEXIST, FORK, 0, lab->init_id, 2);
	REFUSED(test, lab, -EEXIST, FORK, PIDLAB_F_THREAD, lab->init_id, 2);
}

static void a_number_out_of_range_is_invalid(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);

	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, -1);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, INT_MIN);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 301);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, INT_MAX);
	MUST(test, lab, FORK, 0, lab->init_id, 300);
}

static void more_numbers_than_levels_are_invalid(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 5, 5);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 0, 5);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 5, 0, 5);
}

static void a_number_at_each_level_from_the_inside_out(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 one = FORK_NEWPID(test, lab, lab->init_id), two = FORK_NEWPID(test, lab, one);
	u64 a = MUST(test, lab, FORK, 0, two, 70, 80, 90);

	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, a), 70);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, a, 0, one), (u64)80);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, a), 90);
	/* Only the inner ones: the others are the next. */
	a = MUST(test, lab, FORK, 0, two, 71, 81);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, a), 4);
	REFUSED(test, lab, -EINVAL, FORK, 0, two, 72, 0, 92);
}

static void failure_at_an_outer_level_gives_the_inner_ones_back(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 one = FORK_NEWPID(test, lab, lab->init_id), two = FORK_NEWPID(test, lab, one);

	REFUSED(test, lab, -EEXIST, FORK, 0, two, 70, 80, 1);
	REFUSED(test, lab, -EEXIST, FORK, 0, two, 70, 1, 90);
	REFUSED(test, lab, -EINVAL, FORK, 0, two, 70, 80, 32768);
	REFUSED(test, lab, -ESRCH, FIND, 0, 70, two);
	REFUSED(test, lab, -ESRCH, FIND, 0, 80, one);
	MUST(test, lab, FORK, 0, two, 70, 80, 90);
}

static void the_first_of_a_namespace_can_only_be_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first;

	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID, lab->init_id, 2);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID, lab->init_id, 300, 2);
	first = MUST(test, lab, FORK, PIDLAB_F_NEWPID, lab->init_id, 1, 77);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, first), 1);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, first), 77);
	KUNIT_EXPECT_TRUE(test, pl_task_is_reaper(lab_task(lab, first)));
}

static void d9_the_pids_in_between_are_passed_over(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	MUST(test, lab, FORK, 0, lab->init_id, 32767);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 2)).res[1], (u64)32767);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 32767)).res[1], (u64)32767);
	REFUSED(test, lab, -ESRCH, NEXT, 0, 32768);
	/* At the top the next one wraps. */
	lab_set_last(lab->root_ns, 32766);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 300);
}

static struct kunit_case tid_cases[] = {
	LAB_PID_CASE(the_number_that_is_asked_for_is_given),
	LAB_CASE(the_next_number_is_none_the_wiser),
	LAB_CASE(a_number_below_300_can_be_asked_for_again),
	LAB_CASE(a_number_that_is_taken_is_eexist),
	LAB_CASE(a_number_out_of_range_is_invalid),
	LAB_CASE(more_numbers_than_levels_are_invalid),
	LAB_NS_CASE(a_number_at_each_level_from_the_inside_out),
	LAB_NS_CASE(failure_at_an_outer_level_gives_the_inner_ones_back),
	LAB_NS_CASE(the_first_of_a_namespace_can_only_be_1),
	LAB_PID_CASE(d9_the_pids_in_between_are_passed_over),
	{}
};

static struct kunit_suite tid_suite = {
	.name = "pidlab_tid",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = tid_cases,
};
kunit_test_suite(tid_suite);
