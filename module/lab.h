/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lab: one private universe of process identity.
 *
 * Owned by the open file that made it. Two labs share nothing but the slab
 * caches. Closing the file takes the universe apart whatever state it is in;
 * the memory of struct pl_lab itself goes with the last object that a grace
 * period still holds.
 */
#ifndef PL_LAB_H
#define PL_LAB_H

#include <linux/rwsem.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "cpu.h"
#include "container.h"
#include "event.h"
#include "mem.h"
#include "pidlab.h"
#include "sync.h"
#include "task_ref.h"

struct pl_control;
struct pl_footprints;
struct pl_generation;
struct pl_pidns;
struct pl_rcu_layout;
struct pl_task;

/**
 * struct pl_lab - one universe
 * @number: of all labs since the module was loaded, this is the how manieth
 * @users: one for the file, one for each object that memory is charged for
 * @generation: the design of its pid machinery; set by SETUP, then constant
 * @rcu_layout: how its tasks are counted; set by SETUP, then constant
 * @setting: by enum pidlab_setting; set by SETUP, then constant
 * @ready: SETUP is done; everything above is constant from then on
 * @setup_lock: serialises SETUP
 * @quiesce: held for read by each operation, for write by a check
 * @tasklist_lock: protects links, families, groups, states, task_refs and
 *	the lists @tasks, @killed and @dying
 * @pidmap_lock: protects what pl_pid_find() sees, and pl_pidns.adding
 * @cpu_lock: protects @curr, and of a task: cpu, exited
 * @users_lock: protects rcu_users of tasks where the bytes are shared
 * @objects: serial of an id -> object; see object.h
 * @last_serial: the last serial given
 * @tasks: every task that is not reaped
 * @killed: tasks with a pending SIGKILL whose exit nobody has begun
 * @dying: reapers in exit that wait until their namespace is empty
 * @zap_steps: what the ends of namespaces looked at
 * @exit_wait: woken when a task has become a zombie or was released
 * @curr: the task that each virtual CPU has; NULL: it idles. No count: the
 *	scheduler's hold on the task cannot go while it is here
 * @root_ns: the outermost namespace; the lab owns a count
 * @init_id: id of the first task
 * @hash: buckets of the hash index; NULL where the generation has none
 * @hash_bits: log2 of their number
 * @init_tref: "nothing there" for task_refs; the lab owns its first count
 * @sentinel_drops: attempts to drop the sentinel's own count; a bug each
 * @account: memory and objects
 * @graves: with a bug switched on: address of memory -> itself once it was
 *	freed; see mem.h
 * @seen: by enum pidlab_bug: how often it did harm
 * @seen_object: the object harmed last
 * @left_files: references of files that outlived what the lab held; under @quiesce
 * @containers: hierarchies and their subsystems
 * @forks: successful forks
 * @changes: operations that have run; a dump looks whether it is the same
 * @events: what happened, for those who listen
 * @to_group: those who listen to all labs are told, too; see netlink_listen.c
 * @rcu_pending: callbacks that have not done their work
 * @control: who runs the lab's actors; NULL in an ordinary lab; under @quiesce
 * @footprints: what it takes to record them; NULL: never asked for; under @quiesce
 * @given_up: it holds nothing, or actors that stand for ever; under @quiesce
 * @hook: what to call at named points
 * @hook_data: for @hook
 */
struct pl_lab {
	u64 number;
	refcount_t users;
	const struct pl_generation *generation;
	const struct pl_rcu_layout *rcu_layout;
	u64 setting[PIDLAB_SETTING_SLOTS];
	bool ready;
	struct mutex setup_lock;
	struct rw_semaphore quiesce;
	struct pl_rwlock tasklist_lock;
	struct pl_spinlock pidmap_lock;
	struct pl_spinlock cpu_lock;
	struct pl_spinlock users_lock;
	struct xarray objects;
	atomic_long_t last_serial;
	struct list_head tasks;
	struct list_head killed;
	struct list_head dying;
	atomic_long_t zap_steps;
	struct pl_waitq exit_wait;
	struct pl_task __rcu *curr[PL_MAX_CPUS];
	struct pl_pidns *root_ns;
	u64 init_id;
	struct hlist_head *hash;
	unsigned int hash_bits;
	struct pl_tref init_tref;
	atomic_t sentinel_drops;
	struct pl_account account;
	struct xarray graves;
	atomic_t seen[PIDLAB_BUG_COUNT];
	u64 seen_object[PIDLAB_BUG_COUNT];
	atomic_t left_files;
	struct pl_containers containers;
	atomic_long_t forks;
	atomic_long_t changes;
	struct pl_events events;
	bool to_group;
	atomic_long_t rcu_pending;
	struct pl_control *control;
	struct pl_footprints *footprints;
	bool given_up;
	pl_hook_fn hook;
	void *hook_data;
};

struct pl_lab *pl_lab_create(void);
int pl_lab_setup(struct pl_lab *lab, struct pidlab_setup *setup);
int pl_lab_reset(struct pl_lab *lab);
void pl_lab_give_up(struct pl_lab *lab);
void pl_lab_close(struct pl_lab *lab);

void pl_lab_get(struct pl_lab *lab);
void pl_lab_put(struct pl_lab *lab);

/* Whether operations may run in it; under lab->quiesce. */
static inline bool pl_lab_is_usable(const struct pl_lab *lab)
{
	return !lab->given_up;
}

bool pl_lab_ready(const struct pl_lab *lab);
int pl_lab_info(struct pl_lab *lab, struct pidlab_info *info);
long pl_lab_count(void);

#endif /* PL_LAB_H */
