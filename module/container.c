// SPDX-License-Identifier: GPL-2.0
/* The structure of a container and its counts. */
#include <linux/err.h>
#include <linux/slab.h>

#include "compat.h"
#include "container.h"
#include "lab.h"
#include "mem.h"
#include "subsys.h"
#include "task.h"

static struct kmem_cache *container_cache;

/**
 * pl_container_init_cache() - make what containers are allocated from
 *
 * Return: 0 or -ENOMEM.
 */
int pl_container_init_cache(void)
{
	container_cache = kmem_cache_create("pidlab_container", sizeof(struct pl_container), 0,
					    SLAB_ACCOUNT, NULL);
	return container_cache ? 0 : -ENOMEM;
}

/**
 * pl_container_exit_cache() - undo pl_container_init_cache(), no lab being left
 */
void pl_container_exit_cache(void)
{
	kmem_cache_destroy(container_cache);
}

/**
 * pl_container_bytes() - what a container costs without its subsystems
 *
 * Return: bytes.
 */
size_t pl_container_bytes(void)
{
	return sizeof(struct pl_container);
}

/**
 * pl_containers_init() - a lab without hierarchies
 * @lab: a new lab
 */
void pl_containers_init(struct pl_lab *lab)
{
	struct pl_containers *all = &lab->containers;

	pl_mutex_init(&all->lock, lab, PIDLAB_STEP_CONTAINERS);
	INIT_LIST_HEAD(&all->roots);
	INIT_LIST_HEAD(&all->released);
}

static void free_css(struct pl_container *container)
{
	struct pl_lab *lab = container->lab;
	int i;

	pl_for_each_subsys(i) {
		if (container->css[i])
			pl_kvfree(lab, PL_MEM_CSS, container->css[i],
				  lab->containers.hooks->subsys[i]->css_bytes);
	}
}

static int create_css(struct pl_ctx *ctx, struct pl_container *container, int i)
{
	const struct pl_subsys *ss = ctx->lab->containers.hooks->subsys[i];
	struct pl_css *css = pl_kvzalloc(ctx, PL_MEM_CSS, ss->css_bytes);

	if (IS_ERR(css))
		return PTR_ERR(css);
	css->container = container;
	css->parent = container->parent ? container->parent->css[i] : NULL;
	container->css[i] = css;
	return ss->create ? ss->create(ctx, css) : 0;
}

/**
 * pl_container_alloc() - a container that nobody knows yet
 * @ctx: the operation
 * @parent: the container above; NULL for a root
 * @mask: the subsystems of the hierarchy
 *
 * Its id is reserved and leads nowhere.
 *
 * Context: container mutex held; may sleep.
 * Return: the container with one count, for its place in the tree; or an
 * ERR_PTR: -ENOMEM, -ENOSPC, or what a subsystem says. Nothing is left then.
 */
struct pl_container *pl_container_alloc(struct pl_ctx *ctx, struct pl_container *parent,
					unsigned int mask)
{
	struct pl_container *container;
	int i, error;

	container = pl_cache_zalloc(ctx, PL_MEM_CONTAINER, container_cache);
	if (IS_ERR(container))
		return container;
	refcount_set(&container->object.count, 1);
	container->lab = ctx->lab;
	container->mask = mask;
	container->parent = parent;
	container->root = parent ? parent->root : container;
	container->depth = parent ? parent->depth + 1 : 0;
	INIT_LIST_HEAD(&container->children);
	INIT_LIST_HEAD(&container->sibling);
	INIT_LIST_HEAD(&container->release_node);
	error = pl_object_reserve(ctx, &container->object, PIDLAB_OBJECT_CONTAINER);
	pl_for_each_subsys(i) {
		if (!error && (mask & BIT(i)))
			error = create_css(ctx, container, i);
	}
	if (!error) {
		if (parent)
			pl_container_get(parent);
		return container;
	}
	pl_object_cancel(ctx->lab, &container->object);
	free_css(container);
	pl_cache_free(ctx->lab, PL_MEM_CONTAINER, container_cache, container);
	return ERR_PTR(error);
}

static void free_container(struct rcu_head *rcu)
{
	struct pl_container *container = container_of(rcu, struct pl_container, rcu);
	struct pl_lab *lab = container->lab;

	free_css(container);
	pl_cache_free(lab, PL_MEM_CONTAINER, container_cache, container);
	pl_rcu_done(lab);
}

/**
 * pl_container_get() - count a container's structure once more
 * @container: one that the caller has a count of, or holds by a lock
 *
 * Return: @container.
 */
struct pl_container *pl_container_get(struct pl_container *container)
{
	refcount_inc(&container->object.count);
	return container;
}
PL_EXPORT_FOR_KUNIT(pl_container_get);

/**
 * pl_container_put() - drop a count of a container's structure
 * @container: the container; with the last, its count of the one above goes
 *
 * Whoever found it under RCU may still look at it: its memory, and that of its
 * subsystems, goes after a grace period.
 *
 * Context: any.
 */
void pl_container_put(struct pl_container *container)
{
	struct pl_container *parent;

	while (container && pl_object_put(container->lab, &container->object)) {
		parent = container->parent;
		pl_call_rcu(container->lab, &container->rcu, free_container);
		container = parent;
	}
}
PL_EXPORT_FOR_KUNIT(pl_container_put);

/**
 * pl_css_container() - the container that a part belongs to
 * @css: the part
 *
 * Return: the container, not counted.
 */
struct pl_container *pl_css_container(const struct pl_css *css)
{
	return css->container;
}

/**
 * pl_css_of() - what a subsystem keeps of a task's container
 * @task: the task
 * @subsys: the subsystem
 *
 * Context: under RCU or under the task's lock; or where nobody writes: during a
 * check, for a child that nobody knows, and for a task that is past the point
 * where it can be moved.
 * Return: the css, or NULL.
 */
struct pl_css *pl_css_of(const struct pl_task *task, enum pidlab_subsys subsys)
{
	/*
	 * Whoever is not under RCU has one of the reasons above. Pairs with the
	 * rcu_assign_pointer() of attach, adopt and exit.
	 */
	return rcu_dereference_check(task->containers.subsys[subsys], true);
}
PL_EXPORT_FOR_KUNIT(pl_css_of);

/**
 * pl_css_get() - one more task is in the container, for one subsystem
 * @css: the subsystem's part of it; the caller holds RCU since it read it from
 *	a task that counts it, or the container mutex
 */
void pl_css_get(struct pl_css *css)
{
	atomic_inc(&css->container->count);
}
PL_EXPORT_FOR_KUNIT(pl_css_get);

/**
 * pl_css_put() - one task less, for one subsystem
 * @css: from pl_css_get(). Unless the container mutex is held it may be gone
 *	as soon as this returns
 */
void pl_css_put(struct pl_css *css)
{
	atomic_dec(&css->container->count);
}
PL_EXPORT_FOR_KUNIT(pl_css_put);

/**
 * pl_container_check_release() - tell, if the container was left
 * @container: one that a task or a child has just left
 *
 * Context: container mutex held.
 */
void pl_container_check_release(struct pl_container *container)
{
	struct pl_containers *all = &container->lab->containers;

	pl_assert_mutex_held(&all->lock);
	if (!container->notify || container->removed || !container->parent ||
	    atomic_read(&container->count) || !list_empty(&container->children))
		return;
	/* An event that nobody has read stands for the new one too. */
	if (!list_empty(&container->release_node))
		return;
	list_add_tail(&container->release_node, &all->released);
	pl_event(RELEASED, released, container->lab, container->object.id, 0, 0, 0);
}

/**
 * pl_container_next() - walk over a container and all below it
 * @pos: where the walk is
 * @top: where it began
 *
 * Parents come before their children.
 *
 * Context: container mutex held.
 * Return: the next one, or NULL at the end.
 */
struct pl_container *pl_container_next(struct pl_container *pos, struct pl_container *top)
{
	if (!list_empty(&pos->children))
		return list_first_entry(&pos->children, struct pl_container, sibling);
	while (pos != top) {
		if (!list_is_last(&pos->sibling, &pos->parent->children))
			return list_next_entry(pos, sibling);
		pos = pos->parent;
	}
	return NULL;
}
