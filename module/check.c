// SPDX-License-Identifier: GPL-2.0
#include "bug.h"
#include "census.h"
#include "compat.h"
#include "container.h"
#include "generation.h"
#include "lab.h"
#include "pid.h"
#include "pid_namespace.h"
#include "ref.h"
#include "task.h"
#include "watch.h"

/**
 * pl_census_blame() - an invariant does not hold
 * @census: the census
 * @code: which
 * @id: of the object at fault, 0 for the lab
 */
void pl_census_blame(struct pl_census *census, enum pidlab_violation code, u64 id)
{
	struct pl_findings *findings = census->findings;

	if (findings->count < PIDLAB_CHECK_MAX) {
		findings->code[findings->count] = code;
		findings->object[findings->count] = id;
	}
	findings->count++;
}

/**
 * pl_census_orphan() - an object is there that nothing reaches
 * @census: the census
 * @id: the object
 */
void pl_census_orphan(struct pl_census *census, u64 id)
{
	census->findings->leaks++;
	pl_census_blame(census, PIDLAB_BAD_ORPHAN, id);
}

/**
 * pl_census_held() - how many count something
 * @census: the census, gathered
 * @key: pl_census_key() or pl_census_tref_key()
 *
 * Return: the sum.
 */
unsigned long pl_census_held(struct pl_census *census, unsigned long key)
{
	void *entry = xa_load(&census->held, key);

	return entry ? xa_to_value(entry) : 0;
}

/**
 * pl_census_count() - an object's count without the walk's own
 * @object: the object that the walk is at
 *
 * Return: the count.
 */
unsigned int pl_census_count(const struct pl_object *object)
{
	return refcount_read(&object->count) - 1;
}

static int add_holder(struct pl_census *census, unsigned long key)
{
	unsigned long held = pl_census_held(census, key);

	return xa_err(xa_store(&census->held, key, xa_mk_value(held + 1), GFP_KERNEL));
}

/**
 * pl_census_add() - one more counts something
 * @census: the census
 * @key: pl_census_key(), or an address
 *
 * Return: 0 or -ENOMEM.
 */
int pl_census_add(struct pl_census *census, unsigned long key)
{
	return add_holder(census, key);
}

static int gather_ref(struct pl_census *census, const struct pl_ref *ref)
{
	switch (ref->kind) {
	case PL_REF_TASK:
		return add_holder(census, pl_census_key(&ref->task->object));
	case PL_REF_PID:
		return add_holder(census, pl_census_key(&ref->pid->object));
	case PL_REF_WEAK:
	case PL_REF_WATCH:
		return add_holder(census, pl_census_tref_key(ref->weak));
	case PL_REF_REVIVED:
		return 0;
	case PL_REF_RCU_USER:
		return add_holder(census, pl_census_rcu_key(&ref->task->rcu_users));
	}
	return 0;
}

static int gather(struct pl_census *census, struct pl_object *object)
{
	enum pidlab_object kind = pl_id_kind(object->id);
	struct pl_pidns *parent, *ns;
	int error;

	census->objects[kind]++;
	switch (kind) {
	case PIDLAB_OBJECT_TASK:
		if (!census->lab->generation->has_pids)
			pl_count_links(census, pl_task_of(object));
		error = pl_census_gather_task(census, pl_task_of(object));
		ns = pl_task_of(object)->children_ns;
		return ns && !error ? add_holder(census, pl_census_key(&ns->object)) : error;
	case PIDLAB_OBJECT_CONTAINER:
		return pl_census_gather_container(census, pl_container_of(object));
	case PIDLAB_OBJECT_REF:
		return gather_ref(census, pl_ref_of(object));
	case PIDLAB_OBJECT_PID:
		return add_holder(census, pl_census_key(&pl_pid_ns(pl_pid_of(object))->object));
	case PIDLAB_OBJECT_NS:
		parent = pl_pidns_of(object)->parent;
		return parent ? add_holder(census, pl_census_key(&parent->object)) : 0;
	default:
		return 0;
	}
}

/* A watch in a lab with bugs may watch what is no more; that is counted, not found. */
static void check_ref(struct pl_census *census, struct pl_ref *ref)
{
	bool watches = ref->kind == PL_REF_WATCH;

	if (!census->lab->generation->has_pids && (watches || ref->kind == PL_REF_WEAK))
		pl_check_weak(census, ref);
	if (watches && !pl_has_bugs(census->lab) && !pl_watch_is_right(ref->watch, ref->weak))
		pl_census_blame(census, PIDLAB_BAD_WATCH, ref->object.id);
}

static int verify(struct pl_census *census, struct pl_object *object)
{
	struct pl_lab *lab = census->lab;

	pl_read_lock(&lab->tasklist_lock);
	pl_rcu_read_lock(lab);
	switch (pl_id_kind(object->id)) {
	case PIDLAB_OBJECT_TASK:
		pl_check_task(census, pl_task_of(object));
		break;
	case PIDLAB_OBJECT_PID:
		pl_check_pid(census, pl_pid_of(object));
		break;
	case PIDLAB_OBJECT_NS:
		pl_check_ns(census, pl_pidns_of(object));
		break;
	case PIDLAB_OBJECT_REF:
		check_ref(census, pl_ref_of(object));
		break;
	case PIDLAB_OBJECT_CONTAINER:
		pl_check_container(census, pl_container_of(object));
		break;
	default:
		break;
	}
	pl_rcu_read_unlock(lab);
	pl_read_unlock(&lab->tasklist_lock);
	return 0;
}

static void put_object(struct pl_lab *lab, struct pl_object *object)
{
	switch (pl_id_kind(object->id)) {
	case PIDLAB_OBJECT_TASK:
		pl_task_put(pl_task_of(object));
		break;
	case PIDLAB_OBJECT_PID:
		pl_pid_put(pl_pid_of(object));
		break;
	case PIDLAB_OBJECT_NS:
		pl_pidns_put(pl_pidns_of(object));
		break;
	case PIDLAB_OBJECT_REF:
		pl_ref_put(lab, pl_ref_of(object));
		break;
	case PIDLAB_OBJECT_CONTAINER:
		pl_container_put(pl_container_of(object));
		break;
	default:
		break;
	}
}

static int walk_objects(struct pl_census *census,
			int (*visit)(struct pl_census *, struct pl_object *))
{
	struct pl_object *object;
	unsigned long serial = 0;
	int error = 0;

	while (!error && (object = pl_object_next(census->lab, &serial))) {
		error = visit(census, object);
		put_object(census->lab, object);
		cond_resched();
	}
	return error;
}

static void check_tally(struct pl_census *census)
{
	static const u8 memory_of[] = {
		[PIDLAB_OBJECT_TASK] = PL_MEM_TASK,
		[PIDLAB_OBJECT_PID] = PL_MEM_PID,
		[PIDLAB_OBJECT_NS] = PL_MEM_NS,
		[PIDLAB_OBJECT_REF] = PL_MEM_REF,
		[PIDLAB_OBJECT_CONTAINER] = PL_MEM_CONTAINER,
	};
	const struct pl_account *account = &census->lab->account;
	int kind;

	census->objects[PIDLAB_OBJECT_REF] += atomic_read(&census->lab->left_files);
	for (kind = PIDLAB_OBJECT_TASK; kind < ARRAY_SIZE(memory_of); kind++) {
		if (census->objects[kind] != atomic_long_read(&account->objects[memory_of[kind]]))
			pl_census_blame(census, PIDLAB_BAD_TALLY, 0);
	}
}

/* The sentinel is counted by the lab and by each reference to "nothing there". */
static void check_sentinel(struct pl_census *census)
{
	const struct pl_tref *sentinel = &census->lab->init_tref;
	unsigned long held = pl_census_held(census, pl_census_tref_key(sentinel));

	if (atomic_read(&census->lab->sentinel_drops) || sentinel->task ||
	    atomic_read(&sentinel->count) != held + 1)
		pl_census_blame(census, PIDLAB_BAD_TREF, 0);
}

/**
 * pl_check_still() - hold every invariant against a lab in which nothing moves
 * @lab: a lab that is set up
 * @findings: out
 *
 * Context: nobody is inside of an operation, no callback is pending, and it
 * stays like that; sleeps.
 * Return: 0, or -ENOMEM when it could not be checked.
 */
int pl_check_still(struct pl_lab *lab, struct pl_findings *findings)
{
	struct pl_census census = { .lab = lab, .findings = findings };
	int error;

	memset(findings, 0, sizeof(*findings));
	xa_init(&census.held);
	error = walk_objects(&census, gather);
	if (!error)
		error = add_holder(&census, pl_census_key(&lab->root_ns->object));
	if (!error)
		error = walk_objects(&census, verify);
	if (!error) {
		check_tally(&census);
		/* A link that no first user's queue leads to, or that two do. */
		if (census.queued != census.links)
			pl_census_blame(&census, PIDLAB_BAD_QUEUE, 0);
		check_sentinel(&census);
		pl_check_cpus(&census);
	}
	xa_destroy(&census.held);
	return error;
}

/**
 * pl_check() - hold every invariant against the lab
 * @lab: a lab that is set up
 * @findings: out
 *
 * Waits for pending frees first: from then on nothing moves, and what is
 * still there without a reason is a leak.
 *
 * Context: lab->quiesce held for writing; sleeps.
 * Return: 0, or -ENOMEM when it could not be checked.
 */
int pl_check(struct pl_lab *lab, struct pl_findings *findings)
{
	lockdep_assert_held_write(&lab->quiesce);
	pl_settle(lab);
	return pl_check_still(lab, findings);
}
PL_EXPORT_FOR_KUNIT(pl_check);
