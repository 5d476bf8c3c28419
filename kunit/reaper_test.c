// SPDX-License-Identifier: GPL-2.0
/* The first process of a namespace, and its end. */
#include "exit.h"
#include "kill.h"
#include "lab_helper.h"

static void d13_all_others_die_and_are_reaped(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, first), b = FORK(test, lab, a), zombie = FORK(test, lab, b);
	u64 thread = FORK_THREAD(test, lab, b);
	struct pl_pidns *ns = lab_ns_of(lab, first);

	MUST(test, lab, EXIT, 0, zombie);
	MUST(test, lab, EXIT, 0, first, 5);
	EXPECT_STATE(test, lab, first, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, first)).res[1], (u64)5);
	KUNIT_EXPECT_NULL(test, ns->reaper);
	KUNIT_EXPECT_FALSE(test, ns->adding);
	KUNIT_EXPECT_EQ(test, ns->live, 0u);
	KUNIT_EXPECT_EQ(test, ns->nr_pids, 1u);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
	EXPECT_GONE(test, lab, b);
	EXPECT_GONE(test, lab, zombie);
	EXPECT_GONE(test, lab, thread);
	MUST(test, lab, REAP, 0, first);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 1L);
}

static void d13_descendant_namespaces_die_too(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task[6], leaf[6];
	int i;

	task[0] = lab->init_id;
	for (i = 1; i < 6; i++) {
		task[i] = FORK_NEWPID(test, lab, task[i - 1]);
		leaf[i] = FORK(test, lab, task[i]);
	}
	MUST(test, lab, EXIT, 0, task[1]);
	EXPECT_STATE(test, lab, task[1], ZOMBIE);
	MUST(test, lab, GP, 0);
	for (i = 1; i < 6; i++) {
		EXPECT_GONE(test, lab, leaf[i]);
		if (i > 1)
			EXPECT_GONE(test, lab, task[i]);
	}
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 2L);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 2L);
}

static void d13_a_killed_reaper_takes_its_nest_along(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id);
	u64 b = FORK_NEWPID(test, lab, a), c = FORK_NEWPID(test, lab, b);

	FORK(test, lab, a);
	FORK(test, lab, b);
	FORK(test, lab, c);
	MUST(test, lab, KILL, 0, lab->init_id, NR_OF(test, lab, a), 9);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 2L);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, a)).res[1], (u64)PL_SIGKILL_CODE);
}

static void d13_everybody_killed_at_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a[3];
	int i;

	/* Three namespaces side by side, each with one inside. */
	for (i = 0; i < 3; i++) {
		a[i] = FORK_NEWPID(test, lab, lab->init_id);
		FORK(test, lab, FORK_NEWPID(test, lab, a[i]));
	}
	KUNIT_EXPECT_EQ(test, MUST(test, lab, KILL, 0, lab->init_id, -1, 9), (u64)9);
	for (i = 0; i < 3; i++)
		EXPECT_STATE(test, lab, a[i], ZOMBIE);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 4L);
}

static void d13_a_thread_takes_over_while_one_lives(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, first), a = FORK(test, lab, first);
	struct pl_pidns *ns = lab_ns_of(lab, first);

	MUST(test, lab, EXIT, 0, first);
	KUNIT_EXPECT_PTR_EQ(test, ns->reaper, lab_task(lab, thread));
	EXPECT_STATE(test, lab, a, RUNNING);
	FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, thread);
	KUNIT_EXPECT_NULL(test, ns->reaper);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
	EXPECT_STATE(test, lab, first, ZOMBIE);
	MUST(test, lab, REAP, 0, first);
}

static void d13_the_end_of_the_first_task_empties_the_lab(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 init = lab->init_id, a = FORK(test, lab, init), b = FORK_NEWPID(test, lab, a);
	u64 held = FORK(test, lab, b);

	MUST(test, lab, HOLD_TASK, 0, held);
	MUST(test, lab, EXIT, 0, init);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, init);
	EXPECT_GONE(test, lab, a);
	EXPECT_STATE(test, lab, held, DEAD);
	KUNIT_EXPECT_TRUE(test, list_empty(&lab->tasks));
	REFUSED(test, lab, -ESRCH, FORK, 0, init);
	REFUSED(test, lab, -ESRCH, FIND, 0, 1);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 1L);
}

static void d13_the_first_process_may_have_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 thread = FORK_THREAD(test, lab, lab->init_id), a = FORK(test, lab, thread);

	MUST(test, lab, EXIT, 0, lab->init_id);
	EXPECT_STATE(test, lab, lab->init_id, ZOMBIE);
	EXPECT_STATE(test, lab, a, RUNNING);
	REFUSED(test, lab, -EAGAIN, REAP, 0, lab->init_id);
	MUST(test, lab, EXIT, 0, thread);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 0L);
}

/*
 * One ends the inner namespace, and meanwhile the outer one's reaper is
 * killed: who ends the inner one must not wait for the outer.
 */
static void d13_the_ends_of_nested_namespaces_do_not_wait_for_each_other(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id), b = FORK_NEWPID(test, lab, a);
	struct lab_parked inner = { .op = OP(EXIT, 0, b), .point = PL_POINT_ZAP_MARKED };
	unsigned int count;

	FORK(test, lab, b);
	FORK(test, lab, a);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &inner));
	/* Marked, and its sender has not got further yet. */
	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), 2, 9, &count), 0);
	lab_resume(test, &inner);
	KUNIT_EXPECT_EQ(test, (int)inner.op.error, 0);
	lab_run(lab, OP(GP, 0));
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 2L);
}

static void d13_two_kill_the_same_nest(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id), b = FORK_NEWPID(test, lab, a);
	struct lab_parked one = { .op = OP(EXIT, 0, a), .point = PL_POINT_ZAP_MARKED };
	struct lab_parked two = { .op = OP(EXIT, 0, b), .point = PL_POINT_EXIT_BEGUN };

	FORK(test, lab, a);
	FORK(test, lab, b);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &two));
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &one));
	complete(&one.go);
	lab_resume(test, &two);
	lab_resume(test, &one);
	KUNIT_EXPECT_EQ(test, (int)one.op.error, 0);
	KUNIT_EXPECT_EQ(test, (int)two.op.error, 0);
	MUST(test, lab, GP, 0);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 2L);
}

static struct kunit_case reaper_cases[] = {
	LAB_NS_CASE(d13_all_others_die_and_are_reaped),
	LAB_NS_CASE(d13_descendant_namespaces_die_too),
	LAB_NS_CASE(d13_a_killed_reaper_takes_its_nest_along),
	LAB_NS_CASE(d13_everybody_killed_at_once),
	LAB_NS_CASE(d13_a_thread_takes_over_while_one_lives),
	LAB_NS_CASE(d13_the_end_of_the_first_task_empties_the_lab),
	LAB_CASE(d13_the_first_process_may_have_threads),
	LAB_NS_CASE(d13_the_ends_of_nested_namespaces_do_not_wait_for_each_other),
	LAB_NS_CASE(d13_two_kill_the_same_nest),
	{}
};

static struct kunit_suite reaper_suite = {
	.name = "pidlab_reaper",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = reaper_cases,
};
kunit_test_suite(reaper_suite);
