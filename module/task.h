/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated task and its thread group.
 *
 * A task has no code to run: operations act as it. It has the identity that
 * Linux gives a task, the family it is in, and the memory it pins (stack and
 * structure), so that holding one costs what it costs in a kernel.
 *
 * Life. One usage belongs to rcu_users, of which the reaper has one: when the
 * last of them goes, a grace period starts, and at its end that usage goes. The
 * scheduler's hold goes when the task has exited and no CPU has it any more. By
 * the lab's layout (rcu_users.h) it is a usage of its own (usage 2, rcu_users 1
 * after fork) or one of rcu_users (1 and 2). Whoever else holds a usage keeps
 * the memory, and nothing but the memory.
 */
#ifndef PL_TASK_H
#define PL_TASK_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "container.h"
#include "object.h"
#include "pid.h"
#include "rcu_users.h"
#include "sync.h"

struct pl_lab;
struct pl_ctx;
struct pl_tref;
struct pl_pidns;

/**
 * struct pl_link - how a task uses a pid by one type
 * @node: in pl_pid.users[type]
 * @pid: the pid; NULL when the link is empty. A link takes no count: it is
 *	what keeps the pid published
 */
struct pl_link {
	struct hlist_node node;
	struct pl_pid *pid;
};

/**
 * struct pl_number_link - how a task uses a number, where there is no struct pid
 * @nr: the number; 0: the link is empty
 * @chain: in the hash of its type, if the task is the first user
 * @queue: ring of all users, in the order in which they attached
 * @ref: the weak reference that it leads to; first users only
 * @watches: who watches the users; first users only
 */
struct pl_number_link {
	int nr;
	struct hlist_node chain;
	struct list_head queue;
	struct pl_tref *ref;
	struct hlist_head watches;
};

#define PL_NO_CPU	 (-1)

/* Task flags, under tasklist_lock */
#define PL_TASK_EXITING	 BIT(0) /* somebody has begun its exit and will end it */
#define PL_TASK_KILLED	 BIT(1) /* SIGKILL is pending */
#define PL_TASK_EXECED	 BIT(2) /* has called exec since its fork */
#define PL_TASK_WAITING	 BIT(3) /* a reaper in exit, on lab->dying */

/**
 * struct pl_signal - what the threads of a group share
 * @count: one for each thread, until its memory goes
 * @threads: threads that are not released, by pl_task.thread_node
 * @nr_threads: their number
 * @live: threads whose exit has not begun
 * @session_leader: the group leads a session
 * @autoreap: nobody waits for the process: its last thread to exit reaps it
 * @group_exit: all threads are to exit with @group_code
 * @group_code: see @group_exit
 * @group_exec: the thread that executes a program, and kills the others
 *
 * All but @count under tasklist_lock; @autoreap is constant from fork on.
 */
struct pl_signal {
	refcount_t count;
	struct list_head threads;
	unsigned int nr_threads;
	unsigned int live;
	bool session_leader;
	bool autoreap;
	bool group_exit;
	int group_code;
	struct pl_task *group_exec;
};

/**
 * struct pl_task - a simulated task
 * @object: id and usage
 * @lab: where it lives
 * @rcu_users: those through whom it can be found under RCU
 * @payload: the memory it pins
 * @turn: held by the one operation that acts as this task
 * @link: its uses of pids, by enum pidlab_type
 * @signal: its thread group
 * @group_leader: leader of the group; NULL once released
 * @real_parent: leaders only, a group has one; NULL for the first task and
 *	once released
 * @children: leaders of groups it is the parent of, by @sibling
 * @sibling: in @real_parent's children (leaders only)
 * @thread_node: in the group's threads
 * @node: in the lab's tasks
 * @killed_node: in the lab's list of the killed or of the dying, or empty
 * @flags: PL_TASK_*
 * @state: enum pidlab_state; 0 until the fork is done
 * @exit_code: valid from the begin of its exit; see pl_task_exit_code()
 * @cpu: the virtual CPU that has it, or PL_NO_CPU; under cpu_lock
 * @exited: no CPU can switch to it any more; under cpu_lock
 * @children_ns: where its children are born, counted; NULL: where it is itself
 * @live_levels: how many of its namespaces, from the root on, count it as live
 * @holds: references of the lab that hold it; for reports and checks
 * @lock: protects the pointers in @containers (task_lock)
 * @containers: where it is; see container.h
 * @number: its uses of numbers, by enum pidlab_type; only where the generation
 *	has no struct pid, and @link is not used
 *
 * All from @link to @exit_code under tasklist_lock, but @signal.
 */
struct pl_task {
	struct pl_object object;
	struct pl_lab *lab;
	struct pl_rcu_users rcu_users;
	void *payload;
	struct pl_mutex turn;
	struct pl_link link[PIDLAB_TYPE_COUNT];
	struct pl_signal *signal;
	struct pl_task *group_leader;
	struct pl_task *real_parent;
	struct list_head children;
	struct list_head sibling;
	struct list_head thread_node;
	struct list_head node;
	struct list_head killed_node;
	unsigned int flags;
	unsigned int state;
	int exit_code;
	int cpu;
	bool exited;
	struct pl_pidns *children_ns;
	unsigned int live_levels;
	atomic_t holds;
	struct pl_spinlock lock;
	struct pl_css_group containers;
	struct pl_number_link number[];
};

int pl_task_init_cache(void);
void pl_task_exit_cache(void);
size_t pl_task_default_payload(void);

struct pl_task *pl_task_alloc(struct pl_ctx *ctx, struct pl_signal *share);
void pl_task_free_unborn(struct pl_task *task);

struct pl_task *pl_task_get(struct pl_task *task);
void pl_task_put(struct pl_task *task);

/* All of these under tasklist_lock, read or write. */
struct pl_pid *pl_task_pid(const struct pl_task *task, enum pidlab_type type);
int pl_task_nr(const struct pl_task *task, enum pidlab_type type, const struct pl_pidns *ns);
int pl_task_vnr(const struct pl_task *task);
struct pl_pidns *pl_task_ns(const struct pl_task *task);
int pl_task_exit_code(const struct pl_task *task);
bool pl_task_is_leader(const struct pl_task *task);
bool pl_task_same_group(const struct pl_task *a, const struct pl_task *b);
struct pl_task *pl_task_live_thread(const struct pl_task *task);
bool pl_task_is_reaper(const struct pl_task *task);

static inline struct pl_task *pl_task_of(struct pl_object *object)
{
	return container_of(object, struct pl_task, object);
}

#endif /* PL_TASK_H */
