/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of a pid namespace: who has to die with its reaper, and when the
 * reaper may follow.
 *
 * A namespace cannot outlive its first process. Everybody with a number in it
 * is killed, those whose parent is outside included. The reaper then reaps
 * what it inherits at once, and waits until no number is left but those of its
 * own group: a zombie whose parent outside has not waited for it yet keeps the
 * reaper from becoming one. It waits on the lab's list of the dying, not in a
 * thread, and whoever gives the last number back lets it go.
 */
#ifndef PL_ZAP_H
#define PL_ZAP_H

#include <linux/types.h>

struct pl_lab;
struct pl_pidns;
struct pl_task;

/* All under tasklist_lock held for writing, or for reading where they return. */
void pl_zap_count(struct pl_task *task);
void pl_zap_uncount(struct pl_task *task);
void pl_zap_mark(struct pl_lab *lab, struct pl_pidns *ns, struct pl_task *except);
void pl_zap_begin(struct pl_lab *lab, struct pl_pidns *ns, struct pl_task *reaper);
bool pl_zap_adds_on(const struct pl_pidns *ns);
bool pl_zap_is_over(struct pl_lab *lab, const struct pl_task *reaper);
void pl_zap_report(struct pl_lab *lab, const struct pl_task *reaper);
bool pl_zap_reaps(const struct pl_task *parent);

#endif /* PL_ZAP_H */
