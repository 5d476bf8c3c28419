/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A generation: one design from the history of the pid code, as the set of
 * parts that make it. SETUP chooses it once; the code behind it calls through
 * the parts and never asks which generation it is.
 */
#ifndef PL_GENERATION_H
#define PL_GENERATION_H

#include <linux/bits.h>

#include "index.h"
#include "pidlab.h"

struct pl_tref_ops;
struct pl_who_ops;

/**
 * struct pl_generation - the parts of a design
 * @number: enum pidlab_generation
 * @name: as user space writes it
 * @types: mask of enum pidlab_type that tasks have links for
 * @thread_types: those that a thread has which does not lead its group
 * @has_pids: there is a struct pid
 * @last_decides: without a group exit the last thread's code is the process's
 * @max_level: depth of the deepest namespace
 * @index: number -> pid
 * @who: how tasks are tied to what they use
 * @tref: what leads to weak references
 */
struct pl_generation {
	unsigned int number;
	const char *name;
	unsigned int types;
	unsigned int thread_types;
	bool has_pids;
	bool last_decides;
	unsigned int max_level;
	const struct pl_index_ops *index;
	const struct pl_who_ops *who;
	const struct pl_tref_ops *tref;
};

const struct pl_generation *pl_generation_find(unsigned int number);
unsigned int pl_generation_mask(void);

static inline bool pl_generation_has(const struct pl_generation *gen, enum pidlab_type type)
{
	return gen->types & BIT(type);
}

/* The types that a task has links for. */
static inline unsigned int pl_generation_links(const struct pl_generation *gen, bool leader)
{
	return leader ? gen->types : gen->thread_types;
}

#endif /* PL_GENERATION_H */
