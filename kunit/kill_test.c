// SPDX-License-Identifier: GPL-2.0
/* kill: whom it reaches, and who survives. */
#include "kill.h"
#include "lab_helper.h"

static void signal_9_ends_a_process_with_all_its_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 9), (u64)1);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, a)).res[1], (u64)PL_SIGKILL_CODE);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, thread);
}

static void signal_0_only_asks(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), digest = lab_digest(lab);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 0), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 0, 0), (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, -1, 0), (u64)1);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
	EXPECT_STATE(test, lab, a, RUNNING);
}

static void other_signals_do_not_exist(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	REFUSED(test, lab, -EINVAL, KILL, 0, a, 2, 1);
	REFUSED(test, lab, -EINVAL, KILL, 0, a, 2, 15);
	REFUSED(test, lab, -EINVAL, KILL, 0, a, 2, -1);
	REFUSED(test, lab, -EINVAL, KILL, 0, a, 2, 1ULL << 32);
}

static void nobody_there_is_esrch(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	REFUSED(test, lab, -ESRCH, KILL, 0, a, 77, 9);
	REFUSED(test, lab, -ESRCH, KILL, 0, a, 77, 0);
	REFUSED(test, lab, -ESRCH, KILL, 0, a, -77, 9);
	/* A process, but not a group. */
	REFUSED(test, lab, -ESRCH, KILL, 0, a, -2, 9);
	REFUSED(test, lab, -ESRCH, KILL, 0, a, INT_MIN, 9);
	/* Nobody but itself and the first process. */
	REFUSED(test, lab, -ESRCH, KILL, 0, a, -1, 9);
	REFUSED(test, lab, -ESRCH, KILL, 0, a, -1, 0);
}

static void a_zombie_is_reached_and_stays(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, EXIT, 0, a, 5);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 0), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 9), (u64)1);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	MUST(test, lab, REAP, 0, a);
	REFUSED(test, lab, -ESRCH, KILL, 0, lab->init_id, 2, 0);
}

static void the_number_of_a_thread_reaches_its_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	FORK_THREAD(test, lab, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 3, 9), (u64)1);
	EXPECT_STATE(test, lab, a, ZOMBIE);
}

static void zero_reaches_the_own_group_and_oneself(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b, other = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, a);
	b = FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, b, 0, 9), (u64)2);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_STATE(test, lab, b, ZOMBIE);
	EXPECT_STATE(test, lab, other, RUNNING);
}

static void a_negative_number_reaches_a_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b, c;

	MUST(test, lab, SETPGID, 0, a);
	b = FORK(test, lab, a);
	c = FORK(test, lab, b);
	MUST(test, lab, SETPGID, 0, c);
	/* A group whose leader is gone is a group. */
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, c, -2, 9), (u64)1);
	EXPECT_STATE(test, lab, b, ZOMBIE);
	EXPECT_STATE(test, lab, c, RUNNING);
}

static void minus_1_reaches_all_but_oneself_and_the_first(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	u64 c = FORK(test, lab, b), inside = FORK_NEWPID(test, lab, c);

	FORK_THREAD(test, lab, a);
	FORK_THREAD(test, lab, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, a, -1, 9), (u64)3);
	EXPECT_STATE(test, lab, a, RUNNING);
	EXPECT_STATE(test, lab, lab->init_id, RUNNING);
	EXPECT_STATE(test, lab, b, ZOMBIE);
	EXPECT_STATE(test, lab, c, ZOMBIE);
	EXPECT_STATE(test, lab, inside, ZOMBIE);
}

static void minus_1_reaches_only_whom_one_sees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 outside = FORK(test, lab, lab->init_id);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, first), b = FORK(test, lab, first);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, a, -1, 9), (u64)1);
	EXPECT_STATE(test, lab, b, ZOMBIE);
	EXPECT_STATE(test, lab, first, RUNNING);
	EXPECT_STATE(test, lab, outside, RUNNING);
	REFUSED(test, lab, -ESRCH, KILL, 0, first, 4, 9);
}

static void the_first_process_is_immune_from_inside(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id), a = FORK(test, lab, first);
	u64 deeper = FORK_NEWPID(test, lab, a);

	FORK_THREAD(test, lab, first);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, a, 1, 9), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, first, 1, 9), (u64)1);
	EXPECT_STATE(test, lab, first, RUNNING);
	/* From further in it has no number at all. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, deeper, 1, 9), (u64)1);
	EXPECT_STATE(test, lab, deeper, RUNNING);
	/* From outside it is mortal. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 9), (u64)1);
	EXPECT_STATE(test, lab, first, ZOMBIE);
}

static void a_group_kill_spares_the_immune_only(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_NEWPID(test, lab, lab->init_id);

	/* All three are in group 1; the first of an inner namespace is not immune. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, a, 0, 9), (u64)3);
	EXPECT_STATE(test, lab, lab->init_id, RUNNING);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_STATE(test, lab, b, ZOMBIE);
}

static void one_may_kill_oneself(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, a, 2, 9), (u64)1);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	REFUSED(test, lab, -ESRCH, KILL, 0, a, 1, 0);
}

static void the_killed_does_not_act_any_more(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pidlab_op op = OP(SETSID, 0, a);
	unsigned int count;

	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), 2, 9, &count), 0);
	/* The next operation, whoever runs it, ends the killed. */
	pl_op_run(lab, &op);
	KUNIT_EXPECT_EQ(test, (int)op.error, -EINTR);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_TRUE(test, list_empty(&lab->killed));
}

static struct kunit_case kill_cases[] = {
	LAB_CASE(signal_9_ends_a_process_with_all_its_threads),
	LAB_CASE(signal_0_only_asks),
	LAB_CASE(other_signals_do_not_exist),
	LAB_CASE(nobody_there_is_esrch),
	LAB_CASE(a_zombie_is_reached_and_stays),
	LAB_CASE(the_number_of_a_thread_reaches_its_process),
	LAB_CASE(zero_reaches_the_own_group_and_oneself),
	LAB_CASE(a_negative_number_reaches_a_group),
	LAB_NS_CASE(minus_1_reaches_all_but_oneself_and_the_first),
	LAB_NS_CASE(minus_1_reaches_only_whom_one_sees),
	LAB_NS_CASE(the_first_process_is_immune_from_inside),
	LAB_NS_CASE(a_group_kill_spares_the_immune_only),
	LAB_CASE(one_may_kill_oneself),
	LAB_CASE(the_killed_does_not_act_any_more),
	{}
};

static struct kunit_suite kill_suite = {
	.name = "pidlab_kill",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = kill_cases,
};
kunit_test_suite(kill_suite);
