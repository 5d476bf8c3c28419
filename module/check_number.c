// SPDX-License-Identifier: GPL-2.0
/* Invariants of the generation without struct pids: numbers, queues, task_refs. */
#include "bug.h"
#include "census.h"
#include "generation.h"
#include "lab.h"
#include "pid_namespace.h"
#include "ref.h"
#include "task.h"
#include "task_ref.h"
#include "taskref_gen.h"

/* What the link of a first user leads to. */
static bool is_right(struct pl_census *census, struct pl_task *task, enum pidlab_type type)
{
	const struct pl_number_link *link = &task->number[type];
	const struct pl_tref *ref = link->ref;
	unsigned long held;

	if (!ref)
		return true;
	if (ref->task != task || ref->type != type || ref->pid != link->nr)
		return false;
	held = pl_census_held(census, pl_census_tref_key(ref));
	return atomic_read(&ref->count) == held + pl_link_counts_ref(census->lab);
}

/* Users of the same number stand behind @first, who alone is in the hash. */
static void check_queue(struct pl_census *census, struct pl_task *first, enum pidlab_type type)
{
	struct pl_task *task = first;

	do {
		const struct pl_number_link *link = &task->number[type];

		census->queued++;
		if (link->nr != first->number[type].nr ||
		    hlist_unhashed(&link->chain) == (task == first))
			pl_census_blame(census, PIDLAB_BAD_QUEUE, task->object.id);
		if (link->ref && task != first && pl_link_counts_ref(census->lab))
			pl_census_blame(census, PIDLAB_BAD_TREF, task->object.id);
		task = list_entry(link->queue.next, struct pl_task, number[type].queue);
	} while (task != first && census->queued <= census->links);
}

/**
 * pl_check_numbers() - the invariants of what a task uses
 * @census: the census, gathered
 * @task: a task that is not reaped
 *
 * Context: tasklist_lock held.
 */
void pl_check_numbers(struct pl_census *census, struct pl_task *task)
{
	struct pl_lab *lab = census->lab;
	struct pl_task *first;
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		int nr = task->number[type].nr;

		if (!nr)
			continue;
		first = pl_number_first(lab, nr, type);
		if (!first)
			pl_census_blame(census, PIDLAB_BAD_LOOKUP, task->object.id);
		if (!lab->generation->index->taken(lab->root_ns, nr))
			pl_census_blame(census, PIDLAB_BAD_NUMBER, task->object.id);
		if (first != task)
			continue;
		check_queue(census, task, type);
		if (!is_right(census, task, type))
			pl_census_blame(census, PIDLAB_BAD_TREF, task->object.id);
	}
}

/**
 * pl_check_weak() - the invariants of a reference to a task_ref
 * @census: the census, gathered
 * @ref: a weak one
 *
 * The first user of a number knows its task_ref: so one that points at a task
 * whose link leads elsewhere was forgotten. With D1 or D2 that is how the code
 * was: what comes of it is counted where it happens, not found here.
 *
 * Context: tasklist_lock held.
 */
void pl_check_weak(struct pl_census *census, struct pl_ref *ref)
{
	const struct pl_tref *weak = ref->weak;
	struct pl_lab *lab = census->lab;

	if (!pl_link_counts_ref(lab))
		return;
	if (pl_has_bugs(lab) && pl_is_grave(lab, weak)) {
		pl_census_blame(census, PIDLAB_BAD_FREED, ref->object.id);
		return;
	}
	if (!weak->task)
		return;
	if (pl_has_bugs(lab) && pl_is_grave(lab, weak->task))
		pl_census_blame(census, PIDLAB_BAD_FREED, ref->object.id);
	else if (weak->task->number[weak->type].ref != weak)
		pl_census_blame(census, PIDLAB_BAD_TREF, ref->object.id);
}

/**
 * pl_count_links() - gather how many links a task has that lead somewhere
 * @census: the census
 * @task: the object that the walk is at
 *
 * Context: no operation is under way.
 */
void pl_count_links(struct pl_census *census, const struct pl_task *task)
{
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++)
		census->links += task->number[type].nr != 0;
}
