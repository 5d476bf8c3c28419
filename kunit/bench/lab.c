// SPDX-License-Identifier: GPL-2.0
/*
 * lab task|pid|attach|transfer: what a lab does as a whole, its account and ids
 * included, in each generation.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "bench.h"
#include "generation.h"
#include "lab.h"
#include "object.h"
#include "op.h"
#include "pid.h"
#include "task.h"
#include "who.h"

#define MOST_GENERATIONS 8

/* A lab of some generation; @other is the only child of its first task, @init. */
struct world {
	struct pl_lab *lab;
	u64 init_id;
	struct pl_task *init;
	struct pl_task *other;
};

static int run_op(struct pl_lab *lab, struct pidlab_op *op)
{
	pl_op_run(lab, op);
	return op->error;
}

/* A fork, the exit of the child, and its parent reaps it. */
static int task(void *self, unsigned int n, unsigned int seat)
{
	struct world *world = self;
	int error = 0;

	while (n-- && !error) {
		struct pidlab_op fork = { .opcode = PIDLAB_OP_FORK, .arg = { world->init_id } };
		struct pidlab_op exit = { .opcode = PIDLAB_OP_EXIT };
		struct pidlab_op reap = { .opcode = PIDLAB_OP_REAP };

		error = run_op(world->lab, &fork);
		exit.arg[0] = fork.res[0];
		reap.arg[0] = fork.res[0];
		error = error ?: run_op(world->lab, &exit) ?: run_op(world->lab, &reap);
	}
	return error;
}

/* A struct pid that no task comes to use. */
static int pid(void *self, unsigned int n, unsigned int seat)
{
	struct world *world = self;

	while (n--) {
		struct pl_ctx ctx = { .lab = world->lab };
		struct pl_pid *pid = pl_pid_alloc(&ctx, world->lab->root_ns, NULL);

		if (IS_ERR(pid))
			return PTR_ERR(pid);
		pl_pid_free(world->lab, pid);
	}
	return 0;
}

/* Out of a session and back into it. */
static int attach(void *self, unsigned int n, unsigned int seat)
{
	struct world *world = self;

	while (n--) {
		pl_write_lock(&world->lab->tasklist_lock);
		pl_task_detach(world->other, PIDLAB_TYPE_SID);
		pl_task_attach(world->other, PIDLAB_TYPE_SID,
			       pl_task_own(world->init, PIDLAB_TYPE_SID));
		pl_write_unlock(&world->lab->tasklist_lock);
	}
	return 0;
}

/* One takes the other's place; and back, so that all is as before. */
static int transfer(void *self, unsigned int n, unsigned int seat)
{
	struct world *world = self;
	struct pl_task *from = world->init, *to = world->other;
	unsigned int i;

	n += n % 2;
	pl_write_lock(&world->lab->tasklist_lock);
	pl_task_detach(to, PIDLAB_TYPE_SID);
	pl_write_unlock(&world->lab->tasklist_lock);
	for (i = 0; i < n; i++) {
		pl_write_lock(&world->lab->tasklist_lock);
		pl_task_transfer(from, to, PIDLAB_TYPE_SID);
		pl_write_unlock(&world->lab->tasklist_lock);
		swap(from, to);
	}
	pl_write_lock(&world->lab->tasklist_lock);
	pl_task_attach(to, PIDLAB_TYPE_SID, pl_task_own(from, PIDLAB_TYPE_SID));
	pl_write_unlock(&world->lab->tasklist_lock);
	return 0;
}

static const struct variant {
	const char *name;
	int (*body)(void *self, unsigned int n, unsigned int seat);
	bool needs_pids;
} variants[] = {
	{ "task", task },
	{ "pid", pid, true },
	{ "attach", attach },
	{ "transfer", transfer },
};

static const struct variant *variant_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(variants); i++) {
		if (!strcmp(name, variants[i].name))
			return &variants[i];
	}
	return NULL;
}

static int open_world(struct world *world, unsigned int generation)
{
	struct pidlab_op fork = { .opcode = PIDLAB_OP_FORK };
	int error;

	world->lab = bench_lab_open(generation, 0, &world->init_id);
	if (IS_ERR(world->lab)) {
		error = PTR_ERR(world->lab);
		world->lab = NULL;
		return error;
	}
	fork.arg[0] = world->init_id;
	error = run_op(world->lab, &fork);
	if (error)
		return error;
	world->init = pl_task_of(pl_object_get(world->lab, world->init_id));
	world->other = pl_task_of(pl_object_get(world->lab, fork.res[0]));
	return 0;
}

static void close_world(struct world *world)
{
	if (world->init)
		pl_task_put(world->init);
	if (world->other)
		pl_task_put(world->other);
	if (world->lab)
		pl_lab_close(world->lab);
}

/**
 * bench_lab() - the measure
 * @args: @args->variant
 *
 * Return: 0 or a negative errno.
 */
int bench_lab(const struct bench_args *args)
{
	struct bench_contender contenders[BENCH_MOST_CONTENDERS] = {};
	const struct variant *variant = variant_of(args->variant);
	struct world worlds[MOST_GENERATIONS] = {};
	const struct pl_generation *gen;
	unsigned int count = 0, number;
	int error = variant ? 0 : -EINVAL;

	for (number = 0; number < MOST_GENERATIONS && !error; number++) {
		gen = pl_generation_find(number);
		if (!gen)
			continue;
		if (variant->needs_pids && !gen->has_pids) {
			bench_absent(args, gen->name, "it has no struct pid");
			continue;
		}
		contenders[count] = (struct bench_contender){
			.name = gen->name, .body = variant->body, .self = &worlds[count],
		};
		error = open_world(&worlds[count++], number);
	}
	if (!error)
		error = bench_run(args, contenders, count);
	while (count)
		close_world(&worlds[--count]);
	return error;
}
