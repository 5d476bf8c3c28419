// SPDX-License-Identifier: GPL-2.0
/* Each allocation of each operation fails once, and nothing is left of it. */
#include "world.h"

/* More than any operation allocates. */
#define ENOUGH 32

/* Everything that a failed operation gives back. */
struct holdings {
	long objects[PL_MEM_COUNT];
};

static void take_stock(struct pl_lab *lab, struct holdings *holdings)
{
	int kind;

	for (kind = 0; kind < PL_MEM_COUNT; kind++)
		holdings->objects[kind] = lab_objects(lab, kind);
}

static void expect_same(struct kunit *test, struct pl_lab *lab, const struct holdings *before,
			const struct pidlab_op *op)
{
	struct holdings now;
	int kind;

	pl_settle(lab);
	take_stock(lab, &now);
	for (kind = 0; kind < PL_MEM_COUNT; kind++) {
		/* These stay with the namespace and the pid that they are for. */
		if (kind == PL_MEM_PIDMAP || kind == PL_MEM_INDEX ||
		    kind == PL_MEM_PID_EXT)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, now.objects[kind], before->objects[kind],
				    "%s, opcode %u, allocation %u", pl_mem_name(kind), op->opcode,
				    op->fail_nth);
	}
}

/* Runs it with its 1st, 2nd, 3rd ... allocation failing, until it succeeds. */
static unsigned int fail_each(struct kunit *test, struct pl_lab *lab, struct pidlab_op op)
{
	struct holdings before;
	struct pidlab_op try;
	u64 digest = lab_digest(lab);

	take_stock(lab, &before);
	for (op.fail_nth = 1; op.fail_nth < ENOUGH; op.fail_nth++) {
		try = lab_run(lab, op);
		if (!try.error)
			break;
		KUNIT_EXPECT_EQ_MSG(test, (int)try.error, -ENOMEM, "opcode %u, allocation %u",
				    op.opcode, op.fail_nth);
		KUNIT_EXPECT_EQ_MSG(test, lab_digest(lab), digest, "opcode %u, allocation %u",
				    op.opcode, op.fail_nth);
		expect_same(test, lab, &before, &op);
		EXPECT_CLEAN(test, lab);
	}
	KUNIT_EXPECT_LT_MSG(test, op.fail_nth, ENOUGH, "opcode %u", op.opcode);
	EXPECT_CLEAN(test, lab);
	return op.fail_nth - 1;
}

static bool gives_the_sentinel(unsigned int opcode)
{
	return opcode == PIDLAB_OP_TREF || opcode == PIDLAB_OP_TREF_NR;
}

static void x8_each_allocation_of_each_operation(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	unsigned int i, opcode, failed;

	KUNIT_ASSERT_NOT_NULL(test, world);
	for (i = 0; i < world_nr_rows; i++) {
		opcode = world_rows[i].opcode;
		if (gives_the_sentinel(opcode))
			continue;
		world_make(test, world);
		if (world_lacks(world, opcode)) {
			lab_close(test, world->lab);
			continue;
		}
		failed = fail_each(test, world->lab, world_op(world, opcode));
		switch (opcode) {
		case PIDLAB_OP_FORK:
			/* task, group, id; where there is one: pid, id, number */
			KUNIT_EXPECT_GE(test, failed, world->lab->generation->has_pids ? 5u : 3u);
			break;
		case PIDLAB_OP_RESERVE:
			/* the set: itself, its array, its first page */
			KUNIT_EXPECT_GE(test, failed, 3u);
			break;
		case PIDLAB_OP_UNSHARE:
			/* object, cache and id at the least */
			KUNIT_EXPECT_GE(test, failed, 3u);
			break;
		case PIDLAB_OP_HOLD_TASK:
		case PIDLAB_OP_HOLD_PID:
		case PIDLAB_OP_DUP:
		case PIDLAB_OP_RCU_GET:
			KUNIT_EXPECT_EQ(test, failed, 2u);
			break;
		case PIDLAB_OP_MOUNT:
			/* container, id, one css */
			KUNIT_EXPECT_EQ(test, failed, 3u);
			break;
		case PIDLAB_OP_WATCH:
			/* watch, reference, id */
			KUNIT_EXPECT_EQ(test, failed, 3u);
			break;
		case PIDLAB_OP_MKDIR:
			/* container, id, two css */
			KUNIT_EXPECT_EQ(test, failed, 4u);
			break;
		default:
			KUNIT_EXPECT_EQ_MSG(test, failed, 0u, "opcode %u", opcode);
		}
		lab_close(test, world->lab);
	}
}

/* Without memory for a task_ref it is a reference to the sentinel (row a5). */
static void x8_each_allocation_of_a_task_ref(struct kunit *test)
{
	static const u16 opcodes[] = { PIDLAB_OP_TREF, PIDLAB_OP_TREF_NR };
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	unsigned int failed, sentinels;
	struct holdings before;
	struct pidlab_op op, try;
	u64 digest;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world_make(test, world);
	digest = lab_digest(world->lab);
	take_stock(world->lab, &before);
	for (i = 0; i < ARRAY_SIZE(opcodes); i++) {
		op = world_op(world, opcodes[i]);
		failed = 0;
		sentinels = 0;
		for (op.fail_nth = 1; op.fail_nth < ENOUGH; op.fail_nth++) {
			try = lab_run(world->lab, op);
			EXPECT_CLEAN(test, world->lab);
			if (!try.error)
				MUST(test, world->lab, PUT, 0, try.res[0]);
			if (!try.error && try.res[1])
				break;
			failed += try.error == -ENOMEM;
			sentinels += !try.error;
			expect_same(test, world->lab, &before, &op);
			KUNIT_EXPECT_EQ(test, lab_digest(world->lab), digest);
		}
		KUNIT_EXPECT_EQ(test, failed, 2u);
		/* The reference; and where there is a pid, the place on it. */
		KUNIT_EXPECT_EQ(test, sentinels, world->lab->generation->has_pids ? 2u : 1u);
	}
}

static void x8_each_allocation_of_a_fork_of_each_kind(struct kunit *test)
{
	static const u16 flags[] = {
		0, PIDLAB_F_THREAD, PIDLAB_F_PARENT, PIDLAB_F_NEWPID,
		PIDLAB_F_NEWPID | PIDLAB_F_PARENT,
	};
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	size_t i;
	u64 a;

	/* The payload is an allocation too. */
	LAB_SET(&setup, TASK_PAYLOAD, 100);
	lab = lab_open_setup(test, &setup);
	a = FORK(test, lab, lab->init_id);
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		fail_each(test, lab, OP(FORK, flags[i], a));
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 7L);
}

static void x8_each_allocation_of_a_fork_deep_inside(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = lab->init_id;
	int level;

	for (level = 0; level < 4; level++)
		task = FORK_NEWPID(test, lab, task);
	fail_each(test, lab, OP(FORK, 0, task));
	fail_each(test, lab, OP(FORK, PIDLAB_F_NEWPID, task));
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 6L);
}

static void x8_the_first_number_of_a_page(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	unsigned int failed;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, PID_MAX, 2 * PL_BITS_PER_PAGE);
	lab = lab_open_setup(test, &setup);
	/* Its page is an allocation too, and stays once it is made. */
	lab_set_last(lab->root_ns, PL_BITS_PER_PAGE - 1);
	failed = fail_each(test, lab, OP(FORK, 0, lab->init_id));
	lab_set_last(lab->root_ns, PL_BITS_PER_PAGE);
	KUNIT_EXPECT_EQ(test, fail_each(test, lab, OP(FORK, 0, lab->init_id)), failed - 1);
}

static struct kunit_case fault_cases[] = {
	LAB_CASE(x8_each_allocation_of_each_operation),
	LAB_CASE(x8_each_allocation_of_a_task_ref),
	LAB_NS_CASE(x8_each_allocation_of_a_fork_of_each_kind),
	LAB_NS_CASE(x8_each_allocation_of_a_fork_deep_inside),
	KUNIT_CASE(x8_the_first_number_of_a_page),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "pidlab_fault",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = fault_cases,
};
kunit_test_suite(fault_suite);
