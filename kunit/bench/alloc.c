// SPDX-License-Identifier: GPL-2.0
/*
 * alloc empty|dense|full: a pid with its numbers, found by them, and gone again.
 * empty: nobody else has a number nearby. dense: fifteen of sixteen are taken.
 * full: all but one, so that each search begins behind the only free number.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"
#include "pidmap.h"

static int churn(void *self, unsigned int n, unsigned int seat)
{
	struct bench_index *index = self;

	return index->ops->churn(index, n);
}

/* Room for as many numbers as there are pids, and the free ones between. */
static int make_dense(struct bench_index *index, const struct bench_args *args)
{
	int error = bench_fill(index, args->live);

	if (!error)
		index->ops->set_max(index, max(index->nr[index->nr_live - 1], PL_PID_MAX_MIN));
	return error;
}

/* The first number is the first task's, or stands for it. */
static int make_full(struct bench_index *index, const struct bench_args *args)
{
	int nr, last = 0, max = args->live + 1;

	index->ops->set_max(index, max);
	while ((nr = index->ops->take(index)) > 0) {
		last = nr;
		index->full = max;
		if (!(nr % 1024))
			cond_resched();
	}
	if (!last || (nr != -EAGAIN && nr != -ENOSPC && nr != -EBUSY))
		return nr;
	index->ops->give(index, max / 2);
	return 0;
}

static void undo_full(struct bench_index *index)
{
	int nr;

	for (nr = 2; nr < index->full; nr++) {
		if (nr != index->full / 2)
			index->ops->give(index, nr);
		if (!(nr % 1024))
			cond_resched();
	}
}

static struct bench_index *open_index(const struct bench_args *args,
				      const struct bench_index_ops *ops)
{
	struct bench_index *index = ops->open(ops, args->depth);
	int error = 0;

	if (IS_ERR(index))
		return index;
	if (!strcmp(args->variant, "dense"))
		error = make_dense(index, args);
	else if (!strcmp(args->variant, "full"))
		error = make_full(index, args);
	else if (strcmp(args->variant, "empty"))
		error = -EINVAL;
	if (!error)
		return index;
	if (index->full)
		undo_full(index);
	bench_close(index);
	return ERR_PTR(error);
}

/* One more who runs the loop. */
static int join(struct bench_contender *contenders, unsigned int *count,
		const struct bench_index_ops *ops, struct bench_index *index)
{
	if (IS_ERR(index))
		return PTR_ERR(index);
	contenders[(*count)++] = (struct bench_contender){
		.name = ops->name, .body = churn, .defers = true, .self = index,
	};
	return 0;
}

static int join_all(struct bench_contender *contenders, unsigned int *count,
		    const struct bench_args *args)
{
	static const struct bench_index_ops *const none[] = { &bench_object, &bench_object_now };
	const struct bench_index_ops *ops;
	unsigned int place;
	int error = 0;

	for (place = 0; (ops = bench_index_of(place)) && !error; place++) {
		if (ops->churn)
			error = join(contenders, count, ops, open_index(args, ops));
		else
			bench_absent(args, ops->name, "it has no numbers to give");
	}
	for (place = 0; place < ARRAY_SIZE(none) && !error; place++) {
		ops = none[place];
		error = join(contenders, count, ops, ops->open(ops, args->depth));
	}
	return error;
}

/**
 * bench_alloc() - the measure
 * @args: @args->live: pids there are (dense), or numbers (full); @args->depth
 *
 * Return: 0 or a negative errno.
 */
int bench_alloc(const struct bench_args *args)
{
	struct bench_contender contenders[BENCH_MOST_CONTENDERS] = {};
	unsigned int count = 0;
	int error;

	/* Below, numbers are not given again after the first time round. */
	if (!strcmp(args->variant, "full") && (args->live < 2 * PL_PID_MAX_MIN || args->depth))
		return -EINVAL;
	error = join_all(contenders, &count, args);
	if (!error)
		error = bench_run(args, contenders, count);
	while (count) {
		struct bench_index *index = contenders[--count].self;

		if (index->full)
			undo_full(index);
		bench_close(index);
	}
	return error;
}

/**
 * bench_memory() - memory that leads from numbers to pids
 * @args: @args->live of them, fifteen of sixteen numbers
 *
 * Return: 0 or a negative errno.
 */
int bench_memory(const struct bench_args *args)
{
	const struct bench_index_ops *ops;
	struct bench_index *index;
	unsigned int place;
	int error = 0;

	for (place = 0; (ops = bench_index_of(place)) && !error; place++) {
		if (ops->alias)
			continue;
		index = ops->open(ops, 0);
		if (IS_ERR(index))
			return PTR_ERR(index);
		error = bench_fill(index, args->live);
		if (!error)
			bench_bytes(args, ops->name, ops->bytes(index), args->live);
		bench_close(index);
	}
	return error;
}
