/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generation of 2006: numbers and no struct pid.
 *
 * A task has a link for each type: the number, and its place among those that
 * use the number so. The first to attach stands in the hash of the type; later
 * ones queue behind it in the order in which they came. So the first user is
 * the oldest that is left, and a look-up finds that one. A number is given
 * back to the bitmap when no type uses it any more.
 *
 * Everything is under tasklist_lock, look-ups too.
 */
#ifndef PL_TASKREF_GEN_H
#define PL_TASKREF_GEN_H

#include "pidlab.h"

struct pl_lab;
struct pl_task;
struct pl_tref;

struct pl_task *pl_number_first(struct pl_lab *lab, int nr, enum pidlab_type type);

/* What weak references have to do with it: task_ref_link.c */
bool pl_link_counts_ref(const struct pl_lab *lab);
void pl_link_last_gone(struct pl_lab *lab, struct pl_tref *ref);
void pl_link_hand_over(struct pl_task *from, struct pl_task *to, enum pidlab_type type);

#endif /* PL_TASKREF_GEN_H */
