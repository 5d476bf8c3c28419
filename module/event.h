/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what happens in a lab, told where it happens.
 *
 * Told twice: as tracepoints (trace.h), and to those who listen by netlink.
 * While nobody does either, an event is two patched-out branches. For listeners
 * it is put into the lab's ring, under whatever locks are held, with a number of
 * its own: nothing is allocated and nothing waited for. A work item sends what
 * is in the ring, in its order. An event for which there is no room keeps its
 * number and is counted as lost.
 *
 * The ring's lock is a leaf and the kernel's own in any lab: an actor under
 * control does not stand still here.
 */
#ifndef PL_EVENT_H
#define PL_EVENT_H

#include <linux/jump_label.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "pidlab.h"
#include "pidlab_netlink.h"
#include "trace.h"

struct pl_lab;

/* A power of two */
#define PL_EVENTS_ROOM 4096

/**
 * struct pl_event - something that happened
 * @sequence: number in its lab
 * @time: nanoseconds of CLOCK_MONOTONIC
 * @lost: events of the lab before this one that found no room
 * @object: see PIDLAB_EVENTS, as for the rest
 * @other: likewise
 * @what: enum pidlab_event
 * @nr: likewise
 * @value: likewise
 */
struct pl_event {
	u64 sequence;
	u64 time;
	u64 lost;
	u64 object;
	u64 other;
	u32 what;
	int nr;
	int value;
};

/**
 * struct pl_events - the events of a lab
 * @lock: protects all that follows, but @work
 * @wanted: how many want to be told; the ring exists while it is not 0, unless
 *	there was no memory
 * @ring: PL_EVENTS_ROOM of them
 * @head: how many were put in
 * @tail: how many were taken out
 * @sequence: number of the last one
 * @lost: how many found no room
 * @work: takes them out and sends them; counts the lab while it is queued
 */
struct pl_events {
	raw_spinlock_t lock;
	unsigned int wanted;
	struct pl_event *ring;
	unsigned int head;
	unsigned int tail;
	u64 sequence;
	u64 lost;
	struct work_struct work;
};

DECLARE_STATIC_KEY_FALSE(pl_events_on);

int pl_events_init(void);
void pl_events_exit(void);

void pl_events_init_lab(struct pl_lab *lab, work_func_t send);
void pl_events_free_lab(struct pl_lab *lab);
int pl_events_want(struct pl_lab *lab);
void pl_events_unwant(struct pl_lab *lab);
void pl_events_flush(struct pl_lab *lab);
bool pl_events_take(struct pl_lab *lab, struct pl_event *event);
void pl_events_count(struct pl_lab *lab, u64 *sequence, u64 *lost);

void pl_event_put(struct pl_lab *lab, enum pidlab_event what, u64 object, u64 other, int nr,
		  int value);

/**
 * pl_event() - something has happened in a lab
 * @WHAT: a NAME of PIDLAB_EVENTS
 * @name: the same in small letters
 * @lab: the lab
 * @object: id; see PIDLAB_EVENTS, as for the rest
 * @other: likewise
 * @nr: likewise
 * @value: likewise
 *
 * The arguments are looked at only if somebody wants to be told.
 *
 * Context: any; under any lock of the lab.
 */
#define pl_event(WHAT, name, lab, object, other, nr, value) \
	do { \
		if (trace_pidlab_##name##_enabled()) \
			trace_pidlab_##name((lab)->number, object, other, nr, value); \
		if (static_branch_unlikely(&pl_events_on)) \
			pl_event_put(lab, PIDLAB_EVENT_##WHAT, object, other, nr, value); \
	} while (0)

#endif /* PL_EVENT_H */
