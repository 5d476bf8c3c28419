/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bugs of the time, as switches of a lab.
 *
 * The code that once had a bug has it again where its switch is on, so that
 * one can see it happen. Such a lab frees nothing: what would be freed is
 * poisoned and kept until the lab goes, and code that may meet a freed object
 * asks pl_is_grave() before it follows a pointer. So a use after free becomes
 * a count that user space reads, and never a real one.
 */
#ifndef PL_BUG_H
#define PL_BUG_H

#include <linux/bits.h>

#include "lab.h"

/**
 * pl_has_bugs() - whether any bug is switched on
 * @lab: a lab that is set up
 *
 * Return: true if so; what it frees is then kept, and pl_is_grave() tells.
 */
static inline bool pl_has_bugs(const struct pl_lab *lab)
{
	return unlikely(lab->setting[PIDLAB_SET_BUGS]);
}

/**
 * pl_bug() - whether a bug is switched on
 * @lab: a lab that is set up
 * @bug: the bug
 *
 * Return: true if so.
 */
static inline bool pl_bug(const struct pl_lab *lab, enum pidlab_bug bug)
{
	return unlikely(lab->setting[PIDLAB_SET_BUGS] & BIT_ULL(bug));
}

void pl_bug_seen(struct pl_lab *lab, enum pidlab_bug bug, u64 object);
unsigned int pl_bugs_seen(const struct pl_lab *lab);

#endif /* PL_BUG_H */
