// SPDX-License-Identifier: GPL-2.0
#include "lab_helper.h"

#define MAX_LEFT (LAB_TEST_LABS * 8)

/*
 * A case that runs once for each generation is over after the last of them.
 * Until then the labs that it left open wait here: checking and closing them
 * together takes two grace periods in all, instead of two each.
 */
static struct pl_lab *left[MAX_LEFT];
static unsigned int nr_left;
static bool under_way;

/* The account of the whole module when the case began. */
static long objects_before[PL_MEM_COUNT];
static long bytes_before;
static long labs_before;

static const void *next_generation(const void *prev, char *desc, bool with_pids,
				   unsigned int depth)
{
	const struct pl_generation *gen = prev;
	unsigned int number;

	for (number = gen ? gen->number + 1 : 0; number < BITS_PER_TYPE(u32); number++) {
		gen = pl_generation_find(number);
		if (gen && gen->has_pids >= with_pids && gen->max_level >= depth) {
			strscpy(desc, gen->name, KUNIT_PARAM_DESC_SIZE);
			return gen;
		}
	}
	return NULL;
}

/**
 * lab_each_generation() - see LAB_CASE()
 * @prev: the generation before, or NULL
 * @desc: its name
 *
 * Return: the next generation, or NULL.
 */
const void *lab_each_generation(const void *prev, char *desc)
{
	return next_generation(prev, desc, false, 0);
}

/**
 * lab_each_with_pids() - see LAB_PID_CASE()
 * @prev: the generation before, or NULL
 * @desc: its name
 *
 * Return: the next generation that has struct pids, or NULL.
 */
const void *lab_each_with_pids(const void *prev, char *desc)
{
	return next_generation(prev, desc, true, 0);
}

/**
 * lab_each_nesting() - see LAB_NS_CASE()
 * @prev: the generation before, or NULL
 * @desc: its name
 *
 * Return: the next generation that has nested namespaces, or NULL.
 */
const void *lab_each_nesting(const void *prev, char *desc)
{
	return next_generation(prev, desc, true, 1);
}

static bool is_last_run(struct kunit *test)
{
	char desc[KUNIT_PARAM_DESC_SIZE];

	return !test->param_value || !lab_each_generation(test->param_value, desc);
}

/**
 * lab_test_bytes_before() - bytes of all labs when the case began
 *
 * Return: the bytes.
 */
long lab_test_bytes_before(void)
{
	return bytes_before;
}

/**
 * lab_test_objects_before() - live objects of all labs when the case began
 * @kind: of this kind
 *
 * Return: how many.
 */
long lab_test_objects_before(enum pl_mem kind)
{
	return objects_before[kind];
}

/**
 * lab_test_init() - a case begins
 * @test: the case
 *
 * Return: 0 or -ENOMEM.
 */
int lab_test_init(struct kunit *test)
{
	const struct pl_account *account = pl_mem_global();
	int kind;

	test->priv = kunit_kzalloc(test, sizeof(struct lab_test), GFP_KERNEL);
	if (!test->priv)
		return -ENOMEM;
	if (under_way)
		return 0;
	under_way = true;
	for (kind = 0; kind < PL_MEM_COUNT; kind++)
		objects_before[kind] = atomic_long_read(&account->objects[kind]);
	bytes_before = atomic_long_read(&account->total);
	labs_before = pl_lab_count();
	return 0;
}

static void expect_no_leaks(struct kunit *test)
{
	const struct pl_account *account = pl_mem_global();
	int kind;

	rcu_barrier();
	for (kind = 0; kind < PL_MEM_COUNT; kind++)
		KUNIT_EXPECT_EQ_MSG(test, atomic_long_read(&account->objects[kind]),
				    objects_before[kind], "leaked: %s", pl_mem_name(kind));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&account->total), bytes_before);
	KUNIT_EXPECT_EQ(test, pl_lab_count(), labs_before);
}

/**
 * lab_test_exit() - a case is over: check and close its labs, look for leaks
 * @test: the case
 */
void lab_test_exit(struct kunit *test)
{
	struct lab_test *self = test->priv;
	unsigned int i;

	if (!self)
		return;
	lab_unhook(test);
	for (i = 0; i < LAB_TEST_LABS; i++) {
		if (self->open[i] && nr_left < MAX_LEFT)
			left[nr_left++] = self->open[i];
	}
	if (!is_last_run(test))
		return;
	for (i = 0; i < nr_left; i++) {
		if (pl_lab_ready(left[i]))
			EXPECT_CLEAN(test, left[i]);
	}
	for (i = 0; i < nr_left; i++)
		pl_lab_close(left[i]);
	nr_left = 0;
	under_way = false;
	expect_no_leaks(test);
}

/**
 * lab_open_bare() - a lab without SETUP
 * @test: the case
 *
 * Return: the lab, closed with the case.
 */
struct pl_lab *lab_open_bare(struct kunit *test)
{
	struct lab_test *self = test->priv;
	struct pl_lab *lab;
	int i;

	for (i = 0; i < LAB_TEST_LABS && self->open[i]; i++)
		;
	KUNIT_ASSERT_LT(test, i, LAB_TEST_LABS);
	lab = pl_lab_create();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, lab);
	self->open[i] = lab;
	return lab;
}

/**
 * lab_open_setup() - a lab with these settings
 * @test: the case
 * @setup: the settings, without the generation
 *
 * Return: the lab, closed with the case.
 */
struct pl_lab *lab_open_setup(struct kunit *test, struct pidlab_setup *setup)
{
	const struct pl_generation *gen = test->param_value;
	struct pl_lab *lab = lab_open_bare(test);

	if (gen)
		LAB_SET(setup, GENERATION, gen->number);
	KUNIT_ASSERT_EQ(test, pl_lab_setup(lab, setup), 0);
	KUNIT_ASSERT_EQ(test, setup->init_task, lab->init_id);
	return lab;
}

/**
 * lab_open() - a lab with default settings, but tasks without a payload
 * @test: the case
 *
 * Return: the lab, closed with the case.
 */
struct pl_lab *lab_open(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	return lab_open_setup(test, &setup);
}

/**
 * lab_open_small() - as lab_open(), with the fewest numbers and buckets
 * @test: the case
 *
 * Return: the lab, closed with the case.
 */
struct pl_lab *lab_open_small(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, PID_MAX, 301);
	LAB_SET(&setup, HASH_BITS, 4);
	return lab_open_setup(test, &setup);
}

/**
 * lab_close() - close a lab before its case is over
 * @test: the case
 * @lab: a lab of the case
 */
void lab_close(struct kunit *test, struct pl_lab *lab)
{
	struct lab_test *self = test->priv;
	int i;

	for (i = 0; i < LAB_TEST_LABS; i++) {
		if (self->open[i] == lab)
			self->open[i] = NULL;
	}
	if (self->hooked == lab)
		lab_unhook(test);
	pl_lab_close(lab);
}

/**
 * lab_run() - run an instruction
 * @lab: where
 * @op: the instruction
 *
 * Return: the instruction with its results.
 */
struct pidlab_op lab_run(struct pl_lab *lab, struct pidlab_op op)
{
	pl_op_run(lab, &op);
	return op;
}

/**
 * lab_must() - see MUST()
 * @test: the case
 * @lab: where
 * @line: of the caller
 * @op: the instruction
 *
 * Return: its first result.
 */
u64 lab_must(struct kunit *test, struct pl_lab *lab, int line, struct pidlab_op op)
{
	pl_op_run(lab, &op);
	KUNIT_ASSERT_EQ_MSG(test, op.error, 0, "opcode %u at line %d", op.opcode, line);
	return op.res[0];
}

/**
 * lab_refused() - see REFUSED()
 * @test: the case
 * @lab: where
 * @line: of the caller
 * @error: negative errno
 * @op: the instruction
 */
void lab_refused(struct kunit *test, struct pl_lab *lab, int line, int error,
		 struct pidlab_op op)
{
	u64 before = lab_digest(lab);
	int i;

	memset(op.res, 0xff, sizeof(op.res));
	pl_op_run(lab, &op);
	KUNIT_EXPECT_EQ_MSG(test, (int)op.error, error, "opcode %u at line %d", op.opcode, line);
	for (i = 0; i < PIDLAB_OP_RESULTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, op.res[i], (u64)0, "opcode %u at line %d", op.opcode,
				    line);
	KUNIT_EXPECT_EQ_MSG(test, lab_digest(lab), before, "opcode %u at line %d", op.opcode,
			    line);
}
