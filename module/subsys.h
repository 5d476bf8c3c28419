/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subsystems: what acts on the tasks of a container.
 *
 * A subsystem is a table of callbacks. Which of them are there is a matter of
 * the year: in 2007 fork and exit were all there was, fork ran before the child
 * was visible and could not refuse it. Mainline has since moved fork behind
 * that, and added can_fork, which may refuse, with cancel_fork to undo it, and
 * release for what a zombie keeps. A lab takes all its subsystems from one
 * year (struct pl_hooks).
 */
#ifndef PL_SUBSYS_H
#define PL_SUBSYS_H

#include <linux/types.h>

#include "pidlab.h"

struct pl_container;
struct pl_ctx;
struct pl_lab;
struct pl_task;

/**
 * struct pl_css - what a subsystem keeps of a container; first in its own
 * @container: the container, which owns it
 * @parent: that of the container above; NULL in a root
 */
struct pl_css {
	struct pl_container *container;
	struct pl_css *parent;
};

/**
 * struct pl_subsys - a subsystem
 * @css_bytes: size of what it keeps of a container
 * @create: a container is made; may sleep, may fail. Container mutex held
 * @destroy: undo @create; nobody is in the container. In a root only
 * @can_attach: whether the task may move to @to. Container mutex held
 * @attach: the task moves. Container mutex, tasklist_lock for reading and the
 *	task's lock held
 * @can_fork: whether a child may be born in @css; no locks, the child is
 *	known to nobody
 * @cancel_fork: undo @can_fork
 * @fork: the child is set up and not visible; no locks
 * @born: the child becomes visible; tasklist_lock held for writing
 * @post_fork: the child is visible and does not run; its turn is held
 * @exit: the task exits, or the child whose @fork ran is not born; no locks.
 *	Nobody forks or moves the task any more
 * @release: the zombie is reaped; tasklist_lock held for writing. The css
 *	stays until then
 * @adopt: the task was there when the subsystem was registered; tasklist_lock
 *	held for writing
 * @read: the value of a file; container mutex held
 * @write: write a file; container mutex held
 * @digest: what a failed operation must leave as it was, for the digest
 *
 * Each may be NULL.
 */
struct pl_subsys {
	size_t css_bytes;
	int (*create)(struct pl_ctx *ctx, struct pl_css *css);
	void (*destroy)(struct pl_lab *lab);
	int (*can_attach)(struct pl_css *to, struct pl_task *task);
	void (*attach)(struct pl_css *from, struct pl_css *to, struct pl_task *task);
	int (*can_fork)(struct pl_css *css, struct pl_task *child);
	void (*cancel_fork)(struct pl_css *css, struct pl_task *child);
	void (*fork)(struct pl_css *css, struct pl_task *child);
	void (*born)(struct pl_css *css, struct pl_task *child);
	void (*post_fork)(struct pl_css *css, struct pl_task *child);
	void (*exit)(struct pl_css *css, struct pl_task *task);
	void (*release)(struct pl_css *css, struct pl_task *task);
	void (*adopt)(struct pl_css *css, struct pl_task *task);
	u64 (*read)(struct pl_css *css, enum pidlab_file file);
	int (*write)(struct pl_css *css, enum pidlab_file file, u64 value);
	u64 (*digest)(struct pl_css *css);
};

/**
 * struct pl_hooks - the subsystems as of a year
 * @year: the first year of these hooks
 * @subsys: by enum pidlab_subsys
 */
struct pl_hooks {
	unsigned int year;
	const struct pl_subsys *subsys[PIDLAB_SUBSYS_COUNT];
};

const struct pl_hooks *pl_hooks_find(unsigned int year);

/* Whether a subsystem has a callback for fork or exit at all. */
static inline bool pl_subsys_calls_back(const struct pl_subsys *ss)
{
	return ss->can_fork || ss->fork || ss->born || ss->post_fork || ss->exit || ss->release;
}

#endif /* PL_SUBSYS_H */
