// SPDX-License-Identifier: GPL-2.0
/* The checker finds each invariant that is broken on purpose. */
#include "lab_helper.h"
#include "task_ref.h"

/* A family with something of each kind. */
struct family {
	struct pl_lab *lab;
	u64 a, b, thread;
	struct pl_task *init_task, *a_task, *b_task, *thread_task;
	struct pl_pid *a_pid, *b_pid;
};

static void make_family(struct kunit *test, struct family *f)
{
	struct pl_lab *lab = lab_open(test);

	f->lab = lab;
	f->a = FORK(test, lab, lab->init_id);
	f->b = FORK(test, lab, f->a);
	f->thread = FORK_THREAD(test, lab, f->a);
	f->init_task = lab_task(lab, lab->init_id);
	f->a_task = lab_task(lab, f->a);
	f->b_task = lab_task(lab, f->b);
	f->thread_task = lab_task(lab, f->thread);
	if (lab->generation->has_pids) {
		f->a_pid = f->a_task->link[PIDLAB_TYPE_PID].pid;
		f->b_pid = f->b_task->link[PIDLAB_TYPE_PID].pid;
	}
	EXPECT_CLEAN(test, lab);
}

static void x5_a_link_that_its_pid_does_not_know(struct kunit *test)
{
	struct pl_link *link;
	struct pl_pid *right;
	struct family f;

	make_family(test, &f);
	link = &f.b_task->link[PIDLAB_TYPE_PGID];
	right = link->pid;
	link->pid = f.a_pid;
	EXPECT_FOUND(test, f.lab, LINK, right->object.id);
	link->pid = right;
}

static void x5_an_unreaped_task_without_a_pid(struct kunit *test)
{
	struct pl_pid *right;
	struct family f;

	make_family(test, &f);
	right = f.b_task->link[PIDLAB_TYPE_SID].pid;
	f.b_task->link[PIDLAB_TYPE_SID].pid = NULL;
	EXPECT_FOUND(test, f.lab, NO_PID, f.b);
	f.b_task->link[PIDLAB_TYPE_SID].pid = right;
}

static void x5_a_thread_with_a_group_link(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	pl_write_lock(&f.lab->tasklist_lock);
	pl_pid_attach(f.thread_task, PIDLAB_TYPE_PGID, f.a_pid);
	pl_write_unlock(&f.lab->tasklist_lock);
	EXPECT_FOUND(test, f.lab, THREAD_LINK, f.thread);
	pl_write_lock(&f.lab->tasklist_lock);
	pl_pid_detach(f.thread_task, PIDLAB_TYPE_PGID);
	pl_write_unlock(&f.lab->tasklist_lock);
}

static void x5_a_published_pid_without_users(struct kunit *test)
{
	struct pl_pid *pid;
	struct family f;

	make_family(test, &f);
	pid = lab_make_pid(test, f.lab, f.lab->root_ns);
	EXPECT_FOUND(test, f.lab, UNUSED_PID, pid->object.id);
	pl_pid_free(f.lab, pid);
	/* And the reverse: users, but not published. */
	f.b_pid->published = false;
	EXPECT_FOUND(test, f.lab, UNUSED_PID, f.b_pid->object.id);
	f.b_pid->published = true;
}

static void x5_a_pid_that_is_not_found_by_its_number(struct kunit *test)
{
	struct family f;
	int nr;

	make_family(test, &f);
	nr = f.b_pid->numbers[0].nr;
	f.b_pid->numbers[0].nr = 77;
	EXPECT_FOUND(test, f.lab, LOOKUP, f.b_pid->object.id);
	f.b_pid->numbers[0].nr = nr;
}

static void x5_a_number_in_use_that_is_marked_free(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	pl_pidmap_free(&f.lab->root_ns->map, f.b_pid->numbers[0].nr);
	EXPECT_FOUND(test, f.lab, NUMBER, f.b_pid->object.id);
	lab_set_last(f.lab->root_ns, f.b_pid->numbers[0].nr - 1);
	KUNIT_EXPECT_EQ(test, pl_pidmap_alloc(&(struct pl_ctx){ .lab = f.lab },
					      &f.lab->root_ns->map), f.b_pid->numbers[0].nr);
}

static void x5_a_number_marked_used_without_a_pid(struct kunit *test)
{
	struct pl_ctx ctx;
	struct family f;
	int nr;

	make_family(test, &f);
	ctx = lab_ctx(f.lab);
	nr = pl_pidmap_alloc(&ctx, &f.lab->root_ns->map);
	KUNIT_ASSERT_GT(test, nr, 0);
	EXPECT_FOUND(test, f.lab, NUMBER, f.lab->root_ns->object.id);
	pl_pidmap_free(&f.lab->root_ns->map, nr);
}

static void x5_a_namespace_that_miscounts_its_pids(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	f.lab->root_ns->nr_pids++;
	EXPECT_FOUND(test, f.lab, NUMBER, f.lab->root_ns->object.id);
	f.lab->root_ns->nr_pids--;
}

static void x5_a_task_counted_once_too_often(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	pl_task_get(f.b_task);
	EXPECT_FOUND(test, f.lab, COUNT, f.b);
	pl_task_put(f.b_task);
	atomic_inc(&f.b_task->holds);
	EXPECT_FOUND(test, f.lab, COUNT, f.b);
	atomic_dec(&f.b_task->holds);
}

static void x5_a_pid_counted_once_too_often(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	pl_pid_get(f.b_pid);
	EXPECT_FOUND(test, f.lab, PID_COUNT, f.b_pid->object.id);
	pl_pid_put(f.b_pid);
}

static void x5_a_child_that_has_another_parent(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	f.b_task->real_parent = f.init_task;
	EXPECT_FOUND(test, f.lab, FAMILY, f.b);
	f.b_task->real_parent = NULL;
	EXPECT_FOUND(test, f.lab, FAMILY, f.b);
	f.b_task->real_parent = f.a_task;
	/* A parent that has exited. */
	f.a_task->state = PIDLAB_STATE_ZOMBIE;
	EXPECT_FOUND(test, f.lab, FAMILY, f.b);
	f.a_task->state = PIDLAB_STATE_RUNNING;
}

static void x5_a_group_that_miscounts_its_threads(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	f.a_task->signal->nr_threads++;
	EXPECT_FOUND(test, f.lab, THREADS, f.a);
	f.a_task->signal->nr_threads--;
	f.a_task->signal->live--;
	EXPECT_FOUND(test, f.lab, THREADS, f.a);
	f.a_task->signal->live++;
	f.thread_task->group_leader = f.b_task;
	EXPECT_FOUND(test, f.lab, THREADS, f.thread);
	f.thread_task->group_leader = f.a_task;
}

static void x5_a_namespace_without_a_living_reaper(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	f.lab->root_ns->reaper = NULL;
	EXPECT_FOUND(test, f.lab, REAPER, f.b);
	f.lab->root_ns->reaper = f.init_task;
	MUST(test, f.lab, EXIT, 0, f.b);
	f.lab->root_ns->reaper = f.b_task;
	EXPECT_FOUND(test, f.lab, REAPER, f.a);
	f.lab->root_ns->reaper = f.init_task;
}

static void x5_a_task_ref_that_points_elsewhere(struct kunit *test)
{
	struct pl_tref *ref;
	struct family f;
	u64 blamed;

	make_family(test, &f);
	MUST(test, f.lab, TREF, 0, f.b);
	/* Who leads to it is to blame. */
	blamed = f.b_pid ? f.b_pid->object.id : f.b;
	ref = (struct pl_tref *)lab_tref_of(f.lab, f.b, PIDLAB_TYPE_PID);
	KUNIT_ASSERT_NOT_NULL(test, ref);
	ref->task = f.a_task;
	EXPECT_FOUND(test, f.lab, TREF, blamed);
	ref->task = NULL;
	EXPECT_FOUND(test, f.lab, TREF, blamed);
	ref->task = f.b_task;
	atomic_inc(&ref->count);
	EXPECT_FOUND(test, f.lab, TREF, blamed);
	atomic_dec(&ref->count);
	ref->type = PIDLAB_TYPE_SID;
	EXPECT_FOUND(test, f.lab, TREF, blamed);
	ref->type = PIDLAB_TYPE_PID;
}

static void x5_a_sentinel_that_is_miscounted(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	MUST(test, f.lab, TREF_NR, 0, 77);
	EXPECT_CLEAN(test, f.lab);
	atomic_inc(&f.lab->init_tref.count);
	EXPECT_FOUND(test, f.lab, TREF, 0);
	atomic_dec(&f.lab->init_tref.count);
}

static void x5_a_tally_that_does_not_match(struct kunit *test)
{
	static const enum pl_mem kinds[] = { PL_MEM_TASK, PL_MEM_PID, PL_MEM_NS, PL_MEM_REF };
	struct family f;
	size_t i;

	make_family(test, &f);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		atomic_long_inc(&f.lab->account.objects[kinds[i]]);
		EXPECT_FOUND(test, f.lab, TALLY, 0);
		atomic_long_dec(&f.lab->account.objects[kinds[i]]);
	}
}

static void x5_a_namespace_counted_once_too_often(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	pl_pidns_get(f.lab->root_ns);
	EXPECT_FOUND(test, f.lab, NS_COUNT, f.lab->root_ns->object.id);
	pl_pidns_put(f.lab->root_ns);
}

static void x5_orphans_of_each_kind(struct kunit *test)
{
	struct pl_ctx ctx;
	struct pl_pidns *ns;
	struct family f;

	make_family(test, &f);
	ctx = lab_ctx(f.lab);
	pl_task_get(f.b_task);
	pl_pid_get(f.b_pid);
	MUST(test, f.lab, EXIT, 0, f.b);
	MUST(test, f.lab, REAP, 0, f.b);
	EXPECT_FOUND(test, f.lab, ORPHAN, f.b);
	EXPECT_FOUND(test, f.lab, ORPHAN, f.b_pid->object.id);
	KUNIT_EXPECT_EQ(test, lab_counter(f.lab, PIDLAB_CTR_LEAKS), 2L);
	pl_task_put(f.b_task);
	pl_pid_put(f.b_pid);
	EXPECT_CLEAN(test, f.lab);

	ns = pl_pidns_create(&ctx, f.lab->root_ns);
	if (!f.lab->generation->max_level) {
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(ns), -EOPNOTSUPP);
		return;
	}
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ns);
	EXPECT_FOUND(test, f.lab, ORPHAN, ns->object.id);
	pl_pidns_put(ns);
}

static void x5_what_is_held_is_no_orphan(struct kunit *test)
{
	struct family f;

	make_family(test, &f);
	MUST(test, f.lab, HOLD_TASK, 0, f.b);
	MUST(test, f.lab, HOLD_PID, 0, f.b);
	MUST(test, f.lab, TREF, 0, f.b);
	MUST(test, f.lab, EXIT, 0, f.b);
	MUST(test, f.lab, REAP, 0, f.b);
	EXPECT_CLEAN(test, f.lab);
	KUNIT_EXPECT_EQ(test, lab_counter(f.lab, PIDLAB_CTR_LEAKS), 0L);
}

static void x5_all_violations_are_counted_and_the_first_named(struct kunit *test)
{
	struct pl_findings found;
	struct pl_pid *pid[12];
	struct family f;
	int i;

	make_family(test, &f);
	for (i = 0; i < 12; i++)
		pid[i] = lab_make_pid(test, f.lab, f.lab->root_ns);
	KUNIT_EXPECT_EQ(test, lab_find(f.lab, &found), 0);
	KUNIT_EXPECT_EQ(test, found.count, 12u);
	for (i = 0; i < PIDLAB_CHECK_MAX; i++) {
		KUNIT_EXPECT_EQ(test, found.code[i], (u32)PIDLAB_BAD_UNUSED_PID);
		KUNIT_EXPECT_EQ(test, found.object[i], pid[i]->object.id);
	}
	for (i = 0; i < 12; i++)
		pl_pid_free(f.lab, pid[i]);
}

static struct kunit_case check_cases[] = {
	LAB_PID_CASE(x5_a_link_that_its_pid_does_not_know),
	LAB_PID_CASE(x5_an_unreaped_task_without_a_pid),
	LAB_PID_CASE(x5_a_thread_with_a_group_link),
	LAB_PID_CASE(x5_a_published_pid_without_users),
	LAB_PID_CASE(x5_a_pid_that_is_not_found_by_its_number),
	KUNIT_CASE(x5_a_number_in_use_that_is_marked_free),
	KUNIT_CASE(x5_a_number_marked_used_without_a_pid),
	LAB_CASE(x5_a_namespace_that_miscounts_its_pids),
	LAB_CASE(x5_a_task_counted_once_too_often),
	LAB_PID_CASE(x5_a_pid_counted_once_too_often),
	LAB_CASE(x5_a_child_that_has_another_parent),
	LAB_CASE(x5_a_group_that_miscounts_its_threads),
	LAB_CASE(x5_a_namespace_without_a_living_reaper),
	LAB_CASE(x5_a_task_ref_that_points_elsewhere),
	LAB_CASE(x5_a_sentinel_that_is_miscounted),
	LAB_CASE(x5_a_tally_that_does_not_match),
	LAB_CASE(x5_a_namespace_counted_once_too_often),
	LAB_PID_CASE(x5_orphans_of_each_kind),
	LAB_PID_CASE(x5_what_is_held_is_no_orphan),
	LAB_PID_CASE(x5_all_violations_are_counted_and_the_first_named),
	{}
};

static struct kunit_suite check_suite = {
	.name = "pidlab_check",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = check_cases,
};
kunit_test_suite(check_suite);
