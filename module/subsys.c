// SPDX-License-Identifier: GPL-2.0
/* Which subsystems there were when. */
#include <linux/array_size.h>

#include "subsys.h"
#include "subsys_account.h"
#include "subsys_freezer.h"
#include "subsys_pids.h"
#include "subsys_trace.h"

static const struct pl_hooks hooks[] = {
	{
		.year = 2007,
		.subsys = {
			[PIDLAB_SUBSYS_PIDS] = &pl_pids_2007,
			[PIDLAB_SUBSYS_FREEZER] = &pl_freezer_2007,
			[PIDLAB_SUBSYS_ACCOUNT] = &pl_account_2007,
			[PIDLAB_SUBSYS_TRACE] = &pl_trace_2007,
		},
	},
	{
		.year = 2015,
		.subsys = {
			[PIDLAB_SUBSYS_PIDS] = &pl_pids_2015,
			[PIDLAB_SUBSYS_FREEZER] = &pl_freezer_2015,
			[PIDLAB_SUBSYS_ACCOUNT] = &pl_account_2015,
			[PIDLAB_SUBSYS_TRACE] = &pl_trace_2015,
		},
	},
};

/**
 * pl_hooks_find() - the hooks as of a year
 * @year: 2007 or later
 *
 * Return: the latest that there were by then.
 */
const struct pl_hooks *pl_hooks_find(unsigned int year)
{
	int i = ARRAY_SIZE(hooks) - 1;

	while (i > 0 && hooks[i].year > year)
		i--;
	return &hooks[i];
}
