// SPDX-License-Identifier: GPL-2.0
/* fork against kill, exit and the end of a namespace. */
#include "lab_helper.h"
#include "kill.h"

/* A SIGKILL becomes pending, and whoever sent it has not got further yet. */
static void mark(struct kunit *test, struct pl_lab *lab, int nr)
{
	unsigned int count;

	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), nr, 9, &count), 0);
	KUNIT_EXPECT_EQ(test, count, 1u);
}

/* The parent is killed while its fork is at @point: no child is left behind. */
static void killed_at(struct kunit *test, enum pl_point point, unsigned int flags)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, flags, a), .point = point };
	long pids = lab_objects(lab, PL_MEM_PID), spaces = lab_objects(lab, PL_MEM_NS);

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	mark(test, lab, 2);
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, -EINTR);
	KUNIT_EXPECT_EQ(test, fork.op.res[0], (u64)0);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_CLEAN(test, lab);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 2L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), pids);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), spaces);
	REFUSED(test, lab, -ESRCH, FIND, 0, 3);
}

static void d13_a_child_of_the_killed_is_not_born_once_numbered(struct kunit *test)
{
	killed_at(test, PL_POINT_PID_NUMBERED, 0);
}

static void d13_a_child_of_the_killed_is_not_born_once_published(struct kunit *test)
{
	killed_at(test, PL_POINT_PID_PUBLISHED, 0);
}

static void d13_a_child_of_the_killed_is_not_born_at_the_end(struct kunit *test)
{
	killed_at(test, PL_POINT_FORK_NUMBERED, 0);
}

static void d13_a_thread_of_the_killed_is_not_born(struct kunit *test)
{
	killed_at(test, PL_POINT_FORK_NUMBERED, PIDLAB_F_THREAD);
}

static void d13_a_namespace_of_the_killed_is_not_born(struct kunit *test)
{
	killed_at(test, PL_POINT_FORK_NUMBERED, PIDLAB_F_NEWPID);
}

static void d13_no_number_in_a_namespace_that_ends(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, first);
	struct pl_pidns *ns = lab_ns_of(lab, a);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_PID_NUMBERED };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	pl_pidns_stop_adding(ns);
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, -ENOMEM);
	EXPECT_CLEAN(test, lab);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a);
	REFUSED(test, lab, -ENOMEM, FORK, PIDLAB_F_THREAD, a);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 3L);
}

/* The first process exits while a task of its namespace forks. */
static void reaper_exits_at(struct kunit *test, enum pl_point point, int error)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, first);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = point };
	struct lab_parked exit = { .op = OP(EXIT, 0, first), .point = PL_POINT_ZAP_MARKED };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	lab_resume(test, &fork);
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, error);
	KUNIT_EXPECT_EQ(test, (int)exit.op.error, 0);
	EXPECT_STATE(test, lab, first, ZOMBIE);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 2L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 2L);
}

static void d13_the_end_of_a_namespace_fails_a_fork_with_a_number(struct kunit *test)
{
	reaper_exits_at(test, PL_POINT_PID_NUMBERED, -ENOMEM);
}

static void d13_the_end_of_a_namespace_fails_a_fork_with_a_pid(struct kunit *test)
{
	reaper_exits_at(test, PL_POINT_FORK_NUMBERED, -ENOMEM);
}

static void a_thread_is_not_born_into_a_group_that_exits(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = {
		.op = OP(FORK, PIDLAB_F_THREAD, a), .point = PL_POINT_FORK_NUMBERED,
	};
	struct lab_parked exit = {
		.op = OP(EXIT, PIDLAB_F_GROUP, a, 3), .point = LAB_NOT_PARKED,
	};

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	lab_start(test, lab, &exit);
	/* It comes as far as the turn of the task, which the fork has. */
	lab_wait_blocked(&exit);
	lab_resume(test, &fork);
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, (int)exit.op.error, 0);
	/* Not born, or dead at once; never alive in a group that has exited. */
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_RUNNING), 1L);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(WAIT, 0, lab->init_id, -1)).res[0], a);
}

static void a_pid_without_its_task_is_no_process_yet(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_NUMBERED };

	/* The child's pid is there before the child: neither is a task yet. */
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(FIND, 0, 3)).error, 0);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(KILL, 0, lab->init_id, 3, 9)).error, -ESRCH);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(SETPGID, 0, lab->init_id, 3, 0)).error, -ESRCH);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(KILL, 0, lab->init_id, -1, 0)).res[0], (u64)1);
	lab_resume(test, &fork);
	b = fork.op.res[0];
	KUNIT_EXPECT_EQ(test, fork.op.res[1], (u64)3);
	EXPECT_STATE(test, lab, b, RUNNING);
}

static struct kunit_case fork_race_cases[] = {
	LAB_PID_CASE(d13_a_child_of_the_killed_is_not_born_once_numbered),
	LAB_PID_CASE(d13_a_child_of_the_killed_is_not_born_once_published),
	LAB_PID_CASE(d13_a_child_of_the_killed_is_not_born_at_the_end),
	LAB_PID_CASE(d13_a_thread_of_the_killed_is_not_born),
	LAB_NS_CASE(d13_a_namespace_of_the_killed_is_not_born),
	LAB_NS_CASE(d13_no_number_in_a_namespace_that_ends),
	LAB_NS_CASE(d13_the_end_of_a_namespace_fails_a_fork_with_a_number),
	LAB_NS_CASE(d13_the_end_of_a_namespace_fails_a_fork_with_a_pid),
	LAB_CASE(a_thread_is_not_born_into_a_group_that_exits),
	LAB_PID_CASE(a_pid_without_its_task_is_no_process_yet),
	{}
};

static struct kunit_suite fork_race_suite = {
	.name = "pidlab_fork_race",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = fork_race_cases,
};
kunit_test_suite(fork_race_suite);
