// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/slab.h>

#include "bug.h"
#include "compat.h"
#include "lab.h"
#include "mem.h"
#include "pid.h"
#include "rcu_users.h"
#include "ref.h"
#include "task.h"
#include "task_ref.h"

static struct kmem_cache *ref_cache;

/**
 * pl_ref_init_cache() - make what references are allocated from
 *
 * Return: 0 or -ENOMEM.
 */
int pl_ref_init_cache(void)
{
	ref_cache = kmem_cache_create("pidlab_ref", sizeof(struct pl_ref), 0, SLAB_ACCOUNT, NULL);
	return ref_cache ? 0 : -ENOMEM;
}

/**
 * pl_ref_exit_cache() - undo pl_ref_init_cache(), no lab being left
 */
void pl_ref_exit_cache(void)
{
	kmem_cache_destroy(ref_cache);
}

/**
 * pl_ref_bytes() - what a reference costs besides what it pins
 *
 * Return: bytes.
 */
size_t pl_ref_bytes(void)
{
	return sizeof(struct pl_ref);
}
PL_EXPORT_FOR_KUNIT(pl_ref_bytes);

/**
 * pl_ref_alloc() - a reference that refers to nothing yet
 * @ctx: the operation
 * @kind: what it will be
 *
 * Context: may sleep.
 * Return: the reference with its one count and a reserved id, to be published
 * or cancelled; or an ERR_PTR: -ENOMEM, -ENOSPC.
 */
struct pl_ref *pl_ref_alloc(struct pl_ctx *ctx, enum pl_ref_kind kind)
{
	struct pl_ref *ref = pl_cache_zalloc(ctx, PL_MEM_REF, ref_cache);
	int error;

	if (IS_ERR(ref))
		return ref;
	ref->kind = kind;
	refcount_set(&ref->object.count, 1);
	error = pl_object_reserve(ctx, &ref->object, PIDLAB_OBJECT_REF);
	if (!error)
		return ref;
	pl_cache_free(ctx->lab, PL_MEM_REF, ref_cache, ref);
	return ERR_PTR(error);
}

/**
 * pl_ref_public_kind() - what user space calls a reference's kind
 * @ref: the reference
 *
 * Return: the kind.
 */
enum pidlab_reference_kind pl_ref_public_kind(const struct pl_ref *ref)
{
	static const enum pidlab_reference_kind kinds[] = {
		[PL_REF_TASK] = PIDLAB_REFERENCE_TASK,
		[PL_REF_PID] = PIDLAB_REFERENCE_PID,
		[PL_REF_WEAK] = PIDLAB_REFERENCE_TREF,
		[PL_REF_RCU_USER] = PIDLAB_REFERENCE_RCU,
		[PL_REF_WATCH] = PIDLAB_REFERENCE_WATCH,
		[PL_REF_REVIVED] = PIDLAB_REFERENCE_REVIVED,
	};

	return ref->is_file ? PIDLAB_REFERENCE_FD : kinds[ref->kind];
}

/* What it pins, for events; a weak one pins nothing. */
static u64 pinned_id(const struct pl_ref *ref)
{
	switch (ref->kind) {
	case PL_REF_TASK:
	case PL_REF_RCU_USER:
		return ref->task->object.id;
	case PL_REF_PID:
		return ref->pid->object.id;
	case PL_REF_REVIVED:
		return ref->task_id;
	default:
		return 0;
	}
}

/**
 * pl_ref_publish() - let a reference's id lead to it
 * @ctx: the operation
 * @ref: a new one that is complete
 * @id: out: its id
 *
 * Context: any but hard interrupts. From here on others may put it.
 */
void pl_ref_publish(struct pl_ctx *ctx, struct pl_ref *ref, u64 *id)
{
	pl_event(HOLD, hold, ctx->lab, ref->object.id, pinned_id(ref), ref->nr,
		 pl_ref_public_kind(ref));
	*id = ref->object.id;
	pl_object_publish(ctx->lab, &ref->object);
}

/**
 * pl_ref_hold_task() - a reference that pins a task
 * @ctx: the operation
 * @task: a task the caller counts
 * @id: out: the reference
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int pl_ref_hold_task(struct pl_ctx *ctx, struct pl_task *task, u64 *id)
{
	struct pl_ref *ref = pl_ref_alloc(ctx, PL_REF_TASK);

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	pl_read_lock(&ctx->lab->tasklist_lock);
	ref->nr = pl_task_nr(task, PIDLAB_TYPE_PID, ctx->lab->root_ns);
	pl_read_unlock(&ctx->lab->tasklist_lock);
	ref->task = pl_task_get(task);
	atomic_inc(&task->holds);
	pl_ref_publish(ctx, ref, id);
	return 0;
}

/**
 * pl_ref_hold_pid() - a reference that pins a struct pid
 * @ctx: the operation
 * @pid: a pid the caller counts
 * @type: how it was reached
 * @id: out: the reference
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int pl_ref_hold_pid(struct pl_ctx *ctx, struct pl_pid *pid, enum pidlab_type type, u64 *id)
{
	struct pl_ref *ref = pl_ref_alloc(ctx, PL_REF_PID);

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	ref->type = type;
	ref->nr = pid->numbers[0].nr;
	ref->pid = pl_pid_get(pid);
	pl_ref_publish(ctx, ref, id);
	return 0;
}

/**
 * pl_ref_hold_weak() - a reference that owns a count of a task_ref
 * @ctx: the operation
 * @weak: the task_ref; the caller's count is consumed if this succeeds
 * @id: out: the reference
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int pl_ref_hold_weak(struct pl_ctx *ctx, struct pl_tref *weak, u64 *id)
{
	struct pl_ref *ref = pl_ref_alloc(ctx, PL_REF_WEAK);

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	ref->type = weak->type;
	ref->nr = weak->pid;
	ref->weak = weak;
	pl_ref_publish(ctx, ref, id);
	return 0;
}

/**
 * pl_ref_hold_rcu_user() - a reference that is one of a task's rcu_users
 * @ctx: the operation
 * @task: the task; the caller's place among them is consumed if this succeeds
 * @revived: that place is one by mistake
 * @id: out: the reference
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int pl_ref_hold_rcu_user(struct pl_ctx *ctx, struct pl_task *task, bool revived, u64 *id)
{
	struct pl_ref *ref = pl_ref_alloc(ctx, revived ? PL_REF_REVIVED : PL_REF_RCU_USER);

	if (IS_ERR(ref))
		return PTR_ERR(ref);
	pl_read_lock(&ctx->lab->tasklist_lock);
	ref->nr = pl_task_nr(task, PIDLAB_TYPE_PID, ctx->lab->root_ns);
	pl_read_unlock(&ctx->lab->tasklist_lock);
	if (revived) {
		ref->task_id = task->object.id;
	} else {
		ref->task = task;
		atomic_inc(&task->holds);
	}
	pl_ref_publish(ctx, ref, id);
	return 0;
}

/* The task that was revived, counted; once it is freed, that is told instead. */
static struct pl_task *revived_task(struct pl_lab *lab, const struct pl_ref *ref)
{
	struct pl_object *object = pl_object_get(lab, ref->task_id);

	if (object)
		return pl_task_of(object);
	pl_bug_seen(lab, PIDLAB_BUG_RCU_USERS_REVIVE, ref->task_id);
	return NULL;
}

static unsigned int count_of_revived(struct pl_lab *lab, const struct pl_ref *ref)
{
	struct pl_task *task = revived_task(lab, ref);
	unsigned int count = 0;

	if (task) {
		count = pl_rcu_users_read(task);
		pl_task_put(task);
	}
	return count;
}

static void put_revived(struct pl_lab *lab, const struct pl_ref *ref)
{
	struct pl_task *task = revived_task(lab, ref);

	if (!task)
		return;
	pl_rcu_users_put_revived(task);
	pl_task_put(task);
}

/* What a weak reference refers to, counted: it may be set to another meanwhile. */
static struct pl_tref *get_weak(struct pl_lab *lab, const struct pl_ref *ref)
{
	struct pl_tref *weak;

	pl_read_lock(&lab->tasklist_lock);
	weak = pl_tref_again(lab, ref->weak);
	pl_read_unlock(&lab->tasklist_lock);
	return weak;
}

static struct pl_task *weak_task(struct pl_lab *lab, const struct pl_ref *ref)
{
	struct pl_tref *weak = get_weak(lab, ref);
	struct pl_task *task = pl_tref_task(lab, weak);

	pl_tref_put(lab, weak);
	return task;
}

static unsigned int weak_count(struct pl_lab *lab, const struct pl_ref *ref)
{
	unsigned int count;

	pl_read_lock(&lab->tasklist_lock);
	count = pl_tref_is_gone(lab, ref->weak) ? 0 : atomic_read(&ref->weak->count);
	pl_read_unlock(&lab->tasklist_lock);
	return count;
}

/**
 * pl_ref_set() - let a weak reference refer to what another refers to
 * @lab: the lab
 * @ref: a reference the caller counts; it lets go of what it referred to
 * @from: a reference the caller counts; may be @ref, and then nothing changes
 *
 * With D4 a reference that is set to itself is put before it is counted.
 *
 * Context: may sleep.
 * Return: 0, or -EINVAL where one of them is not weak.
 */
int pl_ref_set(struct pl_lab *lab, struct pl_ref *ref, struct pl_ref *from)
{
	struct pl_tref *old, *new;

	if (ref->kind != PL_REF_WEAK || from->kind != PL_REF_WEAK)
		return -EINVAL;
	if (ref == from && pl_bug(lab, PIDLAB_BUG_TREF_SELF_SET)) {
		pl_tref_put(lab, ref->weak);
		ref->weak = pl_tref_again(lab, ref->weak);
		return 0;
	}
	new = get_weak(lab, from);
	pl_write_lock(&lab->tasklist_lock);
	old = ref->weak;
	ref->weak = new;
	ref->type = from->type;
	ref->nr = from->nr;
	pl_write_unlock(&lab->tasklist_lock);
	pl_tref_put(lab, old);
	return 0;
}

/**
 * pl_ref_read() - what a reference remembers
 * @lab: the lab
 * @ref: a reference the caller counts
 * @type: out: by which type it was taken
 *
 * Context: takes tasklist_lock.
 * Return: the number, as the root namespace saw it.
 */
int pl_ref_read(struct pl_lab *lab, const struct pl_ref *ref, enum pidlab_type *type)
{
	int nr;

	pl_read_lock(&lab->tasklist_lock);
	*type = ref->type;
	nr = ref->nr;
	pl_read_unlock(&lab->tasklist_lock);
	return nr;
}

/**
 * pl_ref_dup() - a second reference to the same
 * @ctx: the operation
 * @ref: a reference the caller counts
 * @id: out: the new one
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int pl_ref_dup(struct pl_ctx *ctx, struct pl_ref *ref, u64 *id)
{
	struct pl_ref *copy;
	bool revived;

	if (ref->kind == PL_REF_WATCH)
		return pl_ref_hold_watch(ctx, ref, id);
	copy = pl_ref_alloc(ctx, ref->kind);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	copy->nr = pl_ref_read(ctx->lab, ref, &copy->type);
	switch (ref->kind) {
	case PL_REF_TASK:
		copy->task = pl_task_get(ref->task);
		atomic_inc(&ref->task->holds);
		break;
	case PL_REF_PID:
		copy->pid = pl_pid_get(ref->pid);
		break;
	case PL_REF_WEAK:
		copy->weak = get_weak(ctx->lab, ref);
		/* It may have been set meanwhile. */
		copy->type = copy->weak->type;
		copy->nr = copy->weak->pid;
		break;
	case PL_REF_WATCH:
		break;
	case PL_REF_RCU_USER:
		/* Cannot fail: the original is one of them. */
		pl_rcu_users_get(ref->task, &revived);
		copy->task = ref->task;
		atomic_inc(&ref->task->holds);
		break;
	case PL_REF_REVIVED:
		copy->task_id = ref->task_id;
		break;
	}
	pl_ref_publish(ctx, copy, id);
	return 0;
}

static void release_target(struct pl_lab *lab, struct pl_ref *ref)
{
	switch (ref->kind) {
	case PL_REF_TASK:
		atomic_dec(&ref->task->holds);
		pl_task_put(ref->task);
		break;
	case PL_REF_PID:
		pl_pid_put_slept(ref->pid);
		break;
	case PL_REF_WEAK:
		pl_tref_put(lab, ref->weak);
		break;
	case PL_REF_WATCH:
		pl_ref_end_watch(lab, ref);
		break;
	case PL_REF_RCU_USER:
		atomic_dec(&ref->task->holds);
		pl_rcu_users_put(ref->task);
		break;
	case PL_REF_REVIVED:
		put_revived(lab, ref);
		break;
	}
}

/**
 * pl_ref_put() - drop a count of a reference
 * @lab: the lab
 * @ref: the reference; with its last count it lets go of its target
 *
 * Context: may sleep.
 */
void pl_ref_put(struct pl_lab *lab, struct pl_ref *ref)
{
	if (!pl_object_put(lab, &ref->object))
		return;
	release_target(lab, ref);
	pl_cache_free(lab, PL_MEM_REF, ref_cache, ref);
}
PL_EXPORT_FOR_KUNIT(pl_ref_put);

/**
 * pl_ref_drop() - end a reference
 * @lab: the lab
 * @id: its id, which leads nowhere from now on
 *
 * Context: may sleep.
 * Return: 0, or -ESRCH when somebody else has ended it.
 */
int pl_ref_drop(struct pl_lab *lab, u64 id)
{
	struct pl_object *object = pl_object_take(lab, id);
	struct pl_ref *ref;

	if (!object)
		return -ESRCH;
	ref = pl_ref_of(object);
	pl_event(PUT, put, lab, id, 0, ref->nr, pl_ref_public_kind(ref));
	pl_ref_put(lab, ref);
	return 0;
}

/**
 * pl_ref_task() - the task behind a reference now
 * @lab: the lab
 * @ref: a reference the caller counts
 *
 * Context: takes tasklist_lock or RCU.
 * Return: the task, counted; NULL when there is none any more.
 */
struct pl_task *pl_ref_task(struct pl_lab *lab, struct pl_ref *ref)
{
	switch (ref->kind) {
	case PL_REF_TASK:
		return pl_task_get(ref->task);
	case PL_REF_PID:
		return pl_pid_is_freed(ref->pid) ? NULL : pl_pid_first_get(ref->pid, ref->type);
	case PL_REF_WEAK:
	case PL_REF_WATCH:
		return weak_task(lab, ref);
	case PL_REF_RCU_USER:
		return pl_task_get(ref->task);
	case PL_REF_REVIVED:
		return revived_task(lab, ref);
	}
	return NULL;
}

/**
 * pl_ref_count() - the count of what a reference refers to
 * @lab: the lab
 * @ref: a reference the caller counts
 *
 * Return: the count as it is this moment.
 */
unsigned int pl_ref_count(struct pl_lab *lab, const struct pl_ref *ref)
{
	switch (ref->kind) {
	case PL_REF_TASK:
		return pl_object_count(&ref->task->object);
	case PL_REF_PID:
		return pl_pid_is_freed(ref->pid) ? 0 : pl_object_count(&ref->pid->object);
	case PL_REF_WEAK:
	case PL_REF_WATCH:
		return weak_count(lab, ref);
	case PL_REF_RCU_USER:
		return pl_rcu_users_read(ref->task);
	case PL_REF_REVIVED:
		return count_of_revived(lab, ref);
	}
	return 0;
}
