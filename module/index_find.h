/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finding a pid by its number, for whoever does it: the look-up of the table is
 * a few instructions, so it stands here and costs no call through a pointer.
 */
#ifndef PL_INDEX_FIND_H
#define PL_INDEX_FIND_H

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

/*
 * The leaf of a place, or NULL; whatever the place. Of a root's length, a power
 * of two, the mask keeps a place from user space inside on a mispredicted way
 * too, and costs a look-up one instruction where array_index_nospec() costs six.
 */
static __always_inline struct pl_leaf *
pl_table_leaf(struct pl_lab *lab, const struct pl_root *root, unsigned long place)
{
	if (unlikely(place > root->mask))
		return NULL;
	return pl_table_dereference(lab, root->leaf[place & root->mask]);
}

static __always_inline struct pl_pid *pl_root_find(struct pl_lab *lab, const struct pl_root *root,
						   int nr)
{
	struct pl_leaf *leaf = pl_table_leaf(lab, root, (unsigned int)nr / PL_LEAF_SPAN);

	if (unlikely(!leaf))
		return NULL;
	return pl_table_dereference(lab, leaf->slot[(unsigned int)nr % PL_LEAF_SPAN]);
}

/* The published pid of a number, or NULL; whatever the number. Under RCU or pidmap_lock. */
static __always_inline struct pl_pid *pl_table_find(const struct pl_pidns *ns, int nr)
{
	return pl_root_find(ns->lab, pl_table_dereference(ns->lab, ns->table.root), nr);
}

/*
 * The same, whatever index the namespace has: what a look-up in the table loads
 * first tells that it is one, so that nothing else need be asked.
 */
static __always_inline struct pl_pid *pl_index_find(struct pl_pidns *ns, int nr)
{
	const struct pl_root *root = pl_table_dereference(ns->lab, ns->table.root);

	if (likely(root))
		return pl_root_find(ns->lab, root, nr);
	return nr > 0 ? ns->index->find(ns, nr) : NULL;
}

#endif /* PL_INDEX_FIND_H */
