// SPDX-License-Identifier: GPL-2.0
/* The tasks of a lab at one instant, for people to look at. */
#include "check.h"
#include "compat.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "task.h"

static u32 public_flags(const struct pl_task *task)
{
	u32 flags = 0;

	if (task->state != PIDLAB_STATE_DEAD && !pl_task_is_leader(task))
		flags |= PIDLAB_TASK_THREAD;
	if (pl_task_is_reaper(task))
		flags |= PIDLAB_TASK_REAPER;
	if (task->signal->session_leader)
		flags |= PIDLAB_TASK_SESSION;
	if (task->flags & PL_TASK_EXECED)
		flags |= PIDLAB_TASK_EXECED;
	if (task->signal->autoreap)
		flags |= PIDLAB_TASK_AUTOREAP;
	if (task->cpu != PL_NO_CPU)
		flags |= PIDLAB_TASK_CURR | task->cpu << PIDLAB_TASK_CPU_SHIFT;
	return flags;
}

static void describe_identity(const struct pl_task *task, struct pidlab_task_info *info)
{
	struct pl_pidns *root = task->lab->root_ns, *ns = pl_task_ns(task);
	struct pl_pid *pid = pl_task_pid(task, PIDLAB_TYPE_PID);

	info->nr = pl_task_nr(task, PIDLAB_TYPE_PID, root);
	info->vnr = pl_task_vnr(task);
	info->tgid = pl_task_nr(task, PIDLAB_TYPE_TGID, root);
	info->pgid = pl_task_nr(task, PIDLAB_TYPE_PGID, root);
	info->sid = pl_task_nr(task, PIDLAB_TYPE_SID, root);
	info->pid = pid ? pid->object.id : 0;
	info->ns = ns ? ns->object.id : 0;
	info->level = ns ? ns->level : 0;
}

/**
 * pl_describe_task() - what a task is
 * @task: the task
 * @info: out
 *
 * Context: lab->quiesce held for writing, or tasklist_lock.
 */
void pl_describe_task(struct pl_task *task, struct pidlab_task_info *info)
{
	const struct pl_task *leader = task->group_leader;

	memset(info, 0, sizeof(*info));
	info->id = task->object.id;
	if (leader) {
		info->leader = leader->object.id;
		info->parent = leader->real_parent ? leader->real_parent->object.id : 0;
	}
	describe_identity(task, info);
	info->state = task->state;
	info->flags = public_flags(task);
	info->exit_code = pl_task_exit_code(task);
	info->usage = refcount_read(&task->object.count);
	info->rcu_users = pl_rcu_users_read(task);
	info->holds = atomic_read(&task->holds);
	info->payload = task->payload ? task->lab->setting[PIDLAB_SET_TASK_PAYLOAD] : 0;
}

static bool is_dead_task(const struct pl_object *object)
{
	return pl_id_kind(object->id) == PIDLAB_OBJECT_TASK &&
	       pl_task_of((struct pl_object *)object)->state == PIDLAB_STATE_DEAD;
}

/**
 * pl_snapshot() - describe the tasks of a lab
 * @lab: a lab that is set up
 * @info: room for the descriptions
 * @room: how many of them
 *
 * The unreaped ones in the order of their forks, then the reaped ones that
 * something holds.
 *
 * Context: lab->quiesce held for writing; sleeps.
 * Return: how many tasks there are; the first @room of them are described.
 */
unsigned int pl_snapshot(struct pl_lab *lab, struct pidlab_task_info *info, unsigned int room)
{
	struct pl_object *object;
	unsigned long serial;
	unsigned int count = 0;
	struct pl_task *task;

	lockdep_assert_held_write(&lab->quiesce);
	pl_settle(lab);
	list_for_each_entry(task, &lab->tasks, node) {
		if (count < room)
			pl_describe_task(task, &info[count]);
		count++;
	}
	xa_for_each(&lab->objects, serial, object) {
		if (!is_dead_task(object))
			continue;
		if (count < room)
			pl_describe_task(pl_task_of(object), &info[count]);
		count++;
	}
	return count;
}
PL_EXPORT_FOR_KUNIT(pl_snapshot);
