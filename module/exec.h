/* SPDX-License-Identifier: GPL-2.0 */
/* exec: one thread survives, and the process keeps its number. */
#ifndef PL_EXEC_H
#define PL_EXEC_H

struct pl_lab;
struct pl_task;

void pl_exec_take_pid(struct pl_task *thread, struct pl_task *leader);
void pl_exec_exchange_pids(struct pl_task *thread, struct pl_task *leader);
int pl_exec(struct pl_lab *lab, struct pl_task *task);

#endif /* PL_EXEC_H */
