// SPDX-License-Identifier: GPL-2.0
/* References that remember what happens to the users behind them. */
#include "lab_helper.h"
#include "ref.h"
#include "task_ref.h"
#include "watch.h"

static void bury(struct kunit *test, struct pl_lab *lab, u64 task)
{
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
}

/* With struct pids the newest user is the first, before that it was the oldest. */
static u64 first_of(struct pl_lab *lab, u64 older, u64 newer)
{
	return lab->generation->has_pids ? newer : older;
}

/* Whom a watch is made for need not be held: the weak reference goes again. */
static u64 watch_of(struct kunit *test, struct pl_lab *lab, u64 task, enum pidlab_type type)
{
	u64 ref = MUST(test, lab, TREF, 0, task, type), watch = MUST(test, lab, WATCH, 0, ref);

	MUST(test, lab, PUT, 0, ref);
	return watch;
}

static void expect_event(struct kunit *test, struct pl_lab *lab, int line, u64 watch,
			 enum pidlab_ref_event_kind event, u64 count, u64 task)
{
	struct pidlab_op op = lab_run(lab, OP(EVENT, 0, watch));

	KUNIT_EXPECT_EQ_MSG(test, (int)op.error, 0, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, op.res[0], (u64)event, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, op.res[1], count, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, op.res[2], task, "line %d", line);
}

#define EXPECT_EVENT(test, lab, watch, WHAT, count, task) \
	expect_event(test, lab, __LINE__, watch, PIDLAB_REF_##WHAT, count, task)

/* A group with a leader and two members; the one who is its first user last. */
struct group {
	struct pl_lab *lab;
	u64 leader, a, b;
	u64 order[3];
};

static void make_group(struct kunit *test, struct group *g)
{
	g->lab = lab_open(test);
	g->leader = FORK(test, g->lab, g->lab->init_id);
	MUST(test, g->lab, SETPGID, 0, g->leader);
	g->a = FORK(test, g->lab, g->leader);
	g->b = FORK(test, g->lab, g->leader);
	g->order[0] = first_of(g->lab, g->leader, g->b);
	g->order[1] = g->a;
	g->order[2] = first_of(g->lab, g->b, g->leader);
}

static void x1_each_handover_is_told_and_then_the_last_ones_going(struct kunit *test)
{
	struct group g;
	u64 watch;

	make_group(test, &g);
	watch = watch_of(test, g.lab, g.a, PIDLAB_TYPE_PGID);
	KUNIT_EXPECT_EQ(test, MUST(test, g.lab, DEREF, 0, watch), g.order[0]);
	REFUSED(test, g.lab, -EAGAIN, EVENT, 0, watch);
	bury(test, g.lab, g.order[0]);
	EXPECT_EVENT(test, g.lab, watch, HANDOVER, 1, g.order[1]);
	REFUSED(test, g.lab, -EAGAIN, EVENT, 0, watch);
	bury(test, g.lab, g.order[1]);
	EXPECT_EVENT(test, g.lab, watch, HANDOVER, 1, g.order[2]);
	/* A zombie is a user. */
	MUST(test, g.lab, EXIT, 0, g.order[2]);
	REFUSED(test, g.lab, -EAGAIN, EVENT, 0, watch);
	EXPECT_CLEAN(test, g.lab);
	MUST(test, g.lab, REAP, 0, g.order[2]);
	EXPECT_EVENT(test, g.lab, watch, GONE, 1, g.order[2]);
	REFUSED(test, g.lab, -ESRCH, EVENT, 0, watch);
	REFUSED(test, g.lab, -ESRCH, DEREF, 0, watch);
}

static void x1_handovers_that_nobody_asked_for_are_counted(struct kunit *test)
{
	struct group g;
	u64 watch;

	make_group(test, &g);
	watch = watch_of(test, g.lab, g.a, PIDLAB_TYPE_PGID);
	bury(test, g.lab, g.order[0]);
	bury(test, g.lab, g.order[1]);
	bury(test, g.lab, g.order[2]);
	EXPECT_EVENT(test, g.lab, watch, HANDOVER, 2, g.order[2]);
	EXPECT_EVENT(test, g.lab, watch, GONE, 1, g.order[2]);
	REFUSED(test, g.lab, -ESRCH, EVENT, 0, watch);
}

static void x1_a_group_is_followed_without_its_leader(struct kunit *test)
{
	struct group g;
	u64 watch, last;

	make_group(test, &g);
	bury(test, g.lab, g.leader);
	/* Nobody has the number that the group is named after any more. */
	REFUSED(test, g.lab, -ESRCH, KILL, 0, g.lab->init_id, 2, 0);
	watch = watch_of(test, g.lab, g.a, PIDLAB_TYPE_PGID);
	last = first_of(g.lab, g.b, g.a);
	bury(test, g.lab, first_of(g.lab, g.a, g.b));
	EXPECT_EVENT(test, g.lab, watch, HANDOVER, 1, last);
	/* Who leaves for a group of his own is gone from this one. */
	MUST(test, g.lab, SETPGID, 0, last);
	EXPECT_EVENT(test, g.lab, watch, GONE, 1, last);
	EXPECT_CLEAN(test, g.lab);
}

static void x1_a_session_is_followed(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), member, watch;

	MUST(test, lab, SETSID, 0, leader);
	member = FORK(test, lab, leader);
	watch = watch_of(test, lab, leader, PIDLAB_TYPE_SID);
	bury(test, lab, leader);
	if (!lab->generation->has_pids)
		EXPECT_EVENT(test, lab, watch, HANDOVER, 1, member);
	REFUSED(test, lab, -EAGAIN, EVENT, 0, watch);
	MUST(test, lab, SETSID, 0, member);
	EXPECT_EVENT(test, lab, watch, GONE, 1, member);
}

static void x1_an_exec_hands_the_number_to_the_thread(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), thread = FORK_THREAD(test, lab, leader);
	u64 number = watch_of(test, lab, leader, PIDLAB_TYPE_PID);
	u64 group = watch_of(test, lab, leader, PIDLAB_TYPE_PGID);
	u64 own = watch_of(test, lab, thread, PIDLAB_TYPE_PID);

	MUST(test, lab, EXEC, 0, thread);
	EXPECT_EVENT(test, lab, number, HANDOVER, 1, thread);
	REFUSED(test, lab, -EAGAIN, EVENT, 0, number);
	if (lab->generation->has_pids)
		EXPECT_EVENT(test, lab, group, HANDOVER, 1, thread);
	else
		REFUSED(test, lab, -EAGAIN, EVENT, 0, group);
	/* Since 5.7 the thread's old number is the leader's for a moment. */
	if (lab->generation->number >= PIDLAB_GEN_IDR) {
		EXPECT_EVENT(test, lab, own, HANDOVER, 1, leader);
		EXPECT_EVENT(test, lab, own, GONE, 1, leader);
	} else {
		EXPECT_EVENT(test, lab, own, GONE, 1, thread);
	}
	EXPECT_CLEAN(test, lab);
}

static void x1_a_newer_user_is_a_handover_where_it_comes_first(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), watch, child;

	MUST(test, lab, SETPGID, 0, leader);
	watch = watch_of(test, lab, leader, PIDLAB_TYPE_PGID);
	child = FORK(test, lab, leader);
	if (lab->generation->has_pids)
		EXPECT_EVENT(test, lab, watch, HANDOVER, 1, child);
	REFUSED(test, lab, -EAGAIN, EVENT, 0, watch);
}

static void x1_a_watch_pins_neither_the_task_nor_the_number(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = FORK(test, lab, lab->init_id), watch;
	struct pidlab_op read;

	watch = watch_of(test, lab, task, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_EQ(test, lab_task(lab, task)->holds.counter, 0);
	bury(test, lab, task);
	MUST(test, lab, GP, 0);
	EXPECT_GONE(test, lab, task);
	KUNIT_EXPECT_FALSE(test, lab_taken(lab, 2));
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TASK), 1L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), (long)lab->generation->has_pids);
	/* Somebody else has the number: the watch does not mean him. */
	lab_set_last(lab->root_ns, 1);
	KUNIT_EXPECT_EQ(test, NR_OF(test, lab, FORK(test, lab, lab->init_id)), 2);
	EXPECT_EVENT(test, lab, watch, GONE, 1, task);
	REFUSED(test, lab, -ESRCH, EVENT, 0, watch);
	read = lab_run(lab, LAB_OP(PIDLAB_OP_READ, 0, watch));
	KUNIT_EXPECT_EQ(test, read.res[0], (u64)2);
	KUNIT_EXPECT_EQ(test, read.res[1], (u64)1);
}

static void x1_a_watch_on_users_who_have_gone_tells_so_at_once(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = FORK(test, lab, lab->init_id), ref = MUST(test, lab, TREF, 0, task), watch;

	bury(test, lab, task);
	watch = MUST(test, lab, WATCH, 0, ref);
	EXPECT_EVENT(test, lab, watch, GONE, 1, 0);
	REFUSED(test, lab, -ESRCH, EVENT, 0, watch);
}

static void x1_two_watches_do_not_know_of_each_other(struct kunit *test)
{
	struct group g;
	u64 one, two, three;

	make_group(test, &g);
	one = watch_of(test, g.lab, g.a, PIDLAB_TYPE_PGID);
	bury(test, g.lab, g.order[0]);
	two = MUST(test, g.lab, DUP, 0, one);
	three = MUST(test, g.lab, WATCH, 0, two);
	EXPECT_EVENT(test, g.lab, one, HANDOVER, 1, g.order[1]);
	/* They begin when they are made. */
	REFUSED(test, g.lab, -EAGAIN, EVENT, 0, two);
	bury(test, g.lab, g.order[1]);
	MUST(test, g.lab, PUT, 0, one);
	EXPECT_EVENT(test, g.lab, two, HANDOVER, 1, g.order[2]);
	EXPECT_EVENT(test, g.lab, three, HANDOVER, 1, g.order[2]);
	MUST(test, g.lab, PUT, 0, two);
	bury(test, g.lab, g.order[2]);
	EXPECT_EVENT(test, g.lab, three, GONE, 1, g.order[2]);
}

static void x1_what_cannot_be_watched_is_refused(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 hold = MUST(test, lab, HOLD_TASK, 0, lab->init_id);
	u64 weak = MUST(test, lab, TREF, 0, lab->init_id), watch;
	u64 nothing = MUST(test, lab, TREF_NR, 0, 77);

	REFUSED(test, lab, -EINVAL, WATCH, 0, hold);
	REFUSED(test, lab, -ESRCH, WATCH, 0, nothing);
	REFUSED(test, lab, -EINVAL, EVENT, 0, hold);
	REFUSED(test, lab, -EINVAL, EVENT, 0, weak);
	watch = MUST(test, lab, WATCH, 0, weak);
	REFUSED(test, lab, -EINVAL, SET, 0, watch, weak);
	REFUSED(test, lab, -EINVAL, SET, 0, weak, watch);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_WATCH), 1L);
}

static void x1_watches_are_references_by_number_and_bytes(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	u64 weak, watch;
	long bytes;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_REFS, 2);
	lab = lab_open_setup(test, &setup);
	weak = MUST(test, lab, TREF, 0, lab->init_id);
	bytes = lab_counter(lab, PIDLAB_CTR_REF_BYTES);
	watch = MUST(test, lab, WATCH, 0, weak);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REFS), 2L);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REF_BYTES),
			bytes + (long)(pl_ref_bytes() + sizeof(struct pl_watch)));
	REFUSED(test, lab, -ENOSPC, WATCH, 0, weak);
	REFUSED(test, lab, -ENOSPC, DUP, 0, watch);
	MUST(test, lab, PUT, 0, watch);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REF_BYTES), bytes);
}

static void x1_what_was_told_shows_in_the_digest(struct kunit *test)
{
	struct group g;
	u64 watch, before;

	make_group(test, &g);
	watch = watch_of(test, g.lab, g.a, PIDLAB_TYPE_PGID);
	bury(test, g.lab, g.order[0]);
	before = lab_digest(g.lab);
	EXPECT_EVENT(test, g.lab, watch, HANDOVER, 1, g.order[1]);
	KUNIT_EXPECT_NE(test, lab_digest(g.lab), before);
}

static void x1_a_watch_that_lost_its_users_is_found(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 id = watch_of(test, lab, lab->init_id, PIDLAB_TYPE_PID);
	struct pl_object *object = pl_object_get(lab, id);
	struct hlist_head *place;
	struct pl_watch *watch;

	KUNIT_ASSERT_NOT_NULL(test, object);
	watch = pl_ref_of(object)->watch;
	pl_ref_put(lab, pl_ref_of(object));
	pl_read_lock(&lab->tasklist_lock);
	place = lab->generation->tref->watches(lab, lab_tref_of(lab, lab->init_id, 0));
	pl_read_unlock(&lab->tasklist_lock);
	KUNIT_EXPECT_PTR_EQ(test, place->first, &watch->node);
	EXPECT_CLEAN(test, lab);
	hlist_del_init(&watch->node);
	EXPECT_FOUND(test, lab, WATCH, id);
	hlist_add_head(&watch->node, place);
	watch->gone = true;
	EXPECT_FOUND(test, lab, WATCH, id);
	watch->gone = false;
	watch->task += BIT(PIDLAB_ID_KIND_BITS);
	EXPECT_FOUND(test, lab, WATCH, id);
	watch->task = lab->init_id;
}

static struct kunit_case watch_cases[] = {
	LAB_CASE(x1_each_handover_is_told_and_then_the_last_ones_going),
	LAB_CASE(x1_handovers_that_nobody_asked_for_are_counted),
	LAB_CASE(x1_a_group_is_followed_without_its_leader),
	LAB_CASE(x1_a_session_is_followed),
	LAB_CASE(x1_an_exec_hands_the_number_to_the_thread),
	LAB_CASE(x1_a_newer_user_is_a_handover_where_it_comes_first),
	LAB_CASE(x1_a_watch_pins_neither_the_task_nor_the_number),
	LAB_CASE(x1_a_watch_on_users_who_have_gone_tells_so_at_once),
	LAB_CASE(x1_two_watches_do_not_know_of_each_other),
	LAB_CASE(x1_what_cannot_be_watched_is_refused),
	LAB_CASE(x1_watches_are_references_by_number_and_bytes),
	LAB_CASE(x1_what_was_told_shows_in_the_digest),
	LAB_CASE(x1_a_watch_that_lost_its_users_is_found),
	{}
};

static struct kunit_suite watch_suite = {
	.name = "pidlab_watch",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = watch_cases,
};
kunit_test_suite(watch_suite);
