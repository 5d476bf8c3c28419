// SPDX-License-Identifier: GPL-2.0
/* The account of memory, its limits and its fail point. */
#include "lab_helper.h"

static void the_account_counts_objects_and_bytes(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = lab_ctx(lab);
	long objects = lab_objects(lab, PL_MEM_TREF);
	long bytes = atomic_long_read(&lab->account.bytes[PL_MEM_TREF]);
	long total = atomic_long_read(&lab->account.total);
	long freed = atomic_long_read(&lab->account.freed);
	void *object = pl_kvzalloc(&ctx, PL_MEM_TREF, 100);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, object);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), objects + 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_TREF]), bytes + 100);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), total + 100);
	pl_kvfree(lab, PL_MEM_TREF, object, 100);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), objects);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.bytes[PL_MEM_TREF]), bytes);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), total);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.freed), freed + 1);
}

static void an_object_of_a_cache_counts_its_size(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = lab_ctx(lab);
	struct kmem_cache *cache = lab->root_ns->pid_cache;
	long total = atomic_long_read(&lab->account.total);
	void *object = pl_cache_zalloc(&ctx, PL_MEM_PID, cache);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, object);
	KUNIT_EXPECT_NULL(test, memchr_inv(object, 0, pl_pid_bytes(0)));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total),
			total + (long)kmem_cache_size(cache));
	pl_cache_free(lab, PL_MEM_PID, cache, object);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), total);
}

static void the_global_account_is_the_sum_of_all_labs(struct kunit *test)
{
	const struct pl_account *global = pl_mem_global();
	struct pl_lab *a = lab_open(test), *b = lab_open(test);

	FORK(test, b, b->init_id);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&global->objects[PL_MEM_TASK]),
			lab_test_objects_before(PL_MEM_TASK) + 3);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&global->total),
			lab_test_bytes_before() + atomic_long_read(&a->account.total) +
			atomic_long_read(&b->account.total));
}

static void the_chosen_allocation_fails(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = { .lab = lab, .fail_nth = 3 };
	long total = atomic_long_read(&lab->account.total);
	void *object[4];
	int i;

	for (i = 0; i < 4; i++)
		object[i] = pl_kvzalloc(&ctx, PL_MEM_TREF, 32);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(object[2]), -ENOMEM);
	KUNIT_EXPECT_EQ(test, ctx.allocations, 4u);
	for (i = 0; i < 4; i++) {
		if (i == 2)
			continue;
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, object[i]);
		pl_kvfree(lab, PL_MEM_TREF, object[i], 32);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), total);
}

static void no_allocation_fails_unless_chosen(struct kunit *test)
{
	struct pl_ctx ctx = {};
	int i;

	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, pl_fail_point(&ctx), 0);
}

/* Allocates of one kind until that is refused, and gives all back. */
static int refused_after(struct kunit *test, struct pl_lab *lab, enum pl_mem kind,
			 unsigned int *count)
{
	struct pl_ctx ctx = lab_ctx(lab);
	void *objects[16];
	void *object;

	*count = 0;
	while (!IS_ERR(object = pl_kvzalloc(&ctx, kind, 4096)) && *count < 16)
		objects[(*count)++] = object;
	if (!IS_ERR(object))
		pl_kvfree(lab, kind, object, 4096);
	for (unsigned int i = 0; i < *count; i++)
		pl_kvfree(lab, kind, objects[i], 4096);
	return PTR_ERR_OR_ZERO(object);
}

static void each_limit_has_its_error(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	unsigned int count;
	long total;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_TASKS, 5);
	LAB_SET(&setup, MAX_REFS, 6);
	LAB_SET(&setup, MAX_NS, 7);
	lab = lab_open_setup(test, &setup);
	total = atomic_long_read(&lab->account.total);

	/* One task and one namespace are there. */
	KUNIT_EXPECT_EQ(test, refused_after(test, lab, PL_MEM_TASK, &count), -EAGAIN);
	KUNIT_EXPECT_EQ(test, count, 4u);
	KUNIT_EXPECT_EQ(test, refused_after(test, lab, PL_MEM_REF, &count), -ENOSPC);
	KUNIT_EXPECT_EQ(test, count, 6u);
	KUNIT_EXPECT_EQ(test, refused_after(test, lab, PL_MEM_NS, &count), -ENOSPC);
	KUNIT_EXPECT_EQ(test, count, 6u);
	KUNIT_EXPECT_EQ(test, refused_after(test, lab, PL_MEM_TREF, &count), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), total);
}

static void the_limit_on_bytes_is_exact(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	struct pl_ctx ctx;
	size_t room;
	void *object;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_BYTES, 65536);
	lab = lab_open_setup(test, &setup);
	ctx = lab_ctx(lab);
	room = 65536 - atomic_long_read(&lab->account.total);

	object = pl_kvzalloc(&ctx, PL_MEM_TREF, room + 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(object), -ENOSPC);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->account.total), (long)(65536 - room));
	object = pl_kvzalloc(&ctx, PL_MEM_TREF, room);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, object);
	REFUSED(test, lab, -ENOSPC, FORK, 0, lab->init_id);
	pl_kvfree(lab, PL_MEM_TREF, object, room);
	FORK(test, lab, lab->init_id);
}

static void memory_outlives_the_file(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = lab_ctx(lab);
	void *object = pl_kvzalloc(&ctx, PL_MEM_TREF, 64);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, object);
	lab_close(test, lab);
	rcu_barrier();
	/* As a callback would that runs after close(). */
	KUNIT_EXPECT_EQ(test, refcount_read(&lab->users), 1u);
	pl_kvfree(lab, PL_MEM_TREF, object, 64);
}

static void each_kind_has_a_name(struct kunit *test)
{
	int a, b;

	for (a = 0; a < PL_MEM_COUNT; a++) {
		KUNIT_ASSERT_NOT_NULL(test, pl_mem_name(a));
		for (b = 0; b < a; b++)
			KUNIT_EXPECT_STRNEQ(test, pl_mem_name(a), pl_mem_name(b));
	}
}

static struct kunit_case mem_cases[] = {
	KUNIT_CASE(the_account_counts_objects_and_bytes),
	KUNIT_CASE(an_object_of_a_cache_counts_its_size),
	KUNIT_CASE(the_global_account_is_the_sum_of_all_labs),
	KUNIT_CASE(the_chosen_allocation_fails),
	KUNIT_CASE(no_allocation_fails_unless_chosen),
	KUNIT_CASE(each_limit_has_its_error),
	KUNIT_CASE(the_limit_on_bytes_is_exact),
	KUNIT_CASE(memory_outlives_the_file),
	KUNIT_CASE(each_kind_has_a_name),
	{}
};

static struct kunit_suite mem_suite = {
	.name = "pidlab_mem",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = mem_cases,
};
kunit_test_suite(mem_suite);
