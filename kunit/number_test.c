// SPDX-License-Identifier: GPL-2.0
/* Numbers of a namespace: their limit, how far a search goes, the reserved. */
#include <linux/bitmap.h>

#include "lab_helper.h"
#include "pidmap.h"
#include "reserve.h"

#define MILLION (1 << 20)

static u64 set_limit(struct kunit *test, struct pl_lab *lab, u64 ns, u64 limit)
{
	return MUST(test, lab, PID_MAX, 0, ns, limit);
}

static void d2_pid_max_is_told_and_changed(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 before = lab_digest(lab);

	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 0), 32768ULL);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), before);
	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 301), 32768ULL);
	KUNIT_EXPECT_NE(test, lab_digest(lab), before);
	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 4194304), 301ULL);
	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 32768), 4194304ULL);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), before);
}

static void d2_pid_max_out_of_range_is_refused(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	REFUSED(test, lab, -EINVAL, PID_MAX, 0, 0, 1);
	REFUSED(test, lab, -EINVAL, PID_MAX, 0, 0, 300);
	REFUSED(test, lab, -EINVAL, PID_MAX, 0, 0, 4194305);
	REFUSED(test, lab, -EINVAL, PID_MAX, 0, 0, 1ULL << 32 | 301);
	REFUSED(test, lab, -EINVAL, PID_MAX, 0, 0, -1);
	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 0), 32768ULL);
}

/* A namespace's limit is its own; its tasks need numbers outside as well. */
static void d2_each_namespace_has_a_pid_max(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id), task;
	struct pl_pidns *ns = lab_ns_of(lab, inside);

	set_limit(test, lab, inside, 302);
	KUNIT_EXPECT_EQ(test, set_limit(test, lab, 0, 0), 32768ULL);
	lab_set_last(ns, 300);
	task = FORK(test, lab, inside);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, task), 301);
	task = FORK(test, lab, inside);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, task), 300);
	REFUSED(test, lab, -EAGAIN, FORK, 0, inside);
	/* The root has room, and so has a namespace without such a limit. */
	FORK(test, lab, lab->init_id);
	FORK(test, lab, FORK_NEWPID(test, lab, lab->init_id));
	set_limit(test, lab, inside, 303);
	task = FORK(test, lab, inside);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, task), 302);
	/* Full outside is full inside. */
	set_limit(test, lab, 0, 301);
	lab_set_last(lab->root_ns, 299);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 300);
	set_limit(test, lab, inside, 4194304);
	REFUSED(test, lab, -EAGAIN, FORK, 0, inside);
}

static void d2_a_lower_pid_max_leaves_who_is_there(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task;

	lab_set_last(lab->root_ns, 999);
	task = FORK(test, lab, lab->init_id);
	set_limit(test, lab, 0, 400);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, task), 1000);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIND, 0, 1000), MUST(test, lab, PID, 0, task));
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 2)).res[1], 1000ULL);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 300);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 301);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 400);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 1000);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, KILL, 0, lab->init_id, 1000, 9);
	MUST(test, lab, REAP, 0, task);
	REFUSED(test, lab, -ESRCH, FIND, 0, 1000);
}

static void d2_a_number_that_is_asked_for_is_below_pid_max(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id), task;

	set_limit(test, lab, inside, 500);
	REFUSED(test, lab, -EINVAL, FORK, 0, inside, 500);
	REFUSED(test, lab, -EINVAL, FORK, 0, inside, 0, 500);
	task = MUST(test, lab, FORK, 0, inside, 499, 500);
	KUNIT_EXPECT_EQ(test, VNR_OF(test, lab, task), 499);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, task), 500);
	REFUSED(test, lab, -EINVAL, FORK, 0, lab->init_id, 4194303);
	set_limit(test, lab, 0, 4194304);
	task = MUST(test, lab, FORK, 0, lab->init_id, 4194303);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, task), 4194303);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 501)).res[1], 4194303ULL);
}

/* Takes all numbers below pid_max but one, without going the long way. */
static void fill_but(struct kunit *test, struct pl_lab *lab, int hole)
{
	struct pl_pidmap *map = &lab->root_ns->map;
	struct pl_ctx ctx = lab_ctx(lab);
	unsigned int i;

	for (i = 0; i < pl_pidmap_pages(map->pid_max); i++) {
		int first = i * PL_BITS_PER_PAGE;

		if (!map->pages[i].bits)
			KUNIT_ASSERT_EQ(test, pl_pidmap_take(&ctx, map, first), first);
		bitmap_fill(map->pages[i].bits, PL_BITS_PER_PAGE);
		atomic_set(&map->pages[i].nr_free, 0);
	}
	if (hole)
		pl_pidmap_free(map, hole);
}

/* So that the check and the end of the lab find it as it was. */
static void empty_again(struct pl_lab *lab)
{
	struct pl_pidmap *map = &lab->root_ns->map;
	unsigned int i;

	for (i = 0; i < pl_pidmap_pages(map->pid_max); i++) {
		bitmap_zero(map->pages[i].bits, PL_BITS_PER_PAGE);
		atomic_set(&map->pages[i].nr_free, PL_BITS_PER_PAGE);
	}
	bitmap_set(map->pages[0].bits, 0, 2);
	atomic_sub(2, &map->pages[0].nr_free);
}

static struct pl_lab *open_wide(struct kunit *test, int pid_max)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, PID_MAX, pid_max);
	return lab_open_setup(test, &setup);
}

/* The worst search, wherever the one free number is and wherever it begins. */
static void worst_case(struct kunit *test, int pid_max)
{
	struct pl_lab *lab = open_wide(test, pid_max);
	const int at[] = { 300, 301, 40000, pid_max / 2, pid_max - 2, pid_max - 1 };
	const unsigned int pages = pl_pidmap_pages(pid_max);
	unsigned int most_entries = 0, most_bytes = 0;
	struct pl_pidmap *map = &lab->root_ns->map;
	struct pl_ctx ctx = lab_ctx(lab);
	size_t i, j;

	fill_but(test, lab, 0);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (j = 0; j < ARRAY_SIZE(at); j++) {
			struct pidlab_op op;

			pl_pidmap_free(map, at[i]);
			atomic_set(&map->last, at[j]);
			KUNIT_ASSERT_EQ(test, pl_pidmap_alloc(&ctx, map), at[i]);
			op = lab_run(lab, OP(SCAN, 0));
			KUNIT_EXPECT_LE(test, op.res[0], (u64)pages);
			KUNIT_EXPECT_LE(test, op.res[1], (u64)PAGE_SIZE);
			most_entries = max_t(unsigned int, most_entries, op.res[0]);
			most_bytes = max_t(unsigned int, most_bytes, op.res[1]);
		}
	}
	/* And it does come to that: all pages, and the whole of one. */
	KUNIT_EXPECT_EQ(test, most_entries, pages);
	KUNIT_EXPECT_EQ(test, most_bytes, (unsigned int)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&ctx, map), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(SCAN, 0)).res[1], 0ULL);
	empty_again(lab);
}

static void d3_a_million_is_32_entries_and_a_page(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pl_pidmap_pages(MILLION) * PAGE_SIZE, 32 * 4096UL);
	worst_case(test, MILLION);
}

static void d3_four_million_are_128_entries_and_a_page(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pl_pidmap_pages(4 * MILLION) * PAGE_SIZE, 128 * 4096UL);
	worst_case(test, 4 * MILLION);
}

static void d3_the_usual_search_is_one_bit(struct kunit *test)
{
	struct pl_lab *lab = open_wide(test, MILLION);
	struct pidlab_op op;

	FORK(test, lab, lab->init_id);
	op = lab_run(lab, OP(SCAN, 0));
	KUNIT_EXPECT_EQ(test, op.res[0], 1ULL);
	KUNIT_EXPECT_EQ(test, op.res[1], 1ULL);
	/* Nine numbers that are in use, and the free one behind them. */
	lab_set_last(lab->root_ns, 1);
	MUST(test, lab, RESERVE, 0, 0, 9);
	lab_set_last(lab->root_ns, 1);
	FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(SCAN, 0)).res[1], 2ULL);
}

static void d3_the_first_page_twice_is_one_entry(struct kunit *test)
{
	struct pl_lab *lab = open_wide(test, MILLION);
	struct pl_pidmap *map = &lab->root_ns->map;
	struct pl_ctx ctx = lab_ctx(lab);
	struct pidlab_op op;

	fill_but(test, lab, 1000);
	/* To the end of the first page, past all others, and back to it. */
	atomic_set(&map->last, 1999);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&ctx, map), 1000);
	op = lab_run(lab, OP(SCAN, 0));
	KUNIT_EXPECT_EQ(test, op.res[0], 32ULL);
	KUNIT_EXPECT_EQ(test, op.res[1],
			DIV_ROUND_UP(PL_BITS_PER_PAGE - 2000 + 1001 - 300, 8ULL));
	empty_again(lab);
}

static void reserved_numbers_are_taken_by_nobody(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_op op = lab_run(lab, OP(RESERVE, 0, 0, 10));

	KUNIT_EXPECT_EQ(test, op.res[0], 2ULL);
	KUNIT_EXPECT_EQ(test, op.res[1], 11ULL);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 12);
	REFUSED(test, lab, -ESRCH, FIND, 0, 5);
	REFUSED(test, lab, -EEXIST, FORK, 0, lab->init_id, 5);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 2)).res[1], 12ULL);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, UNRESERVE, 0, 0, 5);
	REFUSED(test, lab, -ESRCH, UNRESERVE, 0, 0, 5);
	REFUSED(test, lab, -ESRCH, UNRESERVE, 0, 0, 12);
	REFUSED(test, lab, -ESRCH, UNRESERVE, 0, 0, 0);
	REFUSED(test, lab, -ESRCH, UNRESERVE, 0, 0, -1);
	REFUSED(test, lab, -ESRCH, UNRESERVE, 0, 0, INT_MAX);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, MUST(test, lab, FORK, 0, lab->init_id, 5)), 5);
}

static void reserving_is_all_or_nothing(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	u64 before = lab_digest(lab);

	REFUSED(test, lab, -EINVAL, RESERVE, 0, 0, 0);
	REFUSED(test, lab, -EINVAL, RESERVE, 0, 0, 4194304);
	REFUSED(test, lab, -EINVAL, RESERVE, 0, 0, -1);
	REFUSED(test, lab, -EAGAIN, RESERVE, 0, 0, 300);
	lab_set_last(lab->root_ns, 1);
	MUST(test, lab, RESERVE, 0, 0, 2);
	MUST(test, lab, RESERVE, 0, 0, 3);
	KUNIT_EXPECT_NE(test, lab_digest(lab), before);
	EXPECT_CLEAN(test, lab);
	for (int nr = 2; nr < 7; nr++)
		MUST(test, lab, UNRESERVE, 0, 0, nr);
	/* As if they had never been. */
	KUNIT_EXPECT_EQ(test, lab_digest(lab), before);
}

static void reserved_numbers_go_with_their_namespace(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long before = lab_objects(lab, PL_MEM_PIDMAP);
	u64 inside = FORK_NEWPID(test, lab, lab->init_id);

	MUST(test, lab, RESERVE, 0, inside, 50);
	MUST(test, lab, RESERVE, 0, inside, 50);
	MUST(test, lab, EXIT, 0, inside);
	EXPECT_CLEAN(test, lab);
	REFUSED(test, lab, -ENOMEM, RESERVE, 0, inside, 1);
	MUST(test, lab, REAP, 0, inside);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PIDMAP), before);
}

static void a_reserved_number_that_is_free_is_found(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	MUST(test, lab, RESERVE, 0, 0, 10);
	EXPECT_CLEAN(test, lab);
	lab->generation->index->cancel(lab->root_ns, 5);
	EXPECT_FOUND(test, lab, NUMBER, lab->root_ns->object.id);
	MUST(test, lab, FORK, 0, lab->init_id, 5);
	EXPECT_FOUND(test, lab, NUMBER, lab->root_ns->object.id);
	/* It has a pid: the set forgets it, and all is well again. */
	pl_pidmap_free(lab->root_ns->reserved, 5);
	EXPECT_FOUND(test, lab, NUMBER, lab->root_ns->object.id);
	lab->root_ns->nr_reserved--;
}

static struct kunit_case number_cases[] = {
	LAB_CASE(d2_pid_max_is_told_and_changed),
	LAB_CASE(d2_pid_max_out_of_range_is_refused),
	LAB_NS_CASE(d2_each_namespace_has_a_pid_max),
	LAB_PID_CASE(d2_a_lower_pid_max_leaves_who_is_there),
	LAB_NS_CASE(d2_a_number_that_is_asked_for_is_below_pid_max),
	KUNIT_CASE(d3_a_million_is_32_entries_and_a_page),
	KUNIT_CASE(d3_four_million_are_128_entries_and_a_page),
	KUNIT_CASE(d3_the_usual_search_is_one_bit),
	KUNIT_CASE(d3_the_first_page_twice_is_one_entry),
	LAB_PID_CASE(reserved_numbers_are_taken_by_nobody),
	LAB_CASE(reserving_is_all_or_nothing),
	LAB_NS_CASE(reserved_numbers_go_with_their_namespace),
	LAB_CASE(a_reserved_number_that_is_free_is_found),
	{}
};

static struct kunit_suite number_suite = {
	.name = "pidlab_number",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = number_cases,
};
kunit_test_suite(number_suite);
