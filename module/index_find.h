/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding a pid by its number, for whoever does it: the look-up of the table is
 * a few instructions, so it stands here and costs no call through a pointer.
 */
#ifndef PL_INDEX_FIND_H
#define PL_INDEX_FIND_H

#include <linux/nospec.h>

#include "index.h"
#include "index_table.h"
#include "lab.h"
#include "pid_namespace.h"

/*
 * Who holds pidmap_lock has interrupts off, which holds up a grace period as a
 * read side does.
 */
static inline bool pl_table_held(struct pl_lab *lab)
{
	return pl_rcu_held(lab) || pl_is_held(&lab->pidmap_lock);
}

/*
 * Pairs with rcu_assign_pointer() in index_table.c and index_table_leaf.c: who
 * sees a root, a leaf or a pid sees what is in it.
 */
#define pl_table_dereference(lab, ptr) rcu_dereference_check(ptr, pl_table_held(lab))

/* The leaf of a place, or NULL; whatever the place. */
static __always_inline struct pl_leaf *
pl_table_leaf(struct pl_lab *lab, const struct pl_root *root, unsigned int place)
{
	if (place >= root->nr_leaves)
		return NULL;
	return pl_table_dereference(lab, root->leaf[array_index_nospec(place, root->nr_leaves)]);
}

/* The published pid of a number that is not negative, or NULL. Under RCU or pidmap_lock. */
static __always_inline struct pl_pid *pl_table_find(const struct pl_pidns *ns, int nr)
{
	const struct pl_root *root = pl_table_dereference(ns->lab, ns->table.root);
	struct pl_leaf *leaf = pl_table_leaf(ns->lab, root, (unsigned int)nr / PL_LEAF_SPAN);

	if (!leaf)
		return NULL;
	return pl_table_dereference(ns->lab, leaf->slot[(unsigned int)nr % PL_LEAF_SPAN]);
}

/* The same, whatever index the namespace has. */
static __always_inline struct pl_pid *pl_index_find(struct pl_pidns *ns, int nr)
{
	if (likely(ns->index == &pl_index_table))
		return pl_table_find(ns, nr);
	return ns->index->find(ns, nr);
}

#endif /* PL_INDEX_FIND_H */
