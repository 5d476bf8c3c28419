// SPDX-License-Identifier: GPL-2.0
#include "bug.h"
#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys_freezer.h"
#include "task.h"

static struct pl_freezer *freezer_of(struct pl_css *css)
{
	return container_of(css, struct pl_freezer, css);
}

/**
 * pl_freezer_is_frozen() - whether a container is frozen
 * @css: its part of it
 *
 * Return: true if it or one above is.
 */
bool pl_freezer_is_frozen(struct pl_css *css)
{
	return READ_ONCE(freezer_of(css)->frozen);
}

/* A container is made as it is above. */
static int freezer_create(struct pl_ctx *ctx, struct pl_css *css)
{
	freezer_of(css)->frozen = css->parent && freezer_of(css->parent)->frozen;
	return 0;
}

static int freezer_can_attach(struct pl_css *to, struct pl_task *task)
{
	struct pl_lab *lab = task->lab;
	bool frozen;

	pl_read_lock(&lab->tasklist_lock);
	frozen = task->containers.frozen;
	pl_read_unlock(&lab->tasklist_lock);
	return frozen || freezer_of(to)->frozen ? -EBUSY : 0;
}

/* 2007: all that a subsystem could do, and too early to be sure. */
static void freezer_fork(struct pl_css *css, struct pl_task *child)
{
	child->containers.frozen = pl_freezer_is_frozen(css);
}

static void freezer_born(struct pl_css *css, struct pl_task *child)
{
	struct pl_lab *lab = child->lab;
	bool frozen = pl_freezer_is_frozen(css);

	pl_assert_write_held(&lab->tasklist_lock);
	if (!pl_bug(lab, PIDLAB_BUG_FREEZE_MISSES_NEWBORN))
		child->containers.frozen = frozen;
	else if (frozen && !child->containers.frozen)
		pl_bug_seen(lab, PIDLAB_BUG_FREEZE_MISSES_NEWBORN, child->object.id);
}

/* Mainline: the child is in the list, so either a freeze or this meets it. */
static void freezer_post_fork(struct pl_css *css, struct pl_task *child)
{
	struct pl_lab *lab = child->lab;

	pl_write_lock(&lab->tasklist_lock);
	child->containers.frozen = pl_freezer_is_frozen(css);
	pl_write_unlock(&lab->tasklist_lock);
}

static void set_below(struct pl_container *top)
{
	struct pl_container *pos;
	struct pl_freezer *freezer;
	struct pl_css *css;
	bool frozen;

	for (pos = top; pos; pos = pl_container_next(pos, top)) {
		css = pos->css[PIDLAB_SUBSYS_FREEZER];
		freezer = freezer_of(css);
		frozen = freezer->self || (css->parent && freezer_of(css->parent)->frozen);
		if (frozen != freezer->frozen)
			pl_event(FROZEN, frozen, pos->lab, pos->object.id, 0, 0, frozen);
		WRITE_ONCE(freezer->frozen, frozen);
	}
}

static void set_tasks(struct pl_lab *lab)
{
	struct pl_task *task;
	struct pl_css *css;

	list_for_each_entry(task, &lab->tasks, node) {
		css = pl_css_of(task, PIDLAB_SUBSYS_FREEZER);
		task->containers.frozen = css && pl_freezer_is_frozen(css);
	}
}

/**
 * pl_freezer_count() - how many tasks of a lab are frozen
 * @lab: the lab
 *
 * Context: takes tasklist_lock.
 * Return: the number, those that have exited left out.
 */
unsigned int pl_freezer_count(struct pl_lab *lab)
{
	struct pl_task *task;
	unsigned int count = 0;

	pl_read_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node)
		count += task->containers.frozen && !(task->flags & PL_TASK_EXITING);
	pl_read_unlock(&lab->tasklist_lock);
	return count;
}

static u64 freezer_read(struct pl_css *css, enum pidlab_file file)
{
	return file == PIDLAB_FILE_FREEZER_SELF ? freezer_of(css)->self : freezer_of(css)->frozen;
}

static int freezer_write(struct pl_css *css, enum pidlab_file file, u64 value)
{
	struct pl_lab *lab = css->container->lab;

	if (!css->parent || value > 1)
		return -EINVAL;
	pl_write_lock(&lab->tasklist_lock);
	freezer_of(css)->self = value;
	set_below(css->container);
	set_tasks(lab);
	pl_write_unlock(&lab->tasklist_lock);
	return 0;
}

static u64 freezer_digest(struct pl_css *css)
{
	return freezer_of(css)->self;
}

const struct pl_subsys pl_freezer_2007 = {
	.css_bytes = sizeof(struct pl_freezer),
	.create = freezer_create,
	.can_attach = freezer_can_attach,
	.fork = freezer_fork,
	.born = freezer_born,
	.read = freezer_read,
	.write = freezer_write,
	.digest = freezer_digest,
};

const struct pl_subsys pl_freezer_2015 = {
	.css_bytes = sizeof(struct pl_freezer),
	.create = freezer_create,
	.can_attach = freezer_can_attach,
	.post_fork = freezer_post_fork,
	.read = freezer_read,
	.write = freezer_write,
	.digest = freezer_digest,
};
