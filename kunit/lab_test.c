// SPDX-License-Identifier: GPL-2.0
/* A lab from SETUP to close, whatever state it is in by then. */
#include "kill.h"
#include "lab_helper.h"
#include "task_ref.h"

/* A row of the public table of settings. */
static const struct {
	unsigned int slot;
	u64 preset, min, max;
} settings[] = {
#define SETTING(slot, NAME, name, preset, min, max, ...) { slot, preset, min, max },
	PIDLAB_SETTINGS(SETTING)
#undef SETTING
};

static int try_setting(struct kunit *test, struct pl_lab *lab, unsigned int slot, u64 value)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	setup.given |= BIT_ULL(slot);
	setup.value[slot] = value;
	return pl_lab_setup(lab, &setup);
}

static void a_setting_out_of_range_is_invalid(struct kunit *test)
{
	struct pl_lab *lab = lab_open_bare(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		unsigned int slot = settings[i].slot;

		if (settings[i].min)
			KUNIT_EXPECT_EQ(test, try_setting(test, lab, slot, settings[i].min - 1),
					-EINVAL);
		KUNIT_EXPECT_EQ(test, try_setting(test, lab, slot, settings[i].max + 1), -EINVAL);
		KUNIT_EXPECT_EQ(test, try_setting(test, lab, slot, ~0ULL), -EINVAL);
	}
	KUNIT_EXPECT_FALSE(test, pl_lab_ready(lab));
}

static void a_setting_at_its_bounds_is_fine(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		const u64 values[] = { settings[i].min, settings[i].max };
		int j;

		if (settings[i].slot == PIDLAB_SET_GENERATION ||
		    settings[i].slot == PIDLAB_SET_MAX_BYTES)
			continue;
		for (j = 0; j < 2; j++) {
			struct pl_lab *lab = lab_open_bare(test);

			KUNIT_EXPECT_EQ_MSG(test, try_setting(test, lab, settings[i].slot,
							      values[j]), 0,
					    "slot %u, value %llu", settings[i].slot, values[j]);
			lab_close(test, lab);
		}
	}
}

static void an_unknown_setting_is_invalid(struct kunit *test)
{
	struct pl_lab *lab = lab_open_bare(test);
	struct pidlab_setup setup = LAB_SETUP;

	KUNIT_EXPECT_EQ(test, try_setting(test, lab, settings[ARRAY_SIZE(settings) - 1].slot + 1, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, try_setting(test, lab, PIDLAB_SETTING_SLOTS - 1, 0), -EINVAL);
	/* A bit without a slot, and a value without its bit. */
	setup.given = 1ULL << PIDLAB_SETTING_SLOTS;
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EINVAL);
	setup = (struct pidlab_setup)LAB_SETUP;
	setup.value[PIDLAB_SET_PID_MAX] = 32768;
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EINVAL);
	setup = (struct pidlab_setup)LAB_SETUP;
	setup.value[PIDLAB_SETTING_SLOTS - 1] = 1;
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EINVAL);
	KUNIT_EXPECT_FALSE(test, pl_lab_ready(lab));
}

static void a_generation_that_there_is_not_is_invalid(struct kunit *test)
{
	struct pl_lab *lab = lab_open_bare(test);
	u64 number;

	for (number = 0; number < 16; number++) {
		if (!(pl_generation_mask() & BIT(number)))
			KUNIT_EXPECT_EQ(test, try_setting(test, lab, PIDLAB_SET_GENERATION,
							  number), -EINVAL);
	}
	KUNIT_EXPECT_FALSE(test, pl_lab_ready(lab));
}

static void the_defaults_are_those_of_the_table(struct kunit *test)
{
	struct pidlab_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab = lab_open_bare(test);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_ASSERT_EQ(test, pl_lab_setup(lab, &setup), 0);
	lab_info(lab, info);
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		u64 value = info->setting[settings[i].slot];

		/* What the machine decides, INFO tells. */
		if (settings[i].preset != PIDLAB_AUTO &&
		    settings[i].slot != PIDLAB_SET_HASH_BITS)
			KUNIT_EXPECT_EQ(test, value, settings[i].preset);
		KUNIT_EXPECT_GE(test, value, settings[i].min);
		KUNIT_EXPECT_LE(test, value, settings[i].max);
	}
	KUNIT_EXPECT_EQ(test, info->setting[PIDLAB_SET_TASK_PAYLOAD],
			(u64)pl_task_default_payload());
	KUNIT_EXPECT_GE(test, info->setting[PIDLAB_SET_HASH_BITS], (u64)4);
}

static void setup_happens_once(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab = lab_open(test);
	u64 digest = lab_digest(lab);

	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EBUSY);
	KUNIT_EXPECT_EQ(test, setup.init_task, (u64)0);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
}

static void a_setup_that_failed_can_be_tried_again(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab = lab_open_bare(test);
	int kind;

	LAB_SET(&setup, MAX_BYTES, 65536);
	LAB_SET(&setup, TASK_PAYLOAD, 1048576);
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -ENOSPC);
	KUNIT_EXPECT_FALSE(test, pl_lab_ready(lab));
	rcu_barrier();
	for (kind = 0; kind < PL_MEM_COUNT; kind++)
		KUNIT_EXPECT_EQ(test, lab_objects(lab, kind), 0L);
	LAB_SET(&setup, TASK_PAYLOAD, 0);
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), 0);
	KUNIT_EXPECT_EQ(test, setup.init_task, lab->init_id);
	KUNIT_EXPECT_NE(test, setup.init_task, (u64)0);
	FORK(test, lab, setup.init_task);
}

static void the_first_task_is_number_1(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 init = lab->init_id;

	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, init), 1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, init, PIDLAB_TYPE_PGID), (u64)1);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, NR, 0, init, PIDLAB_TYPE_SID), (u64)1);
	KUNIT_EXPECT_TRUE(test, lab_task(lab, init)->signal->session_leader);
	KUNIT_EXPECT_NULL(test, lab_task(lab, init)->real_parent);
	KUNIT_EXPECT_TRUE(test, pl_task_is_reaper(lab_task(lab, init)));
}

static void info_before_setup_tells_sizes_only(struct kunit *test)
{
	struct pidlab_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	struct pl_lab *lab = lab_open_bare(test);

	KUNIT_ASSERT_NOT_NULL(test, info);
	lab_info(lab, info);
	KUNIT_EXPECT_EQ(test, info->abi, (u32)PIDLAB_ABI_VERSION);
	KUNIT_EXPECT_EQ(test, info->ready, 0u);
	KUNIT_EXPECT_EQ(test, info->init_task, (u64)0);
	KUNIT_EXPECT_EQ(test, info->generations, (u32)pl_generation_mask());
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_TREF], (u64)sizeof(struct pl_tref));
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_PID0], (u64)pl_pid_bytes(0));
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_PID4], (u64)pl_pid_bytes(4));
	KUNIT_EXPECT_NULL(test, memchr_inv(info->counter, 0, sizeof(info->counter)));
}

static void two_labs_share_nothing(struct kunit *test)
{
	struct pl_lab *a = lab_open(test), *b = lab_open(test);
	u64 digest = lab_digest(b), task = FORK(test, a, a->init_id);

	KUNIT_EXPECT_EQ(test, lab_digest(b), digest);
	REFUSED(test, b, -ESRCH, STATE, 0, task);
	MUST(test, a, EXIT, 0, a->init_id);
	EXPECT_STATE(test, b, b->init_id, RUNNING);
	lab_close(test, a);
	FORK(test, b, b->init_id);
}

/* Each leaves the lab to lab_test_exit(), which closes it and looks for leaks. */

static void close_with_zombies(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	int i;

	for (i = 0; i < 10; i++)
		MUST(test, lab, EXIT, 0, FORK(test, lab, i % 2 ? a : lab->init_id), i);
	/* A leader that waits for its thread. */
	MUST(test, lab, EXIT, 0, a);
	EXPECT_STATE(test, lab, thread, RUNNING);
}

static void close_with_references_of_each_kind(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b = FORK(test, lab, a);
	int i;

	for (i = 0; i < 3; i++) {
		u64 task = i == 0 ? lab->init_id : i == 1 ? a : b;

		MUST(test, lab, HOLD_TASK, 0, task);
		MUST(test, lab, HOLD_PID, 0, task, PIDLAB_TYPE_SID);
		MUST(test, lab, DUP, 0, MUST(test, lab, TREF, 0, task, PIDLAB_TYPE_PGID));
		MUST(test, lab, DUP, 0, MUST(test, lab, TREF, 0, task));
	}
	MUST(test, lab, TREF_NR, 0, 77);
	/* One of them dead and held, its references to nobody. */
	MUST(test, lab, EXIT, 0, b);
	MUST(test, lab, REAP, 0, b);
	MUST(test, lab, GP, 0);
}

static void close_with_nested_namespaces(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = lab->init_id;
	int level;

	for (level = 0; level < 8; level++) {
		task = FORK_NEWPID(test, lab, task);
		FORK(test, lab, task);
		MUST(test, lab, HOLD_PID, 0, task);
	}
}

static void close_with_an_empty_universe(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	FORK(test, lab, lab->init_id);
	MUST(test, lab, HOLD_TASK, 0, lab->init_id);
	MUST(test, lab, EXIT, 0, lab->init_id);
	KUNIT_EXPECT_TRUE(test, list_empty(&lab->tasks));
}

static void close_with_a_pending_kill(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	unsigned int count;

	FORK_THREAD(test, lab, FORK(test, lab, lab->init_id));
	KUNIT_EXPECT_EQ(test, pl_kill(lab, lab_task(lab, lab->init_id), -1, 9, &count), 0);
	KUNIT_EXPECT_FALSE(test, list_empty(&lab->killed));
	lab_close(test, lab);
}

static void close_with_a_pending_grace_period(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	int i;

	for (i = 0; i < 20; i++) {
		u64 task = FORK(test, lab, lab->init_id);

		MUST(test, lab, TREF, 0, task);
		MUST(test, lab, EXIT, 0, task);
		MUST(test, lab, REAP, 0, task);
	}
	/* The last callback frees the lab itself. */
	lab_close(test, lab);
}

static void close_after_exec_by_a_thread(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 thread = FORK_THREAD(test, lab, lab->init_id);

	FORK(test, lab, lab->init_id);
	MUST(test, lab, TREF, 0, lab->init_id);
	MUST(test, lab, EXEC, 0, thread);
	FORK_THREAD(test, lab, thread);
}

static void close_before_setup(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab = lab_open_bare(test);

	LAB_SET(&setup, PID_MAX, 1);
	KUNIT_EXPECT_EQ(test, pl_lab_setup(lab, &setup), -EINVAL);
	lab_close(test, lab);
	lab_close(test, lab_open_bare(test));
}

static struct kunit_case lab_cases[] = {
	KUNIT_CASE(a_setting_out_of_range_is_invalid),
	KUNIT_CASE(a_setting_at_its_bounds_is_fine),
	KUNIT_CASE(an_unknown_setting_is_invalid),
	KUNIT_CASE(a_generation_that_there_is_not_is_invalid),
	KUNIT_CASE(the_defaults_are_those_of_the_table),
	LAB_CASE(setup_happens_once),
	KUNIT_CASE(a_setup_that_failed_can_be_tried_again),
	LAB_CASE(the_first_task_is_number_1),
	KUNIT_CASE(info_before_setup_tells_sizes_only),
	LAB_CASE(two_labs_share_nothing),
	LAB_CASE(close_with_zombies),
	LAB_PID_CASE(close_with_references_of_each_kind),
	LAB_NS_CASE(close_with_nested_namespaces),
	LAB_CASE(close_with_an_empty_universe),
	LAB_CASE(close_with_a_pending_kill),
	LAB_CASE(close_with_a_pending_grace_period),
	LAB_CASE(close_after_exec_by_a_thread),
	KUNIT_CASE(close_before_setup),
	{}
};

static struct kunit_suite lab_suite = {
	.name = "pidlab_lab",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = lab_cases,
};
kunit_test_suite(lab_suite);
