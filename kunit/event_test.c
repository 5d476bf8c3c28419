// SPDX-License-Identifier: GPL-2.0
/* Events, up to the ring: what is told, in which order, and what if it is full. */
#include "control.h"
#include "event.h"
#include "lab_helper.h"

static struct pl_lab *open_told(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	KUNIT_ASSERT_EQ(test, pl_events_want(lab), 0);
	return lab;
}

/* The next event that is not FREE, which comes when a grace period likes. */
static struct pl_event next_event(struct kunit *test, struct pl_lab *lab)
{
	struct pl_event event = {};

	while (pl_events_take(lab, &event) && event.what == PIDLAB_EVENT_FREE)
		event = (struct pl_event){};
	return event;
}

#define EXPECT_EVENT(test, lab, WHAT, id, id2, number, v) \
	do { \
		struct pl_event event = next_event(test, lab); \
		KUNIT_EXPECT_EQ(test, event.what, (u32)PIDLAB_EVENT_##WHAT); \
		KUNIT_EXPECT_EQ(test, event.object, (u64)(id)); \
		KUNIT_EXPECT_EQ(test, event.other, (u64)(id2)); \
		KUNIT_EXPECT_EQ(test, event.nr, (int)(number)); \
		KUNIT_EXPECT_EQ(test, event.value, (int)(v)); \
	} while (0)

static void a_life_is_told_from_fork_to_reap(struct kunit *test)
{
	struct pl_lab *lab = open_told(test);
	u64 parent = FORK(test, lab, lab->init_id), child = FORK(test, lab, parent);
	u64 thread = FORK_THREAD(test, lab, parent);

	MUST(test, lab, EXIT, PIDLAB_F_GROUP, parent, 7);
	MUST(test, lab, WAIT, 0, lab->init_id, 2);
	EXPECT_EVENT(test, lab, FORK, parent, lab->init_id, 2, 0);
	EXPECT_EVENT(test, lab, FORK, child, parent, 3, 0);
	EXPECT_EVENT(test, lab, FORK, thread, parent, 4, 1);
	/* An orphan goes to a thread of its parent's, and when that exits to the reaper. */
	EXPECT_EVENT(test, lab, REPARENT, child, thread, 3, 0);
	EXPECT_EVENT(test, lab, EXIT, parent, 0, 2, 7);
	EXPECT_EVENT(test, lab, REPARENT, child, lab->init_id, 3, 0);
	EXPECT_EVENT(test, lab, EXIT, thread, 0, 4, 7);
	EXPECT_EVENT(test, lab, REAP, thread, lab->init_id, 4, 7);
	EXPECT_EVENT(test, lab, REAP, parent, lab->init_id, 2, 7);
	pl_events_unwant(lab);
}

static void reap_and_skip_to_it(struct kunit *test, struct pl_lab *lab, u64 task)
{
	struct pl_event event;

	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
	do
		event = next_event(test, lab);
	while (event.what && event.what != PIDLAB_EVENT_REAP);
	KUNIT_EXPECT_EQ(test, event.object, task);
}

static void a_weak_reference_tells_handover_and_the_last_one_gone(struct kunit *test)
{
	struct pl_lab *lab = open_told(test);
	u64 leader = FORK(test, lab, lab->init_id), other, weak, first;

	MUST(test, lab, SETSID, 0, leader);
	other = MUST(test, lab, FORK, PIDLAB_F_PARENT, leader);
	weak = MUST(test, lab, TREF, 0, leader, PIDLAB_TYPE_SID);
	/* Which of the two it is depends on the generation. */
	first = MUST(test, lab, DEREF, 0, weak);
	if (first == other)
		other = leader;
	reap_and_skip_to_it(test, lab, first);
	EXPECT_EVENT(test, lab, HANDOVER, other, first, 2, PIDLAB_TYPE_SID);
	reap_and_skip_to_it(test, lab, other);
	EXPECT_EVENT(test, lab, LAST_GONE, other, 0, 2, PIDLAB_TYPE_SID);
	MUST(test, lab, PUT, 0, weak);
	EXPECT_EVENT(test, lab, PUT, weak, 0, 2, PIDLAB_REFERENCE_TREF);
	pl_events_unwant(lab);
}

static void a_namespace_is_told_from_birth_to_death(struct kunit *test)
{
	struct pl_lab *lab = open_told(test);
	u64 reaper = FORK_NEWPID(test, lab, lab->init_id);
	u64 ns = MUST(test, lab, NS, 0, reaper);

	MUST(test, lab, EXIT, 0, reaper, 1);
	EXPECT_EVENT(test, lab, NS_NEW, ns, lab->root_ns->object.id, 0, 1);
	EXPECT_EVENT(test, lab, FORK, reaper, lab->init_id, 2, 0);
	EXPECT_EVENT(test, lab, NS_DYING, ns, reaper, 0, 1);
	EXPECT_EVENT(test, lab, NS_DEAD, ns, reaper, 0, 1);
	EXPECT_EVENT(test, lab, EXIT, reaper, 0, 2, 1);
	pl_events_unwant(lab);
}

static void numbers_have_no_gaps_and_times_go_forward(struct kunit *test)
{
	struct pl_lab *lab = open_told(test);
	struct pl_event event;
	u64 sequence = 0, time = 0;

	while (sequence < 100) {
		MUST(test, lab, EXIT, 0, FORK(test, lab, lab->init_id));
		MUST(test, lab, WAIT, 0, lab->init_id, -1);
		while (pl_events_take(lab, &event)) {
			KUNIT_ASSERT_EQ(test, event.sequence, ++sequence);
			KUNIT_ASSERT_GE(test, event.time, time);
			KUNIT_ASSERT_EQ(test, event.lost, 0ULL);
			time = event.time;
		}
	}
	pl_events_unwant(lab);
}

static void what_nobody_wants_has_no_number(struct kunit *test)
{
	struct pl_lab *other = open_told(test), *lab = lab_open(test);
	u64 sequence, lost;

	FORK(test, lab, lab->init_id);
	pl_events_count(lab, &sequence, &lost);
	KUNIT_EXPECT_EQ(test, sequence, 0ULL);
	pl_events_unwant(other);
	FORK(test, other, other->init_id);
	pl_events_count(other, &sequence, &lost);
	KUNIT_EXPECT_EQ(test, sequence, 0ULL);
}

static void a_full_ring_loses_what_comes_and_counts_it(struct kunit *test)
{
	struct pl_lab *lab = open_told(test);
	struct pl_event event;
	unsigned int i;
	u64 sequence, lost;

	for (i = 0; i < PL_EVENTS_ROOM + 3; i++)
		pl_event_put(lab, PIDLAB_EVENT_GP, 0, 0, 0, i);
	pl_events_count(lab, &sequence, &lost);
	KUNIT_EXPECT_EQ(test, sequence, PL_EVENTS_ROOM + 3ULL);
	KUNIT_EXPECT_EQ(test, lost, 3ULL);
	/* The oldest are kept; those after the gap say how wide it was. */
	KUNIT_ASSERT_TRUE(test, pl_events_take(lab, &event));
	KUNIT_EXPECT_EQ(test, event.sequence, 1ULL);
	KUNIT_EXPECT_EQ(test, event.lost, 0ULL);
	pl_event_put(lab, PIDLAB_EVENT_GP, 0, 0, 0, -1);
	while (event.value != -1)
		KUNIT_ASSERT_TRUE(test, pl_events_take(lab, &event));
	KUNIT_EXPECT_EQ(test, event.sequence, PL_EVENTS_ROOM + 4ULL);
	KUNIT_EXPECT_EQ(test, event.lost, 3ULL);
	KUNIT_EXPECT_FALSE(test, pl_events_take(lab, &event));
	pl_events_unwant(lab);
}

/* Steps of one actor that forks and exits, in a lab that somebody listens to or not. */
static unsigned int steps_of(struct kunit *test, struct pl_lab *lab)
{
	struct pidlab_step *steps = kunit_kcalloc(test, 512, sizeof(*steps), GFP_KERNEL);
	struct pidlab_op ops[] = { OP(FORK, 0, lab->init_id), OP(EXIT, 0, PIDLAB_RESULT_OF(0, 0)) };
	struct pl_run run = { .steps = steps, .room = 512 };
	struct pl_control *control;

	KUNIT_ASSERT_NOT_NULL(test, steps);
	down_write(&lab->quiesce);
	control = pl_control_create(lab, ops, ARRAY_SIZE(ops));
	KUNIT_ASSERT_FALSE(test, IS_ERR(control));
	KUNIT_ASSERT_EQ(test, pl_control_add_actor(control, ops, ARRAY_SIZE(ops)), 0);
	KUNIT_ASSERT_EQ(test, pl_control_start(control, 0), 0);
	pl_control_run(control, &run);
	KUNIT_EXPECT_EQ(test, run.verdict, (unsigned int)PIDLAB_VERDICT_DONE);
	KUNIT_EXPECT_EQ(test, (int)ops[1].error, 0);
	pl_control_destroy(control);
	up_write(&lab->quiesce);
	return run.taken;
}

static void x3_an_actor_does_not_stand_still_for_events(struct kunit *test)
{
	struct pl_lab *told = open_told(test);
	u64 sequence, lost;

	KUNIT_EXPECT_EQ(test, steps_of(test, told), steps_of(test, lab_open(test)));
	pl_events_count(told, &sequence, &lost);
	KUNIT_EXPECT_GT(test, sequence, 2ULL);
	pl_events_unwant(told);
}

static struct kunit_case event_cases[] = {
	LAB_CASE(a_life_is_told_from_fork_to_reap),
	LAB_CASE(a_weak_reference_tells_handover_and_the_last_one_gone),
	LAB_NS_CASE(a_namespace_is_told_from_birth_to_death),
	KUNIT_CASE(numbers_have_no_gaps_and_times_go_forward),
	KUNIT_CASE(what_nobody_wants_has_no_number),
	KUNIT_CASE(a_full_ring_loses_what_comes_and_counts_it),
	KUNIT_CASE(x3_an_actor_does_not_stand_still_for_events),
	{}
};

static struct kunit_suite event_suite = {
	.name = "pidlab_event",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = event_cases,
};
kunit_test_suite(event_suite);
