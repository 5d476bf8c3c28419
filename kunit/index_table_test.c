// SPDX-License-Identifier: GPL-2.0
/* The table from numbers to pids: its order, its leaves, its searches. */
#include <linux/prandom.h>

#include "index_table.h"
#include "lab_helper.h"

static struct pl_lab *open_table(struct kunit *test, u64 pid_max, u64 run)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, GENERATION, PIDLAB_GEN_TABLE);
	LAB_SET(&setup, PID_MAX, pid_max);
	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, PERCPU_RUN, run);
	return lab_open_setup(test, &setup);
}

static int take(struct pl_lab *lab, int tid)
{
	struct pl_ctx ctx = lab_ctx(lab);

	return lab->generation->index->alloc(&ctx, lab->root_ns, tid);
}

static void give_back(struct pl_lab *lab, int nr)
{
	lab->generation->index->cancel(lab->root_ns, nr);
}

/* The numbers from @first to below @end, which are the next ones. */
static void take_all(struct kunit *test, struct pl_lab *lab, int first, int end)
{
	int nr;

	for (nr = first; nr < end; nr++)
		KUNIT_ASSERT_EQ(test, take(lab, 0), nr);
}

static void give_all_back(struct pl_lab *lab, int first, int end)
{
	while (first < end)
		give_back(lab, first++);
}

static long leaves_and_root(struct pl_lab *lab)
{
	pl_settle(lab);
	return lab_objects(lab, PL_MEM_INDEX);
}

static long index_bytes(struct pl_lab *lab)
{
	pl_settle(lab);
	return atomic_long_read(&lab->account.bytes[PL_MEM_INDEX]);
}

static long freed(struct pl_lab *lab)
{
	pl_settle(lab);
	return atomic_long_read(&lab->account.freed);
}

static unsigned int words_looked_at(struct pl_lab *lab)
{
	struct pl_scan scan;

	lab->generation->index->scan(lab->root_ns, &scan);
	return scan.bytes / sizeof(long);
}

/*
 * The order, said in the plainest way: the next free number after @last, below
 * 300 only before the first wrap.
 */
static int next_free(const bool *taken, int last, int pid_max)
{
	int lowest = last >= 300 ? 300 : 1, nr;

	for (nr = last + 1; nr < pid_max; nr++) {
		if (!taken[nr])
			return nr;
	}
	for (nr = lowest; nr < min(last + 1, pid_max); nr++) {
		if (!taken[nr])
			return nr;
	}
	return -EAGAIN;
}

#define ORDER_MAX 700

static void d2_random_use_follows_the_order_exactly(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, ORDER_MAX, 0);
	bool *taken = kunit_kcalloc(test, ORDER_MAX, sizeof(*taken), GFP_KERNEL);
	struct rnd_state dice;
	int i, nr, last = 1, phase;

	KUNIT_ASSERT_NOT_NULL(test, taken);
	prandom_seed_state(&dice, 7);
	taken[0] = true;
	taken[1] = true;
	for (i = 0; i < 30000; i++) {
		u32 roll = prandom_u32_state(&dice);

		/* By turns it fills up and drains. */
		phase = i / 2000 % 2 ? 3 : 6;
		nr = 2 + (roll >> 8) % (ORDER_MAX - 2);
		if (roll % 8 == 7) {
			KUNIT_ASSERT_EQ(test, take(lab, nr), taken[nr] ? -EEXIST : nr);
			taken[nr] = true;
		} else if (roll % 8 < phase) {
			nr = next_free(taken, last, ORDER_MAX);
			KUNIT_ASSERT_EQ_MSG(test, take(lab, 0), nr, "step %d, last %d", i, last);
			if (nr > 0) {
				taken[nr] = true;
				last = nr;
			}
		} else if (taken[nr]) {
			give_back(lab, nr);
			taken[nr] = false;
		}
		KUNIT_ASSERT_EQ(test, lab_taken(lab, nr > 0 ? nr : 1), nr > 0 ? taken[nr] : true);
	}
	for (nr = 2; nr < ORDER_MAX; nr++) {
		if (taken[nr])
			give_back(lab, nr);
	}
}

static void leaves_come_with_numbers_and_go_with_them(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 100000, 0);
	const int end = 100 * PL_LEAF_SPAN;

	/* The root and the leaf of number 1. */
	KUNIT_EXPECT_EQ(test, leaves_and_root(lab), 2L);
	take_all(test, lab, 2, end);
	KUNIT_EXPECT_EQ(test, leaves_and_root(lab), 101L);
	give_all_back(lab, 2, end);
	KUNIT_EXPECT_EQ(test, leaves_and_root(lab), 2L + PL_LEAVES_KEPT);
}

static void the_root_grows_and_shrinks(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 4194304, 0);
	long before = index_bytes(lab), large;

	KUNIT_EXPECT_EQ(test, take(lab, 4194303), 4194303);
	large = index_bytes(lab);
	KUNIT_EXPECT_GE(test, large, (long)(PL_ROOT_MAX * sizeof(void *)));
	give_back(lab, 4194303);
	/* It stays, as that leaf does, until others have been empty since. */
	take_all(test, lab, 2, 5 * PL_LEAF_SPAN);
	give_all_back(lab, 2, 5 * PL_LEAF_SPAN);
	take_all(test, lab, 5 * PL_LEAF_SPAN, 6 * PL_LEAF_SPAN + 1);
	KUNIT_EXPECT_LT(test, index_bytes(lab), before + 5000);
	give_all_back(lab, 5 * PL_LEAF_SPAN, 6 * PL_LEAF_SPAN + 1);
}

static void use_on_an_edge_moves_no_memory(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 100000, 0);
	long before;
	int i;

	KUNIT_ASSERT_EQ(test, take(lab, 5000), 5000);
	give_back(lab, 5000);
	before = freed(lab);
	for (i = 0; i < 1000; i++) {
		KUNIT_ASSERT_EQ(test, take(lab, 5000), 5000);
		give_back(lab, 5000);
	}
	KUNIT_EXPECT_EQ(test, freed(lab), before);
	/* One after the other: a leaf for each of as many numbers as it has. */
	for (i = 2; i < 2 + 100 * PL_LEAF_SPAN; i++) {
		KUNIT_ASSERT_EQ(test, take(lab, 0), i);
		give_back(lab, i);
	}
	KUNIT_EXPECT_LE(test, freed(lab) - before, 110L);
}

static void a_namespace_in_dense_use_costs_less_than_ten_bytes_a_number(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 100000, 0);

	take_all(test, lab, 2, 16384);
	KUNIT_EXPECT_LT(test, index_bytes(lab), 16384L * 10);
	give_all_back(lab, 2, 16384);
}

static void an_idle_namespace_costs_less_than_a_kilobyte_beside_its_leaf(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 4194304, 0);
	long bytes = index_bytes(lab) + atomic_long_read(&lab->account.bytes[PL_MEM_NS]);

	KUNIT_EXPECT_LT(test, bytes, (long)(1024 + sizeof(struct pl_leaf)));
}

#define MANY 300000

static void the_worst_search_looks_at_two_words_a_level(struct kunit *test)
{
	static const int holes[] = { 300, 64 * 64, 64 * 64 - 1, 262143, 262144, 299998, 150000 };
	struct pl_lab *lab = open_table(test, MANY, 0);
	size_t i;

	take_all(test, lab, 2, MANY);
	KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		give_back(lab, holes[i]);
		KUNIT_EXPECT_EQ(test, take(lab, 0), holes[i]);
		/* A leaf and three levels of the tree, above the last number and below. */
		KUNIT_EXPECT_LE_MSG(test, words_looked_at(lab), 2u * (1 + 2 * 3) + 1, "%d",
				    holes[i]);
		KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	}
	give_all_back(lab, 2, MANY);
}

static void the_next_number_is_found_across_gaps(struct kunit *test)
{
	static const int tids[] = { 63, 64, 65, 4095, 4096, 262144, 4194303 };
	struct pl_lab *lab = open_table(test, 4194304, 0);
	struct pl_pid *pid;
	int nr = 2;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tids); i++)
		MUST(test, lab, FORK, 0, lab->init_id, tids[i]);
	for (i = 0; i < ARRAY_SIZE(tids); i++) {
		pid = pl_pid_find_ge_get(nr, lab->root_ns);
		KUNIT_ASSERT_NOT_NULL(test, pid);
		KUNIT_EXPECT_EQ(test, pid->numbers[0].nr, tids[i]);
		KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, tids[i]), pid);
		pl_pid_put(pid);
		nr = tids[i] + 1;
	}
	KUNIT_EXPECT_NULL(test, pl_pid_find_ge_get(nr, lab->root_ns));
	KUNIT_EXPECT_NULL(test, lab_find_pid(lab->root_ns, INT_MAX));
	EXPECT_CLEAN(test, lab);
}

static void each_allocation_can_fail_and_leaves_nothing(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 100000, 0);
	long before = leaves_and_root(lab);
	struct pl_ctx ctx;
	int nth;

	/* A leaf, and a root that has room for it. */
	for (nth = 1; nth <= 2; nth++) {
		ctx = lab_ctx(lab);
		ctx.fail_nth = nth;
		KUNIT_EXPECT_EQ(test, lab->generation->index->alloc(&ctx, lab->root_ns, 90000), -ENOMEM);
		KUNIT_EXPECT_EQ(test, leaves_and_root(lab), before);
		KUNIT_EXPECT_FALSE(test, lab_taken(lab, 90000));
	}
	ctx = lab_ctx(lab);
	ctx.fail_nth = 3;
	KUNIT_EXPECT_EQ(test, lab->generation->index->alloc(&ctx, lab->root_ns, 90000), 90000);
	give_back(lab, 90000);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 2);
	give_back(lab, 2);
}

static void a_run_keeps_the_order_of_its_cpu(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 1000, 50);
	struct pl_cpu_run *cpu = lab->root_ns->table.cpu;
	int nr, before = 1, i;

	/* As another CPU would take the next run. */
	for (i = 0; i < 20; i++) {
		nr = take(lab, 0);
		KUNIT_EXPECT_GT(test, nr, before);
		before = nr;
	}
	KUNIT_EXPECT_EQ(test, nr, 21);
	KUNIT_EXPECT_EQ(test, atomic_read(&lab->root_ns->table.last), 49);
	for (i = 0; i < (int)lab->root_ns->table.nr_cpus; i++)
		atomic64_set(&cpu[i].at, 0);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 50);
	KUNIT_EXPECT_EQ(test, atomic_read(&lab->root_ns->table.last), 99);
	give_all_back(lab, 2, 22);
	give_back(lab, 50);
}

static void runs_wrap_to_300_and_leave_no_number_out(struct kunit *test)
{
	struct pl_lab *lab = open_table(test, 1000, 64);
	int i, nr, low = 0;

	for (i = 2; i < 1000; i++) {
		nr = take(lab, 0);
		KUNIT_ASSERT_GT(test, nr, 0);
		low += nr < 300;
	}
	/* Whoever began to count has not passed over any. */
	KUNIT_EXPECT_EQ(test, low, 298);
	KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	give_back(lab, 10);
	KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	give_back(lab, 400);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 400);
	KUNIT_EXPECT_EQ(test, take(lab, 10), 10);
	give_all_back(lab, 2, 1000);
}

static struct kunit_case index_table_cases[] = {
	KUNIT_CASE(d2_random_use_follows_the_order_exactly),
	KUNIT_CASE(leaves_come_with_numbers_and_go_with_them),
	KUNIT_CASE(the_root_grows_and_shrinks),
	KUNIT_CASE(use_on_an_edge_moves_no_memory),
	KUNIT_CASE(a_namespace_in_dense_use_costs_less_than_ten_bytes_a_number),
	KUNIT_CASE(an_idle_namespace_costs_less_than_a_kilobyte_beside_its_leaf),
	KUNIT_CASE(the_worst_search_looks_at_two_words_a_level),
	KUNIT_CASE(the_next_number_is_found_across_gaps),
	KUNIT_CASE(each_allocation_can_fail_and_leaves_nothing),
	KUNIT_CASE(a_run_keeps_the_order_of_its_cpu),
	KUNIT_CASE(runs_wrap_to_300_and_leave_no_number_out),
	{}
};

static struct kunit_suite index_table_suite = {
	.name = "pidlab_index_table",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = index_table_cases,
};
kunit_test_suite(index_table_suite);
