// SPDX-License-Identifier: GPL-2.0
#include <linux/array_size.h>
#include <linux/err.h>

#include "compat.h"
#include "container.h"
#include "generation.h"
#include "fork.h"
#include "lab.h"
#include "mem.h"
#include "nsproxy.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"
#include "zap.h"

/* What a fork that is told to fail at a phase answers; 0: no such phase. */
static const int phase_errors[] = {
#define PHASE_ERROR(nr, NAME, name, error, ...) [nr] = error,
	PIDLAB_PHASES(PHASE_ERROR)
#undef PHASE_ERROR
};

/**
 * pl_fork_has_phase() - whether a fork can be told to fail there
 * @phase: from user space
 *
 * Return: true if it is an enum pidlab_phase.
 */
bool pl_fork_has_phase(unsigned int phase)
{
	return phase < ARRAY_SIZE(phase_errors) && phase_errors[phase];
}

static int fail_at(const struct pl_ctx *ctx, enum pidlab_phase phase)
{
	return unlikely(ctx->fail_at == phase) ? -phase_errors[phase] : 0;
}

/* As clone(2) refuses what cannot be meant. */
static int check_flags(struct pl_lab *lab, struct pl_task *parent, unsigned int flags)
{
	bool first, elsewhere;

	if ((flags & PIDLAB_F_THREAD) && (flags & (PIDLAB_F_NEWPID | PIDLAB_F_AUTOREAP)))
		return -EINVAL;
	pl_read_lock(&lab->tasklist_lock);
	first = pl_task_vnr(parent->group_leader) == 1;
	elsewhere = parent->children_ns;
	pl_read_unlock(&lab->tasklist_lock);
	/* The siblings of a namespace's first process would be out of its reach. */
	if ((flags & PIDLAB_F_PARENT) && first)
		return -EINVAL;
	/* A thread lives where its process does, a namespace where its maker does. */
	return (flags & (PIDLAB_F_THREAD | PIDLAB_F_NEWPID)) && elsewhere ? -EINVAL : 0;
}

/* The namespace of the child, counted. */
static struct pl_pidns *choose_ns(struct pl_ctx *ctx, struct pl_task *parent, unsigned int flags)
{
	struct pl_pidns *ns = pl_nsproxy_children(ctx->lab, parent), *child;

	if (!(flags & PIDLAB_F_NEWPID))
		return ns;
	child = pl_pidns_create(ctx, ns);
	pl_pidns_put(ns);
	return child;
}

/* Numbers are asked for from the innermost level on, without a gap. */
static int check_tids(const struct pl_pidns *ns, const int *tid)
{
	unsigned int i;

	for (i = 0; i < PL_MAX_TIDS; i++) {
		if (tid[i] && (i > ns->level || (i && !tid[i - 1])))
			return -EINVAL;
	}
	return 0;
}

/* Group and session are the parent's; the first task of a lab starts its own. */
static void attach(struct pl_task *task, struct pl_task *parent, struct pl_who who)
{
	bool leader = pl_task_is_leader(task);

	if (leader) {
		pl_task_attach(task, PIDLAB_TYPE_PGID,
			       parent ? pl_task_who(parent, PIDLAB_TYPE_PGID) : who);
		pl_task_attach(task, PIDLAB_TYPE_SID,
			       parent ? pl_task_who(parent, PIDLAB_TYPE_SID) : who);
	}
	if (pl_generation_links(task->lab->generation, leader) & BIT(PIDLAB_TYPE_TGID))
		pl_task_attach(task, PIDLAB_TYPE_TGID,
			       leader ? who : pl_task_who(task, PIDLAB_TYPE_TGID));
	pl_task_attach(task, PIDLAB_TYPE_PID, who);
}

static void join_family(struct pl_task *task, struct pl_task *parent, unsigned int flags)
{
	if (flags & PIDLAB_F_THREAD) {
		task->group_leader = parent->group_leader;
		return;
	}
	task->group_leader = task;
	task->real_parent = parent;
	if (flags & PIDLAB_F_PARENT)
		task->real_parent = parent->group_leader->real_parent;
	if (task->real_parent)
		list_add_tail(&task->sibling, &task->real_parent->children);
}

/* From here on the task is there for everybody, complete. */
static void make_visible(struct pl_task *task, struct pl_task *parent, struct pl_who who,
			 unsigned int flags)
{
	struct pl_lab *lab = task->lab;

	pl_assert_write_held(&lab->tasklist_lock);
	join_family(task, parent, flags);
	attach(task, parent, who);
	pl_zap_count(task);
	if (pl_who_vnr(who) == 1)
		pl_who_ns(lab, who)->reaper = task;
	list_add_tail(&task->thread_node, &task->signal->threads);
	list_add_tail(&task->node, &lab->tasks);
	task->signal->nr_threads++;
	task->signal->live++;
	pl_container_visible(task);
	task->state = PIDLAB_STATE_RUNNING;
	pl_object_publish(lab, &task->object);
	if (parent)
		atomic_long_inc(&lab->forks);
	pl_event(FORK, fork, lab, task->object.id, parent ? parent->object.id : 0,
		 pl_who_nr(who, lab->root_ns), !pl_task_is_leader(task));
}

/*
 * Checked under the lock that a kill holds while it marks its victims, so that
 * none is born behind it: not in a namespace whose end has begun, whoever the
 * parent is, and no child of a victim. Nor may another be there before number 1.
 */
static int may_be_born(const struct pl_task *parent, const struct pl_pidns *ns, int vnr)
{
	if (!pl_zap_adds_on(ns)) {
		if (!READ_ONCE(ns->adding))
			return -ENOMEM;
		if (parent->flags & PL_TASK_KILLED)
			return -EINTR;
	}
	return vnr == 1 || ns->reaper ? 0 : -EINVAL;
}

/* The last thing that can fail. */
static int finish(const struct pl_ctx *ctx, struct pl_task *task, struct pl_task *parent,
		  struct pl_who who, unsigned int flags)
{
	struct pl_lab *lab = task->lab;
	int error;

	pl_write_lock(&lab->tasklist_lock);
	error = fail_at(ctx, PIDLAB_PHASE_PUBLISH);
	if (!error && parent)
		error = may_be_born(parent, pl_who_ns(lab, who), pl_who_vnr(who));
	if (!error)
		make_visible(task, parent, who, flags);
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}

/* The child is set up: from here to where it is there for everybody. */
static int give_birth(const struct pl_ctx *ctx, struct pl_task *task, struct pl_task *parent,
		      struct pl_who who, unsigned int flags)
{
	int error = fail_at(ctx, PIDLAB_PHASE_CAN_FORK);
	bool followed;

	if (error)
		return error;
	pl_container_fork_callbacks(task);
	error = fail_at(ctx, PIDLAB_PHASE_CALLBACKS);
	if (error)
		return error;
	/* For the caller: once visible, the task may be killed and released. */
	pl_task_get(task);
	followed = pl_container_begin_birth(task);
	error = finish(ctx, task, parent, who, flags);
	if (followed)
		pl_container_end_birth(task, !error);
	return error;
}

/* A task in @ns; the caller keeps its count of the namespace. */
static int fork_in(struct pl_ctx *ctx, struct pl_pidns *ns, struct pl_task *parent,
		   const struct pl_fork_args *args, struct pl_task **child)
{
	unsigned int flags = args->flags;
	struct pl_task *task;
	struct pl_who who;
	int error;

	task = pl_task_alloc(ctx, (flags & PIDLAB_F_THREAD) ? parent->signal : NULL);
	if (IS_ERR(task))
		return PTR_ERR(task);
	if (flags & PIDLAB_F_AUTOREAP)
		task->signal->autoreap = true;
	error = fail_at(ctx, PIDLAB_PHASE_TASK);
	if (error)
		goto out_task;
	pl_container_fork(task, parent);
	error = fail_at(ctx, PIDLAB_PHASE_CONTAINER);
	if (error)
		goto out_container;
	error = pl_who_alloc(ctx, ns, args->tid, &who);
	if (error)
		goto out_container;
	pl_point(ctx->lab, PL_POINT_FORK_NUMBERED);
	error = fail_at(ctx, PIDLAB_PHASE_NUMBER);
	if (!error)
		error = pl_container_can_fork(task);
	if (error)
		goto out_who;
	error = give_birth(ctx, task, parent, who, flags);
	if (error)
		goto out_cancel;
	*child = task;
	return 0;

out_cancel:
	pl_container_cancel_fork(task);
out_who:
	pl_who_free(ctx->lab, who);
out_container:
	pl_container_exit_unborn(task);
out_task:
	pl_task_free_unborn(task);
	return error;
}

/**
 * pl_fork() - make a child
 * @ctx: the operation
 * @parent: the acting task, its turn held, its exit not begun
 * @args: what kind of child
 * @child: out: the new task, counted for the caller
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: flags that contradict, a number out of range, or another
 * than 1 in a namespace without a first task; -EEXIST: a number that is taken;
 * -EAGAIN: too many tasks, or no number; -ENOSPC: another limit; -ENOMEM: no
 * memory, or the namespace is dying; -EINTR: the parent was killed meanwhile.
 * Nothing is left after an error but a moved "last number".
 */
int pl_fork(struct pl_ctx *ctx, struct pl_task *parent, const struct pl_fork_args *args,
	    struct pl_task **child)
{
	struct pl_pidns *ns;
	int error = check_flags(ctx->lab, parent, args->flags);

	if (error)
		return error;
	ns = choose_ns(ctx, parent, args->flags);
	if (IS_ERR(ns))
		return PTR_ERR(ns);
	error = check_tids(ns, args->tid);
	if (!error)
		error = fork_in(ctx, ns, parent, args, child);
	/* The child's pid counts the namespace. */
	pl_pidns_put(ns);
	return error;
}

/**
 * pl_fork_first() - make a lab's first task: number 1 of the root namespace
 * @ctx: the operation; the lab has its root namespace
 * @child: out: the task, counted for the caller
 *
 * It has no parent, and leads a group and a session of its own.
 *
 * Context: may sleep.
 * Return: 0 or the errors of pl_fork().
 */
int pl_fork_first(struct pl_ctx *ctx, struct pl_task **child)
{
	static const struct pl_fork_args args;
	int error = fork_in(ctx, ctx->lab->root_ns, NULL, &args, child);

	if (!error)
		(*child)->signal->session_leader = true;
	return error;
}
