/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual CPUs of a lab: each has a current task, or idles.
 *
 * They execute nothing. What they are there for is the last hold on a task
 * that nobody can see from the outside: the scheduler's, which cannot go while
 * a CPU still stands on the task's stack. A task that was never switched to
 * loses it at the end of its exit; one that is current then, by the switch
 * away from it, however long ago it was reaped.
 */
#ifndef PL_CPU_H
#define PL_CPU_H

#include <linux/types.h>

#define PL_MAX_CPUS 64

struct pl_lab;
struct pl_task;

int pl_cpu_switch(struct pl_lab *lab, unsigned int cpu, struct pl_task *next, u64 *prev_id);
struct pl_task *pl_cpu_curr(struct pl_lab *lab, unsigned int cpu);
void pl_cpu_exited(struct pl_task *task);
void pl_cpu_idle_all(struct pl_lab *lab);

#endif /* PL_CPU_H */
