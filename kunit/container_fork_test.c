// SPDX-License-Identifier: GPL-2.0
/* The hooks of fork and exit, by the year; forks that fail, everywhere. */
#include "container_helper.h"
#include "kill.h"
#include "subsys_trace.h"

static void inherit(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, FORK(test, lab, a), PIDS), box);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, FORK_THREAD(test, lab, a), ACCOUNT), box);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, FORK_NEWPID(test, lab, a), ACCOUNT), box);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 8L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 4L);
}

static void e2_a_child_is_where_its_parent_is(struct kunit *test)
{
	each_year(test, inherit);
}

/* The parent moves while its fork is under way. */
static void e2_a_child_counts_what_it_took_from_its_parent(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 old = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_CONTAINED };
	struct pidlab_op attach, rmdir;

	ATTACH(test, lab, a, old);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	attach = lab_run(lab, OP(ATTACH, 0, a, root));
	rmdir = lab_run(lab, OP(RMDIR, 0, old));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)attach.error, 0);
	KUNIT_EXPECT_EQ(test, (int)rmdir.error, -EBUSY);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, fork.op.res[0], PIDS), old);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, old, COUNT), 1L);
	EXPECT_CLEAN(test, lab);
}

struct look {
	bool called;
	long tasks;
};

static void look_around(struct pl_lab *lab, void *data)
{
	struct look *look = data;
	struct pl_task *task;

	look->called = lab->containers.trace->count;
	look->tasks = 0;
	list_for_each_entry(task, &lab->tasks, node)
		look->tasks++;
}

static void called_at(struct kunit *test, unsigned int year, enum pl_point point,
		      struct look *look)
{
	struct pl_lab *lab = container_lab(test, year);
	struct lab_trap trap = { .point = point, .spring = look_around, .data = look };

	MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	drop_trace(test, lab);
	lab_set_trap(test, lab, &trap);
	FORK(test, lab, lab->init_id);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	lab_close(test, lab);
}

static void e3_fork_callbacks_come_before_the_child_is_visible(struct kunit *test)
{
	struct look look;

	called_at(test, 2007, PL_POINT_FORK_CALLED, &look);
	KUNIT_EXPECT_TRUE(test, look.called);
	KUNIT_EXPECT_EQ(test, look.tasks, 1L);
}

static void e11_mainline_calls_fork_once_the_child_is_visible(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct look look;

	called_at(test, 2015, PL_POINT_FORK_VISIBLE, &look);
	KUNIT_EXPECT_EQ(test, look.tasks, 2L);
	MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	drop_trace(test, lab);
	FORK(test, lab, lab->init_id);
	TRACED(test, lab, PIDLAB_HOOK_CAN_FORK, PIDLAB_HOOK_FORK);
}

static void e3_without_subsystems_nothing_is_called(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);

	FORK(test, lab, lab->init_id);
	MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	/* Registration calls fork for those that are there, once each. */
	TRACED(test, lab, PIDLAB_HOOK_CREATE, PIDLAB_HOOK_FORK, PIDLAB_HOOK_FORK);
}

static void e4_an_exit_leaves_the_task_in_the_root_uncounted(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(TRACE));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	drop_trace(test, lab);
	MUST(test, lab, EXIT, 0, a);
	TRACED(test, lab, PIDLAB_HOOK_EXIT);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, PIDS), root);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, COUNT), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, PIDS_CURRENT), 1L);
	MUST(test, lab, RMDIR, 0, box);
	MUST(test, lab, REAP, 0, a);
	TRACED(test, lab);
}

static void e4_exit_callbacks_run_while_the_task_is_still_there(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);
	struct lab_parked exit = { .op = OP(EXIT, 0, a), .point = PL_POINT_EXIT_CALLED };
	struct pidlab_op count, state, trace;

	ATTACH(test, lab, a, box);
	drop_trace(test, lab);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	count = lab_run(lab, OP(STAT, 0, box, PIDLAB_FILE_COUNT));
	state = lab_run(lab, OP(STATE, 0, a));
	trace = lab_run(lab, OP(TRACE, 0));
	/* Its children are still its own: the source reparents later. */
	KUNIT_EXPECT_PTR_EQ(test, lab_task(lab, b)->real_parent, lab_task(lab, a));
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, count.res[0], (u64)1);
	KUNIT_EXPECT_EQ(test, state.res[0], (u64)PIDLAB_STATE_RUNNING);
	KUNIT_EXPECT_EQ(test, trace.res[0], (u64)PIDLAB_HOOK_EXIT);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 0L);
}

/* Which callbacks a fork leaves behind that fails at each step. */
static void fail_at_each_phase(struct kunit *test, struct pl_lab *lab)
{
	static const int errors[] = {
#define PHASE(nr, NAME, name, error, ...) [nr] = error,
		PIDLAB_PHASES(PHASE)
#undef PHASE
	};
	bool old = lab->setting[PIDLAB_SET_HOOKS] == 2007;
	u64 root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct pidlab_op op = OP(FORK, 0, a);
	unsigned int phase;

	ATTACH(test, lab, a, box);
	drop_trace(test, lab);
	for (phase = 1; phase < ARRAY_SIZE(errors); phase++) {
		op.fail_nth = PIDLAB_FAIL_AT | phase;
		lab_refused(test, lab, phase, -errors[phase], op);
		EXPECT_CLEAN(test, lab);
		if (old && phase >= PIDLAB_PHASE_CALLBACKS)
			TRACED(test, lab, PIDLAB_HOOK_FORK, PIDLAB_HOOK_EXIT);
		else if (!old && phase >= PIDLAB_PHASE_CAN_FORK)
			TRACED(test, lab, PIDLAB_HOOK_CAN_FORK, PIDLAB_HOOK_CANCEL_FORK);
		else
			TRACED(test, lab);
		KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 4L);
		KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 1L);
		KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_LIVE), 1L);
	}
	/* The account of 2007 believes in a child that was not born. */
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_FORKS), old ? 2L : 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_EXITS), old ? 2L : 0L);
	op.fail_nth = PIDLAB_FAIL_AT | ARRAY_SIZE(errors);
	lab_refused(test, lab, __LINE__, -EINVAL, op);
	op.fail_nth = PIDLAB_FAIL_AT;
	lab_refused(test, lab, __LINE__, -EINVAL, op);
	op = OP(EXIT, 0, a);
	op.fail_nth = PIDLAB_FAIL_AT | 1;
	lab_refused(test, lab, __LINE__, -EINVAL, op);
}

static void e5_a_fork_that_fails_undoes_what_was_called(struct kunit *test)
{
	each_year(test, fail_at_each_phase);
}

static void fail_each_allocation(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	struct pidlab_op op = OP(FORK, 0, lab->init_id), try;

	drop_trace(test, lab);
	for (op.fail_nth = 1; op.fail_nth < 20; op.fail_nth++) {
		try = lab_run(lab, op);
		if (!try.error)
			break;
		KUNIT_EXPECT_EQ(test, (int)try.error, -ENOMEM);
		TRACED(test, lab);
		KUNIT_EXPECT_EQ(test, STAT(test, lab, root, COUNT), 4L);
		EXPECT_CLEAN(test, lab);
	}
	KUNIT_EXPECT_GT(test, (int)op.fail_nth, 4);
	KUNIT_EXPECT_LT(test, (int)op.fail_nth, 20);
}

static void e5_no_allocation_that_fails_leaves_a_count(struct kunit *test)
{
	each_year(test, fail_each_allocation);
}

static void e5_consent_of_the_first_is_undone_when_the_last_refuses(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(TRACE));

	WRITE_FILE(test, lab, root, VETO_FORK, 1);
	drop_trace(test, lab);
	DENIED(test, lab, -EPERM, FORK, lab->init_id, 0, 0);
	TRACED(test, lab, PIDLAB_HOOK_CAN_FORK);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, PIDS_CURRENT), 1L);
	EXPECT_CLEAN(test, lab);
	WRITE_FILE(test, lab, root, VETO_FORK, 0);
	FORK(test, lab, lab->init_id);
}

static void e5_in_2007_a_subsystem_cannot_refuse_a_fork(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));

	DENIED(test, lab, -EOPNOTSUPP, WRITE, root, PIDLAB_FILE_VETO_FORK, 1);
}

static void kill_parent(struct kunit *test, struct pl_lab *lab)
{
	bool old = lab->setting[PIDLAB_SET_HOOKS] == 2007;
	u64 root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_CALLED };
	unsigned int count;

	ATTACH(test, lab, a, box);
	WRITE_FILE(test, lab, box, NOTIFY, 1);
	drop_trace(test, lab);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), 2, 9, &count), 0);
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, -EINTR);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	/* The child that is not born, then the parent. */
	if (old)
		TRACED(test, lab, PIDLAB_HOOK_FORK, PIDLAB_HOOK_EXIT, PIDLAB_HOOK_EXIT);
	else
		TRACED(test, lab, PIDLAB_HOOK_CAN_FORK, PIDLAB_HOOK_CANCEL_FORK,
		       PIDLAB_HOOK_EXIT);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), box);
	MUST(test, lab, RMDIR, 0, box);
}

static void e5_a_parent_killed_behind_the_callbacks(struct kunit *test)
{
	each_year(test, kill_parent);
}

/* The fork has passed each of its hooks before there was a subsystem. */
static void mount_during(struct kunit *test, struct pl_lab *lab)
{
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, 0, a), .point = PL_POINT_FORK_NUMBERED };
	struct pidlab_op mount;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	mount = lab_run(lab, OP(MOUNT, 0, PIDLAB_SUBSYS_MASK));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)mount.error, 0);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, fork.op.res[0], TRACE), mount.res[0]);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, mount.res[0], COUNT), 12L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, mount.res[0], PIDS_CURRENT), 3L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, mount.res[0], ACCOUNT_FORKS), 3L);
}

static void e9_a_fork_under_way_is_in_the_hierarchy_too(struct kunit *test)
{
	each_year(test, mount_during);
}

struct inside {
	struct pidlab_op fork;
	bool need;
	bool registered;
};

static void fork_inside(struct pl_lab *lab, void *data)
{
	struct inside *inside = data;

	inside->need = READ_ONCE(lab->containers.need_forkexit);
	/* Pairs with the release in register_subsystems(). */
	inside->registered = smp_load_acquire(&lab->containers.top[PIDLAB_SUBSYS_TRACE]);
	lab_run_elsewhere(lab, &inside->fork);
}

static void e9_the_flag_is_set_before_a_subsystem_is_registered(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);
	struct inside inside = { .fork = OP(FORK, 0, lab->init_id) };
	struct lab_trap trap = {
		.point = PL_POINT_MOUNT_REGISTERED, .spring = fork_inside, .data = &inside,
	};
	u64 root;

	lab_set_trap(test, lab, &trap);
	root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE) | SUBSYS(ACCOUNT));
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, inside.registered);
	KUNIT_EXPECT_TRUE(test, inside.need);
	KUNIT_EXPECT_EQ(test, (int)inside.fork.error, 0);
	/* The first task, adopted, and the child: once each. */
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, ACCOUNT_FORKS), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, COUNT), 4L);
	EXPECT_CLEAN(test, lab);
}

/* The child that is visible already, while its fork is parked. */
static u64 newest(struct pl_lab *lab)
{
	u64 id;

	pl_read_lock(&lab->tasklist_lock);
	id = list_last_entry(&lab->tasks, struct pl_task, node)->object.id;
	pl_read_unlock(&lab->tasklist_lock);
	return id;
}

static void e11_a_newborn_moves_once_its_fork_is_over(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	struct lab_parked fork = {
		.op = OP(FORK, 0, lab->init_id), .point = PL_POINT_FORK_VISIBLE,
	};
	struct lab_parked attach = { .point = LAB_NOT_PARKED };
	bool waits;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	attach.op = OP(ATTACH, 0, newest(lab), box);
	lab_start(test, lab, &attach);
	lab_wait_blocked(&attach);
	waits = !completion_done(&attach.finished);
	lab_resume(test, &fork);
	lab_resume(test, &attach);
	KUNIT_EXPECT_TRUE(test, waits);
	KUNIT_EXPECT_EQ(test, (int)attach.op.error, 0);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, ACCOUNT_FORKS), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, ACCOUNT_LIVE), 1L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_LIVE), 1L);
	EXPECT_CLEAN(test, lab);
}

/* Registered between the child's becoming visible and its fork callbacks. */
static void e9_a_newborn_is_told_of_once(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	struct lab_parked fork = {
		.op = OP(FORK, 0, lab->init_id), .point = PL_POINT_FORK_VISIBLE,
	};
	struct pidlab_op mount;

	MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	mount = lab_run(lab, OP(MOUNT, 0, SUBSYS(ACCOUNT)));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)mount.error, 0);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, mount.res[0], ACCOUNT_FORKS), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, mount.res[0], ACCOUNT_LIVE), 2L);
	EXPECT_CLEAN(test, lab);
}

static void e11_release_comes_when_the_zombie_is_reaped(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE) | SUBSYS(PIDS));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	drop_trace(test, lab);
	MUST(test, lab, EXIT, 0, a);
	TRACED(test, lab, PIDLAB_HOOK_EXIT);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, PIDS), box);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 1L);
	MUST(test, lab, REAP, 0, a);
	TRACED(test, lab, PIDLAB_HOOK_RELEASE);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 0L);
}

static struct kunit_case container_fork_cases[] = {
	KUNIT_CASE(e2_a_child_is_where_its_parent_is),
	KUNIT_CASE(e2_a_child_counts_what_it_took_from_its_parent),
	KUNIT_CASE(e3_fork_callbacks_come_before_the_child_is_visible),
	KUNIT_CASE(e3_without_subsystems_nothing_is_called),
	KUNIT_CASE(e4_an_exit_leaves_the_task_in_the_root_uncounted),
	KUNIT_CASE(e4_exit_callbacks_run_while_the_task_is_still_there),
	KUNIT_CASE(e5_a_fork_that_fails_undoes_what_was_called),
	KUNIT_CASE(e5_no_allocation_that_fails_leaves_a_count),
	KUNIT_CASE(e5_consent_of_the_first_is_undone_when_the_last_refuses),
	KUNIT_CASE(e5_in_2007_a_subsystem_cannot_refuse_a_fork),
	KUNIT_CASE(e5_a_parent_killed_behind_the_callbacks),
	KUNIT_CASE(e9_a_fork_under_way_is_in_the_hierarchy_too),
	KUNIT_CASE(e9_the_flag_is_set_before_a_subsystem_is_registered),
	KUNIT_CASE(e11_mainline_calls_fork_once_the_child_is_visible),
	KUNIT_CASE(e9_a_newborn_is_told_of_once),
	KUNIT_CASE(e11_a_newborn_moves_once_its_fork_is_over),
	KUNIT_CASE(e11_release_comes_when_the_zombie_is_reaped),
	{}
};

static struct kunit_suite container_fork_suite = {
	.name = "pidlab_container_fork",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = container_fork_cases,
};
kunit_test_suite(container_fork_suite);
