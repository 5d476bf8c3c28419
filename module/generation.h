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

struct pl_task;

/**
 * struct pl_generation - the parts of a design
 * @number: enum pidlab_generation
 * @name: as user space writes it
 * @types: mask of enum pidlab_type that tasks have links for
 * @max_level: depth of the deepest namespace
 * @index: number -> pid
 * @swap_pids: an exec by a thread: afterwards @thread uses the pid that
 *	@leader used as PID. Under tasklist_lock; @leader is released next
 */
struct pl_generation {
	unsigned int number;
	const char *name;
	unsigned int types;
	unsigned int max_level;
	const struct pl_index_ops *index;
	void (*swap_pids)(struct pl_task *thread, struct pl_task *leader);
};

const struct pl_generation *pl_generation_find(unsigned int number);
unsigned int pl_generation_mask(void);

static inline bool pl_generation_has(const struct pl_generation *gen, enum pidlab_type type)
{
	return gen->types & BIT(type);
}

#endif /* PL_GENERATION_H */
