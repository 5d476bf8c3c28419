/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table: number -> pid by two dependent loads, root -> leaf -> slot.
 *
 * A leaf has the pids of PL_LEAF_SPAN numbers in a row, and one word with a bit
 * for each: taken or not. To take a number is to set its bit, to give it back
 * to clear it; what the word was before says whether the leaf is full or empty
 * now, so nothing is counted. The root has a pointer for each leaf, and two
 * trees of bits over them: which leaves have room, and which are there at all.
 * So a search for a free number, or for the next one taken, looks at no more
 * than two words for each level of a tree.
 *
 * The next number is the one after the last, for all CPUs together. With the
 * setting percpu_run each CPU gives the numbers of a run of its own, in order,
 * and only the taking of a run moves the last number.
 *
 * Finding, taking and giving back need no lock. The table's lock is for what
 * happens once for many numbers: a leaf comes, goes, is full or no longer; the
 * root grows or shrinks. README.md has the lifetimes.
 *
 * Owned by its namespace.
 */
#ifndef PL_INDEX_TABLE_H
#define PL_INDEX_TABLE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include "pidmap.h"
#include "sync.h"

struct pl_ctx;
struct pl_lab;
struct pl_pid;
struct pl_pidns;

/* One word says which numbers of a leaf are taken. */
#define PL_LEAF_SPAN   BITS_PER_LONG
#define PL_LEAF_FULL   (~0L)
/* Leaves that the smallest root has room for, and all numbers need. */
#define PL_ROOT_MIN    4u
#define PL_ROOT_MAX    (PL_PID_MAX_LIMIT / PL_LEAF_SPAN)
/* Words of the top level: 1. A level down has a word for each of its bits. */
#define PL_TREE_LEVELS 4
/* How many empty leaves stay, so that use on an edge costs no memory traffic. */
#define PL_LEAVES_KEPT 2u

/**
 * struct pl_leaf - the pids of PL_LEAF_SPAN numbers
 * @slot: number -> published pid or NULL
 * @taken: by bit: the number is taken; all ones too when the leaf goes
 * @lab: whose memory it is
 * @place: where in the root
 * @waits: it is in @node's list; written under the table's lock
 * @node: among the leaves that were empty, the longest first
 * @rcu: for the grace period after it has gone from the root
 */
struct pl_leaf {
	struct pl_pid __rcu *slot[PL_LEAF_SPAN];
	atomic_long_t taken;
	struct pl_lab *lab;
	unsigned int place;
	bool waits;
	union {
		struct list_head node;
		struct rcu_head rcu;
	};
};

/**
 * struct pl_tree - a set of leaves
 * @level: a bit for each leaf; above it, a bit for each word that is not 0
 *
 * Written under the table's lock, read at any time.
 */
struct pl_tree {
	unsigned long *level[PL_TREE_LEVELS];
};

/**
 * struct pl_root - the leaves of a table
 * @mask: @nr_leaves - 1
 * @nr_leaves: length of @leaf, a power of two
 * @levels: of the trees
 * @there: leaves that exist
 * @room: leaves with a free number, those that do not exist among them
 * @lab: whose memory it is
 * @rcu: for the grace period after another has taken its place
 * @leaf: by number / PL_LEAF_SPAN; the trees' words are behind
 */
struct pl_root {
	unsigned int mask;
	unsigned int nr_leaves;
	unsigned int levels;
	struct pl_tree there;
	struct pl_tree room;
	struct pl_lab *lab;
	struct rcu_head rcu;
	struct pl_leaf __rcu *leaf[];
};

/**
 * struct pl_cpu_run - numbers in a row that one CPU gives
 * @at: the last one given, and one past their end in the lower half, as one
 *	word; 0: none are left
 */
struct pl_cpu_run {
	atomic64_t at;
} __aligned(SMP_CACHE_BYTES);

/**
 * struct pl_table - the numbers of one namespace
 * @root: never NULL between init and destroy
 * @last: the last number given; with runs, the end of the last of those
 * @run: how many numbers a CPU takes at once; 0: none, all take the next
 * @nr_cpus: length of @cpu
 * @cpu: a run for each CPU; NULL without
 * @scan: of the latest search, whichever that was of several at once
 * @lock: for all that changes @root and what it leads to, but for the words
 *	and the slots of leaves
 * @empty: leaves that were empty when they were added
 * @nr_empty: how many
 */
struct pl_table {
	struct pl_root __rcu *root;
	atomic_t last;
	unsigned int run;
	unsigned int nr_cpus;
	struct pl_cpu_run *cpu;
	struct pl_scan scan;
	struct pl_spinlock lock;
	struct list_head empty;
	unsigned int nr_empty;
};

int pl_table_init_cache(void);
void pl_table_exit_cache(void);

int pl_table_ready(struct pl_ctx *ctx, struct pl_table *table, unsigned int place);
void pl_table_settle(struct pl_lab *lab, struct pl_table *table, unsigned int place);
void pl_table_free(struct pl_lab *lab, struct pl_table *table);
unsigned int pl_tree_next(const struct pl_root *root, const struct pl_tree *tree,
			  unsigned int place, unsigned int *words);

#endif /* PL_INDEX_TABLE_H */
