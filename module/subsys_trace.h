/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystem trace: records which callback was called for whom and where, in
 * order; and refuses what it is told to, so that a test can let a fork, an
 * attach or a mkdir fail where a subsystem could.
 *
 * A lab has one buffer, while the subsystem is registered. A record that finds
 * it full is lost, and counted.
 */
#ifndef PL_SUBSYS_TRACE_H
#define PL_SUBSYS_TRACE_H

#include "subsys.h"
#include "sync.h"

#define PL_TRACE_ROOM 512

/**
 * struct pl_trace_record - one callback
 * @task: id of the task, 0 for none
 * @container: id of the container
 * @hook: enum pidlab_hook
 */
struct pl_trace_record {
	u64 task;
	u64 container;
	u64 hook;
};

/**
 * struct pl_trace - the buffer of a lab
 * @lock: protects all; inside every other lock
 * @first: the oldest record
 * @count: how many there are
 * @lost: how many found no room
 * @record: a ring
 */
struct pl_trace {
	struct pl_spinlock lock;
	unsigned int first;
	unsigned int count;
	u64 lost;
	struct pl_trace_record record[PL_TRACE_ROOM];
};

extern const struct pl_subsys pl_trace_2007;
extern const struct pl_subsys pl_trace_2015;

bool pl_trace_next(struct pl_lab *lab, struct pl_trace_record *record);

#endif /* PL_SUBSYS_TRACE_H */
