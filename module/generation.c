// SPDX-License-Identifier: GPL-2.0
#include <linux/bits.h>
#include <linux/kernel.h>

#include "compat.h"
#include "generation.h"
#include "pid_namespace.h"
#include "task_ref.h"
#include "who.h"

#define PID_PGID_SID (BIT(PIDLAB_TYPE_PID) | BIT(PIDLAB_TYPE_PGID) | BIT(PIDLAB_TYPE_SID))

static const struct pl_generation generations[] = {
	{
		.number = PIDLAB_GEN_TASKREF,
		.name = "taskref",
		.types = PID_PGID_SID | BIT(PIDLAB_TYPE_TGID),
		.thread_types = BIT(PIDLAB_TYPE_PID) | BIT(PIDLAB_TYPE_TGID),
		.has_pids = false,
		.max_level = 0,
		.index = &pl_index_numbers,
		.who = &pl_who_numbers,
		.tref = &pl_tref_on_links,
	},
	{
		.number = PIDLAB_GEN_PIDHASH,
		.name = "pidhash",
		.types = PID_PGID_SID,
		.thread_types = BIT(PIDLAB_TYPE_PID),
		.has_pids = true,
		.max_level = 0,
		.index = &pl_index_hash,
		.who = &pl_who_takes,
		.tref = &pl_tref_on_pids,
	},
	{
		.number = PIDLAB_GEN_PIDNS,
		.name = "pidns",
		.types = PID_PGID_SID,
		.thread_types = BIT(PIDLAB_TYPE_PID),
		.has_pids = true,
		.max_level = PL_MAX_LEVEL,
		.index = &pl_index_hash,
		.who = &pl_who_takes,
		.tref = &pl_tref_on_pids,
	},
	{
		.number = PIDLAB_GEN_IDR,
		.name = "idr",
		.types = PID_PGID_SID | BIT(PIDLAB_TYPE_TGID),
		.thread_types = BIT(PIDLAB_TYPE_PID),
		.has_pids = true,
		.last_decides = true,
		.max_level = PL_MAX_LEVEL,
		.index = &pl_index_idr,
		.who = &pl_who_exchanges,
		.tref = &pl_tref_on_pids,
	},
	{
		.number = PIDLAB_GEN_TABLE,
		.name = "table",
		.types = PID_PGID_SID | BIT(PIDLAB_TYPE_TGID),
		.thread_types = BIT(PIDLAB_TYPE_PID),
		.has_pids = true,
		.last_decides = true,
		.max_level = PL_MAX_LEVEL,
		.index = &pl_index_table,
		.who = &pl_who_exchanges,
		.tref = &pl_tref_on_pids,
	},
};

/**
 * pl_generation_find() - the generation of a number
 * @number: from user space
 *
 * Return: the generation, or NULL when there is none.
 */
const struct pl_generation *pl_generation_find(unsigned int number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(generations); i++) {
		if (generations[i].number == number)
			return &generations[i];
	}
	return NULL;
}
PL_EXPORT_FOR_KUNIT(pl_generation_find);

/**
 * pl_generation_mask() - which generations there are
 *
 * Return: bits by enum pidlab_generation.
 */
unsigned int pl_generation_mask(void)
{
	unsigned int mask = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(generations); i++)
		mask |= BIT(generations[i].number);
	return mask;
}
PL_EXPORT_FOR_KUNIT(pl_generation_mask);
