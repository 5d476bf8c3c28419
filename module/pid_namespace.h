/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A pid namespace: a space of numbers nested in another.
 *
 * A pid has a number in its namespace and in each one around it. Counted by
 * each pid that is innermost in it, by each namespace inside it, and by
 * whoever names it for longer than a lock is held; the root by its lab. It
 * counts its parent, and the last put climbs that chain in a loop, since
 * thirty-two levels of recursion do not belong on a kernel stack.
 */
#ifndef PL_PID_NAMESPACE_H
#define PL_PID_NAMESPACE_H

#include <linux/idr.h>

#include "index_table.h"
#include "object.h"
#include "pidmap.h"

struct kmem_cache;
struct pl_ctx;
struct pl_index_ops;
struct pl_lab;
struct pl_task;

#define PL_MAX_LEVEL 32

/**
 * struct pl_pidns - a pid namespace
 * @object: id and count
 * @lab: where it lives
 * @parent: the namespace around it, counted; NULL for the root
 * @level: depth, 0 for the root
 * @pid_cache: where pids of this depth come from
 * @reaper: parent of its orphans; NULL before its first task and after the
 *	end; under tasklist_lock
 * @adding: new pids are accepted; cleared for good when the reaper dies;
 *	under pidmap_lock
 * @pid_max: numbers are given below this; set under pidmap_lock
 * @nr_pids: published pids that have a number here; under pidmap_lock
 * @live: tasks with a number here that somebody is to end before the namespace
 *	can go; not a reaper that waits for others to be reaped. Under
 *	tasklist_lock
 * @marked: everybody here was killed once; under tasklist_lock
 * @zapped: its reaper is in exit and has killed all others; under tasklist_lock
 * @members: pids that are innermost here, by pl_pid.member; under pidmap_lock
 * @inside: the namespaces in this one, by @beside; under pidmap_lock
 * @beside: in @parent's @inside
 * @reserved: numbers that are taken for nobody, or NULL; see reserve.h
 * @nr_reserved: how many of them; both under pidmap_lock
 * @index: its lab's, for who finds by number; next to what they look at
 * @table: number -> pid, and which are taken, for an index of that kind; of
 *	others its root is NULL, which tells who finds by number
 * @map: which numbers are taken, for an index of bitmaps
 * @idr: number -> pid or NULL, for an index of that kind; under pidmap_lock
 */
struct pl_pidns {
	struct pl_object object;
	struct pl_lab *lab;
	struct pl_pidns *parent;
	unsigned int level;
	struct kmem_cache *pid_cache;
	struct pl_task *reaper;
	bool adding;
	int pid_max;
	unsigned int nr_pids;
	unsigned int live;
	bool marked;
	bool zapped;
	struct list_head members;
	struct list_head inside;
	struct list_head beside;
	struct pl_pidmap *reserved;
	unsigned int nr_reserved;
	const struct pl_index_ops *index;
	struct pl_table table;
	union {
		struct pl_pidmap map;
		struct idr idr;
	};
};

int pl_pidns_init_caches(void);
void pl_pidns_exit_caches(void);
size_t pl_pidns_bytes(void);

struct pl_pidns *pl_pidns_create(struct pl_ctx *ctx, struct pl_pidns *parent);
struct pl_pidns *pl_pidns_get(struct pl_pidns *ns);
void pl_pidns_put(struct pl_pidns *ns);
void pl_pidns_stop_adding(struct pl_pidns *ns);
int pl_pidns_set_pid_max(struct pl_pidns *ns, u64 pid_max);

static inline struct pl_pidns *pl_pidns_of(struct pl_object *object)
{
	return container_of(object, struct pl_pidns, object);
}

#endif /* PL_PID_NAMESPACE_H */
