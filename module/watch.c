// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "task.h"
#include "task_ref.h"
#include "watch.h"

/**
 * pl_watch_alloc() - a watch that watches nobody yet
 * @ctx: the operation
 *
 * Context: may sleep.
 * Return: the watch, to be freed by pl_watch_free(); or an ERR_PTR: -ENOMEM,
 * -ENOSPC.
 */
struct pl_watch *pl_watch_alloc(struct pl_ctx *ctx)
{
	struct pl_watch *watch = pl_kvzalloc(ctx, PL_MEM_WATCH, sizeof(*watch));

	if (IS_ERR(watch))
		return watch;
	INIT_HLIST_NODE(&watch->node);
	pl_waitq_init(&watch->wait, ctx->lab);
	return watch;
}

static void set_first(struct pl_watch *watch, struct pl_task *first)
{
	watch->task = first->object.id;
	watch->nr = pl_task_nr(first, PIDLAB_TYPE_PID, first->lab->root_ns);
}

/**
 * pl_watch_begin() - watch the users behind a reference
 * @watch: a new one
 * @ref: a reference that the caller counts, not the sentinel. If its users
 *	have gone already, that is what the watch will tell
 *
 * Context: tasklist_lock held for writing.
 */
void pl_watch_begin(struct pl_watch *watch, struct pl_tref *ref)
{
	struct pl_lab *lab = watch->wait.lab;
	const struct pl_tref_ops *ops = lab->generation->tref;
	struct pl_task *first = ops->first(lab, ref);

	pl_assert_write_held(&lab->tasklist_lock);
	if (!first) {
		watch->gone = true;
		return;
	}
	set_first(watch, first);
	hlist_add_head(&watch->node, ops->watches(lab, ref));
}

/**
 * pl_watch_free() - the end of a watch
 * @watch: one that nobody can ask or wait for any more
 *
 * Context: takes tasklist_lock.
 */
void pl_watch_free(struct pl_watch *watch)
{
	struct pl_lab *lab = watch->wait.lab;

	pl_write_lock(&lab->tasklist_lock);
	hlist_del_init(&watch->node);
	pl_write_unlock(&lab->tasklist_lock);
	pl_kvfree(lab, PL_MEM_WATCH, watch, sizeof(*watch));
}

static bool has_news(const struct pl_watch *watch)
{
	return watch->handovers || (watch->gone && !watch->told);
}

static __poll_t mask_of(const struct pl_watch *watch)
{
	__poll_t mask = has_news(watch) ? EPOLLIN | EPOLLRDNORM : 0;

	/* Nothing can come any more, which a read tells at once. */
	return watch->gone ? mask | EPOLLIN | EPOLLHUP : mask;
}

static void tell(struct pl_watch *watch, struct pl_task *first)
{
	unsigned long flags;

	if (first && first->object.id == watch->task)
		return;
	spin_lock_irqsave(&watch->wait.head.lock, flags);
	if (first) {
		set_first(watch, first);
		watch->handovers++;
	} else {
		watch->gone = true;
	}
	pl_wake_poll_locked(&watch->wait, mask_of(watch));
	spin_unlock_irqrestore(&watch->wait.head.lock, flags);
}

/**
 * pl_watch_tell() - the users of a pid or of a number have changed
 * @watches: those who watch them
 * @first: the first user now; NULL: the last has gone, and with it the place
 *	where they stood
 *
 * Whoever polls is woken here, under the lock: as exit does it for pidfds.
 *
 * Context: tasklist_lock held for writing.
 */
void pl_watch_tell(struct hlist_head *watches, struct pl_task *first)
{
	struct pl_watch *watch;
	struct hlist_node *next;

	hlist_for_each_entry_safe(watch, next, watches, node) {
		tell(watch, first);
		if (!first)
			hlist_del_init(&watch->node);
	}
}

/**
 * pl_watch_take() - what has happened since it was asked last, oldest first
 * @watch: the watch
 * @event: out
 *
 * Context: any.
 * Return: 1; 0: nothing, and @event is left alone; -ESRCH: the users have gone,
 * which was told, so nothing will come.
 */
int pl_watch_take(struct pl_watch *watch, struct pidlab_ref_event *event)
{
	unsigned long flags;
	int got = 1;

	spin_lock_irqsave(&watch->wait.head.lock, flags);
	if (!has_news(watch)) {
		got = watch->gone ? -ESRCH : 0;
	} else {
		*event = (struct pidlab_ref_event){
			.event = watch->handovers ? PIDLAB_REF_HANDOVER : PIDLAB_REF_GONE,
			.count = watch->handovers ?: 1,
			.task = watch->task,
			.nr = watch->nr,
		};
		watch->told = !watch->handovers;
		watch->handovers = 0;
	}
	spin_unlock_irqrestore(&watch->wait.head.lock, flags);
	return got;
}
PL_EXPORT_FOR_KUNIT(pl_watch_take);

/**
 * pl_watch_give_back() - what was taken could not be delivered
 * @watch: the watch
 * @event: from pl_watch_take()
 *
 * Context: any.
 */
void pl_watch_give_back(struct pl_watch *watch, const struct pidlab_ref_event *event)
{
	unsigned long flags;

	spin_lock_irqsave(&watch->wait.head.lock, flags);
	if (event->event == PIDLAB_REF_HANDOVER)
		watch->handovers += event->count;
	else
		watch->told = false;
	pl_wake_poll_locked(&watch->wait, mask_of(watch));
	spin_unlock_irqrestore(&watch->wait.head.lock, flags);
}

/**
 * pl_watch_poll() - what poll(2) is to say
 * @watch: the watch
 *
 * Context: any.
 * Return: EPOLLIN with something to tell, EPOLLHUP and EPOLLIN when the users
 * have gone.
 */
__poll_t pl_watch_poll(struct pl_watch *watch)
{
	unsigned long flags;
	__poll_t mask;

	spin_lock_irqsave(&watch->wait.head.lock, flags);
	mask = mask_of(watch);
	spin_unlock_irqrestore(&watch->wait.head.lock, flags);
	return mask;
}

/**
 * pl_watch_is_right() - whether a watch agrees with what it watches
 * @watch: the watch
 * @ref: what its reference refers to
 *
 * Context: tasklist_lock held; no operation is under way.
 * Return: true if so.
 */
bool pl_watch_is_right(const struct pl_watch *watch, const struct pl_tref *ref)
{
	if (!ref->task || watch->gone)
		return !ref->task && watch->gone && hlist_unhashed(&watch->node);
	return watch->task == ref->task->object.id && !hlist_unhashed(&watch->node) &&
	       *watch->node.pprev == &watch->node;
}
