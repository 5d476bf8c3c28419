/* SPDX-License-Identifier: GPL-2.0 */
/* Process groups and sessions: setpgid and setsid with Linux's rules. */
#ifndef PL_GROUP_H
#define PL_GROUP_H

struct pl_lab;
struct pl_task;

int pl_setpgid(struct pl_lab *lab, struct pl_task *task, int nr, int pgid);
int pl_setsid(struct pl_lab *lab, struct pl_task *task);

#endif /* PL_GROUP_H */
