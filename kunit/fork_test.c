// SPDX-License-Identifier: GPL-2.0
/* fork: a complete child, or nothing at all. */
#include "lab_helper.h"

static void a_child_is_a_child(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 id = FORK(test, lab, lab->init_id);
	struct pl_task *init = lab_task(lab, lab->init_id), *child = lab_task(lab, id);

	KUNIT_EXPECT_PTR_EQ(test, child->real_parent, init);
	KUNIT_EXPECT_PTR_EQ(test, child->group_leader, child);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&init->children));
	EXPECT_STATE(test, lab, id, RUNNING);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_FORKS), 1L);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_RUNNING), 2L);
}

static void the_result_is_the_number_that_the_parent_sees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_op op = lab_run(lab, OP(FORK, PIDLAB_F_NEWPID, lab->init_id));
	u64 inside = op.res[0];

	KUNIT_EXPECT_EQ(test, op.res[1], (u64)2);
	op = lab_run(lab, OP(FORK, 0, inside));
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)2);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, op.res[0]), 3);
	op = lab_run(lab, OP(FORK, 0, lab->init_id));
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)4);
}

static void a_child_inherits_group_and_session(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;

	MUST(test, lab, SETSID, 0, a);
	b = FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, b, PIDLAB_TYPE_SID), (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, b, PIDLAB_TYPE_PGID), (u64)2);
	KUNIT_EXPECT_FALSE(test, lab_task(lab, b)->signal->session_leader);
}

static void a_thread_joins_its_group(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = FORK_THREAD(test, lab, a), c = FORK_THREAD(test, lab, b);
	struct pl_task *leader = lab_task(lab, a);

	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->group_leader, leader);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, c)->group_leader, leader);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, c)->signal, leader->signal);
	KUNIT_EXPECT_EQ(test, leader->signal->nr_threads, 3u);
	KUNIT_EXPECT_EQ(test, leader->signal->live, 3u);
	KUNIT_EXPECT_TRUE(test, list_empty(&lab_task(lab, b)->sibling));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, c, PIDLAB_TYPE_TGID), (u64)2);
}

static void a_child_of_a_thread_is_the_threads(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK_THREAD(test, lab, a);
	u64 child = FORK(test, lab, b);

	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, b));
}

static void parent_makes_a_sibling(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = MUST(test, lab, FORK, PIDLAB_F_PARENT, a);

	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->real_parent, lab_task(lab, lab->init_id));
	KUNIT_EXPECT_TRUE(test, list_empty(&lab_task(lab, a)->children));
}

static void parent_by_a_thread_makes_a_sibling_of_the_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);
	u64 thread = FORK_THREAD(test, lab, b);
	u64 child = MUST(test, lab, FORK, PIDLAB_F_PARENT, thread);

	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, a));
}

static void parent_after_reparenting_means_the_new_parent(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a), child;
	u64 thread = FORK_THREAD(test, lab, b);

	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
	child = MUST(test, lab, FORK, PIDLAB_F_PARENT, thread);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, child)->real_parent, lab_task(lab, lab->init_id));
	/* Whose child it is: only a parent can wait for it. */
	MUST(test, lab, EXIT, 0, child);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, lab->init_id, -1), child);
}

static void parent_is_refused_to_the_first_process(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id);
	u64 thread = FORK_THREAD(test, lab, inside);

	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_PARENT, lab->init_id);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_PARENT, inside);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_PARENT, thread);
	/* The process stays the first one when its leader has exited. */
	MUST(test, lab, EXIT, 0, inside);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_PARENT, thread);
}

static void d11_newpid_and_thread_contradict(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID | PIDLAB_F_THREAD, a);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID | PIDLAB_F_THREAD | PIDLAB_F_PARENT, a);
}

static void newpid_and_parent_go_together(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	u64 b = MUST(test, lab, FORK, PIDLAB_F_NEWPID | PIDLAB_F_PARENT, a);

	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, b), 1);
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->real_parent, lab_task(lab, lab->init_id));
}

static void a_task_that_has_exited_cannot_fork(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, HOLD_TASK, 0, a);
	MUST(test, lab, EXIT, 0, a);
	REFUSED(test, lab, -ESRCH, FORK, 0, a);
	MUST(test, lab, REAP, 0, a);
	REFUSED(test, lab, -ESRCH, FORK, 0, a);
}

static void b2_no_number_gives_eagain(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	int i;

	for (i = 2; i <= 300; i++)
		FORK(test, lab, lab->init_id);
	REFUSED(test, lab, -EAGAIN, FORK, 0, lab->init_id);
	REFUSED(test, lab, -EAGAIN, FORK, PIDLAB_F_THREAD, lab->init_id);
	/* Number 1 inside is free, but none is outside. */
	REFUSED(test, lab, -EAGAIN, FORK, PIDLAB_F_NEWPID, lab->init_id);
}

static void too_many_tasks_give_eagain(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	u64 a;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_TASKS, 2);
	lab = lab_open_setup(test, &setup);
	a = FORK(test, lab, lab->init_id);
	REFUSED(test, lab, -EAGAIN, FORK, 0, a);
	/* A held dead task counts, since it is what fills the memory. */
	MUST(test, lab, HOLD_TASK, 0, a);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	MUST(test, lab, GP, 0);
	REFUSED(test, lab, -EAGAIN, FORK, 0, lab->init_id);
}

static void too_many_namespaces_give_enospc(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_NS, 2);
	lab = lab_open_setup(test, &setup);
	FORK_NEWPID(test, lab, lab->init_id);
	REFUSED(test, lab, -ENOSPC, FORK, PIDLAB_F_NEWPID, lab->init_id);
	FORK(test, lab, lab->init_id);
}

static void too_many_bytes_give_enospc(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;

	LAB_SET(&setup, TASK_PAYLOAD, 40000);
	LAB_SET(&setup, MAX_BYTES, 65536);
	lab = lab_open_setup(test, &setup);
	REFUSED(test, lab, -ENOSPC, FORK, 0, lab->init_id);
}

static struct kunit_case fork_cases[] = {
	LAB_CASE(a_child_is_a_child),
	LAB_NS_CASE(the_result_is_the_number_that_the_parent_sees),
	LAB_CASE(a_child_inherits_group_and_session),
	LAB_CASE(a_thread_joins_its_group),
	LAB_CASE(a_child_of_a_thread_is_the_threads),
	LAB_CASE(parent_makes_a_sibling),
	LAB_CASE(parent_by_a_thread_makes_a_sibling_of_the_process),
	LAB_CASE(parent_after_reparenting_means_the_new_parent),
	LAB_NS_CASE(parent_is_refused_to_the_first_process),
	LAB_NS_CASE(d11_newpid_and_thread_contradict),
	LAB_NS_CASE(newpid_and_parent_go_together),
	LAB_CASE(a_task_that_has_exited_cannot_fork),
	LAB_NS_CASE(b2_no_number_gives_eagain),
	LAB_CASE(too_many_tasks_give_eagain),
	LAB_NS_CASE(too_many_namespaces_give_enospc),
	LAB_CASE(too_many_bytes_give_enospc),
	{}
};

static struct kunit_suite fork_suite = {
	.name = "pidlab_fork",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = fork_cases,
};
kunit_test_suite(fork_suite);
