// SPDX-License-Identifier: GPL-2.0
/* What the objects of a lab are, as attributes. Declared in netlink.h. */
#include <linux/bitops.h>
#include <net/netlink.h>

#include "bug.h"
#include "check.h"
#include "container.h"
#include "event.h"
#include "generation.h"
#include "lab.h"
#include "netlink.h"
#include "pid.h"
#include "pid_namespace.h"
#include "ref.h"
#include "task.h"
#include "task_ref.h"
#include "who.h"

#define PUT_U64(skb, SET, NAME, value) \
	nla_put_u64_64bit(skb, PIDLAB_A_##SET##_##NAME, value, PIDLAB_A_##SET##_PAD)

static int add_flag(struct sk_buff *skb, int attr, bool set)
{
	return set ? nla_put_flag(skb, attr) : 0;
}

/**
 * pl_put_lab() - what a lab is
 * @skb: where to
 * @lab: the lab
 *
 * Context: any but hard interrupts; takes the lock of those who listen.
 * Return: 0 or -EMSGSIZE.
 */
int pl_put_lab(struct sk_buff *skb, struct pl_lab *lab)
{
	struct nlattr *nest = nla_nest_start(skb, PIDLAB_A_LAB);
	u64 sequence, lost;

	pl_events_count(lab, &sequence, &lost);
	if (!nest || PUT_U64(skb, LAB, NUMBER, lab->number) ||
	    nla_put_u32(skb, PIDLAB_A_LAB_GENERATION, lab->setting[PIDLAB_SET_GENERATION]) ||
	    add_flag(skb, PIDLAB_A_LAB_READY, pl_lab_ready(lab)) ||
	    PUT_U64(skb, LAB, CHANGES, atomic_long_read(&lab->changes)) ||
	    PUT_U64(skb, LAB, SEQUENCE, sequence) || PUT_U64(skb, LAB, LOST, lost) ||
	    nla_put_u32(skb, PIDLAB_A_LAB_LISTENERS, pl_count_listeners(lab)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int add_link(struct sk_buff *skb, const struct pl_task *task, enum pidlab_type type)
{
	struct nlattr *nest = nla_nest_start(skb, PIDLAB_A_TASK_LINK);
	struct pl_who who = pl_task_own(task, type);

	if (!nest || nla_put_u32(skb, PIDLAB_A_LINK_TYPE, type) ||
	    PUT_U64(skb, LINK, PID, who.pid ? who.pid->object.id : 0) ||
	    nla_put_s32(skb, PIDLAB_A_LINK_NR, pl_who_nr(who, task->lab->root_ns)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int add_place(struct sk_buff *skb, const struct pl_task *task, enum pidlab_subsys subsys)
{
	const struct pl_css *css = pl_css_of(task, subsys);
	struct nlattr *nest;

	if (!css)
		return 0;
	nest = nla_nest_start(skb, PIDLAB_A_TASK_PLACE);
	if (!nest || nla_put_u32(skb, PIDLAB_A_PLACE_SUBSYSTEM, subsys) ||
	    PUT_U64(skb, PLACE, CONTAINER, pl_css_container(css)->object.id))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int add_info(struct sk_buff *skb, const struct pidlab_task_info *info)
{
	return PUT_U64(skb, TASK, ID, info->id) ||
			       PUT_U64(skb, TASK, PARENT, info->parent) ||
			       PUT_U64(skb, TASK, LEADER, info->leader) ||
			       PUT_U64(skb, TASK, NAMESPACE, info->ns) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_STATE, info->state) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_FLAGS, info->flags) ||
			       nla_put_s32(skb, PIDLAB_A_TASK_EXIT_CODE, info->exit_code) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_USAGE, info->usage) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_RCU_USERS, info->rcu_users) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_HOLDS, info->holds) ||
			       PUT_U64(skb, TASK, PAYLOAD, info->payload) ||
			       nla_put_s32(skb, PIDLAB_A_TASK_NR, info->nr) ||
			       nla_put_s32(skb, PIDLAB_A_TASK_VNR, info->vnr) ||
			       nla_put_u32(skb, PIDLAB_A_TASK_LEVEL, info->level) ?
		       -EMSGSIZE :
		       0;
}

static int add_task(struct sk_buff *skb, struct pl_task *task)
{
	struct pidlab_task_info info;
	int i, error;

	pl_describe_task(task, &info);
	error = add_info(skb, &info);
	if (!error)
		error = add_flag(skb, PIDLAB_A_TASK_FROZEN, task->containers.frozen);
	for (i = 0; i < PIDLAB_TYPE_COUNT && !error; i++)
		error = add_link(skb, task, i);
	for (i = 0; i < PIDLAB_SUBSYS_COUNT && !error; i++)
		error = add_place(skb, task, i);
	return error;
}

static int add_upid(struct sk_buff *skb, u64 ns, int nr)
{
	struct nlattr *nest = nla_nest_start(skb, PIDLAB_A_PID_NUMBER);

	if (!nest || PUT_U64(skb, NUMBER, NAMESPACE, ns) ||
	    nla_put_s32(skb, PIDLAB_A_NUMBER_NR, nr))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int add_user(struct sk_buff *skb, const struct pl_task *task, enum pidlab_type type)
{
	struct nlattr *nest = nla_nest_start(skb, PIDLAB_A_PID_USER);

	if (!nest || nla_put_u32(skb, PIDLAB_A_USER_TYPE, type) ||
	    PUT_U64(skb, USER, TASK, task->object.id))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* A nest with a u32 and a u64, which may need padding. */
#define USER_BYTES (nla_total_size(nla_total_size(sizeof(u32)) + nla_total_size_64bit(sizeof(u64))))

/* More than this would not go into one nest. */
#define USERS_AT_A_TIME 1024

static unsigned int count_users(struct pl_lab *lab, struct pl_who who)
{
	unsigned int count = 0;
	struct pl_task *task;
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		if (pl_generation_has(lab->generation, type))
			pl_for_each_user(task, lab, who, type)
				count++;
	}
	return count;
}

/* Those from the @first on, up to the one before @end. */
static int add_some_users(struct sk_buff *skb, struct pl_lab *lab, struct pl_who who,
			  unsigned int first, unsigned int end)
{
	struct pl_task *task;
	unsigned int at = 0;
	int type, error = 0;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		if (!pl_generation_has(lab->generation, type))
			continue;
		pl_for_each_user(task, lab, who, type) {
			if (at >= first && at < end && !error)
				error = add_user(skb, task, type);
			at++;
		}
	}
	return error;
}

/* As many as there is room for; @told: how many were before, 0 once all are. */
static int add_users(struct sk_buff *skb, struct pl_lab *lab, struct pl_who who,
		     unsigned int *told)
{
	unsigned int left = count_users(lab, who) - *told, now;
	unsigned int room = skb_tailroom(skb) / USER_BYTES;
	int error;

	/* Room for the flag, too. */
	now = min3(left, room ? room - 1 : 0, USERS_AT_A_TIME);
	if (now < left && !now)
		return -EMSGSIZE;
	error = add_flag(skb, PIDLAB_A_PID_MORE, now < left);
	if (!error)
		error = add_some_users(skb, lab, who, *told, *told + now);
	if (!error)
		*told = now < left ? *told + now : 0;
	return error;
}

static int add_pid(struct sk_buff *skb, struct pl_lab *lab, struct pl_pid *pid,
		   unsigned int *told)
{
	unsigned int level;
	int error = 0;

	if (PUT_U64(skb, PID, ID, pid->object.id) ||
	    nla_put_u32(skb, PIDLAB_A_PID_COUNT, refcount_read(&pid->object.count)) ||
	    nla_put_u32(skb, PIDLAB_A_PID_LEVEL, pid->level) ||
	    add_flag(skb, PIDLAB_A_PID_PUBLISHED, pid->published))
		return -EMSGSIZE;
	for (level = 0; level <= pid->level && !error; level++)
		error = add_upid(skb, pid->numbers[level].ns->object.id, pid->numbers[level].nr);
	if (!error)
		error = add_users(skb, lab, (struct pl_who){ .pid = pid }, told);
	return error;
}

static int add_namespace(struct sk_buff *skb, struct pl_pidns *ns)
{
	if (PUT_U64(skb, NAMESPACE, ID, ns->object.id) ||
	    PUT_U64(skb, NAMESPACE, PARENT, ns->parent ? ns->parent->object.id : 0) ||
	    nla_put_u32(skb, PIDLAB_A_NAMESPACE_LEVEL, ns->level) ||
	    nla_put_s32(skb, PIDLAB_A_NAMESPACE_LAST, ns->lab->generation->index->last(ns)) ||
	    nla_put_s32(skb, PIDLAB_A_NAMESPACE_PID_MAX, ns->pid_max) ||
	    PUT_U64(skb, NAMESPACE, REAPER, ns->reaper ? ns->reaper->object.id : 0) ||
	    add_flag(skb, PIDLAB_A_NAMESPACE_DYING, !ns->adding) ||
	    nla_put_u32(skb, PIDLAB_A_NAMESPACE_COUNT, refcount_read(&ns->object.count)) ||
	    nla_put_u32(skb, PIDLAB_A_NAMESPACE_PIDS, ns->nr_pids))
		return -EMSGSIZE;
	return 0;
}

static int add_container(struct sk_buff *skb, const struct pl_container *container)
{
	const struct pl_container *parent = container->parent;
	int count = atomic_read(&container->count);

	/* Each task counts once for each subsystem. */
	if (PUT_U64(skb, CONTAINER, ID, container->object.id) ||
	    PUT_U64(skb, CONTAINER, PARENT, parent ? parent->object.id : 0) ||
	    PUT_U64(skb, CONTAINER, ROOT, container->root->object.id) ||
	    nla_put_u32(skb, PIDLAB_A_CONTAINER_SUBSYSTEMS, container->mask) ||
	    nla_put_u32(skb, PIDLAB_A_CONTAINER_TASKS, count / hweight32(container->mask)) ||
	    nla_put_u32(skb, PIDLAB_A_CONTAINER_COUNT, count) ||
	    nla_put_u32(skb, PIDLAB_A_CONTAINER_DEPTH, container->depth))
		return -EMSGSIZE;
	return 0;
}

/**
 * struct target - what a reference leads to
 * @object: id of what is pinned, or of the first user
 * @gone: there is no task behind it that is not reaped
 */
struct target {
	u64 object;
	bool gone;
};

static bool is_reaped(const struct pl_task *task)
{
	return task->state == PIDLAB_STATE_DEAD;
}

/* The first user, were a bug of the time not in its way. */
static const struct pl_task *weak_user(struct pl_lab *lab, const struct pl_tref *weak)
{
	if (pl_has_bugs(lab) && (pl_is_grave(lab, weak) ||
				 (weak->task && pl_is_grave(lab, weak->task))))
		return NULL;
	return weak->task;
}

static void find_target(struct pl_lab *lab, const struct pl_ref *ref, struct target *target)
{
	const struct pl_task *task;

	switch (ref->kind) {
	case PL_REF_TASK:
	case PL_REF_RCU_USER:
		target->object = ref->task->object.id;
		target->gone = is_reaped(ref->task);
		break;
	case PL_REF_PID:
		target->object = ref->pid->object.id;
		target->gone = !pl_pid_first(lab, ref->pid, ref->type);
		break;
	case PL_REF_WEAK:
	case PL_REF_WATCH:
		task = weak_user(lab, ref->weak);
		target->object = task ? task->object.id : 0;
		target->gone = !task;
		break;
	case PL_REF_REVIVED:
		target->object = ref->task_id;
		target->gone = true;
		break;
	}
}

static int add_reference(struct sk_buff *skb, struct pl_lab *lab, const struct pl_ref *ref)
{
	struct target target = {};

	find_target(lab, ref, &target);
	if (PUT_U64(skb, REFERENCE, ID, ref->object.id) ||
	    nla_put_u32(skb, PIDLAB_A_REFERENCE_KIND, pl_ref_public_kind(ref)) ||
	    PUT_U64(skb, REFERENCE, OBJECT, target.object) ||
	    nla_put_u32(skb, PIDLAB_A_REFERENCE_TYPE, ref->type) ||
	    nla_put_s32(skb, PIDLAB_A_REFERENCE_NR, ref->nr) ||
	    add_flag(skb, PIDLAB_A_REFERENCE_GONE, target.gone))
		return -EMSGSIZE;
	return 0;
}

/* The attribute that an object of a kind is in. */
static const int nest_of[] = {
	[PIDLAB_OBJECT_TASK] = PIDLAB_A_TASK,
	[PIDLAB_OBJECT_PID] = PIDLAB_A_PID,
	[PIDLAB_OBJECT_NS] = PIDLAB_A_NAMESPACE,
	[PIDLAB_OBJECT_REF] = PIDLAB_A_REFERENCE,
	[PIDLAB_OBJECT_CONTAINER] = PIDLAB_A_CONTAINER,
};

static int add_by_kind(struct sk_buff *skb, struct pl_lab *lab, struct pl_object *object,
		       unsigned int *users)
{
	switch (pl_id_kind(object->id)) {
	case PIDLAB_OBJECT_TASK:
		return add_task(skb, pl_task_of(object));
	case PIDLAB_OBJECT_PID:
		return add_pid(skb, lab, pl_pid_of(object), users);
	case PIDLAB_OBJECT_NS:
		return add_namespace(skb, pl_pidns_of(object));
	case PIDLAB_OBJECT_REF:
		return add_reference(skb, lab, pl_ref_of(object));
	case PIDLAB_OBJECT_CONTAINER:
		return add_container(skb, pl_container_of(object));
	default:
		return 0;
	}
}

/**
 * pl_put_object() - what an object is
 * @skb: where to
 * @lab: the lab
 * @object: the object
 * @users: how many users of a pid were told before; out: now, or 0 for all
 *
 * Context: lab->quiesce held for writing, tasklist_lock for reading.
 * Return: 0 or -EMSGSIZE.
 */
int pl_put_object(struct sk_buff *skb, struct pl_lab *lab, struct pl_object *object,
		  unsigned int *users)
{
	struct nlattr *nest = nla_nest_start(skb, nest_of[pl_id_kind(object->id)]);
	int error = nest ? add_by_kind(skb, lab, object, users) : -EMSGSIZE;

	if (!error)
		nla_nest_end(skb, nest);
	return error;
}

/**
 * pl_put_number() - a number that tasks use, in the place of a struct pid
 * @skb: where to
 * @lab: the lab
 * @who: the number
 * @users: as for pl_put_object()
 *
 * Context: as pl_put_object().
 * Return: 0 or -EMSGSIZE.
 */
int pl_put_number(struct sk_buff *skb, struct pl_lab *lab, struct pl_who who,
		  unsigned int *users)
{
	struct nlattr *nest = nla_nest_start(skb, PIDLAB_A_PID);
	int error;

	if (!nest || PUT_U64(skb, PID, ID, 0) || nla_put_u32(skb, PIDLAB_A_PID_COUNT, 0) ||
	    nla_put_u32(skb, PIDLAB_A_PID_LEVEL, 0) ||
	    nla_put_flag(skb, PIDLAB_A_PID_PUBLISHED))
		return -EMSGSIZE;
	error = add_upid(skb, lab->root_ns->object.id, who.nr);
	if (!error)
		error = add_users(skb, lab, who, users);
	if (!error)
		nla_nest_end(skb, nest);
	return error;
}
