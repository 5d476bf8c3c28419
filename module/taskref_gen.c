// SPDX-License-Identifier: GPL-2.0
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "pid_namespace.h"
#include "task.h"
#include "task_ref.h"
#include "taskref_gen.h"
#include "watch.h"
#include "who.h"

/* One table for each type, one after the other. */
static struct hlist_head *bucket(const struct pl_lab *lab, int nr, enum pidlab_type type)
{
	return &lab->hash[((size_t)type << lab->hash_bits) +
			  hash_long((unsigned long)nr, lab->hash_bits)];
}

/**
 * pl_number_first() - the first user of a number
 * @lab: the lab
 * @nr: the number
 * @type: by this type
 *
 * Context: tasklist_lock held; the result is valid as long.
 * Return: the task, or NULL.
 */
struct pl_task *pl_number_first(struct pl_lab *lab, int nr, enum pidlab_type type)
{
	struct pl_task *task;

	pl_assert_read_held(&lab->tasklist_lock);
	hlist_for_each_entry(task, bucket(lab, nr, type), number[type].chain) {
		if (task->number[type].nr == nr)
			return task;
	}
	return NULL;
}
PL_EXPORT_FOR_KUNIT(pl_number_first);

static bool number_used(struct pl_pidns *ns, int nr)
{
	int type;

	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		if (pl_number_first(ns->lab, nr, type))
			return true;
	}
	return false;
}

static void count_number(struct pl_pidns *ns, int by)
{
	unsigned long flags;

	pl_spin_lock(&ns->lab->pidmap_lock, flags);
	ns->nr_pids += by;
	pl_spin_unlock(&ns->lab->pidmap_lock, flags);
}

static void number_free(struct pl_lab *lab, struct pl_who who)
{
	count_number(lab->root_ns, -1);
	lab->generation->index->release(lab->root_ns, who.nr);
}

/* A number nobody can find: it stands for whoever will use it. */
static int number_alloc(struct pl_ctx *ctx, struct pl_pidns *ns, const int *tids,
			struct pl_who *who)
{
	const struct pl_index_ops *index = ctx->lab->generation->index;
	int tid = pl_tid_at(tids, 0), nr = pl_pid_check_tid(ns, tid);

	if (!nr)
		nr = index->alloc(ctx, ns, tid);
	if (nr < 0)
		return nr;
	pl_point(ctx->lab, PL_POINT_PID_NUMBERED);
	if (!READ_ONCE(ns->adding)) {
		index->cancel(ns, nr);
		return -ENOMEM;
	}
	count_number(ns, 1);
	*who = (struct pl_who){ .nr = nr };
	return 0;
}

static void number_attach(struct pl_task *task, enum pidlab_type type, struct pl_who who)
{
	struct pl_number_link *link = &task->number[type];
	struct pl_task *first = pl_number_first(task->lab, who.nr, type);

	pl_assert_write_held(&task->lab->tasklist_lock);
	link->nr = who.nr;
	link->ref = NULL;
	INIT_LIST_HEAD(&link->queue);
	INIT_HLIST_NODE(&link->chain);
	if (first)
		list_add_tail(&link->queue, &first->number[type].queue);
	else
		hlist_add_head(&link->chain, bucket(task->lab, who.nr, type));
}

static struct pl_task *queue_next(struct pl_task *task, enum pidlab_type type)
{
	return list_entry(task->number[type].queue.next, struct pl_task, number[type].queue);
}

/* Those who watch go where the place in the hash goes, and are told. */
static void move_watches(struct pl_number_link *from, struct pl_task *to, enum pidlab_type type)
{
	if (!to) {
		pl_watch_tell(&from->watches, NULL);
		return;
	}
	hlist_move_list(&from->watches, &to->number[type].watches);
	pl_watch_tell(&to->number[type].watches, to);
}

/* The place in the hash goes from one link to another, or to nobody. */
static void move_chain(struct pl_number_link *from, struct pl_number_link *to)
{
	if (to)
		hlist_replace_rcu(&from->chain, &to->chain);
	else
		hlist_del(&from->chain);
	INIT_HLIST_NODE(&from->chain);
}

/* The first of several hands place and reference to the next; see a11. */
static void first_leaves(struct pl_task *task, enum pidlab_type type)
{
	struct pl_number_link *link = &task->number[type];
	struct pl_task *next;

	if (list_empty(&link->queue)) {
		if (link->ref) {
			pl_event(LAST_GONE, last_gone, task->lab, task->object.id, 0, link->nr,
				 type);
			pl_link_last_gone(task->lab, link->ref);
		}
		move_watches(link, NULL, type);
		move_chain(link, NULL);
		return;
	}
	next = queue_next(task, type);
	pl_link_hand_over(task, next, type);
	move_watches(link, next, type);
	move_chain(link, &next->number[type]);
}

static void number_detach(struct pl_task *task, enum pidlab_type type)
{
	struct pl_number_link *link = &task->number[type];
	struct pl_who who = { .nr = link->nr };
	struct pl_lab *lab = task->lab;

	pl_assert_write_held(&lab->tasklist_lock);
	if (!link->nr)
		return;
	if (!hlist_unhashed(&link->chain))
		first_leaves(task, type);
	list_del_init(&link->queue);
	link->nr = 0;
	link->ref = NULL;
	if (!number_used(lab->root_ns, who.nr))
		number_free(lab, who);
}

static void number_transfer(struct pl_task *from, struct pl_task *to, enum pidlab_type type)
{
	struct pl_number_link *old = &from->number[type], *new = &to->number[type];

	pl_assert_write_held(&from->lab->tasklist_lock);
	new->nr = old->nr;
	new->ref = NULL;
	INIT_HLIST_NODE(&new->chain);
	if (old->ref)
		pl_link_hand_over(from, to, type);
	if (!hlist_unhashed(&old->chain)) {
		move_watches(old, to, type);
		move_chain(old, new);
	}
	list_replace_init(&old->queue, &new->queue);
	old->nr = 0;
	old->ref = NULL;
}

/* The thread gives its own number up; all that the leader used becomes its. */
static void number_exec(struct pl_task *thread, struct pl_task *leader)
{
	number_detach(thread, PIDLAB_TYPE_PID);
	number_detach(thread, PIDLAB_TYPE_TGID);
	number_transfer(leader, thread, PIDLAB_TYPE_PID);
}

static struct pl_who number_of_task(const struct pl_task *task, enum pidlab_type type)
{
	return (struct pl_who){ .nr = task->number[type].nr };
}

static struct pl_who number_find(struct pl_pidns *ns, int nr)
{
	return (struct pl_who){ .nr = nr };
}

static struct pl_task *first_user(struct pl_lab *lab, struct pl_who who, enum pidlab_type type)
{
	return pl_number_first(lab, who.nr, type);
}

/* The queue is a ring; only the first of it stands in the hash. */
static struct pl_task *next_user(struct pl_task *task, enum pidlab_type type)
{
	struct pl_task *next = queue_next(task, type);

	return hlist_unhashed(&next->number[type].chain) ? next : NULL;
}

const struct pl_who_ops pl_who_numbers = {
	.alloc = number_alloc,
	.free = number_free,
	.attach = number_attach,
	.detach = number_detach,
	.transfer = number_transfer,
	.exec = number_exec,
	.of_task = number_of_task,
	.find = number_find,
	.first = first_user,
	.next = next_user,
	.used = number_used,
};
