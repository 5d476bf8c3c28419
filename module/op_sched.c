// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on rcu_users and on virtual CPUs. */
#include <linux/nospec.h>

#include "compat.h"
#include "cpu.h"
#include "lab.h"
#include "op.h"
#include "rcu_users.h"
#include "ref.h"
#include "task.h"

int pl_op_rcu_get(struct pl_call *call)
{
	struct pl_task *task = call->task[0];
	bool revived;
	int error;

	/* Found: until it is counted, it may be reaped. */
	pl_point(call->ctx.lab, PL_POINT_RCU_USER_FOUND);
	if (!pl_rcu_users_get(task, &revived))
		return -ESRCH;
	call->op->res[1] = pl_rcu_users_read(task);
	error = pl_ref_hold_rcu_user(&call->ctx, task, revived, &call->op->res[0]);
	if (!error)
		return 0;
	if (revived)
		pl_rcu_users_put_revived(task);
	else
		pl_rcu_users_put(task);
	return error;
}

int pl_op_counts(struct pl_call *call)
{
	struct pl_task *task = call->task[0];

	call->op->res[0] = pl_rcu_users_read(task);
	/* Without the count of this call. */
	call->op->res[1] = pl_object_count(&task->object) - 1;
	return 0;
}

/* Its index, or -EINVAL: there are fewer. */
static int cpu_of(const struct pl_call *call, u64 cpu)
{
	if (cpu >= call->ctx.lab->setting[PIDLAB_SET_CPUS])
		return -EINVAL;
	return array_index_nospec(cpu, PL_MAX_CPUS);
}

int pl_op_switch_to(struct pl_call *call)
{
	int cpu = cpu_of(call, call->op->switch_to.cpu);

	if (cpu < 0)
		return cpu;
	return pl_cpu_switch(call->ctx.lab, cpu, call->task[1], &call->op->res[0]);
}

int pl_op_curr(struct pl_call *call)
{
	int cpu = cpu_of(call, call->op->curr.cpu);
	struct pl_lab *lab = call->ctx.lab;
	struct pl_task *task;

	if (cpu < 0)
		return cpu;
	task = pl_cpu_curr(lab, cpu);
	if (!task)
		return 0;
	call->op->res[0] = task->object.id;
	pl_read_lock(&lab->tasklist_lock);
	call->op->res[1] = task->state;
	pl_read_unlock(&lab->tasklist_lock);
	pl_task_put(task);
	return 0;
}
