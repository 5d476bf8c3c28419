/* SPDX-License-Identifier: GPL-2.0 */
/* fork: a new task, either complete and visible or not there at all. */
#ifndef PL_FORK_H
#define PL_FORK_H

#include "pid.h"

struct pl_ctx;
struct pl_task;

/**
 * struct pl_fork_args - what kind of child
 * @flags: PIDLAB_F_NEWPID, _THREAD, _PARENT
 * @tid: numbers to give it, innermost namespace first; 0: the next one
 */
struct pl_fork_args {
	unsigned int flags;
	int tid[PL_MAX_TIDS];
};

bool pl_fork_has_phase(unsigned int step);
int pl_fork(struct pl_ctx *ctx, struct pl_task *parent, const struct pl_fork_args *args,
	    struct pl_task **child);
int pl_fork_first(struct pl_ctx *ctx, struct pl_task **child);

#endif /* PL_FORK_H */
