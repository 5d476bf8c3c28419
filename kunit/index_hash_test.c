// SPDX-License-Identifier: GPL-2.0
/* The hash from number and namespace to pid. */
#include <linux/mm.h>

#include "lab_helper.h"

static unsigned int hash_bits(struct kunit *test, unsigned int setting)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	unsigned int bits;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, HASH_BITS, setting);
	lab = lab_open_setup(test, &setup);
	bits = lab->hash_bits;
	lab_close(test, lab);
	return bits;
}

static void b8_the_number_of_buckets_follows_memory(struct kunit *test)
{
	unsigned long megabytes = totalram_pages() >> (20 - PAGE_SHIFT);
	unsigned int expected = 0;

	/* 2^clamp(fls(4 x megabytes), 4, 12) */
	while (expected < 12 && (4 * megabytes) >> expected)
		expected++;
	KUNIT_EXPECT_EQ(test, hash_bits(test, 0), max(expected, 4u));
}

static void b8_the_number_of_buckets_is_16_to_4096(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hash_bits(test, 4), 4u);
	KUNIT_EXPECT_EQ(test, hash_bits(test, 7), 7u);
	KUNIT_EXPECT_EQ(test, hash_bits(test, 12), 12u);
}

static void b1_one_hash_serves_all_namespaces(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id);
	struct pl_pid *pid = lab_task(lab, inside)->link[PIDLAB_TYPE_PID].pid;
	unsigned int i, found = 0;

	for (i = 0; i < 1u << lab->hash_bits; i++) {
		struct pl_upid *upid;

		hlist_for_each_entry(upid, &lab->hash[i], chain)
			found += upid == &pid->numbers[0] || upid == &pid->numbers[1];
	}
	KUNIT_EXPECT_EQ(test, found, 2u);
}

static void d7_the_same_number_in_two_namespaces_is_two_pids(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	u64 a = FORK_NEWPID(test, lab, lab->init_id);
	u64 b = FORK_NEWPID(test, lab, lab->init_id);
	struct pl_pidns *ns_a = lab_ns_of(lab, a), *ns_b = lab_ns_of(lab, b);

	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(ns_a, 1), lab_task(lab, a)->link[0].pid);
	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(ns_b, 1), lab_task(lab, b)->link[0].pid);
	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, 1), lab_task(lab, lab->init_id)->link[0].pid);
	KUNIT_EXPECT_NULL(test, lab_find_pid(ns_a, 2));
}

static void d7_a_pid_is_found_from_each_of_its_levels(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	u64 task = lab->init_id;
	struct pl_pid *pid;
	int level;

	for (level = 1; level <= 4; level++)
		task = FORK_NEWPID(test, lab, task);
	pid = lab_task(lab, task)->link[PIDLAB_TYPE_PID].pid;
	KUNIT_ASSERT_EQ(test, pid->level, 4u);
	for (level = 0; level <= 4; level++)
		KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(pid->numbers[level].ns, pid->numbers[level].nr),
				    pid);
}

static void all_pids_of_a_full_chain_are_found(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	struct pl_pid **pids = kunit_kcalloc(test, 200, sizeof(*pids), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pids);
	/* Two hundred and one in sixteen buckets. */
	for (i = 0; i < 200; i++)
		pids[i] = lab_make_pid(test, lab, lab->root_ns);
	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, i + 2), pids[i]);
	/* From the middle, the ends, and all others. */
	for (i = 0; i < 200; i += 2)
		pl_pid_free(lab, pids[i]);
	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, i + 2), i % 2 ? pids[i] : NULL);
	for (i = 1; i < 200; i += 2)
		pl_pid_free(lab, pids[i]);
}

static void numbers_out_of_range_are_not_found(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	static const int numbers[] = { 0, -1, 301, 4194304, INT_MAX, INT_MIN };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		KUNIT_EXPECT_NULL(test, lab_find_pid(lab->root_ns, numbers[i]));
}

static void next_tells_numbers_that_are_not_published_yet(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	struct pl_ctx ctx = lab_ctx(lab);
	const struct pl_index_ops *index = lab->generation->index;
	int nr = index->alloc(&ctx, lab->root_ns, 0);

	KUNIT_EXPECT_EQ(test, nr, 2);
	KUNIT_EXPECT_EQ(test, lab_next(lab->root_ns, 2), 2);
	KUNIT_EXPECT_NULL(test, lab_find_pid(lab->root_ns, 2));
	KUNIT_EXPECT_NULL(test, pl_pid_find_ge_get(2, lab->root_ns));
	index->cancel(lab->root_ns, nr);
	KUNIT_EXPECT_EQ(test, lab_next(lab->root_ns, 2), -1);
}

static struct kunit_case index_hash_cases[] = {
	KUNIT_CASE(b8_the_number_of_buckets_follows_memory),
	KUNIT_CASE(b8_the_number_of_buckets_is_16_to_4096),
	KUNIT_CASE(b1_one_hash_serves_all_namespaces),
	KUNIT_CASE(d7_the_same_number_in_two_namespaces_is_two_pids),
	KUNIT_CASE(d7_a_pid_is_found_from_each_of_its_levels),
	KUNIT_CASE(all_pids_of_a_full_chain_are_found),
	KUNIT_CASE(numbers_out_of_range_are_not_found),
	KUNIT_CASE(next_tells_numbers_that_are_not_published_yet),
	{}
};

static struct kunit_suite index_hash_suite = {
	.name = "pidlab_index_hash",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = index_hash_cases,
};
kunit_test_suite(index_hash_suite);
