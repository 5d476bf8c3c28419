// SPDX-License-Identifier: GPL-2.0
/* wait and reap. */
#include "kill.h"
#include "lab_helper.h"

static void wait_reaps_a_zombie_child(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pidlab_op op;

	MUST(test, lab, EXIT, 0, a, 17);
	op = lab_run(lab, OP(WAIT, 0, lab->init_id, -1));
	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[0], a);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)2);
	KUNIT_EXPECT_EQ(test, op.res[2], (u64)17);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
}

static void without_a_ready_child_the_result_is_0(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_op op;
	u64 digest;

	FORK(test, lab, lab->init_id);
	digest = lab_digest(lab);
	op = lab_run(lab, OP(WAIT, 0, lab->init_id, -1));
	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)0);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)0);
	KUNIT_EXPECT_EQ(test, op.res[2], (u64)0);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
}

static void without_a_child_it_is_echild(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, FORK(test, lab, lab->init_id));
	REFUSED(test, lab, -ECHILD, WAIT, 0, FORK(test, lab, lab->init_id), -1);
	/* Children there are, but none that is meant. */
	REFUSED(test, lab, -ECHILD, WAIT, 0, a, 2);
	REFUSED(test, lab, -ECHILD, WAIT, 0, a, 4);
	REFUSED(test, lab, -ECHILD, WAIT, 0, a, 77);
	REFUSED(test, lab, -ECHILD, WAIT, 0, a, -3);
	REFUSED(test, lab, -ESRCH, WAIT, 0, a, INT_MIN);
}

static void a_number_selects_one_child(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 3), b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 2), a);
	REFUSED(test, lab, -ECHILD, WAIT, 0, lab->init_id, 2);
}

static void zero_selects_the_own_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, a);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 0), (u64)0);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 0), b);
	REFUSED(test, lab, -ECHILD, WAIT, 0, lab->init_id, 0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), a);
}

static void a_negative_number_selects_a_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, a);
	MUST(test, lab, SETPGID, 0, lab->init_id, 3, 2);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -2), b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -2), (u64)0);
	REFUSED(test, lab, -ECHILD, WAIT, 0, lab->init_id, -3);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -2), a);
}

static void minus_1_takes_the_oldest_zombie(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, EXIT, 0, b);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), b);
}

static void the_children_of_all_threads_are_meant(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	u64 child = FORK(test, lab, thread), other = FORK(test, lab, a);

	MUST(test, lab, EXIT, 0, child);
	MUST(test, lab, EXIT, 0, other);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, a, NR_OF(test, lab, child)), child);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, thread, -1), other);
	REFUSED(test, lab, -ECHILD, WAIT, 0, thread, -1);
}

static void x7_the_children_of_the_thread_itself_come_first(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	u64 c = FORK_THREAD(test, lab, a);
	u64 of_a = FORK(test, lab, a), of_b = FORK(test, lab, b), of_c = FORK(test, lab, c);

	MUST(test, lab, EXIT, 0, of_a);
	MUST(test, lab, EXIT, 0, of_b);
	MUST(test, lab, EXIT, 0, of_c);
	/* Then those of the threads after it, and around. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, b, -1), of_b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, b, -1), of_c);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, b, -1), of_a);
	REFUSED(test, lab, -ECHILD, WAIT, 0, b, -1);
}

static void keep_leaves_the_zombie(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), digest;
	struct pidlab_op op;

	MUST(test, lab, EXIT, 0, a, 4);
	digest = lab_digest(lab);
	op = lab_run(lab, OP(WAIT, PIDLAB_F_KEEP, lab->init_id, -1));
	KUNIT_EXPECT_EQ(test, op.res[0], a);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)2);
	KUNIT_EXPECT_EQ(test, op.res[2], (u64)4);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), a);
}

static void a_leader_with_threads_is_not_ready(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);

	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 2), (u64)0);
	/* A thread is nobody's child. */
	REFUSED(test, lab, -ECHILD, WAIT, 0, lab->init_id, 3);
	MUST(test, lab, EXIT, 0, thread);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, 2), a);
}

static void the_number_is_as_the_parent_sees_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id), a = FORK(test, lab, first);

	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(WAIT, 0, first, -1)).res[1], (u64)2);
	a = FORK(test, lab, first);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[0], (u64)3);
	MUST(test, lab, EXIT, 0, first);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, first)).res[0], (u64)2);
}

static void reap_says_what_is_in_its_way(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);

	REFUSED(test, lab, -EAGAIN, REAP, 0, a);
	REFUSED(test, lab, -EAGAIN, REAP, 0, thread);
	REFUSED(test, lab, -EAGAIN, REAP, 0, lab->init_id);
	MUST(test, lab, EXIT, 0, a);
	REFUSED(test, lab, -EAGAIN, REAP, 0, a);
	MUST(test, lab, EXIT, 0, thread);
	MUST(test, lab, HOLD_TASK, 0, a);
	MUST(test, lab, REAP, 0, a);
	REFUSED(test, lab, -ESRCH, REAP, 0, a);
}

static struct kunit_case wait_cases[] = {
	LAB_CASE(wait_reaps_a_zombie_child),
	LAB_CASE(without_a_ready_child_the_result_is_0),
	LAB_CASE(without_a_child_it_is_echild),
	LAB_CASE(a_number_selects_one_child),
	LAB_CASE(zero_selects_the_own_group),
	LAB_CASE(a_negative_number_selects_a_group),
	LAB_CASE(minus_1_takes_the_oldest_zombie),
	LAB_CASE(the_children_of_all_threads_are_meant),
	LAB_CASE(x7_the_children_of_the_thread_itself_come_first),
	LAB_CASE(keep_leaves_the_zombie),
	LAB_CASE(a_leader_with_threads_is_not_ready),
	LAB_NS_CASE(the_number_is_as_the_parent_sees_it),
	LAB_CASE(reap_says_what_is_in_its_way),
	{}
};

static struct kunit_suite wait_suite = {
	.name = "pidlab_wait",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = wait_cases,
};
kunit_test_suite(wait_suite);
