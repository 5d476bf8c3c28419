// SPDX-License-Identifier: GPL-2.0
/* From numbers to pids, from pids to tasks and numbers. Declared in pid.h. */
#include "compat.h"
#include "index_find.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"

/**
 * pl_pid_find() - the pid that has a number now
 * @nr: any int
 * @ns: as seen from here
 *
 * Context: RCU read side; the result is valid until its end.
 * Return: the pid, or NULL.
 */
struct pl_pid *pl_pid_find(int nr, struct pl_pidns *ns)
{
	return pl_index_find(ns, nr);
}
PL_EXPORT_FOR_KUNIT(pl_pid_find);

/**
 * pl_pid_find_get() - the pid that has a number now, counted
 * @nr: any int
 * @ns: as seen from here
 *
 * The count is taken within the read side: a published pid that is found there
 * may be unpublished already, but its count has not fallen to zero.
 *
 * Context: any.
 * Return: the pid, to be put; or NULL.
 */
struct pl_pid *pl_pid_find_get(int nr, struct pl_pidns *ns)
{
	struct pl_pid *pid;

	pl_rcu_read_lock(ns->lab);
	pid = pl_pid_get(pl_index_find(ns, nr));
	pl_rcu_read_unlock(ns->lab);
	return pid;
}
PL_EXPORT_FOR_KUNIT(pl_pid_find_get);

/**
 * pl_pid_find_ge_get() - the pid at a number or the nearest above, counted
 * @nr: any int
 * @ns: as seen from here
 *
 * A number that is taken but not published is passed over.
 *
 * Context: any.
 * Return: the pid, to be put; or NULL past the last one.
 */
struct pl_pid *pl_pid_find_ge_get(int nr, struct pl_pidns *ns)
{
	struct pl_pid *pid = NULL;

	pl_rcu_read_lock(ns->lab);
	for (nr = max(nr, 1); !pid; nr++) {
		nr = ns->index->next(ns, nr);
		if (nr < 0)
			break;
		pid = pl_pid_get(pl_index_find(ns, nr));
	}
	pl_rcu_read_unlock(ns->lab);
	return pid;
}
PL_EXPORT_FOR_KUNIT(pl_pid_find_ge_get);

/**
 * pl_pid_first() - the first user of a pid
 * @lab: the lab
 * @pid: NULL is fine
 * @type: by this type
 *
 * Context: RCU read side or tasklist_lock; the result is valid as long.
 * Return: the task, or NULL.
 */
struct pl_task *pl_pid_first(struct pl_lab *lab, struct pl_pid *pid, enum pidlab_type type)
{
	struct hlist_node *first;

	if (!pid)
		return NULL;
	/* Pairs with pl_pid_attach(), pl_pid_transfer() and swap_users() of exec.c. */
	first = rcu_dereference_check(hlist_first_rcu(&pid->users[type]),
				      pl_rcu_held(lab) ||
				      pl_is_held(&lab->tasklist_lock));
	return first ? container_of(first, struct pl_task, link[type].node) : NULL;
}
PL_EXPORT_FOR_KUNIT(pl_pid_first);

/**
 * pl_pid_first_get() - the first user of a pid, counted
 * @pid: a pid the caller has a count of
 * @type: by this type
 *
 * A task met in the list under RCU has a usage that cannot fall to zero before
 * the read side ends: rcu_users or its grace period holds one.
 *
 * Context: any.
 * Return: the task, to be put; or NULL.
 */
struct pl_task *pl_pid_first_get(struct pl_pid *pid, enum pidlab_type type)
{
	struct pl_lab *lab = pl_pid_lab(pid);
	struct pl_task *task;

	pl_rcu_read_lock(lab);
	task = pl_pid_first(lab, pid, type);
	if (task)
		pl_task_get(task);
	pl_rcu_read_unlock(lab);
	return task;
}
PL_EXPORT_FOR_KUNIT(pl_pid_first_get);

/**
 * pl_pid_nr() - what a namespace calls a pid
 * @pid: NULL is fine
 * @ns: the namespace
 *
 * Context: the caller keeps both valid.
 * Return: the number; 0 for no pid, and for a namespace that does not contain
 * the pid's own.
 */
int pl_pid_nr(const struct pl_pid *pid, const struct pl_pidns *ns)
{
	if (!pid || ns->level > pid->level)
		return 0;
	if (pid->numbers[ns->level].ns != ns)
		return 0;
	return pid->numbers[ns->level].nr;
}
PL_EXPORT_FOR_KUNIT(pl_pid_nr);
