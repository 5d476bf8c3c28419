// SPDX-License-Identifier: GPL-2.0
/* The digest: the same for equal states, another for others; and the snapshot. */
#include "lab_helper.h"

static void x5_two_labs_with_equal_histories_are_equal(struct kunit *test)
{
	struct pl_lab *lab[2] = { lab_open(test), lab_open(test) };
	u64 digest[2];
	int i;

	KUNIT_EXPECT_EQ(test, lab_digest(lab[0]), lab_digest(lab[1]));
	for (i = 0; i < 2; i++) {
		u64 a = FORK(test, lab[i], lab[i]->init_id);

		MUST(test, lab[i], SETSID, 0, a);
		FORK_THREAD(test, lab[i], a);
		MUST(test, lab[i], HOLD_TASK, 0, a);
		digest[i] = lab_digest(lab[i]);
	}
	KUNIT_EXPECT_EQ(test, digest[0], digest[1]);
}

static void x5_the_way_does_not_show(struct kunit *test)
{
	struct pl_lab *lab[2] = { lab_open(test), lab_open(test) };
	u64 a[2], b, c;

	/* Here a child that came and went, ids given in vain, a group left again. */
	a[0] = FORK(test, lab[0], lab[0]->init_id);
	b = FORK(test, lab[0], a[0]);
	c = MUST(test, lab[0], HOLD_TASK, 0, b);
	MUST(test, lab[0], SETPGID, 0, a[0], 3, 0);
	MUST(test, lab[0], EXIT, 0, b, 77);
	MUST(test, lab[0], REAP, 0, b);
	MUST(test, lab[0], PUT, 0, c);
	MUST(test, lab[0], TREF, 0, a[0]);
	/* There only what is left. */
	a[1] = FORK(test, lab[1], lab[1]->init_id);
	MUST(test, lab[1], TREF_NR, 0, 2);
	KUNIT_EXPECT_NE(test, a[0], 0);
	KUNIT_EXPECT_EQ(test, lab_digest(lab[0]), lab_digest(lab[1]));
}

static void x5_each_change_shows(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 init = lab->init_id, a = FORK(test, lab, init), b = FORK(test, lab, init);
	const struct pidlab_op ops[] = {
		OP(SETPGID, 0, a),	     OP(SETSID, 0, b),	  OP(EXEC, 0, a),
		OP(HOLD_TASK, 0, a),	     OP(HOLD_PID, 0, a),  OP(TREF, 0, a),
		OP(TREF_NR, 0, 77),	     OP(EXIT, 0, a, 1),	  OP(EXIT, 0, b, 2),
		OP(REAP, 0, a),		     OP(FORK, 0, init),	  OP(FORK, 0, init),
		OP(FORK, PIDLAB_F_THREAD, init),
	};
	u64 *seen = kunit_kcalloc(test, ARRAY_SIZE(ops) + 1, sizeof(*seen), GFP_KERNEL);
	size_t i, j;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	seen[0] = lab_digest(lab);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		lab_must(test, lab, 1000 + i, ops[i]);
		seen[i + 1] = lab_digest(lab);
		for (j = 0; j <= i; j++)
			KUNIT_EXPECT_NE_MSG(test, seen[i + 1], seen[j], "after %zu and %zu", i, j);
	}
}

static void x5_the_exit_code_shows(struct kunit *test)
{
	struct pl_lab *lab[2] = { lab_open(test), lab_open(test) };
	int i;

	for (i = 0; i < 2; i++)
		MUST(test, lab[i], EXIT, 0, FORK(test, lab[i], lab[i]->init_id), i);
	KUNIT_EXPECT_NE(test, lab_digest(lab[0]), lab_digest(lab[1]));
}

static void x5_the_order_of_users_shows(struct kunit *test)
{
	struct pl_lab *lab[2] = { lab_open(test), lab_open(test) };
	u64 a[2], b[2];
	int i;

	for (i = 0; i < 2; i++) {
		a[i] = FORK(test, lab[i], lab[i]->init_id);
		b[i] = FORK(test, lab[i], lab[i]->init_id);
	}
	/* To leave group 1 and come back is to be its newest user. */
	MUST(test, lab[0], SETPGID, 0, a[0]);
	MUST(test, lab[0], SETPGID, 0, a[0], 0, 1);
	MUST(test, lab[1], SETPGID, 0, b[1]);
	MUST(test, lab[1], SETPGID, 0, b[1], 0, 1);
	KUNIT_EXPECT_NE(test, lab_digest(lab[0]), lab_digest(lab[1]));
}

static void x5_a_namespace_shows(struct kunit *test)
{
	struct pl_lab *lab[2] = { lab_open(test), lab_open(test) };

	FORK_NEWPID(test, lab[0], lab[0]->init_id);
	FORK(test, lab[1], lab[1]->init_id);
	KUNIT_EXPECT_NE(test, lab_digest(lab[0]), lab_digest(lab[1]));
}

static void x5_reading_does_not_show(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), ref = MUST(test, lab, TREF, 0, a), digest;

	MUST(test, lab, EXIT, 0, a);
	digest = lab_digest(lab);
	lab_run(lab, OP(FIND, 0, 2));
	lab_run(lab, OP(NEXT, 0, 1));
	lab_run(lab, OP(NR, 0, a));
	lab_run(lab, OP(NS, 0, a));
	lab_run(lab, OP(STATE, 0, a));
	lab_run(lab, OP(DEREF, 0, ref));
	lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, ref));
	lab_run(lab, OP(WAIT, PIDLAB_F_KEEP, lab->init_id, -1));
	lab_run(lab, OP(KILL, 0, lab->init_id, -1, 0));
	lab_run(lab, OP(GP, 0));
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
}

static unsigned int snapshot(struct pl_lab *lab, struct pidlab_task_info *info, unsigned int room)
{
	unsigned int count;

	down_write(&lab->quiesce);
	count = pl_snapshot(lab, info, room);
	up_write(&lab->quiesce);
	return count;
}

static void the_snapshot_describes_each_task(struct kunit *test)
{
	struct pidlab_task_info *info = kunit_kcalloc(test, 8, sizeof(*info), GFP_KERNEL);
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), held = FORK(test, lab, lab->init_id), thread, b;

	KUNIT_ASSERT_NOT_NULL(test, info);
	MUST(test, lab, SETSID, 0, a);
	thread = FORK_THREAD(test, lab, a);
	b = FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, b, 9);
	MUST(test, lab, HOLD_TASK, 0, held);
	MUST(test, lab, EXIT, 0, held, 4);
	MUST(test, lab, REAP, 0, held);

	KUNIT_ASSERT_EQ(test, snapshot(lab, info, 8), 5u);
	/* In the order of their forks, the dead last. */
	KUNIT_EXPECT_EQ(test, info[0].id, lab->init_id);
	KUNIT_EXPECT_EQ(test, info[0].parent, (u64)0);
	KUNIT_EXPECT_EQ(test, info[0].flags, (u32)(PIDLAB_TASK_REAPER | PIDLAB_TASK_SESSION));
	KUNIT_EXPECT_EQ(test, info[1].id, a);
	KUNIT_EXPECT_EQ(test, info[1].parent, lab->init_id);
	KUNIT_EXPECT_EQ(test, info[1].flags, (u32)PIDLAB_TASK_SESSION);
	KUNIT_EXPECT_EQ(test, info[1].sid, 2);
	KUNIT_EXPECT_EQ(test, info[1].usage, 2u);
	KUNIT_EXPECT_EQ(test, info[1].rcu_users, 1u);
	KUNIT_EXPECT_EQ(test, info[2].id, thread);
	KUNIT_EXPECT_EQ(test, info[2].leader, a);
	KUNIT_EXPECT_TRUE(test, info[2].flags & PIDLAB_TASK_THREAD);
	KUNIT_EXPECT_EQ(test, info[2].nr, 4);
	KUNIT_EXPECT_EQ(test, info[2].tgid, 2);
	KUNIT_EXPECT_EQ(test, info[3].id, b);
	KUNIT_EXPECT_EQ(test, info[3].state, (u32)PIDLAB_STATE_ZOMBIE);
	KUNIT_EXPECT_EQ(test, info[3].exit_code, 9);
	KUNIT_EXPECT_EQ(test, info[3].usage, 1u);
	KUNIT_EXPECT_EQ(test, info[4].id, held);
	KUNIT_EXPECT_EQ(test, info[4].state, (u32)PIDLAB_STATE_DEAD);
	KUNIT_EXPECT_EQ(test, info[4].nr, 0);
	KUNIT_EXPECT_EQ(test, info[4].pid, (u64)0);
	KUNIT_EXPECT_EQ(test, info[4].holds, 1u);
	KUNIT_EXPECT_EQ(test, info[4].rcu_users, 0u);
}

static void the_snapshot_keeps_to_its_room(struct kunit *test)
{
	struct pidlab_task_info *info = kunit_kcalloc(test, 3, sizeof(*info), GFP_KERNEL);
	struct pl_lab *lab = lab_open(test);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, info);
	for (i = 0; i < 4; i++)
		FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, snapshot(lab, info, 2), 5u);
	KUNIT_EXPECT_NE(test, info[1].id, (u64)0);
	KUNIT_EXPECT_EQ(test, info[2].id, (u64)0);
	KUNIT_EXPECT_EQ(test, snapshot(lab, NULL, 0), 5u);
}

static void the_snapshot_shows_levels(struct kunit *test)
{
	struct pidlab_task_info *info = kunit_kcalloc(test, 2, sizeof(*info), GFP_KERNEL);
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);

	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_ASSERT_EQ(test, snapshot(lab, info, 2), 2u);
	KUNIT_EXPECT_EQ(test, info[1].level, 1u);
	KUNIT_EXPECT_EQ(test, info[1].nr, 2);
	KUNIT_EXPECT_EQ(test, info[1].vnr, 1);
	KUNIT_EXPECT_EQ(test, info[1].pgid, 1);
	KUNIT_EXPECT_EQ(test, info[1].ns, MUST(test, lab, NS, 0, first));
	KUNIT_EXPECT_EQ(test, info[1].pid, MUST(test, lab, PID, 0, first));
	KUNIT_EXPECT_EQ(test, info[1].flags, (u32)PIDLAB_TASK_REAPER);
}

static struct kunit_case digest_cases[] = {
	LAB_CASE(x5_two_labs_with_equal_histories_are_equal),
	LAB_CASE(x5_the_way_does_not_show),
	LAB_PID_CASE(x5_each_change_shows),
	LAB_CASE(x5_the_exit_code_shows),
	LAB_CASE(x5_the_order_of_users_shows),
	LAB_NS_CASE(x5_a_namespace_shows),
	LAB_CASE(x5_reading_does_not_show),
	LAB_CASE(the_snapshot_describes_each_task),
	LAB_CASE(the_snapshot_keeps_to_its_room),
	LAB_NS_CASE(the_snapshot_shows_levels),
	{}
};

static struct kunit_suite digest_suite = {
	.name = "pidlab_digest",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = digest_cases,
};
kunit_test_suite(digest_suite);
