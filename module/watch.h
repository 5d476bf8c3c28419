/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A watch: what happens to the users behind a weak reference, remembered.
 *
 * A task_ref says who the first user is now. A watch says that it has changed:
 * a handover, however many since it was last asked, and then once that nobody
 * is left. It needs no more room however much happens.
 *
 * A watch stands in a list with the users: on the struct pid, or where there is
 * none on the link of the first user, and moves on with that place. So it pins
 * neither a task nor a number. It belongs to a reference (ref.h).
 */
#ifndef PL_WATCH_H
#define PL_WATCH_H

#include <linux/list.h>
#include <linux/poll.h>

#include "pidlab.h"
#include "sync.h"

struct pl_ctx;
struct pl_lab;
struct pl_task;
struct pl_tref;

/**
 * struct pl_watch - what is remembered
 * @node: among the watches of the same users; unhashed once they have gone.
 *	Under tasklist_lock
 * @wait: those who wait for something to happen; its lock protects the rest
 * @task: id of the first user, or of who was the last
 * @nr: the number of that task when it became the first user
 * @handovers: how many have not been told
 * @gone: the last user has gone
 * @told: so has whoever asks been told
 */
struct pl_watch {
	struct hlist_node node;
	struct pl_waitq wait;
	u64 task;
	int nr;
	unsigned int handovers;
	bool gone;
	bool told;
};

struct pl_watch *pl_watch_alloc(struct pl_ctx *ctx);
void pl_watch_begin(struct pl_watch *watch, struct pl_tref *ref);
void pl_watch_free(struct pl_watch *watch);
void pl_watch_tell(struct hlist_head *watches, struct pl_task *first);

int pl_watch_take(struct pl_watch *watch, struct pidlab_ref_event *event);
void pl_watch_give_back(struct pl_watch *watch, const struct pidlab_ref_event *event);
__poll_t pl_watch_poll(struct pl_watch *watch);
bool pl_watch_is_right(const struct pl_watch *watch, const struct pl_tref *ref);

#endif /* PL_WATCH_H */
