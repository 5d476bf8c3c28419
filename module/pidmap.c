// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/minmax.h>

#include "bug.h"
#include "compat.h"
#include "footprint.h"
#include "lab.h"
#include "mem.h"
#include "pidmap.h"

/**
 * pl_pidmap_pages() - how many pages cover the numbers below @pid_max
 * @pid_max: the limit
 *
 * Return: the number of pages.
 */
unsigned int pl_pidmap_pages(int pid_max)
{
	return DIV_ROUND_UP(pid_max, PL_BITS_PER_PAGE);
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_pages);

/*
 * The page of a number, allocated if need be: outside the lock, then installed
 * under it unless somebody was faster.
 */
static struct pl_pidmap_page *ready_page(struct pl_ctx *ctx, struct pl_pidmap *map, int nr)
{
	struct pl_pidmap_page *page = &map->pages[nr / PL_BITS_PER_PAGE];
	unsigned long *bits, flags;
	bool installed = false;

	if (likely(READ_ONCE(page->bits)))
		return page;
	bits = pl_kvzalloc(ctx, PL_MEM_PIDMAP, PAGE_SIZE);
	if (IS_ERR(bits))
		return ERR_CAST(bits);
	pl_point(ctx->lab, PL_POINT_PIDMAP_PAGE);
	pl_spin_lock(&ctx->lab->pidmap_lock, flags);
	if (!page->bits) {
		/* Pairs with the address dependency of all who read bits: they are zeroes. */
		smp_store_release(&page->bits, bits);
		installed = true;
	}
	pl_spin_unlock(&ctx->lab->pidmap_lock, flags);
	if (!installed)
		pl_kvfree(ctx->lab, PL_MEM_PIDMAP, bits, PAGE_SIZE);
	return page;
}

/**
 * struct search - a search for a free number, once around at most
 * @start: the page that it began at; it may come back for the numbers before
 * @entries: pages that it came by
 * @bits: bits that it looked at
 */
struct search {
	unsigned int start;
	unsigned int entries;
	unsigned int bits;
};

/* Coming back to the first page is no further entry. */
static void count_entry(struct search *search, unsigned int page)
{
	if (!search->entries)
		search->start = page;
	else if (page == search->start)
		return;
	search->entries++;
}

/* A search looked at them, the last one too unless that is the page's end. */
static void touch_bits(const unsigned long *bits, int from, int last)
{
	last = min_t(int, last, PL_BITS_PER_PAGE - 1);
	pl_touch(bits + BIT_WORD(from), (BIT_WORD(last) - BIT_WORD(from) + 1) * sizeof(*bits),
		 false);
}

/* The first free number in [from, to), taken; -EAGAIN, or an error of a page. */
static int take_between(struct pl_ctx *ctx, struct pl_pidmap *map, int from, int to,
			struct search *search)
{
	int entry = -1;

	while (from < to) {
		int base = round_down(from, PL_BITS_PER_PAGE);
		int end = min_t(int, to, base + PL_BITS_PER_PAGE);
		struct pl_pidmap_page *page = ready_page(ctx, map, from);
		unsigned long *bits;
		int nr;

		if (IS_ERR(page))
			return PTR_ERR(page);
		if (base != entry)
			count_entry(search, base / PL_BITS_PER_PAGE);
		entry = base;
		if (!atomic_read(&page->nr_free)) {
			from = end;
			continue;
		}
		bits = READ_ONCE(page->bits);
		nr = base + find_next_zero_bit(bits, end - base, from - base);
		search->bits += min(nr + 1, end) - from;
		touch_bits(bits, from - base, nr - base);
		if (nr < end && !test_and_set_bit(nr - base, bits)) {
			atomic_dec(&page->nr_free);
			return nr;
		}
		/* Full from here on, or the bit went to somebody else. */
		from = nr;
	}
	return -EAGAIN;
}

/*
 * Moves last forward to @nr, but not back over what somebody else has taken
 * meanwhile: a plain store there would let the next fork give a number that
 * was freed a moment ago.
 */
static void advance_last(struct pl_lab *lab, struct pl_pidmap *map, int base, int nr)
{
	int seen = base;

	if (pl_bug(lab, PIDLAB_BUG_PLAIN_LAST)) {
		seen = atomic_xchg(&map->last, nr);
		if (pl_comes_before(base, nr, seen))
			pl_bug_seen(lab, PIDLAB_BUG_PLAIN_LAST, 0);
		return;
	}
	while (!atomic_try_cmpxchg(&map->last, &seen, nr)) {
		if (!pl_comes_before(base, seen, nr))
			break;
	}
}

/**
 * pl_pidmap_alloc() - take the next number
 * @ctx: the operation
 * @map: whose numbers
 *
 * Context: may sleep.
 * Return: the number; -EAGAIN: all are taken; -ENOMEM or -ENOSPC: no page.
 */
int pl_pidmap_alloc(struct pl_ctx *ctx, struct pl_pidmap *map)
{
	int last = atomic_read(&map->last), pid_max = READ_ONCE(map->pid_max);
	struct search search = {};
	int nr = take_between(ctx, map, last + 1, pid_max, &search);

	if (nr == -EAGAIN)
		nr = take_between(ctx, map, PL_RESERVED_PIDS, min(last + 1, pid_max), &search);
	WRITE_ONCE(map->scan.entries, search.entries);
	WRITE_ONCE(map->scan.bytes, DIV_ROUND_UP(search.bits, BITS_PER_BYTE));
	if (nr > 0) {
		pl_point(ctx->lab, PL_POINT_PIDMAP_TAKEN);
		advance_last(ctx->lab, map, last, nr);
	}
	return nr;
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_alloc);

/**
 * pl_pidmap_take() - take a number that was asked for
 * @ctx: the operation
 * @map: whose numbers
 * @nr: from 1 to below pid_max
 *
 * The last number stays what it was.
 *
 * Context: may sleep.
 * Return: @nr; -EEXIST: it is taken; -ENOMEM or -ENOSPC: no page.
 */
int pl_pidmap_take(struct pl_ctx *ctx, struct pl_pidmap *map, int nr)
{
	struct pl_pidmap_page *page = ready_page(ctx, map, nr);

	if (IS_ERR(page))
		return PTR_ERR(page);
	if (test_and_set_bit(nr % PL_BITS_PER_PAGE, READ_ONCE(page->bits)))
		return -EEXIST;
	atomic_dec(&page->nr_free);
	return nr;
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_take);

/**
 * pl_pidmap_free() - give a number back
 * @map: whose it is
 * @nr: a taken number, never 0
 *
 * Context: any.
 */
void pl_pidmap_free(struct pl_pidmap *map, int nr)
{
	struct pl_pidmap_page *page = &map->pages[nr / PL_BITS_PER_PAGE];

	clear_bit(nr % PL_BITS_PER_PAGE, READ_ONCE(page->bits));
	atomic_inc(&page->nr_free);
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_free);

/**
 * pl_pidmap_restart() - give number 1 next
 * @map: of a namespace whose first task was not made
 *
 * Context: any.
 */
void pl_pidmap_restart(struct pl_pidmap *map)
{
	atomic_set(&map->last, 0);
}

/**
 * pl_pidmap_next() - the lowest taken number at or above @nr
 * @map: whose numbers
 * @nr: where to begin, not negative
 *
 * Context: any.
 * Return: the number, or -1 when there is none.
 */
int pl_pidmap_next(const struct pl_pidmap *map, int nr)
{
	/* To the end, not to pid_max: that may be lower than it was. */
	while (nr < PL_PID_MAX_LIMIT) {
		int base = round_down(nr, PL_BITS_PER_PAGE), end = base + PL_BITS_PER_PAGE;
		const unsigned long *bits = READ_ONCE(map->pages[nr / PL_BITS_PER_PAGE].bits);
		int first = nr;

		if (bits) {
			nr = base + find_next_bit(bits, end - base, nr - base);
			touch_bits(bits, first - base, nr - base);
			if (nr < end)
				return nr;
		}
		nr = end;
	}
	return -1;
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_next);

/**
 * pl_pidmap_taken() - whether a number is taken
 * @map: whose numbers
 * @nr: the number
 *
 * Return: true if it is.
 */
bool pl_pidmap_taken(const struct pl_pidmap *map, int nr)
{
	const unsigned long *bits = READ_ONCE(map->pages[nr / PL_BITS_PER_PAGE].bits);

	return bits && test_bit(nr % PL_BITS_PER_PAGE, bits);
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_taken);

/**
 * pl_pidmap_init() - make a map in which only number 0 is taken
 * @ctx: the operation
 * @map: zeroed memory
 * @pid_max: numbers run below this until it is changed
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC; nothing is left behind after an error.
 */
int pl_pidmap_init(struct pl_ctx *ctx, struct pl_pidmap *map, int pid_max)
{
	struct pl_pidmap_page *first;
	unsigned int i;

	map->pid_max = pid_max;
	map->nr_pages = pl_pidmap_pages(PL_PID_MAX_LIMIT);
	map->pages = pl_kvzalloc(ctx, PL_MEM_PIDMAP, array_size(map->nr_pages, sizeof(*map->pages)));
	if (IS_ERR(map->pages))
		return PTR_ERR(map->pages);
	for (i = 0; i < map->nr_pages; i++)
		atomic_set(&map->pages[i].nr_free, PL_BITS_PER_PAGE);
	first = ready_page(ctx, map, 0);
	if (IS_ERR(first)) {
		pl_pidmap_destroy(ctx->lab, map);
		return PTR_ERR(first);
	}
	__set_bit(0, first->bits);
	atomic_dec(&first->nr_free);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_init);

/**
 * pl_pidmap_destroy() - free the pages
 * @lab: whose memory
 * @map: a map nobody uses any more
 *
 * Context: any but hard interrupts.
 */
void pl_pidmap_destroy(struct pl_lab *lab, struct pl_pidmap *map)
{
	unsigned int i;

	for (i = 0; i < map->nr_pages; i++) {
		if (map->pages[i].bits)
			pl_kvfree(lab, PL_MEM_PIDMAP, map->pages[i].bits, PAGE_SIZE);
	}
	pl_kvfree(lab, PL_MEM_PIDMAP, map->pages, array_size(map->nr_pages, sizeof(*map->pages)));
}
PL_EXPORT_FOR_KUNIT(pl_pidmap_destroy);
