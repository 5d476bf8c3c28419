// SPDX-License-Identifier: GPL-2.0
/*
 * The index of 2006 to 2017: one hash for all namespaces of a lab, its key the
 * number and the namespace; a bitmap for each namespace says what is free.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>

#include "index.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"

#define MIN_HASH_BITS 4
#define MAX_HASH_BITS 12

static struct hlist_head *bucket(const struct pl_pidns *ns, int nr)
{
	return &ns->lab->hash[hash_long((unsigned long)nr + (unsigned long)ns,
					ns->lab->hash_bits)];
}

/* Scaled by memory: 16 buckets at the least, 4096 from one gigabyte on. */
static unsigned int bits_by_memory(void)
{
	unsigned long megabytes = totalram_pages() >> (20 - PAGE_SHIFT);

	return clamp(fls(megabytes * 4), MIN_HASH_BITS, MAX_HASH_BITS);
}

/* Several tables share what one would have: left to memory, a lab costs the same. */
static int init_tables(struct pl_lab *lab, unsigned int tables)
{
	unsigned int bits = lab->setting[PIDLAB_SET_HASH_BITS];

	if (!bits)
		bits = bits_by_memory() - ilog2(tables);
	lab->hash_bits = max_t(unsigned int, bits, MIN_HASH_BITS);
	lab->setting[PIDLAB_SET_HASH_BITS] = lab->hash_bits;
	lab->hash = kvcalloc((size_t)tables << lab->hash_bits, sizeof(*lab->hash), GFP_KERNEL_ACCOUNT);
	return lab->hash ? 0 : -ENOMEM;
}

static int hash_init_lab(struct pl_lab *lab)
{
	return init_tables(lab, 1);
}

/* One for each type; the users of the numbers stand in them themselves. */
static int numbers_init_lab(struct pl_lab *lab)
{
	return init_tables(lab, PIDLAB_TYPE_COUNT);
}

static void hash_destroy_lab(struct pl_lab *lab)
{
	kvfree(lab->hash);
	lab->hash = NULL;
}

static int hash_init(struct pl_ctx *ctx, struct pl_pidns *ns)
{
	return pl_pidmap_init(ctx, &ns->map, ctx->lab->setting[PIDLAB_SET_PID_MAX]);
}

static void hash_destroy(struct pl_pidns *ns)
{
	pl_pidmap_destroy(ns->lab, &ns->map);
}

static int hash_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, int tid)
{
	return tid ? pl_pidmap_take(ctx, &ns->map, tid) : pl_pidmap_alloc(ctx, &ns->map);
}

static void hash_release(struct pl_pidns *ns, int nr)
{
	pl_pidmap_free(&ns->map, nr);
}

static void hash_publish(struct pl_pid *pid, struct pl_upid *upid)
{
	pl_assert_spin_held(&upid->ns->lab->pidmap_lock);
	/* Pairs with hash_find(). */
	hlist_add_head_rcu(&upid->chain, bucket(upid->ns, upid->nr));
}

static void hash_remove(struct pl_pid *pid, struct pl_upid *upid)
{
	pl_assert_spin_held(&upid->ns->lab->pidmap_lock);
	hlist_del_rcu(&upid->chain);
}

static void hash_limit(struct pl_pidns *ns, int pid_max)
{
	WRITE_ONCE(ns->map.pid_max, pid_max);
}

static void hash_restart(struct pl_pidns *ns)
{
	pl_pidmap_restart(&ns->map);
}

static bool hash_taken(struct pl_pidns *ns, int nr)
{
	return pl_pidmap_taken(&ns->map, nr);
}

static void hash_scan(const struct pl_pidns *ns, struct pl_scan *scan)
{
	scan->entries = READ_ONCE(ns->map.scan.entries);
	scan->bytes = READ_ONCE(ns->map.scan.bytes);
}

static struct pl_pid *hash_find(struct pl_pidns *ns, int nr)
{
	struct pl_upid *upid;

	/* Pairs with hash_publish(): who sees a number sees its pid. */
	hlist_for_each_entry_rcu(upid, bucket(ns, nr), chain,
				 pl_rcu_held(ns->lab) ||
				 pl_is_held(&ns->lab->pidmap_lock)) {
		if (upid->nr == nr && upid->ns == ns)
			return container_of(upid, struct pl_pid, numbers[ns->level]);
	}
	return NULL;
}

static int hash_next(struct pl_pidns *ns, int nr)
{
	return pl_pidmap_next(&ns->map, nr);
}

static int hash_last(const struct pl_pidns *ns)
{
	return atomic_read(&ns->map.last);
}

const struct pl_index_ops pl_index_hash = {
	.init_lab = hash_init_lab,
	.destroy_lab = hash_destroy_lab,
	.init = hash_init,
	.destroy = hash_destroy,
	.alloc = hash_alloc,
	.cancel = hash_release,
	.publish = hash_publish,
	.remove = hash_remove,
	.release = hash_release,
	.limit = hash_limit,
	.restart = hash_restart,
	.taken = hash_taken,
	.scan = hash_scan,
	.find = hash_find,
	.last = hash_last,
	.next = hash_next,
};

const struct pl_index_ops pl_index_numbers = {
	.init_lab = numbers_init_lab,
	.destroy_lab = hash_destroy_lab,
	.init = hash_init,
	.destroy = hash_destroy,
	.alloc = hash_alloc,
	.cancel = hash_release,
	.release = hash_release,
	.limit = hash_limit,
	.restart = hash_restart,
	.taken = hash_taken,
	.scan = hash_scan,
	.last = hash_last,
	.next = hash_next,
};
