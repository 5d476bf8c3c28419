// SPDX-License-Identifier: GPL-2.0
/* rcu_users in each layout: what starts, holds and ends a task's grace period. */
#include "bug.h"
#include "exit.h"
#include "lab_helper.h"

#define LAYOUTS 4

static struct pl_lab *open_with(struct kunit *test, unsigned int layout, u64 bugs)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, RCU_LAYOUT, layout);
	LAB_SET(&setup, BUGS, bugs);
	return lab_open_setup(test, &setup);
}

static struct pl_lab *open_layout(struct kunit *test, unsigned int layout)
{
	return open_with(test, layout, 0);
}

static unsigned int usage(const struct pl_task *task)
{
	return refcount_read(&task->object.count);
}

static u64 seen(struct kunit *test, struct pl_lab *lab)
{
	return MUST(test, lab, SEEN, 0, PIDLAB_BUG_RCU_USERS_REVIVE);
}

/* A dead task that a reference pins; its grace period is over. */
static u64 bury_held(struct kunit *test, struct pl_lab *lab, u64 *hold)
{
	u64 id = FORK(test, lab, lab->init_id);

	*hold = MUST(test, lab, HOLD_TASK, 0, id);
	MUST(test, lab, EXIT, 0, id);
	MUST(test, lab, REAP, 0, id);
	MUST(test, lab, GP, 0);
	return id;
}

static void c1_the_union_takes_the_room_of_the_head_alone(struct kunit *test)
{
	struct pidlab_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_EQ(test, pl_rcu_users_bytes(true), sizeof(struct rcu_head));
	KUNIT_EXPECT_EQ(test, pl_rcu_users_bytes(false),
			ALIGN(sizeof(refcount_t), sizeof(void *)) + sizeof(struct rcu_head));
	lab_info(lab_open(test), info);
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_RCU_UNION],
			(u64)pl_rcu_users_bytes(true));
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_RCU_APART],
			(u64)pl_rcu_users_bytes(false));
}

static void c1_the_layout_is_a_setting(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, lab_open(test)->rcu_layout->number, (unsigned int)PIDLAB_RCU_APART);
	LAB_SET(&setup, RCU_LAYOUT, LAYOUTS);
	lab = lab_open_bare(test);
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EINVAL);
	KUNIT_EXPECT_NULL(test, pl_rcu_layout_find(LAYOUTS));
	for (i = 0; i < LAYOUTS; i++) {
		const struct pl_rcu_layout *layout = pl_rcu_layout_find(i);

		KUNIT_ASSERT_NOT_NULL(test, layout);
		KUNIT_EXPECT_EQ(test, layout->number, i);
		/* Either way there are three holds on a new task. */
		KUNIT_EXPECT_EQ(test, layout->usage + layout->users, 3u);
	}
}

/* Which bytes are count and which are head. */
static void c1_the_count_is_where_the_layout_says(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		struct pl_task *task = lab_task(lab, FORK(test, lab, lab->init_id));
		unsigned int users = lab->rcu_layout->users;

		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), users);
		KUNIT_EXPECT_EQ(test, usage(task), lab->rcu_layout->usage);
		KUNIT_EXPECT_EQ(test, refcount_read(&task->rcu_users.shared.count),
				lab->rcu_layout->shared ? users : 0);
		KUNIT_EXPECT_EQ(test, refcount_read(&task->rcu_users.apart.count),
				lab->rcu_layout->shared ? 0 : users);
	}
}

static void c1_reaping_starts_the_grace_period_in_each_layout(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 id = FORK(test, lab, lab->init_id);
		struct pl_task *task = lab_task(lab, id);

		pl_task_get(task);
		MUST(test, lab, EXIT, 0, id);
		/* The scheduler's hold has gone, whichever count it was in. */
		KUNIT_EXPECT_EQ(test, usage(task), 2u);
		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 1u);
		/* No grace period ends while we read. */
		rcu_read_lock();
		pl_write_lock(&lab->tasklist_lock);
		pl_release(lab, task);
		pl_write_unlock(&lab->tasklist_lock);
		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 0u);
		KUNIT_EXPECT_EQ(test, usage(task), 2u);
		rcu_read_unlock();
		pl_grace_period(lab);
		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 0u);
		KUNIT_EXPECT_EQ(test, usage(task), 1u);
		pl_task_put(task);
		EXPECT_GONE(test, lab, id);
		EXPECT_CLEAN(test, lab);
	}
}

/* @ref is the one rcu user of a task that was reaped long ago. */
static void expect_lives_by(struct kunit *test, struct pl_lab *lab, u64 id, u64 ref)
{
	/* Reaped, but not fallen: whoever finds it may still become one. */
	MUST(test, lab, PUT, 0, MUST(test, lab, RCU_GET, 0, id));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), id);
	KUNIT_EXPECT_EQ(test, lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, ref)).res[1], (u64)1);
	MUST(test, lab, PUT, 0, ref);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, id);
}

static void c1_a_further_user_delays_the_grace_period(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 id = FORK(test, lab, lab->init_id), ref;
		struct pidlab_op get;

		get = lab_run(lab, OP(RCU_GET, 0, id));
		KUNIT_ASSERT_EQ(test, (int)get.error, 0);
		KUNIT_EXPECT_EQ(test, get.res[1], (u64)lab->rcu_layout->users + 1);
		ref = MUST(test, lab, DUP, 0, get.res[0]);
		MUST(test, lab, EXIT, 0, id);
		MUST(test, lab, REAP, 0, id);
		MUST(test, lab, GP, 0);
		EXPECT_CLEAN(test, lab);
		KUNIT_EXPECT_EQ(test, MUST(test, lab, COUNTS, 0, id), (u64)2);
		KUNIT_EXPECT_EQ(test, lab_run(lab, OP(COUNTS, 0, id)).res[1], (u64)1);
		MUST(test, lab, PUT, 0, get.res[0]);
		expect_lives_by(test, lab, id, ref);
	}
}

static void c2_none_becomes_a_user_once_the_count_has_fallen(struct kunit *test)
{
	unsigned int i;
	u64 id, hold;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);

		id = bury_held(test, lab, &hold);
		REFUSED(test, lab, -ESRCH, RCU_GET, 0, id);
		KUNIT_EXPECT_EQ(test, MUST(test, lab, COUNTS, 0, id), (u64)0);
		KUNIT_EXPECT_EQ(test, lab_run(lab, OP(COUNTS, 0, id)).res[1], (u64)1);
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)0);
	}
}

/* Why the word alone cannot tell: it is not zero. */
static void c2_in_the_union_the_bytes_are_a_head_by_then(struct kunit *test)
{
	struct pl_lab *lab = open_layout(test, PIDLAB_RCU_UNION);
	u64 id = FORK(test, lab, lab->init_id);
	struct pl_task *task = lab_task(lab, id);
	bool revived;

	MUST(test, lab, EXIT, 0, id);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.shared.head.func == NULL);
	/* No grace period ends while we read. */
	rcu_read_lock();
	pl_write_lock(&lab->tasklist_lock);
	pl_release(lab, task);
	pl_write_unlock(&lab->tasklist_lock);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.shared.head.func != NULL);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.fallen);
	KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 0u);
	KUNIT_EXPECT_FALSE(test, pl_rcu_users_get(task, &revived));
	KUNIT_EXPECT_FALSE(test, revived);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.apart.head.func == NULL);
	rcu_read_unlock();
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, id);
}

/* What the bug meets: a word that is not zero, since the next on the list is there. */
static void c2_with_the_bug_the_shared_bytes_are_what_a_list_would_be(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, PIDLAB_RCU_UNION,
				       BIT_ULL(PIDLAB_BUG_RCU_USERS_REVIVE));
	struct pl_task *task;
	u64 id, hold;

	id = bury_held(test, lab, &hold);
	task = lab_task(lab, id);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.shared.head.next != NULL);
	KUNIT_EXPECT_TRUE(test, task->rcu_users.shared.head.func != NULL);
	KUNIT_EXPECT_NE(test, atomic_read(&task->rcu_users.shared.count.refs), 0);
	KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 0u);
}

static void reap_behind(struct pl_lab *lab, void *data)
{
	lab_run_elsewhere(lab, data);
}

/* The task is found alive, and reaped before it is counted. */
static struct pidlab_op get_while_reaped(struct kunit *test, struct pl_lab *lab, u64 id)
{
	struct pidlab_op reap = OP(REAP, 0, id), get;
	struct lab_trap trap = {
		.point = PL_POINT_RCU_USER_FOUND,
		.spring = reap_behind,
		.data = &reap,
	};

	lab_set_trap(test, lab, &trap);
	get = lab_run(lab, OP(RCU_GET, 0, id));
	lab_unhook(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_EQ(test, (int)reap.error, 0);
	return get;
}

static void c2_a_task_reaped_under_the_finders_hands_is_not_counted(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 id = FORK(test, lab, lab->init_id);

		MUST(test, lab, EXIT, 0, id);
		KUNIT_EXPECT_EQ(test, (int)get_while_reaped(test, lab, id).error, -ESRCH);
		MUST(test, lab, GP, 0);
		EXPECT_GONE(test, lab, id);
	}
}

static void c2_with_the_bug_it_is_and_the_lab_says_so(struct kunit *test)
{
	static const unsigned int shared[] = { PIDLAB_RCU_UNION, PIDLAB_RCU_SCHED };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		struct pl_lab *lab = open_with(test, shared[i],
					       BIT_ULL(PIDLAB_BUG_RCU_USERS_REVIVE));
		u64 id = FORK(test, lab, lab->init_id);
		struct pidlab_op get;

		/* While there is one left it is an increment like any other. */
		MUST(test, lab, PUT, 0, MUST(test, lab, RCU_GET, 0, id));
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)0);
		MUST(test, lab, EXIT, 0, id);
		get = get_while_reaped(test, lab, id);
		KUNIT_ASSERT_EQ(test, (int)get.error, 0);
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)1);
		KUNIT_EXPECT_EQ(test, lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_RCU_USERS_REVIVE)).res[1],
				id);
		EXPECT_CLEAN(test, lab);
		/* What it thinks it holds goes with the grace period. */
		MUST(test, lab, GP, 0);
		EXPECT_GONE(test, lab, id);
		REFUSED(test, lab, -ESRCH, DEREF, 0, get.res[0]);
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)2);
		MUST(test, lab, PUT, 0, MUST(test, lab, DUP, 0, get.res[0]));
		MUST(test, lab, PUT, 0, get.res[0]);
		KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)4);
	}
}

static void c2_the_bug_is_harmless_where_the_bytes_are_apart(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, PIDLAB_RCU_TODAY,
				       BIT_ULL(PIDLAB_BUG_RCU_USERS_REVIVE));
	u64 id, hold;

	id = bury_held(test, lab, &hold);
	REFUSED(test, lab, -ESRCH, RCU_GET, 0, id);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)0);
}

static void c2_a_revived_task_that_is_held_is_given_back(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, PIDLAB_RCU_UNION,
				       BIT_ULL(PIDLAB_BUG_RCU_USERS_REVIVE));
	u64 id, hold, ref;

	id = bury_held(test, lab, &hold);
	ref = MUST(test, lab, RCU_GET, 0, id);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), id);
	KUNIT_EXPECT_EQ(test, lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, ref)).res[1], (u64)0);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, seen(test, lab), (u64)1);
	MUST(test, lab, PUT, 0, hold);
	EXPECT_GONE(test, lab, id);
}

static void c4_a_reader_may_count_the_task_in_each_layout(struct kunit *test)
{
	struct pl_task *task[LAYOUTS];
	struct pl_lab *lab[LAYOUTS];
	unsigned int i;
	u64 id;

	for (i = 0; i < LAYOUTS; i++) {
		lab[i] = open_layout(test, i);
		id = FORK(test, lab[i], lab[i]->init_id);
		MUST(test, lab[i], EXIT, 0, id);
		rcu_read_lock();
		task[i] = pl_pid_first(lab[i], pl_pid_find(2, lab[i]->root_ns), PIDLAB_TYPE_PID);
		/* Reaped behind our back: the last count but that of the grace period. */
		pl_write_lock(&lab[i]->tasklist_lock);
		pl_release(lab[i], task[i]);
		pl_write_unlock(&lab[i]->tasklist_lock);
		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task[i]), 0u);
		KUNIT_EXPECT_EQ(test, usage(task[i]), 1u);
		KUNIT_EXPECT_EQ(test, task[i]->state, (unsigned int)PIDLAB_STATE_DEAD);
		pl_task_get(task[i]);
		rcu_read_unlock();
	}
	pl_grace_period(lab[0]);
	for (i = 0; i < LAYOUTS; i++) {
		KUNIT_EXPECT_EQ(test, usage(task[i]), 1u);
		id = task[i]->object.id;
		pl_task_put(task[i]);
		EXPECT_GONE(test, lab[i], id);
	}
}

static struct kunit_case rcu_users_cases[] = {
	KUNIT_CASE(c1_the_union_takes_the_room_of_the_head_alone),
	KUNIT_CASE(c1_the_layout_is_a_setting),
	KUNIT_CASE(c1_the_count_is_where_the_layout_says),
	LAB_CASE(c1_reaping_starts_the_grace_period_in_each_layout),
	LAB_CASE(c1_a_further_user_delays_the_grace_period),
	LAB_CASE(c2_none_becomes_a_user_once_the_count_has_fallen),
	KUNIT_CASE(c2_in_the_union_the_bytes_are_a_head_by_then),
	KUNIT_CASE(c2_with_the_bug_the_shared_bytes_are_what_a_list_would_be),
	LAB_CASE(c2_a_task_reaped_under_the_finders_hands_is_not_counted),
	LAB_CASE(c2_with_the_bug_it_is_and_the_lab_says_so),
	KUNIT_CASE(c2_the_bug_is_harmless_where_the_bytes_are_apart),
	KUNIT_CASE(c2_a_revived_task_that_is_held_is_given_back),
	LAB_PID_CASE(c4_a_reader_may_count_the_task_in_each_layout),
	{}
};

static struct kunit_suite rcu_users_suite = {
	.name = "pidlab_rcu_users",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = rcu_users_cases,
};
kunit_test_suite(rcu_users_suite);
