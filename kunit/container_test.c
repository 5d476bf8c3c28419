// SPDX-License-Identifier: GPL-2.0
/* Trees of containers: counts, attach, removal, release events, hierarchies. */
#include "container_helper.h"

static void count_by_subsystem(struct kunit *test, struct pl_lab *lab)
{
	u64 two = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(ACCOUNT));
	u64 one = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	u64 a;

	KUNIT_EXPECT_EQ(test, STAT(test, lab, two, COUNT), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, one, COUNT), 1L);
	a = FORK(test, lab, lab->init_id);
	FORK_THREAD(test, lab, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, two, COUNT), 6L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, one, COUNT), 3L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, two, TASKS), 3L);
	MUST(test, lab, EXIT, PIDLAB_F_GROUP, a);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, two, COUNT), 2L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, one, COUNT), 1L);
}

static void e1_a_task_counts_its_container_once_for_each_subsystem(struct kunit *test)
{
	each_year(test, count_by_subsystem);
}

static void e1_a_lab_without_hierarchies_has_no_part_in_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);

	KUNIT_EXPECT_FALSE(test, lab->containers.active);
	KUNIT_EXPECT_FALSE(test, lab->containers.need_forkexit);
	KUNIT_EXPECT_NULL(test, pl_css_of(lab_task(lab, a), PIDLAB_SUBSYS_PIDS));
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_CSS), 0L);
	DENIED(test, lab, -ESRCH, WHERE, a, SUBSYS(PIDS), 0);
}

static void move(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, FREEZER), box);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 4L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, COUNT), 4L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, TASKS), 1L);
	/* Where it is already: nothing happens. */
	drop_trace(test, lab);
	ATTACH(test, lab, a, box);
	TRACED(test, lab);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 4L);
	ATTACH(test, lab, a, root);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 0L);
	TRACED(test, lab, PIDLAB_HOOK_CAN_ATTACH, PIDLAB_HOOK_ATTACH);
}

static void e6_attach_moves_a_task_and_its_counts(struct kunit *test)
{
	each_year(test, move);
}

static void e6_a_subsystem_can_refuse_an_attach(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE) | SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);

	WRITE_FILE(test, lab, box, VETO_ATTACH, 1);
	DENIED(test, lab, -EPERM, ATTACH, lab->init_id, box, 0);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, lab->init_id, ACCOUNT), root);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 0L);
	WRITE_FILE(test, lab, box, VETO_ATTACH, 0);
	ATTACH(test, lab, lab->init_id, box);
}

static void e6_an_exiting_task_does_not_move(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked exit = { .op = OP(EXIT, 0, a), .point = PL_POINT_EXIT_BEGUN };
	struct pidlab_op attach;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	attach = lab_run(lab, OP(ATTACH, 0, a, box));
	lab_resume(test, &exit);
	KUNIT_EXPECT_EQ(test, (int)attach.error, -ESRCH);
	DENIED(test, lab, -ESRCH, ATTACH, a, box, 0);
	MUST(test, lab, RMDIR, 0, box);
}

/* It exits between the subsystems' consent and the move. */
static void e6_an_exit_during_attach_comes_first(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked attach = {
		.op = OP(ATTACH, 0, a, box), .point = PL_POINT_ATTACH_ALLOWED,
	};
	struct pidlab_op exit;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &attach));
	exit = lab_run(lab, OP(EXIT, 0, a));
	lab_resume(test, &attach);
	KUNIT_EXPECT_EQ(test, (int)exit.error, 0);
	KUNIT_EXPECT_EQ(test, (int)attach.op.error, -ESRCH);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, COUNT), 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, box, ACCOUNT_LIVE), 0L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, ACCOUNT_LIVE), 1L);
	EXPECT_CLEAN(test, lab);
}

static void e6_the_old_container_is_busy_until_a_grace_period_is_over(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 old = MKDIR(test, lab, root), new = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_container *container;
	struct lab_parked attach = {
		.op = OP(ATTACH, 0, a, new), .point = PL_POINT_ATTACH_MOVED,
	};
	int busy;

	ATTACH(test, lab, a, old);
	container = pl_css_of(lab_task(lab, a), PIDLAB_SUBSYS_PIDS)->container;
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &attach));
	/* The task is in the new one, and a reader may still take the old one along. */
	busy = atomic_read(&container->count);
	lab_resume(test, &attach);
	KUNIT_EXPECT_EQ(test, busy, 1);
	KUNIT_EXPECT_EQ(test, (int)attach.op.error, 0);
	MUST(test, lab, RMDIR, 0, old);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, PIDS), new);
}

static void e7_only_an_empty_container_is_removed(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(FREEZER));
	u64 outer = MKDIR(test, lab, root), inner = MKDIR(test, lab, outer);
	u64 a = FORK(test, lab, lab->init_id);

	DENIED(test, lab, -EBUSY, RMDIR, root, 0, 0);
	DENIED(test, lab, -EBUSY, RMDIR, outer, 0, 0);
	ATTACH(test, lab, a, inner);
	DENIED(test, lab, -EBUSY, RMDIR, inner, 0, 0);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, RMDIR, 0, inner);
	DENIED(test, lab, -ESRCH, RMDIR, inner, 0, 0);
	MUST(test, lab, RMDIR, 0, outer);
	DENIED(test, lab, -ESRCH, MKDIR, outer, 0, 0);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_CONTAINER), 1L);
}

/* A zombie that mainline's pids still counts is no reason to keep the name. */
static void e7_a_removed_container_is_not_found(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, box);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, RMDIR, 0, box);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_CONTAINER), 2L);
	DENIED(test, lab, -ESRCH, STAT, box, PIDLAB_FILE_COUNT, 0);
	DENIED(test, lab, -ESRCH, WRITE, box, PIDLAB_FILE_NOTIFY, 1);
	DENIED(test, lab, -ESRCH, ATTACH, lab->init_id, box, 0);
	DENIED(test, lab, -ESRCH, MKDIR, box, 0, 0);
	DENIED(test, lab, -ESRCH, UMOUNT, box, 0, 0);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, REAP, 0, a);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_CONTAINER), 1L);
	KUNIT_EXPECT_EQ(test, STAT(test, lab, root, PIDS_CURRENT), 1L);
}

static void release(struct kunit *test, struct pl_lab *lab)
{
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT) | SUBSYS(FREEZER));
	u64 box = MKDIR(test, lab, root), inner = MKDIR(test, lab, box);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);

	WRITE_FILE(test, lab, box, NOTIFY, 1);
	ATTACH(test, lab, a, box);
	ATTACH(test, lab, b, box);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), (u64)0);
	/* Empty, but for what is below it. */
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), (u64)0);
	MUST(test, lab, RMDIR, 0, inner);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), box);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), (u64)0);
	/* By a move, by a thread's exit, by a fork that fails. */
	a = FORK(test, lab, lab->init_id);
	ATTACH(test, lab, a, box);
	ATTACH(test, lab, a, root);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), box);
	ATTACH(test, lab, FORK_THREAD(test, lab, a), box);
	MUST(test, lab, EXIT, PIDLAB_F_GROUP, a);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), box);
	MUST(test, lab, RMDIR, 0, box);
}

static void e8_the_last_to_leave_sends_an_event(struct kunit *test)
{
	each_year(test, release);
}

static void e8_events_wait_in_order_and_go_with_their_container(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT));
	u64 box[3];
	struct pidlab_op event;
	int i;

	for (i = 0; i < 3; i++) {
		box[i] = MKDIR(test, lab, root);
		WRITE_FILE(test, lab, box[i], NOTIFY, 1);
		ATTACH(test, lab, lab->init_id, box[i]);
	}
	ATTACH(test, lab, lab->init_id, root);
	MUST(test, lab, RMDIR, 0, box[1]);
	event = lab_run(lab, OP(RELEASE_EVENT, 0));
	KUNIT_EXPECT_EQ(test, event.res[0], box[0]);
	KUNIT_EXPECT_EQ(test, event.res[1], (u64)1);
	KUNIT_EXPECT_EQ(test, EVENT(test, lab), box[2]);
}

static void e8_an_exit_in_such_a_container_costs_the_mutex(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT));
	u64 box = MKDIR(test, lab, root);
	u64 a = FORK(test, lab, lab->init_id), b, c;

	ATTACH(test, lab, a, box);
	b = FORK(test, lab, a);
	c = FORK(test, lab, a);
	MUST(test, lab, EXIT, 0, b);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_EXIT_LOCKS), 0L);
	WRITE_FILE(test, lab, box, NOTIFY, 1);
	MUST(test, lab, EXIT, 0, c);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_EXIT_LOCKS), 2L);
}

static void e10_a_subsystem_is_in_one_hierarchy_at_most(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS)), box, other;

	DENIED(test, lab, -EBUSY, MOUNT, SUBSYS(PIDS), 0, 0);
	DENIED(test, lab, -EBUSY, MOUNT, SUBSYS(PIDS) | SUBSYS(TRACE), 0, 0);
	other = MUST(test, lab, MOUNT, 0, SUBSYS(TRACE));
	box = MKDIR(test, lab, root);
	DENIED(test, lab, -EBUSY, UMOUNT, root, 0, 0);
	DENIED(test, lab, -EINVAL, UMOUNT, box, 0, 0);
	MUST(test, lab, RMDIR, 0, box);
	MUST(test, lab, UMOUNT, 0, root);
	DENIED(test, lab, -ESRCH, UMOUNT, root, 0, 0);
	MUST(test, lab, UMOUNT, 0, other);
	MUST(test, lab, MOUNT, 0, SUBSYS(PIDS) | SUBSYS(TRACE));
}

static void e10_hierarchies_divide_the_tasks_each_in_its_way(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 left = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	u64 right = MUST(test, lab, MOUNT, 0, SUBSYS(ACCOUNT));
	u64 l = MKDIR(test, lab, left), r = MKDIR(test, lab, right);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	ATTACH(test, lab, a, l);
	ATTACH(test, lab, b, r);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, PIDS), l);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, a, ACCOUNT), right);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, b, PIDS), left);
	KUNIT_EXPECT_EQ(test, WHERE(test, lab, b, ACCOUNT), r);
	DENIED(test, lab, -EINVAL, WHERE, a, SUBSYS(PIDS) | SUBSYS(ACCOUNT), 0);
	DENIED(test, lab, -EOPNOTSUPP, STAT, l, PIDLAB_FILE_ACCOUNT_LIVE, 0);
}

static void e10_the_number_of_containers_is_limited(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	u64 root;

	LAB_SET(&setup, MAX_CONTAINERS, 2);
	lab = lab_open_setup(test, &setup);
	root = MUST(test, lab, MOUNT, 0, SUBSYS(PIDS));
	MKDIR(test, lab, root);
	DENIED(test, lab, -ENOSPC, MKDIR, root, 0, 0);
	DENIED(test, lab, -ENOSPC, MOUNT, SUBSYS(TRACE), 0, 0);
	KUNIT_EXPECT_NULL(test, lab->containers.trace);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_CONTAINERS), 2L);
}

static struct kunit_case container_cases[] = {
	KUNIT_CASE(e1_a_task_counts_its_container_once_for_each_subsystem),
	KUNIT_CASE(e1_a_lab_without_hierarchies_has_no_part_in_it),
	KUNIT_CASE(e6_attach_moves_a_task_and_its_counts),
	KUNIT_CASE(e6_a_subsystem_can_refuse_an_attach),
	KUNIT_CASE(e6_an_exiting_task_does_not_move),
	KUNIT_CASE(e6_an_exit_during_attach_comes_first),
	KUNIT_CASE(e6_the_old_container_is_busy_until_a_grace_period_is_over),
	KUNIT_CASE(e7_only_an_empty_container_is_removed),
	KUNIT_CASE(e7_a_removed_container_is_not_found),
	KUNIT_CASE(e8_the_last_to_leave_sends_an_event),
	KUNIT_CASE(e8_events_wait_in_order_and_go_with_their_container),
	KUNIT_CASE(e8_an_exit_in_such_a_container_costs_the_mutex),
	KUNIT_CASE(e10_a_subsystem_is_in_one_hierarchy_at_most),
	KUNIT_CASE(e10_hierarchies_divide_the_tasks_each_in_its_way),
	KUNIT_CASE(e10_the_number_of_containers_is_limited),
	{}
};

static struct kunit_suite container_suite = {
	.name = "pidlab_container",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = container_cases,
};
kunit_test_suite(container_suite);
