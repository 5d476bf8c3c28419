// SPDX-License-Identifier: GPL-2.0
/* Bugs of the time: switched on they are seen, and harm their lab only. */
#include <linux/poison.h>

#include "bug.h"
#include "lab_helper.h"

static struct pl_lab *open_with(struct kunit *test, u64 bugs)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, BUGS, bugs);
	return lab_open_setup(test, &setup);
}

static u64 seen(struct kunit *test, struct pl_lab *lab, enum pidlab_bug bug)
{
	return MUST(test, lab, SEEN, 0, bug);
}

static void no_bug_is_on_unless_asked_for(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	int bug;

	for (bug = 0; bug < PIDLAB_BUG_COUNT; bug++)
		KUNIT_EXPECT_FALSE(test, pl_bug(lab, bug));
}

static void only_bits_of_the_table_are_taken(struct kunit *test)
{
	struct pl_lab *lab = lab_open_bare(test);
	struct pidlab_setup setup;
	int bit;

	for (bit = 0; bit < 64; bit++) {
		setup = (struct pidlab_setup)LAB_SETUP;
		if (PIDLAB_ALL_BUGS & BIT_ULL(bit))
			continue;
		LAB_SET(&setup, BUGS, BIT_ULL(bit));
		KUNIT_EXPECT_EQ_MSG(test, pl_lab_setup(lab, &setup), -EINVAL, "bit %d", bit);
	}
}

static void harm_is_counted_bug_by_bug(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, PIDLAB_ALL_BUGS);
	struct pidlab_op op;

	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_PLAIN_LAST), 0ULL);
	pl_bug_seen(lab, PIDLAB_BUG_PLAIN_LAST, 17);
	pl_bug_seen(lab, PIDLAB_BUG_PLAIN_LAST, 33);
	op = lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_PLAIN_LAST));
	KUNIT_EXPECT_EQ(test, op.res[0], 2ULL);
	KUNIT_EXPECT_EQ(test, op.res[1], 33ULL);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_BUGS_SEEN), 2L);
}

static void what_a_buggy_lab_frees_is_poisoned_and_kept(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, PIDLAB_ALL_BUGS);
	struct pl_ctx ctx = lab_ctx(lab);
	long before = lab_objects(lab, PL_MEM_TREF);
	u8 *memory = pl_kvzalloc(&ctx, PL_MEM_TREF, 24);

	KUNIT_ASSERT_FALSE(test, IS_ERR(memory));
	KUNIT_EXPECT_FALSE(test, pl_is_grave(lab, memory));
	pl_kvfree(lab, PL_MEM_TREF, memory, 24);
	KUNIT_EXPECT_TRUE(test, pl_is_grave(lab, memory));
	KUNIT_EXPECT_EQ(test, memory[0], POISON_FREE);
	KUNIT_EXPECT_EQ(test, memory[23], POISON_FREE);
	/* It is off the account all the same. */
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), before);
}

static void a_lab_without_bugs_keeps_no_graves(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	MUST(test, lab, EXIT, 0, FORK(test, lab, lab->init_id));
	MUST(test, lab, WAIT, 0, lab->init_id, -1);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&lab->graves));
}

/* Another takes and gives back the number after ours before ours is noted. */
static void come_and_go(struct pl_lab *lab, void *data)
{
	struct pidlab_op *fork = data, op;

	*fork = OP(FORK, 0, lab->init_id);
	lab_run_elsewhere(lab, fork);
	op = OP(EXIT, 0, fork->res[0]);
	lab_run_elsewhere(lab, &op);
	if (!op.error) {
		op = OP(REAP, 0, fork->res[0]);
		lab_run_elsewhere(lab, &op);
	}
	fork->error = fork->error ?: op.error;
}

/* The number of a fork after the race; the one that has come and gone is 4. */
static int number_after_the_race(struct kunit *test, struct pl_lab *lab)
{
	u64 parent = FORK(test, lab, lab->init_id);
	struct pidlab_op other;
	struct lab_trap trap = {
		.point = PL_POINT_PIDMAP_TAKEN,
		.spring = come_and_go,
		.data = &other,
	};

	lab_set_trap(test, lab, &trap);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, parent)), 3);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_EQ(test, (int)other.error, 0);
	KUNIT_EXPECT_EQ(test, other.res[1], 4ULL);
	return NR_OF(test, lab, FORK(test, lab, parent));
}

static void d4_a_number_just_freed_is_not_given_again_at_once(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0);

	KUNIT_EXPECT_EQ(test, number_after_the_race(test, lab), 5);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_PLAIN_LAST), 0ULL);
}

static void d4_with_a_plain_store_it_is(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_PLAIN_LAST));

	KUNIT_EXPECT_EQ(test, number_after_the_race(test, lab), 4);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_PLAIN_LAST), 1ULL);
	EXPECT_CLEAN(test, lab);
}

static struct kunit_case bug_cases[] = {
	KUNIT_CASE(no_bug_is_on_unless_asked_for),
	KUNIT_CASE(only_bits_of_the_table_are_taken),
	KUNIT_CASE(harm_is_counted_bug_by_bug),
	KUNIT_CASE(what_a_buggy_lab_frees_is_poisoned_and_kept),
	KUNIT_CASE(a_lab_without_bugs_keeps_no_graves),
	KUNIT_CASE(d4_a_number_just_freed_is_not_given_again_at_once),
	KUNIT_CASE(d4_with_a_plain_store_it_is),
	{}
};

static struct kunit_suite bug_suite = {
	.name = "pidlab_bug",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = bug_cases,
};
kunit_test_suite(bug_suite);
