// SPDX-License-Identifier: GPL-2.0
/* The generation of 2006: numbers, queues of their users, and no struct pid. */
#include "lab_helper.h"
#include "task_ref.h"
#include "taskref_gen.h"

static struct pl_lab *open_2006(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, GENERATION, PIDLAB_GEN_TASKREF);
	return lab_open_setup(test, &setup);
}

static struct pl_task *first_user(struct pl_lab *lab, int nr, enum pidlab_type type)
{
	struct pl_task *task;

	pl_read_lock(&lab->tasklist_lock);
	task = pl_number_first(lab, nr, type);
	pl_read_unlock(&lab->tasklist_lock);
	return task;
}

static void bury(struct kunit *test, struct pl_lab *lab, u64 task)
{
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
}

static void a10_first_user_is_oldest(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 leader = FORK(test, lab, lab->init_id), member[3];
	int i;

	MUST(test, lab, SETPGID, 0, leader);
	for (i = 0; i < 3; i++) {
		member[i] = FORK(test, lab, leader);
		KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID),
				    lab_task(lab, leader));
	}
	bury(test, lab, leader);
	/* In the order in which they came; who is not first may leave unseen. */
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, member[0]));
	bury(test, lab, member[1]);
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, member[0]));
	bury(test, lab, member[0]);
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, member[2]));
	bury(test, lab, member[2]);
	KUNIT_EXPECT_NULL(test, first_user(lab, 2, PIDLAB_TYPE_PGID));
}

static void a10_who_comes_back_is_last(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);

	MUST(test, lab, SETPGID, 0, a);
	MUST(test, lab, SETPGID, 0, b, 0, 2);
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, a));
	MUST(test, lab, SETPGID, 0, a, 0, 1);
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, b));
	MUST(test, lab, SETPGID, 0, a, 0, 2);
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PGID), lab_task(lab, b));
	EXPECT_CLEAN(test, lab);
}

static unsigned int hashed(struct pl_lab *lab, enum pidlab_type type)
{
	unsigned int i, count = 0;
	struct hlist_node *node;

	for (i = 0; i < 1U << lab->hash_bits; i++) {
		hlist_for_each(node, &lab->hash[((size_t)type << lab->hash_bits) + i])
			count++;
	}
	return count;
}

static void a10_four_tables_are_as_large_as_one_by_memory(struct kunit *test)
{
	struct pl_lab *four = open_2006(test), *one;
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	one = lab_open_setup(test, &setup);
	KUNIT_EXPECT_EQ(test, four->hash_bits, max(one->hash_bits - 2, 4u));
	KUNIT_EXPECT_EQ(test, four->setting[PIDLAB_SET_HASH_BITS], (u64)four->hash_bits);
}

static void a10_four_types_have_four_tables(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);

	FORK_THREAD(test, lab, a);
	FORK_THREAD(test, lab, b);
	MUST(test, lab, SETPGID, 0, b);
	/* Five tasks, three processes, two groups, one session: the first of each. */
	KUNIT_EXPECT_EQ(test, hashed(lab, PIDLAB_TYPE_PID), 5u);
	KUNIT_EXPECT_EQ(test, hashed(lab, PIDLAB_TYPE_TGID), 3u);
	KUNIT_EXPECT_EQ(test, hashed(lab, PIDLAB_TYPE_PGID), 2u);
	KUNIT_EXPECT_EQ(test, hashed(lab, PIDLAB_TYPE_SID), 1u);
	/* The same number, by each type somebody else's or nobody's. */
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_PID), lab_task(lab, a));
	KUNIT_EXPECT_NULL(test, first_user(lab, 2, PIDLAB_TYPE_PGID));
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 3, PIDLAB_TYPE_PGID), lab_task(lab, b));
	KUNIT_EXPECT_NULL(test, first_user(lab, 4, PIDLAB_TYPE_TGID));
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), 0L);
}

static void a10_a_queue_that_is_torn_is_found(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, lab->init_id);
	struct list_head *queue = &lab_task(lab, a)->number[PIDLAB_TYPE_PGID].queue;
	struct pl_number_link *first = &lab_task(lab, lab->init_id)->number[PIDLAB_TYPE_PGID];
	struct pl_number_link *last = &lab_task(lab, b)->number[PIDLAB_TYPE_PGID];

	EXPECT_CLEAN(test, lab);
	list_del_init(queue);
	EXPECT_FOUND(test, lab, QUEUE, 0);
	list_add(queue, &first->queue);
	EXPECT_CLEAN(test, lab);
	last->nr = 2;
	EXPECT_FOUND(test, lab, QUEUE, b);
	last->nr = 1;
}

static void a11_a_number_goes_back_when_no_type_uses_it(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 leader = FORK(test, lab, lab->init_id), member;
	struct pidlab_op ref;

	MUST(test, lab, SETSID, 0, leader);
	member = FORK(test, lab, leader);
	bury(test, lab, leader);
	KUNIT_EXPECT_NULL(test, first_user(lab, 2, PIDLAB_TYPE_PID));
	KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, PIDLAB_TYPE_SID), lab_task(lab, member));
	KUNIT_EXPECT_TRUE(test, lab_taken(lab, 2));
	/* Nobody is born with it meanwhile. */
	lab_set_last(lab->root_ns, 1);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 4);
	REFUSED(test, lab, -EEXIST, FORK, 0, lab->init_id, 2);
	ref = lab_run(lab, OP(TREF_NR, 0, 2, PIDLAB_TYPE_PID));
	KUNIT_EXPECT_EQ(test, ref.res[1], 0ULL);
	MUST(test, lab, SETSID, 0, member);
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 2));
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, MUST(test, lab, FORK, 0, lab->init_id, 2)), 2);
}

static void a11_a_fork_that_fails_gives_its_number_back(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 parent = FORK(test, lab, lab->init_id), group = FORK(test, lab, lab->init_id);
	struct lab_parked fork = { .op = OP(FORK, 0, parent), .point = PL_POINT_FORK_NUMBERED };
	struct lab_parked kill = {
		.op = OP(KILL, 0, group, 2, 9), .point = LAB_NOT_PARKED,
	};
	bool parked = lab_park(test, lab, &fork);
	bool taken = lab_taken(lab, 4);
	struct pidlab_op early = lab_run(lab, OP(KILL, 0, group, 4, 9));

	/* Marks the parent, and then waits for its turn to end. */
	lab_start(test, lab, &kill);
	lab_wait_blocked(&kill);
	lab_resume(test, &fork);
	lab_resume(test, &kill);
	KUNIT_EXPECT_TRUE(test, parked);
	KUNIT_EXPECT_TRUE(test, taken);
	KUNIT_EXPECT_EQ(test, (int)early.error, -ESRCH);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, -EINTR);
	KUNIT_EXPECT_EQ(test, (int)kill.op.error, 0);
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 4));
	EXPECT_CLEAN(test, lab);
}

static void a12_all_that_the_leader_used_goes_to_the_thread(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 leader = FORK(test, lab, lab->init_id), thread, member, ref[PIDLAB_TYPE_COUNT];
	int type;

	MUST(test, lab, SETSID, 0, leader);
	thread = FORK_THREAD(test, lab, leader);
	member = FORK(test, lab, leader);
	for (type = 0; type < PIDLAB_TYPE_COUNT; type++)
		ref[type] = MUST(test, lab, TREF, 0, leader, type);
	MUST(test, lab, EXEC, 0, thread);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, leader);
	/* The place in each queue too: the member came later. */
	for (type = 0; type < PIDLAB_TYPE_COUNT; type++) {
		KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref[type]), thread);
		KUNIT_EXPECT_PTR_EQ(test, first_user(lab, 2, type), lab_task(lab, thread));
	}
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 3));
	EXPECT_CLEAN(test, lab);
	bury(test, lab, thread);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, ref[PIDLAB_TYPE_SID]), member);
	REFUSED(test, lab, -ESRCH, DEREF, 0, ref[PIDLAB_TYPE_TGID]);
}

static void a5_a_later_user_leads_to_the_first_ones(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 leader = FORK(test, lab, lab->init_id), member, one, two;

	MUST(test, lab, SETPGID, 0, leader);
	member = FORK(test, lab, leader);
	one = MUST(test, lab, TREF, 0, member, PIDLAB_TYPE_PGID);
	two = MUST(test, lab, TREF, 0, leader, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, one), leader);
	KUNIT_EXPECT_NULL(test, lab_tref_of(lab, member, PIDLAB_TYPE_PGID));
	bury(test, lab, leader);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, two), member);
	KUNIT_EXPECT_NOT_NULL(test, lab_tref_of(lab, member, PIDLAB_TYPE_PGID));
	EXPECT_CLEAN(test, lab);
}

struct usage {
	u64 task;
	unsigned int count;
};

static void read_usage(struct pl_lab *lab, void *data)
{
	struct usage *usage = data;

	usage->count = refcount_read(&lab_task(lab, usage->task)->object.count);
}

static void a6_the_first_user_is_pinned_while_it_is_asked(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	struct usage usage = { .task = FORK(test, lab, lab->init_id) };
	struct lab_trap trap = {
		.point = PL_POINT_TREF_PINNED, .spring = read_usage, .data = &usage,
	};

	lab_set_trap(test, lab, &trap);
	MUST(test, lab, TREF_NR, 0, 2, PIDLAB_TYPE_PID);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_EQ(test, usage.count, 3u);
	read_usage(lab, &usage);
	KUNIT_EXPECT_EQ(test, usage.count, 2u);
}

static void there_is_no_struct_pid_to_name(struct kunit *test)
{
	struct pl_lab *lab = open_2006(test);
	u64 a = FORK(test, lab, lab->init_id);

	REFUSED(test, lab, -EOPNOTSUPP, PID, 0, a);
	REFUSED(test, lab, -EOPNOTSUPP, FIND, 0, 2);
	REFUSED(test, lab, -EOPNOTSUPP, NEXT, 0, 1);
	REFUSED(test, lab, -EOPNOTSUPP, HOLD_PID, 0, a);
	REFUSED(test, lab, -EOPNOTSUPP, FORK, PIDLAB_F_NEWPID, a);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_PIDS), 0L);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_PID_BYTES), 0L);
}

static struct kunit_case taskref_gen_cases[] = {
	KUNIT_CASE(a10_first_user_is_oldest),
	KUNIT_CASE(a10_who_comes_back_is_last),
	KUNIT_CASE(a10_four_tables_are_as_large_as_one_by_memory),
	KUNIT_CASE(a10_four_types_have_four_tables),
	KUNIT_CASE(a10_a_queue_that_is_torn_is_found),
	KUNIT_CASE(a11_a_number_goes_back_when_no_type_uses_it),
	KUNIT_CASE(a11_a_fork_that_fails_gives_its_number_back),
	KUNIT_CASE(a12_all_that_the_leader_used_goes_to_the_thread),
	KUNIT_CASE(a5_a_later_user_leads_to_the_first_ones),
	KUNIT_CASE(a6_the_first_user_is_pinned_while_it_is_asked),
	KUNIT_CASE(there_is_no_struct_pid_to_name),
	{}
};

static struct kunit_suite taskref_gen_suite = {
	.name = "pidlab_taskref_gen",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = taskref_gen_cases,
};
kunit_test_suite(taskref_gen_suite);
