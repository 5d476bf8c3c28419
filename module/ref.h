/* SPDX-License-Identifier: GPL-2.0 */
/*
 * References that user space holds: an object with an id that owns one count
 * of a task, of a struct pid, or of a task_ref, or is one of a task's
 * rcu_users. The answers to the same question, "how do I keep hold of a
 * process", side by side. The id owns the reference: putting the id drops it,
 * closing the lab drops all.
 */
#ifndef PL_REF_H
#define PL_REF_H

#include "object.h"
#include "pidlab_netlink.h"

struct pl_ctx;
struct pl_lab;
struct pl_pid;
struct pl_task;
struct pl_tref;
struct pl_watch;

enum pl_ref_kind {
	PL_REF_TASK,
	PL_REF_PID,
	PL_REF_WEAK,
	PL_REF_RCU_USER,
	PL_REF_WATCH, /* a weak one that remembers what happens */
	PL_REF_REVIVED, /* an rcu user that was counted when none was left any more */
};

/**
 * struct pl_ref - a reference
 * @object: id and count; the id owns one
 * @kind: which member of the union is meant
 * @type: for READ, and by which type PL_REF_PID was taken
 * @nr: the number when it was taken, as the root namespace saw it
 * @is_file: an open file owns a count of it, and its id cannot be put
 * @watch: PL_REF_WATCH: it owns that
 * @task: counted; PL_REF_RCU_USER: one of its rcu_users
 * @pid: counted
 * @weak: counted; it, @type and @nr may be set to another under tasklist_lock.
 *	PL_REF_WATCH: constant; NULL for a file whose lab has gone
 * @task_id: PL_REF_REVIVED: nothing keeps the task, so it is not pointed at
 */
struct pl_ref {
	struct pl_object object;
	enum pl_ref_kind kind;
	enum pidlab_type type;
	int nr;
	bool is_file;
	struct pl_watch *watch;
	union {
		struct pl_task *task;
		struct pl_pid *pid;
		struct pl_tref *weak;
		u64 task_id;
	};
};

int pl_ref_init_cache(void);
void pl_ref_exit_cache(void);

struct pl_ref *pl_ref_alloc(struct pl_ctx *ctx, enum pl_ref_kind kind);
void pl_ref_publish(struct pl_ctx *ctx, struct pl_ref *ref, u64 *id);
int pl_ref_hold_task(struct pl_ctx *ctx, struct pl_task *task, u64 *id);
int pl_ref_hold_pid(struct pl_ctx *ctx, struct pl_pid *pid, enum pidlab_type type, u64 *id);
int pl_ref_hold_weak(struct pl_ctx *ctx, struct pl_tref *weak, u64 *id);
int pl_ref_hold_rcu_user(struct pl_ctx *ctx, struct pl_task *task, bool revived, u64 *id);
int pl_ref_set(struct pl_lab *lab, struct pl_ref *ref, struct pl_ref *from);
int pl_ref_read(struct pl_lab *lab, const struct pl_ref *ref, enum pidlab_type *type);
int pl_ref_dup(struct pl_ctx *ctx, struct pl_ref *ref, u64 *id);
int pl_ref_drop(struct pl_lab *lab, u64 id);
void pl_ref_put(struct pl_lab *lab, struct pl_ref *ref);

struct pl_task *pl_ref_task(struct pl_lab *lab, struct pl_ref *ref);
enum pidlab_reference_kind pl_ref_public_kind(const struct pl_ref *ref);
unsigned int pl_ref_count(struct pl_lab *lab, const struct pl_ref *ref);
size_t pl_ref_bytes(void);

/* Those that remember: ref_watch.c */
struct pl_ref *pl_ref_make_watch(struct pl_ctx *ctx, struct pl_ref *from);
int pl_ref_hold_watch(struct pl_ctx *ctx, struct pl_ref *from, u64 *id);
int pl_ref_take_event(struct pl_lab *lab, struct pl_ref *ref, struct pidlab_ref_event *event);
void pl_ref_cancel(struct pl_lab *lab, struct pl_ref *ref);
void pl_ref_end_watch(struct pl_lab *lab, struct pl_ref *ref);
void pl_ref_leave_to_file(struct pl_lab *lab, struct pl_ref *ref);
void pl_ref_close(struct pl_lab *lab, struct pl_ref *ref);

static inline struct pl_ref *pl_ref_of(struct pl_object *object)
{
	return container_of(object, struct pl_ref, object);
}

#endif /* PL_REF_H */
