// SPDX-License-Identifier: GPL-2.0
/*
 * What changes rarely in a table: leaves and roots come and go, and the trees
 * of bits say where they are. Declared in index_table.h.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "index_table.h"
#include "lab.h"
#include "mem.h"

static struct kmem_cache *leaf_cache;

/**
 * pl_table_init_cache() - make what leaves are allocated from
 *
 * Return: 0 or -ENOMEM.
 */
int pl_table_init_cache(void)
{
	leaf_cache = kmem_cache_create("pidlab_leaf", sizeof(struct pl_leaf), 0,
				       SLAB_ACCOUNT | SLAB_HWCACHE_ALIGN, NULL);
	return leaf_cache ? 0 : -ENOMEM;
}

/**
 * pl_table_exit_cache() - undo pl_table_init_cache(), no lab being left
 */
void pl_table_exit_cache(void)
{
	kmem_cache_destroy(leaf_cache);
}

/* How many bits a level of a tree has; the one above has one for each word. */
static unsigned int bits_at(unsigned int nr_leaves, unsigned int level)
{
	while (level--)
		nr_leaves = BITS_TO_LONGS(nr_leaves);
	return nr_leaves;
}

/**
 * pl_tree_next() - the first leaf of a set at or above a place
 * @root: whose leaves
 * @tree: the set
 * @place: where to begin
 * @words: how many words were looked at is added here
 *
 * Up while a word has nothing more, down again where there is something: two
 * words a level. A bit above a word that was cleared meanwhile only leads on.
 *
 * Context: RCU read side.
 * Return: the place, or one past all that the root has.
 */
unsigned int pl_tree_next(const struct pl_root *root, const struct pl_tree *tree,
			  unsigned int place, unsigned int *words)
{
	unsigned int level = 0;

	while (level < root->levels && place < bits_at(root->nr_leaves, level)) {
		/* Pairs with write_word(): a hint, what it leads to is looked at. */
		unsigned long word = READ_ONCE(tree->level[level][place / BITS_PER_LONG]);

		++*words;
		word &= ~0UL << place % BITS_PER_LONG;
		if (!word) {
			place = place / BITS_PER_LONG + 1;
			level++;
			continue;
		}
		place = round_down(place, BITS_PER_LONG) + __ffs(word);
		if (!level)
			return place;
		level--;
		place *= BITS_PER_LONG;
	}
	return root->nr_leaves;
}

static void write_word(unsigned long *word, unsigned long value)
{
	WRITE_ONCE(*word, value);
}

/* Under the table's lock, or with a root that nobody knows yet. */
static void tree_write(const struct pl_root *root, const struct pl_tree *tree,
		       unsigned int place, bool set)
{
	unsigned int level;

	for (level = 0; level < root->levels; level++) {
		unsigned long *word = &tree->level[level][place / BITS_PER_LONG];
		unsigned long bit = BIT(place % BITS_PER_LONG), old = *word;

		write_word(word, set ? old | bit : old & ~bit);
		/* Above, a bit says that there is something in the word. */
		if (set ? old : *word)
			return;
		place /= BITS_PER_LONG;
	}
}

static bool tree_has(const struct pl_tree *tree, unsigned int place)
{
	return tree->level[0][place / BITS_PER_LONG] & BIT(place % BITS_PER_LONG);
}

static void note_room(const struct pl_root *root, unsigned int place, bool room)
{
	if (tree_has(&root->room, place) != room)
		tree_write(root, &root->room, place, room);
}

/* One past the highest leaf that is there. Under the table's lock. */
static unsigned int nr_leaves_used(const struct pl_root *root)
{
	unsigned int level = root->levels, place = 0;

	while (level--) {
		unsigned long word = root->there.level[level][place];

		if (!word)
			return 0;
		place = place * BITS_PER_LONG + __fls(word);
	}
	return place + 1;
}

static size_t root_bytes(unsigned int nr_leaves)
{
	size_t bytes = sizeof(struct pl_root) + nr_leaves * sizeof(struct pl_leaf *);
	unsigned int bits = nr_leaves;

	do {
		bits = BITS_TO_LONGS(bits);
		bytes += 2 * bits * sizeof(long);
	} while (bits > 1);
	return bytes;
}

/* A root without leaves: they all have room. */
static struct pl_root *make_root(struct pl_ctx *ctx, unsigned int nr_leaves)
{
	struct pl_root *root = pl_kvzalloc(ctx, PL_MEM_INDEX, root_bytes(nr_leaves));
	unsigned int bits = nr_leaves, level, i;
	unsigned long *words;

	if (IS_ERR(root))
		return root;
	root->lab = ctx->lab;
	root->nr_leaves = nr_leaves;
	root->mask = nr_leaves - 1;
	words = (unsigned long *)&root->leaf[nr_leaves];
	for (level = 0; !level || bits > 1; level++) {
		root->room.level[level] = words;
		for (i = 0; i < bits / BITS_PER_LONG; i++)
			words[i] = ~0UL;
		if (bits % BITS_PER_LONG)
			words[i] = BIT(bits % BITS_PER_LONG) - 1;
		bits = BITS_TO_LONGS(bits);
		root->there.level[level] = words + bits;
		words += 2 * bits;
	}
	root->levels = level;
	return root;
}

static void free_root(struct pl_root *root)
{
	pl_kvfree(root->lab, PL_MEM_INDEX, root, root_bytes(root->nr_leaves));
}

/* Nobody looks at this root any more: all who began to before are through. */
static void delayed_free_root(struct rcu_head *rcu)
{
	struct pl_root *root = container_of(rcu, struct pl_root, rcu);
	struct pl_lab *lab = root->lab;

	free_root(root);
	pl_rcu_done(lab);
}

static void free_leaf(struct pl_leaf *leaf)
{
	pl_cache_free(leaf->lab, PL_MEM_INDEX, leaf_cache, leaf);
}

static void delayed_free_leaf(struct rcu_head *rcu)
{
	struct pl_leaf *leaf = container_of(rcu, struct pl_leaf, rcu);
	struct pl_lab *lab = leaf->lab;

	free_leaf(leaf);
	pl_rcu_done(lab);
}

static struct pl_root *root_of(struct pl_table *table)
{
	return rcu_dereference_protected(table->root, pl_is_held(&table->lock));
}

static struct pl_leaf *leaf_at(struct pl_table *table, const struct pl_root *root,
			       unsigned int place)
{
	return rcu_dereference_protected(root->leaf[place], pl_is_held(&table->lock));
}

/*
 * The leaf that was empty for longest goes, if it still is. Its word becomes
 * all ones in one step with the look at it: from then on nobody takes a number
 * there. Who may still hold the leaf: readers that found it in the root before
 * (hence the grace period); they see empty slots, and a word that is full
 * though @room says otherwise, which sends them to the lock, and so to what is
 * in its place.
 */
static void drop_oldest(struct pl_lab *lab, struct pl_table *table)
{
	struct pl_leaf *leaf = list_first_entry(&table->empty, struct pl_leaf, node);
	long empty = 0;

	list_del(&leaf->node);
	table->nr_empty--;
	WRITE_ONCE(leaf->waits, false);
	/*
	 * Pairs with give_back(), which clears the last bit and then looks at
	 * @waits: either it sees that the leaf waits no more, or it is empty here.
	 */
	smp_mb();
	if (!atomic_long_try_cmpxchg(&leaf->taken, &empty, PL_LEAF_FULL))
		return;
	tree_write(root_of(table), &root_of(table)->there, leaf->place, false);
	RCU_INIT_POINTER(root_of(table)->leaf[leaf->place], NULL);
	pl_call_rcu(lab, &leaf->rcu, delayed_free_leaf);
}

/* Under the table's lock. */
static void add_empty(struct pl_lab *lab, struct pl_table *table, struct pl_leaf *leaf)
{
	/* Read by give_back(), which comes to the lock for nothing if it misses this. */
	WRITE_ONCE(leaf->waits, true);
	list_add_tail(&leaf->node, &table->empty);
	if (++table->nr_empty > PL_LEAVES_KEPT + table->nr_cpus)
		drop_oldest(lab, table);
}

/**
 * pl_table_settle() - a leaf has become full or empty, or is no longer
 * @lab: the lab
 * @table: the table
 * @place: where the leaf is, or was
 *
 * What there is to note is what the word says under the lock: whoever changed
 * it last comes here last.
 *
 * Context: any.
 */
void pl_table_settle(struct pl_lab *lab, struct pl_table *table, unsigned int place)
{
	struct pl_root *root;
	struct pl_leaf *leaf;
	unsigned long flags;
	long taken;

	pl_spin_lock(&table->lock, flags);
	root = root_of(table);
	leaf = place < root->nr_leaves ? leaf_at(table, root, place) : NULL;
	if (leaf) {
		taken = atomic_long_read(&leaf->taken);
		note_room(root, place, taken != PL_LEAF_FULL);
		if (!taken && !leaf->waits)
			add_empty(lab, table, leaf);
	}
	pl_spin_unlock(&table->lock, flags);
}

/* What is in @from, and fits, is in @to as well. Under the table's lock. */
static void copy_root(struct pl_table *table, struct pl_root *to, const struct pl_root *from)
{
	unsigned int place, words = 0;

	for (place = pl_tree_next(from, &from->there, 0, &words); place < from->nr_leaves;
	     place = pl_tree_next(from, &from->there, place + 1, &words)) {
		/* The root is published as a whole, later. */
		RCU_INIT_POINTER(to->leaf[place], leaf_at(table, from, place));
		tree_write(to, &to->there, place, true);
		note_room(to, place, tree_has(&from->room, place));
	}
}

/*
 * Whether a root of so many leaves still serves better than the one there is:
 * it is larger for the sake of @place, or smaller and holds all.
 */
static bool fits_better(const struct pl_root *old, unsigned int nr_leaves, unsigned int place)
{
	if (!old || place >= old->nr_leaves)
		return true;
	return nr_leaves < old->nr_leaves && nr_leaves_used(old) <= nr_leaves &&
	       place < nr_leaves;
}

/*
 * Another root takes the place of the one there is. Who may still hold the old
 * one: readers that loaded it before (hence the grace period). They see leaves
 * as they were when they began; a leaf that has gone since is full for them.
 */
static int replace_root(struct pl_ctx *ctx, struct pl_table *table, unsigned int nr_leaves,
			unsigned int place)
{
	struct pl_root *new = make_root(ctx, nr_leaves), *old;
	unsigned long flags;

	if (IS_ERR(new))
		return PTR_ERR(new);
	pl_spin_lock(&table->lock, flags);
	old = root_of(table);
	if (fits_better(old, nr_leaves, place)) {
		if (old)
			copy_root(table, new, old);
		/* Pairs with pl_table_dereference() of index_find.h. */
		rcu_assign_pointer(table->root, new);
		new = NULL;
		if (old)
			pl_call_rcu(ctx->lab, &old->rcu, delayed_free_root);
	}
	pl_spin_unlock(&table->lock, flags);
	if (new)
		free_root(new);
	return 0;
}

/* How many leaves a root should have that is to have one at @place. */
static unsigned int root_size(unsigned int place)
{
	return max_t(unsigned int, roundup_pow_of_two(place + 1), PL_ROOT_MIN);
}

/*
 * A root that is eight times what is used goes back to twice that: between the
 * two it stays, so that use on an edge does not move it. Under the table's lock.
 */
static unsigned int smaller_size(const struct pl_root *root)
{
	unsigned int size = root_size(nr_leaves_used(root));

	return size <= root->nr_leaves / 8 ? size * 2 : 0;
}

/**
 * struct install - what has come of putting a leaf in its place
 * @done: there is a leaf now
 * @mine: and it is this one
 * @smaller: the size of a root that would do, or 0
 */
struct install {
	bool done;
	bool mine;
	unsigned int smaller;
};

/* Under the table's lock. */
static struct install install_leaf(struct pl_table *table, struct pl_leaf *leaf)
{
	struct pl_root *root = root_of(table);
	struct install out = {};

	if (!root || leaf->place >= root->nr_leaves)
		return out;
	out.done = true;
	if (leaf_at(table, root, leaf->place))
		return out;
	out.mine = true;
	/* Pairs with pl_table_dereference() of index_find.h. */
	rcu_assign_pointer(root->leaf[leaf->place], leaf);
	tree_write(root, &root->there, leaf->place, true);
	add_empty(leaf->lab, table, leaf);
	out.smaller = smaller_size(root);
	return out;
}

/**
 * pl_table_ready() - see to it that a leaf is there
 * @ctx: the operation
 * @table: the table
 * @place: where, below PL_ROOT_MAX
 *
 * It is empty, and so may have gone again when the caller looks.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM or -ENOSPC, and nothing has changed but that the root may
 * be larger.
 */
int pl_table_ready(struct pl_ctx *ctx, struct pl_table *table, unsigned int place)
{
	struct pl_leaf *leaf = pl_cache_zalloc(ctx, PL_MEM_INDEX, leaf_cache);
	struct pl_ctx aside = { .lab = ctx->lab };
	struct install got;
	unsigned long flags;
	int error = 0;

	if (IS_ERR(leaf))
		return PTR_ERR(leaf);
	leaf->lab = ctx->lab;
	leaf->place = place;
	pl_point(ctx->lab, PL_POINT_TABLE_LEAF);
	do {
		pl_spin_lock(&table->lock, flags);
		got = install_leaf(table, leaf);
		pl_spin_unlock(&table->lock, flags);
		if (!got.done)
			error = replace_root(ctx, table, root_size(place), place);
	} while (!got.done && !error);
	if (!got.mine)
		free_leaf(leaf);
	/* It only saves memory: where there is none for it, all stays as it is. */
	if (got.smaller)
		replace_root(&aside, table, got.smaller, place);
	return error;
}

/**
 * pl_table_free() - free the leaves and the root
 * @lab: whose memory
 * @table: a table that nobody uses any more
 *
 * Context: any but hard interrupts.
 */
void pl_table_free(struct pl_lab *lab, struct pl_table *table)
{
	struct pl_root *root = rcu_dereference_protected(table->root, true);
	unsigned int place, words = 0;

	if (table->cpu)
		pl_kvfree(lab, PL_MEM_INDEX, table->cpu,
			  array_size(table->nr_cpus, sizeof(*table->cpu)));
	if (!root)
		return;
	for (place = pl_tree_next(root, &root->there, 0, &words); place < root->nr_leaves;
	     place = pl_tree_next(root, &root->there, place + 1, &words))
		free_leaf(rcu_dereference_protected(root->leaf[place], true));
	free_root(root);
	RCU_INIT_POINTER(table->root, NULL);
}
