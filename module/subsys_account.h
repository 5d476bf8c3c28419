/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystem account: how many came and went in a container, how many there
 * are, the most there have been, and the time that those lived here who are
 * gone. It believes its callbacks: by the hooks of 2007 a fork that fails late
 * counts as a fork and an exit.
 */
#ifndef PL_SUBSYS_ACCOUNT_H
#define PL_SUBSYS_ACCOUNT_H

#include <linux/atomic.h>

#include "subsys.h"

/**
 * struct pl_account_css - what it keeps of a container
 * @css: the common part
 * @forks: fork callbacks
 * @exits: exit callbacks
 * @live: tasks that are here
 * @peak: the highest @live
 * @ns: time lived here by tasks that have exited or left
 */
struct pl_account_css {
	struct pl_css css;
	atomic64_t forks;
	atomic64_t exits;
	atomic64_t live;
	atomic64_t peak;
	atomic64_t ns;
};

extern const struct pl_subsys pl_account_2007;
extern const struct pl_subsys pl_account_2015;

s64 pl_account_live(struct pl_css *css);

#endif /* PL_SUBSYS_ACCOUNT_H */
