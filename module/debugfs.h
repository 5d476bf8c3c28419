/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/debug/pidlab/live: what all labs together hold, for root. A line
 * a kind: name, objects, bytes. All zero once the last lab is closed; reading
 * waits for pending frees first, so that a leak is a number that stays.
 */
#ifndef PL_DEBUGFS_H
#define PL_DEBUGFS_H

void pl_debugfs_init(void);
void pl_debugfs_exit(void);

#endif /* PL_DEBUGFS_H */
