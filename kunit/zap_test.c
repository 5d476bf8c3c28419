// SPDX-License-Identifier: GPL-2.0
/* The end of a namespace: parents outside, ways to find the victims, bugs. */
#include <linux/prandom.h>

#include "bug.h"
#include "lab_helper.h"

static struct pl_lab *open_with(struct kunit *test, u64 bugs, u64 zap)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, BUGS, bugs);
	LAB_SET(&setup, ZAP, zap);
	return lab_open_setup(test, &setup);
}

static u64 seen(struct kunit *test, struct pl_lab *lab, enum pidlab_bug bug)
{
	return MUST(test, lab, SEEN, 0, bug);
}

/**
 * struct yard - a namespace with a task whose parent is outside
 * @first: its init
 * @outside: the parent
 * @child: the task
 */
struct yard {
	u64 first, outside, child;
};

static void make_yard(struct kunit *test, struct pl_lab *lab, struct yard *yard)
{
	yard->first = FORK_NEWPID(test, lab, lab->init_id);
	yard->outside = FORK(test, lab, lab->init_id);
	MUST(test, lab, SETNS, 0, yard->outside, yard->first);
	yard->child = FORK(test, lab, yard->outside);
}

static void d13_a_zombie_with_a_parent_outside_keeps_the_reaper(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard;

	make_yard(test, lab, &yard);
	FORK(test, lab, yard.child);
	MUST(test, lab, EXIT, 0, yard.first, 7);
	EXPECT_STATE(test, lab, yard.child, ZOMBIE);
	EXPECT_STATE(test, lab, yard.outside, RUNNING);
	/* Killed and waiting: neither alive nor a zombie. */
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	REFUSED(test, lab, -ESRCH, FORK, 0, yard.first);
	REFUSED(test, lab, -ESRCH, EXIT, 0, yard.first);
	REFUSED(test, lab, -EAGAIN, REAP, 0, yard.first);
	REFUSED(test, lab, -ENOMEM, FORK, 0, yard.outside);
	EXPECT_CLEAN(test, lab);
	/* Waited for by its parent, it is the last. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, WAIT, 0, yard.outside, -1), yard.child);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
	KUNIT_EXPECT_EQ(test, lab_run(lab, OP(REAP, 0, yard.first)).res[1], 7ULL);
	EXPECT_CLEAN(test, lab);
	/* The parent still counts where its children were to be born. */
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 2L);
	MUST(test, lab, SETNS, 0, yard.outside, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_NAMESPACES), 1L);
}

static void d13_the_parent_outside_may_go_first(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard;

	make_yard(test, lab, &yard);
	MUST(test, lab, KILL, 0, lab->init_id, NR_OF(test, lab, yard.first), 9);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	MUST(test, lab, EXIT, 0, yard.outside);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	MUST(test, lab, REAP, 0, yard.child);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
}

static void d13_a_number_that_a_group_outside_uses_keeps_the_reaper(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard;
	int nr;

	make_yard(test, lab, &yard);
	nr = NR_OF(test, lab, yard.child);
	MUST(test, lab, SETPGID, 0, yard.outside, nr, 0);
	MUST(test, lab, SETPGID, 0, yard.outside, 0, nr);
	MUST(test, lab, EXIT, 0, yard.first);
	MUST(test, lab, REAP, 0, yard.child);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, SETPGID, 0, yard.outside, 0, 0);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
}

/* Two ends wait for the same zombie, the inner one first. */
static void d13_nested_ends_wait_one_after_the_other(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	u64 a = FORK_NEWPID(test, lab, lab->init_id), b = FORK_NEWPID(test, lab, a);
	u64 outside = FORK(test, lab, lab->init_id), child;

	MUST(test, lab, SETNS, 0, outside, b);
	child = FORK(test, lab, outside);
	MUST(test, lab, EXIT, 0, a);
	EXPECT_STATE(test, lab, a, RUNNING);
	EXPECT_STATE(test, lab, b, RUNNING);
	EXPECT_STATE(test, lab, child, ZOMBIE);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, REAP, 0, child);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, b);
	EXPECT_STATE(test, lab, a, ZOMBIE);
}

static void d13_a_lab_ends_whatever_its_reapers_wait_for(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard, other;
	u64 member;

	make_yard(test, lab, &yard);
	make_yard(test, lab, &other);
	MUST(test, lab, EXIT, 0, yard.first);
	/* Its group is named by a number inside, which it never leaves. */
	member = FORK(test, lab, other.first);
	MUST(test, lab, SETPGID, 0, member, 0, 0);
	MUST(test, lab, SETPGID, 0, other.first, 0, VNR_OF(test, lab, member));
	MUST(test, lab, EXIT, 0, other.first);
	MUST(test, lab, REAP, 0, other.child);
	EXPECT_STATE(test, lab, other.first, RUNNING);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, EXIT, 0, lab->init_id);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 0L);
}

static void d13_a_parent_outside_forks_into_a_namespace_that_ends(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard;
	struct lab_parked fork = { .point = PL_POINT_FORK_NUMBERED };

	make_yard(test, lab, &yard);
	fork.op = OP(FORK, 0, yard.outside);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &fork));
	/* The number is published, its task is not: the walk passes it over. */
	lab_run(lab, OP(EXIT, 0, yard.first));
	lab_resume(test, &fork);
	KUNIT_EXPECT_EQ(test, (int)fork.op.error, -ENOMEM);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	MUST(test, lab, REAP, 0, yard.child);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
}

struct late_fork {
	u64 parent;
	struct pidlab_op op;
};

static void fork_late(struct pl_lab *lab, void *data)
{
	struct late_fork *late = data;

	late->op = OP(FORK, 0, late->parent);
	lab_run_elsewhere(lab, &late->op);
}

/* A fork into the namespace, after all in it were killed. */
static struct pidlab_op fork_during_kill(struct kunit *test, struct pl_lab *lab,
					 const struct yard *yard)
{
	struct late_fork late = { .parent = yard->outside };
	struct lab_trap trap = {
		.point = PL_POINT_ZAP_MARKED, .spring = fork_late, .data = &late,
	};

	lab_set_trap(test, lab, &trap);
	MUST(test, lab, EXIT, 0, yard->first);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	return late.op;
}

static void d13_no_task_forked_during_the_kill_survives(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct yard yard;

	make_yard(test, lab, &yard);
	KUNIT_EXPECT_EQ(test, (int)fork_during_kill(test, lab, &yard).error, -ENOMEM);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_ZAP_MISSES_NEWBORN), 0ULL);
}

static void d13_with_the_bug_it_does(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_ZAP_MISSES_NEWBORN),
				       PIDLAB_ZAP_NUMBERS);
	struct yard yard;
	struct pidlab_op fork, found;
	u64 orphan;

	make_yard(test, lab, &yard);
	fork = fork_during_kill(test, lab, &yard);
	KUNIT_ASSERT_EQ(test, (int)fork.error, 0);
	EXPECT_STATE(test, lab, fork.res[0], RUNNING);
	found = lab_run(lab, OP(SEEN, 0, PIDLAB_BUG_ZAP_MISSES_NEWBORN));
	KUNIT_EXPECT_EQ(test, found.res[0], 1ULL);
	KUNIT_EXPECT_EQ(test, found.res[1], fork.res[0]);
	/* It lives on where nobody should, and has children. */
	orphan = FORK(test, lab, fork.res[0]);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_ZAP_MISSES_NEWBORN), 2ULL);
	MUST(test, lab, EXIT, 0, fork.res[0]);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, EXIT, 0, orphan);
	MUST(test, lab, REAP, 0, fork.res[0]);
	MUST(test, lab, REAP, 0, yard.child);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
}

static void d13_survivors_do_not_outlive_their_lab(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_ZAP_MISSES_NEWBORN) |
				       BIT_ULL(PIDLAB_BUG_ZAP_MISSES_OUTSIDERS),
				       PIDLAB_ZAP_NUMBERS);
	struct yard yard;
	struct pidlab_op fork;

	make_yard(test, lab, &yard);
	fork = fork_during_kill(test, lab, &yard);
	KUNIT_ASSERT_EQ(test, (int)fork.error, 0);
	/* Its reaper is gone: a task without one is what the checker finds. */
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
	EXPECT_FOUND(test, lab, REAPER, fork.res[0]);
	MUST(test, lab, EXIT, 0, lab->init_id);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_TASKS), 0L);
}

static void d13_with_the_other_bug_nobody_waits_for_outsiders(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_ZAP_MISSES_OUTSIDERS),
				       PIDLAB_ZAP_NUMBERS);
	struct yard yard;

	make_yard(test, lab, &yard);
	MUST(test, lab, EXIT, 0, yard.first);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
	EXPECT_STATE(test, lab, yard.child, ZOMBIE);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS), 1ULL);
	/* The namespace has no init any more, and still somebody in it. */
	MUST(test, lab, REAP, 0, yard.first);
	EXPECT_STATE(test, lab, yard.child, ZOMBIE);
	EXPECT_CLEAN(test, lab);
	MUST(test, lab, REAP, 0, yard.child);
}

/* An outsider is about to exit; whom shall its child go to? */
static void d13_with_the_other_bug_an_orphan_finds_no_reaper(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, BIT_ULL(PIDLAB_BUG_ZAP_MISSES_OUTSIDERS),
				       PIDLAB_ZAP_NUMBERS);
	struct lab_parked exit = { .point = PL_POINT_EXIT_BEGUN };
	struct yard yard;
	u64 orphan;

	make_yard(test, lab, &yard);
	orphan = FORK(test, lab, yard.child);
	exit.op = OP(EXIT, 0, yard.child);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &exit));
	lab_run(lab, OP(EXIT, 0, yard.first));
	lab_resume(test, &exit);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
	KUNIT_EXPECT_EQ(test, seen(test, lab, PIDLAB_BUG_ZAP_MISSES_OUTSIDERS), 2ULL);
	/* The lab gives it to the next one outside, where the kernel had nobody. */
	KUNIT_EXPECT_EQ(test, lab_task(lab, orphan)->real_parent->object.id, lab->init_id);
	EXPECT_CLEAN(test, lab);
}

static void d13_without_it_the_reaper_waits_for_an_exit_under_way(struct kunit *test)
{
	struct pl_lab *lab = open_with(test, 0, PIDLAB_ZAP_NUMBERS);
	struct lab_parked slow = { .point = PL_POINT_EXIT_BEGUN };
	struct lab_parked end = { .point = LAB_NOT_PARKED };
	struct yard yard;
	u64 orphan;

	make_yard(test, lab, &yard);
	orphan = FORK(test, lab, yard.child);
	slow.op = OP(EXIT, 0, yard.child);
	end.op = OP(EXIT, 0, yard.first);
	KUNIT_EXPECT_TRUE(test, lab_park(test, lab, &slow));
	lab_start(test, lab, &end);
	lab_wait_blocked(&end);
	lab_resume(test, &slow);
	lab_resume(test, &end);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, orphan);
	EXPECT_STATE(test, lab, yard.first, RUNNING);
	MUST(test, lab, REAP, 0, yard.child);
	EXPECT_STATE(test, lab, yard.first, ZOMBIE);
}

#define IDS 64

/**
 * struct program - random operations, the same ones in two labs
 * @lab: the labs
 * @rnd: dice
 * @id: tasks to choose from, the same ids in both
 */
struct program {
	struct pl_lab *lab[2];
	struct rnd_state rnd;
	u64 id[IDS];
};

static u32 dice(struct program *program, u32 sides)
{
	return prandom_u32_state(&program->rnd) % sides;
}

static struct pidlab_op any_step(struct program *program)
{
	u64 task = program->id[dice(program, IDS)], other = program->id[dice(program, IDS)];

	switch (dice(program, 12)) {
	case 0:
		return OP(EXIT, 0, task == program->id[0] ? other : task, 1);
	case 1:
		return OP(WAIT, 0, task, -1);
	case 2:
		return OP(SETNS, 0, task, other);
	case 3:
		return OP(UNSHARE, 0, task);
	case 4:
		return OP(SETPGID, 0, task, 0, 0);
	case 5:
		return OP(REAP, 0, task);
	case 6:
		return OP(FORK, PIDLAB_F_THREAD, task);
	case 7:
	case 8:
		return OP(FORK, PIDLAB_F_NEWPID, task);
	default:
		return OP(FORK, 0, task);
	}
}

static void take_step(struct kunit *test, struct program *program, unsigned int n)
{
	struct pidlab_op op = any_step(program), done[2];
	int i;

	/* The first task stays, so that there is always somebody. */
	if (op.opcode == PIDLAB_OP_EXIT && op.arg[0] == program->id[0])
		return;
	for (i = 0; i < 2; i++)
		done[i] = lab_run(program->lab[i], op);
	KUNIT_ASSERT_EQ_MSG(test, (int)done[0].error, (int)done[1].error, "step %u", n);
	for (i = 0; i < PIDLAB_OP_RESULTS; i++)
		KUNIT_ASSERT_EQ_MSG(test, done[0].res[i], done[1].res[i], "step %u", n);
	if (op.opcode == PIDLAB_OP_FORK && !done[0].error)
		program->id[1 + dice(program, IDS - 1)] = done[0].res[0];
}

static void d14_both_ways_agree_on_random_programs(struct kunit *test)
{
	struct program *program = kunit_kzalloc(test, sizeof(*program), GFP_KERNEL);
	unsigned int seed, n;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, program);
	for (seed = 1; seed <= 4; seed++) {
		prandom_seed_state(&program->rnd, seed);
		for (i = 0; i < 2; i++)
			program->lab[i] = open_with(test, 0, i ? PIDLAB_ZAP_MEMBERS :
								 PIDLAB_ZAP_NUMBERS);
		for (i = 0; i < IDS; i++)
			program->id[i] = program->lab[0]->init_id;
		for (n = 0; n < 600; n++) {
			take_step(test, program, n);
			if (n % 20 == 0)
				KUNIT_ASSERT_EQ_MSG(test, lab_digest(program->lab[0]),
						    lab_digest(program->lab[1]),
						    "seed %u, step %u", seed, n);
		}
		for (i = 0; i < 2; i++) {
			KUNIT_EXPECT_GT(test, lab_counter(program->lab[i], PIDLAB_CTR_ZAP_STEPS), 0L);
			EXPECT_CLEAN(test, program->lab[i]);
			MUST(test, program->lab[i], EXIT, PIDLAB_F_GROUP,
			     program->lab[i]->init_id);
			MUST(test, program->lab[i], GP, 0);
			KUNIT_EXPECT_EQ(test, lab_counter(program->lab[i], PIDLAB_CTR_TASKS), 0L);
			lab_close(test, program->lab[i]);
		}
	}
}

/* Steps of the end of a namespace with three tasks and many other numbers. */
static long steps(struct kunit *test, u64 zap)
{
	struct pl_lab *lab = open_with(test, 0, zap);
	u64 first = FORK_NEWPID(test, lab, lab->init_id), inner;

	MUST(test, lab, RESERVE, 0, first, 5000);
	FORK(test, lab, first);
	inner = FORK_NEWPID(test, lab, first);
	MUST(test, lab, EXIT, 0, inner);
	lab_run(lab, OP(REAP, 0, inner));
	FORK(test, lab, FORK_NEWPID(test, lab, first));
	atomic_long_set(&lab->zap_steps, 0);
	MUST(test, lab, EXIT, 0, first);
	EXPECT_CLEAN(test, lab);
	return lab_counter(lab, PIDLAB_CTR_ZAP_STEPS);
}

static void d14_members_cost_what_they_are(struct kunit *test)
{
	const struct pl_generation *gen = test->param_value;
	/* Two walks each: 4 members in 2 namespaces, then 2 members in 1. */
	long members = steps(test, PIDLAB_ZAP_MEMBERS), numbers = steps(test, PIDLAB_ZAP_NUMBERS);

	KUNIT_EXPECT_LE(test, members, 20L);
	if (gen->number == PIDLAB_GEN_PIDNS)
		KUNIT_EXPECT_GE(test, numbers, 5000L);
	else
		KUNIT_EXPECT_LE(test, numbers, 20L);
}

static struct kunit_case zap_cases[] = {
	LAB_NS_CASE(d13_a_zombie_with_a_parent_outside_keeps_the_reaper),
	LAB_NS_CASE(d13_the_parent_outside_may_go_first),
	LAB_NS_CASE(d13_a_number_that_a_group_outside_uses_keeps_the_reaper),
	LAB_NS_CASE(d13_nested_ends_wait_one_after_the_other),
	LAB_NS_CASE(d13_a_lab_ends_whatever_its_reapers_wait_for),
	LAB_NS_CASE(d13_a_parent_outside_forks_into_a_namespace_that_ends),
	LAB_NS_CASE(d13_no_task_forked_during_the_kill_survives),
	LAB_NS_CASE(d13_with_the_bug_it_does),
	LAB_NS_CASE(d13_survivors_do_not_outlive_their_lab),
	LAB_NS_CASE(d13_with_the_other_bug_nobody_waits_for_outsiders),
	LAB_NS_CASE(d13_with_the_other_bug_an_orphan_finds_no_reaper),
	LAB_NS_CASE(d13_without_it_the_reaper_waits_for_an_exit_under_way),
	LAB_NS_CASE(d14_both_ways_agree_on_random_programs),
	LAB_NS_CASE(d14_members_cost_what_they_are),
	{}
};

static struct kunit_suite zap_suite = {
	.name = "pidlab_zap",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = zap_cases,
};
kunit_test_suite(zap_suite);
