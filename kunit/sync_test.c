// SPDX-License-Identifier: GPL-2.0
/* Locks, grace periods and named points. */
#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "lab_helper.h"

static void each_point_has_a_name_of_its_own(struct kunit *test)
{
	int a, b;

	for (a = 0; a < PL_POINT_COUNT; a++) {
		KUNIT_EXPECT_NOT_NULL(test, strchr(pl_point_name(a), '.'));
		for (b = 0; b < a; b++)
			KUNIT_EXPECT_STRNEQ(test, pl_point_name(a), pl_point_name(b));
	}
	KUNIT_EXPECT_STREQ(test, pl_point_name(PL_POINT_COUNT), "?");
}

/**
 * struct visit - what was seen at the points of a lab
 * @times: how often each was reached
 * @locked: points that were reached with a spinning lock held or interrupts off
 */
struct visit {
	unsigned int times[PL_POINT_COUNT];
	unsigned int locked;
};

static void see(struct pl_lab *lab, enum pl_point point, void *data)
{
	struct visit *visit = data;

	visit->times[point]++;
	if (irqs_disabled() || preempt_count())
		visit->locked++;
}

/* Points that the generation does not have, or that the operations here miss. */
static bool lies_elsewhere(struct pl_lab *lab, enum pl_point point)
{
	switch (point) {
	case PL_POINT_PIDMAP_PAGE:
	case PL_POINT_PIDMAP_TAKEN:
		return lab->generation->number >= PIDLAB_GEN_IDR;
	case PL_POINT_TABLE_LEAF:
	case PL_POINT_TABLE_TAKEN:
		return lab->generation->number != PIDLAB_GEN_TABLE;
	case PL_POINT_PID_PUT_READ:
		/* In the window of a bug. */
		return true;
	default:
		return false;
	}
}

/* A child that becomes current, and exits. */
static void visit_scheduler(struct pl_lab *lab, u64 child)
{
	lab_run(lab, OP(PUT, 0, lab_run(lab, OP(RCU_GET, 0, child)).res[0]));
	lab_run(lab, OP(SWITCH_TO, 0, 0, child));
	lab_run(lab, OP(EXIT, 0, child));
	lab_run(lab, OP(SWITCH_TO, 0, 0));
}

/* A task that moves, and forks from there. */
static void visit_containers(struct pl_lab *lab)
{
	u64 root = lab_run(lab, OP(MOUNT, 0, PIDLAB_SUBSYS_MASK)).res[0];

	lab_run(lab, OP(ATTACH, 0, lab->init_id, lab_run(lab, OP(MKDIR, 0, root)).res[0]));
}

static void b10_no_point_lies_under_a_spinning_lock(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct visit *visit = kunit_kzalloc(test, sizeof(*visit), GFP_KERNEL);
	u64 a, b;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, visit);
	pl_hook_points(lab, see, visit);
	visit_containers(lab);
	a = lab_run(lab, OP(FORK, PIDLAB_F_NEWPID, lab->init_id)).res[0];
	b = lab_run(lab, OP(FORK, 0, a)).res[0];
	lab_run(lab, OP(PUT, 0, lab_run(lab, OP(TREF, 0, b)).res[0]));
	visit_scheduler(lab, b);
	lab_run(lab, OP(REAP, 0, b));
	lab_run(lab, OP(FORK, 0, a));
	lab_run(lab, OP(EXIT, 0, a));
	pl_unhook_points(lab);
	KUNIT_EXPECT_EQ(test, visit->locked, 0u);
	for (i = 0; i < PL_POINT_COUNT; i++) {
		if (lies_elsewhere(lab, i))
			continue;
		KUNIT_EXPECT_GT_MSG(test, visit->times[i], 0u, "%s", pl_point_name(i));
	}
}

static void an_unhooked_lab_is_left_alone(struct kunit *test)
{
	struct pl_lab *hooked = lab_open(test), *other = lab_open(test);
	struct visit *visit = kunit_kzalloc(test, sizeof(*visit), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, visit);
	pl_hook_points(hooked, see, visit);
	FORK(test, other, other->init_id);
	KUNIT_EXPECT_NULL(test, memchr_inv(visit, 0, sizeof(*visit)));
	pl_unhook_points(hooked);
	FORK(test, hooked, hooked->init_id);
	KUNIT_EXPECT_NULL(test, memchr_inv(visit, 0, sizeof(*visit)));
}

static void b10_a_pid_is_freed_with_interrupts_as_they_were(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *one = lab_make_pid(test, lab, lab->root_ns);
	struct pl_pid *two = lab_make_pid(test, lab, lab->root_ns);
	bool under_lock, after;

	/* Under the tasklist lock, which has them off, and without. */
	pl_write_lock(&lab->tasklist_lock);
	pl_pid_free(lab, one);
	under_lock = irqs_disabled();
	pl_write_unlock(&lab->tasklist_lock);
	pl_pid_free(lab, two);
	after = irqs_disabled();
	KUNIT_EXPECT_TRUE(test, under_lock);
	KUNIT_EXPECT_FALSE(test, after);
}

static void a_grace_period_ends_all_that_was_freed_before(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long pids = lab_objects(lab, PL_MEM_PID);
	int i;

	for (i = 0; i < 50; i++)
		pl_pid_free(lab, lab_make_pid(test, lab, lab->root_ns));
	pl_grace_period(lab);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), pids);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->rcu_pending), 0L);
}

static void settling_waits_for_its_own_lab(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	long pids = lab_objects(lab, PL_MEM_PID);

	pl_pid_free(lab, lab_make_pid(test, lab, lab->root_ns));
	pl_settle(lab);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), pids);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&lab->rcu_pending), 0L);
}

static struct kunit_case sync_cases[] = {
	KUNIT_CASE(each_point_has_a_name_of_its_own),
	LAB_NS_CASE(b10_no_point_lies_under_a_spinning_lock),
	LAB_CASE(an_unhooked_lab_is_left_alone),
	LAB_PID_CASE(b10_a_pid_is_freed_with_interrupts_as_they_were),
	LAB_PID_CASE(a_grace_period_ends_all_that_was_freed_before),
	LAB_PID_CASE(settling_waits_for_its_own_lab),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "pidlab_sync",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = sync_cases,
};
kunit_test_suite(sync_suite);
