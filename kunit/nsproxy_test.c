// SPDX-License-Identifier: GPL-2.0
/* setns and unshare: children that are born elsewhere. */
#include "lab_helper.h"

static unsigned int count(const struct pl_pidns *ns)
{
	return refcount_read(&ns->object.count);
}

static u64 parent_of(struct pl_lab *lab, u64 task)
{
	return lab_task(lab, task)->real_parent->object.id;
}

static void d11_setns_sends_the_children_inside(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 outside = FORK(test, lab, lab->init_id), child, grandchild;
	struct pl_pidns *ns = lab_ns_of(lab, first);

	MUST(test, lab, SETNS, 0, outside, first);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, outside), lab->root_ns);
	child = FORK(test, lab, outside);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, child), ns);
	KUNIT_EXPECT_EQ(test, parent_of(lab, child), outside);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, child), 4);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, child), 2);
	/* Its own children stay where it is. */
	grandchild = FORK(test, lab, child);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, grandchild), ns);
	FORK_THREAD(test, lab, child);
	/* And back. */
	MUST(test, lab, SETNS, 0, outside, outside);
	child = FORK(test, lab, outside);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, child), lab->root_ns);
	EXPECT_CLEAN(test, lab);
}

static void d11_setns_reaches_its_own_and_those_inside(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id), b = FORK_NEWPID(test, lab, a);
	u64 beside = FORK_NEWPID(test, lab, lab->init_id), task;

	MUST(test, lab, SETNS, 0, lab->init_id, b);
	task = FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, task), lab_ns_of(lab, b));
	MUST(test, lab, SETNS, 0, lab->init_id, a);
	MUST(test, lab, SETNS, 0, a, a);
	REFUSED(test, lab, -EINVAL, SETNS, 0, a, 0);
	REFUSED(test, lab, -EINVAL, SETNS, 0, b, a);
	REFUSED(test, lab, -EINVAL, SETNS, 0, a, beside);
	REFUSED(test, lab, -EINVAL, SETNS, 0, b, beside);
}

static void d11_who_forks_elsewhere_makes_neither_threads_nor_namespaces(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 a = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETNS, 0, a, first);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_THREAD, a);
	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID, a);
	REFUSED(test, lab, -EINVAL, UNSHARE, 0, a);
	MUST(test, lab, SETNS, 0, a, a);
	FORK_THREAD(test, lab, a);
	FORK_NEWPID(test, lab, a);
	MUST(test, lab, UNSHARE, 0, a);
	REFUSED(test, lab, -EINVAL, UNSHARE, 0, a);
}

static void d12_the_first_child_after_unshare_is_the_init(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), ns = MUST(test, lab, UNSHARE, 0, a);
	u64 one, two;

	KUNIT_EXPECT_NULL(test, lab_ns(lab, ns)->reaper);
	EXPECT_CLEAN(test, lab);
	/* No other number before that. */
	REFUSED(test, lab, -EINVAL, FORK, 0, a, 2);
	REFUSED(test, lab, -EINVAL, RESERVE, 0, ns, 1);
	one = FORK(test, lab, a);
	two = FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, one), 1);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, two), 2);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns(lab, ns)->reaper, lab_task(lab, one));
	MUST(test, lab, EXIT, 0, one);
	EXPECT_STATE(test, lab, two, ZOMBIE);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a);
	MUST(test, lab, REAP, 0, two);
	MUST(test, lab, REAP, 0, one);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a);
}

static void x7_a_number_asked_for_where_all_has_ended_is_enomem(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), one;

	MUST(test, lab, UNSHARE, 0, a);
	REFUSED(test, lab, -EINVAL, FORK, 0, a, 7);
	one = FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, one);
	/* The zombie has number 1. */
	REFUSED(test, lab, -EEXIST, FORK, 0, a, 1);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a, 7);
	MUST(test, lab, REAP, 0, one);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a, 1);
	REFUSED(test, lab, -ENOMEM, FORK, 0, a, 7);
}

static void d11_a_first_fork_that_fails_leaves_number_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), one;
	struct pidlab_op op;
	int nth;

	MUST(test, lab, UNSHARE, 0, a);
	for (nth = 1; nth < 20; nth++) {
		op = OP(FORK, 0, a);
		op.fail_nth = nth;
		op = lab_run(lab, op);
		if (!op.error)
			break;
		KUNIT_EXPECT_EQ(test, (int)op.error, -ENOMEM);
	}
	one = op.res[0];
	KUNIT_EXPECT_GT(test, nth, 5);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, one), 1);
}

/* Two fork into a namespace that has no init yet, and the later one is faster. */
static void d12_nobody_is_there_before_number_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	u64 ns = MUST(test, lab, UNSHARE, 0, a);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_NUMBERED };
	struct pidlab_op early;

	MUST(test, lab, SETNS, 0, b, ns);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	early = lab_run(lab, OP(FORK, 0, b));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)early.error, -EINVAL);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns(lab, ns)->reaper, lab_task(lab, fork.op.res[0]));
	KUNIT_EXPECT_EQ(test, lab_task(lab, FORK(test, lab, b))->real_parent->object.id, b);
}

static void d6_a_task_counts_where_its_children_are_born(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), ns = MUST(test, lab, UNSHARE, 0, a);
	long before = lab_objects(lab, PL_MEM_NS);
	unsigned int root = count(lab->root_ns);

	KUNIT_EXPECT_EQ(test, count(lab_ns(lab, ns)), 1u);
	MUST(test, lab, SETNS, 0, lab->init_id, ns);
	KUNIT_EXPECT_EQ(test, count(lab_ns(lab, ns)), 2u);
	MUST(test, lab, SETNS, 0, lab->init_id, ns);
	KUNIT_EXPECT_EQ(test, count(lab_ns(lab, ns)), 2u);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, SETNS, 0, lab->init_id, 0);
	KUNIT_EXPECT_EQ(test, count(lab_ns(lab, ns)), 1u);
	/* A zombie has no children to come. */
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), before - 1);
	KUNIT_EXPECT_EQ(test, count(lab->root_ns), root - 1);
}

static void d12_orphans_of_and_with_outside_parents(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 outside = FORK(test, lab, lab->init_id), child, grandchild;

	MUST(test, lab, SETNS, 0, outside, first);
	child = FORK(test, lab, outside);
	grandchild = FORK(test, lab, child);
	/* The child's go to the init of its namespace, */
	MUST(test, lab, EXIT, 0, child);
	KUNIT_EXPECT_EQ(test, parent_of(lab, grandchild), first);
	/* it itself to that of its parent's. */
	MUST(test, lab, EXIT, 0, outside);
	KUNIT_EXPECT_EQ(test, parent_of(lab, child), lab->init_id);
	EXPECT_CLEAN(test, lab);
}

static struct kunit_case nsproxy_cases[] = {
	LAB_NS_CASE(d11_setns_sends_the_children_inside),
	LAB_NS_CASE(d11_setns_reaches_its_own_and_those_inside),
	LAB_NS_CASE(d11_who_forks_elsewhere_makes_neither_threads_nor_namespaces),
	LAB_NS_CASE(d12_the_first_child_after_unshare_is_the_init),
	LAB_NS_CASE(d11_a_first_fork_that_fails_leaves_number_1),
	LAB_NS_CASE(x7_a_number_asked_for_where_all_has_ended_is_enomem),
	LAB_NS_CASE(d12_nobody_is_there_before_number_1),
	LAB_NS_CASE(d6_a_task_counts_where_its_children_are_born),
	LAB_NS_CASE(d12_orphans_of_and_with_outside_parents),
	{}
};

static struct kunit_suite nsproxy_suite = {
	.name = "pidlab_nsproxy",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = nsproxy_cases,
};
kunit_test_suite(nsproxy_suite);
