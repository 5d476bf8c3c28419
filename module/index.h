/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Number -> pid, within a namespace, behind one small table of functions.
 *
 * A number is taken (alloc) before its pid is complete, and is free again
 * before its pid's grace period ends. pid.c calls publish for all levels of a
 * pid in one section of pidmap_lock, so that they become visible together, and
 * remove likewise; it needs that for its own lists, too. A design that gives
 * numbers back outside that section does so in release.
 */
#ifndef PL_INDEX_H
#define PL_INDEX_H

#include <linux/types.h>

struct pl_ctx;
struct pl_lab;
struct pl_pid;
struct pl_pidns;
struct pl_scan;
struct pl_upid;

/**
 * struct pl_index_ops - one way to get from a number to a pid
 * @lockless: @publish and @remove themselves need no more than a read side
 * @init_lab: make what all namespaces of the lab share. May sleep
 * @destroy_lab: undo @init_lab, no pid being published
 * @init: make a namespace ready. May sleep. 0, -ENOMEM or -ENOSPC
 * @destroy: undo @init, no pid having a number here. Any context but hard interrupts
 * @alloc: take the next number, or @tid if that is not 0. May sleep. The
 *	number; -EAGAIN: none is free; -EEXIST: @tid is taken; -ENOMEM
 * @cancel: give a number back that was never published. Any context
 * @publish: let find see it. Under pidmap_lock
 * @remove: the reverse; a reader may still hold the pid until a grace period
 *	has passed. Under pidmap_lock
 * @release: give the number back after @remove; NULL where @remove does. Any
 *	context
 * @limit: numbers are below @pid_max from now on; NULL where pl_pidns.pid_max
 *	is what it goes by. Under pidmap_lock
 * @restart: give number 1 next. Any context
 * @taken: whether a number is taken, published or not. Under RCU
 * @scan: how long the latest search for a number was; NULL where it cannot be
 *	told. Any context
 * @find: the published pid of a number, or NULL. Under RCU or pidmap_lock
 * @last: the last number given. Any context
 * @next: the lowest taken number at or above @nr, or -1. It may have no
 *	published pid. Under RCU
 */
struct pl_index_ops {
	bool lockless;
	int (*init_lab)(struct pl_lab *lab);
	void (*destroy_lab)(struct pl_lab *lab);
	int (*init)(struct pl_ctx *ctx, struct pl_pidns *ns);
	void (*destroy)(struct pl_pidns *ns);
	int (*alloc)(struct pl_ctx *ctx, struct pl_pidns *ns, int tid);
	void (*cancel)(struct pl_pidns *ns, int nr);
	void (*publish)(struct pl_pid *pid, struct pl_upid *upid);
	void (*remove)(struct pl_pid *pid, struct pl_upid *upid);
	void (*release)(struct pl_pidns *ns, int nr);
	void (*limit)(struct pl_pidns *ns, int pid_max);
	void (*restart)(struct pl_pidns *ns);
	bool (*taken)(struct pl_pidns *ns, int nr);
	void (*scan)(const struct pl_pidns *ns, struct pl_scan *scan);
	struct pl_pid *(*find)(struct pl_pidns *ns, int nr);
	int (*last)(const struct pl_pidns *ns);
	int (*next)(struct pl_pidns *ns, int nr);
};

extern const struct pl_index_ops pl_index_hash;
/* Numbers only: nothing to publish and to find. */
extern const struct pl_index_ops pl_index_numbers;
extern const struct pl_index_ops pl_index_idr;
extern const struct pl_index_ops pl_index_table;

#endif /* PL_INDEX_H */
