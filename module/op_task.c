// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on tasks: fork, exit, wait, exec, groups, kill. */
#include <linux/nospec.h>

#include "compat.h"
#include "exec.h"
#include "exit.h"
#include "fork.h"
#include "group.h"
#include "kill.h"
#include "lab.h"
#include "op.h"
#include "pid_namespace.h"
#include "task.h"
#include "wait.h"

int pl_op_fork(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	struct pl_task *parent = call->task[0], *child;
	const struct pl_fork_args args = {
		.flags = call->op->flags,
		.tid = { call->op->fork.tid, call->op->fork.tid1, call->op->fork.tid2 },
	};
	int error = pl_fork(&call->ctx, parent, &args, &child);

	if (error)
		return error;
	call->op->res[0] = child->object.id;
	pl_read_lock(&lab->tasklist_lock);
	call->op->res[1] = pl_task_nr(child, PIDLAB_TYPE_PID, pl_task_ns(parent));
	pl_read_unlock(&lab->tasklist_lock);
	pl_task_put(child);
	return 0;
}

/* What a frozen task does not do by itself may still be done to it. */
static bool is_frozen(struct pl_lab *lab, const struct pl_task *task)
{
	bool frozen;

	pl_read_lock(&lab->tasklist_lock);
	frozen = task->containers.frozen && !(task->flags & PL_TASK_EXITING);
	pl_read_unlock(&lab->tasklist_lock);
	return frozen;
}

int pl_op_exit(struct pl_call *call)
{
	if (is_frozen(call->ctx.lab, call->task[0]))
		return -EAGAIN;
	return pl_exit(call->ctx.lab, call->task[0], call->op->exit.code,
		       call->op->flags & PIDLAB_F_GROUP);
}

int pl_op_wait(struct pl_call *call)
{
	struct pl_reaped reaped;
	int error = pl_wait(call->ctx.lab, call->task[0], call->op->wait.which,
			    call->op->flags & PIDLAB_F_KEEP, &reaped);

	call->op->res[0] = reaped.id;
	call->op->res[1] = reaped.nr;
	call->op->res[2] = reaped.code;
	return error;
}

int pl_op_reap(struct pl_call *call)
{
	struct pl_reaped reaped;
	int error = pl_reap(call->ctx.lab, call->task[0], &reaped);

	call->op->res[0] = reaped.nr;
	call->op->res[1] = reaped.code;
	return error;
}

int pl_op_exec(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	int error = pl_exec(lab, call->task[0]);

	if (error)
		return error;
	pl_read_lock(&lab->tasklist_lock);
	call->op->res[0] = pl_task_vnr(call->task[0]);
	pl_read_unlock(&lab->tasklist_lock);
	return 0;
}

int pl_op_setpgid(struct pl_call *call)
{
	return pl_setpgid(call->ctx.lab, call->task[0], call->op->setpgid.nr,
			  call->op->setpgid.pgid);
}

int pl_op_setsid(struct pl_call *call)
{
	int sid = pl_setsid(call->ctx.lab, call->task[0]);

	if (sid < 0)
		return sid;
	call->op->res[0] = sid;
	return 0;
}

int pl_op_kill(struct pl_call *call)
{
	unsigned int count;
	int error = pl_kill(call->ctx.lab, call->task[0], call->op->kill.which,
			    call->op->kill.sig, &count);

	call->op->res[0] = count;
	return error;
}

int pl_op_state(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	struct pl_task *task = call->task[0];

	pl_read_lock(&lab->tasklist_lock);
	call->op->res[0] = task->state;
	call->op->res[1] = task->state == PIDLAB_STATE_RUNNING ? 0 : pl_task_exit_code(task);
	/* Without the count of this call. */
	call->op->res[2] = pl_object_count(&task->object) - 1;
	pl_read_unlock(&lab->tasklist_lock);
	return 0;
}

int pl_op_seen(struct pl_call *call)
{
	struct pl_lab *lab = call->ctx.lab;
	unsigned int bug = array_index_nospec(call->op->seen.bug, PIDLAB_BUG_COUNT);

	/* Pairs with the release in pl_bug_seen(). */
	call->op->res[0] = atomic_read_acquire(&lab->seen[bug]);
	call->op->res[1] = READ_ONCE(lab->seen_object[bug]);
	return 0;
}

int pl_op_gp(struct pl_call *call)
{
	pl_grace_period(call->ctx.lab);
	pl_event(GP, gp, call->ctx.lab, 0, 0, 0, 0);
	return 0;
}
