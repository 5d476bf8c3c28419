// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>

#include "compat.h"
#include "exec.h"
#include "generation.h"
#include "lab.h"
#include "pid_namespace.h"
#include "who.h"

static inline const struct pl_who_ops *ops_of(const struct pl_lab *lab)
{
	return lab->generation->who;
}

static struct pl_who who_of_pid(struct pl_pid *pid)
{
	return (struct pl_who){ .pid = pid };
}

static int pid_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids,
		     struct pl_who *who)
{
	struct pl_pid *pid = pl_pid_alloc(ctx, ns, tids);

	if (IS_ERR(pid))
		return PTR_ERR(pid);
	*who = who_of_pid(pid);
	return 0;
}

static void pid_free(struct pl_lab *lab, struct pl_who who)
{
	pl_pid_free(lab, who.pid);
}

static void pid_attach(struct pl_task *task, enum pidlab_type type, struct pl_who who)
{
	pl_pid_attach(task, type, who.pid);
}

static struct pl_who pid_of_task(const struct pl_task *task, enum pidlab_type type)
{
	return who_of_pid(task->link[type].pid);
}

static struct pl_who pid_find(struct pl_pidns *ns, int nr)
{
	struct pl_pid *pid;

	/* It has users, or is about to: tasklist_lock keeps those that it has. */
	pl_rcu_read_lock(ns->lab);
	pid = pl_pid_find(nr, ns);
	pl_rcu_read_unlock(ns->lab);
	return who_of_pid(pid);
}

static struct pl_task *pid_first(struct pl_lab *lab, struct pl_who who, enum pidlab_type type)
{
	return pl_pid_first(lab, who.pid, type);
}

static struct pl_task *pid_next(struct pl_task *task, enum pidlab_type type)
{
	return hlist_entry_safe(task->link[type].node.next, struct pl_task, link[type].node);
}

static bool pid_used(struct pl_pidns *ns, int nr)
{
	return ns->lab->generation->index->find(ns, nr);
}

#define PID_OPS(exec_fn) \
	{ \
		.alloc = pid_alloc, \
		.free = pid_free, \
		.attach = pid_attach, \
		.detach = pl_pid_detach, \
		.transfer = pl_pid_transfer, \
		.exec = exec_fn, \
		.of_task = pid_of_task, \
		.find = pid_find, \
		.first = pid_first, \
		.next = pid_next, \
		.used = pid_used, \
	}

const struct pl_who_ops pl_who_takes = PID_OPS(pl_exec_take_pid);
const struct pl_who_ops pl_who_exchanges = PID_OPS(pl_exec_exchange_pids);

/**
 * pl_who_alloc() - what a new task is to use
 * @ctx: the operation
 * @ns: its innermost namespace
 * @tids: as for pl_pid_alloc()
 * @who: out
 *
 * Context: may sleep.
 * Return: 0, or the errors of pl_pid_alloc().
 */
int pl_who_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids, struct pl_who *who)
{
	return ops_of(ctx->lab)->alloc(ctx, ns, tids, who);
}
PL_EXPORT_FOR_KUNIT(pl_who_alloc);

/**
 * pl_who_free() - undo pl_who_alloc()
 * @lab: the lab
 * @who: nobody has used it
 *
 * Context: any.
 */
void pl_who_free(struct pl_lab *lab, struct pl_who who)
{
	ops_of(lab)->free(lab, who);
}
PL_EXPORT_FOR_KUNIT(pl_who_free);

/**
 * pl_who_find() - who has a number now
 * @nr: any int
 * @ns: as seen from here
 *
 * Context: tasklist_lock held; the result is valid as long as it has a user.
 * Return: who it is, or nobody. That it has a user is not said.
 */
struct pl_who pl_who_find(int nr, struct pl_pidns *ns)
{
	if (nr <= 0)
		return (struct pl_who){};
	return ops_of(ns->lab)->find(ns, nr);
}
PL_EXPORT_FOR_KUNIT(pl_who_find);

/**
 * pl_who_next_nr() - who has a number or the nearest above
 * @nr: where to begin, at least 1
 * @ns: as seen from here
 * @who: out
 *
 * A number that is taken but stands for nobody yet is passed over.
 *
 * Context: tasklist_lock held.
 * Return: the number, or -1 past the last one.
 */
int pl_who_next_nr(int nr, struct pl_pidns *ns, struct pl_who *who)
{
	struct pl_lab *lab = ns->lab;

	*who = (struct pl_who){};
	for (; pl_who_is_nobody(*who); nr++) {
		pl_rcu_read_lock(lab);
		nr = lab->generation->index->next(ns, nr);
		pl_rcu_read_unlock(lab);
		if (nr < 0)
			return -1;
		*who = pl_who_find(nr, ns);
	}
	return nr - 1;
}
PL_EXPORT_FOR_KUNIT(pl_who_next_nr);

/**
 * pl_who_first() - the first user
 * @lab: the lab
 * @who: nobody is fine
 * @type: by this type
 *
 * Context: tasklist_lock held; the result is valid as long.
 * Return: the task, or NULL.
 */
struct pl_task *pl_who_first(struct pl_lab *lab, struct pl_who who, enum pidlab_type type)
{
	if (pl_who_is_nobody(who))
		return NULL;
	return ops_of(lab)->first(lab, who, type);
}
PL_EXPORT_FOR_KUNIT(pl_who_first);

/**
 * pl_who_next_user() - the user after another
 * @task: a user by the type
 * @type: the type
 *
 * Context: tasklist_lock held.
 * Return: the task, or NULL.
 */
struct pl_task *pl_who_next_user(struct pl_task *task, enum pidlab_type type)
{
	return ops_of(task->lab)->next(task, type);
}
PL_EXPORT_FOR_KUNIT(pl_who_next_user);

/**
 * pl_who_nr() - the number as a namespace sees it
 * @who: nobody is fine
 * @ns: the namespace
 *
 * Context: the caller keeps both valid.
 * Return: the number; 0 where the namespace has none for it.
 */
int pl_who_nr(struct pl_who who, const struct pl_pidns *ns)
{
	/* Where numbers are all there is, there is one namespace. */
	return who.pid ? pl_pid_nr(who.pid, ns) : who.nr;
}
PL_EXPORT_FOR_KUNIT(pl_who_nr);

/**
 * pl_who_vnr() - the number in the innermost namespace
 * @who: nobody is fine
 *
 * Context: as pl_who_nr().
 * Return: the number, 0 for nobody.
 */
int pl_who_vnr(struct pl_who who)
{
	return who.pid ? who.pid->numbers[who.pid->level].nr : who.nr;
}
PL_EXPORT_FOR_KUNIT(pl_who_vnr);

/**
 * pl_who_ns() - the innermost namespace
 * @lab: the lab
 * @who: nobody is fine
 *
 * Context: as pl_who_nr().
 * Return: the namespace, NULL for nobody.
 */
struct pl_pidns *pl_who_ns(struct pl_lab *lab, struct pl_who who)
{
	if (who.pid)
		return pl_pid_ns(who.pid);
	return who.nr ? lab->root_ns : NULL;
}
PL_EXPORT_FOR_KUNIT(pl_who_ns);

/**
 * pl_task_own() - what a task's own link leads to
 * @task: the task
 * @type: which link
 *
 * Context: tasklist_lock held.
 * Return: who it is; nobody for an empty link.
 */
struct pl_who pl_task_own(const struct pl_task *task, enum pidlab_type type)
{
	return ops_of(task->lab)->of_task(task, type);
}
PL_EXPORT_FOR_KUNIT(pl_task_own);

/**
 * pl_task_who() - what a task uses, or its group uses for it
 * @task: the task
 * @type: which; TGID is the leader's PID in every generation
 *
 * Context: tasklist_lock held.
 * Return: who it is; nobody for a released task.
 */
struct pl_who pl_task_who(const struct pl_task *task, enum pidlab_type type)
{
	if (type == PIDLAB_TYPE_PID)
		return pl_task_own(task, PIDLAB_TYPE_PID);
	if (!task->group_leader)
		return (struct pl_who){};
	return pl_task_own(task->group_leader, type == PIDLAB_TYPE_TGID ? PIDLAB_TYPE_PID : type);
}
PL_EXPORT_FOR_KUNIT(pl_task_who);

/**
 * pl_task_attach() - let a task use something
 * @task: with an empty link of this type
 * @type: how
 * @who: what
 *
 * Context: tasklist_lock held for writing.
 */
void pl_task_attach(struct pl_task *task, enum pidlab_type type, struct pl_who who)
{
	ops_of(task->lab)->attach(task, type, who);
}
PL_EXPORT_FOR_KUNIT(pl_task_attach);

/**
 * pl_task_detach() - end a task's use of something
 * @task: the task; an empty link is left alone
 * @type: which use
 *
 * The numbers go with the last user.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_task_detach(struct pl_task *task, enum pidlab_type type)
{
	ops_of(task->lab)->detach(task, type);
}
PL_EXPORT_FOR_KUNIT(pl_task_detach);

/**
 * pl_task_change() - use something else from now on
 * @task: the task
 * @type: which use
 * @who: what; it has other users, or is not what the link leads to now
 *
 * Context: tasklist_lock held for writing.
 */
void pl_task_change(struct pl_task *task, enum pidlab_type type, struct pl_who who)
{
	if (pl_who_same(pl_task_own(task, type), who))
		return;
	pl_task_detach(task, type);
	pl_task_attach(task, type, who);
}
PL_EXPORT_FOR_KUNIT(pl_task_change);

/**
 * pl_task_transfer() - put one task in the place of another
 * @from: its link of this type is empty afterwards
 * @to: its link of this type was empty
 * @type: which use
 *
 * Context: tasklist_lock held for writing.
 */
void pl_task_transfer(struct pl_task *from, struct pl_task *to, enum pidlab_type type)
{
	ops_of(from->lab)->transfer(from, to, type);
}
PL_EXPORT_FOR_KUNIT(pl_task_transfer);
