// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on containers. */
#include "compat.h"
#include "container.h"
#include "lab.h"
#include "op.h"
#include "subsys_freezer.h"
#include "subsys_trace.h"

int pl_op_mount(struct pl_call *call)
{
	return pl_container_mount(&call->ctx, call->op->mount.subsystems, &call->op->res[0]);
}

int pl_op_umount(struct pl_call *call)
{
	return pl_container_umount(call->ctx.lab, call->container[0]);
}

int pl_op_mkdir(struct pl_call *call)
{
	return pl_container_mkdir(&call->ctx, call->container[0], &call->op->res[0]);
}

int pl_op_rmdir(struct pl_call *call)
{
	return pl_container_rmdir(call->ctx.lab, call->container[0]);
}

int pl_op_attach(struct pl_call *call)
{
	return pl_container_attach(call->ctx.lab, call->task[0], call->container[1]);
}

int pl_op_where(struct pl_call *call)
{
	u64 mask = call->op->where.subsystem;
	struct pl_container *container;

	/* A task is in one container for one subsystem. */
	if (!is_power_of_2(mask))
		return -EINVAL;
	container = pl_container_where(call->ctx.lab, call->task[0], __ffs(mask));
	if (!container)
		return -ESRCH;
	call->op->res[0] = container->object.id;
	call->op->res[1] = container->depth;
	pl_container_put(container);
	return 0;
}

int pl_op_write(struct pl_call *call)
{
	return pl_container_write(call->ctx.lab, call->container[0], call->op->write.file,
				  call->op->write.value);
}

int pl_op_stat(struct pl_call *call)
{
	return pl_container_read(call->ctx.lab, call->container[0], call->op->stat.file,
				 &call->op->res[0]);
}

static int set_frozen(struct pl_call *call, bool frozen)
{
	struct pl_lab *lab = call->ctx.lab;
	int error = pl_container_write(lab, call->container[0], PIDLAB_FILE_FREEZER_SELF, frozen);

	call->op->res[0] = pl_freezer_count(lab);
	return error;
}

int pl_op_freeze(struct pl_call *call)
{
	return set_frozen(call, true);
}

int pl_op_thaw(struct pl_call *call)
{
	return set_frozen(call, false);
}

int pl_op_release_event(struct pl_call *call)
{
	unsigned int left;

	call->op->res[0] = pl_container_next_event(call->ctx.lab, &left);
	call->op->res[1] = left;
	return 0;
}

int pl_op_trace(struct pl_call *call)
{
	struct pl_trace_record record = {};

	if (pl_trace_next(call->ctx.lab, &record)) {
		call->op->res[0] = record.hook;
		call->op->res[1] = record.task;
		call->op->res[2] = record.container;
	}
	return 0;
}
