/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exit and release: from a running task to a zombie, from a zombie to nothing.
 *
 * An exit is begun once, by whoever sets PL_TASK_EXITING, and ended by the
 * same thread. The reaper of a namespace may only end its exit when nobody
 * else lives in there; it kills them and waits.
 */
#ifndef PL_EXIT_H
#define PL_EXIT_H

#include <linux/types.h>

struct pl_lab;
struct pl_pidns;
struct pl_task;

int pl_exit(struct pl_lab *lab, struct pl_task *task, int code, bool group);
int pl_exit_sibling(struct pl_lab *lab, struct pl_task *task);
void pl_release(struct pl_lab *lab, struct pl_task *task);
void pl_run_killed(struct pl_lab *lab, const struct pl_pidns *within);

#endif /* PL_EXIT_H */
