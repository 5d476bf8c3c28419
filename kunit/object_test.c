// SPDX-License-Identifier: GPL-2.0
/* Ids: given once, lead to what lives, keep nothing alive. */
#include "lab_helper.h"

/* An object with one count that its id leads to. */
static void publish(struct kunit *test, struct pl_lab *lab, struct pl_object *object,
		    enum pidlab_object kind)
{
	struct pl_ctx ctx = lab_ctx(lab);

	refcount_set(&object->count, 1);
	KUNIT_ASSERT_EQ(test, pl_object_reserve(&ctx, object, kind), 0);
	pl_object_publish(lab, object);
}

static void an_id_carries_its_kind(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};
	int kind;

	for (kind = PIDLAB_OBJECT_TASK; kind <= PIDLAB_OBJECT_REF; kind++) {
		publish(test, lab, &object, kind);
		KUNIT_EXPECT_EQ(test, (int)pl_id_kind(object.id), kind);
		KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
	}
}

static void an_id_is_never_given_again(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};
	u64 last = 0;
	int i;

	for (i = 0; i < 100; i++) {
		publish(test, lab, &object, PIDLAB_OBJECT_REF);
		KUNIT_EXPECT_GT(test, object.id, last);
		last = object.id;
		KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
	}
}

static void two_labs_count_for_themselves(struct kunit *test)
{
	struct pl_lab *a = lab_open(test), *b = lab_open(test);

	KUNIT_EXPECT_EQ(test, a->init_id, b->init_id);
	FORK(test, a, a->init_id);
	KUNIT_EXPECT_EQ(test, lab_counter(a, PIDLAB_CTR_TASKS), 2L);
	KUNIT_EXPECT_EQ(test, lab_counter(b, PIDLAB_CTR_TASKS), 1L);
}

static void a_reserved_id_leads_nowhere(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_object object = { .count = REFCOUNT_INIT(1) };

	KUNIT_ASSERT_EQ(test, pl_object_reserve(&ctx, &object, PIDLAB_OBJECT_TASK), 0);
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, object.id));
	KUNIT_EXPECT_NULL(test, pl_object_take(lab, object.id));
	pl_object_cancel(lab, &object);
}

static void a_cancelled_id_leads_nowhere(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_object object = { .count = REFCOUNT_INIT(1) };
	u64 id;

	KUNIT_ASSERT_EQ(test, pl_object_reserve(&ctx, &object, PIDLAB_OBJECT_TASK), 0);
	id = object.id;
	pl_object_cancel(lab, &object);
	KUNIT_EXPECT_EQ(test, object.id, (u64)0);
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, id));
	/* And once more, as an error path may that never got an id. */
	pl_object_cancel(lab, &object);
}

static void get_takes_a_count(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};

	publish(test, lab, &object, PIDLAB_OBJECT_TASK);
	KUNIT_EXPECT_PTR_EQ(test, pl_object_get(lab, object.id), &object);
	KUNIT_EXPECT_EQ(test, refcount_read(&object.count), 2u);
	KUNIT_EXPECT_FALSE(test, pl_object_put(lab, &object));
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
}

static void get_does_not_raise_a_count_from_zero(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};

	publish(test, lab, &object, PIDLAB_OBJECT_PID);
	/* Between the fall to zero and the table's lock, as put goes through. */
	refcount_set(&object.count, 0);
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, object.id));
	KUNIT_EXPECT_EQ(test, refcount_read(&object.count), 0u);
	refcount_set(&object.count, 1);
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
}

static void the_last_put_forgets_the_object(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};

	publish(test, lab, &object, PIDLAB_OBJECT_TASK);
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
	KUNIT_EXPECT_NULL(test, xa_load(&lab->objects, object.id >> PIDLAB_ID_KIND_BITS));
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, object.id));
}

static void the_last_put_of_a_reserved_id_leaves_others_alone(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object nameless = { .count = REFCOUNT_INIT(1) };
	struct pl_object other = {};

	publish(test, lab, &other, PIDLAB_OBJECT_TASK);
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &nameless));
	KUNIT_EXPECT_PTR_EQ(test, pl_object_get(lab, other.id), &other);
	pl_object_put(lab, &other);
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &other));
}

static void take_is_for_exactly_one_caller(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};

	publish(test, lab, &object, PIDLAB_OBJECT_REF);
	KUNIT_EXPECT_PTR_EQ(test, pl_object_take(lab, object.id), &object);
	KUNIT_EXPECT_NULL(test, pl_object_take(lab, object.id));
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, object.id));
	KUNIT_EXPECT_EQ(test, refcount_read(&object.count), 1u);
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
}

static void an_id_with_another_kind_leads_nowhere(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_object object = {};
	u64 wrong;

	publish(test, lab, &object, PIDLAB_OBJECT_TASK);
	wrong = object.id ^ PIDLAB_OBJECT_TASK ^ PIDLAB_OBJECT_REF;
	KUNIT_EXPECT_NULL(test, pl_object_get(lab, wrong));
	KUNIT_EXPECT_NULL(test, pl_object_take(lab, wrong));
	KUNIT_EXPECT_TRUE(test, pl_object_put(lab, &object));
}

static void ids_never_given_lead_nowhere(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	static const u64 never[] = {
		0, 1, 15, 0xfffffff1, 0x100000000001ULL, (u64)LLONG_MAX, ~0ULL,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(never); i++) {
		KUNIT_EXPECT_NULL(test, pl_object_get(lab, never[i]));
		KUNIT_EXPECT_NULL(test, pl_object_take(lab, never[i]));
	}
}

static void x8_reserve_fails_at_the_chosen_allocation(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_ctx ctx = { .lab = lab, .fail_nth = 1 };
	struct pl_object object = { .count = REFCOUNT_INIT(1) };

	KUNIT_EXPECT_EQ(test, pl_object_reserve(&ctx, &object, PIDLAB_OBJECT_TASK), -ENOMEM);
	KUNIT_EXPECT_EQ(test, object.id, (u64)0);
	KUNIT_EXPECT_EQ(test, pl_object_reserve(&ctx, &object, PIDLAB_OBJECT_TASK), 0);
	pl_object_cancel(lab, &object);
}

static struct kunit_case object_cases[] = {
	KUNIT_CASE(an_id_carries_its_kind),
	KUNIT_CASE(an_id_is_never_given_again),
	KUNIT_CASE(two_labs_count_for_themselves),
	KUNIT_CASE(a_reserved_id_leads_nowhere),
	KUNIT_CASE(a_cancelled_id_leads_nowhere),
	KUNIT_CASE(get_takes_a_count),
	KUNIT_CASE(get_does_not_raise_a_count_from_zero),
	KUNIT_CASE(the_last_put_forgets_the_object),
	KUNIT_CASE(the_last_put_of_a_reserved_id_leaves_others_alone),
	KUNIT_CASE(take_is_for_exactly_one_caller),
	KUNIT_CASE(an_id_with_another_kind_leads_nowhere),
	KUNIT_CASE(ids_never_given_lead_nowhere),
	KUNIT_CASE(x8_reserve_fails_at_the_chosen_allocation),
	{}
};

static struct kunit_suite object_suite = {
	.name = "pidlab_object",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = object_cases,
};
kunit_test_suite(object_suite);
