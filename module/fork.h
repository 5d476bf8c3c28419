/* SPDX-License-Identifier: GPL-2.0 */
/* fork: a new task, either complete and visible or not there at all. */
#ifndef PL_FORK_H
#define PL_FORK_H

struct pl_ctx;
struct pl_task;

int pl_fork(struct pl_ctx *ctx, struct pl_task *parent, unsigned int flags,
	    struct pl_task **child);
int pl_fork_first(struct pl_ctx *ctx, struct pl_task **child);

#endif /* PL_FORK_H */
