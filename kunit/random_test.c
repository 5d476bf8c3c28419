// SPDX-License-Identifier: GPL-2.0
/* Random instructions, by one thread and by several at once on one lab. */
#include <linux/kthread.h>
#include <linux/prandom.h>

#include "world.h"

#define IDS	256
#define THREADS 3

/**
 * struct chaos - a lab and the ids that its instructions choose from
 * @lab: the lab
 * @id: ids that were results lately; written and read without order
 */
struct chaos {
	struct pl_lab *lab;
	u64 id[IDS];
};

/**
 * struct actor - a thread that runs random instructions
 * @chaos: where
 * @rnd: its dice
 * @count: how many instructions
 * @successes: how many of them succeeded
 * @strange: an error that no operation may give, or 0
 * @finished: it is through
 * @thread: the thread
 */
struct actor {
	struct chaos *chaos;
	struct rnd_state rnd;
	unsigned int count;
	unsigned int successes;
	int strange;
	struct completion finished;
	struct task_struct *thread;
};

static u32 dice(struct actor *actor, u32 sides)
{
	return prandom_u32_state(&actor->rnd) % sides;
}

/* An id of this kind, if one turns up soon; any other, or none, if not. */
static u64 any_id(struct actor *actor, enum pidlab_object kind)
{
	u64 id = actor->chaos->lab->init_id;
	int tries;

	if (kind == PIDLAB_OBJECT_TASK && !dice(actor, 4))
		return id;
	for (tries = 0; tries < 40; tries++) {
		id = READ_ONCE(actor->chaos->id[dice(actor, IDS)]);
		if (pl_id_kind(id) == kind)
			break;
	}
	return id;
}

static u64 any_operand(struct actor *actor, unsigned int kind)
{
	switch (kind) {
	case PIDLAB_ARG_TASK:
		return any_id(actor, PIDLAB_OBJECT_TASK);
	case PIDLAB_ARG_PID:
		return any_id(actor, PIDLAB_OBJECT_PID);
	case PIDLAB_ARG_OWNER:
		return any_id(actor, dice(actor, 2) ? PIDLAB_OBJECT_TASK : PIDLAB_OBJECT_PID);
	case PIDLAB_ARG_NEXT:
		return dice(actor, 3) ? any_id(actor, PIDLAB_OBJECT_TASK) : 0;
	case PIDLAB_ARG_CPU:
		return dice(actor, 4);
	case PIDLAB_ARG_REF:
		return any_id(actor, PIDLAB_OBJECT_REF);
	case PIDLAB_ARG_NS:
		return dice(actor, 2) ? any_id(actor, PIDLAB_OBJECT_NS) : 0;
	case PIDLAB_ARG_NR:
		return dice(actor, 100);
	case PIDLAB_ARG_SELF:
		return dice(actor, 3) ? dice(actor, 100) : 0;
	case PIDLAB_ARG_TID:
		return dice(actor, 8) ? 0 : dice(actor, 100);
	case PIDLAB_ARG_SELECT:
		return dice(actor, 4) ? dice(actor, 100) : -(s64)dice(actor, 100);
	case PIDLAB_ARG_COUNT:
		return dice(actor, 320);
	case PIDLAB_ARG_TYPE:
		return dice(actor, PIDLAB_TYPE_COUNT);
	case PIDLAB_ARG_SIG:
		return dice(actor, 2) ? 9 : 0;
	case PIDLAB_ARG_CODE:
		return dice(actor, 256);
	case PIDLAB_ARG_CONTAINER:
		return any_id(actor, PIDLAB_OBJECT_CONTAINER);
	case PIDLAB_ARG_SUBSYS:
		return dice(actor, 3) ? BIT(dice(actor, PIDLAB_SUBSYS_COUNT)) :
					1 + dice(actor, PIDLAB_SUBSYS_MASK);
	case PIDLAB_ARG_FILE:
		return 1 + dice(actor, PIDLAB_FILE_VETO_FORK);
	case PIDLAB_ARG_VALUE:
		return dice(actor, 3) ? dice(actor, 2) : dice(actor, 100);
	default:
		return 0;
	}
}

/* Half of them forks, so that there is always somebody to act and to die. */
static struct pidlab_op any_op(struct actor *actor)
{
	const struct world_row *row = &world_rows[dice(actor, world_nr_rows)];
	struct pidlab_op op = {};
	int i;

	if (row->opcode == PIDLAB_OP_GP || !dice(actor, 3))
		row = &world_rows[0];
	op.opcode = row->opcode;
	op.flags = dice(actor, 3) ? 0 : dice(actor, 64) & row->flags;
	op.fail_nth = dice(actor, 10) ? 0 : 1 + dice(actor, 6);
	for (i = 0; i < PIDLAB_OP_ARGS; i++)
		op.arg[i] = any_operand(actor, row->operand[i]);
	/* Somebody has to survive: the first task stays alone in its process. */
	if (op.arg[0] == actor->chaos->lab->init_id) {
		op.flags &= ~PIDLAB_F_THREAD;
		if (op.opcode == PIDLAB_OP_EXIT)
			op.arg[0] = 0;
	}
	return op;
}

static bool is_promised(int error)
{
	static const int promised[] = {
		0, -EOPNOTSUPP, -EINVAL, -EBADF, -ESRCH, -EAGAIN, -ENOSPC, -EEXIST,
		-ENOMEM, -EINTR, -ECHILD, -EPERM, -EACCES, -EBUSY,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(promised); i++) {
		if (error == promised[i])
			return true;
	}
	return false;
}

/* What is gone makes room. */
static void forget(struct actor *actor, u64 id)
{
	int i;

	for (i = 1; i < IDS; i++) {
		if (READ_ONCE(actor->chaos->id[i]) == id)
			WRITE_ONCE(actor->chaos->id[i], 0);
	}
}

static void remember(struct actor *actor, const struct pidlab_op *op)
{
	int i;

	if (op->error == -ESRCH)
		forget(actor, op->arg[0]);
	for (i = 0; i < 2; i++) {
		/* Ids are above all numbers and counts that turn up here. */
		if (!op->error && pl_id_kind(op->res[i]) && op->opcode != PIDLAB_OP_READ &&
		    op->res[i] >> PIDLAB_ID_KIND_BITS)
			WRITE_ONCE(actor->chaos->id[1 + dice(actor, IDS - 1)], op->res[i]);
	}
	if (!is_promised(op->error))
		actor->strange = op->error;
	actor->successes += !op->error;
}

static struct chaos *make_chaos(struct kunit *test)
{
	struct chaos *chaos = kunit_kzalloc(test, sizeof(*chaos), GFP_KERNEL);
	struct pidlab_setup setup = LAB_SETUP;

	KUNIT_ASSERT_NOT_NULL(test, chaos);
	LAB_SET(&setup, TASK_PAYLOAD, 64);
	LAB_SET(&setup, PID_MAX, 301);
	LAB_SET(&setup, MAX_TASKS, 200);
	LAB_SET(&setup, MAX_REFS, 200);
	LAB_SET(&setup, MAX_NS, 20);
	chaos->lab = lab_open_setup(test, &setup);
	chaos->id[0] = chaos->lab->init_id;
	return chaos;
}

static void init_actor(struct actor *actor, struct chaos *chaos, unsigned int seed,
		       unsigned int count)
{
	actor->chaos = chaos;
	actor->count = count;
	actor->successes = 0;
	actor->strange = 0;
	prandom_seed_state(&actor->rnd, seed);
	init_completion(&actor->finished);
}

/* Digest and check after each instruction; what failed has changed nothing. */
static void x5_a_failed_instruction_changes_nothing(struct kunit *test)
{
	struct chaos *chaos = make_chaos(test);
	struct actor *actor = kunit_kzalloc(test, sizeof(*actor), GFP_KERNEL);
	struct pidlab_op op;
	u64 before, after;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, actor);
	init_actor(actor, chaos, 20060223, 300);
	before = lab_digest(chaos->lab);
	for (i = 0; i < actor->count; i++) {
		op = lab_run(chaos->lab, any_op(actor));
		remember(actor, &op);
		after = lab_digest(chaos->lab);
		if (op.error)
			KUNIT_ASSERT_EQ_MSG(test, after, before, "%u. instruction, opcode %u: %d",
					    i, op.opcode, op.error);
		before = after;
	}
	KUNIT_EXPECT_EQ(test, actor->strange, 0);
	KUNIT_EXPECT_GT(test, actor->successes, actor->count / 20);
}

static void one_thread_leaves_the_lab_in_order(struct kunit *test)
{
	struct chaos *chaos = make_chaos(test);
	struct actor *actor = kunit_kzalloc(test, sizeof(*actor), GFP_KERNEL);
	struct pidlab_op op;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, actor);
	init_actor(actor, chaos, 4, 5000);
	for (i = 0; i < actor->count; i++) {
		op = lab_run(chaos->lab, any_op(actor));
		remember(actor, &op);
		if (i % 1000 == 999)
			EXPECT_CLEAN(test, chaos->lab);
	}
	KUNIT_EXPECT_EQ(test, actor->strange, 0);
	kunit_info(test, "%u of %u succeeded", actor->successes, actor->count);
	KUNIT_EXPECT_GT(test, actor->successes, actor->count / 20);
}

static int run_actor(void *data)
{
	struct actor *actor = data;
	unsigned int i;

	for (i = 0; i < actor->count && !kthread_should_stop(); i++) {
		struct pidlab_op op = any_op(actor);

		pl_op_run(actor->chaos->lab, &op);
		remember(actor, &op);
	}
	complete(&actor->finished);
	lab_wait_for_stop();
	return 0;
}

static void start_actor(struct actor *actor)
{
	actor->thread = kthread_run(run_actor, actor, "pidlab_actor");
	if (IS_ERR(actor->thread))
		complete(&actor->finished);
}

static void stop_actor(struct actor *actor)
{
	wait_for_completion(&actor->finished);
	if (!IS_ERR(actor->thread))
		kthread_stop(actor->thread);
}

static void threads_leave_the_lab_in_order(struct kunit *test)
{
	struct chaos *chaos = make_chaos(test);
	struct actor *actors = kunit_kcalloc(test, THREADS, sizeof(*actors), GFP_KERNEL);
	struct pl_findings found = {};
	unsigned int violations = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, actors);
	for (i = 0; i < THREADS; i++)
		init_actor(&actors[i], chaos, i + 1, 1500);
	for (i = 0; i < THREADS; i++)
		start_actor(&actors[i]);
	/* From here to the last stop nothing may assert. */
	while (!completion_done(&actors[0].finished)) {
		if (!lab_find(chaos->lab, &found))
			violations += found.count;
		lab_run(chaos->lab, OP(GP, 0));
	}
	for (i = 0; i < THREADS; i++)
		stop_actor(&actors[i]);
	KUNIT_EXPECT_EQ(test, violations, 0u);
	for (i = 0; i < THREADS; i++) {
		KUNIT_EXPECT_FALSE(test, IS_ERR(actors[i].thread));
		KUNIT_EXPECT_EQ(test, actors[i].strange, 0);
		kunit_info(test, "%u of %u succeeded", actors[i].successes, actors[i].count);
		KUNIT_EXPECT_GT(test, actors[i].successes, actors[i].count / 20);
	}
	EXPECT_CLEAN(test, chaos->lab);
}

static struct kunit_case random_cases[] = {
	LAB_CASE(x5_a_failed_instruction_changes_nothing),
	LAB_CASE(one_thread_leaves_the_lab_in_order),
	LAB_CASE(threads_leave_the_lab_in_order),
	{}
};

static struct kunit_suite random_suite = {
	.name = "pidlab_random",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = random_cases,
};
kunit_test_suite(random_suite);
