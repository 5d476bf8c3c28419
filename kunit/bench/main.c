// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/pidlab_bench: what is written there is run, what it came to
 * is read. "find hit live=1000 rounds=15" and so on; see parse() for the words.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "bench.h"

#define ROOM (1U << 20)

static struct dentry *entry;
static DEFINE_MUTEX(running);

/* What the latest measure said; under @running. */
static char *said;
static size_t length;

/**
 * bench_say() - add to the results
 * @format: as printf
 *
 * What does not fit is cut off, which makes a line that nobody can read.
 */
void bench_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	length += vscnprintf(said + length, ROOM - length, format, args);
	va_end(args);
}

static const struct {
	const char *name;
	int (*run)(const struct bench_args *args);
} measures[] = {
	{ "find", bench_find },
	{ "alloc", bench_alloc },
	{ "memory", bench_memory },
	{ "lab", bench_lab },
	{ "ref", bench_ref },
};

static int take_number(struct bench_args *args, const char *name, const char *value)
{
	const struct {
		const char *name;
		unsigned int *number;
		unsigned int min, max;
	} numbers[] = {
		{ "live", &args->live, 1, 4194303 },
		{ "depth", &args->depth, 0, BENCH_MOST_DEPTH },
		{ "rounds", &args->rounds, 1, BENCH_MOST_ROUNDS },
		{ "sample_ns", &args->sample_ns, 1000, 1000000000 },
		{ "cpus", &args->cpus, 0, num_online_cpus() },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(name, numbers[i].name))
			continue;
		if (kstrtouint(value, 10, numbers[i].number))
			return -EINVAL;
		if (*numbers[i].number < numbers[i].min || *numbers[i].number > numbers[i].max)
			return -ERANGE;
		return 0;
	}
	return -EINVAL;
}

/* MEASURE [VARIANT] [NAME=NUMBER]... */
static int parse(char *text, struct bench_args *args)
{
	char *word, *value;
	int error = 0;

	*args = (struct bench_args){ .live = 1000, .rounds = 15, .sample_ns = 1000000 };
	while (!error && (word = strsep(&text, "\n "))) {
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (value)
			error = take_number(args, word, value);
		else if (*word && !*args->measure)
			strscpy(args->measure, word);
		else if (*word)
			strscpy(args->variant, word);
	}
	return error;
}

static int run(char *text)
{
	struct bench_args args;
	int error = parse(text, &args);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(measures) && !error; i++) {
		if (!strcmp(args.measure, measures[i].name))
			return measures[i].run(&args);
	}
	return error ?: -ENOENT;
}

static ssize_t bench_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	char *text = memdup_user_nul(from, min_t(size_t, size, PAGE_SIZE));
	int error;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&running);
	length = 0;
	*said = '\0';
	error = run(text);
	mutex_unlock(&running);
	kfree(text);
	return error ?: size;
}

static ssize_t bench_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	ssize_t done;

	mutex_lock(&running);
	done = simple_read_from_buffer(to, size, pos, said, length);
	mutex_unlock(&running);
	return done;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.read = bench_read,
	.write = bench_write,
	.llseek = default_llseek,
};

static int __init bench_init(void)
{
	int error;

	said = kvzalloc(ROOM, GFP_KERNEL);
	if (!said)
		return -ENOMEM;
	error = bench_bare_init();
	if (error) {
		kvfree(said);
		return error;
	}
	bench_lab_init();
	entry = debugfs_create_file("pidlab_bench", 0600, NULL, NULL, &fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(entry);
	rcu_barrier();
	bench_bare_exit();
	kvfree(said);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Benchmarks of the laboratory for process identity");
MODULE_LICENSE("GPL");
