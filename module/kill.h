/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kill: SIGKILL or a probe, to a process, a group, or everyone in sight.
 *
 * Killing marks a task under the lock; whoever marked it then runs its exit,
 * as a CPU would when the task is next to return to user space.
 */
#ifndef PL_KILL_H
#define PL_KILL_H

struct pl_lab;
struct pl_task;

#define PL_SIGKILL_CODE (128 + 9)

int pl_kill(struct pl_lab *lab, struct pl_task *sender, int which, int sig, unsigned int *count);
void pl_kill_thread(struct pl_lab *lab, struct pl_task *task);
void pl_kill_process(struct pl_lab *lab, struct pl_task *task);

#endif /* PL_KILL_H */
