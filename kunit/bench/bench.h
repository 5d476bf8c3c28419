/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Benchmarks of the module's inside against what the kernel has.
 *
 * A measure is a loop that several contenders run in turn, round by round, so
 * that whatever else the machine does meets all of them. Nothing is judged
 * here: each contender's samples leave as one line of JSON.
 *
 * What an operation defers to a grace period is done as grace periods end, by
 * the same processors, and so is part of a long sample's cost: objects of ours
 * and what the kernel's own structures defer, as the nodes of an IDR. What is
 * left at the end of a sample is waited for, and counts for nobody.
 */
#ifndef PL_BENCH_H
#define PL_BENCH_H

#include <linux/err.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "pidlab.h"

struct pl_lab;
struct xarray;

#define BENCH_MOST_ROUNDS     101
#define BENCH_MOST_CONTENDERS 12
#define BENCH_HOLE	      16 /* each number that this divides is free in a dense range */
#define BENCH_KEYS	      (1U << 20)
#define BENCH_PART	      64U /* look-ups in one read side, which so is no part of the cost */
#define BENCH_MOST_DEPTH      4
#define BENCH_MOST_SEATS      8

/**
 * struct bench_args - which measure, and how
 * @measure: its name
 * @variant: of the measure, or empty
 * @live: pids, or tasks, that there are
 * @depth: of the namespace
 * @rounds: samples of each contender
 * @sample_ns: how long a sample is to take
 * @cpus: threads that do it at the same time; 0: the caller does it itself
 */
struct bench_args {
	char measure[24];
	char variant[24];
	unsigned int live;
	unsigned int depth;
	unsigned int rounds;
	unsigned int sample_ns;
	unsigned int cpus;
};

/**
 * struct bench_contender - who runs a measure's loop
 * @name: as the results call it
 * @self: for @body
 * @body: @n operations; a negative errno ends the measure. @seat: which of
 *	several threads it is
 * @defers: @body leaves something to grace periods
 */
struct bench_contender {
	const char *name;
	void *self;
	int (*body)(void *self, unsigned int n, unsigned int seat);
	bool defers;
};

/*
 * The number to look up next: in a chain, once the look-up before has found
 * something. A pointer is even, but the processor cannot know. So a chain tells
 * how long one look-up takes; without, several are under way beside each other.
 */
static __always_inline int bench_after(const void *found, int nr, bool chain)
{
	return chain ? nr + (int)((unsigned long)found & 1) : nr;
}

/* sample.c */
__printf(1, 2) void bench_say(const char *format, ...);
int bench_run(const struct bench_args *args, struct bench_contender *contenders,
	      unsigned int count);
void bench_absent(const struct bench_args *args, const char *name, const char *reason);
void bench_bytes(const struct bench_args *args, const char *name, u64 bytes, u64 of);

/**
 * struct bench_index - a way from numbers to pids, filled
 * @ops: whose
 * @depth: of its innermost namespace
 * @chain: look-ups are to wait for each other
 * @nr_live: length of @live
 * @live: its pids
 * @nr: their numbers
 * @keys: numbers to look up; BENCH_KEYS
 * @full: numbers below this are taken without a pid, but one; 0: none are
 * @pos: where in @keys the next look-up is, by seat
 */
struct bench_index {
	const struct bench_index_ops *ops;
	unsigned int depth;
	bool chain;
	unsigned int nr_live;
	void **live;
	int *nr;
	int *keys;
	int full;
	unsigned int pos[BENCH_MOST_SEATS];
};

/**
 * struct bench_index_ops - what a measure asks of an index
 * @name: as the results call it
 * @alias: it holds and finds as another does that takes part
 * @open: an empty one, but number 1; or an ERR_PTR
 * @close: free it, all pids having been dropped
 * @set_max: numbers are below this from now on
 * @add: a pid that can be found; @nr: its innermost number. Or an ERR_PTR
 * @drop: it cannot be found, and its numbers are free
 * @free: its memory goes
 * @defer: @free after a grace period
 * @take: a number of the root without a pid; NULL where it has no numbers to give
 * @give: the reverse
 * @find: look up @n numbers, in a read side; how many had a pid. @chain: see bench_after()
 * @churn: @add, @drop and @defer, @n times; NULL as @take
 * @bytes: memory that leads from its numbers to its pids
 */
struct bench_index_ops {
	const char *name;
	bool alias;
	struct bench_index *(*open)(const struct bench_index_ops *ops, unsigned int depth);
	void (*close)(struct bench_index *index);
	void (*set_max)(struct bench_index *index, int max);
	void *(*add)(struct bench_index *index, int *nr);
	void (*drop)(struct bench_index *index, void *pid);
	void (*free)(struct bench_index *index, void *pid);
	void (*defer)(struct bench_index *index, void *pid);
	int (*take)(struct bench_index *index);
	void (*give)(struct bench_index *index, int nr);
	int (*find)(struct bench_index *index, const int *nr, unsigned int n, bool chain);
	int (*churn)(struct bench_index *index, unsigned int n);
	u64 (*bytes)(struct bench_index *index);
};

/* The loop of @churn: inlined into each, so that no call of ours is between. */
static __always_inline int bench_churn(struct bench_index *index, unsigned int n,
				       void *(*add)(struct bench_index *index, int *nr),
				       void (*drop)(struct bench_index *index, void *pid),
				       void (*defer)(struct bench_index *index, void *pid))
{
	void *pid;
	int nr;

	while (n--) {
		pid = add(index, &nr);
		if (IS_ERR(pid))
			return PTR_ERR(pid);
		drop(index, pid);
		defer(index, pid);
	}
	return 0;
}

extern const struct bench_index_ops bench_idr_612;
extern const struct bench_index_ops bench_idr_70;
extern const struct bench_index_ops bench_xarray;
extern const struct bench_index_ops bench_rhashtable;
/* No index: what the object costs by itself, freed behind a grace period or at once. */
extern const struct bench_index_ops bench_object;
extern const struct bench_index_ops bench_object_now;
int bench_bare_init(void);
void bench_bare_exit(void);
/* Those of the module: by place, NULL past the last. */
void bench_lab_init(void);
const struct bench_index_ops *bench_lab_index(unsigned int place);

/* world.c: what measures of indexes share */
int bench_fill(struct bench_index *index, unsigned int live);
int bench_make_keys(struct bench_index *index, bool hit, bool skewed);
void bench_close(struct bench_index *index);
const struct bench_index_ops *bench_index_of(unsigned int place);
struct pl_lab *bench_lab_open(unsigned int generation, unsigned int percpu_run, u64 *init);
u64 bench_xa_bytes(const struct xarray *xa);

/* Measures; 0 or a negative errno */
int bench_find(const struct bench_args *args);
int bench_alloc(const struct bench_args *args);
int bench_memory(const struct bench_args *args);
int bench_lab(const struct bench_args *args);
int bench_ref(const struct bench_args *args);

#endif /* PL_BENCH_H */
