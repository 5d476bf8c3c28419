// SPDX-License-Identifier: GPL-2.0
/* Hierarchies: mount, umount, mkdir, rmdir. */
#include <linux/err.h>

#include "compat.h"
#include "container.h"
#include "lab.h"
#include "subsys.h"
#include "task.h"

/*
 * Takes the container mutex for a container that an id led to; fails when it
 * was removed meanwhile.
 */
static int lock_tree(struct pl_lab *lab, const struct pl_container *container)
{
	pl_mutex_lock(&lab->containers.lock);
	if (!container->removed)
		return 0;
	pl_mutex_unlock(&lab->containers.lock);
	return -ESRCH;
}

static void link_container(struct pl_container *container, u64 *id)
{
	struct pl_lab *lab = container->lab;

	container->nr = ++lab->containers.last_nr;
	list_add_tail(&container->sibling, container->parent ? &container->parent->children :
							       &lab->containers.roots);
	*id = container->object.id;
	pl_object_publish(lab, &container->object);
	pl_event(MKDIR, mkdir, lab, container->object.id,
		 container->parent ? container->parent->object.id : 0, 0, container->mask);
}

static void adopt_all(struct pl_lab *lab)
{
	struct pl_task *task;

	pl_write_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node)
		pl_container_adopt(task);
	pl_write_unlock(&lab->tasklist_lock);
}

/*
 * The subsystems are registered: from here on forks and exits call them.
 *
 * Order. The flags first, then the subsystem (release; pairs with the acquire
 * in pl_container_adopt()): whoever finds a subsystem finds need_forkexit set.
 * Then the tasks there are, under tasklist_lock. A fork that read a flag before
 * it was set either makes its child visible before this section, which then
 * adopts the child; or after it, and then its own section of tasklist_lock has
 * the flags and the subsystem, and adopts the child itself.
 */
static void register_subsystems(struct pl_container *root)
{
	struct pl_lab *lab = root->lab;
	struct pl_containers *all = &lab->containers;
	int i;

	WRITE_ONCE(all->active, true);
	pl_for_each_subsys(i) {
		if (!(root->mask & BIT(i)))
			continue;
		if (pl_subsys_calls_back(all->hooks->subsys[i]))
			WRITE_ONCE(all->need_forkexit, true);
		/* Pairs with the acquire in pl_container_adopt(). */
		smp_store_release(&all->top[i], root->css[i]);
	}
	pl_point(lab, PL_POINT_MOUNT_REGISTERED);
	adopt_all(lab);
}

/**
 * pl_container_mount() - make a hierarchy
 * @ctx: the operation
 * @mask: its subsystems, at least one
 * @id: out: its root
 *
 * All tasks that have not exited are in the root then.
 *
 * Context: may sleep; takes the container mutex.
 * Return: 0; -EBUSY: a subsystem is in another hierarchy; -ENOMEM, -ENOSPC.
 */
int pl_container_mount(struct pl_ctx *ctx, unsigned int mask, u64 *id)
{
	struct pl_containers *all = &ctx->lab->containers;
	struct pl_container *root;
	int i, error = 0;

	pl_mutex_lock(&all->lock);
	pl_for_each_subsys(i) {
		if ((mask & BIT(i)) && all->top[i])
			error = -EBUSY;
	}
	if (error)
		goto out;
	root = pl_container_alloc(ctx, NULL, mask);
	if (IS_ERR(root)) {
		error = PTR_ERR(root);
		goto out_destroy;
	}
	link_container(root, id);
	register_subsystems(root);
	goto out;

out_destroy:
	pl_for_each_subsys(i) {
		if ((mask & BIT(i)) && all->hooks->subsys[i]->destroy)
			all->hooks->subsys[i]->destroy(ctx->lab);
	}
out:
	pl_mutex_unlock(&all->lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_container_mount);

/* The task knows nothing of the hierarchy any more. */
static void forget(struct pl_task *task, unsigned int mask)
{
	struct pl_css_group *group = &task->containers;
	struct pl_css *css;
	int i;

	pl_for_each_subsys(i) {
		css = mask & BIT(i) ? pl_css_of(task, i) : NULL;
		if (!css)
			continue;
		if (group->kept & BIT(i))
			pl_container_put(css->container);
		else if (!(task->flags & PL_TASK_EXITING))
			pl_css_put(css);
		RCU_INIT_POINTER(group->subsys[i], NULL);
	}
	group->kept &= ~mask;
	group->forked &= ~mask;
}

static void unregister_subsystems(struct pl_container *root)
{
	struct pl_lab *lab = root->lab;
	struct pl_containers *all = &lab->containers;
	struct pl_task *task;
	int i;

	pl_write_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node)
		forget(task, root->mask);
	pl_write_unlock(&lab->tasklist_lock);
	pl_for_each_subsys(i) {
		if (!(root->mask & BIT(i)))
			continue;
		WRITE_ONCE(all->top[i], NULL);
		if (all->hooks->subsys[i]->destroy)
			all->hooks->subsys[i]->destroy(lab);
	}
}

/* Unlinked: no way leads to it but counts that are there already, and RCU. */
static void unlink_container(struct pl_container *container)
{
	container->removed = true;
	pl_event(RMDIR, rmdir, container->lab, container->object.id,
		 container->parent ? container->parent->object.id : 0, 0, container->mask);
	list_del_init(&container->sibling);
	list_del_init(&container->release_node);
}

/**
 * pl_container_umount() - end a hierarchy
 * @lab: the lab
 * @root: its root, counted by the caller
 *
 * Its subsystems can be bound to another then.
 *
 * Context: lab->quiesce held for writing: no fork or exit is under way that
 * could still call the subsystems. May sleep.
 * Return: 0; -EINVAL: not a root; -EBUSY: there are containers below it;
 * -ESRCH: it has ended already.
 */
int pl_container_umount(struct pl_lab *lab, struct pl_container *root)
{
	int error = lock_tree(lab, root);

	lockdep_assert_held_write(&lab->quiesce);
	if (error)
		return error;
	if (root->parent) {
		error = -EINVAL;
	} else if (!list_empty(&root->children)) {
		error = -EBUSY;
	} else {
		unregister_subsystems(root);
		unlink_container(root);
		pl_container_put(root);
	}
	pl_mutex_unlock(&lab->containers.lock);
	return error;
}

/**
 * pl_container_mkdir() - make a container
 * @ctx: the operation
 * @parent: the container above, counted by the caller
 * @id: out: the container
 *
 * Context: may sleep; takes the container mutex.
 * Return: 0; -ESRCH: the parent was removed; -ENOMEM, -ENOSPC; or what a
 * subsystem says.
 */
int pl_container_mkdir(struct pl_ctx *ctx, struct pl_container *parent, u64 *id)
{
	struct pl_container *container;
	int error = lock_tree(ctx->lab, parent);

	if (error)
		return error;
	container = pl_container_alloc(ctx, parent, parent->mask);
	if (!IS_ERR(container))
		link_container(container, id);
	pl_mutex_unlock(&ctx->lab->containers.lock);
	return PTR_ERR_OR_ZERO(container);
}
PL_EXPORT_FOR_KUNIT(pl_container_mkdir);

/**
 * pl_container_rmdir() - remove a container
 * @lab: the lab
 * @container: counted by the caller
 *
 * Nobody can come in meanwhile: attach needs the mutex, and a fork a parent
 * that is counted here.
 *
 * Context: may sleep; takes the container mutex.
 * Return: 0; -EBUSY: tasks are in it or containers below it, or it is a root;
 * -ESRCH: it was removed already.
 */
int pl_container_rmdir(struct pl_lab *lab, struct pl_container *container)
{
	int error = lock_tree(lab, container);

	if (error)
		return error;
	if (!container->parent || atomic_read(&container->count) ||
	    !list_empty(&container->children)) {
		error = -EBUSY;
	} else {
		unlink_container(container);
		pl_container_check_release(container->parent);
		/* The place in the tree; RCU readers have it until their end. */
		pl_container_put(container);
	}
	pl_mutex_unlock(&lab->containers.lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_container_rmdir);

/* Some container without children. */
static struct pl_container *find_leaf(struct pl_container *root)
{
	while (!list_empty(&root->children))
		root = list_first_entry(&root->children, struct pl_container, sibling);
	return root;
}

/**
 * pl_containers_close() - take all hierarchies apart
 * @lab: a lab whose tasks are all reaped and held by nobody
 *
 * Context: may sleep.
 */
void pl_containers_close(struct pl_lab *lab)
{
	struct pl_containers *all = &lab->containers;
	struct pl_container *leaf;

	pl_mutex_lock(&all->lock);
	while (!list_empty(&all->roots)) {
		leaf = find_leaf(list_first_entry(&all->roots, struct pl_container, sibling));
		if (!leaf->parent)
			unregister_subsystems(leaf);
		unlink_container(leaf);
		pl_container_put(leaf);
	}
	all->active = false;
	all->need_forkexit = false;
	all->last_nr = 0;
	pl_mutex_unlock(&all->lock);
}
