// SPDX-License-Identifier: GPL-2.0
/* Threads that fork, exit, move, make and remove in one lab: nothing is lost. */
#include <linux/kthread.h>
#include <linux/prandom.h>

#include "container_helper.h"

#define THREADS	 3
#define ROUNDS	 60
#define BOXES	 4

/**
 * struct crowd - what the threads share
 * @lab: the lab
 * @root: of the hierarchy
 * @box: containers, some of them removed meanwhile; read and written without order
 * @parent: the tasks that fork, one for each thread; they stay
 */
struct crowd {
	struct pl_lab *lab;
	u64 root;
	u64 box[BOXES];
	u64 parent[THREADS];
};

/**
 * struct mover - a thread
 * @crowd: where
 * @number: its own
 * @rnd: its dice
 * @forks: how many of its forks succeeded
 * @strange: an error that no operation here may give, or 0
 * @finished: it is through
 * @thread: the thread
 */
struct mover {
	struct crowd *crowd;
	int number;
	struct rnd_state rnd;
	unsigned int forks;
	int strange;
	struct completion finished;
	struct task_struct *thread;
};

static u32 dice(struct mover *mover, u32 sides)
{
	return prandom_u32_state(&mover->rnd) % sides;
}

static struct pidlab_op run(struct mover *mover, struct pidlab_op op)
{
	static const int expected[] = { 0, -ESRCH, -EBUSY, -EAGAIN, -EINTR };
	size_t i;

	pl_op_run(mover->crowd->lab, &op);
	for (i = 0; i < ARRAY_SIZE(expected) && op.error != expected[i]; i++)
		;
	if (i == ARRAY_SIZE(expected))
		mover->strange = op.error;
	return op;
}

static void replace_box(struct mover *mover, u64 *box)
{
	struct pidlab_op op;

	if (run(mover, OP(RMDIR, 0, READ_ONCE(*box))).error)
		return;
	op = run(mover, OP(MKDIR, 0, mover->crowd->root));
	run(mover, OP(WRITE, 0, op.res[0], PIDLAB_FILE_NOTIFY, dice(mover, 2)));
	WRITE_ONCE(*box, op.res[0]);
}

/* A child is born somewhere, moves, and goes; boxes come and go. */
static void play_round(struct mover *mover)
{
	struct crowd *crowd = mover->crowd;
	u64 *box = &crowd->box[dice(mover, BOXES)];
	u64 parent = crowd->parent[mover->number];
	struct pidlab_op child = run(mover, OP(FORK, 0, parent));

	run(mover, OP(ATTACH, 0, crowd->parent[dice(mover, THREADS)], READ_ONCE(*box)));
	if (!child.error) {
		mover->forks++;
		run(mover, OP(ATTACH, 0, child.res[0], READ_ONCE(crowd->box[dice(mover, BOXES)])));
		if (!dice(mover, 4))
			run(mover, OP(THAW, 0, READ_ONCE(*box)));
		if (run(mover, OP(EXIT, 0, child.res[0])).error == -EAGAIN)
			run(mover, OP(THAW, 0, READ_ONCE(*box)));
		run(mover, OP(REAP, 0, child.res[0]));
	}
	if (!dice(mover, 8))
		run(mover, OP(FREEZE, 0, READ_ONCE(crowd->box[dice(mover, BOXES)])));
	replace_box(mover, box);
	run(mover, OP(RELEASE_EVENT, 0));
}

static void thaw_all(struct mover *mover)
{
	int i;

	for (i = 0; i < BOXES; i++)
		run(mover, OP(THAW, 0, READ_ONCE(mover->crowd->box[i])));
}

static int run_mover(void *data)
{
	struct mover *mover = data;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		play_round(mover);
		if (i % 8 == 7)
			thaw_all(mover);
	}
	complete(&mover->finished);
	lab_wait_for_stop();
	return 0;
}

static void make_crowd(struct kunit *test, struct crowd *crowd, unsigned int year)
{
	struct pl_lab *lab = container_lab(test, year);
	int i;

	crowd->lab = lab;
	crowd->root = MUST(test, lab, MOUNT, 0, PIDLAB_SUBSYS_MASK);
	for (i = 0; i < BOXES; i++)
		crowd->box[i] = MKDIR(test, lab, crowd->root);
	for (i = 0; i < THREADS; i++)
		crowd->parent[i] = FORK(test, lab, lab->init_id);
}

static void start(struct mover *mover, struct crowd *crowd, int number)
{
	mover->crowd = crowd;
	mover->number = number;
	mover->forks = 0;
	mover->strange = 0;
	prandom_seed_state(&mover->rnd, number + 2007);
	init_completion(&mover->finished);
	mover->thread = kthread_run(run_mover, mover, "pidlab_mover");
	if (IS_ERR(mover->thread))
		complete(&mover->finished);
}

static void crowd_runs(struct kunit *test, unsigned int year)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	struct mover *movers = kunit_kcalloc(test, THREADS, sizeof(*movers), GFP_KERNEL);
	struct pl_findings found;
	unsigned int violations = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	KUNIT_ASSERT_NOT_NULL(test, movers);
	make_crowd(test, crowd, year);
	for (i = 0; i < THREADS; i++)
		start(&movers[i], crowd, i);
	/* From here to the last stop nothing may assert. */
	while (!completion_done(&movers[0].finished)) {
		if (!lab_find(crowd->lab, &found))
			violations += found.count;
		lab_run(crowd->lab, OP(GP, 0));
	}
	for (i = 0; i < THREADS; i++) {
		wait_for_completion(&movers[i].finished);
		if (!IS_ERR(movers[i].thread))
			kthread_stop(movers[i].thread);
	}
	KUNIT_EXPECT_EQ(test, violations, 0u);
	for (i = 0; i < THREADS; i++) {
		KUNIT_EXPECT_FALSE(test, IS_ERR(movers[i].thread));
		KUNIT_EXPECT_EQ(test, movers[i].strange, 0);
		KUNIT_EXPECT_GT(test, movers[i].forks, ROUNDS / 20u);
		kunit_info(test, "hooks of %u: %u forks of %u", year, movers[i].forks, ROUNDS);
	}
	EXPECT_CLEAN(test, crowd->lab);
}

static void e6_a_crowd_that_moves_loses_no_count(struct kunit *test)
{
	crowd_runs(test, 2015);
}

static void e4_a_crowd_of_2007_loses_no_count(struct kunit *test)
{
	crowd_runs(test, 2007);
}

static struct kunit_case container_race_cases[] = {
	KUNIT_CASE(e6_a_crowd_that_moves_loses_no_count),
	KUNIT_CASE(e4_a_crowd_of_2007_loses_no_count),
	{}
};

static struct kunit_suite container_race_suite = {
	.name = "pidlab_container_race",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = container_race_cases,
};
kunit_test_suite(container_race_suite);
