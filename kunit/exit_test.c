// SPDX-License-Identifier: GPL-2.0
/* exit: zombies, orphans and threads. */
#include "exit.h"
#include "kill.h"
#include "lab_helper.h"

static void an_exited_task_is_a_zombie_until_it_is_reaped(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pidlab_op op;

	MUST(test, lab, EXIT, 0, a, 42);
	op = lab_run(lab, OP(STATE, 0, a));
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)PIDLAB_STATE_ZOMBIE);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)42);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_ZOMBIES), 1L);
	/* A zombie keeps its number and its place in group and family. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIND, 0, 2), MUST(test, lab, PID, 0, a));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, a, PIDLAB_TYPE_PGID), (u64)1);

	op = lab_run(lab, OP(REAP, 0, a));
	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)2);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)42);
	REFUSED(test, lab, -ESRCH, FIND, 0, 2);
}

static void exit_happens_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, EXIT, 0, a, 1);
	REFUSED(test, lab, -ESRCH, EXIT, 0, a, 2);
	REFUSED(test, lab, -ESRCH, EXIT, PIDLAB_F_GROUP, a, 2);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)1);
}

static void the_code_is_0_to_255(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	REFUSED(test, lab, -EINVAL, EXIT, 0, a, 256);
	REFUSED(test, lab, -EINVAL, EXIT, 0, a, -1);
	MUST(test, lab, EXIT, 0, a, 255);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)255);
}

static void d12_orphans_go_to_the_reaper_of_their_namespace(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id), parent = FORK(test, lab, first);
	u64 a = FORK(test, lab, parent), b = FORK(test, lab, a), c = FORK(test, lab, a);
	u64 zombie = FORK(test, lab, a);

	MUST(test, lab, EXIT, 0, zombie, 7);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->real_parent, lab_task(lab, first));
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, c)->real_parent, lab_task(lab, first));
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, zombie)->real_parent, lab_task(lab, first));
	KUNIT_EXPECT_TRUE(test, list_empty(&lab_task(lab, a)->children));
	/* Zombies among them can be reaped by it. */
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(WAIT, 0, first, 6)).res[2], (u64)7);
}

static void d12_orphans_of_the_root_go_to_the_first_task(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 parent = FORK(test, lab, lab->init_id), a = FORK(test, lab, parent);
	u64 b = FORK(test, lab, a);

	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->real_parent, lab_task(lab, lab->init_id));
	KUNIT_EXPECT_TRUE(test, list_is_singular(&lab_task(lab, parent)->children));
}

static void orphans_go_to_a_living_thread_first(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, a), child = FORK(test, lab, a);
	u64 other = FORK(test, lab, thread);

	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, thread));
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, other)->real_parent, lab_task(lab, thread));
	MUST(test, lab, EXIT, 0, thread);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, lab->init_id));
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, other)->real_parent, lab_task(lab, lab->init_id));
}

static void a_thread_is_released_at_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);

	MUST(test, lab, HOLD_TASK, 0, thread);
	MUST(test, lab, EXIT, 0, thread, 9);
	EXPECT_STATE(test, lab, thread, DEAD);
	REFUSED(test, lab, -ESRCH, FIND, 0, 3);
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->signal->nr_threads, 1u);
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->signal->live, 1u);
	EXPECT_STATE(test, lab, a, RUNNING);
}

static void a_leader_waits_for_its_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);

	MUST(test, lab, EXIT, 0, a, 3);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	REFUSED(test, lab, -EAGAIN, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), (u64)0);
	/* The process is alive under the leader's number. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_TGID), (u64)2);
	MUST(test, lab, EXIT, 0, thread, 4);
	/* Whoever exits without its group leaves the leader's code, or until 2022 did. */
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1],
			lab->generation->last_decides ? (u64)4 : (u64)3);
}

static void x7_the_last_thread_decides_the_code_where_it_does_today(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	u64 c = FORK_THREAD(test, lab, a);

	MUST(test, lab, HOLD_TASK, 0, c);
	MUST(test, lab, EXIT, 0, a, 3);
	MUST(test, lab, EXIT, 0, c, 5);
	/* Not the last: the leader has its own code for now. */
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, a)).res[1], (u64)3);
	MUST(test, lab, EXIT, 0, b, 4);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, a)).res[1],
			lab->generation->last_decides ? (u64)4 : (u64)3);
	/* A thread keeps its own, which nobody asks for. */
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, c)).res[1], (u64)5);
}

static void a_group_exit_gives_all_threads_its_code(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = FORK_THREAD(test, lab, a), c = FORK_THREAD(test, lab, a);

	MUST(test, lab, HOLD_TASK, 0, c);
	MUST(test, lab, EXIT, PIDLAB_F_GROUP, b, 6);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_STATE(test, lab, c, DEAD);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, c)).res[1], (u64)6);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)6);
}

static void a_group_exit_overrides_the_code_of_a_leader_that_left(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	struct pidlab_op op;

	MUST(test, lab, EXIT, 0, a, 3);
	MUST(test, lab, EXIT, PIDLAB_F_GROUP, thread, 5);
	op = lab_run(lab, OP(WAIT, 0, lab->init_id, -1));
	KUNIT_EXPECT_EQ(test, op.res[0], a);
	KUNIT_EXPECT_EQ(test, op.res[2], (u64)5);
}

static void a_kill_overrides_the_code_of_a_leader_that_left(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	FORK_THREAD(test, lab, a);
	MUST(test, lab, EXIT, 0, a, 3);
	MUST(test, lab, KILL, 0, lab->init_id, 2, 9);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)PL_SIGKILL_CODE);
}

static void a_kill_leaves_the_code_of_a_zombie(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), digest;

	MUST(test, lab, EXIT, 0, a, 3);
	digest = lab_digest(lab);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, 2, 9), (u64)1);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)3);
}

static void exit_waits_for_the_operation_of_the_task(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_NUMBERED };
	struct lab_parked exit = { .op = OP(EXIT, 0, a), .point = PL_POINT_EXIT_BEGUN };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	lab_start(test, lab, &exit);
	lab_wait_blocked(&exit);
	EXPECT_STATE(test, lab, a, RUNNING);
	lab_resume(test, &fork);
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	KUNIT_EXPECT_EQ(test, (int)exit.op.error, 0);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_STATE(test, lab, fork.op.res[0], RUNNING);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, fork.op.res[0])->real_parent,
			    lab_task(lab, lab->init_id));
}

static void a_task_that_exits_no_longer_acts(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked exit = { .op = OP(EXIT, 0, a), .point = PL_POINT_EXIT_BEGUN };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	EXPECT_STATE(test, lab, a, RUNNING);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(FORK, 0, a)).error, -ESRCH);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(SETSID, 0, a)).error, -ESRCH);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(EXIT, 0, a)).error, -ESRCH);
	/* To others it is there until its exit is done. */
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(KILL, 0, lab->init_id, 2, 9)).res[0], (u64)1);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(REAP, 0, a)).error, -EAGAIN);
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)0);
}

static struct kunit_case exit_cases[] = {
	LAB_PID_CASE(an_exited_task_is_a_zombie_until_it_is_reaped),
	LAB_CASE(exit_happens_once),
	LAB_CASE(the_code_is_0_to_255),
	LAB_NS_CASE(d12_orphans_go_to_the_reaper_of_their_namespace),
	LAB_CASE(d12_orphans_of_the_root_go_to_the_first_task),
	LAB_CASE(orphans_go_to_a_living_thread_first),
	LAB_PID_CASE(a_thread_is_released_at_once),
	LAB_CASE(a_leader_waits_for_its_threads),
	LAB_CASE(x7_the_last_thread_decides_the_code_where_it_does_today),
	LAB_CASE(a_group_exit_gives_all_threads_its_code),
	LAB_CASE(a_group_exit_overrides_the_code_of_a_leader_that_left),
	LAB_CASE(a_kill_overrides_the_code_of_a_leader_that_left),
	LAB_CASE(a_kill_leaves_the_code_of_a_zombie),
	LAB_CASE(exit_waits_for_the_operation_of_the_task),
	LAB_CASE(a_task_that_exits_no_longer_acts),
	{}
};

static struct kunit_suite exit_suite = {
	.name = "pidlab_exit",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = exit_cases,
};
kunit_test_suite(exit_suite);
