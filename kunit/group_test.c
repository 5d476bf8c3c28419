// SPDX-License-Identifier: GPL-2.0
/* Groups and sessions, with the errors of setpgid(2) and setsid(2). */
#include "lab_helper.h"

static int group_of(struct kunit *test, struct pl_lab *lab, u64 task)
{
	return MUST(test, lab, NR, 0, task, PIDLAB_TYPE_PGID);
}

static int session_of(struct kunit *test, struct pl_lab *lab, u64 task)
{
	return MUST(test, lab, NR, 0, task, PIDLAB_TYPE_SID);
}

static void zero_and_zero_make_a_group_of_ones_own(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, a, 0, 0);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
	KUNIT_EXPECT_EQ(test, session_of(test, lab, a), 1);
	/* And again, which changes nothing. */
	MUST(test, lab, SETPGID, 0, a, 2, 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
}

static void a_parent_moves_its_child(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, lab->init_id, 2, 0);
	MUST(test, lab, SETPGID, 0, lab->init_id, 3, 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, b), 2);
	MUST(test, lab, SETPGID, 0, b, 0, 1);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, b), 1);
}

static void a_thread_moves_its_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	u64 child = FORK(test, lab, thread);

	MUST(test, lab, SETPGID, 0, thread, 0, 0);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, thread), 2);
	/* The child of one thread is the child of the process. */
	MUST(test, lab, SETPGID, 0, a, 4, 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, child), 2);
}

/*
 * A family for the errors: init 1; shell 2 with the session 2; its children 3
 * and 4; 5 a thread of 3; 6 a child of 3; 7 a child of 2 with a session of
 * its own; 8 a child of 2 that has called exec; 9 a child of init.
 */
struct family {
	struct pl_lab *lab;
	u64 task[10];
};

static void make_family(struct kunit *test, struct family *f)
{
	struct pl_lab *lab = lab_open(test);

	f->lab = lab;
	f->task[1] = lab->init_id;
	f->task[2] = FORK(test, lab, f->task[1]);
	MUST(test, lab, SETSID, 0, f->task[2]);
	f->task[3] = FORK(test, lab, f->task[2]);
	f->task[4] = FORK(test, lab, f->task[2]);
	f->task[5] = FORK_THREAD(test, lab, f->task[3]);
	f->task[6] = FORK(test, lab, f->task[3]);
	f->task[7] = FORK(test, lab, f->task[2]);
	MUST(test, lab, SETSID, 0, f->task[7]);
	f->task[8] = FORK(test, lab, f->task[2]);
	MUST(test, lab, EXEC, 0, f->task[8]);
	f->task[9] = FORK(test, lab, f->task[1]);
	MUST(test, lab, SETPGID, 0, f->task[4], 0, 0);
}

static void setpgid_has_the_errors_of_linux(struct kunit *test)
{
	static const struct {
		int error;
		int caller, nr, pgid;
	} row[] = {
		{ -EINVAL, 3, 0, -1 },		/* a negative group */
		{ -EINVAL, 3, -1, 0 },		/* which the number becomes */
		{ -EINVAL, 3, 77, -1 },		/* before it looks for the process */
		{ -ESRCH, 3, -1, 3 },		/* no such process */
		{ -ESRCH, 3, 77, 0 },
		{ -ESRCH, 3, INT_MAX, 0 },
		{ -EINVAL, 3, 5, 0 },		/* a thread that does not lead */
		{ -EINVAL, 2, 5, 0 },
		{ -ESRCH, 3, 4, 0 },		/* neither itself nor a child */
		{ -ESRCH, 3, 2, 0 },
		{ -ESRCH, 2, 6, 0 },		/* a grandchild */
		{ -EPERM, 2, 7, 0 },		/* a child in another session */
		{ -EPERM, 2, 7, 2 },
		{ -EACCES, 2, 8, 0 },		/* a child that has called exec */
		{ -EACCES, 2, 8, 77 },		/* before it looks for the group */
		{ -EPERM, 2, 0, 0 },		/* a session leader */
		{ -EPERM, 7, 0, 7 },
		{ -EPERM, 1, 0, 0 },
		{ -EPERM, 3, 0, 77 },		/* no such group */
		{ -EPERM, 3, 0, 6 },		/* a process, but no group */
		{ -EPERM, 3, 0, 1 },		/* a group of another session */
		{ -EPERM, 3, 0, 7 },
		{ -EPERM, 2, 3, 7 },
	};
	struct family f;
	size_t i;

	make_family(test, &f);
	for (i = 0; i < ARRAY_SIZE(row); i++)
		lab_refused(test, f.lab, 1000 + i, row[i].error,
			    OP(SETPGID, 0, f.task[row[i].caller], row[i].nr, row[i].pgid));
	/* Next to them, what is allowed. */
	MUST(test, f.lab, SETPGID, 0, f.task[2], 3, 4);
	KUNIT_EXPECT_EQ(test, group_of(test, f.lab, f.task[3]), 4);
	MUST(test, f.lab, SETPGID, 0, f.task[3], 6, 0);
	KUNIT_EXPECT_EQ(test, group_of(test, f.lab, f.task[6]), 6);
}

static void a_zombie_child_can_be_moved(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	MUST(test, f.lab, EXIT, 0, f.task[6]);
	MUST(test, f.lab, SETPGID, 0, f.task[3], 6, 0);
	KUNIT_EXPECT_EQ(test, group_of(test, f.lab, f.task[6]), 6);
	/* A dead caller cannot move anybody. */
	REFUSED(test, f.lab, -ESRCH, SETPGID, 0, f.task[6], 0, 0);
}

static void numbers_are_as_the_caller_sees_them(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id), a = FORK(test, lab, first);

	MUST(test, lab, SETSID, 0, first);
	REFUSED(test, lab, -ESRCH, SETPGID, 0, first, 3, 0);
	/* It is in the group it was born into, which is outside. */
	REFUSED(test, lab, -EPERM, SETPGID, 0, first, 2, 0);
	a = FORK(test, lab, first);
	MUST(test, lab, SETPGID, 0, first, 3, 3);
	KUNIT_EXPECT_EQ(test, (int)MUST(test, lab, NR, 0, a, PIDLAB_TYPE_PGID, first), 3);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 4);
	MUST(test, lab, SETPGID, 0, a, 0, 1);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
}

static void the_last_to_leave_frees_the_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;

	MUST(test, lab, SETPGID, 0, a);
	b = FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(FIND, 0, 2)).error, 0);
	MUST(test, lab, SETPGID, 0, b, 0, 1);
	REFUSED(test, lab, -ESRCH, FIND, 0, 2);
}

static void setsid_makes_session_and_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, SETSID, 0, a), (u64)2);
	KUNIT_EXPECT_EQ(test, session_of(test, lab, a), 2);
	KUNIT_EXPECT_EQ(test, group_of(test, lab, a), 2);
	KUNIT_EXPECT_TRUE(test, lab_task(lab, a)->signal->session_leader);
}

static void setsid_gives_the_number_that_the_caller_sees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, first);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, SETSID, 0, thread), (u64)1);
	KUNIT_EXPECT_EQ(test, session_of(test, lab, first), 2);
}

static void setsid_has_the_errors_of_linux(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;

	/* A session leader, by itself or by a thread of it. */
	REFUSED(test, lab, -EPERM, SETSID, 0, lab->init_id);
	REFUSED(test, lab, -EPERM, SETSID, 0, FORK_THREAD(test, lab, lab->init_id));
	/* The leader of a group. */
	MUST(test, lab, SETPGID, 0, a);
	REFUSED(test, lab, -EPERM, SETSID, 0, a);
	/* Who left the group that has its number still in use. */
	b = FORK(test, lab, a);
	MUST(test, lab, SETPGID, 0, a, 0, 1);
	REFUSED(test, lab, -EPERM, SETSID, 0, a);
	MUST(test, lab, SETPGID, 0, b, 0, 1);
	MUST(test, lab, SETSID, 0, a);
	/* And a zombie. */
	MUST(test, lab, EXIT, 0, b);
	REFUSED(test, lab, -ESRCH, SETSID, 0, b);
}

static struct kunit_case group_cases[] = {
	LAB_CASE(zero_and_zero_make_a_group_of_ones_own),
	LAB_CASE(a_parent_moves_its_child),
	LAB_CASE(a_thread_moves_its_process),
	LAB_CASE(setpgid_has_the_errors_of_linux),
	LAB_CASE(a_zombie_child_can_be_moved),
	LAB_NS_CASE(numbers_are_as_the_caller_sees_them),
	LAB_PID_CASE(the_last_to_leave_frees_the_group),
	LAB_CASE(setsid_makes_session_and_group),
	LAB_NS_CASE(setsid_gives_the_number_that_the_caller_sees),
	LAB_CASE(setsid_has_the_errors_of_linux),
	{}
};

static struct kunit_suite group_suite = {
	.name = "pidlab_group",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = group_cases,
};
kunit_test_suite(group_suite);
