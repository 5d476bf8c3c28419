// SPDX-License-Identifier: GPL-2.0
/* task_ref: a weak reference to the users of a pid value. */
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

static void a1_a_reference_is_24_bytes(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pidlab_info *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	size_t size = sizeof(void *) == 8 ? 24 : 16;

	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_EQ(test, sizeof(struct pl_tref), size);
	lab_info(lab, info);
	KUNIT_EXPECT_EQ(test, info->bytes_of[PIDLAB_SIZE_TREF], (u64)size);
}

static void a1_a_reference_is_count_type_pid_task(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);

	/* One for us, one for the pid that leads to it. */
	KUNIT_EXPECT_EQ(test, count(ref), 2u);
	KUNIT_EXPECT_EQ(test, (int)ref->type, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_EQ(test, ref->pid, 2);
	KUNIT_EXPECT_PTR_EQ(test, ref->task, lab_task(lab, a));
	pl_tref_put(lab, ref);
}

static void a3_the_sentinel_stands_for_nothing(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_tref *sentinel = &lab->init_tref, *ref;

	KUNIT_EXPECT_EQ(test, count(sentinel), 1u);
	KUNIT_EXPECT_EQ(test, (int)sentinel->type, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_EQ(test, sentinel->pid, 0);
	KUNIT_EXPECT_NULL(test, sentinel->task);
	/* Never NULL, and each one counted. */
	ref = by_nr(lab, 77, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_PTR_EQ(test, ref, sentinel);
	KUNIT_EXPECT_EQ(test, count(sentinel), 2u);
	KUNIT_EXPECT_PTR_EQ(test, by_nr(lab, 77, PIDLAB_TYPE_SID), sentinel);
	KUNIT_EXPECT_EQ(test, count(sentinel), 3u);
	KUNIT_EXPECT_NULL(test, pl_tref_task(lab, ref));
	pl_tref_put(lab, ref);
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_EQ(test, count(sentinel), 1u);
}

static void a3_dropping_the_sentinels_last_count_is_reported(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	EXPECT_CLEAN(test, lab);
	pl_tref_put(lab, &lab->init_tref);
	EXPECT_FOUND(test, lab, TREF, 0);
	KUNIT_EXPECT_EQ(test, count(&lab->init_tref), 1u);
	KUNIT_EXPECT_EQ(test, atomic_read(&lab->sentinel_drops), 1);
	atomic_set(&lab->sentinel_drops, 0);
}

static void a4_get_is_one_increment(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_tref *ref = by_task(lab, lab->init_id, PIDLAB_TYPE_PID);

	KUNIT_EXPECT_PTR_EQ(test, pl_tref_get(ref), ref);
	KUNIT_EXPECT_EQ(test, count(ref), 3u);
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_EQ(test, count(ref), 2u);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	pl_tref_put(lab, ref);
}

static void a4_the_last_put_clears_the_back_pointer_and_frees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_tref *ref = by_task(lab, lab->init_id, PIDLAB_TYPE_PID);

	KUNIT_EXPECT_PTR_EQ(test, lab_tref_of(lab, lab->init_id, PIDLAB_TYPE_PID), ref);
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_NULL(test, lab_tref_of(lab, lab->init_id, PIDLAB_TYPE_PID));
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static void a4_the_last_put_after_detach_frees_too(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);

	pl_tref_get(ref);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	/* The pid let go of it. */
	KUNIT_EXPECT_EQ(test, count(ref), 2u);
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	pl_tref_put(lab, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
}

static void a5_get_by_task_takes_an_existing_reference(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);

	KUNIT_EXPECT_PTR_EQ(test, by_task(lab, a, PIDLAB_TYPE_PID), ref);
	KUNIT_EXPECT_PTR_EQ(test, by_nr(lab, 2, PIDLAB_TYPE_PID), ref);
	KUNIT_EXPECT_EQ(test, count(ref), 4u);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	pl_tref_put(lab, ref);
	pl_tref_put(lab, ref);
	pl_tref_put(lab, ref);
}

static void a5_each_type_has_its_own_reference(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_tref *ref[PIDLAB_TYPE_COUNT];
	int a, b;

	for (a = 0; a < PIDLAB_TYPE_COUNT; a++) {
		ref[a] = by_task(lab, lab->init_id, a);
		KUNIT_EXPECT_EQ(test, ref[a] == &lab->init_tref,
				!pl_generation_has(lab->generation, a));
		for (b = 0; b < a; b++)
			KUNIT_EXPECT_PTR_NE(test, ref[a], ref[b]);
	}
	for (a = 0; a < PIDLAB_TYPE_COUNT; a++)
		pl_tref_put(lab, ref[a]);
}

static void a5_without_memory_it_is_the_sentinel(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_task *init = lab_task(lab, lab->init_id);
	long objects = lab_objects(lab, PL_MEM_PID_EXT);
	unsigned int nth;

	for (nth = 1;; nth++) {
		struct pl_ctx ctx = { .lab = lab, .fail_nth = nth };
		struct pl_tref *ref = pl_tref_get_by_task(&ctx, init, PIDLAB_TYPE_SID);

		if (ref != &lab->init_tref) {
			pl_tref_put(lab, ref);
			break;
		}
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID_EXT), objects);
		pl_tref_put(lab, ref);
	}
	/* The reference; and where there is a pid, the place on it. */
	KUNIT_EXPECT_EQ(test, nth, lab->generation->has_pids ? 3u : 2u);
}

static void a5_an_unattached_link_gives_the_sentinel(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, a);
	struct pl_tref *ref = by_task(lab, thread, PIDLAB_TYPE_PGID);

	KUNIT_EXPECT_PTR_EQ(test, ref, &lab->init_tref);
	pl_tref_put(lab, ref);
	MUST(test, lab, HOLD_TASK, 0, thread);
	MUST(test, lab, EXIT, 0, thread);
	ref = by_task(lab, thread, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_PTR_EQ(test, ref, &lab->init_tref);
	pl_tref_put(lab, ref);
}

static void a6_get_by_nr_pins_nothing_when_it_is_done(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_task *task = lab_task(lab, a);
	struct pl_tref *ref = by_nr(lab, 2, PIDLAB_TYPE_PID);

	KUNIT_EXPECT_PTR_EQ(test, ref->task, task);
	KUNIT_EXPECT_EQ(test, refcount_read(&task->object.count), 2u);
	if (lab->generation->has_pids)
		KUNIT_EXPECT_EQ(test, refcount_read(&task->link[0].pid->object.count), 1u);
	pl_tref_put(lab, ref);
}

static void a6_a_number_that_nobody_uses_so_is_the_sentinel(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	static const int numbers[] = { 0, -1, 3, 32768, INT_MAX, INT_MIN };
	struct pl_tref *ref;
	size_t i;

	FORK(test, lab, lab->init_id);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		ref = by_nr(lab, numbers[i], PIDLAB_TYPE_PID);
		KUNIT_EXPECT_PTR_EQ(test, ref, &lab->init_tref);
		pl_tref_put(lab, ref);
	}
	/* A process, but neither a group nor a session. */
	ref = by_nr(lab, 2, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_PTR_EQ(test, ref, &lab->init_tref);
	pl_tref_put(lab, ref);
}

static void a7_a_variable_is_never_null_until_its_end(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_tref *sentinel = &lab->init_tref, *ref, *var;

	pl_tref_init(lab, &var);
	KUNIT_EXPECT_PTR_EQ(test, var, sentinel);
	KUNIT_EXPECT_EQ(test, count(sentinel), 2u);
	/* The count of the caller goes to the variable. */
	ref = by_task(lab, lab->init_id, PIDLAB_TYPE_PID);
	pl_tref_set(lab, &var, ref);
	KUNIT_EXPECT_PTR_EQ(test, var, ref);
	KUNIT_EXPECT_EQ(test, count(ref), 2u);
	KUNIT_EXPECT_EQ(test, count(sentinel), 1u);
	pl_tref_reset(lab, &var);
	KUNIT_EXPECT_PTR_EQ(test, var, sentinel);
	KUNIT_EXPECT_EQ(test, count(sentinel), 2u);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	pl_tref_fini(lab, &var);
	KUNIT_EXPECT_NULL(test, var);
	KUNIT_EXPECT_EQ(test, count(sentinel), 1u);
}

static void a7_a_variable_set_to_what_it_holds_keeps_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *var;

	pl_tref_init(lab, &var);
	pl_tref_set(lab, &var, by_task(lab, a, PIDLAB_TYPE_PID));
	pl_tref_set(lab, &var, pl_tref_get(var));
	KUNIT_EXPECT_EQ(test, count(var), 2u);
	/* The same where nobody but the variable counts it. */
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	KUNIT_EXPECT_EQ(test, count(var), 1u);
	pl_tref_set(lab, &var, pl_tref_get(var));
	KUNIT_EXPECT_EQ(test, count(var), 1u);
	KUNIT_EXPECT_EQ(test, var->pid, 2);
	pl_tref_fini(lab, &var);
}

static void a8_the_task_is_counted_or_null(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id);
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);
	struct pl_task *task = pl_tref_task(lab, ref);

	KUNIT_EXPECT_PTR_EQ(test, task, lab_task(lab, a));
	KUNIT_EXPECT_EQ(test, refcount_read(&task->object.count), 3u);
	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_NULL(test, pl_tref_task(lab, ref));
	KUNIT_EXPECT_EQ(test, task->state, (unsigned int)PIDLAB_STATE_DEAD);
	pl_task_put(task);
	pl_tref_put(lab, ref);
}

static void a9_a_new_task_has_no_references(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID);
	int type;

	b = FORK(test, lab, a);
	KUNIT_EXPECT_PTR_EQ(test, lab_tref_of(lab, a, PIDLAB_TYPE_PID), ref);
	for (type = 0; type < PIDLAB_TYPE_COUNT; type++)
		KUNIT_EXPECT_NULL(test, lab_tref_of(lab, b, type));
	pl_tref_put(lab, ref);
}

static void a9_a_number_given_again_does_not_inherit_the_reference(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 a = FORK(test, lab, lab->init_id), b;
	struct pl_tref *ref = by_task(lab, a, PIDLAB_TYPE_PID), *again;

	MUST(test, lab, EXIT, 0, a);
	MUST(test, lab, REAP, 0, a);
	lab_set_last(lab->root_ns, 1);
	b = FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, b), ref->pid);
	again = by_nr(lab, 2, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_PTR_NE(test, again, ref);
	KUNIT_EXPECT_NULL(test, pl_tref_task(lab, ref));
	pl_tref_put(lab, again);
	pl_tref_put(lab, ref);
}

static struct kunit_case task_ref_cases[] = {
	LAB_CASE(a1_a_reference_is_24_bytes),
	LAB_CASE(a1_a_reference_is_count_type_pid_task),
	LAB_CASE(a3_the_sentinel_stands_for_nothing),
	LAB_CASE(a3_dropping_the_sentinels_last_count_is_reported),
	LAB_CASE(a4_get_is_one_increment),
	LAB_CASE(a4_the_last_put_clears_the_back_pointer_and_frees),
	LAB_CASE(a4_the_last_put_after_detach_frees_too),
	LAB_CASE(a5_get_by_task_takes_an_existing_reference),
	LAB_CASE(a5_each_type_has_its_own_reference),
	LAB_CASE(a5_without_memory_it_is_the_sentinel),
	LAB_CASE(a5_an_unattached_link_gives_the_sentinel),
	LAB_CASE(a6_get_by_nr_pins_nothing_when_it_is_done),
	LAB_CASE(a6_a_number_that_nobody_uses_so_is_the_sentinel),
	LAB_CASE(a7_a_variable_is_never_null_until_its_end),
	LAB_CASE(a7_a_variable_set_to_what_it_holds_keeps_it),
	LAB_CASE(a8_the_task_is_counted_or_null),
	LAB_CASE(a9_a_new_task_has_no_references),
	LAB_CASE(a9_a_number_given_again_does_not_inherit_the_reference),
	{}
};

static struct kunit_suite task_ref_suite = {
	.name = "pidlab_task_ref",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = task_ref_cases,
};
kunit_test_suite(task_ref_suite);
