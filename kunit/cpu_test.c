// SPDX-License-Identifier: GPL-2.0
/* Virtual CPUs: what is current outlives its reaping, until it is switched away from. */
#include "cpu.h"
#include "exit.h"
#include "lab_helper.h"

#define LAYOUTS 4

static struct pl_lab *open_layout(struct kunit *test, unsigned int layout)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, RCU_LAYOUT, layout);
	return lab_open_setup(test, &setup);
}

static unsigned int usage(const struct pl_task *task)
{
	return refcount_read(&task->object.count);
}

static void expect_counts(struct kunit *test, struct pl_lab *lab, int line, u64 id,
			  unsigned int users, unsigned int usage)
{
	struct pidlab_op op = lab_run(lab, OP(COUNTS, 0, id));

	KUNIT_EXPECT_EQ_MSG(test, (int)op.error, 0, "layout %u, line %d",
			    lab->rcu_layout->number, line);
	KUNIT_EXPECT_EQ_MSG(test, op.res[0], (u64)users, "rcu_users, layout %u, line %d",
			    lab->rcu_layout->number, line);
	KUNIT_EXPECT_EQ_MSG(test, op.res[1], (u64)usage, "usage, layout %u, line %d",
			    lab->rcu_layout->number, line);
}

/* What the scheduler's hold is worth while it is the only difference. */
#define EXPECT_HELD_BY_SCHEDULER(test, lab, id) \
	expect_counts(test, lab, __LINE__, id, (lab)->rcu_layout->rcu_curr ? 1 : 0, 1)

static void c3_a_cpu_has_the_task_it_was_switched_to(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	struct pidlab_op op;

	op = lab_run(lab, OP(CURR, 0, 0));
	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 0, a), (u64)0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 0, b), a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 3, a), (u64)0);
	EXPECT_CLEAN(test, lab);
	op = lab_run(lab, OP(CURR, 0, 0));
	KUNIT_EXPECT_EQ(test, op.res[0], b);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)PIDLAB_STATE_RUNNING);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, CURR, 0, 3), a);
	/* To itself is no switch. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 0, b), b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 0, 0), b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, CURR, 0, 0), (u64)0);
	EXPECT_CLEAN(test, lab);
}

/* A zombie is not switched to, not even where it is already. */
static void expect_dead_not_switched_to(struct kunit *test, struct pl_lab *lab, u64 task)
{
	u64 hold = MUST(test, lab, HOLD_TASK, 0, task);

	MUST(test, lab, EXIT, 0, task);
	REFUSED(test, lab, -ESRCH, SWITCH_TO, 0, 0, task);
	REFUSED(test, lab, -ESRCH, SWITCH_TO, 0, 1, task);
	MUST(test, lab, REAP, 0, task);
	REFUSED(test, lab, -ESRCH, SWITCH_TO, 0, 1, task);
	MUST(test, lab, PUT, 0, hold);
}

static void c3_each_way_to_be_refused(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	u64 a;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, CPUS, 2);
	lab = lab_open_setup(test, &setup);
	a = FORK(test, lab, lab->init_id);
	REFUSED(test, lab, -EINVAL, SWITCH_TO, 0, 2, a);
	REFUSED(test, lab, -EINVAL, CURR, 0, 2);
	MUST(test, lab, SWITCH_TO, 0, 1, a);
	REFUSED(test, lab, -EBUSY, SWITCH_TO, 0, 0, a);
	expect_dead_not_switched_to(test, lab, a);
}

static void c3_the_counts_of_each_layout(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		bool series = lab->rcu_layout->rcu_curr;
		u64 id = FORK(test, lab, lab->init_id);

		expect_counts(test, lab, __LINE__, id, series ? 2 : 1, series ? 1 : 2);
		MUST(test, lab, SWITCH_TO, 0, 0, id);
		expect_counts(test, lab, __LINE__, id, series ? 2 : 1, series ? 1 : 2);
		MUST(test, lab, EXIT, 0, id);
		expect_counts(test, lab, __LINE__, id, series ? 2 : 1, series ? 1 : 2);
		MUST(test, lab, SWITCH_TO, 0, 0, 0);
		expect_counts(test, lab, __LINE__, id, 1, 1);
		MUST(test, lab, REAP, 0, id);
		MUST(test, lab, GP, 0);
		EXPECT_GONE(test, lab, id);
	}
}

static void c3_curr_outlives_its_reaping(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 id = FORK(test, lab, lab->init_id), digest;

		MUST(test, lab, SWITCH_TO, 0, 1, id);
		MUST(test, lab, EXIT, 0, id, 5);
		MUST(test, lab, REAP, 0, id);
		MUST(test, lab, GP, 0);
		EXPECT_STATE(test, lab, id, DEAD);
		EXPECT_HELD_BY_SCHEDULER(test, lab, id);
		KUNIT_EXPECT_EQ(test, MUST(test, lab, CURR, 0, 1), id);
		KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_LEAKS), 0L);
		EXPECT_CLEAN(test, lab);
		/* Dead is dead, though a CPU has it. */
		REFUSED(test, lab, -ESRCH, FORK, 0, id);
		REFUSED(test, lab, -ESRCH, EXIT, 0, id);
		digest = lab_digest(lab);
		KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 1, lab->init_id), id);
		MUST(test, lab, GP, 0);
		KUNIT_EXPECT_NE(test, lab_digest(lab), digest);
		EXPECT_GONE(test, lab, id);
		EXPECT_CLEAN(test, lab);
	}
}

/* In the series: whoever has read curr may count it, after the switch too. */
static void c3_curr_read_under_rcu_needs_no_further_check(struct kunit *test)
{
	static const unsigned int series[] = { PIDLAB_RCU_SCHED, PIDLAB_RCU_TODAY };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(series); i++) {
		struct pl_lab *lab = open_layout(test, series[i]);
		u64 id = FORK(test, lab, lab->init_id), prev;
		struct pl_task *task;

		MUST(test, lab, SWITCH_TO, 0, 0, id);
		MUST(test, lab, EXIT, 0, id);
		MUST(test, lab, REAP, 0, id);
		MUST(test, lab, GP, 0);
		rcu_read_lock();
		task = rcu_dereference(lab->curr[0]);
		/* Switched away from behind our back, and long since reaped. */
		KUNIT_EXPECT_EQ(test, pl_cpu_switch(lab, 0, NULL, &prev), 0);
		KUNIT_EXPECT_EQ(test, prev, id);
		KUNIT_EXPECT_EQ(test, pl_rcu_users_read(task), 0u);
		KUNIT_EXPECT_EQ(test, usage(task), 1u);
		pl_task_get(task);
		rcu_read_unlock();
		MUST(test, lab, GP, 0);
		KUNIT_EXPECT_EQ(test, usage(task), 1u);
		KUNIT_EXPECT_EQ(test, task->object.id, id);
		pl_task_put(task);
		EXPECT_GONE(test, lab, id);
	}
}

static void read_curr(struct pl_lab *lab, void *data)
{
	struct pidlab_op *op = data;

	*op = OP(CURR, 0, 0);
	lab_run_elsewhere(lab, op);
}

/* Between the two steps of a switch the old task is no longer found there. */
static void c3_a_switch_takes_the_task_away_before_its_hold(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		struct pidlab_op op = {};
		struct lab_trap trap = {
			.point = PL_POINT_CPU_SWITCHED,
			.spring = read_curr,
			.data = &op,
		};
		u64 id = FORK(test, lab, lab->init_id);

		MUST(test, lab, SWITCH_TO, 0, 0, id);
		MUST(test, lab, EXIT, 0, id);
		MUST(test, lab, REAP, 0, id);
		lab_set_trap(test, lab, &trap);
		KUNIT_EXPECT_EQ(test, MUST(test, lab, SWITCH_TO, 0, 0, lab->init_id), id);
		lab_unhook(test);
		KUNIT_EXPECT_TRUE(test, trap.sprung);
		KUNIT_EXPECT_EQ(test, (int)op.error, 0);
		KUNIT_EXPECT_EQ(test, op.res[0], lab->init_id);
		MUST(test, lab, GP, 0);
		EXPECT_GONE(test, lab, id);
	}
}

static void c3_a_task_that_reaps_itself_stays_valid_as_curr(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 id = MUST(test, lab, FORK, PIDLAB_F_AUTOREAP, lab->init_id);
		struct pidlab_op op;

		MUST(test, lab, SWITCH_TO, 0, 0, id);
		MUST(test, lab, EXIT, 0, id);
		EXPECT_STATE(test, lab, id, DEAD);
		REFUSED(test, lab, -ESRCH, REAP, 0, id);
		REFUSED(test, lab, -ECHILD, WAIT, 0, lab->init_id, -1);
		MUST(test, lab, GP, 0);
		op = lab_run(lab, OP(CURR, 0, 0));
		KUNIT_EXPECT_EQ(test, op.res[0], id);
		KUNIT_EXPECT_EQ(test, op.res[1], (u64)PIDLAB_STATE_DEAD);
		EXPECT_HELD_BY_SCHEDULER(test, lab, id);
		EXPECT_CLEAN(test, lab);
		MUST(test, lab, SWITCH_TO, 0, 0);
		MUST(test, lab, GP, 0);
		EXPECT_GONE(test, lab, id);
	}
}

static void c3_a_process_that_reaps_itself_waits_for_its_last_thread(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = MUST(test, lab, FORK, PIDLAB_F_AUTOREAP, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, leader);

	MUST(test, lab, EXIT, 0, leader);
	EXPECT_STATE(test, lab, leader, ZOMBIE);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, EXIT, 0, thread);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);
	EXPECT_GONE(test, lab, thread);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID),
			lab->generation->has_pids ? 1L : 0L);
	EXPECT_CLEAN(test, lab);
}

static void c3_a_thread_in_exec_keeps_its_process_reaping_itself(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = MUST(test, lab, FORK, PIDLAB_F_AUTOREAP, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, leader);

	MUST(test, lab, SWITCH_TO, 0, 0, leader);
	MUST(test, lab, SWITCH_TO, 0, 1, thread);
	MUST(test, lab, EXEC, 0, thread);
	/* The old leader's CPU still stands on it. */
	EXPECT_STATE(test, lab, leader, DEAD);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, CURR, 0, 0), leader);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, EXIT, 0, thread);
	MUST(test, lab, SWITCH_TO, 0, 0);
	MUST(test, lab, SWITCH_TO, 0, 1);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);
	EXPECT_GONE(test, lab, thread);
}

static void c3_a_thread_cannot_be_forked_to_reap_its_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_THREAD | PIDLAB_F_AUTOREAP, lab->init_id);
}

/* After this the first task is alone. */
static void idle_and_reap(struct kunit *test, struct pl_lab *lab)
{
	u64 cpu;

	for (cpu = 0; cpu < 3; cpu++)
		MUST(test, lab, SWITCH_TO, 0, cpu, 0);
	while (lab_run(lab, OP(WAIT, 0, lab->init_id, -1)).res[0])
		;
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 1L);
	EXPECT_CLEAN(test, lab);
}

/* Tasks on CPUs that die in every other way there is. */
static void c3_current_tasks_die_with_their_group_or_namespace(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 first = lab->generation->max_level ? FORK_NEWPID(test, lab, lab->init_id) :
							 FORK(test, lab, lab->init_id);
		u64 a = FORK(test, lab, first), thread = FORK_THREAD(test, lab, first);

		MUST(test, lab, SWITCH_TO, 0, 0, first);
		MUST(test, lab, SWITCH_TO, 0, 1, a);
		MUST(test, lab, SWITCH_TO, 0, 2, thread);
		MUST(test, lab, EXIT, PIDLAB_F_GROUP, first);
		EXPECT_STATE(test, lab, thread, DEAD);
		EXPECT_CLEAN(test, lab);
		MUST(test, lab, KILL, 0, lab->init_id, -1, 9);
		EXPECT_CLEAN(test, lab);
		idle_and_reap(test, lab);
	}
}

/* The rest is for the end of the case: closing leaves nothing. */
static void c3_a_lab_closes_with_tasks_on_its_cpus(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LAYOUTS; i++) {
		struct pl_lab *lab = open_layout(test, i);
		u64 zombie = FORK(test, lab, lab->init_id);
		u64 dead = MUST(test, lab, FORK, PIDLAB_F_AUTOREAP, lab->init_id);
		u64 alive = FORK(test, lab, lab->init_id);

		MUST(test, lab, SWITCH_TO, 0, 0, lab->init_id);
		MUST(test, lab, SWITCH_TO, 0, 1, zombie);
		MUST(test, lab, SWITCH_TO, 0, 2, dead);
		MUST(test, lab, SWITCH_TO, 0, 3, alive);
		MUST(test, lab, EXIT, 0, zombie);
		MUST(test, lab, EXIT, 0, dead);
		MUST(test, lab, RCU_GET, 0, zombie);
		EXPECT_CLEAN(test, lab);
		lab_close(test, lab);
	}
}

static void c3_the_snapshot_tells_who_is_current(struct kunit *test)
{
	struct pidlab_task_info *info = kunit_kcalloc(test, 2, sizeof(*info), GFP_KERNEL);
	struct pl_lab *lab = open_layout(test, PIDLAB_RCU_TODAY);
	u64 id = MUST(test, lab, FORK, PIDLAB_F_AUTOREAP, lab->init_id);

	KUNIT_ASSERT_NOT_NULL(test, info);
	MUST(test, lab, SWITCH_TO, 0, 3, id);
	down_write(&lab->quiesce);
	KUNIT_EXPECT_EQ(test, pl_snapshot(lab, info, 2), 2u);
	up_write(&lab->quiesce);
	KUNIT_EXPECT_EQ(test, info[0].flags & PIDLAB_TASK_CURR, 0u);
	KUNIT_EXPECT_EQ(test, info[1].flags,
			(u32)(PIDLAB_TASK_AUTOREAP | PIDLAB_TASK_CURR |
			      3 << PIDLAB_TASK_CPU_SHIFT));
	KUNIT_EXPECT_EQ(test, info[1].usage, 1u);
	KUNIT_EXPECT_EQ(test, info[1].rcu_users, 2u);
}

static void x5_a_cpu_and_its_task_that_do_not_agree(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 id = FORK(test, lab, lab->init_id);
	struct pl_task *task = lab_task(lab, id);

	MUST(test, lab, SWITCH_TO, 0, 0, id);
	task->cpu = 1;
	EXPECT_FOUND(test, lab, CURR, id);
	task->cpu = PL_NO_CPU;
	EXPECT_FOUND(test, lab, CURR, 0);
	task->cpu = 0;
	task->exited = true;
	EXPECT_FOUND(test, lab, CURR, id);
	task->exited = false;
	refcount_inc(&task->rcu_users.apart.count);
	EXPECT_FOUND(test, lab, RCU_USERS, id);
	refcount_dec(&task->rcu_users.apart.count);
}

static struct kunit_case cpu_cases[] = {
	LAB_CASE(c3_a_cpu_has_the_task_it_was_switched_to),
	LAB_CASE(c3_each_way_to_be_refused),
	LAB_CASE(c3_the_counts_of_each_layout),
	LAB_CASE(c3_curr_outlives_its_reaping),
	LAB_CASE(c3_curr_read_under_rcu_needs_no_further_check),
	LAB_CASE(c3_a_switch_takes_the_task_away_before_its_hold),
	LAB_CASE(c3_a_task_that_reaps_itself_stays_valid_as_curr),
	LAB_CASE(c3_a_process_that_reaps_itself_waits_for_its_last_thread),
	LAB_CASE(c3_a_thread_in_exec_keeps_its_process_reaping_itself),
	LAB_CASE(c3_a_thread_cannot_be_forked_to_reap_its_process),
	LAB_CASE(c3_current_tasks_die_with_their_group_or_namespace),
	LAB_CASE(c3_a_lab_closes_with_tasks_on_its_cpus),
	KUNIT_CASE(c3_the_snapshot_tells_who_is_current),
	LAB_CASE(x5_a_cpu_and_its_task_that_do_not_agree),
	{}
};

static struct kunit_suite cpu_suite = {
	.name = "pidlab_cpu",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = cpu_cases,
};
kunit_test_suite(cpu_suite);
