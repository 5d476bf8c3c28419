// SPDX-License-Identifier: GPL-2.0
/* References with an id: to a task, to a struct pid, to the users of one. */
#include "lab_helper.h"

static struct pidlab_op read_ref(struct kunit *test, struct pl_lab *lab, u64 ref)
{
	struct pidlab_op op = lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, ref));

	KUNIT_ASSERT_EQ(test, op.error, 0);
	return op;
}

static void a_held_task_stays_in_memory(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), ref = MUST(test, lab, HOLD_TASK, 0, a);
	struct pidlab_op op = read_ref(test, lab, ref);

	KUNIT_EXPECT_EQ(test, (int)pl_id_kind(ref), PIDLAB_OBJECT_REF);
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)2);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)3);
	KUNIT_EXPECT_EQ(test, op.res[2], (u64)PIDLAB_TYPE_PID);
	MUST(test, lab, EXIT, 0, a, 11);
	MUST(test, lab, REAP, 0, a);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), a);
	EXPECT_STATE(test, lab, a, DEAD);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, a)).res[1], (u64)11);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(STATE, 0, a)).res[2], (u64)1);
	/* It remembers the number that the task had. */
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[0], (u64)2);
	MUST(test, lab, PUT, 0, ref);
	EXPECT_GONE(test, lab, a);
}

static void a_held_pid_tells_who_uses_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pidlab_op op = lab_run(lab, OP(HOLD_PID, 0, a));
	u64 ref = op.res[0], pid = op.res[1];

	KUNIT_EXPECT_EQ(test, pid, MUST(test, lab, PID, 0, a));
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[1], (u64)2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), a);
	MUST(test, lab, EXIT, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), a);
	MUST(test, lab, REAP, 0, a);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, a);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[1], (u64)1);
	/* The pid has an id as long as it is held, and its number is remembered. */
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, pid), 2);
	MUST(test, lab, PUT, 0, ref);
	REFUSED(test, lab, -ESRCH, NR, 0, pid);
}

static void a_pid_can_be_held_by_its_id_and_by_each_use(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	u64 group = MUST(test, lab, PID, 0, lab->init_id, PIDLAB_TYPE_PGID);
	struct pidlab_op op;

	op = lab_run(lab, OP(HOLD_PID, 0, thread, PIDLAB_TYPE_PGID));
	KUNIT_EXPECT_EQ(test, op.res[1], group);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, op.res[0]).res[2], (u64)PIDLAB_TYPE_PGID);
	op = lab_run(lab, OP(HOLD_PID, 0, group));
	KUNIT_EXPECT_EQ(test, op.res[1], group);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, op.res[0]).res[1], (u64)3);
	/* A released task uses no pid. */
	MUST(test, lab, HOLD_TASK, 0, thread);
	MUST(test, lab, EXIT, 0, thread);
	REFUSED(test, lab, -ESRCH, HOLD_PID, 0, thread);
	REFUSED(test, lab, -ESRCH, PID, 0, thread);
	REFUSED(test, lab, -ESRCH, NS, 0, thread);
}

static void a_held_pid_of_a_group_tells_who_is_in_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b, ref;

	MUST(test, lab, SETPGID, 0, a);
	b = FORK(test, lab, a);
	ref = MUST(test, lab, HOLD_PID, 0, b, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), b);
	/* The group lives without its leader, whose number it has. */
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), b);
	MUST(test, lab, SETPGID, 0, b);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
}

static void a_weak_reference_follows_the_users(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b, ref;

	MUST(test, lab, SETPGID, 0, a);
	b = FORK(test, lab, a);
	ref = lab_run(lab, OP(TREF_NR, 0, 2, PIDLAB_TYPE_PGID)).res[0];
	/* With struct pids the newest user is the first, before that the oldest was. */
	if (!lab->generation->has_pids)
		swap(a, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), b);
	MUST(test, lab, EXIT, 0, b);
	MUST(test, lab, REAP, 0, b);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), a);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[0], (u64)2);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[2], (u64)PIDLAB_TYPE_PGID);
}

static void a7_set_puts_the_old_one_and_takes_the_new_one(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	u64 one = MUST(test, lab, TREF, 0, a), two = MUST(test, lab, TREF, 0, b, PIDLAB_TYPE_PGID);
	u64 first = MUST(test, lab, DEREF, 0, two), none;
	struct pidlab_op read;

	MUST(test, lab, SET, 0, one, two);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, one), first);
	read = read_ref(test, lab, one);
	KUNIT_EXPECT_EQ(test, read.res[0], 1ULL);
	/* Two references, and what leads to it; the other one is freed. */
	KUNIT_EXPECT_EQ(test, read.res[1], 3ULL);
	KUNIT_EXPECT_EQ(test, read.res[2], (u64)PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	none = MUST(test, lab, TREF_NR, 0, 77);
	MUST(test, lab, SET, 0, one, none);
	REFUSED(test, lab, -ESRCH, DEREF, 0, one);
	read = read_ref(test, lab, two);
	KUNIT_EXPECT_EQ(test, read.res[1], 2ULL);
	EXPECT_CLEAN(test, lab);
}

static void a7_only_weak_references_are_set(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 weak = MUST(test, lab, TREF, 0, lab->init_id);
	u64 hold = MUST(test, lab, HOLD_TASK, 0, lab->init_id);

	REFUSED(test, lab, -EINVAL, SET, 0, weak, hold);
	REFUSED(test, lab, -EINVAL, SET, 0, hold, weak);
	REFUSED(test, lab, -EINVAL, SET, 0, hold, hold);
}

static void a_reference_to_nothing_is_one_to_the_sentinel(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_op op = lab_run(lab, OP(TREF_NR, 0, 77));
	u64 ref = op.res[0];

	KUNIT_EXPECT_EQ(test, (int)op.error, 0);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)0);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	op = read_ref(test, lab, ref);
	KUNIT_EXPECT_EQ(test, op.res[0], (u64)0);
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)2);
	MUST(test, lab, DUP, 0, ref);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[1], (u64)3);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static void a_number_means_what_its_namespace_calls_so(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 other = FORK(test, lab, lab->init_id), first = FORK_NEWPID(test, lab, lab->init_id);
	u64 inside = FORK(test, lab, first), ref;
	struct pidlab_op op;

	op = lab_run(lab, OP(TREF_NR, 0, 2, PIDLAB_TYPE_PID, first));
	ref = op.res[0];
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), inside);
	/* It remembers the number as the root sees it. */
	KUNIT_EXPECT_EQ(test, op.res[1], (u64)4);
	KUNIT_EXPECT_EQ(test, read_ref(test, lab, ref).res[0], (u64)4);
	ref = MUST(test, lab, TREF_NR, 0, 2);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref), other);
	ref = MUST(test, lab, TREF_NR, 0, 4, PIDLAB_TYPE_PID, first);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
}

static void dup_makes_an_equal_reference(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), ref[3], copy;
	struct pidlab_op one, two;
	int i;

	ref[0] = MUST(test, lab, HOLD_TASK, 0, a);
	ref[1] = MUST(test, lab, HOLD_PID, 0, a, PIDLAB_TYPE_PGID);
	ref[2] = MUST(test, lab, TREF, 0, a);
	for (i = 0; i < 3; i++) {
		copy = MUST(test, lab, DUP, 0, ref[i]);
		KUNIT_EXPECT_NE(test, copy, ref[i]);
		one = read_ref(test, lab, ref[i]);
		two = read_ref(test, lab, copy);
		KUNIT_EXPECT_MEMEQ(test, one.res, two.res, sizeof(one.res));
		MUST(test, lab, PUT, 0, ref[i]);
		/* The copy lives on its own. */
		KUNIT_EXPECT_EQ(test, lab_run(lab, OP(DEREF, 0, copy)).error, 0);
	}
	KUNIT_EXPECT_EQ(test, lab_task(lab, a)->holds.counter, 1);
}

static void put_ends_a_reference_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 ref = MUST(test, lab, HOLD_TASK, 0, lab->init_id);

	MUST(test, lab, PUT, 0, ref);
	REFUSED(test, lab, -ESRCH, PUT, 0, ref);
	REFUSED(test, lab, -ESRCH, READ, 0, ref);
	REFUSED(test, lab, -ESRCH, DUP, 0, ref);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REFS), 0L);
}

static void too_many_references_give_enospc(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	u64 ref;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_REFS, 2);
	lab = lab_open_setup(test, &setup);
	ref = MUST(test, lab, HOLD_TASK, 0, lab->init_id);
	MUST(test, lab, TREF, 0, lab->init_id);
	REFUSED(test, lab, -ENOSPC, HOLD_TASK, 0, lab->init_id);
	REFUSED(test, lab, -ENOSPC, HOLD_PID, 0, lab->init_id);
	REFUSED(test, lab, -ENOSPC, TREF, 0, lab->init_id, PIDLAB_TYPE_SID);
	REFUSED(test, lab, -ENOSPC, TREF_NR, 0, 77);
	REFUSED(test, lab, -ENOSPC, DUP, 0, ref);
	MUST(test, lab, PUT, 0, ref);
	MUST(test, lab, HOLD_PID, 0, lab->init_id);
}

static void a_type_that_the_generation_lacks_is_refused(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 init = lab->init_id, pid = MUST(test, lab, PID, 0, init);
	int error = pl_generation_has(lab->generation, PIDLAB_TYPE_TGID) ? 0 : -EOPNOTSUPP;

	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(HOLD_PID, 0, init, PIDLAB_TYPE_TGID)).error, error);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(TREF, 0, init, PIDLAB_TYPE_TGID)).error, error);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(TREF_NR, 0, 1, PIDLAB_TYPE_TGID)).error, error);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(PID, 0, init, PIDLAB_TYPE_TGID)).error, error);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(FIRST, 0, pid, PIDLAB_TYPE_TGID)).error, error);
	/* The number of a thread group there is in each of them. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, init, PIDLAB_TYPE_TGID), (u64)1);
}

static struct kunit_case ref_cases[] = {
	LAB_CASE(a_held_task_stays_in_memory),
	LAB_PID_CASE(a_held_pid_tells_who_uses_it),
	LAB_PID_CASE(a_held_pid_of_a_group_tells_who_is_in_it),
	LAB_PID_CASE(a_pid_can_be_held_by_its_id_and_by_each_use),
	LAB_CASE(a_weak_reference_follows_the_users),
	LAB_CASE(a7_set_puts_the_old_one_and_takes_the_new_one),
	LAB_CASE(a7_only_weak_references_are_set),
	LAB_CASE(a_reference_to_nothing_is_one_to_the_sentinel),
	LAB_NS_CASE(a_number_means_what_its_namespace_calls_so),
	LAB_PID_CASE(dup_makes_an_equal_reference),
	LAB_CASE(put_ends_a_reference_once),
	LAB_PID_CASE(too_many_references_give_enospc),
	LAB_PID_CASE(a_type_that_the_generation_lacks_is_refused),
	{}
};

static struct kunit_suite ref_suite = {
	.name = "pidlab_ref",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = ref_cases,
};
kunit_test_suite(ref_suite);
