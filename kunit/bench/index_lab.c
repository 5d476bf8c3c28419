// SPDX-License-Identifier: GPL-2.0
/*
 * The indexes of the module's generations, called as pid.c calls them, but
 * without what a lab adds to each pid: its account, and ids for user space.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"
#include "generation.h"
#include "index_find.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"

/* A lab whose namespaces stand one in another; @bytes: its account when empty */
struct lab_index {
	struct bench_index index;
	struct pl_lab *lab;
	struct pl_pidns *ns[BENCH_MOST_DEPTH + 1];
	long bytes;
};

static struct lab_index *lab_of(struct bench_index *index)
{
	return container_of(index, struct lab_index, index);
}

static const struct pl_index_ops *ops_of(const struct lab_index *self)
{
	return self->lab->generation->index;
}

/* A generation as a contender; @gen: NULL where there is no such one; @percpu_run: the setting */
struct lab_ops {
	struct bench_index_ops ops;
	const struct pl_generation *gen;
	unsigned int percpu_run;
};

static struct pl_lab *lab_for(const struct bench_index_ops *ops)
{
	const struct lab_ops *own = container_of(ops, struct lab_ops, ops);

	return bench_lab_open(own->gen->number, own->percpu_run, NULL);
}

static void close_lab(struct bench_index *index)
{
	struct lab_index *self = lab_of(index);
	unsigned int level;

	for (level = index->depth; level; level--) {
		if (self->ns[level])
			pl_pidns_put(self->ns[level]);
	}
	pl_lab_close(self->lab);
	kfree(self);
}

static struct bench_index *open_lab(const struct bench_index_ops *ops, unsigned int depth)
{
	struct lab_index *self = kzalloc(sizeof(*self), GFP_KERNEL);
	unsigned int level;
	int error = 0;

	if (!self)
		return ERR_PTR(-ENOMEM);
	self->index.ops = ops;
	self->index.depth = depth;
	self->lab = lab_for(ops);
	if (IS_ERR(self->lab)) {
		error = PTR_ERR(self->lab);
		kfree(self);
		return ERR_PTR(error);
	}
	self->ns[0] = self->lab->root_ns;
	for (level = 1; level <= depth && !error; level++) {
		struct pl_ctx ctx = { .lab = self->lab };
		struct pl_pidns *ns = pl_pidns_create(&ctx, self->ns[level - 1]);

		if (IS_ERR(ns))
			error = PTR_ERR(ns);
		else
			self->ns[level] = ns;
	}
	self->bytes = atomic_long_read(&self->lab->account.total);
	if (!error)
		return &self->index;
	close_lab(&self->index);
	return ERR_PTR(error);
}

static void set_max(struct bench_index *index, int max)
{
	unsigned int level;

	for (level = 0; level <= index->depth; level++)
		pl_pidns_set_pid_max(lab_of(index)->ns[level], max);
}

static void give_levels(struct lab_index *self, struct pl_pid *pid, int level)
{
	while (++level <= (int)pid->level)
		ops_of(self)->cancel(self->ns[level], pid->numbers[level].nr);
}

/* What the index itself needs: pid.c has pidmap_lock for its lists in any case. */
static __always_inline unsigned long begin_change(struct lab_index *self)
{
	unsigned long flags = 0;

	if (ops_of(self)->lockless)
		rcu_read_lock();
	else
		pl_spin_lock(&self->lab->pidmap_lock, flags);
	return flags;
}

static __always_inline void end_change(struct lab_index *self, unsigned long flags)
{
	if (ops_of(self)->lockless)
		rcu_read_unlock();
	else
		pl_spin_unlock(&self->lab->pidmap_lock, flags);
}

static void *add(struct bench_index *index, int *nr)
{
	struct lab_index *self = lab_of(index);
	const struct pl_index_ops *ops = ops_of(self);
	struct pl_ctx ctx = { .lab = self->lab };
	struct kmem_cache *cache = self->ns[index->depth]->pid_cache;
	struct pl_pid *pid = kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
	unsigned long flags;
	int level, got;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	refcount_set(&pid->object.count, 1);
	pid->level = index->depth;
	for (level = index->depth; level >= 0; level--) {
		got = ops->alloc(&ctx, self->ns[level], 0);
		if (got < 0) {
			give_levels(self, pid, level);
			kmem_cache_free(cache, pid);
			return ERR_PTR(got);
		}
		pid->numbers[level].nr = got;
		pid->numbers[level].ns = self->ns[level];
	}
	flags = begin_change(self);
	for (level = index->depth; level >= 0; level--)
		ops->publish(pid, &pid->numbers[level]);
	end_change(self, flags);
	*nr = pid->numbers[index->depth].nr;
	return pid;
}

static void drop(struct bench_index *index, void *object)
{
	struct lab_index *self = lab_of(index);
	const struct pl_index_ops *ops = ops_of(self);
	struct pl_pid *pid = object;
	unsigned long flags;
	unsigned int level;

	flags = begin_change(self);
	for (level = 0; level <= index->depth; level++)
		ops->remove(pid, &pid->numbers[level]);
	end_change(self, flags);
	for (level = 0; ops->release && level <= index->depth; level++)
		ops->release(self->ns[level], pid->numbers[level].nr);
}

static void free_one(struct bench_index *index, void *pid)
{
	kmem_cache_free(lab_of(index)->ns[index->depth]->pid_cache, pid);
}

static void delayed_free(struct rcu_head *rcu)
{
	struct pl_pid *pid = container_of(rcu, struct pl_pid, rcu);

	kmem_cache_free(pl_pid_ns(pid)->pid_cache, pid);
}

static void defer(struct bench_index *index, void *pid)
{
	call_rcu(&((struct pl_pid *)pid)->rcu, delayed_free);
}

static int take(struct bench_index *index)
{
	struct lab_index *self = lab_of(index);
	struct pl_ctx ctx = { .lab = self->lab };

	return ops_of(self)->alloc(&ctx, self->ns[0], 0);
}

static void give(struct bench_index *index, int nr)
{
	ops_of(lab_of(index))->cancel(lab_of(index)->ns[0], nr);
}

/* As pid_find.c has it: no call, where the index is the table. */
static __always_inline int look(struct bench_index *index, const int *nr,
					unsigned int n, bool chain)
{
	struct pl_pidns *ns = lab_of(index)->lab->root_ns;
	const void *last = NULL;
	int found = 0;

	while (n--) {
		last = pl_index_find(ns, bench_after(last, *nr++, chain));
		found += !!last;
	}
	return found;
}

static int find(struct bench_index *index, const int *nr, unsigned int n, bool chain)
{
	return chain ? look(index, nr, n, true) : look(index, nr, n, false);
}

static int churn(struct bench_index *index, unsigned int n)
{
	return bench_churn(index, n, add, drop, defer);
}

/* Not in the account: buckets, and a chain in each pid; the kernel's own nodes. */
static u64 bytes(struct bench_index *index)
{
	struct lab_index *self = lab_of(index);
	u64 bytes = atomic_long_read(&self->lab->account.total) - self->bytes;

	if (self->lab->hash)
		bytes += (sizeof(*self->lab->hash) << self->lab->hash_bits) +
			 (u64)index->nr_live * sizeof(struct hlist_node);
	if (self->lab->generation->number == PIDLAB_GEN_IDR)
		bytes += bench_xa_bytes(&self->lab->root_ns->idr.idr_rt);
	return bytes;
}

static const struct bench_index_ops common = {
	.open = open_lab,
	.close = close_lab,
	.set_max = set_max,
	.add = add,
	.drop = drop,
	.free = free_one,
	.defer = defer,
	.take = take,
	.give = give,
	.find = find,
	.churn = churn,
	.bytes = bytes,
};

#define MOST_GENERATIONS 16

static struct lab_ops generations[MOST_GENERATIONS];

/**
 * bench_lab_init() - look which generations there are that have an index of their own
 *
 * Those without nested namespaces have that of a later one.
 */
void bench_lab_init(void)
{
	const struct pl_generation *gen;
	unsigned int number, place = 0;

	for (number = 0; number < MOST_GENERATIONS - 1; number++) {
		gen = pl_generation_find(number);
		if (!gen || !gen->has_pids || !gen->max_level)
			continue;
		generations[place].ops = common;
		generations[place].ops.name = gen->name;
		generations[place++].gen = gen;
	}
	/* The table once more, each CPU with numbers of its own. */
	generations[place].ops = common;
	generations[place].ops.name = "table-percpu";
	generations[place].ops.alias = true;
	generations[place].percpu_run = PL_LEAF_SPAN;
	generations[place].gen = pl_generation_find(PIDLAB_GEN_TABLE);
}

/**
 * bench_lab_index() - the module's indexes
 * @place: counted from 0
 *
 * Return: one, or NULL past the last.
 */
const struct bench_index_ops *bench_lab_index(unsigned int place)
{
	return place < MOST_GENERATIONS && generations[place].gen ? &generations[place].ops : NULL;
}
