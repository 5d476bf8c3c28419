// SPDX-License-Identifier: GPL-2.0
/* The last put of a struct pid, and the way it was done in 2006. */
#include "bug.h"
#include "lab_helper.h"

static struct pl_lab *open_with(struct kunit *test, u64 bugs)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, BUGS, bugs);
	return lab_open_setup(test, &setup);
}

static u64 seen(struct kunit *test, struct pl_lab *lab)
{
	return MUST(test, lab, SEEN, 0, PIDLAB_BUG_PID_PUT_FAST);
}

/* A pid that nothing has any more but one reference. */
static u64 hold_last(struct kunit *test, struct pl_lab *lab, u64 *ref)
{
	u64 id = FORK(test, lab, lab->init_id), pid = MUST(test, lab, PID, 0, id);

	*ref = MUST(test, lab, HOLD_PID, 0, id);
	MUST(test, lab, EXIT, 0, id);
	MUST(test, lab, REAP, 0, id);
	MUST(test, lab, GP, 0);
	return pid;
}

static void b4_null_is_fine(struct kunit *test)
{
	pl_pid_put(NULL);
	KUNIT_EXPECT_NULL(test, pl_pid_get(NULL));
}

static void b4_the_last_put_frees(struct kunit *test)
{
	u64 bugs[] = { 0, BIT_ULL(PIDLAB_BUG_PID_PUT_FAST) };
	size_t i;

	/* Alone, the fast path is as good as the other. */
	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		struct pl_lab *lab = open_with(test, bugs[i]);
		u64 ref, pid = hold_last(test, lab, &ref), second = MUST(test, lab, DUP, 0, ref);

		MUST(test, lab, PUT, 0, ref);
		KUNIT_EXPECT_EQ(test, NR_OF(test, lab, pid), 2);
		MUST(test, lab, PUT, 0, second);
		REFUSED(test, lab, -ESRCH, NR, 0, pid);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 1L);
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)0);
	}
}

static void count_by_id(struct pl_lab *lab, void *data)
{
	lab_run_elsewhere(lab, data);
}

static void b4_a_count_taken_while_the_last_is_put(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_PID_PUT_FAST));
	u64 ref, pid = hold_last(test, lab, &ref);
	struct pidlab_op hold = OP(HOLD_PID, 0, pid);
	struct lab_trap trap = {
		.point = PL_POINT_PID_PUT_READ,
		.spring = count_by_id,
		.data = &hold,
	};

	/* The put has read 1 and believes to be alone. */
	lab_set_trap(test, lab, &trap);
	MUST(test, lab, PUT, 0, ref);
	lab_unhook(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_ASSERT_EQ(test, (int)hold.error, 0);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)1);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_PID_PUT_FAST)).res[1], pid);
	/* Each use of what is freed is seen, and none is made. */
	REFUSED(test, lab, -ESRCH, DEREF, 0, hold.res[0]);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)2);
	REFUSED(test, lab, -ESRCH, NR, 0, pid);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)3);
	KUNIT_EXPECT_EQ(test, lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, hold.res[0])).res[1], (u64)0);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)4);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, PUT, 0, hold.res[0]);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 1L);
}

/* The same steps by today's put, which decrements first: the look-up comes too late. */
static void b4_a_put_that_decrements_first_leaves_nothing_to_count(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0);
	u64 ref, pid = hold_last(test, lab, &ref);
	struct pidlab_op hold;
	u64 second;

	/* Counted before: the put is not the last. */
	second = MUST(test, lab, HOLD_PID, 0, pid);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, second)).res[1], (u64)1);
	MUST(test, lab, PUT, 0, second);
	/* After: refused. */
	hold = lab_run(lab, OP(HOLD_PID, 0, pid));
	KUNIT_EXPECT_EQ(test, (int)hold.error, -ESRCH);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 1L);
}

static struct kunit_case pid_put_cases[] = {
	KUNIT_CASE(b4_null_is_fine),
	LAB_PID_CASE(b4_the_last_put_frees),
	LAB_PID_CASE(b4_a_count_taken_while_the_last_is_put),
	LAB_PID_CASE(b4_a_put_that_decrements_first_leaves_nothing_to_count),
	{}
};

static struct kunit_suite pid_put_suite = {
	.name = "pidlab_pid_put",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = pid_put_cases,
};
kunit_test_suite(pid_put_suite);
