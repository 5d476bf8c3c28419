// SPDX-License-Identifier: GPL-2.0
/* The subsystems: pids, freezer, account, trace, and their files. */
#include "container_helper.h"
#include "bug.h"
#include "subsys_trace.h"

static void e10_pids_refuses_where_any_container_above_is_full(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 outer = MKDIR(test, lab, root), inner = MKDIR(test, lab, outer);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, inner);
	ATTACH(test, lab, b, outer);
	WRITE_FILE(test, lab, outer, PIDS_MAX, 3);
	WRITE_FILE(test, lab, inner, PIDS_MAX, 3);
	FORK(test, lab, b);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, outer, PIDS_CURRENT), 3L);
	DENIED(test, lab, -EAGAIN, FORK, b, 0, 0);
	/* Its own container has room. */
	DENIED(test, lab, -EAGAIN, FORK, a, 0, 0);
	REFUSED(test, lab, -EAGAIN, FORK, PIDLAB_F_THREAD, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, inner, PIDS_CURRENT), 1L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, inner, PIDS_REFUSED), 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, outer, PIDS_REFUSED), 3L);
	/* No limit stands for those outside. */
	FORK(test, lab, lab->init_id);
	WRITE_FILE(test, lab, outer, PIDS_MAX, (u64)-1);
	FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, outer, PIDS_CURRENT), 4L);
	EXPECT_CLEAN(test, lab);
}

static void e10_pids_lets_a_move_pass_the_limit(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2015);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	WRITE_FILE(test, lab, box, PIDS_MAX, 0);
	ATTACH(test, lab, a, box);
	DENIED(test, lab, -EAGAIN, FORK, a, 0, 0);
	MUST(test, lab, EXIT, 0, a);
	/* A zombie has its number still, and counts until it is reaped. */
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 1L);
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 0L);
}

static void e11_the_pids_of_2007_count_and_cannot_refuse(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	WRITE_FILE(test, lab, box, PIDS_MAX, 1);
	FORK(test, lab, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 2L);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_CURRENT), 1L);
	EXPECT_CLEAN(test, lab);
}

static void freeze(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(FREEZER));
	u64 outer = MKDIR(test, lab, root), inner = MKDIR(test, lab, outer);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);

	ATTACH(test, lab, a, outer);
	ATTACH(test, lab, b, inner);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FREEZE, 0, outer), (u64)2);
	DENIED(test, lab, -EAGAIN, FORK, a, 0, 0);
	DENIED(test, lab, -EAGAIN, FORK, b, 0, 0);
	DENIED(test, lab, -EAGAIN, EXIT, b, 0, 0);
	DENIED(test, lab, -EAGAIN, EXEC, a, 0, 0);
	DENIED(test, lab, -EAGAIN, KILL, a, 3, 9);
	DENIED(test, lab, -EAGAIN, SETSID, b, 0, 0);
	DENIED(test, lab, -EAGAIN, WAIT, a, -1, 0);
	/* Neither out, nor in. */
	DENIED(test, lab, -EBUSY, ATTACH, a, root, 0);
	DENIED(test, lab, -EBUSY, ATTACH, lab->init_id, inner, 0);
	DENIED(test, lab, -EINVAL, FREEZE, root, 0, 0);
	EXPECT_CLEAN(test, lab);
	/* A container made there is as it is above. */
	KUNIT_EXPECT_EQ(test, STAT(test, lab, MKDIR(test, lab, inner), FREEZER_STATE), 1L);
	MUST(test, lab, FREEZE, 0, inner);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, THAW, 0, outer), (u64)1);
	FORK(test, lab, a);
	DENIED(test, lab, -EAGAIN, FORK, b, 0, 0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, THAW, 0, inner), (u64)0);
	FORK(test, lab, b);
}

static void e10_a_frozen_task_does_not_act(struct kunit *test)
{
	each_year(test, freeze);
}

static void e10_a_frozen_task_can_be_killed(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(FREEZER));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	MUST(test, lab, FREEZE, 0, box);
	MUST(test, lab, KILL, 0, lab->init_id, 2, 9);
	EXPECT_STATE(test, lab, a, ZOMBIE);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, RMDIR, 0, box);
}

/* A freeze while a child is set up: what has become of the child? */
static struct pl_lab *freeze_during_fork(struct kunit *test, struct pidlab_setup *setup,
					 u64 *child)
{
	struct pl_lab *lab;
	u64 root, box, a;
	struct lab_parked fork = { .point = PL_POINT_FORK_CALLED };
	struct pidlab_op frozen;

	LAB_SET(setup, TASK_PAYLOAD, 0);
	lab = lab_open_setup(test, setup);
	root = MUST(test, lab, MOUNT, 0, SUBSYS(FREEZER));
	box = MKDIR(test, lab, root);
	a = FORK(test, lab, lab->init_id);
	ATTACH(test, lab, a, box);
	fork.op = OP(FORK, 0, a);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	frozen = lab_run(lab, OP(FREEZE, 0, box));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, frozen.res[0], (u64)1);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, 0);
	*child = fork.op.res[0];
	return lab;
}

static void e11_a_child_forked_during_a_freeze_is_frozen(struct kunit *test)
{
	struct pl_lab *lab;
	u64 child;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(container_years); i++) {
		struct pidlab_setup setup = LAB_SETUP;

		LAB_SET(&setup, HOOKS, container_years[i]);
		lab = freeze_during_fork(test, &setup, &child);
		DENIED(test, lab, -EAGAIN, FORK, child, 0, 0);
		EXPECT_CLEAN(test, lab);
		lab_close(test, lab);
	}
}

static void e11_the_child_of_2007_escaped(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pidlab_op seen;
	struct pl_lab *lab;
	u64 child;

	LAB_SET(&setup, HOOKS, 2007);
	LAB_SET(&setup, BUGS, BIT(PIDLAB_BUG_FREEZE_MISSES_NEWBORN));
	lab = freeze_during_fork(test, &setup, &child);
	FORK(test, lab, child);
	seen = lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_FREEZE_MISSES_NEWBORN));
	KUNIT_EXPECT_EQ(test, seen.res[0], (u64)1);
	KUNIT_EXPECT_EQ(test, seen.res[1], child);
	EXPECT_FOUND(test, lab, FREEZER, child);
	lab_close(test, lab);
}

static void account(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id), b;

	ATTACH(test, lab, a, box);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_FORKS), 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_LIVE), 1L);
	b = FORK(test, lab, a);
	FORK_THREAD(test, lab, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_FORKS), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_PEAK), 3L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_NS), 0L);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_EXITS), 1L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_LIVE), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_PEAK), 3L);
	KUNIT_EXPECT_GT(test, STAT(test, lab, box, ACCOUNT_NS), 0L);
	/* The first task, adopted, and @a. */
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, ACCOUNT_FORKS), 2L);
}

static void e10_account_counts_who_comes_and_goes(struct kunit *test)
{
	each_year(test, account);
}

static void e10_trace_counts_what_it_loses(struct kunit *test)
{
	struct pl_lab *lab = container_lab(test, 2007);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	struct pidlab_op op;
	int i;

	drop_trace(test, lab);
	for (i = 0; i < PL_TRACE_ROOM + 3; i++)
		lab_run(lab, (struct pidlab_op){
			.opcode = PIDLAB_OP_MKDIR, .arg = { root },
		});
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, TRACE_RECORDS), (long)PL_TRACE_ROOM);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, TRACE_LOST), 3L);
	op = lab_run(lab, OP(TRACE, 0));
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)PIDLAB_HOOK_CREATE);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)0);
	KUNIT_EXPECT_NE(test, op.res[2], root);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, TRACE_RECORDS), (long)PL_TRACE_ROOM - 1);
}

static void e10_trace_refuses_a_container(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE) | SUBSYS(PIDS));
	long held;

	WRITE_FILE(test, lab, root, VETO_CREATE, 1);
	held = lab_objects(lab, PL_MEM_CSS);
	DENIED(test, lab, -EPERM, MKDIR, root, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_CSS), held);
	WRITE_FILE(test, lab, root, VETO_CREATE, 0);
	MKDIR(test, lab, root);
}

static void e10_a_file_says_what_cannot_be_written(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(FREEZER));
	u64 box = MKDIR(test, lab, root);

	DENIED(test, lab, -EACCES, WRITE, box, PIDLAB_FILE_TASKS, 1);
	DENIED(test, lab, -EACCES, WRITE, box, PIDLAB_FILE_PIDS_CURRENT, 1);
	DENIED(test, lab, -EINVAL, WRITE, root, PIDLAB_FILE_PIDS_MAX, 1);
	DENIED(test, lab, -EINVAL, WRITE, box, PIDLAB_FILE_PIDS_MAX, (u64)-2);
	DENIED(test, lab, -EINVAL, WRITE, box, PIDLAB_FILE_FREEZER_SELF, 2);
	DENIED(test, lab, -EINVAL, WRITE, box, PIDLAB_FILE_NOTIFY, 2);
	DENIED(test, lab, -EINVAL, WRITE, box, PIDLAB_FILE_VETO_FORK + 1, 1);
	DENIED(test, lab, -EOPNOTSUPP, WRITE, box, PIDLAB_FILE_VETO_FORK, 1);
	DENIED(test, lab, -EOPNOTSUPP, STAT, box, PIDLAB_FILE_TRACE_LOST, 0);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, PIDS_MAX), -1L);
}

/* A check that finds nothing may also be blind. */
static void x5_the_check_sees_what_is_miscounted(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	u64 box = MKDIR(test, lab, root);
	struct pl_task *first = lab_task(lab, lab->init_id);
	struct pl_css *css = pl_css_of(first, PIDLAB_SUBSYS_PIDS);

	EXPECT_CLEAN(test, lab);
	pl_css_get(css);
	EXPECT_FOUND(test, lab, BUSY, root);
	pl_css_put(css);
	pl_container_get(css->container);
	EXPECT_FOUND(test, lab, CONTAINER_COUNT, root);
	pl_container_put(css->container);
	first->containers.frozen = true;
	EXPECT_FOUND(test, lab, FREEZER, lab->init_id);
	first->containers.frozen = false;
	lab->containers.hooks->subsys[PIDLAB_SUBSYS_PIDS]->adopt(css, first);
	EXPECT_FOUND(test, lab, PIDS, root);
	lab->containers.hooks->subsys[PIDLAB_SUBSYS_PIDS]->cancel_fork(css, first);
	css = pl_css_of(first, PIDLAB_SUBSYS_ACCOUNT);
	lab->containers.hooks->subsys[PIDLAB_SUBSYS_ACCOUNT]->adopt(css, first);
	EXPECT_FOUND(test, lab, ACCOUNT, root);
	lab->containers.hooks->subsys[PIDLAB_SUBSYS_ACCOUNT]->exit(css, first);
	css->container->depth++;
	EXPECT_FOUND(test, lab, CONTAINER_TREE, box);
	css->container->depth--;
	EXPECT_CLEAN(test, lab);
}

static struct kunit_case subsys_cases[] = {
	KUNIT_CASE(e10_pids_refuses_where_any_container_above_is_full),
	KUNIT_CASE(e10_pids_lets_a_move_pass_the_limit),
	KUNIT_CASE(e11_the_pids_of_2007_count_and_cannot_refuse),
	KUNIT_CASE(e10_a_frozen_task_does_not_act),
	KUNIT_CASE(e10_a_frozen_task_can_be_killed),
	KUNIT_CASE(e11_a_child_forked_during_a_freeze_is_frozen),
	KUNIT_CASE(e11_the_child_of_2007_escaped),
	KUNIT_CASE(e10_account_counts_who_comes_and_goes),
	KUNIT_CASE(e10_trace_counts_what_it_loses),
	KUNIT_CASE(e10_trace_refuses_a_container),
	KUNIT_CASE(e10_a_file_says_what_cannot_be_written),
	KUNIT_CASE(x5_the_check_sees_what_is_miscounted),
	{}
};

static struct kunit_suite subsys_suite = {
	.name = "pidlab_subsys",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = subsys_cases,
};
kunit_test_suite(subsys_suite);
