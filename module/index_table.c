// SPDX-License-Identifier: GPL-2.0
/*
 * The index of generation `table': each number's leaf knows by one bit whether
 * it is taken, and by one pointer who has it. See index_table.h.
 */
#include <linux/err.h>
#include <linux/smp.h>

#include "compat.h"
#include "control.h"
#include "index_find.h"
#include "mem.h"
#include "pid.h"

/* How a search can end besides a number and -EAGAIN; for this file alone. */
#define NEEDS_LEAF -ENOENT
#define LOOK_AGAIN -ERESTART

/**
 * struct search - a search for a free number
 * @base: the last number when it began; -1: it found one in a run
 * @place: of the leaf that it needs; with NEEDS_LEAF
 * @leaves: leaves that it came by
 * @words: words of bits that it looked at
 */
struct search {
	int base;
	unsigned int place;
	unsigned int leaves;
	unsigned int words;
};

static int table_init_lab(struct pl_lab *lab)
{
	return 0;
}

static void table_destroy_lab(struct pl_lab *lab)
{
}

static const struct pl_root *root_of(const struct pl_pidns *ns)
{
	return pl_table_dereference(ns->lab, ns->table.root);
}

/* The leaf of a number, or NULL. */
static struct pl_leaf *leaf_of(const struct pl_pidns *ns, unsigned int nr)
{
	return pl_table_leaf(ns->lab, root_of(ns), nr / PL_LEAF_SPAN);
}

/* Where in its leaf a number is. */
static unsigned int bit_of(unsigned int nr)
{
	return nr % PL_LEAF_SPAN;
}

/*
 * The first free number of a leaf in [from, to), taken. -EAGAIN: there is none;
 * -EBUSY: nor elsewhere in the leaf, or it has gone.
 */
static __always_inline int claim(struct pl_pidns *ns, struct pl_leaf *leaf, int from, int to)
{
	int base = round_down(from, PL_LEAF_SPAN), nr;
	long taken = atomic_long_read(&leaf->taken);
	unsigned long bit;

	do {
		bit = ~taken & (~0UL << bit_of(from));
		if (!bit)
			return taken == PL_LEAF_FULL ? -EBUSY : -EAGAIN;
		nr = base + __ffs(bit);
		if (nr >= to)
			return -EAGAIN;
		bit &= -bit;
		/*
		 * Fully ordered; its acquire pairs with give_back(): the slot
		 * is empty before its next owner fills it.
		 */
	} while (!atomic_long_try_cmpxchg(&leaf->taken, &taken, taken | bit));

	if (unlikely((long)(taken | bit) == PL_LEAF_FULL))
		pl_table_settle(ns->lab, &ns->table, leaf->place);
	return nr;
}

/*
 * The first free number in [from, to), taken; or -EAGAIN, NEEDS_LEAF, LOOK_AGAIN.
 *
 * A leaf without a free number is either known to be full; or somebody is about
 * to say so, or it has gone: then the lock tells, and the search begins anew.
 */
static int take_between(struct pl_pidns *ns, int from, int to, struct search *search)
{
	const struct pl_root *root = root_of(ns);

	while (from < to) {
		unsigned int place = (unsigned int)from / PL_LEAF_SPAN, next;
		struct pl_leaf *leaf = pl_table_leaf(ns->lab, root, place);
		int nr;

		search->place = place;
		if (!leaf)
			return NEEDS_LEAF;
		search->leaves++;
		search->words++;
		nr = claim(ns, leaf, from, to);
		if (likely(nr >= 0))
			return nr;
		next = pl_tree_next(root, &root->room, place + (nr == -EAGAIN), &search->words);
		if (next == place) {
			pl_table_settle(ns->lab, &ns->table, place);
			return LOOK_AGAIN;
		}
		from = next * PL_LEAF_SPAN;
	}
	return -EAGAIN;
}

/* Once around from the last number, and never back to those that are reserved. */
static int take_next(struct pl_pidns *ns, int last, struct search *search)
{
	int lowest = last >= PL_RESERVED_PIDS ? PL_RESERVED_PIDS : 1;
	int pid_max = READ_ONCE(ns->pid_max);
	int nr = take_between(ns, last + 1, pid_max, search);

	if (nr == -EAGAIN)
		nr = take_between(ns, lowest, min(last + 1, pid_max), search);
	return nr;
}

/* The number that was asked for, taken. */
static int take_asked(struct pl_pidns *ns, int tid, struct search *search)
{
	int nr = take_between(ns, tid, tid + 1, search);

	return nr == -EAGAIN ? -EEXIST : nr;
}

/*
 * Moves last forward to @nr, but not back over what somebody else has taken
 * meanwhile. Whether it was still what it was.
 */
static bool advance_last(struct pl_table *table, int base, int nr)
{
	int seen = base;

	while (!atomic_try_cmpxchg(&table->last, &seen, nr)) {
		if (!pl_comes_before(base, seen, nr))
			break;
	}
	return seen == base;
}

static s64 pack_run(int last, int end)
{
	return (s64)last << 32 | end;
}

/*
 * The run that the caller takes numbers from, or NULL. It may be on another CPU
 * a moment later: then two take from one run, which costs time and no more.
 * Under control nothing is left to chance: an actor is a CPU.
 */
static struct pl_cpu_run *own_run(struct pl_lab *lab, struct pl_table *table)
{
	unsigned int cpu;

	if (!table->cpu)
		return NULL;
	cpu = lab->control ? pl_control_cpu(lab->control) : raw_smp_processor_id();
	return &table->cpu[cpu % table->nr_cpus];
}

/* The next free number of a run, taken; or as take_between(). */
static int take_in_run(struct pl_pidns *ns, struct pl_cpu_run *run, struct search *search)
{
	s64 seen = atomic64_read(&run->at);
	int last = seen >> 32, end = min_t(int, lower_32_bits(seen), READ_ONCE(ns->pid_max));
	int nr = take_between(ns, last + 1, end, search);

	/* Somebody else who takes from it may be further, or have the next run. */
	while (nr > 0 && !atomic64_try_cmpxchg(&run->at, &seen, pack_run(nr, lower_32_bits(seen)))) {
		if (seen >> 32 < last || seen >> 32 > nr)
			break;
	}
	return nr;
}

/* Those after @nr, to the next multiple of the run's length, are for this CPU. */
static void begin_run(struct pl_pidns *ns, struct pl_cpu_run *run, int base, int nr)
{
	struct pl_table *table = &ns->table;
	int end = min_t(int, (nr / table->run + 1) * table->run, READ_ONCE(ns->pid_max));

	if (advance_last(table, base, max(nr, end - 1)))
		atomic64_set(&run->at, pack_run(nr, end));
}

/* A number, as a search in one read side finds it; or as take_between(). */
static int take(struct pl_pidns *ns, int tid, struct pl_cpu_run *run, struct search *search)
{
	int nr = -EAGAIN;

	if (tid)
		return take_asked(ns, tid, search);
	search->base = -1;
	if (run)
		nr = take_in_run(ns, run, search);
	if (nr == -EAGAIN) {
		search->base = atomic_read(&ns->table.last);
		nr = take_next(ns, search->base, search);
	}
	return nr;
}

/* The last number follows the one that was given, unless that was of a run. */
static void move_on(struct pl_pidns *ns, struct pl_cpu_run *run, int base, int nr)
{
	pl_point(ns->lab, PL_POINT_TABLE_TAKEN);
	if (base < 0)
		return;
	if (run)
		begin_run(ns, run, base, nr);
	else
		advance_last(&ns->table, base, nr);
}

/* Written only where it differs: else each CPU's search would cost all others a cache miss. */
static void note_scan(struct pl_table *table, const struct search *search)
{
	unsigned int bytes = search->words * sizeof(long);

	if (READ_ONCE(table->scan.entries) != search->leaves)
		WRITE_ONCE(table->scan.entries, search->leaves);
	if (READ_ONCE(table->scan.bytes) != bytes)
		WRITE_ONCE(table->scan.bytes, bytes);
}

static int table_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, int tid)
{
	struct pl_table *table = &ns->table;
	struct pl_cpu_run *run = own_run(ctx->lab, table);
	struct search search = {};
	int nr, error;

	for (;;) {
		pl_rcu_read_lock(ctx->lab);
		nr = take(ns, tid, run, &search);
		pl_rcu_read_unlock(ctx->lab);
		if (nr == NEEDS_LEAF) {
			error = pl_table_ready(ctx, table, search.place);
			if (error)
				return error;
		} else if (nr != LOOK_AGAIN) {
			break;
		}
	}
	if (tid)
		return nr;
	note_scan(table, &search);
	if (nr > 0)
		move_on(ns, run, search.base, nr);
	return nr;
}

/*
 * Whoever's bit is set keeps the leaf where it is. Once it is cleared the leaf
 * may go: a read side, or interrupts that are off, hold up its grace period.
 */
static __always_inline void give_back(struct pl_pidns *ns, struct pl_leaf *leaf, unsigned int nr)
{
	long bit = BIT(bit_of(nr));
	/*
	 * Fully ordered. Its release pairs with claim(): an empty slot comes
	 * first. Its acquire pairs with drop_oldest(): waits is looked at last.
	 */
	long taken = atomic_long_fetch_andnot(bit, &leaf->taken);

	if (taken == PL_LEAF_FULL || (taken == bit && !READ_ONCE(leaf->waits)))
		pl_table_settle(ns->lab, &ns->table, nr / PL_LEAF_SPAN);
}

static void table_cancel(struct pl_pidns *ns, int nr)
{
	pl_rcu_read_lock(ns->lab);
	give_back(ns, leaf_of(ns, nr), nr);
	pl_rcu_read_unlock(ns->lab);
}

static void table_publish(struct pl_pid *pid, struct pl_upid *upid)
{
	struct pl_leaf *leaf = leaf_of(upid->ns, upid->nr);

	/* Pairs with pl_table_find(). */
	rcu_assign_pointer(leaf->slot[bit_of(upid->nr)], pid);
}

static void table_remove(struct pl_pid *pid, struct pl_upid *upid)
{
	struct pl_leaf *leaf = leaf_of(upid->ns, upid->nr);

	RCU_INIT_POINTER(leaf->slot[bit_of(upid->nr)], NULL);
	give_back(upid->ns, leaf, upid->nr);
}

static void table_restart(struct pl_pidns *ns)
{
	unsigned int i;

	atomic_set(&ns->table.last, 0);
	for (i = 0; i < ns->table.nr_cpus; i++)
		atomic64_set(&ns->table.cpu[i].at, 0);
}

/* A leaf that goes this moment seems full. */
static bool table_taken(struct pl_pidns *ns, int nr)
{
	struct pl_leaf *leaf = leaf_of(ns, nr);

	return leaf && atomic_long_read(&leaf->taken) & BIT(bit_of(nr));
}

/* The first number of a leaf, from its @bit on, that has a pid; or -1. */
static int next_in(struct pl_lab *lab, const struct pl_leaf *leaf, unsigned int bit)
{
	unsigned long taken = atomic_long_read(&leaf->taken) & (~0UL << bit);

	for (; taken; taken &= taken - 1) {
		bit = __ffs(taken);
		if (pl_table_dereference(lab, leaf->slot[bit]))
			return leaf->place * PL_LEAF_SPAN + bit;
	}
	return -1;
}

/* Passes over numbers that are taken and have no pid yet. */
static int table_next(struct pl_pidns *ns, int nr)
{
	const struct pl_root *root = root_of(ns);
	unsigned int place = (unsigned int)nr / PL_LEAF_SPAN, bit = nr % PL_LEAF_SPAN, words = 0;
	struct pl_leaf *leaf;

	for (nr = -1; nr < 0 && place < root->nr_leaves; bit = 0) {
		leaf = pl_table_leaf(ns->lab, root, place);
		if (leaf)
			nr = next_in(ns->lab, leaf, bit);
		place = pl_tree_next(root, &root->there, place + 1, &words);
	}
	return nr;
}

static void table_scan(const struct pl_pidns *ns, struct pl_scan *scan)
{
	scan->entries = READ_ONCE(ns->table.scan.entries);
	scan->bytes = READ_ONCE(ns->table.scan.bytes);
}

static struct pl_pid *table_find(struct pl_pidns *ns, int nr)
{
	return pl_table_find(ns, nr);
}

static int table_last(const struct pl_pidns *ns)
{
	return atomic_read(&ns->table.last);
}

static void table_destroy(struct pl_pidns *ns)
{
	pl_table_free(ns->lab, &ns->table);
}

/* A run for each CPU of the lab, where the setting asks for it. */
static int init_runs(struct pl_ctx *ctx, struct pl_table *table)
{
	unsigned int nr_cpus = ctx->lab->setting[PIDLAB_SET_CPUS];
	struct pl_cpu_run *cpu;

	table->run = ctx->lab->setting[PIDLAB_SET_PERCPU_RUN];
	if (!table->run)
		return 0;
	cpu = pl_kvzalloc(ctx, PL_MEM_INDEX, array_size(nr_cpus, sizeof(*cpu)));
	if (IS_ERR(cpu))
		return PTR_ERR(cpu);
	table->cpu = cpu;
	table->nr_cpus = nr_cpus;
	return 0;
}

/* Number 0 is nobody's, so the first leaf is always there. */
static int table_init(struct pl_ctx *ctx, struct pl_pidns *ns)
{
	struct pl_table *table = &ns->table;
	int error;

	pl_spinlock_init(&table->lock, ctx->lab, PIDLAB_STEP_TABLE);
	INIT_LIST_HEAD(&table->empty);
	error = init_runs(ctx, table);
	if (!error)
		error = pl_table_ready(ctx, table, 0);
	if (error) {
		table_destroy(ns);
		return error;
	}
	pl_rcu_read_lock(ctx->lab);
	atomic_long_set(&leaf_of(ns, 0)->taken, BIT(0));
	pl_rcu_read_unlock(ctx->lab);
	return 0;
}

const struct pl_index_ops pl_index_table = {
	.lockless = true,
	.init_lab = table_init_lab,
	.destroy_lab = table_destroy_lab,
	.init = table_init,
	.destroy = table_destroy,
	.alloc = table_alloc,
	.cancel = table_cancel,
	.publish = table_publish,
	.remove = table_remove,
	.restart = table_restart,
	.taken = table_taken,
	.scan = table_scan,
	.find = table_find,
	.last = table_last,
	.next = table_next,
};
PL_EXPORT_FOR_KUNIT(pl_index_table);
