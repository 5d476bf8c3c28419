// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on references. */
#include <linux/err.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "op.h"
#include "pid.h"
#include "ref.h"
#include "task.h"
#include "task_ref.h"

int pl_op_hold_task(struct pl_call *call)
{
	return pl_ref_hold_task(&call->ctx, call->task[0], &call->op->res[0]);
}

int pl_op_hold_pid(struct pl_call *call)
{
	enum pidlab_type type = call->op->hold_pid.type;
	struct pl_lab *lab = call->ctx.lab;
	struct pl_pid *pid = pl_pid_get(call->pid[0]);
	int error = -ESRCH;

	if (!lab->generation->has_pids || !pl_generation_has(lab->generation, type)) {
		error = -EOPNOTSUPP;
		goto out;
	}
	if (call->task[0]) {
		pl_read_lock(&lab->tasklist_lock);
		pid = pl_pid_get(pl_task_pid(call->task[0], type));
		pl_read_unlock(&lab->tasklist_lock);
	}
	if (pid) {
		call->op->res[1] = pid->object.id;
		error = pl_ref_hold_pid(&call->ctx, pid, type, &call->op->res[0]);
	}
out:
	pl_pid_put(pid);
	return error;
}

/* A reference to @weak, whose count is consumed; its number as 2nd result. */
static int hold_weak(struct pl_call *call, struct pl_tref *weak)
{
	int error;

	/* Before it has an id: whoever guesses that may put it at once. */
	call->op->res[1] = weak->pid;
	error = pl_ref_hold_weak(&call->ctx, weak, &call->op->res[0]);
	if (error)
		pl_tref_put(call->ctx.lab, weak);
	return error;
}

int pl_op_tref(struct pl_call *call)
{
	enum pidlab_type type = call->op->tref.type;

	if (!pl_generation_has(call->ctx.lab->generation, type))
		return -EOPNOTSUPP;
	return hold_weak(call, pl_tref_get_by_task(&call->ctx, call->task[0], type));
}

int pl_op_tref_nr(struct pl_call *call)
{
	enum pidlab_type type = call->op->tref_nr.type;

	if (!pl_generation_has(call->ctx.lab->generation, type))
		return -EOPNOTSUPP;
	return hold_weak(call, pl_tref_get_by_nr(&call->ctx, call->op->tref_nr.nr, type,
						 call->ns[2]));
}

int pl_op_dup(struct pl_call *call)
{
	return pl_ref_dup(&call->ctx, call->ref[0], &call->op->res[0]);
}

int pl_op_set(struct pl_call *call)
{
	return pl_ref_set(call->ctx.lab, call->ref[0], call->ref[1]);
}

int pl_op_put(struct pl_call *call)
{
	if (call->ref[0]->is_file)
		return -EBUSY;
	return pl_ref_drop(call->ctx.lab, call->op->put.ref);
}

int pl_op_deref(struct pl_call *call)
{
	struct pl_task *task = pl_ref_task(call->ctx.lab, call->ref[0]);

	if (!task)
		return -ESRCH;
	call->op->res[0] = task->object.id;
	pl_task_put(task);
	return 0;
}

int pl_op_read(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	enum pidlab_type type;

	call->op->res[0] = pl_ref_read(lab, call->ref[0], &type);
	call->op->res[1] = pl_ref_count(lab, call->ref[0]);
	call->op->res[2] = type;
	return 0;
}

int pl_op_watch(struct pl_call *call)
{
	return pl_ref_hold_watch(&call->ctx, call->ref[0], &call->op->res[0]);
}

int pl_op_event(struct pl_call *call)
{
	struct pidlab_ref_event event;
	int error = pl_ref_take_event(call->ctx.lab, call->ref[0], &event);

	if (error)
		return error;
	call->op->res[0] = event.event;
	call->op->res[1] = event.count;
	call->op->res[2] = event.task;
	return 0;
}
