/* SPDX-License-Identifier: GPL-2.0 */
/* What indexes without a lab around them share: their pids, and room for one index of each kind. */
#ifndef PL_BENCH_BARE_H
#define PL_BENCH_BARE_H

#include <linux/err.h>
#include <linux/idr.h>
#include <linux/rhashtable.h>
#include <linux/xarray.h>

#include "bench.h"

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

static inline struct bare_index *bare_of(struct bench_index *index)
{
	return container_of(index, struct bare_index, index);
}

struct bench_index *bare_open(const struct bench_index_ops *ops, unsigned int depth);
void bare_set_max(struct bench_index *index, int max);
struct bare_pid *bare_new_pid(unsigned int depth);
void bare_free(struct bench_index *index, void *pid);
void bare_defer(struct bench_index *index, void *pid);

static __always_inline int bare_churn(struct bench_index *index, unsigned int n,
				      void *(*add)(struct bench_index *index, int *nr),
				      void (*drop)(struct bench_index *index, void *pid))
{
	return bench_churn(index, n, add, drop, bare_defer);
}

#endif /* PL_BENCH_BARE_H */
