// SPDX-License-Identifier: GPL-2.0
/*
 * What else could lead from numbers to pids, without a lab around it: the IDR as
 * mainline's alloc_pid() uses it, before and after it took its lock only once; an
 * xarray; a hash that grows.
 */
#include <linux/idr.h>
#include <linux/err.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "bench.h"
#include "pidmap.h"

struct bare_upid {
	int nr;
	void *ns;
};

/* As large as mainline's struct pid. */
struct bare_pid {
	refcount_t count;
	unsigned int level;
	spinlock_t lock;
	u64 ino;
	struct hlist_head users[4];
	struct hlist_head inodes;
	wait_queue_head_t wait;
	struct rcu_head rcu;
	struct rhash_head chain;
	struct bare_upid numbers[];
};

/* One of them is used; by level where there are several. */
struct bare_index {
	struct bench_index index;
	spinlock_t lock;
	int max;
	struct idr idr[BENCH_MOST_DEPTH + 1];
	struct xarray xa[BENCH_MOST_DEPTH + 1];
	u32 next[BENCH_MOST_DEPTH + 1];
	struct rhashtable table;
	int last;
};

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

static struct bare_index *bare_of(struct bench_index *index)
{
	return container_of(index, struct bare_index, index);
}

static struct bench_index *open_bare(const struct bench_index_ops *ops, unsigned int depth)
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

static void set_max(struct bench_index *index, int max)
{
	bare_of(index)->max = max;
}

static struct bare_pid *new_pid(unsigned int depth)
{
	struct bare_pid *pid = kmem_cache_zalloc(caches[depth], GFP_KERNEL_ACCOUNT);

	if (pid) {
		pid->level = depth;
		refcount_set(&pid->count, 1);
	}
	return pid;
}

static void free_one(struct bench_index *index, void *pid)
{
	kmem_cache_free(caches[index->depth], pid);
}

static struct rcu_head *rcu_of(void *pid)
{
	return &((struct bare_pid *)pid)->rcu;
}

static void *of_rcu(struct rcu_head *rcu)
{
	return container_of(rcu, struct bare_pid, rcu);
}

/* IDR */

static struct bench_index *open_idr(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = open_bare(ops, depth);
	unsigned int level;
	int one = 1;

	for (level = 0; !IS_ERR(index) && level <= depth && one == 1; level++) {
		idr_init(&bare_of(index)->idr[level]);
		one = idr_alloc_cyclic(&bare_of(index)->idr[level], NULL, 1, 2, GFP_KERNEL);
	}
	if (one == 1)
		return index;
	index->ops->close(index);
	return ERR_PTR(one);
}

static void close_idr(struct bench_index *index)
{
	unsigned int level;

	for (level = 0; level <= index->depth; level++)
		idr_destroy(&bare_of(index)->idr[level]);
	kfree(bare_of(index));
}

/* Under the lock. */
static int idr_number(struct bare_index *bare, unsigned int level)
{
	int lowest = 1;

	if (idr_get_cursor(&bare->idr[level]) > PL_RESERVED_PIDS)
		lowest = PL_RESERVED_PIDS;
	return idr_alloc_cyclic(&bare->idr[level], NULL, lowest, bare->max, GFP_ATOMIC);
}

static void idr_drop(struct bench_index *index, void *object)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = object;
	unsigned long flags;
	unsigned int level;

	spin_lock_irqsave(&bare->lock, flags);
	for (level = 0; level <= index->depth; level++)
		idr_remove(&bare->idr[level], pid->numbers[level].nr);
	spin_unlock_irqrestore(&bare->lock, flags);
}

static void idr_show(struct bare_index *bare, struct bare_pid *pid)
{
	int level;

	for (level = pid->level; level >= 0; level--)
		idr_replace(&bare->idr[level], pid, pid->numbers[level].nr);
}

static void give_levels(struct bare_index *bare, struct bare_pid *pid, int level)
{
	while (++level <= (int)pid->level)
		idr_remove(&bare->idr[level], pid->numbers[level].nr);
}

/* 4.15 to 6.18: the lock for each number, and once more to show them all. */
static void *idr_add_612(struct bench_index *index, int *nr)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = new_pid(index->depth);
	int level, got;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	for (level = index->depth; level >= 0; level--) {
		idr_preload(GFP_KERNEL);
		spin_lock_irq(&bare->lock);
		got = idr_number(bare, level);
		spin_unlock_irq(&bare->lock);
		idr_preload_end();
		if (got < 0)
			goto out;
		pid->numbers[level] = (struct bare_upid){ got, bare };
	}
	spin_lock_irq(&bare->lock);
	idr_show(bare, pid);
	spin_unlock_irq(&bare->lock);
	*nr = pid->numbers[index->depth].nr;
	return pid;
out:
	spin_lock_irq(&bare->lock);
	give_levels(bare, pid, level);
	spin_unlock_irq(&bare->lock);
	free_one(index, pid);
	return ERR_PTR(got);
}

/* Since then: the lock once for all of it. */
static void *idr_add_70(struct bench_index *index, int *nr)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = new_pid(index->depth);
	int level, got = 0;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	idr_preload(GFP_KERNEL);
	spin_lock_irq(&bare->lock);
	for (level = index->depth; level >= 0; level--) {
		got = idr_number(bare, level);
		if (got < 0)
			break;
		pid->numbers[level] = (struct bare_upid){ got, bare };
	}
	if (got < 0)
		give_levels(bare, pid, level);
	else
		idr_show(bare, pid);
	spin_unlock_irq(&bare->lock);
	idr_preload_end();
	*nr = pid->numbers[index->depth].nr;
	if (got >= 0)
		return pid;
	free_one(index, pid);
	return ERR_PTR(got);
}

static int idr_take_bare(struct bench_index *index)
{
	struct bare_index *bare = bare_of(index);
	int nr;

	idr_preload(GFP_KERNEL);
	spin_lock_irq(&bare->lock);
	nr = idr_number(bare, 0);
	spin_unlock_irq(&bare->lock);
	idr_preload_end();
	return nr;
}

static void idr_give_bare(struct bench_index *index, int nr)
{
	struct bare_index *bare = bare_of(index);

	spin_lock_irq(&bare->lock);
	idr_remove(&bare->idr[0], nr);
	spin_unlock_irq(&bare->lock);
}

static __always_inline int idr_look(struct bench_index *index, const int *nr,
					unsigned int n, bool chain)
{
	struct bare_index *bare = bare_of(index);
	const void *last = NULL;
	int found = 0;

	while (n--) {
		last = idr_find(&bare->idr[0], bench_after(last, *nr++, chain));
		found += !!last;
	}
	return found;
}

static int idr_find_bare(struct bench_index *index, const int *nr, unsigned int n, bool chain)
{
	return chain ? idr_look(index, nr, n, true) : idr_look(index, nr, n, false);
}

static u64 idr_bytes(struct bench_index *index)
{
	return bench_xa_bytes(&bare_of(index)->idr[0].idr_rt);
}

/* Inlined into the loop of each, so that no call of ours is between. */
static __always_inline int churn(struct bench_index *index, unsigned int n,
				 void *(*add)(struct bench_index *index, int *nr),
				 void (*drop)(struct bench_index *index, void *pid))
{
	void *pid;
	int nr;

	while (n--) {
		pid = add(index, &nr);
		if (IS_ERR(pid))
			return PTR_ERR(pid);
		drop(index, pid);
		bench_defer(index, pid);
	}
	return 0;
}

static int churn_612(struct bench_index *index, unsigned int n)
{
	return churn(index, n, idr_add_612, idr_drop);
}

static int churn_70(struct bench_index *index, unsigned int n)
{
	return churn(index, n, idr_add_70, idr_drop);
}

const struct bench_index_ops bench_idr_612 = {
	.name = "idr-6.12",
	.open = open_idr,
	.close = close_idr,
	.set_max = set_max,
	.add = idr_add_612,
	.drop = idr_drop,
	.free = free_one,
	.rcu = rcu_of,
	.of_rcu = of_rcu,
	.take = idr_take_bare,
	.give = idr_give_bare,
	.find = idr_find_bare,
	.churn = churn_612,
	.bytes = idr_bytes,
};

const struct bench_index_ops bench_idr_70 = {
	.name = "idr-7.0",
	.open = open_idr,
	.close = close_idr,
	.set_max = set_max,
	.add = idr_add_70,
	.drop = idr_drop,
	.free = free_one,
	.rcu = rcu_of,
	.of_rcu = of_rcu,
	.take = idr_take_bare,
	.give = idr_give_bare,
	.find = idr_find_bare,
	.churn = churn_70,
	.bytes = idr_bytes,
};

/* xarray: its own lock at each step, its own memory before it */

static struct bench_index *open_xa(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = open_bare(ops, depth);
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
	struct bare_pid *pid = new_pid(index->depth);
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
		free_one(index, pid);
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
	return churn(index, n, xa_add, xa_drop);
}

const struct bench_index_ops bench_xarray = {
	.name = "xarray",
	.open = open_xa,
	.close = close_xa,
	.set_max = set_max,
	.add = xa_add,
	.drop = xa_drop,
	.free = free_one,
	.rcu = rcu_of,
	.of_rcu = of_rcu,
	.take = xa_take,
	.give = xa_give,
	.find = xa_find_bare,
	.churn = churn_xa,
	.bytes = xa_bytes,
};

/* rhashtable: finds, but has no numbers to give */

static struct bench_index *open_rhash(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = open_bare(ops, depth);
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
	struct bare_pid *pid = new_pid(0);
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
		free_one(index, pid);
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
	.set_max = set_max,
	.add = rhash_add,
	.drop = rhash_drop,
	.free = free_one,
	.rcu = rcu_of,
	.of_rcu = of_rcu,
	.find = rhash_find,
	.bytes = rhash_bytes,
};
