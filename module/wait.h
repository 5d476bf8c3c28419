/* SPDX-License-Identifier: GPL-2.0 */
/* wait and reap: a parent takes notice of a zombie child and lets it go. */
#ifndef PL_WAIT_H
#define PL_WAIT_H

#include <linux/types.h>

struct pl_lab;
struct pl_task;

/**
 * struct pl_reaped - what a wait found
 * @id: the child, 0 for none
 * @nr: its number, as the waiting task's namespace saw it
 * @code: its exit code
 */
struct pl_reaped {
	u64 id;
	int nr;
	int code;
};

int pl_wait(struct pl_lab *lab, struct pl_task *task, int which, bool keep,
	    struct pl_reaped *reaped);
int pl_reap(struct pl_lab *lab, struct pl_task *child, struct pl_reaped *reaped);

#endif /* PL_WAIT_H */
