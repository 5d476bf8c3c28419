// SPDX-License-Identifier: GPL-2.0
/* What a lab holds: its state, its findings, the structures behind ids. */
#include "lab_helper.h"
#include "task_ref.h"

/**
 * lab_state() - what has become of a task
 * @lab: where
 * @task: its id
 *
 * Return: enum pidlab_state, or 0 when it is gone.
 */
u64 lab_state(struct pl_lab *lab, u64 task)
{
	struct pidlab_op op = lab_run(lab, OP(STATE, 0, task));

	return op.error ? 0 : op.res[0];
}

/**
 * lab_digest() - the lab's digest
 * @lab: a lab in which the caller runs no operation
 *
 * Return: the digest.
 */
u64 lab_digest(struct pl_lab *lab)
{
	u64 digest;

	down_write(&lab->quiesce);
	digest = pl_digest(lab);
	up_write(&lab->quiesce);
	return digest;
}

/**
 * lab_find() - check the lab
 * @lab: a lab in which the caller runs no operation
 * @findings: what was found
 *
 * Return: 0 or -ENOMEM.
 */
int lab_find(struct pl_lab *lab, struct pl_findings *findings)
{
	int error;

	down_write(&lab->quiesce);
	error = pl_check(lab, findings);
	up_write(&lab->quiesce);
	return error;
}

/**
 * lab_expect_clean() - see EXPECT_CLEAN()
 * @test: the case
 * @lab: the lab
 * @line: of the caller
 */
void lab_expect_clean(struct kunit *test, struct pl_lab *lab, int line)
{
	struct pl_findings found;

	KUNIT_EXPECT_EQ(test, lab_find(lab, &found), 0);
	KUNIT_EXPECT_EQ_MSG(test, found.count, 0u, "%s, at line %d: violation %u of %llx",
			    lab->generation->name, line, found.code[0], found.object[0]);
	KUNIT_EXPECT_EQ_MSG(test, found.leaks, 0u, "%s, at line %d", lab->generation->name,
			    line);
}

/**
 * lab_expect_found() - see EXPECT_FOUND()
 * @test: the case
 * @lab: the lab
 * @line: of the caller
 * @code: the violation
 * @object: the object at fault, or 0
 */
void lab_expect_found(struct kunit *test, struct pl_lab *lab, int line,
		      enum pidlab_violation code, u64 object)
{
	struct pl_findings found;
	bool there = false;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, lab_find(lab, &found), 0);
	KUNIT_EXPECT_GT_MSG(test, found.count, 0u, "at line %d", line);
	for (i = 0; i < min(found.count, PIDLAB_CHECK_MAX); i++)
		there |= found.code[i] == code && (!object || found.object[i] == object);
	KUNIT_EXPECT_TRUE_MSG(test, there,
			      "at line %d: wanted %d of %llx, the first of %u is %u of %llx",
			      line, code, object, found.count, found.code[0], found.object[0]);
}

/**
 * lab_info() - INFO of the lab
 * @lab: the lab
 * @info: the result
 */
void lab_info(struct pl_lab *lab, struct pidlab_info *info)
{
	memset(info, 0, sizeof(*info));
	pl_lab_info(lab, info);
}

/**
 * lab_counter() - one counter of INFO
 * @lab: the lab
 * @counter: which
 *
 * Return: its value, or -1 without memory.
 */
long lab_counter(struct pl_lab *lab, enum pidlab_counter counter)
{
	struct pidlab_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	long value = -1;

	if (info) {
		lab_info(lab, info);
		value = info->counter[counter];
	}
	kfree(info);
	return value;
}

/**
 * lab_objects() - live objects of a kind
 * @lab: the lab
 * @kind: the kind
 *
 * Return: how many.
 */
long lab_objects(struct pl_lab *lab, enum pl_mem kind)
{
	return atomic_long_read(&lab->account.objects[kind]);
}

static struct pl_object *peek(struct pl_lab *lab, u64 id)
{
	return xa_load(&lab->objects, id >> PIDLAB_ID_KIND_BITS);
}

/**
 * lab_task() - the structure of a task
 * @lab: the lab
 * @id: a task that is not freed while the caller looks
 *
 * Return: the task.
 */
struct pl_task *lab_task(struct pl_lab *lab, u64 id)
{
	return pl_task_of(peek(lab, id));
}

/**
 * lab_pid() - the structure of a pid
 * @lab: the lab
 * @id: a pid that is not freed while the caller looks
 *
 * Return: the pid.
 */
struct pl_pid *lab_pid(struct pl_lab *lab, u64 id)
{
	return pl_pid_of(peek(lab, id));
}

/**
 * lab_ns() - the structure of a namespace
 * @lab: the lab
 * @id: a namespace that is not freed while the caller looks
 *
 * Return: the namespace.
 */
struct pl_pidns *lab_ns(struct pl_lab *lab, u64 id)
{
	return pl_pidns_of(peek(lab, id));
}

/**
 * lab_ns_of() - the namespace of a task
 * @lab: the lab
 * @task: a task that is not reaped
 *
 * Return: the namespace.
 */
struct pl_pidns *lab_ns_of(struct pl_lab *lab, u64 task)
{
	return pl_task_ns(lab_task(lab, task));
}

/**
 * lab_tref_of() - the weak reference to the users of what a task uses
 * @lab: the lab
 * @task: a task that is not reaped; where there is no struct pid, the first user
 * @type: by this type
 *
 * Return: the reference, not counted, or NULL.
 */
const struct pl_tref *lab_tref_of(struct pl_lab *lab, u64 task, enum pidlab_type type)
{
	struct pl_task *user = lab_task(lab, task);

	if (!lab->generation->has_pids)
		return user->number[type].ref;
	return pl_tref_peek(pl_task_pid(user, type), type);
}

/**
 * lab_taken() - whether a number is taken
 * @lab: the lab
 * @nr: a number of its root namespace
 *
 * Return: true if so.
 */
bool lab_taken(struct pl_lab *lab, int nr)
{
	bool taken;

	rcu_read_lock();
	taken = lab->generation->index->taken(lab->root_ns, nr);
	rcu_read_unlock();
	return taken;
}

/**
 * lab_next() - the lowest number that is taken at or above another
 * @ns: a namespace
 * @nr: where to begin
 *
 * Return: the number, or -1.
 */
int lab_next(struct pl_pidns *ns, int nr)
{
	int next;

	rcu_read_lock();
	next = ns->lab->generation->index->next(ns, nr);
	rcu_read_unlock();
	return next;
}

/**
 * lab_make_pid() - a pid without users
 * @test: the case
 * @lab: the lab
 * @ns: its namespace
 *
 * Return: the pid, to be freed with pl_pid_free().
 */
struct pl_pid *lab_make_pid(struct kunit *test, struct pl_lab *lab, struct pl_pidns *ns)
{
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_pid *pid;

	KUNIT_ASSERT_TRUE(test, lab->generation->has_pids);
	pid = pl_pid_alloc(&ctx, ns, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pid);
	return pid;
}

/**
 * lab_find_pid() - the pid of a number
 * @ns: as seen from here
 * @nr: the number
 *
 * Return: the pid, not counted, or NULL.
 */
struct pl_pid *lab_find_pid(struct pl_pidns *ns, int nr)
{
	struct pl_pid *pid;

	rcu_read_lock();
	pid = pl_pid_find(nr, ns);
	rcu_read_unlock();
	return pid;
}

/**
 * lab_set_last() - choose which number a namespace gives next
 * @ns: the namespace
 * @nr: the last number given, as it seems
 */
void lab_set_last(struct pl_pidns *ns, int nr)
{
	if (ns->lab->generation->number == PIDLAB_GEN_IDR)
		idr_set_cursor(&ns->idr, nr + 1);
	else if (ns->lab->generation->number == PIDLAB_GEN_TABLE)
		atomic_set(&ns->table.last, nr);
	else
		atomic_set(&ns->map.last, nr);
}
