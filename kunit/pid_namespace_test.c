// SPDX-License-Identifier: GPL-2.0
/* Pid namespaces: who counts them, and how the nest comes apart. */
#include <linux/namei.h>
#include <linux/path.h>

#include "lab_helper.h"
#include "pidmap.h"

static struct pl_pidns *make_ns(struct kunit *test, struct pl_lab *lab, struct pl_pidns *parent)
{
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_pidns *ns = pl_pidns_create(&ctx, parent);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ns);
	return ns;
}

static unsigned int count(const struct pl_pidns *ns)
{
	return refcount_read(&ns->object.count);
}

static void d1_each_depth_has_its_cache(struct kunit *test)
{
	struct pl_lab *a = lab_open(test), *b = lab_open(test);
	struct pl_pidns *one_a = make_ns(test, a, a->root_ns);
	struct pl_pidns *two_a = make_ns(test, a, one_a);
	struct pl_pidns *one_b = make_ns(test, b, b->root_ns);

	KUNIT_EXPECT_PTR_EQ(test, one_a->pid_cache, one_b->pid_cache);
	KUNIT_EXPECT_PTR_NE(test, one_a->pid_cache, two_a->pid_cache);
	KUNIT_EXPECT_PTR_NE(test, one_a->pid_cache, a->root_ns->pid_cache);
	KUNIT_EXPECT_GE(test, (size_t)kmem_cache_size(one_a->pid_cache), pl_pid_bytes(1));
	KUNIT_EXPECT_GE(test, (size_t)kmem_cache_size(two_a->pid_cache), pl_pid_bytes(2));
	pl_pidns_put(two_a);
	pl_pidns_put(one_a);
	pl_pidns_put(one_b);
}

static bool slab_exists(const char *name)
{
	char file[48];
	struct path path;

	snprintf(file, sizeof(file), "/sys/kernel/slab/%s", name);
	if (kern_path(file, LOOKUP_FOLLOW, &path))
		return false;
	path_put(&path);
	return true;
}

static void d1_a_cache_is_named_by_its_depth(struct kunit *test)
{
	struct pl_lab *lab;
	char name[24];
	u64 task;
	int level;

	if (!slab_exists("."))
		kunit_skip(test, "this kernel does not show its slabs");
	lab = lab_open(test);
	task = lab->init_id;
	for (level = 0; level < 4; level++) {
		/* As many numbers as levels, from the outermost to its own. */
		snprintf(name, sizeof(name), "pidlab_pid_%d", level + 1);
		KUNIT_EXPECT_TRUE_MSG(test, slab_exists(name), "%s", name);
		task = FORK_NEWPID(test, lab, task);
	}
	KUNIT_EXPECT_FALSE(test, slab_exists("pidlab_pid_0"));
	KUNIT_EXPECT_FALSE(test, slab_exists("pidlab_pid_34"));
}

static void d2_each_namespace_begins_at_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a, b;

	FORK(test, lab, lab->init_id);
	a = FORK_NEWPID(test, lab, lab->init_id);
	b = FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, a), 1);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, b), 2);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, a), 3);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, b), 4);
}

static void d2_pid_max_holds_for_each_namespace(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	struct pl_pidns *ns = make_ns(test, lab, lab->root_ns);
	struct pl_ctx ctx = lab_ctx(lab);

	KUNIT_EXPECT_EQ(test, ns->map.pid_max, 301);
	atomic_set(&ns->map.last, 299);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&ctx, &ns->map), 300);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&ctx, &ns->map), -EAGAIN);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&ctx, &lab->root_ns->map), 2);
	pl_pidmap_free(&lab->root_ns->map, 2);
	pl_pidmap_free(&ns->map, 300);
	pl_pidns_put(ns);
}

static void d3_the_pages_go_with_the_namespace(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long before = lab_objects(lab, PL_MEM_PIDMAP);
	struct pl_pidns *ns = make_ns(test, lab, lab->root_ns);

	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PIDMAP), before + 2);
	pl_pidns_put(ns);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PIDMAP), before);
}

static void d6_a_namespace_counts_its_parent(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pidns *root = lab->root_ns, *ns;
	unsigned int before = count(root);

	ns = make_ns(test, lab, root);
	KUNIT_EXPECT_EQ(test, count(ns), 1u);
	KUNIT_EXPECT_EQ(test, count(root), before + 1);
	KUNIT_EXPECT_PTR_EQ(test, ns->parent, root);
	pl_pidns_put(ns);
	KUNIT_EXPECT_EQ(test, count(root), before);
}

static void d6_depth_ends_at_32(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = lab->init_id;
	int level;

	for (level = 1; level <= 32; level++)
		task = FORK_NEWPID(test, lab, task);
	KUNIT_EXPECT_EQ(test, lab_ns_of(lab, task)->level, 32u);
	REFUSED(test, lab, -ENOSPC, FORK, PIDLAB_F_NEWPID, task);
	FORK(test, lab, task);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 33L);
}

static void d6_the_last_put_climbs_the_whole_chain(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pidns *ns = lab->root_ns, *child;
	long before = lab_objects(lab, PL_MEM_NS);
	int level;

	for (level = 1; level <= 32; level++) {
		child = make_ns(test, lab, ns);
		/* Only the child counts it now. */
		if (level > 1)
			pl_pidns_put(ns);
		ns = child;
	}
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), before + 32);
	pl_pidns_put(ns);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), before);
}

static void d6_the_last_pid_takes_its_namespace_along(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = FORK_NEWPID(test, lab, lab->init_id);
	u64 inner = FORK_NEWPID(test, lab, task);
	u64 ref = MUST(test, lab, HOLD_PID, 0, inner);
	u64 ns = lab_ns_of(lab, inner)->object.id;

	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
	MUST(test, lab, GP, 0);
	/* Nobody lives there; the held pid keeps both namespaces. */
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), 3L);
	REFUSED(test, lab, -ESRCH, FIND, 0, 1, ns);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), 1L);
	REFUSED(test, lab, -ESRCH, FIND, 0, 1, ns);
}

static void d11_without_newpid_the_namespace_is_shared(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id);
	u64 child = FORK(test, lab, inside), thread = FORK_THREAD(test, lab, child);
	struct pl_pidns *ns = lab_ns_of(lab, inside);

	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, child), ns);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, thread), ns);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 2L);
}

static void d11_newpid_is_a_child_of_the_parents_namespace(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id);
	u64 b = FORK_NEWPID(test, lab, a);

	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, a)->parent, lab->root_ns);
	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, b)->parent, lab_ns_of(lab, a));
	KUNIT_EXPECT_EQ(test, lab_ns_of(lab, b)->level, 2u);
	/* Its first task and the lab's own count aside, nobody counts it. */
	KUNIT_EXPECT_EQ(test, count(lab_ns_of(lab, b)), 1u);
	KUNIT_EXPECT_EQ(test, count(lab_ns_of(lab, a)), 2u);
}

static void d11_newpid_for_a_thread_is_refused(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	REFUSED(test, lab, -EINVAL, FORK, PIDLAB_F_NEWPID | PIDLAB_F_THREAD, lab->init_id);
}

static void d11_failure_at_each_allocation_leaves_nothing(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long objects = lab_objects(lab, PL_MEM_NS), bitmaps = lab_objects(lab, PL_MEM_PIDMAP);
	unsigned int nth, root = count(lab->root_ns);
	struct pl_pidns *ns;

	for (nth = 1;; nth++) {
		struct pl_ctx ctx = { .lab = lab, .fail_nth = nth };

		ns = pl_pidns_create(&ctx, lab->root_ns);
		if (!IS_ERR(ns))
			break;
		KUNIT_EXPECT_EQ(test, PTR_ERR(ns), -ENOMEM);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_NS), objects);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PIDMAP), bitmaps);
		KUNIT_EXPECT_EQ(test, count(lab->root_ns), root);
	}
	/* Object, cache and id at the least, then what the index needs. */
	KUNIT_EXPECT_GT(test, nth, 3u);
	pl_pidns_put(ns);
}

static void d12_number_1_is_the_reaper(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 first = FORK_NEWPID(test, lab, lab->init_id);
	u64 second = FORK(test, lab, first);

	KUNIT_EXPECT_PTR_EQ(test, lab_ns_of(lab, first)->reaper, lab_task(lab, first));
	KUNIT_EXPECT_TRUE(test, pl_task_is_reaper(lab_task(lab, first)));
	KUNIT_EXPECT_FALSE(test, pl_task_is_reaper(lab_task(lab, second)));
	KUNIT_EXPECT_TRUE(test, pl_task_is_reaper(lab_task(lab, lab->init_id)));
}

static void d13_a_namespace_that_stopped_adding_gives_no_number(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pidns *ns = make_ns(test, lab, lab->root_ns);
	struct pl_ctx ctx = lab_ctx(lab);
	long pids = lab_objects(lab, PL_MEM_PID);
	struct pl_pid *pid;

	pl_pidns_stop_adding(ns);
	pid = pl_pid_alloc(&ctx, ns, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(pid), -ENOMEM);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), pids);
	KUNIT_EXPECT_EQ(test, lab_next(ns, 1), -1);
	KUNIT_EXPECT_EQ(test, lab_next(lab->root_ns, 2), -1);
	KUNIT_EXPECT_EQ(test, count(ns), 1u);
	pl_pidns_put(ns);
}

static struct kunit_case pid_namespace_cases[] = {
	LAB_NS_CASE(d1_each_depth_has_its_cache),
	KUNIT_CASE(d1_a_cache_is_named_by_its_depth),
	LAB_NS_CASE(d2_each_namespace_begins_at_1),
	KUNIT_CASE(d2_pid_max_holds_for_each_namespace),
	KUNIT_CASE(d3_the_pages_go_with_the_namespace),
	LAB_NS_CASE(d6_a_namespace_counts_its_parent),
	LAB_NS_CASE(d6_depth_ends_at_32),
	LAB_NS_CASE(d6_the_last_put_climbs_the_whole_chain),
	LAB_NS_CASE(d6_the_last_pid_takes_its_namespace_along),
	LAB_NS_CASE(d11_without_newpid_the_namespace_is_shared),
	LAB_NS_CASE(d11_newpid_is_a_child_of_the_parents_namespace),
	LAB_NS_CASE(d11_newpid_for_a_thread_is_refused),
	LAB_NS_CASE(d11_failure_at_each_allocation_leaves_nothing),
	LAB_NS_CASE(d12_number_1_is_the_reaper),
	LAB_NS_CASE(d13_a_namespace_that_stopped_adding_gives_no_number),
	{}
};

static struct kunit_suite pid_namespace_suite = {
	.name = "pidlab_pid_namespace",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = pid_namespace_cases,
};
kunit_test_suite(pid_namespace_suite);
