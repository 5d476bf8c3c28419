// SPDX-License-Identifier: GPL-2.0
/* The table of operations: what each takes and gives, and each way to be refused. */
#include "world.h"

static const enum pidlab_object kind_of[PIDLAB_ARG_KINDS] = {
	[PIDLAB_ARG_TASK] = PIDLAB_OBJECT_TASK,
	[PIDLAB_ARG_PID] = PIDLAB_OBJECT_PID,
	[PIDLAB_ARG_REF] = PIDLAB_OBJECT_REF,
	[PIDLAB_ARG_NS] = PIDLAB_OBJECT_NS,
	[PIDLAB_ARG_OWNER] = PIDLAB_OBJECT_TASK,
	[PIDLAB_ARG_NEXT] = PIDLAB_OBJECT_TASK,
	[PIDLAB_ARG_CONTAINER] = PIDLAB_OBJECT_CONTAINER,
};

static bool is_number(unsigned int kind)
{
	return kind == PIDLAB_ARG_NR || kind == PIDLAB_ARG_SELF || kind == PIDLAB_ARG_SELECT ||
	       kind == PIDLAB_ARG_TID || kind == PIDLAB_ARG_VALUE;
}

static bool may_be_zero(unsigned int kind)
{
	return kind == PIDLAB_ARG_NS || kind == PIDLAB_ARG_NEXT;
}

/* Runs each row with one of its operands, or its flags, changed for the worse. */
struct refusal {
	struct world world;
	const struct world_row *row;
	struct pidlab_op valid;
	unsigned int tried;
};

static void refused(struct kunit *test, struct refusal *r, int operand, u64 value, int error)
{
	struct pidlab_op op = r->valid;

	op.arg[operand] = value;
	/* The line tells opcode and operand. */
	lab_refused(test, r->world.lab, r->row->opcode * 100 + operand, error, op);
	r->tried++;
}

static void walk_rows(struct kunit *test, void (*try)(struct kunit *, struct refusal *))
{
	struct refusal *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	world_make(test, &r->world);
	world_bury(test, &r->world);
	for (i = 0; i < world_nr_rows; i++) {
		r->row = &world_rows[i];
		if (world_lacks(&r->world, r->row->opcode))
			continue;
		r->valid = world_op(&r->world, r->row->opcode);
		KUNIT_ASSERT_EQ(test, r->valid.opcode, r->row->opcode);
		try(test, r);
	}
	KUNIT_EXPECT_GT(test, r->tried, 0u);
}

static void each_operation_succeeds_and_gives_what_it_says(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	struct pidlab_op op;
	unsigned int i, j;

	KUNIT_ASSERT_NOT_NULL(test, world);
	for (i = 0; i < world_nr_rows; i++) {
		const struct world_row *row = &world_rows[i];

		world_make(test, world);
		op = world_op(world, row->opcode);
		KUNIT_ASSERT_EQ(test, op.opcode, row->opcode);
		if (world_lacks(world, row->opcode)) {
			if (row->operand[0] != PIDLAB_ARG_PID)
				lab_refused(test, world->lab, row->opcode, -EOPNOTSUPP, op);
			lab_close(test, world->lab);
			continue;
		}
		memset(op.res, 0xff, sizeof(op.res));
		op.error = -77;
		pl_op_run(world->lab, &op);
		KUNIT_EXPECT_EQ_MSG(test, (int)op.error, 0, "opcode %u", row->opcode);
		for (j = 0; j < PIDLAB_OP_RESULTS; j++) {
			if (row->result[j] == PIDLAB_ARG_NONE)
				KUNIT_EXPECT_EQ_MSG(test, op.res[j], (u64)0, "opcode %u",
						    row->opcode);
			else if (kind_of[row->result[j]] && !op.error)
				KUNIT_EXPECT_EQ_MSG(test, (int)pl_id_kind(op.res[j]),
						    (int)kind_of[row->result[j]], "opcode %u",
						    row->opcode);
		}
		EXPECT_CLEAN(test, world->lab);
		lab_close(test, world->lab);
	}
}

static void an_unknown_opcode_is_not_supported(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u16 highest = world_rows[world_nr_rows - 1].opcode;

	lab_refused(test, lab, __LINE__, -EOPNOTSUPP, LAB_OP(0, 0));
	lab_refused(test, lab, __LINE__, -EOPNOTSUPP, LAB_OP(highest + 1, 0));
	lab_refused(test, lab, __LINE__, -EOPNOTSUPP, LAB_OP(255, 0));
	lab_refused(test, lab, __LINE__, -EOPNOTSUPP, LAB_OP(0xffff, 0xffff, -1, -1, -1, -1));
}

static void try_flags(struct kunit *test, struct refusal *r)
{
	struct pidlab_op op;
	int bit;

	for (bit = 0; bit < 16; bit++) {
		if (r->row->flags & BIT(bit))
			continue;
		op = r->valid;
		op.flags |= BIT(bit);
		lab_refused(test, r->world.lab, r->row->opcode * 100 + bit, -EINVAL, op);
		r->tried++;
	}
}

static void a_flag_that_is_not_its_own_is_invalid(struct kunit *test)
{
	walk_rows(test, try_flags);
}

static void try_unused(struct kunit *test, struct refusal *r)
{
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		if (r->row->operand[i] != PIDLAB_ARG_NONE)
			continue;
		refused(test, r, i, 1, -EINVAL);
		refused(test, r, i, 1ULL << 63, -EINVAL);
		refused(test, r, i, r->world.a, -EINVAL);
	}
}

static void an_unused_operand_must_be_zero(struct kunit *test)
{
	walk_rows(test, try_unused);
}

static void try_zero(struct kunit *test, struct refusal *r)
{
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		if (kind_of[r->row->operand[i]] && !may_be_zero(r->row->operand[i]))
			refused(test, r, i, 0, -EINVAL);
	}
}

static void zero_is_no_object(struct kunit *test)
{
	walk_rows(test, try_zero);
}

static void try_other_kinds(struct kunit *test, struct refusal *r)
{
	const u64 ids[] = {
		[PIDLAB_OBJECT_TASK] = r->world.a, [PIDLAB_OBJECT_PID] = r->world.pid,
		[PIDLAB_OBJECT_NS] = r->world.ns,  [PIDLAB_OBJECT_REF] = r->world.ref,
		[PIDLAB_OBJECT_CONTAINER] = r->world.box,
	};
	int i, kind;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		unsigned int operand = r->row->operand[i];

		if (!kind_of[operand])
			continue;
		for (kind = PIDLAB_OBJECT_TASK; kind <= PIDLAB_OBJECT_CONTAINER; kind++) {
			bool fits = kind == kind_of[operand] ||
				    (operand == PIDLAB_ARG_OWNER && kind == PIDLAB_OBJECT_PID) ||
				    (operand == PIDLAB_ARG_NS && kind == PIDLAB_OBJECT_TASK);

			/* Of a kind that there is none of: an id that looks like one. */
			if (!fits)
				refused(test, r, i, ids[kind] ?: BIT(16) | kind, -EBADF);
		}
		refused(test, r, i, r->world.a & ~(u64)PIDLAB_ID_KIND_MASK, -EBADF);
		refused(test, r, i, r->world.a | PIDLAB_ID_KIND_MASK, -EBADF);
	}
}

static void the_id_of_another_kind_is_ebadf(struct kunit *test)
{
	walk_rows(test, try_other_kinds);
}

static void try_gone(struct kunit *test, struct refusal *r)
{
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		unsigned int operand = r->row->operand[i];
		enum pidlab_object kind = kind_of[operand];

		if (!kind)
			continue;
		if (r->world.dead[kind])
			refused(test, r, i, r->world.dead[kind], -ESRCH);
		refused(test, r, i, ~0ULL << PIDLAB_ID_KIND_BITS | kind, -ESRCH);
		refused(test, r, i, 0xffffffULL << PIDLAB_ID_KIND_BITS | kind, -ESRCH);
		if (operand == PIDLAB_ARG_OWNER && r->world.dead[PIDLAB_OBJECT_PID])
			refused(test, r, i, r->world.dead[PIDLAB_OBJECT_PID], -ESRCH);
		if (operand != PIDLAB_ARG_NS)
			continue;
		/* A task stands for its namespace as long as it has one. */
		refused(test, r, i, r->world.dead[PIDLAB_OBJECT_TASK], -ESRCH);
		refused(test, r, i, r->world.held, -ESRCH);
	}
}

static void an_id_that_leads_nowhere_is_esrch(struct kunit *test)
{
	walk_rows(test, try_gone);
}

static void try_values(struct kunit *test, struct refusal *r)
{
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		unsigned int kind = r->row->operand[i];

		if (is_number(kind)) {
			refused(test, r, i, 1ULL << 31, -EINVAL);
			refused(test, r, i, (u64)(s64)INT_MIN - 1, -EINVAL);
			refused(test, r, i, 1ULL << 32 | 3, -EINVAL);
			refused(test, r, i, (u64)LLONG_MIN, -EINVAL);
		} else if (kind == PIDLAB_ARG_TYPE) {
			refused(test, r, i, PIDLAB_TYPE_COUNT, -EINVAL);
			refused(test, r, i, ~0ULL, -EINVAL);
			refused(test, r, i, 1ULL << 32, -EINVAL);
		} else if (kind == PIDLAB_ARG_SIG) {
			refused(test, r, i, 15, -EINVAL);
			refused(test, r, i, 1ULL << 32 | 9, -EINVAL);
		} else if (kind == PIDLAB_ARG_CODE) {
			refused(test, r, i, 256, -EINVAL);
			refused(test, r, i, 1ULL << 32, -EINVAL);
		} else if (kind == PIDLAB_ARG_CPU) {
			refused(test, r, i, r->world.lab->setting[PIDLAB_SET_CPUS], -EINVAL);
			refused(test, r, i, PL_MAX_CPUS, -EINVAL);
			refused(test, r, i, 1ULL << 32, -EINVAL);
		} else if (kind == PIDLAB_ARG_SUBSYS) {
			refused(test, r, i, 0, -EINVAL);
			refused(test, r, i, PIDLAB_SUBSYS_MASK + 1, -EINVAL);
			refused(test, r, i, 1ULL << 32, -EINVAL);
		} else if (kind == PIDLAB_ARG_FILE) {
			refused(test, r, i, 0, -EINVAL);
			refused(test, r, i, 99, -EINVAL);
			refused(test, r, i, 1ULL << 32 | 1, -EINVAL);
		}
	}
}

static void a_value_out_of_range_is_invalid(struct kunit *test)
{
	walk_rows(test, try_values);
}

static void form_comes_before_objects(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u64 dead;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world_make(test, world);
	world_bury(test, world);
	dead = world->dead[PIDLAB_OBJECT_TASK];
	REFUSED(test, world->lab, -EINVAL, EXIT, 0, dead, 256);
	REFUSED(test, world->lab, -EINVAL, KILL, 0, dead, 1, 15);
	REFUSED(test, world->lab, -EINVAL, STATE, 1, dead);
	REFUSED(test, world->lab, -EINVAL, STATE, 0, dead, 1);
	REFUSED(test, world->lab, -EINVAL, HOLD_PID, 0, world->ref, 77);
	REFUSED(test, world->lab, -EINVAL, STAT, 0, dead, 0);
}

static void a_task_that_has_exited_does_not_act(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	static const u16 acts[] = {
		PIDLAB_OP_FORK, PIDLAB_OP_WAIT,	  PIDLAB_OP_EXEC,
		PIDLAB_OP_KILL, PIDLAB_OP_SETPGID, PIDLAB_OP_SETSID,
	};
	struct pidlab_op op;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world_make(test, world);
	world_bury(test, world);
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		op = world_op(world, acts[i]);
		op.arg[0] = world->zombie;
		lab_refused(test, world->lab, acts[i], -ESRCH, op);
		op.arg[0] = world->held;
		lab_refused(test, world->lab, acts[i], -ESRCH, op);
	}
	REFUSED(test, world->lab, -ESRCH, EXIT, 0, world->zombie);
	REFUSED(test, world->lab, -ESRCH, EXIT, 0, world->held);
}

static struct kunit_case op_cases[] = {
	LAB_CASE(each_operation_succeeds_and_gives_what_it_says),
	LAB_CASE(an_unknown_opcode_is_not_supported),
	LAB_CASE(a_flag_that_is_not_its_own_is_invalid),
	LAB_CASE(an_unused_operand_must_be_zero),
	LAB_CASE(zero_is_no_object),
	LAB_CASE(the_id_of_another_kind_is_ebadf),
	LAB_CASE(an_id_that_leads_nowhere_is_esrch),
	LAB_CASE(a_value_out_of_range_is_invalid),
	LAB_CASE(form_comes_before_objects),
	LAB_CASE(a_task_that_has_exited_does_not_act),
	{}
};

static struct kunit_suite op_suite = {
	.name = "pidlab_op",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = op_cases,
};
kunit_test_suite(op_suite);
