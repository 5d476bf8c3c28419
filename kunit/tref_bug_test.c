// SPDX-License-Identifier: GPL-2.0
/*
 * The four bugs that task_ref had in 2006: each with its switch on, and the
 * same steps with it off.
 */
#include "bug.h"
#include "lab_helper.h"
#include "task_ref.h"

static struct pl_lab *open_2006(struct kunit *test, u64 bugs)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, GENERATION, PIDLAB_GEN_TASKREF);
	LAB_SET(&setup, BUGS, bugs);
	return lab_open_setup(test, &setup);
}

static u64 seen(struct kunit *test, struct pl_lab *lab, enum pidlab_bug bug)
{
	return MUST(test, lab, SEEN, 0, bug);
}

#define EXPECT_SEEN(test, lab, NAME, times) \
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_##NAME), (u64)(times))

static void bury(struct kunit *test, struct pl_lab *lab, u64 task)
{
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
	MUST(test, lab, GP, 0);
}

/* The last holder has put; before it has the lock somebody else looks. */
static u64 look_up_during_the_last_put(struct kunit *test, struct pl_lab *lab)
{
	u64 ref = MUST(test, lab, TREF, 0, FORK(test, lab, lab->init_id));
	struct lab_parked put = { .op = OP(PUT, 0, ref), .point = PL_POINT_TREF_LAST_PUT };
	bool parked = lab_park(test, lab, &put);
	struct pidlab_op found = lab_run(lab, OP(TREF_NR, 0, 2, PIDLAB_TYPE_PID));

	lab_resume(test, &put);
	KUNIT_EXPECT_TRUE(test, parked);
	KUNIT_EXPECT_EQ(test, (int)put.op.error, 0);
	KUNIT_EXPECT_EQ(test, (int)found.error, 0);
	KUNIT_EXPECT_EQ(test, found.res[1], 2ULL);
	return found.res[0];
}

static void a13_d1_a_lookup_gets_a_reference_that_is_freed(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test, BIT(PIDLAB_BUG_TREF_REVIVE));
	u64 ref = look_up_during_the_last_put(test, lab);

	/* Freed, though somebody has it. */
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	EXPECT_SEEN(test, lab, TREF_REVIVE, 0);
	EXPECT_CLEAN(test, lab);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	EXPECT_SEEN(test, lab, TREF_REVIVE, 1);
	/* A copy of it would be as bad: it is one of the sentinel. */
	MUST(test, lab, DUP, 0, ref);
	EXPECT_SEEN(test, lab, TREF_REVIVE, 2);
	MUST(test, lab, PUT, 0, ref);
	EXPECT_SEEN(test, lab, TREF_REVIVE, 3);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_BUGS_SEEN), 3L);
	EXPECT_CLEAN(test, lab);
}

static void a13_d1_off_the_lookup_keeps_the_reference(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test, 0);
	u64 ref = look_up_during_the_last_put(test, lab);

	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	EXPECT_CLEAN(test, lab);
	KUNIT_EXPECT_NE(test, MUST(test, lab, DEREF, 0, ref), 0ULL);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_BUGS_SEEN), 0L);
}

static void a13_d1_two_last_puts_free_once(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test, BIT(PIDLAB_BUG_TREF_REVIVE));
	u64 ref = MUST(test, lab, TREF, 0, FORK(test, lab, lab->init_id));
	struct lab_parked put = { .op = OP(PUT, 0, ref), .point = PL_POINT_TREF_LAST_PUT };
	struct lab_parked again = { .point = PL_POINT_TREF_LAST_PUT };
	bool parked = lab_park(test, lab, &put), parked_again;

	/* Brought back to life, and dead once more, before the first one frees it. */
	again.op = OP(PUT, 0, lab_run(lab, OP(TREF_NR, 0, 2)).res[0]);
	parked_again = lab_park(test, lab, &again);
	lab_resume(test, &put);
	lab_resume(test, &again);
	KUNIT_EXPECT_TRUE(test, parked && parked_again);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	EXPECT_SEEN(test, lab, TREF_REVIVE, 1);
	EXPECT_CLEAN(test, lab);
}

/* A group of two: its leader, and another that a reference is got through. */
struct pair {
	struct pl_lab *lab;
	u64 leader, member;
	u64 by_leader, by_member;
};

static void make_pair(struct kunit *test, u64 bugs, struct pair *p)
{
	p->lab = open_2006(test, bugs);
	p->leader = FORK(test, p->lab, p->lab->init_id);
	MUST(test, p->lab, SETPGID, 0, p->leader);
	p->member = FORK(test, p->lab, p->leader);
	p->by_member = MUST(test, p->lab, TREF, 0, p->member, PIDLAB_TYPE_PGID);
	p->by_leader = MUST(test, p->lab, TREF, 0, p->leader, PIDLAB_TYPE_PGID);
}

static void a13_d2_a_later_users_reference_is_left_dangling(struct kunit *test)
{
	struct pair p;

	make_pair(test, BIT(PIDLAB_BUG_TREF_DANGLE), &p);
	/* Its own, where there should be one for all. */
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_TREF), 2L);
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_member), p.member);
	bury(test, p.lab, p.member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 0);
	EXPECT_CLEAN(test, p.lab);
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	/* Told once for each reference. */
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_member);
	MUST(test, p.lab, PUT, 0, p.by_member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_leader), p.leader);
	EXPECT_CLEAN(test, p.lab);
}

static void a13_d2_the_last_put_would_write_into_freed_memory(struct kunit *test)
{
	struct pair p;

	make_pair(test, BIT(PIDLAB_BUG_TREF_DANGLE), &p);
	bury(test, p.lab, p.member);
	MUST(test, p.lab, PUT, 0, p.by_member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_TREF), 1L);
	EXPECT_CLEAN(test, p.lab);
}

static void a13_d2_a_task_that_is_held_dangles_too(struct kunit *test)
{
	struct pair p;

	make_pair(test, BIT(PIDLAB_BUG_TREF_DANGLE), &p);
	MUST(test, p.lab, HOLD_TASK, 0, p.member);
	bury(test, p.lab, p.member);
	EXPECT_CLEAN(test, p.lab);
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	KUNIT_EXPECT_EQ(test, lab_run(p.lab, OP(SEEN, 0, PIDLAB_BUG_TREF_DANGLE)).res[1],
			p.member);
	MUST(test, p.lab, PUT, 0, p.by_member);
}

static void a13_d2_a_handover_overwrites_the_next_ones(struct kunit *test)
{
	struct pair p;

	make_pair(test, BIT(PIDLAB_BUG_TREF_DANGLE), &p);
	bury(test, p.lab, p.leader);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	/* Both point at it, only one of them is known to it. */
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_leader), p.member);
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_member), p.member);
	EXPECT_CLEAN(test, p.lab);
	bury(test, p.lab, p.member);
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_leader);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 1);
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_member);
	EXPECT_SEEN(test, p.lab, TREF_DANGLE, 2);
	MUST(test, p.lab, PUT, 0, p.by_member);
	MUST(test, p.lab, PUT, 0, p.by_leader);
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_TREF), 0L);
}

static void a13_d2_off_both_are_one_and_follow_the_group(struct kunit *test)
{
	struct pair p;

	make_pair(test, 0, &p);
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_TREF), 1L);
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_member), p.leader);
	bury(test, p.lab, p.member);
	KUNIT_EXPECT_EQ(test, MUST(test, p.lab, DEREF, 0, p.by_member), p.leader);
	EXPECT_CLEAN(test, p.lab);
	bury(test, p.lab, p.leader);
	REFUSED(test, p.lab, -ESRCH, DEREF, 0, p.by_member);
	EXPECT_CLEAN(test, p.lab);
	KUNIT_EXPECT_EQ(test, lab_counter(p.lab, PIDLAB_CTR_BUGS_SEEN), 0L);
}

/* Asks for a group whose first user goes once it is pinned; the member stays. */
static struct pidlab_op ask_while_the_first_goes(struct kunit *test, struct pl_lab *lab,
						 enum pl_point point, u64 *member)
{
	u64 leader = FORK(test, lab, lab->init_id);
	struct lab_parked ask = {
		.op = OP(TREF_NR, 0, 2, PIDLAB_TYPE_PGID), .point = point,
	};
	struct pidlab_op exit, reap;
	bool parked;

	MUST(test, lab, SETPGID, 0, leader);
	*member = FORK(test, lab, leader);
	parked = lab_park(test, lab, &ask);
	exit = lab_run(lab, OP(EXIT, 0, leader));
	reap = lab_run(lab, OP(REAP, 0, leader));
	lab_resume(test, &ask);
	KUNIT_EXPECT_TRUE(test, parked);
	KUNIT_EXPECT_EQ(test, (int)exit.error, 0);
	KUNIT_EXPECT_EQ(test, (int)reap.error, 0);
	KUNIT_EXPECT_EQ(test, (int)ask.op.error, 0);
	return ask.op;
}

static void lose_group_at(struct kunit *test, enum pl_point point)
{
	struct pl_lab *lab = open_2006(test, BIT(PIDLAB_BUG_TREF_LOSE_GROUP));
	struct pidlab_op got;
	u64 member;

	got = ask_while_the_first_goes(test, lab, point, &member);
	/* Nobody, it is told; and the group lives. */
	KUNIT_EXPECT_EQ(test, got.res[1], 0ULL);
	REFUSED(test, lab, -ESRCH, DEREF, 0, got.res[0]);
	EXPECT_SEEN(test, lab, TREF_LOSE_GROUP, 1);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_TREF_LOSE_GROUP)).res[1],
			member);
	EXPECT_CLEAN(test, lab);
	/* Whoever asks again is told the truth. */
	got = lab_run(lab, OP(TREF_NR, 0, 2, PIDLAB_TYPE_PGID));
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, got.res[0]), member);
}

static void keep_group_at(struct kunit *test, enum pl_point point)
{
	struct pl_lab *lab = open_2006(test, 0);
	struct pidlab_op got;
	u64 member;

	got = ask_while_the_first_goes(test, lab, point, &member);
	KUNIT_EXPECT_EQ(test, got.res[1], 2ULL);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, got.res[0]), member);
	EXPECT_CLEAN(test, lab);
}

static void a13_d3_a_living_group_is_lost_once_its_first_user_is_pinned(struct kunit *test)
{
	lose_group_at(test, PL_POINT_TREF_PINNED);
}

static void a13_d3_a_living_group_is_lost_while_memory_is_allocated(struct kunit *test)
{
	lose_group_at(test, PL_POINT_TREF_ALLOCATED);
}

static void a13_d3_off_the_number_is_asked_again(struct kunit *test)
{
	keep_group_at(test, PL_POINT_TREF_PINNED);
	lab_unhook(test);
	keep_group_at(test, PL_POINT_TREF_ALLOCATED);
}

static void a13_d3_is_not_seen_where_the_group_is_gone(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test, BIT(PIDLAB_BUG_TREF_LOSE_GROUP));
	u64 a = FORK(test, lab, lab->init_id);
	struct lab_parked ask = { .op = OP(TREF_NR, 0, 2), .point = PL_POINT_TREF_PINNED };

	lab_park(test, lab, &ask);
	lab_run(lab, OP(EXIT, 0, a));
	lab_run(lab, OP(REAP, 0, a));
	lab_resume(test, &ask);
	KUNIT_EXPECT_EQ(test, ask.op.res[1], 0ULL);
	EXPECT_SEEN(test, lab, TREF_LOSE_GROUP, 0);
}

static struct pl_lab *open_self_set(struct kunit *test, u64 bugs)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, BUGS, bugs);
	return lab_open_setup(test, &setup);
}

static void a13_d4_a_variable_set_to_itself_loses_its_reference(struct kunit *test)
{
	struct pl_lab *lab = open_self_set(test, BIT(PIDLAB_BUG_TREF_SELF_SET));
	u64 a = FORK(test, lab, lab->init_id), ref = MUST(test, lab, TREF, 0, a);

	MUST(test, lab, SET, 0, ref, ref);
	EXPECT_SEEN(test, lab, TREF_SELF_SET, 1);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	EXPECT_STATE(test, lab, a, RUNNING);
	EXPECT_CLEAN(test, lab);
	/* To nothing it may be set as often as one likes. */
	MUST(test, lab, SET, 0, ref, MUST(test, lab, TREF_NR, 0, 77));
	EXPECT_SEEN(test, lab, TREF_SELF_SET, 1);
}

static void a13_d4_off_a_variable_set_to_itself_keeps_it(struct kunit *test)
{
	struct pl_lab *lab = open_self_set(test, 0);
	u64 a = FORK(test, lab, lab->init_id), ref = MUST(test, lab, TREF, 0, a);
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_tref *var, *nothing;

	MUST(test, lab, SET, 0, ref, ref);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), a);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, PUT, 0, ref);
	/* The same inside, where nobody but the variable counts it. */
	pl_tref_init(lab, &var);
	nothing = var;
	pl_tref_set(lab, &var, var);
	KUNIT_EXPECT_PTR_EQ(test, var, nothing);
	KUNIT_EXPECT_EQ(test, atomic_read(&nothing->count), 2);
	pl_tref_set(lab, &var, pl_tref_get_by_task(&ctx, lab_task(lab, a), PIDLAB_TYPE_PID));
	pl_tref_set(lab, &var, var);
	KUNIT_EXPECT_PTR_EQ(test, pl_tref_task(lab, var), lab_task(lab, a));
	pl_task_put(lab_task(lab, a));
	bury(test, lab, a);
	pl_tref_set(lab, &var, var);
	KUNIT_EXPECT_EQ(test, atomic_read(&var->count), 1);
	KUNIT_EXPECT_EQ(test, var->pid, 2);
	pl_tref_fini(lab, &var);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

/* Where no switch explains it, it is found. */
static void a13_a_pointer_to_freed_memory_is_found(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test, BIT(PIDLAB_BUG_TREF_LOSE_GROUP));
	u64 a = FORK(test, lab, lab->init_id), ref = MUST(test, lab, TREF, 0, lab->init_id);
	struct pl_task *gone = lab_task(lab, a);
	struct pl_tref *weak = (struct pl_tref *)lab_tref_of(lab, lab->init_id, PIDLAB_TYPE_PID);

	bury(test, lab, a);
	EXPECT_CLEAN(test, lab);
	weak->task = gone;
	EXPECT_FOUND(test, lab, FREED, ref);
	weak->task = lab_task(lab, lab->init_id);
	EXPECT_CLEAN(test, lab);
}

static void a13_all_bugs_at_once_harm_nobody_else(struct kunit *test)
{
	struct pl_lab *other = open_2006(test, 0);
	struct pair p;

	make_pair(test, PIDLAB_ALL_BUGS, &p);
	bury(test, p.lab, p.leader);
	bury(test, p.lab, p.member);
	MUST(test, p.lab, SET, 0, p.by_member, p.by_member);
	lab_run(p.lab, OP(DEREF, 0, p.by_leader));
	lab_run(p.lab, OP(DEREF, 0, p.by_member));
	lab_run(p.lab, OP(PUT, 0, p.by_leader));
	lab_run(p.lab, OP(PUT, 0, p.by_member));
	KUNIT_EXPECT_GE(test, lab_counter(p.lab, PIDLAB_CTR_BUGS_SEEN), 1L);
	EXPECT_CLEAN(test, p.lab);
	KUNIT_EXPECT_EQ(test, lab_counter(other, PIDLAB_CTR_BUGS_SEEN), 0L);
	EXPECT_CLEAN(test, other);
}

static struct kunit_case tref_bug_cases[] = {
	KUNIT_CASE(a13_d1_a_lookup_gets_a_reference_that_is_freed),
	KUNIT_CASE(a13_d1_off_the_lookup_keeps_the_reference),
	KUNIT_CASE(a13_d1_two_last_puts_free_once),
	KUNIT_CASE(a13_d2_a_later_users_reference_is_left_dangling),
	KUNIT_CASE(a13_d2_the_last_put_would_write_into_freed_memory),
	KUNIT_CASE(a13_d2_a_task_that_is_held_dangles_too),
	KUNIT_CASE(a13_d2_a_handover_overwrites_the_next_ones),
	KUNIT_CASE(a13_d2_off_both_are_one_and_follow_the_group),
	KUNIT_CASE(a13_d3_a_living_group_is_lost_once_its_first_user_is_pinned),
	KUNIT_CASE(a13_d3_a_living_group_is_lost_while_memory_is_allocated),
	KUNIT_CASE(a13_d3_off_the_number_is_asked_again),
	KUNIT_CASE(a13_d3_is_not_seen_where_the_group_is_gone),
	LAB_CASE(a13_d4_a_variable_set_to_itself_loses_its_reference),
	LAB_CASE(a13_d4_off_a_variable_set_to_itself_keeps_it),
	KUNIT_CASE(a13_a_pointer_to_freed_memory_is_found),
	KUNIT_CASE(a13_all_bugs_at_once_harm_nobody_else),
	{}
};

static struct kunit_suite tref_bug_suite = {
	.name = "pidlab_tref_bug",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = tref_bug_cases,
};
kunit_test_suite(tref_bug_suite);
