// SPDX-License-Identifier: GPL-2.0
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "debugfs.h"
#include "lab.h"
#include "mem.h"

static struct dentry *dir;

static int live_show(struct seq_file *file, void *unused)
{
	const struct pl_account *account = pl_mem_global();
	int kind;

	rcu_barrier();
	seq_printf(file, "lab %ld %ld\n", pl_lab_count(),
		   pl_lab_count() * (long)sizeof(struct pl_lab));
	for (kind = 0; kind < PL_MEM_COUNT; kind++) {
		seq_printf(file, "%s %ld %ld\n", pl_mem_name(kind),
			   atomic_long_read(&account->objects[kind]),
			   atomic_long_read(&account->bytes[kind]));
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(live);

/**
 * pl_debugfs_init() - show the module under debugfs
 *
 * Where debugfs is missing the module works without.
 */
void pl_debugfs_init(void)
{
	dir = debugfs_create_dir("pidlab", NULL);
	debugfs_create_file("live", 0400, dir, NULL, &live_fops);
}

/**
 * pl_debugfs_exit() - undo pl_debugfs_init()
 */
void pl_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
