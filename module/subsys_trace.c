// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>

#include "compat.h"
#include "container.h"
#include "lab.h"
#include "mem.h"
#include "subsys_trace.h"
#include "task.h"

/**
 * struct pl_trace_css - what it keeps of a container
 * @css: the common part
 * @veto_create: mkdir in it fails
 * @veto_attach: attach to it fails
 * @veto_fork: fork in it fails
 *
 * Written under the container mutex, @veto_fork read without.
 */
struct pl_trace_css {
	struct pl_css css;
	bool veto_create;
	bool veto_attach;
	bool veto_fork;
};

static struct pl_trace_css *trace_of(struct pl_css *css)
{
	return container_of(css, struct pl_trace_css, css);
}

static void note(struct pl_css *css, const struct pl_task *task, enum pidlab_hook hook)
{
	struct pl_trace *trace = css->container->lab->containers.trace;
	struct pl_trace_record *record;
	unsigned long flags;

	pl_spin_lock(&trace->lock, flags);
	if (trace->count == PL_TRACE_ROOM) {
		trace->lost++;
	} else {
		record = &trace->record[(trace->first + trace->count++) % PL_TRACE_ROOM];
		record->task = task ? task->object.id : 0;
		record->container = css->container->object.id;
		record->hook = hook;
	}
	pl_spin_unlock(&trace->lock, flags);
}

/**
 * pl_trace_next() - take the oldest record
 * @lab: the lab
 * @record: out
 *
 * Context: takes the container mutex, which keeps the buffer.
 * Return: false when there is none.
 */
bool pl_trace_next(struct pl_lab *lab, struct pl_trace_record *record)
{
	struct pl_trace *trace;
	unsigned long flags;
	bool found = false;

	pl_mutex_lock(&lab->containers.lock);
	trace = lab->containers.trace;
	if (trace) {
		pl_spin_lock(&trace->lock, flags);
		found = trace->count;
		if (found) {
			*record = trace->record[trace->first];
			trace->first = (trace->first + 1) % PL_TRACE_ROOM;
			trace->count--;
		}
		pl_spin_unlock(&trace->lock, flags);
	}
	pl_mutex_unlock(&lab->containers.lock);
	return found;
}
PL_EXPORT_FOR_KUNIT(pl_trace_next);

static int make_buffer(struct pl_ctx *ctx)
{
	struct pl_trace *trace = pl_kvzalloc(ctx, PL_MEM_CSS, sizeof(*trace));

	if (IS_ERR(trace))
		return PTR_ERR(trace);
	pl_spinlock_init(&trace->lock, ctx->lab, PIDLAB_STEP_TRACE_LOCK);
	ctx->lab->containers.trace = trace;
	return 0;
}

static int trace_create(struct pl_ctx *ctx, struct pl_css *css)
{
	int error = css->parent ? 0 : make_buffer(ctx);

	if (error)
		return error;
	if (css->parent && trace_of(css->parent)->veto_create)
		return -EPERM;
	note(css, NULL, PIDLAB_HOOK_CREATE);
	return 0;
}

static void trace_destroy(struct pl_lab *lab)
{
	if (lab->containers.trace)
		pl_kvfree(lab, PL_MEM_CSS, lab->containers.trace, sizeof(struct pl_trace));
	lab->containers.trace = NULL;
}

static int trace_can_attach(struct pl_css *to, struct pl_task *task)
{
	note(to, task, PIDLAB_HOOK_CAN_ATTACH);
	return trace_of(to)->veto_attach ? -EPERM : 0;
}

static void trace_attach(struct pl_css *from, struct pl_css *to, struct pl_task *task)
{
	note(to, task, PIDLAB_HOOK_ATTACH);
}

static int trace_can_fork(struct pl_css *css, struct pl_task *child)
{
	note(css, child, PIDLAB_HOOK_CAN_FORK);
	return READ_ONCE(trace_of(css)->veto_fork) ? -EPERM : 0;
}

static void trace_cancel_fork(struct pl_css *css, struct pl_task *child)
{
	note(css, child, PIDLAB_HOOK_CANCEL_FORK);
}

static void trace_fork(struct pl_css *css, struct pl_task *child)
{
	note(css, child, PIDLAB_HOOK_FORK);
}

static void trace_exit(struct pl_css *css, struct pl_task *task)
{
	note(css, task, PIDLAB_HOOK_EXIT);
}

static void trace_release(struct pl_css *css, struct pl_task *task)
{
	note(css, task, PIDLAB_HOOK_RELEASE);
}

static u64 trace_read(struct pl_css *css, enum pidlab_file file)
{
	struct pl_trace *trace = css->container->lab->containers.trace;
	unsigned long flags;
	u64 value;

	switch (file) {
	case PIDLAB_FILE_VETO_CREATE:
		return trace_of(css)->veto_create;
	case PIDLAB_FILE_VETO_ATTACH:
		return trace_of(css)->veto_attach;
	case PIDLAB_FILE_VETO_FORK:
		return trace_of(css)->veto_fork;
	default:
		pl_spin_lock(&trace->lock, flags);
		value = file == PIDLAB_FILE_TRACE_LOST ? trace->lost : trace->count;
		pl_spin_unlock(&trace->lock, flags);
		return value;
	}
}

static int trace_write(struct pl_css *css, enum pidlab_file file, u64 value)
{
	struct pl_trace_css *trace = trace_of(css);

	if (value > 1)
		return -EINVAL;
	if (file == PIDLAB_FILE_VETO_CREATE)
		trace->veto_create = value;
	else if (file == PIDLAB_FILE_VETO_ATTACH)
		trace->veto_attach = value;
	else
		WRITE_ONCE(trace->veto_fork, value);
	return 0;
}

/* In 2007 a fork callback could not refuse. */
static int trace_write_2007(struct pl_css *css, enum pidlab_file file, u64 value)
{
	return file == PIDLAB_FILE_VETO_FORK ? -EOPNOTSUPP : trace_write(css, file, value);
}

/* The records are the past, which failed operations are part of. */
static u64 trace_digest(struct pl_css *css)
{
	struct pl_trace_css *trace = trace_of(css);

	return trace->veto_create | trace->veto_attach << 1 | trace->veto_fork << 2;
}

const struct pl_subsys pl_trace_2007 = {
	.css_bytes = sizeof(struct pl_trace_css),
	.create = trace_create,
	.destroy = trace_destroy,
	.can_attach = trace_can_attach,
	.attach = trace_attach,
	.fork = trace_fork,
	.exit = trace_exit,
	.adopt = trace_fork,
	.read = trace_read,
	.write = trace_write_2007,
	.digest = trace_digest,
};

const struct pl_subsys pl_trace_2015 = {
	.css_bytes = sizeof(struct pl_trace_css),
	.create = trace_create,
	.destroy = trace_destroy,
	.can_attach = trace_can_attach,
	.attach = trace_attach,
	.can_fork = trace_can_fork,
	.cancel_fork = trace_cancel_fork,
	.post_fork = trace_fork,
	.exit = trace_exit,
	.release = trace_release,
	.adopt = trace_fork,
	.read = trace_read,
	.write = trace_write,
	.digest = trace_digest,
};
