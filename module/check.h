/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The invariants of a lab, its digest and its snapshot.
 *
 * All three look at one instant: the caller holds lab->quiesce for writing, so
 * that no operation is under way, and what is then out of step is wrong. Under
 * control an actor may look for whoever holds it, while all stand still.
 */
#ifndef PL_CHECK_H
#define PL_CHECK_H

#include "pidlab.h"

struct pl_lab;
struct pl_task;

/**
 * struct pl_findings - what a check found
 * @count: violations
 * @leaks: objects that nothing reaches and that were not freed
 * @code: enum pidlab_violation of the first ones
 * @object: id of the object at fault in each
 */
struct pl_findings {
	unsigned int count;
	unsigned int leaks;
	u32 code[PIDLAB_CHECK_MAX];
	u64 object[PIDLAB_CHECK_MAX];
};

int pl_check_still(struct pl_lab *lab, struct pl_findings *findings);
int pl_check(struct pl_lab *lab, struct pl_findings *findings);
u64 pl_digest(struct pl_lab *lab);
void pl_describe_task(struct pl_task *task, struct pidlab_task_info *info);
unsigned int pl_snapshot(struct pl_lab *lab, struct pidlab_task_info *info, unsigned int room);

#endif /* PL_CHECK_H */
