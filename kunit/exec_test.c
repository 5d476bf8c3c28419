// SPDX-License-Identifier: GPL-2.0
/* exec: one thread is left, and it is the process that the world knows. */
#include "exec.h"
#include "kill.h"
#include "lab_helper.h"

static void exec_by_a_leader_changes_nothing_but_the_mark(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	KUNIT_EXPECT_FALSE(test, lab_task(lab, a)->flags & PL_TASK_EXECED);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, a), (u64)2);
	KUNIT_EXPECT_TRUE(test, lab_task(lab, a)->flags & PL_TASK_EXECED);
	/* A child has not called exec. */
	KUNIT_EXPECT_FALSE(test, lab_task(lab, FORK(test, lab, a))->flags & PL_TASK_EXECED);
}

static void exec_kills_the_other_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = FORK_THREAD(test, lab, a), c = FORK_THREAD(test, lab, b);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, a), (u64)2);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, b);
	EXPECT_GONE(test, lab, c);
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->signal->nr_threads, 1u);
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->signal->live, 1u);
	/* The group is as before a first exec: it can do it again. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, a), (u64)2);
}

static void d10_a_thread_takes_the_leaders_identity(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), parent = FORK(test, lab, lab->init_id), thread;
	u64 leader = FORK(test, lab, parent), pid;
	struct pl_task *task;

	MUST(test, lab, SETPGID, 0, leader);
	pid = MUST(test, lab, PID, 0, leader);
	thread = FORK_THREAD(test, lab, leader);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, thread), (u64)4);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);

	task = lab_task(lab, thread);
	KUNIT_EXPECT_TRUE(test, pl_task_is_leader(task));
	KUNIT_EXPECT_PTR_EQ(test, task->real_parent, lab_task(lab, parent));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, PID, 0, thread), pid);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, pid), thread);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, pid, PIDLAB_TYPE_PGID), thread);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, thread), 4);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_PGID), (u64)4);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_SID), (u64)1);
	/* The thread's own number is free. */
	REFUSED(test, lab, -ESRCH, FIND, 0, 5);
	EXPECT_STATE(test, lab, a, RUNNING);
	MUST(test, lab, EXIT, 0, thread, 8);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(WAIT, 0, parent, 4)).res[2], (u64)8);
}

static void a_thread_takes_the_identity_of_a_leader_that_left(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, leader);

	MUST(test, lab, EXIT, 0, leader, 1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, thread), (u64)2);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);
	MUST(test, lab, EXIT, 0, thread, 2);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(WAIT, 0, lab->init_id, 2)).res[2], (u64)2);
}

static void the_place_among_the_children_is_kept(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, a);

	MUST(test, lab, EXEC, 0, thread);
	MUST(test, lab, EXIT, 0, b);
	MUST(test, lab, EXIT, 0, thread);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), thread);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), b);
}

static void the_leaders_children_become_the_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), child = FORK(test, lab, a);
	u64 thread = FORK_THREAD(test, lab, a);

	MUST(test, lab, EXEC, 0, thread);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, thread));
	MUST(test, lab, EXIT, 0, child);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, thread, -1), child);
}

static void d12_a_thread_of_the_first_process_becomes_the_first_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, first), thread = FORK_THREAD(test, lab, first);
	struct pl_pidns *ns = lab_ns_of(lab, first);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, thread), (u64)1);
	KUNIT_EXPECT_PTR_EQ(test, ns->reaper, lab_task(lab, thread));
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, thread), 1);
	EXPECT_STATE(test, lab, a, RUNNING);
	MUST(test, lab, EXIT, 0, thread);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
}

static void a_thread_of_the_labs_first_task_may_exec(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 thread = FORK_THREAD(test, lab, lab->init_id);

	FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, EXEC, 0, thread), (u64)1);
	EXPECT_CLEAN(test, lab);
	KUNIT_EXPECT_TRUE(test, pl_task_is_reaper(lab_task(lab, thread)));
	KUNIT_EXPECT_TRUE(test, lab_task(lab, thread)->signal->session_leader);
}

static void one_exec_at_a_time(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = FORK_THREAD(test, lab, a), c = FORK_THREAD(test, lab, a);
	struct lab_parked exec = { .op = OP(EXEC, 0, b), .point = PL_POINT_EXIT_BEGUN };

	/* Parked while it ends the leader: the third thread still runs. */
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exec));
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(EXEC, 0, c)).error, -EAGAIN);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, 0);
	KUNIT_EXPECT_EQ(test, exec.op.res[0], (u64)2);
	KUNIT_EXPECT_TRUE(test, pl_task_is_leader(lab_task(lab, b)));
}

static void exec_waits_for_a_thread_that_is_exiting(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	struct lab_parked exit = { .op = OP(EXIT, 0, a), .point = PL_POINT_EXIT_BEGUN };
	struct lab_parked exec = { .op = OP(EXEC, 0, b), .point = LAB_NOT_PARKED };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	lab_start(test, lab, &exec);
	lab_wait_blocked(&exec);
	KUNIT_EXPECT_FALSE(test, completion_done(&exec.finished));
	lab_resume(test, &exit);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, 0);
	KUNIT_EXPECT_EQ(test, exec.op.res[0], (u64)2);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
}

static void a_child_that_a_dying_thread_forked_stays(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a), child;
	struct lab_parked fork = { .op = OP(FORK, 0, b), .point = PL_POINT_FORK_NUMBERED };
	struct lab_parked exec = { .op = OP(EXEC, 0, a), .point = LAB_NOT_PARKED };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	lab_start(test, lab, &exec);
	lab_wait_blocked(&exec);
	lab_resume(test, &fork);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, 0);
	child = fork.op.res[0];
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, a));
}

static void a_thread_that_a_dying_thread_forked_dies(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	struct lab_parked fork = {
		.op = OP(FORK, PIDLAB_F_THREAD, b), .point = PL_POINT_FORK_NUMBERED,
	};
	struct lab_parked exec = { .op = OP(EXEC, 0, a), .point = LAB_NOT_PARKED };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	lab_start(test, lab, &exec);
	lab_wait_blocked(&exec);
	lab_resume(test, &fork);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, 0);
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->signal->nr_threads, 1u);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 2L);
}

static void a_kill_beats_exec(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	struct lab_parked exec = { .op = OP(EXEC, 0, b), .point = PL_POINT_EXIT_BEGUN };
	unsigned int count;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exec));
	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), 2, 9, &count), 0);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, -EINTR);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)PL_SIGKILL_CODE);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 1L);
}

static void exec_beats_a_group_exit(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	u64 c = FORK_THREAD(test, lab, a);
	struct lab_parked exec = { .op = OP(EXEC, 0, b), .point = PL_POINT_EXIT_BEGUN };

	/* Parked while it ends the leader; the third thread wants all to exit. */
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exec));
	MUST(test, lab, EXIT, PIDLAB_F_GROUP, c, 3);
	lab_resume(test, &exec);
	KUNIT_EXPECT_EQ(test, (int)exec.op.error, 0);
	EXPECT_STATE(test, lab, b, RUNNING);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, b), 2);
	/* Nothing of the group exit is left. */
	MUST(test, lab, EXIT, 0, b, 7);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, b)).res[1], 7ULL);
}

static struct kunit_case exec_cases[] = {
	LAB_CASE(exec_by_a_leader_changes_nothing_but_the_mark),
	LAB_CASE(exec_kills_the_other_threads),
	LAB_PID_CASE(d10_a_thread_takes_the_leaders_identity),
	LAB_CASE(a_thread_takes_the_identity_of_a_leader_that_left),
	LAB_CASE(the_place_among_the_children_is_kept),
	LAB_CASE(the_leaders_children_become_the_threads),
	LAB_NS_CASE(d12_a_thread_of_the_first_process_becomes_the_first_process),
	LAB_CASE(a_thread_of_the_labs_first_task_may_exec),
	LAB_CASE(one_exec_at_a_time),
	LAB_CASE(exec_waits_for_a_thread_that_is_exiting),
	LAB_CASE(a_child_that_a_dying_thread_forked_stays),
	LAB_CASE(a_thread_that_a_dying_thread_forked_dies),
	LAB_CASE(a_kill_beats_exec),
	LAB_CASE(exec_beats_a_group_exit),
	{}
};

static struct kunit_suite exec_suite = {
	.name = "pidlab_exec",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = exec_cases,
};
kunit_test_suite(exec_suite);
