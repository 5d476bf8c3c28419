/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which numbers of a namespace are taken: bitmap pages, as in 2.6.
 *
 * The next number is the last one + 1; at pid_max it wraps to PL_RESERVED_PIDS.
 * Pages are allocated on first use and stay until the namespace goes. Taking
 * and giving back a number is one atomic bit operation, without a lock.
 * Owned by its namespace.
 */
#ifndef PL_PIDMAP_H
#define PL_PIDMAP_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/types.h>

struct pl_ctx;
struct pl_lab;

#define PL_RESERVED_PIDS  300
#define PL_PID_MAX_MIN	  (PL_RESERVED_PIDS + 1)
#define PL_PID_MAX_LIMIT  4194304
#define PL_BITS_PER_PAGE  (PAGE_SIZE * 8)

/**
 * struct pl_pidmap_page - a run of PL_BITS_PER_PAGE numbers
 * @bits: bit set: taken. NULL until first used; then never changes. Read with
 *	READ_ONCE(), whose address dependency pairs with ready_page()
 * @nr_free: clear bits, so that a full page is passed over without a scan
 */
struct pl_pidmap_page {
	unsigned long *bits;
	atomic_t nr_free;
};

/**
 * struct pl_scan - how long a search for a free number was
 * @entries: pages that it came by, full ones included
 * @bytes: bytes of bitmap that it looked at
 */
struct pl_scan {
	unsigned int entries;
	unsigned int bytes;
};

/**
 * struct pl_pidmap - the numbers of one namespace
 * @pid_max: numbers are given below this; those given before a lower one was
 *	set stay
 * @last: the last number given
 * @scan: of the latest search, whichever that was of several at once
 * @nr_pages: length of @pages, which covers PL_PID_MAX_LIMIT
 * @pages: by number / PL_BITS_PER_PAGE
 */
struct pl_pidmap {
	int pid_max;
	atomic_t last;
	struct pl_scan scan;
	unsigned int nr_pages;
	struct pl_pidmap_page *pages;
};

unsigned int pl_pidmap_pages(int pid_max);
int pl_pidmap_init(struct pl_ctx *ctx, struct pl_pidmap *map, int pid_max);
void pl_pidmap_destroy(struct pl_lab *lab, struct pl_pidmap *map);
int pl_pidmap_alloc(struct pl_ctx *ctx, struct pl_pidmap *map);
int pl_pidmap_take(struct pl_ctx *ctx, struct pl_pidmap *map, int nr);
void pl_pidmap_free(struct pl_pidmap *map, int nr);
void pl_pidmap_restart(struct pl_pidmap *map);
/* Counting up from @base with wrap, does @a come before @b? */
static inline bool pl_comes_before(int base, int a, int b)
{
	return (unsigned int)(a - base) < (unsigned int)(b - base);
}

int pl_pidmap_next(const struct pl_pidmap *map, int nr);
bool pl_pidmap_taken(const struct pl_pidmap *map, int nr);

#endif /* PL_PIDMAP_H */
