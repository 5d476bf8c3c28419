// SPDX-License-Identifier: GPL-2.0
/* Eight threads at one table: for the races that the kcsan kernel looks for. */
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>

#include "index_table.h"
#include "lab_helper.h"

static unsigned int race_ops = 20000;
module_param(race_ops, uint, 0444);
MODULE_PARM_DESC(race_ops, "operations of all threads together in each race of the table");

static unsigned int race_seed = 1;
module_param(race_seed, uint, 0444);
MODULE_PARM_DESC(race_seed, "the luck of the races of the table");

#define THREADS 8
/* Fewer numbers meet more often, more come and go with their leaves: by turns. */
#define FEW	430
#define PID_MAX 900
/* Of the numbers behind the reserved ones, all threads together want some more than there are. */
#define HELD(pid_max) (((pid_max) - PL_RESERVED_PIDS) / (THREADS - 1))

/**
 * struct race - a table that all threads use
 * @lab: where
 * @pid_max: numbers are below this
 * @held: how many of them a thread holds at most
 * @owner: by number: how many threads believe that it is theirs
 * @pids: by number: what is published for it; each knows its number
 */
struct race {
	struct pl_lab *lab;
	int pid_max;
	unsigned int held;
	atomic_t owner[PID_MAX];
	struct pl_pid *pids[PID_MAX];
};

/**
 * struct racer - a thread
 * @race: what it works on
 * @dice: its own luck
 * @ops: how many operations it is to do
 * @held: numbers that it has taken and published
 * @nr_held: how many
 * @wrong: what it saw that cannot be
 * @finished: it is through
 * @thread: the thread
 */
struct racer {
	struct race *race;
	struct rnd_state dice;
	unsigned int ops;
	int held[HELD(PID_MAX)];
	unsigned int nr_held;
	unsigned int wrong;
	struct completion finished;
	struct task_struct *thread;
};

static const struct pl_index_ops *index_of(const struct race *race)
{
	return race->lab->generation->index;
}

static void take_one(struct racer *racer, int tid)
{
	struct race *race = racer->race;
	struct pl_ctx ctx = lab_ctx(race->lab);
	int nr = index_of(race)->alloc(&ctx, race->lab->root_ns, tid);

	if (nr < 0) {
		racer->wrong += nr != (tid ? -EEXIST : -EAGAIN);
		return;
	}
	racer->wrong += nr >= race->pid_max || (tid && nr != tid);
	racer->wrong += atomic_inc_return(&race->owner[nr]) != 1;
	racer->held[racer->nr_held++] = nr;
	rcu_read_lock();
	index_of(race)->publish(race->pids[nr], &race->pids[nr]->numbers[0]);
	rcu_read_unlock();
}

static void give_one_back(struct racer *racer, unsigned int which)
{
	struct race *race = racer->race;
	int nr = racer->held[which];

	racer->held[which] = racer->held[--racer->nr_held];
	racer->wrong += atomic_dec_return(&race->owner[nr]) != 0;
	rcu_read_lock();
	index_of(race)->remove(race->pids[nr], &race->pids[nr]->numbers[0]);
	rcu_read_unlock();
}

/* What is found is what was published there, and what one holds is found. */
static void look(struct racer *racer, int nr)
{
	struct race *race = racer->race;
	struct pl_pid *pid;
	int next;

	rcu_read_lock();
	pid = pl_pid_find(nr, race->lab->root_ns);
	racer->wrong += pid && pid->numbers[0].nr != nr;
	next = index_of(race)->next(race->lab->root_ns, nr);
	racer->wrong += next >= race->pid_max || (next >= 0 && next < nr);
	if (racer->nr_held) {
		nr = racer->held[0];
		racer->wrong += pl_pid_find(nr, race->lab->root_ns) != race->pids[nr];
		racer->wrong += !index_of(race)->taken(race->lab->root_ns, nr);
	}
	rcu_read_unlock();
}

static int run_racer(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	unsigned int i;

	for (i = 0; i < racer->ops && !kthread_should_stop(); i++) {
		u32 roll = prandom_u32_state(&racer->dice);
		int nr = 2 + (roll >> 8) % (race->pid_max - 2);
		/* By turns all fill the table up and drain it. */
		bool fill = i / 400 % 2;

		if (roll % 8 < 2)
			look(racer, nr);
		else if (racer->nr_held &&
			 (racer->nr_held == race->held || roll % 8 < (fill ? 4 : 6)))
			give_one_back(racer, (roll >> 8) % racer->nr_held);
		else
			take_one(racer, roll % 32 == 31 ? nr : 0);
		cond_resched();
	}
	while (racer->nr_held)
		give_one_back(racer, 0);
	complete(&racer->finished);
	lab_wait_for_stop();
	return 0;
}

static struct race *make_race(struct kunit *test, u64 run)
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	struct pidlab_setup setup = LAB_SETUP;
	int nr;

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->pid_max = race_seed % 2 ? FEW : PID_MAX;
	race->held = HELD(race->pid_max);
	LAB_SET(&setup, GENERATION, PIDLAB_GEN_TABLE);
	LAB_SET(&setup, PID_MAX, race->pid_max);
	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, PERCPU_RUN, run);
	race->lab = lab_open_setup(test, &setup);
	for (nr = 0; nr < PID_MAX; nr++) {
		race->pids[nr] = kunit_kzalloc(test, pl_pid_bytes(0), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, race->pids[nr]);
		race->pids[nr]->numbers[0].nr = nr;
		race->pids[nr]->numbers[0].ns = race->lab->root_ns;
	}
	return race;
}

static void start_racer(struct racer *racer, struct race *race, unsigned int seed)
{
	racer->race = race;
	racer->ops = race_ops / THREADS;
	prandom_seed_state(&racer->dice, seed);
	init_completion(&racer->finished);
	racer->thread = kthread_run(run_racer, racer, "pidlab_racer");
	if (IS_ERR(racer->thread))
		complete(&racer->finished);
}

static void run_race(struct kunit *test, u64 run)
{
	struct racer *racers = kunit_kcalloc(test, THREADS, sizeof(*racers), GFP_KERNEL);
	struct race *race = make_race(test, run);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, racers);
	for (i = 0; i < THREADS; i++)
		start_racer(&racers[i], race, race_seed * THREADS + i);
	/* Nothing asserts while they run. */
	for (i = 0; i < THREADS; i++) {
		wait_for_completion(&racers[i].finished);
		if (!IS_ERR(racers[i].thread))
			kthread_stop(racers[i].thread);
	}
	for (i = 0; i < THREADS; i++) {
		KUNIT_EXPECT_FALSE(test, IS_ERR(racers[i].thread));
		KUNIT_EXPECT_EQ(test, racers[i].wrong, 0u);
	}
	pl_settle(race->lab);
	/* The root, the first leaf, those that are kept, and the runs. */
	KUNIT_EXPECT_LE(test, lab_objects(race->lab, PL_MEM_INDEX),
			2L + PL_LEAVES_KEPT + race->lab->root_ns->table.nr_cpus + !!run);
	KUNIT_EXPECT_EQ(test, lab_next(race->lab->root_ns, 2), -1);
}

static void d4_eight_threads_share_numbers_in_one_order(struct kunit *test)
{
	run_race(test, 0);
}

static void d4_eight_threads_share_numbers_in_runs(struct kunit *test)
{
	run_race(test, 64);
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(d4_eight_threads_share_numbers_in_one_order),
	KUNIT_CASE(d4_eight_threads_share_numbers_in_runs),
	{}
};

static struct kunit_suite race_suite = {
	.name = "pidlab_index_table_race",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = race_cases,
};
kunit_test_suite(race_suite);
