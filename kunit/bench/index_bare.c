// SPDX-License-Identifier: GPL-2.0
/*
 * What else could lead from numbers to pids, without a lab around it: an xarray; a
 * hash that grows; and nothing at all, which is what the object alone costs.
 */
#include <linux/slab.h>

#include "bare.h"
#include "pidmap.h"

static struct kmem_cache *caches[BENCH_MOST_DEPTH + 1];

static const struct rhashtable_params by_number = {
	.key_len = sizeof(int),
	.key_offset = offsetof(struct bare_pid, numbers) + offsetof(struct bare_upid, nr),
	.head_offset = offsetof(struct bare_pid, chain),
	.automatic_shrinking = true,
};

int bench_bare_init(void)
{
	static const char *const names[] = { "bench_pid", "bench_pid_1", "bench_pid_2",
					     "bench_pid_3", "bench_pid_4" };
	unsigned int i;

	for (i = 0; i <= BENCH_MOST_DEPTH; i++) {
		caches[i] = kmem_cache_create(names[i],
					      struct_size_t(struct bare_pid, numbers, i + 1), 0,
					      SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT, NULL);
		if (!caches[i]) {
			bench_bare_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void bench_bare_exit(void)
{
	unsigned int i;

	for (i = 0; i <= BENCH_MOST_DEPTH; i++)
		kmem_cache_destroy(caches[i]);
}

struct bench_index *bare_open(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bare_index *bare = kzalloc(sizeof(*bare), GFP_KERNEL);

	if (!bare)
		return ERR_PTR(-ENOMEM);
	bare->index.ops = ops;
	bare->index.depth = depth;
	bare->max = PL_PID_MAX_LIMIT;
	spin_lock_init(&bare->lock);
	return &bare->index;
}

void bare_set_max(struct bench_index *index, int max)
{
	bare_of(index)->max = max;
}

struct bare_pid *bare_new_pid(unsigned int depth)
{
	struct bare_pid *pid = kmem_cache_zalloc(caches[depth], GFP_KERNEL_ACCOUNT);

	if (pid) {
		pid->level = depth;
		refcount_set(&pid->count, 1);
	}
	return pid;
}

void bare_free(struct bench_index *index, void *pid)
{
	kmem_cache_free(caches[index->depth], pid);
}

static void delayed_free(struct rcu_head *rcu)
{
	struct bare_pid *pid = container_of(rcu, struct bare_pid, rcu);

	kmem_cache_free(caches[pid->level], pid);
}

void bare_defer(struct bench_index *index, void *pid)
{
	call_rcu(&((struct bare_pid *)pid)->rcu, delayed_free);
}

/* xarray: its own lock at each step, its own memory before it */

static struct bench_index *open_xa(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = bare_open(ops, depth);
	unsigned int level;

	for (level = 0; !IS_ERR(index) && level <= depth; level++) {
		xa_init_flags(&bare_of(index)->xa[level], XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_IRQ);
		bare_of(index)->next[level] = 2;
	}
	return index;
}

static void close_xa(struct bench_index *index)
{
	unsigned int level;

	for (level = 0; level <= index->depth; level++)
		xa_destroy(&bare_of(index)->xa[level]);
	kfree(bare_of(index));
}

static int xa_number(struct bare_index *bare, unsigned int level, void *entry)
{
	struct xa_limit range = XA_LIMIT(1, bare->max - 1);
	u32 nr;
	int error;

	if (bare->next[level] > PL_RESERVED_PIDS)
		range.min = PL_RESERVED_PIDS;
	error = xa_alloc_cyclic_irq(&bare->xa[level], &nr, entry, range, &bare->next[level],
				    GFP_KERNEL);
	return error < 0 ? error : (int)nr;
}

static void xa_drop(struct bench_index *index, void *object)
{
	struct bare_pid *pid = object;
	unsigned int level;

	for (level = 0; level <= index->depth; level++)
		xa_erase_irq(&bare_of(index)->xa[level], pid->numbers[level].nr);
}

/* Numbers first, with nothing stored, as in the IDR; then all are shown. */
static void *xa_add(struct bench_index *index, int *nr)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = bare_new_pid(index->depth);
	int level, got = 0;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	for (level = index->depth; level >= 0; level--) {
		got = xa_number(bare, level, NULL);
		if (got < 0)
			break;
		pid->numbers[level] = (struct bare_upid){ got, bare };
	}
	if (got < 0) {
		while (++level <= (int)index->depth)
			xa_erase_irq(&bare->xa[level], pid->numbers[level].nr);
		bare_free(index, pid);
		return ERR_PTR(got);
	}
	for (level = index->depth; level >= 0; level--)
		xa_store_irq(&bare->xa[level], pid->numbers[level].nr, pid, GFP_KERNEL);
	*nr = pid->numbers[index->depth].nr;
	return pid;
}

static int xa_take(struct bench_index *index)
{
	return xa_number(bare_of(index), 0, NULL);
}

static void xa_give(struct bench_index *index, int nr)
{
	xa_erase_irq(&bare_of(index)->xa[0], nr);
}

static __always_inline int xa_look(struct bench_index *index, const int *nr,
					unsigned int n, bool chain)
{
	struct xarray *xa = &bare_of(index)->xa[0];
	const void *last = NULL;
	int found = 0;

	while (n--) {
		last = xa_load(xa, bench_after(last, *nr++, chain));
		found += !!last;
	}
	return found;
}

static int xa_find_bare(struct bench_index *index, const int *nr, unsigned int n, bool chain)
{
	return chain ? xa_look(index, nr, n, true) : xa_look(index, nr, n, false);
}

static u64 xa_bytes(struct bench_index *index)
{
	return bench_xa_bytes(&bare_of(index)->xa[0]);
}

static int churn_xa(struct bench_index *index, unsigned int n)
{
	return bare_churn(index, n, xa_add, xa_drop);
}

const struct bench_index_ops bench_xarray = {
	.name = "xarray",
	.open = open_xa,
	.close = close_xa,
	.set_max = bare_set_max,
	.add = xa_add,
	.drop = xa_drop,
	.free = bare_free,
	.defer = bare_defer,
	.take = xa_take,
	.give = xa_give,
	.find = xa_find_bare,
	.churn = churn_xa,
	.bytes = xa_bytes,
};

/* rhashtable: finds, but has no numbers to give */

static struct bench_index *open_rhash(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = bare_open(ops, depth);
	int error;

	if (IS_ERR(index))
		return index;
	error = rhashtable_init(&bare_of(index)->table, &by_number);
	if (!error)
		return index;
	kfree(bare_of(index));
	return ERR_PTR(error);
}

static void close_rhash(struct bench_index *index)
{
	rhashtable_destroy(&bare_of(index)->table);
	kfree(bare_of(index));
}

static void *rhash_add(struct bench_index *index, int *nr)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = bare_new_pid(0);
	int error;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	pid->numbers[0] = (struct bare_upid){ bare->last + 2, bare };
	do {
		/* Busy: it grows more slowly than it is filled. */
		error = rhashtable_insert_fast(&bare->table, &pid->chain, by_number);
		if (error == -EBUSY)
			cond_resched();
	} while (error == -EBUSY);
	if (error) {
		bare_free(index, pid);
		return ERR_PTR(error);
	}
	*nr = ++bare->last + 1;
	return pid;
}

static void rhash_drop(struct bench_index *index, void *pid)
{
	rhashtable_remove_fast(&bare_of(index)->table, &((struct bare_pid *)pid)->chain,
			       by_number);
}

static __always_inline int rhash_look(struct bench_index *index, const int *nr,
					unsigned int n, bool chain)
{
	struct rhashtable *table = &bare_of(index)->table;
	const void *last = NULL;
	int key, found = 0;

	while (n--) {
		key = bench_after(last, *nr++, chain);
		last = rhashtable_lookup(table, &key, by_number);
		found += !!last;
	}
	return found;
}

static int rhash_find(struct bench_index *index, const int *nr, unsigned int n, bool chain)
{
	return chain ? rhash_look(index, nr, n, true) : rhash_look(index, nr, n, false);
}

static u64 rhash_bytes(struct bench_index *index)
{
	struct rhashtable *table = &bare_of(index)->table;
	u64 bytes;

	rcu_read_lock();
	bytes = sizeof(struct bucket_table) +
		(u64)rht_dereference_rcu(table->tbl, table)->size * sizeof(void *);
	rcu_read_unlock();
	return bytes + (u64)index->nr_live * sizeof(struct rhash_head);
}

const struct bench_index_ops bench_rhashtable = {
	.name = "rhashtable",
	.open = open_rhash,
	.close = close_rhash,
	.set_max = bare_set_max,
	.add = rhash_add,
	.drop = rhash_drop,
	.free = bare_free,
	.defer = bare_defer,
	.find = rhash_find,
	.bytes = rhash_bytes,
};

/* Nothing: the object, and its end behind a grace period */

static int churn_object(struct bench_index *index, unsigned int n)
{
	while (n--) {
		void *pid = bare_new_pid(index->depth);

		if (!pid)
			return -ENOMEM;
		bare_defer(index, pid);
	}
	return 0;
}

/* The same without the grace period: what waiting for it costs is the difference. */
static int churn_object_now(struct bench_index *index, unsigned int n)
{
	while (n--) {
		void *pid = bare_new_pid(index->depth);

		if (!pid)
			return -ENOMEM;
		bare_free(index, pid);
	}
	return 0;
}

static void close_object(struct bench_index *index)
{
	kfree(bare_of(index));
}

const struct bench_index_ops bench_object = {
	.name = "object",
	.open = bare_open,
	.close = close_object,
	.free = bare_free,
	.defer = bare_defer,
	.churn = churn_object,
};

const struct bench_index_ops bench_object_now = {
	.name = "object-now",
	.open = bare_open,
	.close = close_object,
	.free = bare_free,
	.defer = bare_defer,
	.churn = churn_object_now,
};
