// SPDX-License-Identifier: GPL-2.0
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bug.h"
#include "check.h"
#include "compat.h"
#include "exit.h"
#include "footprint.h"
#include "fork.h"
#include "generation.h"
#include "kill.h"
#include "lab.h"
#include "netlink.h"
#include "op.h"
#include "pid.h"
#include "pid_namespace.h"
#include "rcu_users.h"
#include "ref.h"
#include "subsys.h"
#include "task.h"

/* A row of the table of settings. */
struct setting_desc {
	u64 preset;
	u64 min;
	u64 max;
	bool known;
};

static const struct setting_desc setting_descs[PIDLAB_SETTING_SLOTS] = {
#define SETTING_DESC(slot, NAME, name, preset, min, max, ...) [slot] = { preset, min, max, true },
	PIDLAB_SETTINGS(SETTING_DESC)
#undef SETTING_DESC
};

/* Labs whose memory is not freed yet, all openers together. */
static atomic_long_t lab_count;

/* The last pl_lab.number given. */
static atomic64_t last_number;

/**
 * pl_lab_count() - how many labs there are
 *
 * Return: labs whose memory is not freed.
 */
long pl_lab_count(void)
{
	return atomic_long_read(&lab_count);
}
PL_EXPORT_FOR_KUNIT(pl_lab_count);

/**
 * pl_lab_create() - an empty lab, not set up
 *
 * Context: may sleep.
 * Return: the lab, to be closed; or an ERR_PTR(-ENOMEM).
 */
struct pl_lab *pl_lab_create(void)
{
	struct pl_lab *lab = kzalloc(sizeof(*lab), GFP_KERNEL_ACCOUNT);

	if (!lab)
		return ERR_PTR(-ENOMEM);
	lab->number = atomic64_inc_return(&last_number);
	refcount_set(&lab->users, 1);
	mutex_init(&lab->setup_lock);
	init_rwsem(&lab->quiesce);
	pl_rwlock_init(&lab->tasklist_lock, lab, PIDLAB_STEP_TASKLIST);
	pl_spinlock_init(&lab->pidmap_lock, lab, PIDLAB_STEP_PIDMAP);
	pl_spinlock_init(&lab->cpu_lock, lab, PIDLAB_STEP_CPU);
	pl_spinlock_init(&lab->users_lock, lab, PIDLAB_STEP_USERS);
	xa_init_flags(&lab->objects, XA_FLAGS_LOCK_IRQ);
	xa_init_flags(&lab->graves, XA_FLAGS_LOCK_IRQ);
	INIT_LIST_HEAD(&lab->tasks);
	INIT_LIST_HEAD(&lab->killed);
	INIT_LIST_HEAD(&lab->dying);
	pl_waitq_init(&lab->exit_wait, lab);
	pl_containers_init(lab);
	pl_tref_init_sentinel(lab);
	pl_netlink_init_lab(lab);
	atomic_long_inc(&lab_count);
	return lab;
}
PL_EXPORT_FOR_KUNIT(pl_lab_create);

/**
 * pl_lab_get() - one more that needs the lab's memory
 * @lab: the lab
 */
void pl_lab_get(struct pl_lab *lab)
{
	refcount_inc(&lab->users);
}

/**
 * pl_lab_put() - one that needs the lab's memory less
 * @lab: the lab; freed with the last
 *
 * Context: any but hard interrupts.
 */
void pl_lab_put(struct pl_lab *lab)
{
	if (!refcount_dec_and_test(&lab->users))
		return;
	pl_events_free_lab(lab);
	pl_mem_clear_graves(lab);
	pl_footprints_free(lab);
	xa_destroy(&lab->objects);
	pl_mutex_destroy(&lab->containers.lock);
	mutex_destroy(&lab->setup_lock);
	kfree(lab);
	atomic_long_dec(&lab_count);
}

/**
 * pl_lab_ready() - whether SETUP is done
 * @lab: the lab
 *
 * Return: true if so; what SETUP made is then visible.
 */
bool pl_lab_ready(const struct pl_lab *lab)
{
	/* Pairs with the release in pl_lab_setup(). */
	return smp_load_acquire(&lab->ready);
}
PL_EXPORT_FOR_KUNIT(pl_lab_ready);

static int take_setting(struct pl_lab *lab, const struct pidlab_setup *setup, unsigned int slot)
{
	const struct setting_desc *desc = &setting_descs[slot];
	u64 value = setup->value[slot];

	if (!(setup->given & BIT_ULL(slot))) {
		if (value)
			return -EINVAL;
		lab->setting[slot] = desc->preset;
		return 0;
	}
	if (!desc->known || value < desc->min || value > desc->max)
		return -EINVAL;
	/* A mask: the bits that it may have need not be neighbours. */
	if (slot == PIDLAB_SET_BUGS && (value & ~PIDLAB_ALL_BUGS))
		return -EINVAL;
	lab->setting[slot] = value;
	return 0;
}

/* For the defaults that depend on the kernel or on the machine. */
static void replace_auto(struct pl_lab *lab, unsigned int slot, u64 value)
{
	if (lab->setting[slot] == PIDLAB_AUTO)
		lab->setting[slot] = value;
}

static int take_settings(struct pl_lab *lab, const struct pidlab_setup *setup)
{
	unsigned int slot;
	int error = 0;

	if (setup->given >> PIDLAB_SETTING_SLOTS)
		return -EINVAL;
	for (slot = 0; slot < PIDLAB_SETTING_SLOTS && !error; slot++)
		error = take_setting(lab, setup, slot);
	if (error)
		return error;
	replace_auto(lab, PIDLAB_SET_TASK_PAYLOAD, pl_task_default_payload());
	/* A lab that grows without bound gets an error, not the OOM killer. */
	replace_auto(lab, PIDLAB_SET_MAX_BYTES, (u64)totalram_pages() << (PAGE_SHIFT - 1));
	lab->containers.hooks = pl_hooks_find(lab->setting[PIDLAB_SET_HOOKS]);
	lab->generation = pl_generation_find(lab->setting[PIDLAB_SET_GENERATION]);
	lab->rcu_layout = pl_rcu_layout_find(lab->setting[PIDLAB_SET_RCU_LAYOUT]);
	return lab->generation && lab->rcu_layout ? 0 : -EINVAL;
}

/* The root namespace and the first task; nothing is left after an error. */
static int populate(struct pl_lab *lab)
{
	struct pl_ctx ctx = { .lab = lab };
	struct pl_task *first;
	int error;

	error = lab->generation->index->init_lab(lab);
	if (error)
		return error;
	pl_event(BEGIN, begin, lab, 0, 0, 0, 0);
	lab->root_ns = pl_pidns_create(&ctx, NULL);
	if (IS_ERR(lab->root_ns)) {
		error = PTR_ERR(lab->root_ns);
		goto out_index;
	}
	error = pl_fork_first(&ctx, &first);
	if (error)
		goto out_ns;
	lab->init_id = first->object.id;
	atomic_long_inc(&lab->changes);
	pl_task_put(first);
	return 0;

out_ns:
	/* The failed pid's grace period may still need the namespace. */
	pl_grace_period(lab);
	pl_pidns_put(lab->root_ns);
out_index:
	lab->root_ns = NULL;
	lab->generation->index->destroy_lab(lab);
	return error;
}

/**
 * pl_lab_setup() - choose the settings and make the first task
 * @lab: the lab
 * @setup: see uapi; @setup->init_task is written
 *
 * Context: may sleep.
 * Return: 0; -EBUSY: done already; -EINVAL: a value out of range or given
 * without its bit; -ENOMEM, -ENOSPC: as for fork. After an error it can be
 * tried again.
 */
int pl_lab_setup(struct pl_lab *lab, struct pidlab_setup *setup)
{
	int error;

	mutex_lock(&lab->setup_lock);
	if (lab->ready) {
		error = -EBUSY;
		goto out;
	}
	error = take_settings(lab, setup);
	if (!error)
		error = populate(lab);
	if (error)
		goto out;
	setup->init_task = lab->init_id;
	/* Pairs with the acquire in pl_lab_ready(). */
	smp_store_release(&lab->ready, true);
out:
	mutex_unlock(&lab->setup_lock);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_lab_setup);

static void drop_all_refs(struct pl_lab *lab)
{
	struct pl_object *object;
	unsigned long serial;

	xa_for_each(&lab->objects, serial, object) {
		if (pl_id_kind(object->id) != PIDLAB_OBJECT_REF)
			continue;
		if (pl_ref_of(object)->is_file)
			pl_ref_leave_to_file(lab, pl_ref_of(object));
		pl_ref_drop(lab, object->id);
		cond_resched();
	}
}

static void end_all_tasks(struct pl_lab *lab)
{
	struct pl_task *task;

	pl_write_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node)
		pl_kill_process(lab, task);
	pl_write_unlock(&lab->tasklist_lock);
	/* The first task goes last, and reaps whoever is left. */
	pl_run_killed(lab, NULL);
}

static void depopulate(struct pl_lab *lab)
{
	drop_all_refs(lab);
	end_all_tasks(lab);
	pl_cpu_idle_all(lab);
	pl_containers_close(lab);
	pl_pidns_put(lab->root_ns);
	lab->root_ns = NULL;
	lab->generation->index->destroy_lab(lab);
}

/**
 * pl_lab_close() - take the universe apart
 * @lab: a lab in which no operation runs or can start any more
 *
 * References go first, but for files, which tell that all has gone; then tasks, by the same steps as any exit; the CPUs let
 * go of those they had; then the root namespace. What waits for a grace period goes with that.
 *
 * Context: may sleep.
 */
void pl_lab_close(struct pl_lab *lab)
{
	bool stuck = lab->control;

	/* Files of its references may be closed, or looked at, meanwhile. */
	down_write(&lab->quiesce);
	if (lab->root_ns && !stuck)
		depopulate(lab);
	up_write(&lab->quiesce);
	if (lab->events.wanted && !stuck)
		pl_settle(lab);
	pl_netlink_close_lab(lab);
	/* Actors in a deadlock stand in its locks: they keep it. */
	if (!stuck)
		pl_lab_put(lab);
}
PL_EXPORT_FOR_KUNIT(pl_lab_close);

/**
 * pl_lab_give_up() - let nothing happen in a lab any more
 * @lab: the lab, its operations kept out by the caller
 */
void pl_lab_give_up(struct pl_lab *lab)
{
	lockdep_assert_held_write(&lab->quiesce);
	lab->given_up = true;
}

/**
 * pl_lab_reset() - begin anew: the first task only, and ids as after SETUP
 * @lab: a lab that is set up, its operations kept out by the caller
 *
 * Context: sleeps.
 * Return: 0, or the errors of pl_lab_setup(): the lab then holds nothing.
 */
int pl_lab_reset(struct pl_lab *lab)
{
	int error;

	lockdep_assert_held_write(&lab->quiesce);
	if (lab->root_ns)
		depopulate(lab);
	pl_settle(lab);
	pl_mem_clear_graves(lab);
	pl_footprints_begin(lab);
	atomic_long_set(&lab->last_serial, 0);
	atomic_long_set(&lab->forks, 0);
	atomic_long_set(&lab->account.freed, 0);
	memset(lab->seen, 0, sizeof(lab->seen));
	error = populate(lab);
	if (error)
		pl_lab_give_up(lab);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_lab_reset);

static void fill_sizes(u64 *bytes)
{
	bytes[PIDLAB_SIZE_TASK] = sizeof(struct pl_task);
	bytes[PIDLAB_SIZE_PAYLOAD] = pl_task_default_payload();
	bytes[PIDLAB_SIZE_PID0] = pl_pid_bytes(0);
	bytes[PIDLAB_SIZE_PID1] = pl_pid_bytes(1);
	bytes[PIDLAB_SIZE_PID4] = pl_pid_bytes(4);
	bytes[PIDLAB_SIZE_TREF] = sizeof(struct pl_tref);
	bytes[PIDLAB_SIZE_REF] = pl_ref_bytes();
	bytes[PIDLAB_SIZE_NS] = pl_pidns_bytes();
	bytes[PIDLAB_SIZE_LAB] = sizeof(struct pl_lab);
	bytes[PIDLAB_SIZE_RCU_UNION] = pl_rcu_users_bytes(true);
	bytes[PIDLAB_SIZE_RCU_APART] = pl_rcu_users_bytes(false);
	bytes[PIDLAB_SIZE_CONTAINER] = pl_container_bytes();
}

static u64 objects(const struct pl_lab *lab, enum pl_mem kind)
{
	return atomic_long_read(&lab->account.objects[kind]);
}

static u64 bytes_of(const struct pl_lab *lab, enum pl_mem kind)
{
	return atomic_long_read(&lab->account.bytes[kind]);
}

static void fill_counters(struct pl_lab *lab, u64 *counter)
{
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	list_for_each_entry(task, &lab->tasks, node) {
		if (task->state == PIDLAB_STATE_RUNNING)
			counter[PIDLAB_CTR_RUNNING]++;
		else
			counter[PIDLAB_CTR_ZOMBIES]++;
	}
	pl_read_unlock(&lab->tasklist_lock);
	counter[PIDLAB_CTR_TASKS] = objects(lab, PL_MEM_TASK);
	counter[PIDLAB_CTR_PIDS] = objects(lab, PL_MEM_PID);
	counter[PIDLAB_CTR_NAMESPACES] = objects(lab, PL_MEM_NS);
	counter[PIDLAB_CTR_REFS] = objects(lab, PL_MEM_REF);
	counter[PIDLAB_CTR_TREFS] = objects(lab, PL_MEM_TREF);
	counter[PIDLAB_CTR_BYTES] = atomic_long_read(&lab->account.total);
	counter[PIDLAB_CTR_TASK_BYTES] = bytes_of(lab, PL_MEM_TASK) +
					 bytes_of(lab, PL_MEM_PAYLOAD) +
					 bytes_of(lab, PL_MEM_SIGNAL);
	counter[PIDLAB_CTR_PID_BYTES] = bytes_of(lab, PL_MEM_PID) + bytes_of(lab, PL_MEM_PID_EXT);
	counter[PIDLAB_CTR_REF_BYTES] = bytes_of(lab, PL_MEM_REF) + bytes_of(lab, PL_MEM_TREF) +
					bytes_of(lab, PL_MEM_WATCH);
	counter[PIDLAB_CTR_NS_BYTES] = bytes_of(lab, PL_MEM_NS) + bytes_of(lab, PL_MEM_PIDMAP) +
					bytes_of(lab, PL_MEM_INDEX);
	counter[PIDLAB_CTR_FREED] = atomic_long_read(&lab->account.freed);
	counter[PIDLAB_CTR_BUGS_SEEN] = pl_bugs_seen(lab);
	counter[PIDLAB_CTR_ZAP_STEPS] = atomic_long_read(&lab->zap_steps);
	counter[PIDLAB_CTR_CONTAINERS] = objects(lab, PL_MEM_CONTAINER);
	counter[PIDLAB_CTR_CONTAINER_BYTES] = bytes_of(lab, PL_MEM_CONTAINER) +
					      bytes_of(lab, PL_MEM_CSS);
	counter[PIDLAB_CTR_EXIT_LOCKS] = atomic_long_read(&lab->containers.exit_locks);
	counter[PIDLAB_CTR_EXIT_LOCK_NS] = atomic_long_read(&lab->containers.exit_lock_ns);
	counter[PIDLAB_CTR_FORKS] = atomic_long_read(&lab->forks);
}

static int fill_leaks(struct pl_lab *lab, u64 *counter)
{
	struct pl_findings *findings = kzalloc(sizeof(*findings), GFP_KERNEL);
	int error;

	if (!findings)
		return -ENOMEM;
	error = pl_check(lab, findings);
	counter[PIDLAB_CTR_LEAKS] = findings->leaks;
	kfree(findings);
	return error;
}

/**
 * pl_lab_info() - describe the module and the lab
 * @lab: the lab, set up or not
 * @info: out: everything but @info->size
 *
 * Counters are those of the moment, what waits for a grace period included;
 * then it waits for that, to tell leaks from what is about to go.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOTRECOVERABLE: the lab was given up.
 */
int pl_lab_info(struct pl_lab *lab, struct pidlab_info *info)
{
	int error;

	info->abi = PIDLAB_ABI_VERSION;
	info->generations = pl_generation_mask();
	info->opcodes = pl_op_highest();
	if (PL_HAS_FOOTPRINTS)
		info->flags |= PIDLAB_INFO_FOOTPRINTS;
	fill_sizes(info->bytes_of);
	if (!pl_lab_ready(lab))
		return 0;
	info->ready = 1;
	info->init_task = lab->init_id;
	memcpy(info->setting, lab->setting, sizeof(info->setting));
	down_write(&lab->quiesce);
	if (pl_lab_is_usable(lab)) {
		fill_counters(lab, info->counter);
		error = fill_leaks(lab, info->counter);
	} else {
		error = -ENOTRECOVERABLE;
	}
	up_write(&lab->quiesce);
	return error;
}
PL_EXPORT_FOR_KUNIT(pl_lab_info);
