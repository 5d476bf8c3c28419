/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystem freezer: no task of a frozen container, or of one below, acts.
 *
 * An operation that acts as a frozen task gets EAGAIN, an exit of its own too;
 * whatever it was doing when it froze it ends first. What is done to it goes on:
 * it can be killed, reaped, looked at. What is frozen does not move, and nobody
 * moves in where it is frozen: EBUSY.
 *
 * A child must be frozen if its container is. In 2007 its only chance was a
 * callback before the child is visible: a freeze between that and the child's
 * place in the task list finds the container without the child, and the child
 * has not seen the freeze. Here the child is looked at once more where it
 * becomes visible, under the lock that a freeze walks the tasks with. The
 * switch freeze_misses_newborn leaves that out.
 */
#ifndef PL_SUBSYS_FREEZER_H
#define PL_SUBSYS_FREEZER_H

#include "subsys.h"

/**
 * struct pl_freezer - what it keeps of a container
 * @css: the common part
 * @self: the container itself is frozen; under the container mutex
 * @frozen: it or one above is; written under the container mutex and
 *	tasklist_lock
 */
struct pl_freezer {
	struct pl_css css;
	bool self;
	bool frozen;
};

extern const struct pl_subsys pl_freezer_2007;
extern const struct pl_subsys pl_freezer_2015;

bool pl_freezer_is_frozen(struct pl_css *css);
unsigned int pl_freezer_count(struct pl_lab *lab);

#endif /* PL_SUBSYS_FREEZER_H */
