// SPDX-License-Identifier: GPL-2.0
/* The counts of a task, what it pins, and when each of them goes. */
#include <linux/sched.h>

#include "lab_helper.h"

static unsigned int usage(const struct pl_task *task)
{
	return refcount_read(&task->object.count);
}

static void c1_usage_starts_at_2_and_rcu_users_at_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_task *task = lab_task(lab, FORK(test, lab, lab->init_id));

	KUNIT_EXPECT_EQ(test, usage(task), 2u);
	KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 1u);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->rcu_pending), 0L);
}

static void c1_exit_drops_the_schedulers_usage(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 id = FORK(test, lab, lab->init_id);
	struct pl_task *task = lab_task(lab, id);

	MUST(test, lab, EXIT, 0, id);
	KUNIT_EXPECT_EQ(test, usage(task), 1u);
	KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 1u);
}

static void a2_the_default_payload_is_a_stack_and_a_task_struct(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab = lab_open_setup(test, &setup);
	size_t bytes = THREAD_SIZE + sizeof(struct task_struct);

	KUNIT_EXPECT_EQ(test, pl_task_default_payload(), bytes);
	KUNIT_EXPECT_EQ(test, lab->setting[PIDLAB_SET_TASK_PAYLOAD], (u64)bytes);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_PAYLOAD]), (long)bytes);
	FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_PAYLOAD]),
			2 * (long)bytes);
}

static struct pl_lab *lab_with_payload(struct kunit *test, u64 bytes)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, bytes);
	return lab_open_setup(test, &setup);
}

static void a2_a_held_task_pins_its_payload(struct kunit *test)
{
	struct pl_lab *lab = lab_with_payload(test, 10000);
	u64 id = FORK(test, lab, lab->init_id);
	u64 ref = MUST(test, lab, HOLD_TASK, 0, id);

	MUST(test, lab, EXIT, 0, id);
	MUST(test, lab, REAP, 0, id);
	MUST(test, lab, GP, 0);
	EXPECT_STATE(test, lab, id, DEAD);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_PAYLOAD]), 20000L);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_PAYLOAD]), 10000L);
}

static void a2_a_held_pid_or_task_ref_pins_none_of_it(struct kunit *test)
{
	struct pl_lab *lab = lab_with_payload(test, 10000);
	u64 id = FORK(test, lab, lab->init_id);

	MUST(test, lab, HOLD_PID, 0, id);
	MUST(test, lab, TREF, 0, id);
	MUST(test, lab, EXIT, 0, id);
	MUST(test, lab, REAP, 0, id);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, id);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_PAYLOAD]), 10000L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 1L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 2L);
}

static void a2_without_a_payload_nothing_is_allocated_for_it(struct kunit *test)
{
	struct pl_lab *lab = lab_with_payload(test, 0);

	FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_NULL(test, lab_task(lab, lab->init_id)->payload);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PAYLOAD), 0L);
}

static void the_numbers_of_a_thread_are_its_own_and_its_leaders(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id);
	struct pl_task *thread = lab_task(lab, FORK_THREAD(test, lab, leader));

	pl_read_lock(&lab->tasklist_lock);
	KUNIT_EXPECT_FALSE(test, pl_task_is_leader(thread));
	KUNIT_EXPECT_EQ(test, pl_task_vnr(thread), 3);
	KUNIT_EXPECT_EQ(test, pl_task_nr(thread, PIDLAB_TYPE_PID, lab->root_ns), 3);
	KUNIT_EXPECT_EQ(test, pl_task_nr(thread, PIDLAB_TYPE_TGID, lab->root_ns), 2);
	KUNIT_EXPECT_EQ(test, pl_task_nr(thread, PIDLAB_TYPE_PGID, lab->root_ns), 1);
	KUNIT_EXPECT_EQ(test, pl_task_nr(thread, PIDLAB_TYPE_SID, lab->root_ns), 1);
	KUNIT_EXPECT_PTR_EQ(test, pl_task_ns(thread), lab->root_ns);
	pl_read_unlock(&lab->tasklist_lock);
}

static struct kunit_case task_cases[] = {
	LAB_CASE(c1_usage_starts_at_2_and_rcu_users_at_1),
	LAB_CASE(c1_exit_drops_the_schedulers_usage),
	LAB_CASE(a2_the_default_payload_is_a_stack_and_a_task_struct),
	LAB_CASE(a2_a_held_task_pins_its_payload),
	LAB_PID_CASE(a2_a_held_pid_or_task_ref_pins_none_of_it),
	LAB_CASE(a2_without_a_payload_nothing_is_allocated_for_it),
	LAB_CASE(the_numbers_of_a_thread_are_its_own_and_its_leaders),
	{}
};

static struct kunit_suite task_suite = {
	.name = "pidlab_task",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = task_cases,
};
kunit_test_suite(task_suite);
