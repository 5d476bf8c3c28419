// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>

#include "compat.h"
#include "lab.h"
#include "nsproxy.h"
#include "pid_namespace.h"
#include "task.h"

/* Its own, or one inside: so that a parent sees its children's numbers. */
static bool is_within_reach(const struct pl_pidns *own, const struct pl_pidns *ns)
{
	while (ns->level > own->level)
		ns = ns->parent;
	return ns == own;
}

/* The namespace to be put is the one before. */
static struct pl_pidns *replace(struct pl_lab *lab, struct pl_task *task, struct pl_pidns *ns)
{
	struct pl_pidns *before;

	pl_write_lock(&lab->tasklist_lock);
	before = task->children_ns;
	task->children_ns = ns;
	pl_write_unlock(&lab->tasklist_lock);
	return before;
}

/**
 * pl_setns() - choose the namespace of a task's children, as setns(2)
 * @lab: the lab
 * @task: the acting task, its turn held
 * @ns: counted by the caller
 *
 * Context: takes tasklist_lock; drops counts of namespaces.
 * Return: 0, or -EINVAL: neither its own namespace nor one inside.
 */
int pl_setns(struct pl_lab *lab, struct pl_task *task, struct pl_pidns *ns)
{
	struct pl_pidns *own;

	/* A running task has a pid, which keeps its namespace. */
	pl_read_lock(&lab->tasklist_lock);
	own = pl_task_ns(task);
	pl_read_unlock(&lab->tasklist_lock);
	if (!is_within_reach(own, ns))
		return -EINVAL;
	pl_pidns_put(replace(lab, task, ns == own ? NULL : pl_pidns_get(ns)));
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_setns);

/**
 * pl_unshare() - a new namespace for a task's children, as unshare(2)
 * @ctx: the operation
 * @task: the acting task, its turn held
 * @ns: out: the namespace; the task counts it
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: its children are born in another namespace already; or
 * the errors of pl_pidns_create().
 */
int pl_unshare(struct pl_ctx *ctx, struct pl_task *task, struct pl_pidns **ns)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_pidns *own, *child;

	pl_read_lock(&lab->tasklist_lock);
	own = task->children_ns ? NULL : pl_task_ns(task);
	pl_read_unlock(&lab->tasklist_lock);
	if (!own)
		return -EINVAL;
	child = pl_pidns_create(ctx, own);
	if (IS_ERR(child))
		return PTR_ERR(child);
	*ns = child;
	replace(lab, task, child);
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_unshare);

/**
 * pl_nsproxy_children() - the namespace that a task's children are born in
 * @lab: the lab
 * @task: the acting task, its turn held
 *
 * Return: the namespace, counted for the caller.
 */
struct pl_pidns *pl_nsproxy_children(struct pl_lab *lab, const struct pl_task *task)
{
	struct pl_pidns *ns;

	pl_read_lock(&lab->tasklist_lock);
	ns = pl_pidns_get(task->children_ns ?: pl_task_ns(task));
	pl_read_unlock(&lab->tasklist_lock);
	return ns;
}

/**
 * pl_nsproxy_drop() - a task in exit has no more children
 * @task: the task
 *
 * Context: tasklist_lock held for writing.
 * Return: the namespace it counted, to be put without the lock; or NULL.
 */
struct pl_pidns *pl_nsproxy_drop(struct pl_task *task)
{
	struct pl_pidns *ns = task->children_ns;

	pl_assert_write_held(&task->lab->tasklist_lock);
	task->children_ns = NULL;
	return ns;
}
