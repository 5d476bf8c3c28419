// SPDX-License-Identifier: GPL-2.0
/*
 * ref find|first|deref|take: references to processes, in each generation and in
 * the running kernel.
 *
 * find: from a number to a counted struct pid. first: from a struct pid to a
 * counted task. deref: from a weak reference to a counted task; the kernel's
 * nearest is the same as first. take: a reference of a task, and back; weak in a
 * lab, a struct pid in the kernel.
 */
#include <linux/err.h>
#include <linux/pid.h>
#include <linux/sched/task.h>

#include "bench.h"
#include "generation.h"
#include "lab.h"
#include "object.h"
#include "op.h"
#include "pid.h"
#include "task.h"
#include "task_ref.h"

#define MOST_GENERATIONS 8

/* A task of a lab, and what leads to it. */
struct subject {
	struct pl_lab *lab;
	struct pl_task *task;
	struct pl_pid *pid;
	struct pl_tref *tref;
	int nr;
};

static int find(void *self, unsigned int n, unsigned int seat)
{
	struct subject *subject = self;

	while (n--)
		pl_pid_put(pl_pid_find_get(subject->nr, subject->lab->root_ns));
	return 0;
}

static int find_real(void *self, unsigned int n, unsigned int seat)
{
	int nr = task_pid_vnr(current);

	while (n--)
		put_pid(find_get_pid(nr));
	return 0;
}

static int first(void *self, unsigned int n, unsigned int seat)
{
	struct subject *subject = self;

	while (n--)
		pl_task_put(pl_pid_first_get(subject->pid, PIDLAB_TYPE_PID));
	return 0;
}

static int first_real(void *self, unsigned int n, unsigned int seat)
{
	struct pid *pid = task_pid(current);

	while (n--)
		put_task_struct(get_pid_task(pid, PIDTYPE_PID));
	return 0;
}

static int deref(void *self, unsigned int n, unsigned int seat)
{
	struct subject *subject = self;

	while (n--)
		pl_task_put(pl_tref_task(subject->lab, subject->tref));
	return 0;
}

static int take(void *self, unsigned int n, unsigned int seat)
{
	struct subject *subject = self;

	while (n--) {
		struct pl_ctx ctx = { .lab = subject->lab };

		pl_tref_put(subject->lab,
			    pl_tref_get_by_task(&ctx, subject->task, PIDLAB_TYPE_PID));
	}
	return 0;
}

static int take_real(void *self, unsigned int n, unsigned int seat)
{
	while (n--)
		put_pid(get_task_pid(current, PIDTYPE_PID));
	return 0;
}

static const struct variant {
	const char *name;
	int (*body)(void *self, unsigned int n, unsigned int seat);
	int (*real)(void *self, unsigned int n, unsigned int seat);
	bool needs_pids;
} variants[] = {
	{ "find", find, find_real, true },
	{ "first", first, first_real, true },
	{ "deref", deref, first_real },
	{ "take", take, take_real },
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

static int open_subject(struct subject *subject, const struct pl_generation *gen)
{
	struct pidlab_op fork = { .opcode = PIDLAB_OP_FORK };
	struct pl_lab *lab = bench_lab_open(gen->number, 0, &fork.arg[0]);
	struct pl_ctx ctx = { .lab = lab };

	if (IS_ERR(lab))
		return PTR_ERR(lab);
	subject->lab = lab;
	pl_op_run(lab, &fork);
	if (fork.error)
		return fork.error;
	subject->nr = fork.res[1];
	subject->task = pl_task_of(pl_object_get(lab, fork.res[0]));
	if (gen->has_pids)
		subject->pid = pl_pid_find_get(subject->nr, lab->root_ns);
	subject->tref = pl_tref_get_by_task(&ctx, subject->task, PIDLAB_TYPE_PID);
	return 0;
}

static void close_subject(struct subject *subject)
{
	if (subject->tref)
		pl_tref_put(subject->lab, subject->tref);
	pl_pid_put(subject->pid);
	if (subject->task)
		pl_task_put(subject->task);
	if (subject->lab)
		pl_lab_close(subject->lab);
}

/**
 * bench_ref() - the measure
 * @args: @args->variant
 *
 * Return: 0 or a negative errno.
 */
int bench_ref(const struct bench_args *args)
{
	struct bench_contender contenders[BENCH_MOST_CONTENDERS] = {};
	const struct variant *variant = variant_of(args->variant);
	struct subject subjects[MOST_GENERATIONS] = {};
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
			.name = gen->name, .body = variant->body, .self = &subjects[count],
		};
		error = open_subject(&subjects[count++], gen);
	}
	contenders[count] = (struct bench_contender){ .name = "kernel" };
	if (!error) {
		contenders[count].body = variant->real;
		error = bench_run(args, contenders, count + 1);
	}
	while (count)
		close_subject(&subjects[--count]);
	return error;
}
