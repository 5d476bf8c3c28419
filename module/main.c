// SPDX-License-Identifier: GPL-2.0
/* The module: the order of its beginning and of its end, nothing else. */
#include <linux/module.h>

#include "container.h"
#include "debugfs.h"
#include "dev.h"
#include "event.h"
#include "index_table.h"
#include "netlink.h"
#include "pid_namespace.h"
#include "ref.h"
#include "task.h"

static int __init pidlab_init(void)
{
	int error;

	error = pl_task_init_cache();
	if (error)
		return error;
	error = pl_pidns_init_caches();
	if (error)
		goto out_task;
	error = pl_table_init_cache();
	if (error)
		goto out_pidns;
	error = pl_ref_init_cache();
	if (error)
		goto out_table;
	error = pl_container_init_cache();
	if (error)
		goto out_ref;
	error = pl_events_init();
	if (error)
		goto out_container;
	error = pl_netlink_init();
	if (error)
		goto out_events;
	pl_debugfs_init();
	error = pl_dev_init();
	if (error)
		goto out_debugfs;
	return 0;

out_debugfs:
	pl_debugfs_exit();
	pl_netlink_exit();
out_events:
	pl_events_exit();
out_container:
	pl_container_exit_cache();
out_ref:
	pl_ref_exit_cache();
out_table:
	pl_table_exit_cache();
out_pidns:
	pl_pidns_exit_caches();
out_task:
	pl_task_exit_cache();
	return error;
}

static void __exit pidlab_exit(void)
{
	pl_dev_exit();
	pl_debugfs_exit();
	/* The last labs are closed; their frees may still be under way. */
	rcu_barrier();
	/* And the last of what they have told. */
	pl_events_exit();
	pl_netlink_exit();
	pl_container_exit_cache();
	pl_ref_exit_cache();
	pl_table_exit_cache();
	pl_pidns_exit_caches();
	pl_task_exit_cache();
}

module_init(pidlab_init);
module_exit(pidlab_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A laboratory for process identity");
