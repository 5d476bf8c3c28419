// SPDX-License-Identifier: GPL-2.0
/* Which bit stands for which memory, and who is told of each access. */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "control.h"
#include "footprint.h"
#include "lab.h"

#define WORD	     sizeof(u64)
#define BITS	     (sizeof_field(struct pidlab_footprint, reads) * BITS_PER_BYTE)
#define REGIONS	     (PIDLAB_ACTORS_MAX + 1) /* the last: the start of a run */
#define REGION_BYTES (128 << 10)
#define ARENA_BYTES  (REGIONS * REGION_BYTES)
#define ARENA_WORDS  (ARENA_BYTES / WORD)
#define LAB_WORDS    DIV_ROUND_UP(sizeof(struct pl_lab), WORD)
#define OTHER_BITS   14
#define ALL_WORDS    (ARENA_WORDS + LAB_WORDS + BIT(OTHER_BITS))
#define PINS_MAX     8
#define NAMELESS     ALL_WORDS
#define UNTOLD	     U16_MAX

/**
 * struct pl_footprints - what a lab needs for footprints
 * @step: of the step under way; NULL: not recorded
 * @region: where what is allocated now goes
 * @fresh: in the arena: what the step under way has allocated begins here
 * @used: bytes given away of each region
 * @full: memory was asked for that did not fit: its name is not known
 * @pins: by actor: objects that it has counted and will not for long
 * @nr_bits: words that have a bit
 * @bit_of: by word: its bit + 1; 0: none yet; UNTOLD: it gets none
 * @arena: memory for the objects of a run, each piece given once
 */
struct pl_footprints {
	struct pidlab_footprint *step;
	unsigned int region;
	size_t fresh;
	size_t used[REGIONS];
	bool full;
	const struct pl_object *pins[REGIONS][PINS_MAX];
	unsigned int nr_bits;
	u16 bit_of[ALL_WORDS];
	char arena[ARENA_BYTES] __aligned(SMP_CACHE_BYTES);
};

/* Only added to: the order does not matter to what they become. */
static const size_t tallies[] = {
	offsetof(struct pl_lab, forks),
	offsetof(struct pl_lab, changes),
	offsetof(struct pl_lab, zap_steps),
};

/* How many labs have a step that is recorded: most of what is touched is so between runs. */
static atomic_t recording = ATOMIC_INIT(0);

static void set_step(struct pl_footprints *all, struct pidlab_footprint *out)
{
	if (out && !all->step)
		atomic_inc(&recording);
	else if (!out && all->step)
		atomic_dec(&recording);
	all->step = out;
}

/**
 * pl_footprints_prepare() - make a lab ready to record
 * @lab: the lab, its operations kept out by the caller
 *
 * Context: sleeps.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP: the module was built without.
 */
int pl_footprints_prepare(struct pl_lab *lab)
{
	unsigned int i;

	if (lab->footprints)
		return 0;
	lab->footprints = kvzalloc(sizeof(*lab->footprints), GFP_KERNEL_ACCOUNT);
	if (!lab->footprints)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(tallies); i++)
		lab->footprints->bit_of[ARENA_WORDS + tallies[i] / WORD] = UNTOLD;
	return 0;
}
PL_EXPORT_FOR_KUNIT(pl_footprints_prepare);

/**
 * pl_footprints_free() - undo pl_footprints_prepare()
 * @lab: a lab without objects
 *
 * Context: any but hard interrupts.
 */
void pl_footprints_free(struct pl_lab *lab)
{
	if (lab->footprints)
		set_step(lab->footprints, NULL);
	kvfree(lab->footprints);
	lab->footprints = NULL;
}

/**
 * pl_footprints_begin() - begin a run with an empty arena
 * @lab: a lab without objects, its operations kept out by the caller
 */
void pl_footprints_begin(struct pl_lab *lab)
{
	struct pl_footprints *all = lab->footprints;

	if (!all)
		return;
	memset(all->used, 0, sizeof(all->used));
	memset(all->pins, 0, sizeof(all->pins));
	all->full = false;
	set_step(all, NULL);
	all->region = REGIONS - 1;
	all->fresh = ARENA_BYTES;
}

/**
 * pl_footprints_step() - a step begins
 * @lab: the lab
 * @actor: who takes it, or PIDLAB_CHOICE_GP
 * @out: where its footprint goes; NULL: nothing is recorded from here on
 */
void pl_footprints_step(struct pl_lab *lab, unsigned int actor, struct pidlab_footprint *out)
{
	struct pl_footprints *all = lab->footprints;

	if (!all)
		return;
	set_step(all, out);
	/* A callback allocates nothing. */
	all->region = actor < PIDLAB_ACTORS_MAX ? actor : REGIONS - 1;
	all->fresh = all->region * REGION_BYTES + all->used[all->region];
	if (out)
		memset(out, all->full ? 0xff : 0, sizeof(*out));
}

/**
 * pl_footprints_zalloc() - zeroed memory whose name is the same in each run
 * @lab: the lab
 * @bytes: how much
 *
 * Return: the memory, which goes with the run; NULL: the lab does not record,
 * or it does not fit, and the caller takes it from elsewhere.
 */
void *pl_footprints_zalloc(struct pl_lab *lab, size_t bytes)
{
	struct pl_footprints *all = lab->footprints;
	void *object;
	size_t *used;

	/* Large ones are what a task pins: nobody looks into it. */
	if (!all || !lab->control || !lab->control->footprints || bytes > PAGE_SIZE)
		return NULL;
	used = &all->used[all->region];
	bytes = ALIGN(bytes, SMP_CACHE_BYTES);
	if (*used + bytes > REGION_BYTES) {
		all->full = true;
		if (all->step)
			memset(all->step, 0xff, sizeof(*all->step));
		return NULL;
	}
	object = all->arena + all->region * REGION_BYTES + *used;
	*used += bytes;
	return memset(object, 0, bytes);
}

/**
 * pl_footprints_owns() - whether memory is part of the arena
 * @lab: the lab
 * @object: some memory of it
 *
 * Return: true if so: it is not the caller's to free.
 */
bool pl_footprints_owns(const struct pl_lab *lab, const void *object)
{
	const struct pl_footprints *all = lab->footprints;

	return all && (const char *)object >= all->arena &&
	       (const char *)object < all->arena + ARENA_BYTES;
}

static unsigned int other_word(u64 space, u64 number)
{
	return ARENA_WORDS + LAB_WORDS + hash_64(space << 40 ^ number, OTHER_BITS);
}

/* Buckets are allocated anew in each run: called by their number. */
static bool is_bucket(const struct pl_lab *lab, unsigned long at)
{
	size_t size = (sizeof(*lab->hash) * PIDLAB_TYPE_COUNT) << lab->hash_bits;

	return lab->hash && at - (unsigned long)lab->hash < size;
}

/*
 * The name of a word of memory: the same in each run of the lab. Caches and
 * tables of the module have none: no order of a run's steps changes them.
 */
static unsigned int word_at(const struct pl_lab *lab, unsigned long at)
{
	unsigned long offset = at - (unsigned long)lab->footprints->arena;

	if (offset < ARENA_BYTES)
		return offset / WORD;
	offset = at - (unsigned long)lab;
	if (offset < sizeof(*lab))
		return ARENA_WORDS + offset / WORD;
	if (is_bucket(lab, at))
		return other_word(PL_SLOT_COUNT, (at - (unsigned long)lab->hash) / WORD);
	if (within_module(at, THIS_MODULE))
		return NAMELESS;
	return other_word(PL_SLOT_COUNT + 1, at / WORD);
}

static void mark(struct pl_footprints *all, unsigned int word, bool write)
{
	u64 *mask = write ? all->step->writes : all->step->reads;
	unsigned int bit;

	if (word == NAMELESS || all->bit_of[word] == UNTOLD)
		return;
	if (!all->bit_of[word])
		all->bit_of[word] = 1 + all->nr_bits++ % BITS;
	bit = all->bit_of[word] - 1;
	mask[bit / BITS_PER_TYPE(u64)] |= BIT_ULL(bit % BITS_PER_TYPE(u64));
}

/* The lab whose actor the caller is, if the actor's step is recorded. */
static struct pl_lab *recorded_lab(void)
{
	const struct pl_actor *actor;
	struct pl_lab *lab;

	if (!in_task())
		return NULL;
	actor = pl_control_current();
	if (!actor)
		return NULL;
	lab = actor->control->lab;
	return lab->footprints && lab->footprints->step ? lab : NULL;
}

/* Allocated in this very step: nobody else has it yet. */
static bool is_fresh(const struct pl_footprints *all, unsigned long at)
{
	unsigned long offset = at - (unsigned long)all->arena;

	return offset >= all->fresh &&
	       offset < all->region * REGION_BYTES + all->used[all->region];
}

static noinline void touch(const void *ptr, size_t bytes, bool write)
{
	unsigned long at = (unsigned long)ptr & ~(WORD - 1), end = (unsigned long)ptr + bytes;
	struct pl_lab *lab = recorded_lab();

	if (!lab || object_is_on_stack(ptr) || is_fresh(lab->footprints, at))
		return;
	for (; at < end; at += WORD)
		mark(lab->footprints, word_at(lab, at), write);
}

/**
 * pl_touch() - the caller reads or writes memory
 * @ptr: where
 * @bytes: how much
 * @write: or only reads
 *
 * Context: any; recorded if the caller is an actor whose step is.
 */
void pl_touch(const void *ptr, size_t bytes, bool write)
{
	if (atomic_read(&recording))
		touch(ptr, bytes, write);
}

/* Replaces the first @from among an actor's pins by @to. */
static bool replace_pin(struct pl_footprints *all, const struct pl_object *from,
			const struct pl_object *to)
{
	unsigned int i;

	for (i = 0; i < PINS_MAX; i++) {
		if (all->pins[all->region][i] == from) {
			all->pins[all->region][i] = to;
			return true;
		}
	}
	return false;
}

static unsigned int count_pins(const struct pl_footprints *all, const struct pl_object *object)
{
	unsigned int i, count = 0;

	for (i = 0; i < REGIONS * PINS_MAX; i++)
		count += all->pins[i / PINS_MAX][i % PINS_MAX] == object;
	return count;
}

/**
 * pl_touch_get() - the caller has found an object by its id, and counted it
 * @object: the object
 */
void pl_touch_get(const struct pl_object *object)
{
	struct pl_lab *lab = recorded_lab();

	if (lab)
		pl_touch(&object->count, sizeof(object->count),
			 !replace_pin(lab->footprints, NULL, object));
}

/**
 * pl_touch_put() - the caller is about to drop a count
 * @object: the object
 *
 * Where counts are left that no operation gives back at its end, none that does
 * can be the last, in whatever order they go.
 */
void pl_touch_put(const struct pl_object *object)
{
	struct pl_lab *lab = recorded_lab();
	bool passing;

	if (!lab)
		return;
	passing = replace_pin(lab->footprints, object, NULL) &&
		  refcount_read(&object->count) - 1 > count_pins(lab->footprints, object);
	pl_touch(&object->count, sizeof(object->count), !passing);
}

/**
 * pl_touch_freed() - the caller frees memory
 * @object: the memory
 * @bytes: how much
 *
 * A write to each word that anybody has ever touched: large objects need not
 * take a bit for each that nobody looks at.
 */
void pl_touch_freed(const void *object, size_t bytes)
{
	struct pl_lab *lab = recorded_lab();
	struct pl_footprints *all;
	unsigned int word, last;

	if (!lab || !pl_footprints_owns(lab, object) ||
	    is_fresh(lab->footprints, (unsigned long)object))
		return;
	all = lab->footprints;
	word = word_at(lab, (unsigned long)object);
	last = word + (bytes - 1) / WORD;
	for (; word <= last; word++) {
		if (all->bit_of[word])
			mark(all, word, true);
	}
}

/**
 * pl_touch_slot() - the caller reads or writes what has no address
 * @slot: what
 * @number: which of them
 * @write: or only reads
 */
void pl_touch_slot(enum pl_slot slot, u64 number, bool write)
{
	struct pl_lab *lab = recorded_lab();

	if (lab)
		mark(lab->footprints, other_word(slot, number), write);
}

/**
 * pl_touch_entry() - the caller reads or writes an entry of a table
 * @table: in memory of the lab
 * @number: which entry
 * @write: or only reads
 */
void pl_touch_entry(const void *table, u64 number, bool write)
{
	struct pl_lab *lab = recorded_lab();
	u64 space;

	if (!lab)
		return;
	space = PL_SLOT_COUNT + 2 + word_at(lab, (unsigned long)table);
	mark(lab->footprints, other_word(space, number), write);
}
