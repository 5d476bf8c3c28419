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

/**
 * struct pl_generation - the parts of a design
 * @number: enum pidlab_generation
 * @name: as user space writes it
 * @types: mask of enum pidlab_type that tasks have links for
 * @index: number -> pid
 */
struct pl_generation {
	unsigned int number;
	const char *name;
	unsigned int types;
	const struct pl_index_ops *index;
};

const struct pl_generation *pl_generation_find(unsigned int number);
unsigned int pl_generation_mask(void);

static inline bool pl_generation_has(const struct pl_generation *gen, enum pidlab_type type)
{
	return gen->types & BIT(type);
}

#endif /* PL_GENERATION_H */
