// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/thread_info.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "pid_namespace.h"
#include "task.h"
#include "who.h"

static struct kmem_cache *task_cache;
/* For tasks that carry their numbers themselves. */
static struct kmem_cache *numbered_cache;

/**
 * pl_task_init_cache() - make what tasks are allocated from
 *
 * Return: 0 or -ENOMEM.
 */
int pl_task_init_cache(void)
{
	task_cache = kmem_cache_create("pidlab_task", sizeof(struct pl_task), 0, SLAB_ACCOUNT,
				       NULL);
	numbered_cache = kmem_cache_create("pidlab_task_numbered",
					   struct_size_t(struct pl_task, number,
							 PIDLAB_TYPE_COUNT),
					   0, SLAB_ACCOUNT, NULL);
	if (task_cache && numbered_cache)
		return 0;
	pl_task_exit_cache();
	return -ENOMEM;
}

/**
 * pl_task_exit_cache() - undo pl_task_init_cache(), no lab being left
 */
void pl_task_exit_cache(void)
{
	kmem_cache_destroy(numbered_cache);
	kmem_cache_destroy(task_cache);
}

static struct kmem_cache *cache_of(const struct pl_lab *lab)
{
	return lab->generation->has_pids ? task_cache : numbered_cache;
}

/**
 * pl_task_default_payload() - what a task of this kernel pins
 *
 * Return: bytes of a kernel stack and a task_struct.
 */
size_t pl_task_default_payload(void)
{
	return THREAD_SIZE + sizeof(struct task_struct);
}
PL_EXPORT_FOR_KUNIT(pl_task_default_payload);

static size_t payload_bytes(const struct pl_lab *lab)
{
	return lab->setting[PIDLAB_SET_TASK_PAYLOAD];
}

static int alloc_payload(struct pl_ctx *ctx, struct pl_task *task)
{
	if (!payload_bytes(ctx->lab))
		return 0;
	task->payload = pl_kvzalloc(ctx, PL_MEM_PAYLOAD, payload_bytes(ctx->lab));
	return PTR_ERR_OR_ZERO(task->payload);
}

/* A group of its own, or one more count of the group to be joined. */
static int alloc_signal(struct pl_ctx *ctx, struct pl_task *task, struct pl_signal *share)
{
	struct pl_signal *signal = share;

	if (share) {
		refcount_inc(&share->count);
	} else {
		signal = pl_kvzalloc(ctx, PL_MEM_SIGNAL, sizeof(*signal));
		if (IS_ERR(signal))
			return PTR_ERR(signal);
		refcount_set(&signal->count, 1);
		INIT_LIST_HEAD(&signal->threads);
	}
	task->signal = signal;
	return 0;
}

static void put_signal(struct pl_lab *lab, struct pl_signal *signal)
{
	if (refcount_dec_and_test(&signal->count))
		pl_kvfree(lab, PL_MEM_SIGNAL, signal, sizeof(*signal));
}

static void init_new_task(struct pl_task *task, struct pl_lab *lab)
{
	task->lab = lab;
	pl_rcu_users_init(task);
	task->cpu = PL_NO_CPU;
	pl_mutex_init(&task->turn, lab, PIDLAB_STEP_TURN);
	pl_spinlock_init(&task->lock, lab, PIDLAB_STEP_TASK_LOCK);
	INIT_LIST_HEAD(&task->children);
	INIT_LIST_HEAD(&task->sibling);
	INIT_LIST_HEAD(&task->thread_node);
	INIT_LIST_HEAD(&task->node);
	INIT_LIST_HEAD(&task->killed_node);
}

static void destroy_task(struct pl_task *task)
{
	struct pl_lab *lab = task->lab;

	pl_mutex_destroy(&task->turn);
	put_signal(lab, task->signal);
	if (task->payload)
		pl_kvfree(lab, PL_MEM_PAYLOAD, task->payload, payload_bytes(lab));
	pl_cache_free(lab, PL_MEM_TASK, cache_of(lab), task);
}

/**
 * pl_task_alloc() - a task nobody knows yet, with its payload and its group
 * @ctx: the operation
 * @share: the group to join; NULL for one of its own
 *
 * Its id is reserved and leads nowhere.
 *
 * Context: may sleep.
 * Return: the task, or an ERR_PTR: -EAGAIN, -ENOSPC or -ENOMEM.
 */
struct pl_task *pl_task_alloc(struct pl_ctx *ctx, struct pl_signal *share)
{
	struct pl_lab *lab = ctx->lab;
	struct pl_task *task;
	int error;

	task = pl_cache_zalloc(ctx, PL_MEM_TASK, cache_of(lab));
	if (IS_ERR(task))
		return task;
	init_new_task(task, lab);
	error = alloc_payload(ctx, task);
	if (error)
		goto out_free;
	error = alloc_signal(ctx, task, share);
	if (error)
		goto out_payload;
	error = pl_object_reserve(ctx, &task->object, PIDLAB_OBJECT_TASK);
	if (error)
		goto out_signal;
	return task;

out_signal:
	put_signal(lab, task->signal);
out_payload:
	if (task->payload)
		pl_kvfree(lab, PL_MEM_PAYLOAD, task->payload, payload_bytes(lab));
out_free:
	pl_cache_free(lab, PL_MEM_TASK, cache_of(lab), task);
	return ERR_PTR(error);
}

/**
 * pl_task_free_unborn() - undo pl_task_alloc()
 * @task: never published, not attached to anything
 */
void pl_task_free_unborn(struct pl_task *task)
{
	pl_object_cancel(task->lab, &task->object);
	destroy_task(task);
}

/**
 * pl_task_get() - count a task once more
 * @task: a task the caller has a count of, or holds by a lock or RCU
 *
 * Return: @task.
 */
struct pl_task *pl_task_get(struct pl_task *task)
{
	refcount_inc(&task->object.count);
	return task;
}
PL_EXPORT_FOR_KUNIT(pl_task_get);

/**
 * pl_task_put() - drop a count; the last frees the task and what it pins
 * @task: the task
 *
 * Context: any but hard interrupts; RCU callbacks included.
 */
void pl_task_put(struct pl_task *task)
{
	if (pl_object_put(task->lab, &task->object))
		destroy_task(task);
}
PL_EXPORT_FOR_KUNIT(pl_task_put);

/**
 * pl_task_is_leader() - whether a task leads its thread group
 * @task: the task
 *
 * Return: true if so; false for a released task.
 */
bool pl_task_is_leader(const struct pl_task *task)
{
	return task->group_leader == task;
}
PL_EXPORT_FOR_KUNIT(pl_task_is_leader);

/**
 * pl_task_pid() - the pid that a task uses, or that its group uses for it
 * @task: the task
 * @type: as for pl_task_who()
 *
 * Return: the pid; NULL for a released task, and where there is no struct pid.
 */
struct pl_pid *pl_task_pid(const struct pl_task *task, enum pidlab_type type)
{
	return pl_task_who(task, type).pid;
}
PL_EXPORT_FOR_KUNIT(pl_task_pid);

/**
 * pl_task_ns() - the pid namespace a task lives in
 * @task: the task
 *
 * Return: the namespace; NULL for a released task.
 */
struct pl_pidns *pl_task_ns(const struct pl_task *task)
{
	return pl_who_ns(task->lab, pl_task_own(task, PIDLAB_TYPE_PID));
}
PL_EXPORT_FOR_KUNIT(pl_task_ns);

/**
 * pl_task_nr() - a task's number as a namespace sees it
 * @task: the task
 * @type: which of its numbers
 * @ns: who looks
 *
 * Return: the number; 0 where the namespace has none for it.
 */
int pl_task_nr(const struct pl_task *task, enum pidlab_type type, const struct pl_pidns *ns)
{
	return pl_who_nr(pl_task_who(task, type), ns);
}
PL_EXPORT_FOR_KUNIT(pl_task_nr);

/**
 * pl_task_vnr() - a task's number in its own namespace
 * @task: the task
 *
 * Return: the number; 0 for a released task.
 */
int pl_task_vnr(const struct pl_task *task)
{
	return pl_who_vnr(pl_task_own(task, PIDLAB_TYPE_PID));
}
PL_EXPORT_FOR_KUNIT(pl_task_vnr);

/**
 * pl_task_exit_code() - what a task exited with
 * @task: a task whose exit has begun
 *
 * Return: its own code; of a leader its group's where all threads were told to
 * exit, even if that was after this one.
 */
int pl_task_exit_code(const struct pl_task *task)
{
	if (pl_task_is_leader(task) && task->signal->group_exit)
		return task->signal->group_code;
	return task->exit_code;
}
PL_EXPORT_FOR_KUNIT(pl_task_exit_code);

/**
 * pl_task_same_group() - whether two tasks are threads of one process
 * @a: a task
 * @b: a task
 *
 * Return: true if so.
 */
bool pl_task_same_group(const struct pl_task *a, const struct pl_task *b)
{
	return a->signal == b->signal;
}

/**
 * pl_task_live_thread() - a thread of the group whose exit has not begun
 * @task: a thread that is passed over itself
 *
 * Return: the oldest such thread, or NULL.
 */
struct pl_task *pl_task_live_thread(const struct pl_task *task)
{
	struct pl_task *thread;

	list_for_each_entry(thread, &task->signal->threads, thread_node) {
		if (thread != task && !(thread->flags & PL_TASK_EXITING))
			return thread;
	}
	return NULL;
}

/**
 * pl_task_is_reaper() - whether a task reaps the orphans of its namespace
 * @task: the task
 *
 * Return: true if so.
 */
bool pl_task_is_reaper(const struct pl_task *task)
{
	const struct pl_pidns *ns = pl_task_ns(task);

	return ns && ns->reaper == task;
}
PL_EXPORT_FOR_KUNIT(pl_task_is_reaper);
