// SPDX-License-Identifier: GPL-2.0
/*
 * find [hit|miss|skewed|several]: from a number to its pid, or to none. Misses
 * are free numbers between taken ones. Skewed: four of five are for each 64th
 * pid. Several: hits that do not wait for each other, as all others do.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "bench.h"

/* Each of them is a task: more would take more memory than the rest together. */
#define MOST_REAL 1000

static int look_up(void *self, unsigned int n, unsigned int seat)
{
	struct bench_index *index = self;
	unsigned int at = index->pos[seat], part;

	while (n) {
		part = min3(n, BENCH_KEYS - at, BENCH_PART);
		rcu_read_lock();
		index->ops->find(index, index->keys + at, part, index->chain);
		rcu_read_unlock();
		at = (at + part) % BENCH_KEYS;
		n -= part;
	}
	index->pos[seat] = at;
	return 0;
}

static noinline int find_nothing(const int *nr, unsigned int n)
{
	const void *last = NULL;
	int found = 0;

	while (n--) {
		last = (const void *)((unsigned long)bench_after(last, *nr++, true) * 2);
		OPTIMIZER_HIDE_VAR(last);
		found += !!last;
	}
	return found;
}

/* What is not the look-up: the loop, the numbers, the read sides. */
static int look_at_nothing(void *self, unsigned int n, unsigned int seat)
{
	struct bench_index *index = self;
	unsigned int at = index->pos[seat], part;
	int found = 0;

	while (n) {
		part = min3(n, BENCH_KEYS - at, BENCH_PART);
		rcu_read_lock();
		found += find_nothing(index->keys + at, part);
		rcu_read_unlock();
		at = (at + part) % BENCH_KEYS;
		n -= part;
	}
	index->pos[seat] = at;
	return found ? 0 : -ENOENT;
}

/**
 * struct real - pids of the running kernel
 * @thread: one that never runs
 * @nr: numbers to look up
 * @count: length of both
 * @at: the next look-up
 */
struct real {
	struct task_struct *thread[MOST_REAL];
	int nr[MOST_REAL];
	unsigned int count;
	unsigned int at;
};

static int never(void *unused)
{
	return 0;
}

static void close_real(struct real *real)
{
	unsigned int i;

	for (i = 0; real && i < real->count; i++)
		kthread_stop(real->thread[i]);
	kvfree(real);
}

/* Threads that are made and never woken: each has a pid like any task. */
static struct real *open_real(void)
{
	struct real *real = kvzalloc(sizeof(*real), GFP_KERNEL);
	struct rnd_state random;
	unsigned int i;

	if (!real)
		return NULL;
	for (i = 0; i < MOST_REAL; i++) {
		real->thread[i] = kthread_create(never, NULL, "pidlab_real");
		if (IS_ERR(real->thread[i])) {
			close_real(real);
			return NULL;
		}
		real->count++;
	}
	prandom_seed_state(&random, 1);
	for (i = 0; i < MOST_REAL; i++)
		real->nr[i] = task_pid_nr(real->thread[prandom_u32_state(&random) % MOST_REAL]);
	return real;
}

/* As the callers of the kernel do: in the namespace of the caller. */
static int look_up_real(void *self, unsigned int n, unsigned int seat)
{
	struct real *real = self;
	const void *last = NULL;
	unsigned int part;

	while (n) {
		part = min(n, BENCH_PART);
		n -= part;
		rcu_read_lock();
		while (part-- && (last = find_vpid(bench_after(last, real->nr[real->at], true))))
			real->at = real->at + 1 < MOST_REAL ? real->at + 1 : 0;
		rcu_read_unlock();
		if (!last)
			return -ESRCH;
	}
	return 0;
}

static bool wants_real(const struct bench_args *args)
{
	return args->live <= MOST_REAL && !args->cpus && !strcmp(args->variant, "hit");
}

static struct bench_index *open_index(const struct bench_args *args,
				      const struct bench_index_ops *ops)
{
	struct bench_index *index = ops->open(ops, 0);
	unsigned int seat;
	int error;

	if (IS_ERR(index))
		return index;
	error = bench_fill(index, args->live) ?:
		bench_make_keys(index, strcmp(args->variant, "miss"),
				!strcmp(args->variant, "skewed"));
	index->chain = strcmp(args->variant, "several");
	for (seat = 0; seat < BENCH_MOST_SEATS; seat++)
		index->pos[seat] = seat * (BENCH_KEYS / BENCH_MOST_SEATS);
	if (!error)
		return index;
	bench_close(index);
	return ERR_PTR(error);
}

/**
 * bench_find() - the measure
 * @args: @args->live pids in each index
 *
 * Return: 0 or a negative errno.
 */
int bench_find(const struct bench_args *args)
{
	struct bench_contender contenders[BENCH_MOST_CONTENDERS] = {};
	const struct bench_index_ops *ops;
	unsigned int count = 0, more = 0, place;
	struct real *real = NULL;
	int error = 0;

	for (place = 0; (ops = bench_index_of(place)) && !error; place++) {
		if (ops->alias)
			continue;
		contenders[count] = (struct bench_contender){
			.name = ops->name, .body = look_up, .self = open_index(args, ops),
		};
		error = PTR_ERR_OR_ZERO(contenders[count].self);
		count += !error;
	}
	if (!error && strcmp(args->variant, "several")) {
		contenders[count] = (struct bench_contender){
			.name = "loop", .body = look_at_nothing, .self = contenders[0].self,
		};
		more++;
	}
	if (!error && wants_real(args)) {
		real = open_real();
		error = real ? 0 : -ENOMEM;
		contenders[count + more++] = (struct bench_contender){
			.name = "kernel", .body = look_up_real, .self = real,
		};
	} else if (!error && args->live > MOST_REAL) {
		bench_absent(args, "kernel", "it would take a task for each pid");
	}
	if (!error)
		error = bench_run(args, contenders, count + more);
	close_real(real);
	while (count)
		bench_close(contenders[--count].self);
	return error;
}
