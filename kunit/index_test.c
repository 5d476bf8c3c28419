// SPDX-License-Identifier: GPL-2.0
/* What every index does alike, whatever is behind its table of functions. */
#include <linux/kthread.h>

#include "lab_helper.h"

static int take(struct pl_lab *lab, int tid)
{
	struct pl_ctx ctx = lab_ctx(lab);

	return lab->generation->index->alloc(&ctx, lab->root_ns, tid);
}

static void give_back(struct pl_lab *lab, int nr)
{
	lab->generation->index->cancel(lab->root_ns, nr);
}

static void d2_numbers_count_up(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	int nr;

	for (nr = 2; nr < 50; nr++)
		KUNIT_ASSERT_EQ(test, take(lab, 0), nr);
	while (--nr >= 2)
		give_back(lab, nr);
}

static void d2_numbers_wrap_to_300(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	lab_set_last(lab->root_ns, 32766);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 32767);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 300);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 301);
	give_back(lab, 32767);
	give_back(lab, 300);
	give_back(lab, 301);
}

static void d2_each_number_is_given_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	int nr;

	for (nr = 2; nr <= 300; nr++)
		KUNIT_ASSERT_EQ(test, take(lab, 0), nr);
	KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	/* After the wrap those below 300 are not given any more. */
	give_back(lab, 7);
	KUNIT_EXPECT_EQ(test, take(lab, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, take(lab, 7), 7);
	for (nr = 2; nr <= 300; nr++)
		give_back(lab, nr);
}

static void d4_a_number_given_back_is_not_the_next(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	int nr;

	for (nr = 2; nr < 50; nr++) {
		KUNIT_ASSERT_EQ(test, take(lab, 0), nr);
		give_back(lab, nr);
	}
}

static void a_number_asked_for_is_given_or_taken(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	KUNIT_EXPECT_EQ(test, take(lab, 3), 3);
	KUNIT_EXPECT_EQ(test, take(lab, 3), -EEXIST);
	KUNIT_EXPECT_EQ(test, take(lab, 1), -EEXIST);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 2);
	KUNIT_EXPECT_EQ(test, take(lab, 0), 4);
	give_back(lab, 2);
	give_back(lab, 3);
	give_back(lab, 4);
}

static void b3_a_removed_pid_is_not_found_and_its_number_free(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *pid = lab_make_pid(test, lab, lab->root_ns);
	int nr = pid->numbers[0].nr;

	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, nr), pid);
	KUNIT_EXPECT_EQ(test, take(lab, nr), -EEXIST);
	pl_pid_free(lab, pid);
	KUNIT_EXPECT_NULL(test, lab_find_pid(lab->root_ns, nr));
	KUNIT_EXPECT_EQ(test, take(lab, nr), nr);
	KUNIT_EXPECT_NULL(test, lab_find_pid(lab->root_ns, nr));
	give_back(lab, nr);
}

#define TAKERS 2
#define EACH   400

/**
 * struct taker - a thread that takes numbers
 * @lab: where
 * @nr: what it got
 * @finished: it is through
 * @thread: the thread
 */
struct taker {
	struct pl_lab *lab;
	int nr[EACH];
	struct completion finished;
	struct task_struct *thread;
};

static int take_many(void *data)
{
	struct taker *taker = data;
	int i;

	for (i = 0; i < EACH; i++) {
		taker->nr[i] = take(taker->lab, 0);
		cond_resched();
	}
	complete(&taker->finished);
	lab_wait_for_stop();
	return 0;
}

static void d4_no_number_is_given_twice_to_two_at_once(struct kunit *test)
{
	struct taker *takers = kunit_kcalloc(test, TAKERS, sizeof(*takers), GFP_KERNEL);
	bool *seen = kunit_kcalloc(test, 32768, sizeof(*seen), GFP_KERNEL);
	struct pl_lab *lab = lab_open(test);
	int i, j, twice = 0, refused = 0;

	KUNIT_ASSERT_NOT_NULL(test, takers);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < TAKERS; i++) {
		takers[i].lab = lab;
		init_completion(&takers[i].finished);
		takers[i].thread = kthread_run(take_many, &takers[i], "pidlab_taker");
	}
	/* Nothing asserts while they run. */
	for (i = 0; i < TAKERS; i++) {
		if (IS_ERR(takers[i].thread))
			continue;
		wait_for_completion(&takers[i].finished);
		kthread_stop(takers[i].thread);
	}
	for (i = 0; i < TAKERS; i++) {
		KUNIT_ASSERT_FALSE(test, IS_ERR(takers[i].thread));
		for (j = 0; j < EACH; j++) {
			int nr = takers[i].nr[j];

			if (nr <= 1 || nr >= 32768) {
				refused++;
				continue;
			}
			twice += seen[nr];
			seen[nr] = true;
			give_back(lab, nr);
		}
	}
	KUNIT_EXPECT_EQ(test, refused, 0);
	KUNIT_EXPECT_EQ(test, twice, 0);
	/* And none was passed over. */
	for (i = 2; i < 2 + TAKERS * EACH; i++)
		KUNIT_ASSERT_TRUE_MSG(test, seen[i], "%d", i);
}

static struct kunit_case index_cases[] = {
	LAB_CASE(d2_numbers_count_up),
	LAB_CASE(d2_numbers_wrap_to_300),
	LAB_CASE(d2_each_number_is_given_once),
	LAB_CASE(d4_a_number_given_back_is_not_the_next),
	LAB_CASE(a_number_asked_for_is_given_or_taken),
	LAB_PID_CASE(b3_a_removed_pid_is_not_found_and_its_number_free),
	LAB_CASE(d4_no_number_is_given_twice_to_two_at_once),
	{}
};

static struct kunit_suite index_suite = {
	.name = "pidlab_index",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = index_cases,
};
kunit_test_suite(index_suite);
