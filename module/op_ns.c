// SPDX-License-Identifier: GPL-2.0
/* Handlers of the operations on pid namespaces. */
#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "nsproxy.h"
#include "op.h"
#include "pid_namespace.h"
#include "reserve.h"

int pl_op_pid_max(struct pl_call *call)
{
	u64 value = call->op->pid_max.value;
	struct pl_pidns *ns = call->ns[0];
	int old = value ? pl_pidns_set_pid_max(ns, value) : READ_ONCE(ns->pid_max);

	if (old < 0)
		return old;
	call->op->res[0] = old;
	return 0;
}

int pl_op_scan(struct pl_call *call)
{
	const struct pl_index_ops *index = call->ctx.lab->generation->index;
	struct pl_scan scan;

	if (!index->scan)
		return -EOPNOTSUPP;
	index->scan(call->ns[0], &scan);
	call->op->res[0] = scan.entries;
	call->op->res[1] = scan.bytes;
	return 0;
}

int pl_op_reserve(struct pl_call *call)
{
	int first, last;
	int error = pl_reserve(&call->ctx, call->ns[0], call->op->reserve.count, &first, &last);

	if (error)
		return error;
	call->op->res[0] = first;
	call->op->res[1] = last;
	return 0;
}

int pl_op_unreserve(struct pl_call *call)
{
	return pl_unreserve(call->ns[0], call->op->unreserve.nr);
}

int pl_op_setns(struct pl_call *call)
{
	return pl_setns(call->ctx.lab, call->task[0], call->ns[1]);
}

int pl_op_unshare(struct pl_call *call)
{
	struct pl_pidns *ns;
	int error = pl_unshare(&call->ctx, call->task[0], &ns);

	/* The acting task counts it, and its exit waits for the turn. */
	if (!error)
		call->op->res[0] = ns->object.id;
	return error;
}
