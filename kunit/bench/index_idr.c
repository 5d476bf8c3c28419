// SPDX-License-Identifier: GPL-2.0
/*
 * The IDR as mainline's alloc_pid() uses it, before and after it took its lock
 * only once.
 */
#include "bare.h"
#include "pidmap.h"

static struct bench_index *open_idr(const struct bench_index_ops *ops, unsigned int depth)
{
	struct bench_index *index = bare_open(ops, depth);
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
	struct bare_pid *pid = bare_new_pid(index->depth);
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
	bare_free(index, pid);
	return ERR_PTR(got);
}

/* Since then: the lock once for all of it. */
static void *idr_add_70(struct bench_index *index, int *nr)
{
	struct bare_index *bare = bare_of(index);
	struct bare_pid *pid = bare_new_pid(index->depth);
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
	bare_free(index, pid);
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

static int churn_612(struct bench_index *index, unsigned int n)
{
	return bare_churn(index, n, idr_add_612, idr_drop);
}

static int churn_70(struct bench_index *index, unsigned int n)
{
	return bare_churn(index, n, idr_add_70, idr_drop);
}

const struct bench_index_ops bench_idr_612 = {
	.name = "idr-6.12",
	.open = open_idr,
	.close = close_idr,
	.set_max = bare_set_max,
	.add = idr_add_612,
	.drop = idr_drop,
	.free = bare_free,
	.defer = bare_defer,
	.take = idr_take_bare,
	.give = idr_give_bare,
	.find = idr_find_bare,
	.churn = churn_612,
	.bytes = idr_bytes,
};

const struct bench_index_ops bench_idr_70 = {
	.name = "idr-7.0",
	.alias = true,
	.open = open_idr,
	.close = close_idr,
	.set_max = bare_set_max,
	.add = idr_add_70,
	.drop = idr_drop,
	.free = bare_free,
	.defer = bare_defer,
	.take = idr_take_bare,
	.give = idr_give_bare,
	.find = idr_find_bare,
	.churn = churn_70,
	.bytes = idr_bytes,
};
