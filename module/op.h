/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instruction set: one table from opcode to operands and handler.
 *
 * Every way into a lab (ioctl, tests) goes through pl_op_run(), which checks
 * an instruction against the table of uapi/pidlab_tables.h, turns ids into
 * counted objects, takes the acting task's turn, and calls the handler.
 */
#ifndef PL_OP_H
#define PL_OP_H

#include "mem.h"
#include "pidlab.h"

struct pl_container;
struct pl_pidns;

/**
 * struct pl_call - an instruction with its operands resolved
 * @ctx: the operation under way
 * @op: the instruction; the handler writes op->res
 * @task: by operand: the task, counted for the call
 * @pid: by operand: the pid, counted
 * @ref: by operand: the reference, counted
 * @ns: by operand: the namespace, counted
 * @container: by operand: the container, counted
 *
 * Only the member that the operand's kind calls for is set.
 */
struct pl_call {
	struct pl_ctx ctx;
	struct pidlab_op *op;
	struct pl_task *task[PIDLAB_OP_ARGS];
	struct pl_pid *pid[PIDLAB_OP_ARGS];
	struct pl_ref *ref[PIDLAB_OP_ARGS];
	struct pl_pidns *ns[PIDLAB_OP_ARGS];
	struct pl_container *container[PIDLAB_OP_ARGS];
};

typedef int (*pl_handler_fn)(struct pl_call *call);

unsigned int pl_op_highest(void);
void pl_op_run_alone(struct pl_lab *lab, struct pidlab_op *op);
bool pl_op_run(struct pl_lab *lab, struct pidlab_op *op);

/* Handlers, by concept: op_task.c, op_pid.c, op_ref.c, op_container.c */
#define PL_HANDLER(nr, NAME, name, ...) int pl_op_##name(struct pl_call *call);
PIDLAB_OPS(PL_HANDLER)
#undef PL_HANDLER

#endif /* PL_OP_H */
