// SPDX-License-Identifier: GPL-2.0
/* What measures share: indexes filled with pids, numbers to look up, labs. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "bench.h"
#include "lab.h"
#include "pidmap.h"

static const struct bench_index_ops *const bare[] = {
	&bench_idr_612, &bench_idr_70, &bench_xarray, &bench_rhashtable,
};

/**
 * bench_index_of() - the indexes that there are
 * @place: counted from 0
 *
 * Return: one, or NULL past the last.
 */
const struct bench_index_ops *bench_index_of(unsigned int place)
{
	return place < ARRAY_SIZE(bare) ? bare[place] : bench_lab_index(place - ARRAY_SIZE(bare));
}

/* Numbers of a range are all taken but each sixteenth. */
static int add_one(struct bench_index *index)
{
	int nr;
	void *pid = index->ops->add(index, &nr);

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	if (nr % BENCH_HOLE) {
		index->live[index->nr_live] = pid;
		index->nr[index->nr_live++] = nr;
		return 0;
	}
	index->ops->drop(index, pid);
	index->ops->defer(index, pid);
	return 0;
}

/* Neither memory nor the processor is to be held up by what is deferred. */
static void pause_filling(struct bench_index *index)
{
	cond_resched();
	if (index->nr_live % (1U << 18))
		return;
	rcu_barrier();
}

/**
 * bench_fill() - put pids into an empty index
 * @index: the index
 * @live: how many
 *
 * Return: 0 or a negative errno; bench_close() in any case.
 */
int bench_fill(struct bench_index *index, unsigned int live)
{
	int error = 0;

	index->live = kvcalloc(live, sizeof(*index->live), GFP_KERNEL);
	index->nr = kvcalloc(live, sizeof(*index->nr), GFP_KERNEL);
	if (!index->live || !index->nr)
		return -ENOMEM;
	while (index->nr_live < live && !error) {
		error = add_one(index);
		if (!(index->nr_live % 1024))
			pause_filling(index);
	}
	rcu_barrier();
	return error;
}

/* Of skewed look-ups, four of five are for each 64th pid. */
static unsigned int pick(struct rnd_state *random, unsigned int of, bool skewed)
{
	u32 chosen = prandom_u32_state(random) % of;

	if (skewed && prandom_u32_state(random) % 5)
		chosen -= chosen % 64;
	return chosen;
}

/**
 * bench_make_keys() - choose numbers to look up, the same for every contender
 * @index: filled
 * @hit: those of its pids, rather than the free ones between
 * @skewed: some far more often than others
 *
 * Return: 0 or -ENOMEM.
 */
int bench_make_keys(struct bench_index *index, bool hit, bool skewed)
{
	struct rnd_state random;
	unsigned int i, chosen;

	index->keys = kvmalloc_array(BENCH_KEYS, sizeof(*index->keys), GFP_KERNEL);
	if (!index->keys)
		return -ENOMEM;
	prandom_seed_state(&random, 1);
	for (i = 0; i < BENCH_KEYS; i++) {
		chosen = pick(&random, index->nr_live, skewed);
		index->keys[i] = index->nr[chosen];
		if (!hit)
			index->keys[i] -= index->keys[i] % BENCH_HOLE;
	}
	return 0;
}

/**
 * bench_close() - the end of an index and of its pids
 * @index: NULL is fine
 */
void bench_close(struct bench_index *index)
{
	unsigned int i;

	if (IS_ERR_OR_NULL(index))
		return;
	rcu_barrier();
	for (i = index->nr_live; i; i--) {
		index->ops->drop(index, index->live[i - 1]);
		index->ops->free(index, index->live[i - 1]);
		if (!(i % 1024))
			cond_resched();
	}
	kvfree(index->live);
	kvfree(index->nr);
	kvfree(index->keys);
	index->ops->close(index);
}

/* The slots of a node are an xarray's business; looking costs nobody anything. */
static u64 bytes_below(const void *entry)
{
	const struct xa_node *node;
	u64 bytes = sizeof(*node);
	unsigned int i;

	if (!xa_is_node(entry))
		return 0;
	node = (const struct xa_node *)((unsigned long)entry - 2);
	for (i = 0; i < XA_CHUNK_SIZE; i++)
		bytes += bytes_below(rcu_dereference_raw(node->slots[i]));
	return bytes;
}

/**
 * bench_xa_bytes() - what the nodes of an xarray take
 * @xa: nobody changes it
 *
 * Return: bytes.
 */
u64 bench_xa_bytes(const struct xarray *xa)
{
	return bytes_below(rcu_dereference_raw(xa->xa_head));
}

/**
 * bench_lab_open() - a lab whose tasks have no payload, and no limit is near
 * @generation: its number
 * @percpu_run: numbers that a CPU takes at once; 0 where there is no such thing
 * @init: out: id of the first task; may be NULL
 *
 * Return: the lab, to be closed; or an ERR_PTR.
 */
struct pl_lab *bench_lab_open(unsigned int generation, unsigned int percpu_run, u64 *init)
{
	struct pidlab_setup setup = { .size = sizeof(setup) };
	struct pl_lab *lab = pl_lab_create();
	int error;

	if (IS_ERR(lab))
		return lab;
	setup.given = BIT_ULL(PIDLAB_SET_GENERATION) | BIT_ULL(PIDLAB_SET_PID_MAX) |
		      BIT_ULL(PIDLAB_SET_TASK_PAYLOAD) | BIT_ULL(PIDLAB_SET_MAX_TASKS);
	setup.value[PIDLAB_SET_GENERATION] = generation;
	setup.value[PIDLAB_SET_PID_MAX] = PL_PID_MAX_LIMIT;
	setup.value[PIDLAB_SET_MAX_TASKS] = PL_PID_MAX_LIMIT;
	if (percpu_run) {
		setup.given |= BIT_ULL(PIDLAB_SET_CPUS) | BIT_ULL(PIDLAB_SET_PERCPU_RUN);
		setup.value[PIDLAB_SET_CPUS] = min(num_possible_cpus(), PL_MAX_CPUS);
		setup.value[PIDLAB_SET_PERCPU_RUN] = percpu_run;
	}
	error = pl_lab_setup(lab, &setup);
	if (error) {
		pl_lab_close(lab);
		return ERR_PTR(error);
	}
	if (init)
		*init = setup.init_task;
	return lab;
}
