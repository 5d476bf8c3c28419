// SPDX-License-Identifier: GPL-2.0
/* struct pid: its life from alloc to the last put. */
#include "lab_helper.h"

static void b1_a_pid_is_a_hundredth_of_a_task(struct kunit *test)
{
	size_t task = pl_task_default_payload() + sizeof(struct pl_task);

	KUNIT_EXPECT_EQ(test, sizeof(struct pl_link), 3 * sizeof(void *));
	KUNIT_EXPECT_LE(test, 100 * pl_pid_bytes(0), task);
	KUNIT_EXPECT_EQ(test, pl_pid_bytes(1) - pl_pid_bytes(0), sizeof(struct pl_upid));
}

static void b2_a_pid_is_found_before_any_task_uses_it(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *pid = lab_make_pid(test, lab, lab->root_ns);

	KUNIT_EXPECT_TRUE(test, pid->published);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->object.count), 1u);
	KUNIT_EXPECT_FALSE(test, pl_pid_has_users(pid));
	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, pid->numbers[0].nr), pid);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, pl_pid_first(lab, pid, PIDLAB_TYPE_PID));
	rcu_read_unlock();
	pl_pid_free(lab, pid);
}

static void b2_a_pid_without_a_number_is_freed(struct kunit *test)
{
	struct pl_lab *lab = lab_open_small(test);
	struct pl_ctx ctx = lab_ctx(lab);
	struct pl_pid **pids = kunit_kcalloc(test, 299, sizeof(*pids), GFP_KERNEL), *pid;
	long objects;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pids);
	for (i = 0; i < 299; i++)
		pids[i] = lab_make_pid(test, lab, lab->root_ns);
	objects = lab_objects(lab, PL_MEM_PID);
	pid = pl_pid_alloc(&ctx, lab->root_ns, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(pid), -EAGAIN);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), objects);
	REFUSED(test, lab, -EAGAIN, FORK, 0, lab->init_id);
	for (i = 0; i < 299; i++)
		pl_pid_free(lab, pids[i]);
}

static void b3_the_number_is_free_before_the_grace_period_ends(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *old = lab_make_pid(test, lab, lab->root_ns), *new;
	int nr = old->numbers[0].nr;

	rcu_read_lock();
	pl_pid_free(lab, old);
	/* No grace period ends while we read: the old one is still counted. */
	KUNIT_EXPECT_EQ(test, refcount_read(&old->object.count), 1u);
	KUNIT_EXPECT_FALSE(test, old->published);
	KUNIT_EXPECT_EQ(test, lab->generation->index->next(lab->root_ns, nr), -1);
	KUNIT_EXPECT_NULL(test, pl_pid_find(nr, lab->root_ns));
	pl_pid_get(old);
	rcu_read_unlock();

	lab_set_last(lab->root_ns, nr - 1);
	new = lab_make_pid(test, lab, lab->root_ns);
	KUNIT_EXPECT_EQ(test, new->numbers[0].nr, nr);
	/* One number, two structures, one of them published. */
	KUNIT_EXPECT_EQ(test, old->numbers[0].nr, nr);
	KUNIT_EXPECT_PTR_EQ(test, lab_find_pid(lab->root_ns, nr), new);
	pl_pid_put(old);
	pl_pid_free(lab, new);
}

static void b3_the_count_goes_after_the_grace_period(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *pid = lab_make_pid(test, lab, lab->root_ns);
	long objects = lab_objects(lab, PL_MEM_PID);

	pl_pid_get(pid);
	pl_pid_free(lab, pid);
	pl_grace_period(lab);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->object.count), 1u);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), objects);
	pl_pid_put(pid);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), objects - 1);
}

struct unhashed {
	int nr;
	bool found;
};

static void look_up(struct pl_lab *lab, void *data)
{
	struct unhashed *seen = data;

	seen->found = lab_find_pid(lab->root_ns, seen->nr);
}

static void b2_a_numbered_pid_is_not_found_yet(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct unhashed seen = { .nr = 2, .found = true };
	struct lab_trap trap = {
		.point = PL_POINT_PID_NUMBERED, .spring = look_up, .data = &seen,
	};

	lab_set_trap(test, lab, &trap);
	FORK(test, lab, lab->init_id);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_FALSE(test, seen.found);
}

static void b2_a_published_pid_is_found_before_its_task(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct unhashed seen = { .nr = 2 };
	struct lab_trap trap = {
		.point = PL_POINT_PID_PUBLISHED, .spring = look_up, .data = &seen,
	};

	lab_set_trap(test, lab, &trap);
	FORK(test, lab, lab->init_id);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	KUNIT_EXPECT_TRUE(test, seen.found);
}

static void b4_put_of_null_is_fine(struct kunit *test)
{
	pl_pid_put(NULL);
	KUNIT_EXPECT_NULL(test, pl_pid_get(NULL));
}

static void b4_the_last_put_frees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 task = FORK(test, lab, lab->init_id);
	u64 ref = MUST(test, lab, HOLD_PID, 0, task);
	long objects = lab_objects(lab, PL_MEM_PID);

	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
	MUST(test, lab, GP, 0);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), objects);
	MUST(test, lab, PUT, 0, ref);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_PID), objects - 1);
}

static void b5_the_first_user_is_the_newest(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 old = FORK(test, lab, lab->init_id);
	u64 new = FORK(test, lab, lab->init_id);
	u64 group = MUST(test, lab, PID, 0, lab->init_id, PIDLAB_TYPE_PGID);

	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, group, PIDLAB_TYPE_PGID), new);
	MUST(test, lab, EXIT, 0, new);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, group, PIDLAB_TYPE_PGID), new);
	MUST(test, lab, REAP, 0, new);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, group, PIDLAB_TYPE_PGID), old);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, group, PIDLAB_TYPE_PID), lab->init_id);
}

static void b5_a_number_without_a_pid_is_an_error(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);

	REFUSED(test, lab, -ESRCH, FIND, 0, 77);
	REFUSED(test, lab, -ESRCH, FIND, 0, 0);
	REFUSED(test, lab, -ESRCH, FIND, 0, -1);
	REFUSED(test, lab, -ESRCH, FIND, 0, INT_MAX);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, pl_pid_first(lab, NULL, PIDLAB_TYPE_PID));
	rcu_read_unlock();
}

static void b6_attachment_takes_no_count(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *pid = lab_task(lab, lab->init_id)->link[PIDLAB_TYPE_PGID].pid;
	int i;

	for (i = 0; i < 10; i++)
		FORK(test, lab, lab->init_id);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->object.count), 1u);
}

static void b6_the_last_detach_of_any_type_frees(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 leader = FORK(test, lab, lab->init_id), member;
	u64 pid = MUST(test, lab, PID, 0, leader);
	int nr = NR_OF(test, lab, pid);

	MUST(test, lab, SETPGID, 0, leader);
	member = FORK(test, lab, leader);
	MUST(test, lab, EXIT, 0, leader);
	MUST(test, lab, REAP, 0, leader);
	/* The group lives on without its leader, and so do pid and number. */
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIND, 0, nr), pid);
	REFUSED(test, lab, -ESRCH, FIRST, 0, pid, PIDLAB_TYPE_PID);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, FIRST, 0, pid, PIDLAB_TYPE_PGID), member);
	MUST(test, lab, EXIT, 0, member);
	MUST(test, lab, REAP, 0, member);
	REFUSED(test, lab, -ESRCH, FIND, 0, nr);
}

static void b7_first_get_takes_its_count(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_task *init = lab_task(lab, lab->init_id);
	struct pl_pid *pid = init->link[PIDLAB_TYPE_PID].pid;
	unsigned int usage = refcount_read(&init->object.count);

	KUNIT_EXPECT_PTR_EQ(test, pl_pid_first_get(pid, PIDLAB_TYPE_PID), init);
	KUNIT_EXPECT_EQ(test, refcount_read(&init->object.count), usage + 1);
	pl_task_put(init);
}

static void b7_find_get_takes_its_count(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	struct pl_pid *pid = lab_task(lab, lab->init_id)->link[PIDLAB_TYPE_PID].pid;

	KUNIT_EXPECT_PTR_EQ(test, pl_pid_find_get(1, lab->root_ns), pid);
	KUNIT_EXPECT_EQ(test, refcount_read(&pid->object.count), 2u);
	pl_pid_put(pid);
	KUNIT_EXPECT_NULL(test, pl_pid_find_get(2, lab->root_ns));
}

static struct kunit_case pid_cases[] = {
	KUNIT_CASE(b1_a_pid_is_a_hundredth_of_a_task),
	LAB_PID_CASE(b2_a_pid_is_found_before_any_task_uses_it),
	LAB_PID_CASE(b2_a_pid_without_a_number_is_freed),
	LAB_PID_CASE(b2_a_numbered_pid_is_not_found_yet),
	LAB_PID_CASE(b2_a_published_pid_is_found_before_its_task),
	LAB_PID_CASE(b3_the_number_is_free_before_the_grace_period_ends),
	LAB_PID_CASE(b3_the_count_goes_after_the_grace_period),
	KUNIT_CASE(b4_put_of_null_is_fine),
	LAB_PID_CASE(b4_the_last_put_frees),
	LAB_PID_CASE(b5_the_first_user_is_the_newest),
	LAB_PID_CASE(b5_a_number_without_a_pid_is_an_error),
	LAB_PID_CASE(b6_attachment_takes_no_count),
	LAB_PID_CASE(b6_the_last_detach_of_any_type_frees),
	LAB_PID_CASE(b7_first_get_takes_its_count),
	LAB_PID_CASE(b7_find_get_takes_its_count),
	{}
};

static struct kunit_suite pid_suite = {
	.name = "pidlab_pid",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = pid_cases,
};
kunit_test_suite(pid_suite);
