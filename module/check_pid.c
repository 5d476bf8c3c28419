// SPDX-License-Identifier: GPL-2.0
/* Invariants of pids, namespaces and task_refs. */
#include "census.h"
#include "generation.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "reserve.h"
#include "task.h"
#include "task_ref.h"
#include "who.h"

static void blame(struct pl_census *census, enum pidlab_violation code, struct pl_pid *pid)
{
	pl_census_blame(census, code, pid->object.id);
}

static void check_users(struct pl_census *census, struct pl_pid *pid)
{
	struct pl_task *task;
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		hlist_for_each_entry(task, &pid->users[type], link[type].node) {
			if (task->link[type].pid != pid)
				blame(census, PIDLAB_BAD_LINK, pid);
		}
	}
	if (pid->published != pl_pid_has_users(pid))
		blame(census, PIDLAB_BAD_UNUSED_PID, pid);
}

static void check_numbers(struct pl_census *census, struct pl_pid *pid)
{
	const struct pl_index_ops *index = census->lab->generation->index;
	unsigned int level;

	for (level = 0; level <= pid->level; level++) {
		struct pl_upid *upid = &pid->numbers[level];

		if (index->find(upid->ns, upid->nr) != pid)
			blame(census, PIDLAB_BAD_LOOKUP, pid);
		if (index->next(upid->ns, upid->nr) != upid->nr)
			blame(census, PIDLAB_BAD_NUMBER, pid);
	}
}

static void check_trefs(struct pl_census *census, struct pl_pid *pid)
{
	const struct pl_tref *ref;
	unsigned long held;
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		ref = pl_tref_peek(pid, type);
		if (!ref)
			continue;
		held = pl_census_held(census, pl_census_tref_key(ref));
		if (!ref->task || ref->task != pl_pid_first(census->lab, pid, type) ||
		    ref->type != type || atomic_read(&ref->count) != held + 1)
			blame(census, PIDLAB_BAD_TREF, pid);
	}
}

/**
 * pl_check_pid() - the invariants of one pid
 * @census: the census, gathered
 * @pid: the object that the walk is at
 *
 * Context: tasklist_lock held, RCU read side.
 */
void pl_check_pid(struct pl_census *census, struct pl_pid *pid)
{
	unsigned long expected = pl_census_held(census, pl_census_key(&pid->object)) +
				 pid->published;

	if (pl_census_count(&pid->object) != expected)
		blame(census, PIDLAB_BAD_PID_COUNT, pid);
	if (!expected)
		pl_census_orphan(census, pid->object.id);
	check_users(census, pid);
	check_trefs(census, pid);
	if (pid->published)
		check_numbers(census, pid);
}

/* Each reserved number is taken, nobody has it, and their count is right. */
static void check_reserved(struct pl_census *census, struct pl_pidns *ns)
{
	const struct pl_index_ops *index = census->lab->generation->index;
	unsigned int count = 0;
	int nr;

	for (nr = pl_reserve_next(ns, 1); nr > 0; nr = pl_reserve_next(ns, nr + 1)) {
		count++;
		if (!index->taken(ns, nr) || census->lab->generation->who->used(ns, nr))
			pl_census_blame(census, PIDLAB_BAD_NUMBER, ns->object.id);
	}
	if (count != ns->nr_reserved)
		pl_census_blame(census, PIDLAB_BAD_NUMBER, ns->object.id);
}

/**
 * pl_check_ns() - the invariants of one namespace
 * @census: the census, gathered
 * @ns: the object that the walk is at
 *
 * Context: tasklist_lock held, RCU read side.
 */
void pl_check_ns(struct pl_census *census, struct pl_pidns *ns)
{
	const struct pl_index_ops *index = census->lab->generation->index;
	unsigned long held = pl_census_held(census, pl_census_key(&ns->object));
	unsigned int taken = 0;
	int nr;

	if (pl_census_count(&ns->object) != held)
		pl_census_blame(census, PIDLAB_BAD_NS_COUNT, ns->object.id);
	if (!held)
		pl_census_orphan(census, ns->object.id);
	for (nr = index->next(ns, 1); nr > 0; nr = index->next(ns, nr + 1)) {
		bool used = census->lab->generation->who->used(ns, nr);

		/* Not every index shows a number that has no pid. */
		if (!used && pl_reserve_next(ns, nr) == nr)
			continue;
		taken++;
		if (!used)
			pl_census_blame(census, PIDLAB_BAD_NUMBER, ns->object.id);
	}
	check_reserved(census, ns);
	if (taken != ns->nr_pids)
		pl_census_blame(census, PIDLAB_BAD_NUMBER, ns->object.id);
}
