/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Containers: groups of tasks in trees, for subsystems to act on.
 *
 * A hierarchy is a tree of containers together with the subsystems bound to
 * it; it is known by its root. Every task is in one container of each
 * hierarchy. What a task knows of that is its css_group: for each subsystem a
 * pointer to what the subsystem keeps of the task's container.
 *
 * Two counts. pl_container.count says busy or not busy: each task in the
 * container raises it once for each subsystem of the hierarchy, so that nobody
 * needs a lock to learn which of its pointers lead to the same container. The
 * object's count is the structure's life: one while the container is in its
 * tree, one for each container that was made below, one for whoever looks at
 * it, and one for each pointer of a zombie that a subsystem has not let go.
 *
 * Life. mkdir makes a container and links it. rmdir unlinks it when nobody is
 * in it and nothing below it; it is freed a grace period after its last user.
 * A task may be taken along into a container only by the fork of a task whose
 * own pointer counts it; that is why attach keeps the old container busy until
 * a grace period is over (see container_attach.c).
 *
 * A lab that never had a hierarchy pays a branch for each fork, exit and reap.
 */
#ifndef PL_CONTAINER_H
#define PL_CONTAINER_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "object.h"
#include "pidlab.h"
#include "sync.h"

struct pl_css;
struct pl_ctx;
struct pl_hooks;
struct pl_lab;
struct pl_task;
struct pl_trace;

/**
 * struct pl_css_group - where a task is; embedded in the task
 * @subsys: by enum pidlab_subsys: what the subsystem keeps of the task's
 *	container; NULL where the subsystem is in no hierarchy, or was not when
 *	the task exited. Written under the task's lock
 * @forked: subsystems whose fork callback has run for the task
 * @charged: subsystems whose can_fork has run; until the fork is decided
 * @due: subsystems whose post_fork is to run once the child is visible
 * @kept: subsystems whose pointer outlives the exit, until release
 * @newborn: it is visible and its fork is not over
 * @frozen: the task does not act; under tasklist_lock
 * @since: when subsystem account saw it come, in nanoseconds
 *
 * @forked is written by who forks or ends the task where nobody else can, and
 * by a mount under tasklist_lock. @charged, @due, @kept and @since belong to
 * whoever forks, moves or ends the task, one after the other.
 */
struct pl_css_group {
	struct pl_css __rcu *subsys[PIDLAB_SUBSYS_COUNT];
	u8 forked;
	u8 charged;
	u8 due;
	u8 kept;
	bool newborn;
	bool frozen;
	u64 since;
};

/**
 * struct pl_container - a node of a hierarchy
 * @object: id and life of the structure
 * @lab: where
 * @root: of its hierarchy; itself for a root
 * @parent: counted; NULL for a root
 * @children: by @sibling
 * @sibling: in the parent's children; of a root: in the lab's roots
 * @release_node: in the lab's released containers, or empty
 * @rcu: for the grace period after the last user
 * @count: the busy indicator
 * @mask: subsystems of the hierarchy
 * @nr: a number of its own, in the order of mkdir; for the digest
 * @depth: 0 for a root
 * @removed: rmdir or umount has taken it from its tree
 * @notify: notify_on_release
 * @css: what each subsystem of the hierarchy keeps of it
 *
 * All but @object and @count under the container mutex; @mask, @parent, @css
 * never change. @notify is also read without it: an exit that overlooks that it
 * has just been set was before that.
 */
struct pl_container {
	struct pl_object object;
	struct pl_lab *lab;
	struct pl_container *root;
	struct pl_container *parent;
	struct list_head children;
	struct list_head sibling;
	struct list_head release_node;
	struct rcu_head rcu;
	atomic_t count;
	unsigned int mask;
	u32 nr;
	u32 depth;
	bool removed;
	bool notify;
	struct pl_css *css[PIDLAB_SUBSYS_COUNT];
};

/**
 * struct pl_containers - the containers of a lab
 * @lock: the container mutex: the trees and what is written into files
 * @hooks: the subsystems, as of the year that the lab was set up for
 * @active: there is or was a hierarchy; set before the first is visible
 * @need_forkexit: there is or was a subsystem with callbacks; set before it
 *	is registered, not cleared while the lab has tasks
 * @top: by subsystem: its part of the root it is registered in, or NULL
 * @roots: the hierarchies, by pl_container.sibling
 * @released: containers with a release event that nobody has read, oldest
 *	first
 * @last_nr: the last pl_container.nr given
 * @exit_locks: exits that took @lock because of notify_on_release
 * @exit_lock_ns: how long they waited for it
 * @trace: what subsystem trace has recorded; NULL while it is not registered
 */
struct pl_containers {
	struct pl_mutex lock;
	const struct pl_hooks *hooks;
	bool active;
	bool need_forkexit;
	struct pl_css *top[PIDLAB_SUBSYS_COUNT];
	struct list_head roots;
	struct list_head released;
	u32 last_nr;
	atomic_long_t exit_locks;
	atomic_long_t exit_lock_ns;
	struct pl_trace *trace;
};

#define pl_for_each_subsys(i) for ((i) = 0; (i) < PIDLAB_SUBSYS_COUNT; (i)++)

int pl_container_init_cache(void);
void pl_container_exit_cache(void);
size_t pl_container_bytes(void);

/* container.c: the structure and its counts */
void pl_containers_init(struct pl_lab *lab);
struct pl_container *pl_container_alloc(struct pl_ctx *ctx, struct pl_container *parent,
					unsigned int mask);
void pl_container_put(struct pl_container *container);
struct pl_container *pl_container_get(struct pl_container *container);
struct pl_css *pl_css_of(const struct pl_task *task, enum pidlab_subsys subsys);
struct pl_container *pl_css_container(const struct pl_css *css);
void pl_css_get(struct pl_css *css);
void pl_css_put(struct pl_css *css);
void pl_container_check_release(struct pl_container *container);
struct pl_container *pl_container_next(struct pl_container *pos, struct pl_container *top);

/* container_hier.c: trees */
int pl_container_mount(struct pl_ctx *ctx, unsigned int mask, u64 *id);
int pl_container_umount(struct pl_lab *lab, struct pl_container *root);
int pl_container_mkdir(struct pl_ctx *ctx, struct pl_container *parent, u64 *id);
int pl_container_rmdir(struct pl_lab *lab, struct pl_container *container);
void pl_containers_close(struct pl_lab *lab);

/* container_attach.c: who is where */
int pl_container_attach(struct pl_lab *lab, struct pl_task *task, struct pl_container *to);
struct pl_container *pl_container_where(struct pl_lab *lab, struct pl_task *task,
					enum pidlab_subsys subsys);
u64 pl_container_next_event(struct pl_lab *lab, unsigned int *left);

/* container_file.c: files */
bool pl_container_has_file(u64 file);
int pl_container_read(struct pl_lab *lab, struct pl_container *container, enum pidlab_file file,
		      u64 *value);
int pl_container_write(struct pl_lab *lab, struct pl_container *container, enum pidlab_file file,
		       u64 value);

/* container_fork.c: hooks of fork, exit and release */
void pl_container_fork(struct pl_task *child, struct pl_task *parent);
int pl_container_can_fork(struct pl_task *child);
void pl_container_cancel_fork(struct pl_task *child);
void pl_container_fork_callbacks(struct pl_task *child);
bool pl_container_begin_birth(struct pl_task *child);
void pl_container_visible(struct pl_task *child);
void pl_container_end_birth(struct pl_task *child, bool born);
void pl_container_exit(struct pl_task *task);
void pl_container_exit_unborn(struct pl_task *child);
void pl_container_release(struct pl_task *task);
void pl_container_adopt(struct pl_task *task);

u64 pl_container_digest(const struct pl_container *container);
u64 pl_container_digest_task(const struct pl_task *task, u64 hash);

static inline struct pl_container *pl_container_of(struct pl_object *object)
{
	return container_of(object, struct pl_container, object);
}

#endif /* PL_CONTAINER_H */
