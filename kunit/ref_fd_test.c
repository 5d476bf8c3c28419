// SPDX-License-Identifier: GPL-2.0
/* Weak references as files: poll, read, close, and whoever is in the way. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/poll.h>

#include "lab_helper.h"
#include "ref.h"
#include "ref_fd.h"
#include "watch.h"

static void bury(struct kunit *test, struct pl_lab *lab, u64 task)
{
	MUST(test, lab, EXIT, 0, task);
	MUST(test, lab, REAP, 0, task);
}

static struct file *open_with(struct pl_lab *lab, u64 ref, u32 flags, u32 fail_nth)
{
	struct pidlab_ref_fd arg = {
		.size = sizeof(arg), .ref = ref, .flags = flags, .fail_nth = fail_nth,
	};

	return pl_ref_fd_open(lab, &arg);
}

/* A file that follows what @task uses, and nothing else that leads there. */
static struct file *open_file(struct kunit *test, struct pl_lab *lab, u64 task,
			      enum pidlab_type type, u32 flags)
{
	u64 ref = MUST(test, lab, TREF, 0, task, type);
	struct file *file = open_with(lab, ref, flags, 0);

	MUST(test, lab, PUT, 0, ref);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	return file;
}

static ssize_t read_some(struct file *file, struct pidlab_ref_event *event, size_t bytes)
{
	loff_t pos = 0;

	memset(event, 0xff, bytes);
	return kernel_read(file, event, bytes, &pos);
}

#define EXPECT_READ(test, file, WHAT, n, t) \
	do { \
		struct pidlab_ref_event _event; \
		KUNIT_EXPECT_EQ(test, read_some(file, &_event, sizeof(_event)), \
				(ssize_t)sizeof(_event)); \
		KUNIT_EXPECT_EQ(test, _event.event, (u32)PIDLAB_REF_##WHAT); \
		KUNIT_EXPECT_EQ(test, _event.count, (u32)(n)); \
		KUNIT_EXPECT_EQ(test, _event.task, (t)); \
		KUNIT_EXPECT_EQ(test, _event.reserved, 0u); \
	} while (0)

#define EXPECT_POLL(test, file, mask) \
	KUNIT_EXPECT_EQ(test, (__force unsigned int)vfs_poll(file, NULL), \
			(__force unsigned int)(mask))

#define READABLE (EPOLLIN | EPOLLRDNORM)

/* A group of two; who is its first user, and who is next. */
struct pair {
	struct pl_lab *lab;
	u64 first, next;
};

static void make_pair(struct kunit *test, struct pair *p)
{
	u64 a, b;

	p->lab = lab_open(test);
	a = FORK(test, p->lab, p->lab->init_id);
	MUST(test, p->lab, SETPGID, 0, a);
	b = FORK(test, p->lab, a);
	p->first = p->lab->generation->has_pids ? b : a;
	p->next = p->lab->generation->has_pids ? a : b;
}

static void x1_poll_tells_the_handover_and_the_last_ones_going(struct kunit *test)
{
	struct pidlab_ref_event event;
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, PIDLAB_REF_FD_NONBLOCK);
	EXPECT_POLL(test, file, 0);
	KUNIT_EXPECT_EQ(test, read_some(file, &event, sizeof(event)), (ssize_t)-EAGAIN);
	bury(test, p.lab, p.first);
	EXPECT_POLL(test, file, READABLE);
	EXPECT_READ(test, file, HANDOVER, 1, p.next);
	EXPECT_POLL(test, file, 0);
	bury(test, p.lab, p.next);
	EXPECT_POLL(test, file, READABLE | EPOLLHUP);
	EXPECT_READ(test, file, GONE, 1, p.next);
	EXPECT_POLL(test, file, EPOLLIN | EPOLLHUP);
	KUNIT_EXPECT_EQ(test, read_some(file, &event, sizeof(event)), (ssize_t)0);
	EXPECT_CLEAN(test, p.lab);
	__fput_sync(file);
}

static void x1_one_read_gives_all_that_fit(struct kunit *test)
{
	struct pidlab_ref_event event[3];
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, 0);
	bury(test, p.lab, p.first);
	bury(test, p.lab, p.next);
	KUNIT_EXPECT_EQ(test, read_some(file, event, sizeof(*event) - 1), (ssize_t)-EINVAL);
	KUNIT_EXPECT_EQ(test, read_some(file, event, sizeof(event)), (ssize_t)(2 * sizeof(*event)));
	KUNIT_EXPECT_EQ(test, event[0].event, (u32)PIDLAB_REF_HANDOVER);
	KUNIT_EXPECT_EQ(test, event[0].nr, p.lab->generation->has_pids ? 2 : 3);
	KUNIT_EXPECT_EQ(test, event[1].event, (u32)PIDLAB_REF_GONE);
	KUNIT_EXPECT_EQ(test, event[1].task, p.next);
	/* Nothing to wait for. */
	KUNIT_EXPECT_EQ(test, read_some(file, event, sizeof(event)), (ssize_t)0);
	__fput_sync(file);
}

/* A read in a thread of its own. */
struct reader {
	struct file *file;
	struct pidlab_ref_event event;
	ssize_t got;
	struct task_struct *thread;
	struct completion finished;
};

static int read_elsewhere(void *data)
{
	struct reader *reader = data;

	reader->got = read_some(reader->file, &reader->event, sizeof(reader->event));
	complete(&reader->finished);
	return 0;
}

/* Starts it, and waits until it waits. */
static void start_reader(struct kunit *test, struct reader *reader, struct file *file)
{
	struct pl_ref *ref = file->private_data;

	reader->file = file;
	init_completion(&reader->finished);
	reader->thread = kthread_run(read_elsewhere, reader, "pidlab_reader");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, reader->thread);
	/* Once seen there, it stays until it is woken: no barrier is needed. */
	while (!waitqueue_active(&ref->watch->wait.head))
		schedule_timeout_uninterruptible(1);
}

static void x1_a_read_waits_for_the_handover(struct kunit *test)
{
	struct reader reader;
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, 0);
	start_reader(test, &reader, file);
	KUNIT_EXPECT_FALSE(test, completion_done(&reader.finished));
	bury(test, p.lab, p.first);
	wait_for_completion(&reader.finished);
	KUNIT_EXPECT_EQ(test, reader.got, (ssize_t)sizeof(reader.event));
	KUNIT_EXPECT_EQ(test, reader.event.event, (u32)PIDLAB_REF_HANDOVER);
	KUNIT_EXPECT_EQ(test, reader.event.task, p.next);
	__fput_sync(file);
}

static void x1_a_read_waits_while_the_lab_is_torn_down(struct kunit *test)
{
	struct reader reader;
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	/* Alone behind its reference: the first thing it hears is the end. */
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PID, 0);
	start_reader(test, &reader, file);
	lab_close(test, p.lab);
	wait_for_completion(&reader.finished);
	KUNIT_EXPECT_EQ(test, reader.got, (ssize_t)sizeof(reader.event));
	KUNIT_EXPECT_EQ(test, reader.event.event, (u32)PIDLAB_REF_GONE);
	KUNIT_EXPECT_EQ(test, reader.event.task, p.first);
	KUNIT_EXPECT_EQ(test, read_some(file, &reader.event, sizeof(reader.event)), (ssize_t)0);
	EXPECT_POLL(test, file, EPOLLIN | EPOLLHUP);
	__fput_sync(file);
}

static void x1_a_file_outlives_its_lab_and_pins_nothing_of_it(struct kunit *test)
{
	const struct pl_account *account = pl_mem_global();
	long tasks = atomic_long_read(&account->objects[PL_MEM_TASK]);
	long trefs = atomic_long_read(&account->objects[PL_MEM_TREF]);
	long refs = atomic_long_read(&account->objects[PL_MEM_REF]);
	long labs = pl_lab_count();
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, 0);
	lab_close(test, p.lab);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_long_read(&account->objects[PL_MEM_TASK]), tasks);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&account->objects[PL_MEM_TREF]), trefs);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&account->objects[PL_MEM_REF]), refs + 1);
	KUNIT_EXPECT_EQ(test, pl_lab_count(), labs + 1);
	EXPECT_POLL(test, file, READABLE | EPOLLHUP);
	__fput_sync(file);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&account->objects[PL_MEM_REF]), refs);
	KUNIT_EXPECT_EQ(test, pl_lab_count(), labs);
}

static void x1_a_file_outlives_what_control_drops(struct kunit *test)
{
	struct file *old, *new;
	struct pair p;
	u64 digest;

	make_pair(test, &p);
	old = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, 0);
	down_write(&p.lab->quiesce);
	KUNIT_EXPECT_EQ(test, pl_lab_reset(p.lab), 0);
	up_write(&p.lab->quiesce);
	EXPECT_CLEAN(test, p.lab);
	EXPECT_POLL(test, old, READABLE | EPOLLHUP);
	/* Ids begin anew: this one may have the id that the old one had. */
	new = open_file(test, p.lab, p.lab->init_id, PIDLAB_TYPE_PGID, 0);
	EXPECT_CLEAN(test, p.lab);
	digest = lab_digest(p.lab);
	__fput_sync(old);
	KUNIT_EXPECT_EQ(test, lab_digest(p.lab), digest);
	EXPECT_CLEAN(test, p.lab);
	EXPECT_POLL(test, new, 0);
	__fput_sync(new);
	EXPECT_CLEAN(test, p.lab);
}

static void x1_closing_drops_the_count(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 digest = lab_digest(lab);
	struct file *file = open_file(test, lab, lab->init_id, PIDLAB_TYPE_SID, 0);

	KUNIT_EXPECT_NE(test, lab_digest(lab), digest);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REFS), 1L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 1L);
	EXPECT_CLEAN(test, lab);
	__fput_sync(file);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), digest);
	KUNIT_EXPECT_EQ(test, lab_counter(lab, PIDLAB_CTR_REFS), 0L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_TREF), 0L);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_WATCH), 0L);
}

static void x1_the_id_of_a_file_cannot_be_put(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 ref = MUST(test, lab, TREF, 0, lab->init_id);
	struct pidlab_ref_fd arg = { .size = sizeof(arg), .ref = ref };
	struct file *file = pl_ref_fd_open(lab, &arg);
	u64 copy;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_EQ(test, (int)pl_id_kind(arg.id), PIDLAB_OBJECT_REF);
	KUNIT_EXPECT_EQ(test, MUST(test, lab, DEREF, 0, arg.id), lab->init_id);
	REFUSED(test, lab, -EBUSY, PUT, 0, arg.id);
	/* A copy is nobody's file. */
	copy = MUST(test, lab, DUP, 0, arg.id);
	MUST(test, lab, PUT, 0, copy);
	__fput_sync(file);
	REFUSED(test, lab, -ESRCH, PUT, 0, arg.id);
	REFUSED(test, lab, -ESRCH, DEREF, 0, arg.id);
}

static void expect_refused(struct kunit *test, struct pl_lab *lab, u64 ref, int error)
{
	u64 before = lab_digest(lab);

	KUNIT_EXPECT_EQ(test, PTR_ERR(open_with(lab, ref, 0, 0)), (long)error);
	KUNIT_EXPECT_EQ(test, lab_digest(lab), before);
}

static void x1_what_cannot_be_a_file_is_refused(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 dead = MUST(test, lab, TREF, 0, lab->init_id);

	MUST(test, lab, PUT, 0, dead);
	expect_refused(test, lab, 0, -EINVAL);
	expect_refused(test, lab, lab->init_id, -EBADF);
	expect_refused(test, lab, dead, -ESRCH);
	expect_refused(test, lab, MUST(test, lab, HOLD_TASK, 0, lab->init_id), -EINVAL);
	expect_refused(test, lab, MUST(test, lab, TREF_NR, 0, 77), -ESRCH);
	KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_WATCH), 0L);
}

static void x1_files_count_as_references(struct kunit *test)
{
	struct pidlab_setup setup = LAB_SETUP;
	struct pl_lab *lab;
	struct file *file;
	u64 ref;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, MAX_REFS, 2);
	lab = lab_open_setup(test, &setup);
	ref = MUST(test, lab, TREF, 0, lab->init_id);
	file = open_with(lab, ref, 0, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	expect_refused(test, lab, ref, -ENOSPC);
	REFUSED(test, lab, -ENOSPC, DUP, 0, ref);
	__fput_sync(file);
	MUST(test, lab, DUP, 0, ref);
}

static void x1_each_allocation_of_a_file_may_fail(struct kunit *test)
{
	struct pl_lab *lab = lab_open(test);
	u64 ref = MUST(test, lab, TREF, 0, lab->init_id), before = lab_digest(lab);
	struct file *file;
	unsigned int nth;

	/* watch, reference, id, file */
	for (nth = 1; nth <= 4; nth++) {
		file = open_with(lab, ref, 0, nth);
		KUNIT_EXPECT_EQ(test, PTR_ERR(file), (long)-ENOMEM);
		KUNIT_EXPECT_EQ(test, lab_digest(lab), before);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_REF), 1L);
		KUNIT_EXPECT_EQ(test, lab_objects(lab, PL_MEM_WATCH), 0L);
		EXPECT_CLEAN(test, lab);
	}
	file = open_with(lab, ref, 0, nth);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	__fput_sync(file);
}

/* Whoever closes a file keeps lab->quiesce: an operation needs another thread. */
static void bury_both(struct pl_lab *lab, void *data)
{
	struct pair *p = data;
	struct pidlab_op ops[] = {
		OP(EXIT, 0, p->first), OP(REAP, 0, p->first),
		OP(EXIT, 0, p->next), OP(REAP, 0, p->next),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		lab_run_elsewhere(lab, &ops[i]);
}

/* The users go between the file's last look at them and its last put. */
static void x1_users_go_while_a_file_is_closed(struct kunit *test)
{
	struct lab_trap trap = { .point = PL_POINT_TREF_LAST_PUT, .spring = bury_both };
	struct file *file;
	struct pair p;

	make_pair(test, &p);
	trap.data = &p;
	file = open_file(test, p.lab, p.first, PIDLAB_TYPE_PGID, 0);
	lab_set_trap(test, p.lab, &trap);
	__fput_sync(file);
	lab_unset_trap(test);
	KUNIT_EXPECT_TRUE(test, trap.sprung);
	MUST(test, p.lab, GP, 0);
	EXPECT_GONE(test, p.lab, p.first);
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_TREF), 0L);
	EXPECT_CLEAN(test, p.lab);
}

/* Opens, asks and closes as fast as it can, while the users change. */
struct opener {
	struct pl_lab *lab;
	u64 ref;
	unsigned int opened, failed;
	struct completion finished;
};

static int open_and_close(void *data)
{
	struct opener *opener = data;
	struct pidlab_ref_event event;
	struct file *file;
	int i;

	for (i = 0; i < 500; i++) {
		file = open_with(opener->lab, opener->ref, PIDLAB_REF_FD_NONBLOCK, 0);
		if (IS_ERR(file)) {
			opener->failed++;
			continue;
		}
		opener->opened++;
		vfs_poll(file, NULL);
		read_some(file, &event, sizeof(event));
		__fput_sync(file);
		cond_resched();
	}
	complete(&opener->finished);
	return 0;
}

static void x1_files_come_and_go_while_users_do(struct kunit *test)
{
	struct opener opener = {};
	struct task_struct *thread;
	struct pair p;
	int i;

	make_pair(test, &p);
	opener.lab = p.lab;
	opener.ref = MUST(test, p.lab, TREF, 0, p.first, PIDLAB_TYPE_PGID);
	init_completion(&opener.finished);
	thread = kthread_run(open_and_close, &opener, "pidlab_opener");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	for (i = 0; i < 100; i++) {
		u64 child = lab_run(p.lab, OP(FORK, 0, p.next)).res[0];

		lab_run(p.lab, OP(EXIT, 0, child));
		lab_run(p.lab, OP(REAP, 0, child));
		cond_resched();
	}
	bury_both(p.lab, &p);
	wait_for_completion(&opener.finished);
	KUNIT_EXPECT_EQ(test, opener.opened, 500u);
	KUNIT_EXPECT_EQ(test, opener.failed, 0u);
	KUNIT_EXPECT_EQ(test, lab_objects(p.lab, PL_MEM_WATCH), 0L);
	EXPECT_CLEAN(test, p.lab);
}

static struct kunit_case ref_fd_cases[] = {
	LAB_CASE(x1_poll_tells_the_handover_and_the_last_ones_going),
	LAB_CASE(x1_one_read_gives_all_that_fit),
	LAB_CASE(x1_a_read_waits_for_the_handover),
	LAB_CASE(x1_a_read_waits_while_the_lab_is_torn_down),
	LAB_CASE(x1_a_file_outlives_its_lab_and_pins_nothing_of_it),
	LAB_CASE(x1_a_file_outlives_what_control_drops),
	LAB_CASE(x1_closing_drops_the_count),
	LAB_CASE(x1_the_id_of_a_file_cannot_be_put),
	LAB_CASE(x1_what_cannot_be_a_file_is_refused),
	LAB_CASE(x1_files_count_as_references),
	LAB_CASE(x1_each_allocation_of_a_file_may_fail),
	LAB_CASE(x1_users_go_while_a_file_is_closed),
	LAB_CASE(x1_files_come_and_go_while_users_do),
	{}
};

static struct kunit_suite ref_fd_suite = {
	.name = "pidlab_ref_fd",
	.init = lab_test_init,
	.exit = lab_test_exit,
	.test_cases = ref_fd_cases,
};
kunit_test_suite(ref_fd_suite);
