// SPDX-License-Identifier: GPL-2.0
/* Rounds: each contender in turn, timed; and what there is to say about them. */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "bench.h"

#define FIRST_OPS 64
#define MOST_OPS  (1U << 20)
#define CHUNK	  64 /* operations between two looks at the clock */
#define TRIES	  3 /* of a sample; the best counts, since what disturbs only adds */

/* One timing: @ops operations in @ns. */
struct sample {
	u64 ns;
	u64 ops;
};

/* What one leaves to be freed is not to hold up the next. */
static void settle(const struct bench_contender *c)
{
	if (c->defers)
		rcu_barrier();
}

static int once(struct bench_contender *c, unsigned int n, struct sample *sample)
{
	u64 start = ktime_get_ns();
	int error = c->body(c->self, n, 0);

	sample->ns = ktime_get_ns() - start;
	sample->ops = n;
	settle(c);
	return error;
}

/* How many operations fill a sample; finding out warms everything up as well. */
static int calibrate(struct bench_contender *c, unsigned int sample_ns, unsigned int *ops)
{
	struct sample sample;
	unsigned int n = FIRST_OPS;
	int error;

	for (;;) {
		error = once(c, n, &sample);
		if (error)
			return error;
		if (sample.ns >= sample_ns / 4 || n >= MOST_OPS)
			break;
		n *= 2;
	}
	*ops = clamp_t(u64, div64_u64((u64)n * sample_ns, sample.ns + 1), 1, MOST_OPS);
	return 0;
}

/**
 * struct seat - a thread that runs a contender's loop
 * @c: whose
 * @number: which of the threads
 * @go: all begin together
 * @until: when to end, by the clock
 * @ops: how many it did
 * @error: why it ended
 * @finished: it has ended
 */
struct seat {
	struct bench_contender *c;
	unsigned int number;
	struct completion go;
	u64 until;
	u64 ops;
	int error;
	struct completion finished;
};

static int sit(void *data)
{
	struct seat *seat = data;

	wait_for_completion(&seat->go);
	/* Once at least: on a busy machine its turn may come when the time is over. */
	do {
		seat->error = seat->c->body(seat->c->self, CHUNK, seat->number);
		seat->ops += CHUNK;
	} while (!seat->error && ktime_get_ns() < seat->until);
	complete(&seat->finished);
	return 0;
}

static struct task_struct *seated(struct seat *seat, unsigned int cpu)
{
	struct task_struct *thread = kthread_create(sit, seat, "pidlab_bench/%u", cpu);

	if (IS_ERR(thread))
		return thread;
	kthread_bind(thread, cpu);
	wake_up_process(thread);
	return thread;
}

/* All of @count threads at once; the sample is what they did together. */
static int together(struct bench_contender *c, unsigned int count, unsigned int sample_ns,
		    struct sample *sample)
{
	struct seat *seats = kcalloc(count, sizeof(*seats), GFP_KERNEL);
	unsigned int i = 0, cpu, started = 0;
	struct task_struct *thread;
	u64 start;
	int error = seats ? 0 : -ENOMEM;

	if (error)
		return error;
	for_each_online_cpu(cpu) {
		if (started == count)
			break;
		seats[started] = (struct seat){ .c = c, .number = started };
		init_completion(&seats[started].go);
		init_completion(&seats[started].finished);
		thread = seated(&seats[started], cpu);
		if (IS_ERR(thread)) {
			error = PTR_ERR(thread);
			break;
		}
		started++;
	}
	start = ktime_get_ns();
	for (i = 0; i < started; i++) {
		seats[i].until = error ? 0 : start + sample_ns;
		complete(&seats[i].go);
	}
	*sample = (struct sample){};
	for (i = 0; i < started; i++) {
		wait_for_completion(&seats[i].finished);
		sample->ops += seats[i].ops;
		error = error ?: seats[i].error;
	}
	sample->ns = ktime_get_ns() - start;
	kfree(seats);
	settle(c);
	return error;
}

static int best(struct bench_contender *c, unsigned int n, struct sample *sample)
{
	struct sample again;
	unsigned int i;
	int error = once(c, n, sample);

	for (i = 1; i < TRIES && !error; i++) {
		error = once(c, n, &again);
		if (again.ns < sample->ns)
			*sample = again;
	}
	return error;
}

static int rounds(const struct bench_args *args, struct bench_contender *contenders,
		  unsigned int count, const unsigned int *ops, struct sample *samples)
{
	unsigned int round, turn, i;
	int error = 0;

	for (round = 0; round < args->rounds && !error; round++) {
		/* Who was before whom changes with the round. */
		for (turn = 0; turn < count && !error; turn++) {
			i = (round + turn) % count;
			cond_resched();
			if (args->cpus) {
				error = together(&contenders[i], args->cpus, args->sample_ns,
						 &samples[i * args->rounds + round]);
				continue;
			}
			error = best(&contenders[i], ops[i], &samples[i * args->rounds + round]);
		}
	}
	return error;
}

static void begin_line(const struct bench_args *args, const char *name)
{
	bench_say("{\"measure\":\"%s\",\"variant\":\"%s\"", args->measure, args->variant);
	bench_say(",\"live\":%u,\"depth\":%u,\"cpus\":%u", args->live, args->depth, args->cpus);
	bench_say(",\"contender\":\"%s\"", name);
}

static void tell(const struct bench_args *args, const char *name, const struct sample *samples)
{
	unsigned int i;

	begin_line(args, name);
	for (i = 0; i < args->rounds; i++)
		bench_say("%s%llu", i ? "," : ",\"ns\":[", samples[i].ns);
	for (i = 0; i < args->rounds; i++)
		bench_say("%s%llu", i ? "," : "],\"ops\":[", samples[i].ops);
	bench_say("]}\n");
}

/**
 * bench_run() - run a measure, and tell the samples
 * @args: how
 * @contenders: who
 * @count: how many
 *
 * Context: sleeps.
 * Return: 0, or the first error of a contender.
 */
int bench_run(const struct bench_args *args, struct bench_contender *contenders,
	      unsigned int count)
{
	unsigned int ops[BENCH_MOST_CONTENDERS] = {}, i;
	struct sample *samples;
	int error = 0;

	if (!count)
		return 0;
	samples = kvcalloc((size_t)count * args->rounds, sizeof(*samples), GFP_KERNEL);
	if (!samples)
		return -ENOMEM;
	for (i = 0; i < count && !args->cpus && !error; i++)
		error = calibrate(&contenders[i], args->sample_ns, &ops[i]);
	if (!error)
		error = rounds(args, contenders, count, ops, samples);
	for (i = 0; i < count && !error; i++)
		tell(args, contenders[i].name, &samples[i * args->rounds]);
	kvfree(samples);
	return error;
}

/**
 * bench_absent() - tell why somebody does not run a measure
 * @args: the measure
 * @name: who
 * @reason: in a few words
 */
void bench_absent(const struct bench_args *args, const char *name, const char *reason)
{
	begin_line(args, name);
	bench_say(",\"absent\":\"%s\"}\n", reason);
}

/**
 * bench_bytes() - tell an amount of memory
 * @args: what was measured
 * @name: whose
 * @bytes: how much
 * @of: for how many
 */
void bench_bytes(const struct bench_args *args, const char *name, u64 bytes, u64 of)
{
	begin_line(args, name);
	bench_say(",\"bytes\":%llu,\"of\":%llu}\n", bytes, of);
}
