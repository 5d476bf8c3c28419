// SPDX-License-Identifier: GPL-2.0
/* Numbers: which comes next, and which pages it costs. */
#include <linux/bitmap.h>

#include "lab_helper.h"
#include "pidmap.h"

/* A map of its own, in a lab of its own. */
struct map_test {
	struct pl_lab *lab;
	struct pl_ctx ctx;
	struct pl_pidmap map;
	long before;
};

static struct map_test *map_open(struct kunit *test, int pid_max)
{
	struct map_test *self = kunit_kzalloc(test, sizeof(*self), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, self);
	self->lab = lab_open(test);
	self->ctx = lab_ctx(self->lab);
	self->before = lab_objects(self->lab, PL_MEM_PIDMAP);
	KUNIT_ASSERT_EQ(test, pl_pidmap_init(&self->ctx, &self->map, pid_max), 0);
	return self;
}

static void map_close(struct map_test *self)
{
	pl_pidmap_destroy(self->lab, &self->map);
}

/* Pages of bits, without the array of pages. */
static long pages(const struct map_test *self)
{
	return lab_objects(self->lab, PL_MEM_PIDMAP) - self->before - 1;
}

static int next_nr(struct map_test *self)
{
	return pl_pidmap_alloc(&self->ctx, &self->map);
}

/* Takes all numbers below pid_max at once. */
static void fill(struct kunit *test, struct map_test *self)
{
	struct pl_pidmap *map = &self->map;
	unsigned int i;

	for (i = 0; i < pl_pidmap_pages(map->pid_max); i++) {
		struct pl_pidmap_page *page = &map->pages[i];
		unsigned int used = min_t(int, PL_BITS_PER_PAGE,
					  map->pid_max - i * PL_BITS_PER_PAGE);

		if (!page->bits) {
			atomic_set(&map->last, i * PL_BITS_PER_PAGE - 1);
			KUNIT_ASSERT_EQ(test, next_nr(self), (int)(i * PL_BITS_PER_PAGE));
		}
		bitmap_set(page->bits, 0, used);
		atomic_set(&page->nr_free, PL_BITS_PER_PAGE - used);
	}
}

static void d2_the_first_number_is_1(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);

	KUNIT_EXPECT_EQ(test, next_nr(self), 1);
	KUNIT_EXPECT_TRUE(test, pl_pidmap_taken(&self->map, 1));
	KUNIT_EXPECT_FALSE(test, pl_pidmap_taken(&self->map, 2));
	map_close(self);
}

static void d2_the_next_number_is_the_last_plus_1(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);
	int i;

	for (i = 1; i <= 1000; i++)
		KUNIT_ASSERT_EQ(test, next_nr(self), i);
	map_close(self);
}

static void d2_a_taken_number_is_passed_over(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);

	KUNIT_EXPECT_EQ(test, next_nr(self), 1);
	KUNIT_EXPECT_EQ(test, next_nr(self), 2);
	KUNIT_EXPECT_EQ(test, next_nr(self), 3);
	atomic_set(&self->map.last, 1);
	KUNIT_EXPECT_EQ(test, next_nr(self), 4);
	map_close(self);
}

static void d2_at_pid_max_it_wraps_to_300(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);

	atomic_set(&self->map.last, 32766);
	KUNIT_EXPECT_EQ(test, next_nr(self), 32767);
	KUNIT_EXPECT_EQ(test, next_nr(self), 300);
	KUNIT_EXPECT_EQ(test, next_nr(self), 301);
	map_close(self);
}

static void d2_pid_max_301_leaves_one_number_after_the_wrap(struct kunit *test)
{
	struct map_test *self = map_open(test, 301);
	int i;

	for (i = 1; i <= 300; i++)
		KUNIT_ASSERT_EQ(test, next_nr(self), i);
	KUNIT_EXPECT_EQ(test, next_nr(self), -EAGAIN);
	/* Those below 300 are for the first tasks only. */
	pl_pidmap_free(&self->map, 7);
	KUNIT_EXPECT_EQ(test, next_nr(self), -EAGAIN);
	pl_pidmap_free(&self->map, 300);
	KUNIT_EXPECT_EQ(test, next_nr(self), 300);
	KUNIT_EXPECT_EQ(test, next_nr(self), -EAGAIN);
	map_close(self);
}

static void d2_pid_max_4194304_is_128_pages(struct kunit *test)
{
	struct map_test *self = map_open(test, 4194304);

	KUNIT_EXPECT_EQ(test, pl_pidmap_pages(4194304), (unsigned int)(4194304 / 8 / PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, self->map.nr_pages, pl_pidmap_pages(4194304));
	atomic_set(&self->map.last, 4194302);
	KUNIT_EXPECT_EQ(test, next_nr(self), 4194303);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 1), 4194303);
	KUNIT_EXPECT_EQ(test, next_nr(self), 300);
	KUNIT_EXPECT_EQ(test, pages(self), 2L);
	map_close(self);
}

static void d2_the_number_below_pid_max_is_the_last(struct kunit *test)
{
	static const int pid_max[] = { 301, 302, 32767, 32768, 32769, 65537 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pid_max); i++) {
		struct map_test *self = map_open(test, pid_max[i]);

		atomic_set(&self->map.last, pid_max[i] - 2);
		KUNIT_EXPECT_EQ(test, next_nr(self), pid_max[i] - 1);
		KUNIT_EXPECT_EQ(test, next_nr(self), pid_max[i] == 301 ? -EAGAIN : 300);
		map_close(self);
		lab_close(test, self->lab);
	}
}

static void d2_number_0_is_never_given(struct kunit *test)
{
	struct map_test *self = map_open(test, 301);
	int i;

	for (i = 0; i < 1000; i++) {
		int nr = next_nr(self);

		KUNIT_ASSERT_NE(test, nr, 0);
		if (nr > 0)
			pl_pidmap_free(&self->map, nr);
	}
	KUNIT_EXPECT_TRUE(test, pl_pidmap_taken(&self->map, 0));
	map_close(self);
}

static void d3_a_page_is_allocated_on_first_use(struct kunit *test)
{
	struct map_test *self = map_open(test, 4 * PL_BITS_PER_PAGE);

	KUNIT_EXPECT_EQ(test, pages(self), 1L);
	atomic_set(&self->map.last, PL_BITS_PER_PAGE - 2);
	KUNIT_EXPECT_EQ(test, next_nr(self), (int)PL_BITS_PER_PAGE - 1);
	KUNIT_EXPECT_EQ(test, pages(self), 1L);
	KUNIT_EXPECT_EQ(test, next_nr(self), (int)PL_BITS_PER_PAGE);
	KUNIT_EXPECT_EQ(test, pages(self), 2L);
	KUNIT_EXPECT_NULL(test, self->map.pages[2].bits);
	map_close(self);
}

static void d3_a_page_stays_until_the_map_goes(struct kunit *test)
{
	struct map_test *self = map_open(test, 2 * PL_BITS_PER_PAGE);
	long bytes = atomic_long_read(&self->lab->account.bytes[PL_MEM_PIDMAP]);

	atomic_set(&self->map.last, PL_BITS_PER_PAGE);
	KUNIT_EXPECT_EQ(test, next_nr(self), (int)PL_BITS_PER_PAGE + 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&self->lab->account.bytes[PL_MEM_PIDMAP]),
			bytes + (long)PAGE_SIZE);
	pl_pidmap_free(&self->map, PL_BITS_PER_PAGE + 1);
	KUNIT_EXPECT_EQ(test, pages(self), 2L);
	map_close(self);
	KUNIT_EXPECT_EQ(test, lab_objects(self->lab, PL_MEM_PIDMAP), self->before);
}

/* All but one in use: it is found, wherever it is and wherever the last was. */
static void all_but_one(struct kunit *test, int pid_max)
{
	struct map_test *self = map_open(test, pid_max);
	const int holes[] = {
		300, 301, pid_max / 2, pid_max - 2, pid_max - 1,
		round_down(pid_max - 1, PL_BITS_PER_PAGE),
		round_down(pid_max - 1, PL_BITS_PER_PAGE) - 1,
	};
	size_t i, j;

	fill(test, self);
	KUNIT_EXPECT_EQ(test, next_nr(self), -EAGAIN);
	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		for (j = 0; j < ARRAY_SIZE(holes); j++) {
			pl_pidmap_free(&self->map, holes[i]);
			atomic_set(&self->map.last, holes[j]);
			KUNIT_EXPECT_EQ(test, next_nr(self), holes[i]);
			KUNIT_EXPECT_EQ(test, next_nr(self), -EAGAIN);
		}
	}
	map_close(self);
}

static void d3_all_but_one_of_a_million_in_use(struct kunit *test)
{
	all_but_one(test, 1 << 20);
}

static void d3_all_but_one_of_four_million_in_use(struct kunit *test)
{
	all_but_one(test, 1 << 22);
}

static void d4_a_number_just_freed_is_not_given_at_once(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);
	int i;

	for (i = 1; i <= 100; i++) {
		KUNIT_ASSERT_EQ(test, next_nr(self), i);
		pl_pidmap_free(&self->map, i);
	}
	map_close(self);
}

/* What somebody else does between the allocation of a page and its use. */
struct page_race {
	struct map_test *self;
	int got[3];
};

static void take_three_free_the_first(struct pl_lab *lab, void *data)
{
	struct page_race *race = data;
	int i;

	for (i = 0; i < 3; i++)
		race->got[i] = next_nr(race->self);
	if (race->got[0] > 0)
		pl_pidmap_free(&race->self->map, race->got[0]);
}

static void b9_the_loser_of_the_page_race_frees_its_own(struct kunit *test)
{
	struct map_test *self = map_open(test, 2 * PL_BITS_PER_PAGE);
	struct page_race race = { .self = self };
	struct lab_trap trap = {
		.point = PL_POINT_PIDMAP_PAGE,
		.spring = take_three_free_the_first,
		.data = &race,
	};
	int first = PL_BITS_PER_PAGE;
	unsigned long *bits;

	atomic_set(&self->map.last, first - 1);
	lab_set_trap(test, self->lab, &trap);
	KUNIT_EXPECT_EQ(test, next_nr(self), first);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_EQ(test, race.got[2], first + 2);
	KUNIT_EXPECT_EQ(test, pages(self), 2L);
	/* The page is the winner's: what it took is still taken. */
	bits = self->map.pages[1].bits;
	KUNIT_EXPECT_EQ(test, bitmap_weight(bits, PL_BITS_PER_PAGE), 3u);
	KUNIT_EXPECT_EQ(test, atomic_read(&self->map.pages[1].nr_free),
			(int)PL_BITS_PER_PAGE - 3);
	map_close(self);
}

static void d4_last_does_not_move_back_over_what_others_took(struct kunit *test)
{
	struct map_test *self = map_open(test, 2 * PL_BITS_PER_PAGE);
	struct page_race race = { .self = self };
	struct lab_trap trap = {
		.point = PL_POINT_PIDMAP_PAGE,
		.spring = take_three_free_the_first,
		.data = &race,
	};
	int first = PL_BITS_PER_PAGE;

	atomic_set(&self->map.last, first - 1);
	lab_set_trap(test, self->lab, &trap);
	KUNIT_EXPECT_EQ(test, next_nr(self), first);
	lab_unset_trap(test);
	pl_pidmap_free(&self->map, first + 2);
	KUNIT_EXPECT_EQ(test, next_nr(self), first + 3);
	map_close(self);
}

static void b9_number_0_is_reserved_from_the_start(struct kunit *test)
{
	struct map_test *self = map_open(test, 32768);

	KUNIT_EXPECT_TRUE(test, pl_pidmap_taken(&self->map, 0));
	KUNIT_EXPECT_EQ(test, bitmap_weight(self->map.pages[0].bits, PL_BITS_PER_PAGE), 1u);
	KUNIT_EXPECT_EQ(test, atomic_read(&self->map.pages[0].nr_free),
			(int)PL_BITS_PER_PAGE - 1);
	map_close(self);
}

static void x8_a_map_without_memory_leaves_nothing(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long before = lab_objects(lab, PL_MEM_PIDMAP);
	unsigned int nth;

	for (nth = 1; nth <= 2; nth++) {
		struct pl_ctx ctx = { .lab = lab, .fail_nth = nth };
		struct pl_pidmap map = {};

		KUNIT_EXPECT_EQ(test, pl_pidmap_init(&ctx, &map, 32768), -ENOMEM);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PIDMAP), before);
	}
}

static void x8_a_number_without_a_page_is_not_taken(struct kunit *test)
{
	struct map_test *self = map_open(test, 2 * PL_BITS_PER_PAGE);
	int last = PL_BITS_PER_PAGE - 1;

	atomic_set(&self->map.last, last);
	self->ctx = (struct pl_ctx){ .lab = self->lab, .fail_nth = 1 };
	KUNIT_EXPECT_EQ(test, next_nr(self), -ENOMEM);
	KUNIT_EXPECT_EQ(test, pages(self), 1L);
	KUNIT_EXPECT_EQ(test, atomic_read(&self->map.last), last);
	KUNIT_EXPECT_EQ(test, next_nr(self), last + 1);
	map_close(self);
}

static void d9_next_is_the_lowest_taken_at_or_above(struct kunit *test)
{
	struct map_test *self = map_open(test, 4 * PL_BITS_PER_PAGE);
	int far = 3 * PL_BITS_PER_PAGE + 5;

	KUNIT_EXPECT_EQ(test, next_nr(self), 1);
	KUNIT_EXPECT_EQ(test, next_nr(self), 2);
	atomic_set(&self->map.last, far - 1);
	KUNIT_EXPECT_EQ(test, next_nr(self), far);

	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 1), 1);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 2), 2);
	/* Two pages in between were never allocated. */
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 3), far);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, far), far);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, far + 1), -1);
	map_close(self);
}

static void d9_next_ends_at_the_top_of_the_range(struct kunit *test)
{
	struct map_test *self = map_open(test, 4194304);

	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 1), -1);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 4194303), -1);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, 4194304), -1);
	KUNIT_EXPECT_EQ(test, pl_pidmap_next(&self->map, INT_MAX), -1);
	map_close(self);
}

static struct kunit_case pidmap_cases[] = {
	KUNIT_CASE(d2_the_first_number_is_1),
	KUNIT_CASE(d2_the_next_number_is_the_last_plus_1),
	KUNIT_CASE(d2_a_taken_number_is_passed_over),
	KUNIT_CASE(d2_at_pid_max_it_wraps_to_300),
	KUNIT_CASE(d2_pid_max_301_leaves_one_number_after_the_wrap),
	KUNIT_CASE(d2_pid_max_4194304_is_128_pages),
	KUNIT_CASE(d2_the_number_below_pid_max_is_the_last),
	KUNIT_CASE(d2_number_0_is_never_given),
	KUNIT_CASE(d3_a_page_is_allocated_on_first_use),
	KUNIT_CASE(d3_a_page_stays_until_the_map_goes),
	KUNIT_CASE(d3_all_but_one_of_a_million_in_use),
	KUNIT_CASE(d3_all_but_one_of_four_million_in_use),
	KUNIT_CASE(d4_a_number_just_freed_is_not_given_at_once),
	KUNIT_CASE(d4_last_does_not_move_back_over_what_others_took),
	KUNIT_CASE(b9_the_loser_of_the_page_race_frees_its_own),
	KUNIT_CASE(b9_number_0_is_reserved_from_the_start),
	KUNIT_CASE(x8_a_map_without_memory_leaves_nothing),
	KUNIT_CASE(x8_a_number_without_a_page_is_not_taken),
	KUNIT_CASE(d9_next_is_the_lowest_taken_at_or_above),
	KUNIT_CASE(d9_next_ends_at_the_top_of_the_range),
	{}
};

static struct kunit_suite pidmap_suite = {
	.name = "pidlab_pidmap",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = pidmap_cases,
};
kunit_test_suite(pidmap_suite);
