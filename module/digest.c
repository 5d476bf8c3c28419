// SPDX-License-Identifier: GPL-2.0
/*
 * The digest: equal states have equal digests, whatever path led there.
 *
 * A sum over all objects of a hash of what each is, in terms of numbers and
 * not of ids or addresses, so that the order of the walk does not matter and
 * ids given in vain do not show. Left out: what only decides the next number
 * (a namespace's last one), counts (the checker's matter), and what waits for
 * a grace period.
 */
#include "bug.h"
#include "check.h"
#include "compat.h"
#include "container.h"
#include "generation.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "ref.h"
#include "reserve.h"
#include "subsys.h"
#include "task.h"
#include "watch.h"
#include "who.h"

/* The finaliser of splitmix64: each bit of the input moves half of the output. */
static u64 mix(u64 hash, u64 value)
{
	hash = (hash ^ value) + 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
	return hash ^ (hash >> 31);
}

static int root_nr(const struct pl_task *task, enum pidlab_type type)
{
	return task ? pl_task_nr(task, type, task->lab->root_ns) : 0;
}

/* Where there is no struct pid: the users of the numbers whose first one it is. */
static u64 digest_queues(u64 hash, struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	struct pl_task *user;
	struct pl_who who;
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		who = pl_task_own(task, type);
		if (type == PIDLAB_TYPE_TGID || pl_who_first(lab, who, type) != task)
			continue;
		hash = mix(hash, type);
		pl_for_each_user(user, lab, who, type)
			hash = mix(hash, root_nr(user, PIDLAB_TYPE_PID));
	}
	return hash;
}

/* The containers a task is in. Where it is left after its exit tells nothing. */
static u64 digest_place(u64 hash, const struct pl_task *task)
{
	struct pl_css *css;
	int i;

	if (task->flags & PL_TASK_EXITING)
		return hash;
	pl_for_each_subsys(i) {
		css = pl_css_of(task, i);
		if (css)
			hash = mix(hash, (u64)css->container->nr << 8 | i);
	}
	return task->containers.frozen ? mix(hash, 1) : hash;
}

static u64 digest_task(struct pl_task *task)
{
	u64 hash = mix(PIDLAB_OBJECT_TASK, task->state);
	int type;

	hash = mix(hash, pl_task_exit_code(task));
	hash = mix(hash, task->cpu);
	if (task->state == PIDLAB_STATE_DEAD)
		return mix(hash, atomic_read(&task->holds));
	for (type = 0; type < PIDLAB_TYPE_COUNT; type++)
		hash = mix(hash, root_nr(task, type));
	if (!task->lab->generation->has_pids)
		hash = digest_queues(hash, task);
	hash = mix(hash, root_nr(task->real_parent, PIDLAB_TYPE_PID));
	hash = mix(hash, task->flags);
	hash = mix(hash, task->signal->session_leader);
	hash = mix(hash, task->signal->autoreap);
	if (task->children_ns) {
		hash = mix(hash, task->children_ns->level);
		hash = mix(hash, root_nr(task->children_ns->reaper, PIDLAB_TYPE_PID));
	}
	hash = digest_place(hash, task);
	return mix(hash, pl_task_is_reaper(task));
}

/* All numbers of the pid, and its users in their order. */
static u64 digest_pid(const struct pl_pid *pid)
{
	u64 hash = mix(PIDLAB_OBJECT_PID, pid->published);
	struct pl_task *task;
	unsigned int level;
	int type;

	for (level = 0; level <= pid->level; level++)
		hash = mix(hash, pid->numbers[level].nr);
	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		/* Not every generation has these links, and they tell nothing new. */
		if (type == PIDLAB_TYPE_TGID)
			continue;
		hash = mix(hash, type);
		hlist_for_each_entry(task, &pid->users[type], link[type].node)
			hash = mix(hash, root_nr(task, PIDLAB_TYPE_PID));
	}
	return hash;
}

static u64 digest_ns(const struct pl_pidns *ns)
{
	u64 hash = mix(PIDLAB_OBJECT_NS, ns->level);
	int nr;

	hash = mix(hash, ns->adding);
	hash = mix(hash, ns->nr_pids);
	hash = mix(hash, ns->live);
	hash = mix(hash, ns->pid_max);
	for (nr = pl_reserve_next(ns, 1); nr > 0; nr = pl_reserve_next(ns, nr + 1))
		hash = mix(hash, nr);
	return mix(hash, root_nr(ns->reaper, PIDLAB_TYPE_PID));
}

/* The first user behind a task_ref, were a bug of the time not in its way. */
static int weak_nr(struct pl_lab *lab, const struct pl_tref *weak)
{
	if (pl_has_bugs(lab) && (pl_is_grave(lab, weak) ||
				 (weak->task && pl_is_grave(lab, weak->task))))
		return 0;
	return root_nr(weak->task, PIDLAB_TYPE_PID);
}

static u64 digest_ref(struct pl_lab *lab, const struct pl_ref *ref)
{
	u64 hash = mix(PIDLAB_OBJECT_REF, ref->kind);

	hash = mix(hash, ref->type);
	hash = mix(hash, ref->nr);
	if (ref->kind == PL_REF_WEAK || ref->kind == PL_REF_WATCH)
		hash = mix(hash, weak_nr(lab, ref->weak));
	if (ref->kind == PL_REF_WATCH) {
		hash = mix(hash, ref->watch->handovers);
		hash = mix(hash, ref->watch->told);
		hash = mix(hash, ref->is_file);
	}
	return hash;
}

static u64 digest_container(const struct pl_container *container)
{
	u64 hash = mix(PIDLAB_OBJECT_CONTAINER, container->nr);
	const struct pl_subsys *ss;
	int i;

	hash = mix(hash, container->removed);
	hash = mix(hash, container->notify);
	hash = mix(hash, container->mask);
	hash = mix(hash, !list_empty(&container->release_node));
	hash = mix(hash, container->parent ? container->parent->nr : 0);
	pl_for_each_subsys(i) {
		ss = container->lab->containers.hooks->subsys[i];
		if (container->css[i])
			hash = mix(hash, ss->digest(container->css[i]));
	}
	return hash;
}

static u64 digest_object(struct pl_lab *lab, struct pl_object *object)
{
	switch (pl_id_kind(object->id)) {
	case PIDLAB_OBJECT_TASK:
		return digest_task(pl_task_of(object));
	case PIDLAB_OBJECT_PID:
		return digest_pid(pl_pid_of(object));
	case PIDLAB_OBJECT_NS:
		return digest_ns(pl_pidns_of(object));
	case PIDLAB_OBJECT_REF:
		return digest_ref(lab, pl_ref_of(object));
	case PIDLAB_OBJECT_CONTAINER:
		return digest_container(pl_container_of(object));
	default:
		return 0;
	}
}

/**
 * pl_digest() - a hash of the lab's state
 * @lab: a lab that is set up
 *
 * Context: lab->quiesce held for writing; sleeps.
 * Return: the digest.
 */
u64 pl_digest(struct pl_lab *lab)
{
	struct pl_object *object;
	unsigned long serial;
	u64 sum = 0;

	lockdep_assert_held_write(&lab->quiesce);
	pl_settle(lab);
	/* Nothing comes or goes from here on: the walk needs no counts. */
	xa_for_each(&lab->objects, serial, object) {
		pl_read_lock(&lab->tasklist_lock);
		sum += digest_object(lab, object);
		pl_read_unlock(&lab->tasklist_lock);
		cond_resched();
	}
	return sum;
}
PL_EXPORT_FOR_KUNIT(pl_digest);
