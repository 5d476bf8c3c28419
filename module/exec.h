/* SPDX-License-Identifier: GPL-2.0 */
/* exec: one thread survives, and the process keeps its number. */
#ifndef PL_EXEC_H
#define PL_EXEC_H

struct pl_lab;
struct pl_task;

int pl_exec(struct pl_lab *lab, struct pl_task *task);

#endif /* PL_EXEC_H */
