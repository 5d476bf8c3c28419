/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystem pids: counts the tasks of a container and of those below, and
 * refuses a child where one of these counts would pass its limit.
 *
 * With the hooks of 2007 it can count and not refuse: fork callbacks return
 * nothing. That is what can_fork was added for. There it lets go of a task
 * when that exits; mainline's counts zombies too, until they are reaped.
 */
#ifndef PL_SUBSYS_PIDS_H
#define PL_SUBSYS_PIDS_H

#include <linux/atomic.h>

#include "subsys.h"

#define PL_PIDS_UNLIMITED (~0ULL)

/**
 * struct pl_pids - what it keeps of a container
 * @css: the common part
 * @current_tasks: tasks charged here and below
 * @refused: forks refused because of this limit
 * @max: the limit; written under the container mutex, read without
 */
struct pl_pids {
	struct pl_css css;
	atomic64_t current_tasks;
	atomic64_t refused;
	u64 max;
};

extern const struct pl_subsys pl_pids_2007;
extern const struct pl_subsys pl_pids_2015;

#endif /* PL_SUBSYS_PIDS_H */
