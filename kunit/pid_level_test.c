// SPDX-License-Identifier: GPL-2.0
/* A pid has a number at each level: all or none, seen from each or not. */
#include <linux/bitmap.h>

#include "lab_helper.h"
#include "pidmap.h"

#define DEEP 3

/* The root namespace and three inside it, each with its first task. */
struct nest {
	struct pl_lab *lab;
	u64 task[DEEP + 1];
	struct pl_pidns *ns[DEEP + 1];
};

static void make_nest(struct kunit *test, struct nest *nest)
{
	int level;

	nest->lab = lab_open_small(test);
	nest->task[0] = nest->lab->init_id;
	nest->ns[0] = nest->lab->root_ns;
	for (level = 1; level <= DEEP; level++) {
		nest->task[level] = FORK_NEWPID(test, nest->lab, nest->task[level - 1]);
		nest->ns[level] = lab_ns_of(nest->lab, nest->task[level]);
	}
}

static unsigned int taken(const struct pl_pidns *ns)
{
	return bitmap_weight(ns->map.pages[0].bits, PL_BITS_PER_PAGE);
}

static void d1_a_pid_has_a_number_at_each_level(struct kunit *test)
{
	struct nest nest;
	struct pl_pid *pid;
	int level;

	make_nest(test, &nest);
	pid = lab_task(nest.lab, nest.task[DEEP])->link[PIDLAB_TYPE_PID].pid;
	KUNIT_EXPECT_EQ(test, pid->level, (unsigned int)DEEP);
	for (level = 0; level <= DEEP; level++) {
		KUNIT_EXPECT_PTR_EQ(test, pid->numbers[level].ns, nest.ns[level]);
		/* The tasks of the levels outside have the numbers before. */
		KUNIT_EXPECT_EQ(test, pid->numbers[level].nr, DEEP + 1 - level);
	}
}

static void d5_the_pid_counts_its_innermost_namespace(struct kunit *test)
{
	struct nest nest;
	struct pl_ctx ctx;
	struct pl_pid *pid;
	unsigned int count[DEEP + 1];
	int level;

	make_nest(test, &nest);
	for (level = 0; level <= DEEP; level++)
		count[level] = refcount_read(&nest.ns[level]->object.count);
	ctx = lab_ctx(nest.lab);
	pid = pl_pid_alloc(&ctx, nest.ns[DEEP], NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pid);
	for (level = 0; level < DEEP; level++)
		KUNIT_EXPECT_EQ(test, refcount_read(&nest.ns[level]->object.count),
				count[level]);
	KUNIT_EXPECT_EQ(test, refcount_read(&nest.ns[DEEP]->object.count), count[DEEP] + 1);
	pl_pid_free(nest.lab, pid);
	pl_grace_period(nest.lab);
	KUNIT_EXPECT_EQ(test, refcount_read(&nest.ns[DEEP]->object.count), count[DEEP]);
}

static void d5_failure_at_any_level_gives_back_the_levels_taken(struct kunit *test)
{
	struct nest nest;
	unsigned int before[DEEP + 1];
	int full, level;

	make_nest(test, &nest);
	for (full = 0; full <= DEEP; full++) {
		struct pl_pidmap_page *page = &nest.ns[full]->map.pages[0];
		int free = atomic_read(&page->nr_free);

		for (level = 0; level <= DEEP; level++)
			before[level] = taken(nest.ns[level]);
		/* A page that says that it is full is passed over. */
		atomic_set(&page->nr_free, 0);
		REFUSED(test, nest.lab, -EAGAIN, FORK, 0, nest.task[DEEP]);
		atomic_set(&page->nr_free, free);
		for (level = 0; level <= DEEP; level++)
			KUNIT_EXPECT_EQ_MSG(test, taken(nest.ns[level]), before[level],
					    "level %d, full %d", level, full);
	}
	FORK(test, nest.lab, nest.task[DEEP]);
}

struct levels {
	struct nest *nest;
	int found;
};

static void count_found(struct pl_lab *lab, void *data)
{
	struct levels *levels = data;
	struct pl_pidns *ns;
	int level;

	rcu_read_lock();
	for (level = 0; level <= DEEP; level++) {
		ns = levels->nest->ns[level];
		levels->found += pl_pid_find(DEEP + 2 - level, ns) != NULL;
	}
	rcu_read_unlock();
}

static void d5_all_levels_become_visible_together(struct kunit *test)
{
	struct nest nest;
	struct levels before = { .nest = &nest }, after = { .nest = &nest };
	struct lab_trap numbered = {
		.point = PL_POINT_PID_NUMBERED, .spring = count_found, .data = &before,
	};
	struct lab_trap published = {
		.point = PL_POINT_PID_PUBLISHED, .spring = count_found, .data = &after,
	};
	u64 task;

	make_nest(test, &nest);
	lab_set_trap(test, nest.lab, &numbered);
	task = FORK(test, nest.lab, nest.task[DEEP]);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, numbered.sprung);
	KUNIT_EXPECT_EQ(test, before.found, 0);
	MUST(test, nest.lab, EXIT, 0, task);
	MUST(test, nest.lab, REAP, 0, task);

	/* The same numbers once more. */
	for (int level = 0; level <= DEEP; level++)
		lab_set_last(nest.ns[level], DEEP + 1 - level);
	lab_set_trap(test, nest.lab, &published);
	FORK(test, nest.lab, nest.task[DEEP]);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, published.sprung);
	KUNIT_EXPECT_EQ(test, after.found, DEEP + 1);
}

static void d7_find_compares_number_and_namespace(struct kunit *test)
{
	struct nest nest;
	int level;

	make_nest(test, &nest);
	for (level = 0; level <= DEEP; level++) {
		u64 pid = MUST(test, nest.lab, PID, 0, nest.task[DEEP]);
		u64 ns = nest.ns[level]->object.id;

		KUNIT_EXPECT_EQ(test, MUST(test, nest.lab, FIND, 0, DEEP + 1 - level, ns), pid);
		KUNIT_EXPECT_EQ(test, MUST(test, nest.lab, FIND, 0, 1, ns),
				MUST(test, nest.lab, PID, 0, nest.task[level]));
		REFUSED(test, nest.lab, -ESRCH, FIND, 0, DEEP + 2 - level, ns);
	}
}

static void d8_the_number_as_each_namespace_sees_it(struct kunit *test)
{
	struct nest nest;
	u64 other;
	int task, level;

	make_nest(test, &nest);
	for (task = 0; task <= DEEP; task++) {
		for (level = 0; level <= DEEP; level++)
			KUNIT_EXPECT_EQ(test, (int)MUST(test, nest.lab, NR, 0, nest.task[task], 0,
							nest.task[level]),
					level <= task ? task + 1 - level : 0);
	}
	/* As deep as the second level, but not the same namespace. */
	other = FORK_NEWPID(test, nest.lab, nest.lab->init_id);
	KUNIT_EXPECT_EQ(test, MUST(test, nest.lab, NR, 0, nest.task[1], 0, other), (u64)0);
	KUNIT_EXPECT_EQ(test, MUST(test, nest.lab, NR, 0, other, 0, nest.task[1]), (u64)0);
	KUNIT_EXPECT_EQ(test, MUST(test, nest.lab, NR, 0, other, 0, other), (u64)1);
	KUNIT_EXPECT_EQ(test, pl_pid_nr(NULL, nest.lab->root_ns), 0);
}

static void d8_group_and_session_numbers_likewise(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), inside, thread;

	MUST(test, lab, SETSID, 0, a);
	inside = FORK_NEWPID(test, lab, a);
	thread = FORK_THREAD(test, lab, inside);
	/* Both belong to a group outside, which their namespace does not see. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, inside, PIDLAB_TYPE_PGID), (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, inside, PIDLAB_TYPE_SID), (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, inside, PIDLAB_TYPE_PGID, inside), (u64)0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_PGID), (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_TGID), (u64)3);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_TGID, inside), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_PID, inside), (u64)2);
	MUST(test, lab, SETSID, 0, inside);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_SID, inside), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, thread, PIDLAB_TYPE_SID), (u64)3);
}

static void d8_a_released_task_has_no_number(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = FORK(test, lab, lab->init_id);

	MUST(test, lab, HOLD_TASK, 0, task);
	MUST(test, lab, EXIT, 0, task);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, task), 2);
	MUST(test, lab, REAP, 0, task);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, task), 0);
}

static void d9_pids_come_in_the_order_of_their_numbers(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task[4];
	struct pidlab_op op;
	int i, nr = 0;

	for (i = 0; i < 4; i++)
		task[i] = FORK(test, lab, lab->init_id);
	MUST(test, lab, EXIT, 0, task[1]);
	MUST(test, lab, REAP, 0, task[1]);
	for (i = 0; i < 4; i++) {
		op = lab_run(lab, OP(NEXT, 0, nr + 1));
		KUNIT_ASSERT_EQ(test, op.error, 0);
		nr = op.res[1];
		/* 1, 2, 4, 5: number 3 is gone. */
		KUNIT_EXPECT_EQ(test, nr, i < 2 ? i + 1 : i + 2);
		KUNIT_EXPECT_EQ(test, NR_OF(test, lab, op.res[0]), nr);
	}
	REFUSED(test, lab, -ESRCH, NEXT, 0, nr + 1);
}

static void d9_next_is_bounded(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, 0)).res[1], (u64)1);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, -5)).res[1], (u64)1);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(NEXT, 0, INT_MIN)).res[1], (u64)1);
	REFUSED(test, lab, -ESRCH, NEXT, 0, 32767);
	REFUSED(test, lab, -ESRCH, NEXT, 0, 32768);
	REFUSED(test, lab, -ESRCH, NEXT, 0, INT_MAX);
}

static void d10_transfer_leaves_the_place_and_empties_the_old_link(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 ids[3];
	struct pl_task *from, *to;
	struct pl_pid *group = lab_task(lab, lab->init_id)->link[PIDLAB_TYPE_PGID].pid;
	int i;

	for (i = 0; i < 3; i++)
		ids[i] = FORK(test, lab, lab->init_id);
	from = lab_task(lab, ids[1]);
	to = lab_task(lab, FORK_THREAD(test, lab, ids[1]));

	pl_write_lock(&lab->tasklist_lock);
	pl_pid_transfer(from, to, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_NULL(test, from->link[PIDLAB_TYPE_PGID].pid);
	KUNIT_EXPECT_PTR_EQ(test, to->link[PIDLAB_TYPE_PGID].pid, group);
	/* Newest first: the third, then the one in the second's place. */
	KUNIT_EXPECT_PTR_EQ(test, group->users[PIDLAB_TYPE_PGID].first,
			    &lab_task(lab, ids[2])->link[PIDLAB_TYPE_PGID].node);
	KUNIT_EXPECT_PTR_EQ(test, group->users[PIDLAB_TYPE_PGID].first->next,
			    &to->link[PIDLAB_TYPE_PGID].node);
	KUNIT_EXPECT_PTR_EQ(test, to->link[PIDLAB_TYPE_PGID].node.next,
			    &lab_task(lab, ids[0])->link[PIDLAB_TYPE_PGID].node);
	pl_pid_transfer(to, from, PIDLAB_TYPE_PGID);
	pl_write_unlock(&lab->tasklist_lock);
}

static struct kunit_case pid_level_cases[] = {
	LAB_NS_CASE(d1_a_pid_has_a_number_at_each_level),
	LAB_NS_CASE(d5_the_pid_counts_its_innermost_namespace),
	KUNIT_CASE(d5_failure_at_any_level_gives_back_the_levels_taken),
	LAB_NS_CASE(d5_all_levels_become_visible_together),
	LAB_NS_CASE(d7_find_compares_number_and_namespace),
	LAB_NS_CASE(d8_the_number_as_each_namespace_sees_it),
	LAB_NS_CASE(d8_group_and_session_numbers_likewise),
	LAB_CASE(d8_a_released_task_has_no_number),
	LAB_PID_CASE(d9_pids_come_in_the_order_of_their_numbers),
	LAB_PID_CASE(d9_next_is_bounded),
	LAB_PID_CASE(d10_transfer_leaves_the_place_and_empties_the_old_link),
	{}
};

static struct kunit_suite pid_level_suite = {
	.name = "pidlab_pid_level",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = pid_level_cases,
};
kunit_test_suite(pid_level_suite);
