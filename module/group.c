// SPDX-License-Identifier: GPL-2.0
#include "compat.h"
#include "group.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"

static struct pl_task *find_process(struct pl_lab *lab, int nr, struct pl_pidns *ns)
{
	return pl_who_first(lab, pl_who_find(nr, ns), PIDLAB_TYPE_PID);
}

/* Whether two tasks are of one session. */
static bool same_session(const struct pl_task *a, const struct pl_task *b)
{
	return pl_who_same(pl_task_who(a, PIDLAB_TYPE_SID), pl_task_who(b, PIDLAB_TYPE_SID));
}

/* Whether the caller may move this process at all; Linux's order of checks. */
static int may_move(const struct pl_task *target, const struct pl_task *caller)
{
	if (!pl_task_is_leader(target))
		return -EINVAL;
	if (target->real_parent && pl_task_same_group(target->real_parent, caller)) {
		if (!same_session(target, caller))
			return -EPERM;
		if (target->flags & PL_TASK_EXECED)
			return -EACCES;
	} else if (target != caller) {
		return -ESRCH;
	}
	return target->signal->session_leader ? -EPERM : 0;
}

/* The group to join: the target's own number, or one of the caller's session. */
static struct pl_who find_group(struct pl_lab *lab, struct pl_task *target,
				 const struct pl_task *caller, int pgid)
{
	struct pl_who own = pl_task_who(target, PIDLAB_TYPE_PID), group;
	struct pl_task *member;

	if (pl_who_nr(own, pl_task_ns(caller)) == pgid)
		return own;
	group = pl_who_find(pgid, pl_task_ns(caller));
	member = pl_who_first(lab, group, PIDLAB_TYPE_PGID);
	if (!member || !same_session(member, caller))
		return (struct pl_who){};
	/* It has a member, and tasklist_lock keeps that there. */
	return group;
}

static int setpgid_locked(struct pl_lab *lab, struct pl_task *caller, int nr, int pgid)
{
	struct pl_pidns *ns = pl_task_ns(caller);
	struct pl_task *target;
	struct pl_who group;
	int error;

	if (!nr)
		nr = pl_task_vnr(caller);
	if (!pgid)
		pgid = nr;
	if (pgid < 0)
		return -EINVAL;
	target = find_process(lab, nr, ns);
	if (!target)
		return -ESRCH;
	error = may_move(target, caller);
	if (error)
		return error;
	group = find_group(lab, target, caller, pgid);
	if (pl_who_is_nobody(group))
		return -EPERM;
	pl_task_change(target, PIDLAB_TYPE_PGID, group);
	return 0;
}

/**
 * pl_setpgid() - move a process to a group, as setpgid(2)
 * @lab: the lab
 * @task: the acting task, its turn held
 * @nr: the process; 0: the caller's own
 * @pgid: the group; 0: the process's own number
 *
 * Context: takes tasklist_lock.
 * Return: 0; -EINVAL: negative group, or not a leader; -ESRCH: neither the
 * caller nor a child; -EPERM: another session, a session leader, or no such
 * group in the session; -EACCES: the child has called exec.
 */
int pl_setpgid(struct pl_lab *lab, struct pl_task *task, int nr, int pgid)
{
	int error;

	pl_write_lock(&lab->tasklist_lock);
	error = setpgid_locked(lab, task->group_leader, nr, pgid);
	pl_write_unlock(&lab->tasklist_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_setpgid);

/**
 * pl_setsid() - start a session, as setsid(2)
 * @lab: the lab
 * @task: the acting task, its turn held
 *
 * Context: takes tasklist_lock.
 * Return: the session's number in the caller's namespace, or -EPERM: the
 * process leads a session, or a group has its number.
 */
int pl_setsid(struct pl_lab *lab, struct pl_task *task)
{
	struct pl_task *leader;
	struct pl_who sid;
	int result = -EPERM;

	pl_write_lock(&lab->tasklist_lock);
	leader = task->group_leader;
	sid = pl_task_who(leader, PIDLAB_TYPE_PID);
	if (!leader->signal->session_leader && !pl_who_first(lab, sid, PIDLAB_TYPE_PGID)) {
		leader->signal->session_leader = true;
		pl_task_change(leader, PIDLAB_TYPE_SID, sid);
		pl_task_change(leader, PIDLAB_TYPE_PGID, sid);
		result = pl_task_vnr(leader);
	}
	pl_write_unlock(&lab->tasklist_lock);
	return result;
}
PL_EXPORT_FOR_KUNIT(pl_setsid);
