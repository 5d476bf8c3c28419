// SPDX-License-Identifier: GPL-2.0
#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "compat.h"
#include "container.h"
#include "exit.h"
#include "fork.h"
#include "lab.h"
#include "op.h"
#include "pid.h"
#include "pid_namespace.h"
#include "ref.h"
#include "task.h"

/* Behaviour of an operation that the public table does not tell. */
#define ACTS  BIT(0) /* takes the turn of its first operand, a running task */
#define ALONE BIT(1) /* no other operation of the lab is under way meanwhile */

/**
 * struct pl_op_desc - one row of the instruction set
 * @handler: does it; writes op->res
 * @flags: PIDLAB_F_* that are allowed
 * @kind: enum pidlab_arg of each operand
 */
struct pl_op_desc {
	pl_handler_fn handler;
	u16 flags;
	u8 kind[PIDLAB_OP_ARGS];
};

#define DESC(nr, NAME, name, allowed, K0, n0, K1, n1, K2, n2, K3, n3, ...) \
	[nr] = { \
		.handler = pl_op_##name, \
		.flags = allowed, \
		.kind = { PIDLAB_ARG_##K0, PIDLAB_ARG_##K1, PIDLAB_ARG_##K2, PIDLAB_ARG_##K3 }, \
	},

static const struct pl_op_desc descs[] = { PIDLAB_OPS(DESC) };

static const u16 traits[ARRAY_SIZE(descs)] = {
	[PIDLAB_OP_FORK] = ACTS,   [PIDLAB_OP_WAIT] = ACTS,   [PIDLAB_OP_EXEC] = ACTS,
	[PIDLAB_OP_SETPGID] = ACTS, [PIDLAB_OP_SETSID] = ACTS, [PIDLAB_OP_KILL] = ACTS,
	[PIDLAB_OP_SETNS] = ACTS, [PIDLAB_OP_UNSHARE] = ACTS,
	[PIDLAB_OP_UMOUNT] = ALONE,
};

static const struct pl_op_desc *find_desc(unsigned int opcode)
{
	if (opcode >= ARRAY_SIZE(descs))
		return NULL;
	opcode = array_index_nospec(opcode, ARRAY_SIZE(descs));
	return descs[opcode].handler ? &descs[opcode] : NULL;
}

static bool fits_int(u64 value)
{
	return (s64)value >= INT_MIN && (s64)value <= INT_MAX;
}

/* A counted object of one of two kinds; an id of another kind is EBADF. */
static struct pl_object *get_object(struct pl_lab *lab, u64 id, enum pidlab_object kind,
				    enum pidlab_object other, int *error)
{
	struct pl_object *object = NULL;

	if (!id)
		*error = -EINVAL;
	else if (pl_id_kind(id) != kind && pl_id_kind(id) != other)
		*error = -EBADF;
	else
		object = pl_object_get(lab, id);
	if (!object && !*error)
		*error = -ESRCH;
	return object;
}

/* A namespace: its own id, that of a task in it, or 0 for the root. */
static int resolve_ns(struct pl_call *call, int i, u64 id)
{
	struct pl_lab *lab = call->ctx.lab;
	struct pl_object *object;
	struct pl_pidns *ns;
	int error = 0;

	if (!id) {
		call->ns[i] = lab->root_ns;
		pl_object_pin(&lab->root_ns->object);
		return 0;
	}
	object = get_object(lab, id, PIDLAB_OBJECT_NS, PIDLAB_OBJECT_TASK, &error);
	if (!object)
		return error;
	if (pl_id_kind(id) == PIDLAB_OBJECT_NS) {
		call->ns[i] = pl_pidns_of(object);
		return 0;
	}
	pl_read_lock(&lab->tasklist_lock);
	ns = pl_task_ns(pl_task_of(object));
	call->ns[i] = ns;
	if (ns)
		pl_object_pin(&ns->object);
	pl_read_unlock(&lab->tasklist_lock);
	pl_task_put(pl_task_of(object));
	return ns ? 0 : -ESRCH;
}

static int resolve_object(struct pl_call *call, int i, u64 id, enum pidlab_object kind,
			  enum pidlab_object other)
{
	int error = 0;
	struct pl_object *object = get_object(call->ctx.lab, id, kind, other, &error);

	if (!object)
		return error;
	switch (pl_id_kind(id)) {
	case PIDLAB_OBJECT_TASK:
		call->task[i] = pl_task_of(object);
		break;
	case PIDLAB_OBJECT_PID:
		call->pid[i] = pl_pid_of(object);
		return pl_pid_is_freed(call->pid[i]) ? -ESRCH : 0;
	case PIDLAB_OBJECT_REF:
		call->ref[i] = pl_ref_of(object);
		break;
	case PIDLAB_OBJECT_CONTAINER:
		call->container[i] = pl_container_of(object);
		break;
	default:
		break;
	}
	return 0;
}

/* A value by itself: in range, or zero where nothing is meant. */
static int check_value(unsigned int kind, u64 value)
{
	switch (kind) {
	case PIDLAB_ARG_NONE:
		return value ? -EINVAL : 0;
	case PIDLAB_ARG_NR:
	case PIDLAB_ARG_SELF:
	case PIDLAB_ARG_TID:
	case PIDLAB_ARG_SELECT:
	case PIDLAB_ARG_VALUE:
		return fits_int(value) ? 0 : -EINVAL;
	case PIDLAB_ARG_TYPE:
		return value < PIDLAB_TYPE_COUNT ? 0 : -EINVAL;
	case PIDLAB_ARG_SIG:
		return value == 0 || value == 9 ? 0 : -EINVAL;
	case PIDLAB_ARG_CODE:
		return value <= 255 ? 0 : -EINVAL;
	case PIDLAB_ARG_CPU:
		return value < PL_MAX_CPUS ? 0 : -EINVAL;
	case PIDLAB_ARG_SUBSYS:
		return value && value <= PIDLAB_SUBSYS_MASK ? 0 : -EINVAL;
	case PIDLAB_ARG_FILE:
		return pl_container_has_file(value) ? 0 : -EINVAL;
	case PIDLAB_ARG_BUG:
		return value < BITS_PER_LONG_LONG && (PIDLAB_ALL_BUGS & BIT_ULL(value)) ? 0 :
										 -EINVAL;
	default:
		return 0;
	}
}

static int resolve(struct pl_call *call, int i, unsigned int kind)
{
	u64 value = call->op->arg[i];

	switch (kind) {
	case PIDLAB_ARG_TASK:
		return resolve_object(call, i, value, PIDLAB_OBJECT_TASK, PIDLAB_OBJECT_TASK);
	case PIDLAB_ARG_PID:
		return resolve_object(call, i, value, PIDLAB_OBJECT_PID, PIDLAB_OBJECT_PID);
	case PIDLAB_ARG_OWNER:
		return resolve_object(call, i, value, PIDLAB_OBJECT_TASK, PIDLAB_OBJECT_PID);
	case PIDLAB_ARG_NEXT:
		return value ? resolve_object(call, i, value, PIDLAB_OBJECT_TASK,
					      PIDLAB_OBJECT_TASK) : 0;
	case PIDLAB_ARG_REF:
		return resolve_object(call, i, value, PIDLAB_OBJECT_REF, PIDLAB_OBJECT_REF);
	case PIDLAB_ARG_NS:
		return resolve_ns(call, i, value);
	case PIDLAB_ARG_CONTAINER:
		return resolve_object(call, i, value, PIDLAB_OBJECT_CONTAINER,
				      PIDLAB_OBJECT_CONTAINER);
	default:
		return 0;
	}
}

/*
 * Refusals of form come before look-ups, so that a wrong instruction gets the
 * same answer whatever the lab holds.
 */
static int check_form(const struct pl_op_desc *desc, const struct pidlab_op *op)
{
	int i, error = op->flags & ~desc->flags ? -EINVAL : 0;

	if ((op->fail_nth & PIDLAB_FAIL_AT) &&
	    (op->opcode != PIDLAB_OP_FORK || !pl_fork_has_phase(op->fail_nth & ~PIDLAB_FAIL_AT)))
		error = -EINVAL;
	for (i = 0; i < PIDLAB_OP_ARGS && !error; i++)
		error = check_value(desc->kind[i], op->arg[i]);
	return error;
}

static int resolve_all(const struct pl_op_desc *desc, struct pl_call *call)
{
	int i, error = check_form(desc, call->op);

	for (i = 0; i < PIDLAB_OP_ARGS && !error; i++)
		error = resolve(call, i, desc->kind[i]);
	return error;
}

static void put_operands(struct pl_call *call)
{
	int i;

	for (i = 0; i < PIDLAB_OP_ARGS; i++) {
		if (call->task[i])
			pl_task_put(call->task[i]);
		if (call->ref[i])
			pl_ref_put(call->ctx.lab, call->ref[i]);
		if (call->ns[i])
			pl_pidns_put(call->ns[i]);
		pl_container_put(call->container[i]);
		pl_pid_put(call->pid[i]);
	}
}

/* A task acts only while it runs; a pending kill comes first. */
static int may_act(struct pl_lab *lab, const struct pl_task *task)
{
	int error = 0;

	pl_read_lock(&lab->tasklist_lock);
	if (task->flags & PL_TASK_EXITING)
		error = -ESRCH;
	else if (task->flags & PL_TASK_KILLED)
		error = -EINTR;
	else if (task->containers.frozen)
		error = -EAGAIN;
	pl_read_unlock(&lab->tasklist_lock);
	return error;
}

static int act(const struct pl_op_desc *desc, struct pl_call *call)
{
	struct pl_task *task = call->task[0];
	int error;

	pl_mutex_lock(&task->turn);
	error = may_act(call->ctx.lab, task);
	if (!error)
		error = desc->handler(call);
	pl_mutex_unlock(&task->turn);
	return error;
}

static bool is_alone(unsigned int opcode)
{
	return find_desc(opcode) && (traits[find_desc(opcode) - descs] & ALONE);
}

static int execute(struct pl_lab *lab, struct pidlab_op *op)
{
	const struct pl_op_desc *desc = find_desc(op->opcode);
	struct pl_call call = {
		.ctx = { .lab = lab },
		.op = op,
	};
	int error;

	if (!desc)
		return -EOPNOTSUPP;
	if (op->fail_nth & PIDLAB_FAIL_AT)
		call.ctx.fail_at = op->fail_nth & ~PIDLAB_FAIL_AT;
	else
		call.ctx.fail_nth = op->fail_nth;
	error = resolve_all(desc, &call);
	/* Under control other actors may stand still in the middle of theirs. */
	if (!error && is_alone(op->opcode) && pl_controlled(lab))
		error = -EOPNOTSUPP;
	if (!error)
		error = traits[desc - descs] & ACTS ? act(desc, &call) : desc->handler(&call);
	/* What this operation has killed dies before it is over. */
	pl_run_killed(lab, NULL);
	put_operands(&call);
	return error;
}

/**
 * pl_op_highest() - the highest opcode
 *
 * Return: its number.
 */
unsigned int pl_op_highest(void)
{
	return ARRAY_SIZE(descs) - 1;
}

/**
 * pl_op_run_alone() - execute one instruction, others being kept out
 * @lab: a lab that is set up; lab->quiesce is held by whom the caller acts for
 * @op: the instruction; its error and results are written
 *
 * Context: may sleep; no other lock of the lab held.
 */
void pl_op_run_alone(struct pl_lab *lab, struct pidlab_op *op)
{
	int error;

	memset(op->res, 0, sizeof(op->res));
	atomic_long_inc(&lab->changes);
	error = execute(lab, op);
	if (error)
		memset(op->res, 0, sizeof(op->res));
	op->error = error;
}

/**
 * pl_op_run() - execute one instruction
 * @lab: a lab that is set up
 * @op: the instruction; its error and results are written
 *
 * Context: may sleep; no lock of the lab held.
 * Return: true; false and nothing done if the lab is of no use any more.
 */
bool pl_op_run(struct pl_lab *lab, struct pidlab_op *op)
{
	bool alone = is_alone(op->opcode), usable;

	if (alone)
		down_write(&lab->quiesce);
	else
		down_read(&lab->quiesce);
	usable = pl_lab_is_usable(lab);
	if (usable)
		pl_op_run_alone(lab, op);
	if (alone)
		up_write(&lab->quiesce);
	else
		up_read(&lab->quiesce);
	return usable;
}
PL_EXPORT_FOR_KUNIT(pl_op_run);
