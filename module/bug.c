// SPDX-License-Identifier: GPL-2.0
#include "bug.h"
#include "compat.h"

/**
 * pl_bug_seen() - a bug that is switched on did harm
 * @lab: the lab
 * @bug: the bug
 * @object: id of what was harmed, or 0
 *
 * Context: any.
 */
void pl_bug_seen(struct pl_lab *lab, enum pidlab_bug bug, u64 object)
{
	WRITE_ONCE(lab->seen_object[bug], object);
	/* Pairs with pl_op_seen(): who reads the count also reads this object, or a later one. */
	atomic_fetch_add_release(1, &lab->seen[bug]);
	pl_event(BUG, bug, lab, object, 0, 0, bug);
}
PL_EXPORT_FOR_KUNIT(pl_bug_seen);

/**
 * pl_bugs_seen() - how often any bug did harm
 * @lab: the lab
 *
 * Return: the sum over all bugs.
 */
unsigned int pl_bugs_seen(const struct pl_lab *lab)
{
	unsigned int sum = 0;
	int bug;

	for (bug = 0; bug < PIDLAB_BUG_COUNT; bug++)
		sum += atomic_read(&lab->seen[bug]);
	return sum;
}
PL_EXPORT_FOR_KUNIT(pl_bugs_seen);
