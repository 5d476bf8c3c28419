// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on pids and numbers. */
#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "op.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"

/* Whether tasks of this generation have links of the type. */
static int check_type(const struct pl_lab *lab, u64 type)
{
	return pl_generation_has(lab->generation, type) ? 0 : -EOPNOTSUPP;
}

/* An operand that is a task or a pid: the pid it means, counted; or NULL. */
static struct pl_pid *owner_pid(struct pl_call *call, int i, enum pidlab_type type)
{
	struct pl_lab *lab = call->ctx.lab;
	struct pl_pid *pid;

	if (call->pid[i])
		return pl_pid_get(call->pid[i]);
	pl_read_lock(&lab->tasklist_lock);
	pid = pl_pid_get(pl_task_pid(call->task[i], type));
	pl_read_unlock(&lab->tasklist_lock);
	return pid;
}

/* A pid as a result; the caller's count goes. */
static int give_pid(struct pl_call *call, struct pl_pid *pid)
{
	if (!pid)
		return -ESRCH;
	call->op->res[0] = pid->object.id;
	pl_pid_put(pid);
	return 0;
}

/* Whether there is a struct pid to name. */
static int check_pids(const struct pl_lab *lab)
{
	return lab->generation->has_pids ? 0 : -EOPNOTSUPP;
}

int pl_op_pid(struct pl_call *call)
{
	u64 type = call->op->pid.type;
	int error = check_pids(call->ctx.lab) ?: check_type(call->ctx.lab, type);

	return error ? error : give_pid(call, owner_pid(call, 0, type));
}

int pl_op_find(struct pl_call *call)
{
	int error = check_pids(call->ctx.lab);

	return error ? error : give_pid(call, pl_pid_find_get(call->op->find.nr, call->ns[1]));
}

int pl_op_next(struct pl_call *call)
{
	int error = check_pids(call->ctx.lab);
	struct pl_pid *pid;

	if (error)
		return error;
	pid = pl_pid_find_ge_get(call->op->next.nr, call->ns[1]);
	if (pid)
		call->op->res[1] = pl_pid_nr(pid, call->ns[1]);
	return give_pid(call, pid);
}

int pl_op_first(struct pl_call *call)
{
	int error = check_type(call->ctx.lab, call->op->first.type);
	struct pl_task *task;

	if (error)
		return error;
	task = pl_pid_first_get(call->pid[0], call->op->first.type);
	if (!task)
		return -ESRCH;
	call->op->res[0] = task->object.id;
	pl_task_put(task);
	return 0;
}

int pl_op_nr(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;

	if (call->pid[0]) {
		call->op->res[0] = pl_pid_nr(call->pid[0], call->ns[2]);
		return 0;
	}
	pl_read_lock(&lab->tasklist_lock);
	call->op->res[0] = pl_task_nr(call->task[0], call->op->nr.type, call->ns[2]);
	pl_read_unlock(&lab->tasklist_lock);
	return 0;
}

int pl_op_ns(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	struct pl_pidns *ns;

	/* The pid or, under the lock, the task keeps its namespace. */
	pl_read_lock(&lab->tasklist_lock);
	ns = call->pid[0] ? pl_pid_ns(call->pid[0]) : pl_task_ns(call->task[0]);
	if (ns) {
		call->op->res[0] = ns->object.id;
		call->op->res[1] = ns->level;
	}
	pl_read_unlock(&lab->tasklist_lock);
	return ns ? 0 : -ESRCH;
}
