// SPDX-License-Identifier: GPL-2.0
/* task_ref while the users of its pid change, and against other threads. */
#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "lab_helper.h"
#include "task_ref.h"

static unsigned int count(const struct pl_tref *ref)
{
	return atomic_read(&ref->count);
}

static struct pl_tref *by_task(struct pl_lab *lab, u64 task, enum pidlab_type type)
{
	struct pl_ctx ctx = lab_ctx(lab);

	return pl_tref_get_by_task(&ctx, lab_task(lab, task), type);
}

static struct pl_tref *by_nr(struct pl_lab *lab, int nr, enum pidlab_type type)
{
	struct pl_ctx ctx = lab_ctx(lab);

	return pl_tref_get_by_nr(&ctx, nr, type, lab->root_ns);
}

/* With struct pids the newest user is the first, before that it was the oldest. */
static u64 first_of(struct pl_lab *lab, u64 older, u64 newer)
{
	return lab->generation->has_pids ? newer : older;
}

static void bury(struct kunit *test, struct pl_lab *lab, u64 task)
{
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
}

static void a11_the_only_user_leaves_nothing_behind(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);

	MUST(test, lab, EXIT, 0, a);
	/* A zombie is a user. */
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, a));
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_NULL(test, ref->task);
	KUNIT_EXPECT_EQ(test, ref->pid, 2);
	KUNIT_EXPECT_EQ(test, count(ref), 1u);
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 2));
	pl_tref_put(lab, ref);
}

static void a11_the_first_of_several_hands_it_to_the_next(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), a, b;
	struct pl_tref *ref;

	MUST(test, lab, SETPGID, 0, leader);
	ref = by_task(lab, leader, PIDLAB_TYPE_PGID);
	a = FORK(test, lab, leader);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, leader, a)));
	b = FORK(test, lab, leader);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, leader, b)));
	bury(test, lab, first_of(lab, leader, b));
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, a));
	bury(test, lab, a);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, b, leader)));
	bury(test, lab, first_of(lab, b, leader));
	KUNIT_EXPECT_NULL(test, ref->task);
	pl_tref_put(lab, ref);
}

static void a11_a_member_that_is_not_first_leaves_it_alone(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), a, b;
	struct pl_tref *ref;

	MUST(test, lab, SETPGID, 0, leader);
	a = FORK(test, lab, leader);
	b = FORK(test, lab, leader);
	/* Got through one in the middle, of all places (D2). */
	ref = by_task(lab, a, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, leader, b)));
	bury(test, lab, a);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, leader, b)));
	MUST(test, lab, GP, 0);
	pl_tref_put(lab, ref);
}

static void a11_the_number_is_free_when_no_type_uses_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), a;
	struct pl_tref *ref;

	MUST(test, lab, SETSID, 0, leader);
	a = FORK(test, lab, leader);
	ref = by_nr(lab, 2, PIDLAB_TYPE_SID);
	bury(test, lab, leader);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, a));
	KUNIT_EXPECT_TRUE(test, lab_taken(lab, 2));
	MUST(test, lab, SETSID, 0, a);
	/* The last of the session left for one of its own. */
	KUNIT_EXPECT_NULL(test, ref->task);
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 2));
	pl_tref_put(lab, ref);
}

static void a12_it_follows_its_pid_through_exec(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), thread;
	struct pl_tref *pid, *group, *own;

	MUST(test, lab, SETPGID, 0, leader);
	thread = FORK_THREAD(test, lab, leader);
	pid = by_task(lab, leader, PIDLAB_TYPE_PID);
	group = by_task(lab, leader, PIDLAB_TYPE_PGID);
	own = by_task(lab, thread, PIDLAB_TYPE_PID);
	MUST(test, lab, EXEC, 0, thread);
	KUNIT_EXPECT_PTR_EQ(test, pid->task, lab_task(lab, thread));
	KUNIT_EXPECT_PTR_EQ(test, group->task, lab_task(lab, thread));
	/* The number that the thread had before is nobody's. */
	KUNIT_EXPECT_NULL(test, own->task);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);
	pl_tref_put(lab, pid);
	pl_tref_put(lab, group);
	pl_tref_put(lab, own);
}

/* What happens at the point, on the same lab, from elsewhere. */
struct meanwhile {
	u64 task;
	struct pl_tref *ref;
	bool may_sleep;
};

static void get_one_too(struct pl_lab *lab, void *data)
{
	struct meanwhile *meanwhile = data;

	meanwhile->ref = by_task(lab, meanwhile->task, PIDLAB_TYPE_PID);
}

static void a5_the_loser_of_a_race_frees_its_own(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct meanwhile meanwhile = { .task = FORK(test, lab, lab->init_id) };
	struct lab_trap trap = {
		.point = PL_POINT_TREF_ALLOCATED, .spring = get_one_too, .data = &meanwhile,
	};
	struct pl_tref *ref;

	lab_set_trap(test, lab, &trap);
	ref = by_task(lab, meanwhile.task, PIDLAB_TYPE_PID);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_PTR_EQ(test, ref, meanwhile.ref);
	KUNIT_EXPECT_EQ(test, count(ref), 3u);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID_EXT),
			lab->generation->has_pids ? 1L : 0L);
	pl_tref_put(lab, ref);
	pl_tref_put(lab, ref);
}

static void look_for_locks(struct pl_lab *lab, void *data)
{
	struct meanwhile *meanwhile = data;

	meanwhile->may_sleep = !irqs_disabled() && !preempt_count();
}

static void a5_get_by_task_allocates_outside_lock(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct meanwhile meanwhile = {};
	struct lab_trap trap = {
		.point = PL_POINT_TREF_ALLOCATED, .spring = look_for_locks, .data = &meanwhile,
	};

	lab_set_trap(test, lab, &trap);
	pl_tref_put(lab, by_task(lab, lab->init_id, PIDLAB_TYPE_PID));
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_TRUE(test, meanwhile.may_sleep);
}

static void bury_elsewhere(struct pl_lab *lab, void *data)
{
	struct meanwhile *meanwhile = data;
	struct pidlab_op exit = OP(EXIT, 0, meanwhile->task);
	struct pidlab_op reap = OP(REAP, 0, meanwhile->task);

	lab_run_elsewhere(lab, &exit);
	lab_run_elsewhere(lab, &reap);
}

static void gone_at(struct kunit *test, enum pl_point point, bool by_number)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct meanwhile meanwhile = { .task = a };
	struct lab_trap trap = {
		.point = point, .spring = bury_elsewhere, .data = &meanwhile,
	};
	struct pl_tref *ref;

	MUST(test, lab, HOLD_TASK, 0, a);
	lab_set_trap(test, lab, &trap);
	ref = by_number ? by_nr(lab, 2, PIDLAB_TYPE_PID) : by_task(lab, a, PIDLAB_TYPE_PID);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	EXPECT_STATE(test, lab, a, DEAD);
	KUNIT_EXPECT_PTR_EQ(test, ref, &lab->init_tref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	pl_tref_put(lab, ref);
}

static void a5_a_task_that_detached_meanwhile_gives_the_sentinel(struct kunit *test)
{
	gone_at(test, PL_POINT_TREF_ALLOCATED, false);
}

static void a5_a_task_that_detached_once_pinned_gives_the_sentinel(struct kunit *test)
{
	gone_at(test, PL_POINT_TREF_PINNED, false);
}

static void a6_a_number_that_fell_free_meanwhile_gives_the_sentinel(struct kunit *test)
{
	gone_at(test, PL_POINT_TREF_ALLOCATED, true);
}

static void a6_a_number_that_fell_free_once_pinned_gives_the_sentinel(struct kunit *test)
{
	gone_at(test, PL_POINT_TREF_PINNED, true);
}

static void first_leaves_at(struct kunit *test, enum pl_point point)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), member;
	struct meanwhile meanwhile = {};
	struct lab_trap trap = {
		.point = point, .spring = bury_elsewhere, .data = &meanwhile,
	};
	struct pl_tref *ref;

	MUST(test, lab, SETPGID, 0, leader);
	member = FORK(test, lab, leader);
	meanwhile.task = first_of(lab, leader, member);
	lab_set_trap(test, lab, &trap);
	ref = by_nr(lab, 2, PIDLAB_TYPE_PGID);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	/* The group lives, so the caller gets its reference (D3). */
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, first_of(lab, member, leader)));
	pl_tref_put(lab, ref);
}

static void a6_a_group_is_found_though_its_first_user_leaves_once_pinned(struct kunit *test)
{
	first_leaves_at(test, PL_POINT_TREF_PINNED);
}

static void a6_a_group_is_found_though_its_first_user_leaves_meanwhile(struct kunit *test)
{
	first_leaves_at(test, PL_POINT_TREF_ALLOCATED);
}

static void a4_a_lookup_between_the_last_put_and_its_lock_is_safe(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), id = MUST(test, lab, TREF, 0, a);
	struct lab_parked put = { .op = OP(PUT, 0, id), .point = PL_POINT_TREF_LAST_PUT };
	struct pl_tref *ref;

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &put));
	ref = by_nr(lab, 2, PIDLAB_TYPE_PID);
	lab_resume(test, &put);
	KUNIT_EXPECT_EQ(test, (int)put.op.error, 0);
	/* Ours is the last now, and it is alive (D1). */
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	KUNIT_EXPECT_EQ(test, count(ref), 2u);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, a));
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static void a4_detach_between_the_last_put_and_its_lock_is_safe(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), id = MUST(test, lab, TREF, 0, a);
	struct lab_parked put = { .op = OP(PUT, 0, id), .point = PL_POINT_TREF_LAST_PUT };

	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &put));
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(EXIT, 0, a)).error, 0);
	KUNIT_EXPECT_EQ(test, (int)lab_run(lab, OP(REAP, 0, a)).error, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	lab_resume(test, &put);
	KUNIT_EXPECT_EQ(test, (int)put.op.error, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static void a4_two_last_puts_free_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), one = MUST(test, lab, TREF, 0, a);
	u64 two = MUST(test, lab, DUP, 0, one);
	struct lab_parked put1 = { .op = OP(PUT, 0, one), .point = PL_POINT_TREF_LAST_PUT };
	struct lab_parked put2 = { .op = OP(PUT, 0, two), .point = PL_POINT_TREF_LAST_PUT };

	/* Detached, so that both are slow: the pid's count is gone. */
	bury(test, lab, a);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &put1));
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &put2));
	lab_resume(test, &put1);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	lab_resume(test, &put2);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static struct kunit_case task_ref_race_cases[] = {
	LAB_CASE(a11_the_only_user_leaves_nothing_behind),
	LAB_CASE(a11_the_first_of_several_hands_it_to_the_next),
	LAB_CASE(a11_a_member_that_is_not_first_leaves_it_alone),
	LAB_CASE(a11_the_number_is_free_when_no_type_uses_it),
	LAB_CASE(a12_it_follows_its_pid_through_exec),
	LAB_CASE(a5_the_loser_of_a_race_frees_its_own),
	LAB_CASE(a5_get_by_task_allocates_outside_lock),
	LAB_CASE(a5_a_task_that_detached_meanwhile_gives_the_sentinel),
	LAB_CASE(a5_a_task_that_detached_once_pinned_gives_the_sentinel),
	LAB_CASE(a6_a_number_that_fell_free_meanwhile_gives_the_sentinel),
	LAB_CASE(a6_a_number_that_fell_free_once_pinned_gives_the_sentinel),
	LAB_CASE(a6_a_group_is_found_though_its_first_user_leaves_once_pinned),
	LAB_CASE(a6_a_group_is_found_though_its_first_user_leaves_meanwhile),
	LAB_CASE(a4_a_lookup_between_the_last_put_and_its_lock_is_safe),
	LAB_CASE(a4_detach_between_the_last_put_and_its_lock_is_safe),
	LAB_CASE(a4_two_last_puts_free_once),
	{}
};

static struct kunit_suite task_ref_race_suite = {
	.name = "pidlab_task_ref_race",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = task_ref_race_cases,
};
kunit_test_suite(task_ref_race_suite);
