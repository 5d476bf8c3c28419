// SPDX-License-Identifier: GPL-2.0
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "compat.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "pid_namespace.h"
#include "ref.h"
#include "ref_fd.h"
#include "task.h"
#include "task_ref.h"
#include "watch.h"
#include "who.h"

static struct pl_lab *lab_of(const struct pl_ref *ref)
{
	return ref->watch->wait.lab;
}

/* The last put of the lab's memory may be this one: it is kept until the lock is let go. */
static int release(struct inode *inode, struct file *file)
{
	struct pl_ref *ref = file->private_data;
	struct pl_lab *lab = lab_of(ref);

	pl_lab_get(lab);
	down_read(&lab->quiesce);
	pl_ref_close(lab, ref);
	up_read(&lab->quiesce);
	pl_lab_put(lab);
	return 0;
}

static __poll_t poll(struct file *file, poll_table *wait)
{
	struct pl_ref *ref = file->private_data;

	poll_wait(file, &ref->watch->wait.head, wait);
	return pl_watch_poll(ref->watch);
}

/* One event, waited for if that is wanted; 0: there will be none. */
static int take_one(struct pl_watch *watch, bool wait, struct pidlab_ref_event *event)
{
	int got, error;

	while (!(got = pl_watch_take(watch, event))) {
		if (!wait)
			return -EAGAIN;
		error = wait_event_interruptible(watch->wait.head, pl_watch_poll(watch));
		if (error)
			return error;
	}
	return got == -ESRCH ? 0 : got;
}

static int deliver(struct pl_watch *watch, bool wait, struct iov_iter *to)
{
	struct pidlab_ref_event event;
	int got = take_one(watch, wait, &event);

	if (got != 1)
		return got;
	if (copy_to_iter(&event, sizeof(event), to) == sizeof(event))
		return 1;
	pl_watch_give_back(watch, &event);
	return -EFAULT;
}

static ssize_t read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct pl_ref *ref = iocb->ki_filp->private_data;
	bool wait = !(iocb->ki_filp->f_flags & O_NONBLOCK) && !(iocb->ki_flags & IOCB_NOWAIT);
	ssize_t done = 0;
	int got;

	if (iov_iter_count(to) < sizeof(struct pidlab_ref_event))
		return -EINVAL;
	do {
		got = deliver(ref->watch, wait && !done, to);
		if (got != 1)
			break;
		done += sizeof(struct pidlab_ref_event);
	} while (iov_iter_count(to) >= sizeof(struct pidlab_ref_event));
	return done ?: got;
}

#ifdef CONFIG_PROC_FS
static const char *const type_names[] = { "pid", "tgid", "pgid", "sid" };

/* The numbers of what the users use, the root's first; how many. */
static unsigned int numbers_of(struct pl_ref *ref, int *nr)
{
	struct pl_lab *lab = lab_of(ref);
	struct pl_task *first = lab->generation->tref->first(lab, ref->weak);
	struct pl_who who = first ? pl_task_own(first, ref->type) : (struct pl_who){};
	unsigned int level = 0;

	nr[0] = ref->nr;
	if (!who.pid)
		return 1;
	for (level = 0; level <= who.pid->level; level++)
		nr[level] = who.pid->numbers[level].nr;
	return level;
}

/* Asked only while there are users: a file that lost its lab has none. */
static void show_numbers(struct seq_file *seq, struct pl_ref *ref)
{
	struct pl_lab *lab = lab_of(ref);
	int nr[PL_MAX_LEVEL + 1] = { ref->nr };
	unsigned int count = 1, i;

	if (!(pl_watch_poll(ref->watch) & EPOLLHUP) && !down_read_killable(&lab->quiesce)) {
		pl_read_lock(&lab->tasklist_lock);
		if (ref->weak && !pl_tref_is_gone(lab, ref->weak))
			count = numbers_of(ref, nr);
		pl_read_unlock(&lab->tasklist_lock);
		up_read(&lab->quiesce);
	}
	seq_puts(seq, "numbers:");
	for (i = 0; i < count; i++)
		seq_printf(seq, "%c%d", i ? ' ' : '\t', nr[i]);
	seq_putc(seq, '\n');
}

static void show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct pl_ref *ref = file->private_data;
	struct pl_watch *watch = ref->watch;
	unsigned int handovers;
	bool gone;
	u64 task;
	int nr;

	spin_lock_irq(&watch->wait.head.lock);
	task = watch->task;
	nr = watch->nr;
	handovers = watch->handovers;
	gone = watch->gone;
	spin_unlock_irq(&watch->wait.head.lock);
	seq_printf(seq, "type:\t%s\n", type_names[ref->type]);
	show_numbers(seq, ref);
	seq_printf(seq, "%s:\t%#llx (%d)\n", gone ? "last" : "first", task, nr);
	seq_printf(seq, "handovers:\t%u\n", handovers);
	seq_printf(seq, "gone:\t%u\n", gone);
}
#endif

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.release = release,
	.poll = poll,
	.read_iter = read_iter,
	.llseek = noop_llseek,
#ifdef CONFIG_PROC_FS
	.show_fdinfo = show_fdinfo,
#endif
};

static struct pl_ref *find_ref(struct pl_lab *lab, u64 id)
{
	struct pl_object *object;

	if (!id)
		return ERR_PTR(-EINVAL);
	if (pl_id_kind(id) != PIDLAB_OBJECT_REF)
		return ERR_PTR(-EBADF);
	object = pl_object_get(lab, id);
	return object ? pl_ref_of(object) : ERR_PTR(-ESRCH);
}

/* A file that owns what remembers for it, whose id is published last. */
static struct file *make_file(struct pl_ctx *ctx, struct pl_ref *from, struct pidlab_ref_fd *arg)
{
	int flags = arg->flags & PIDLAB_REF_FD_NONBLOCK ? O_NONBLOCK : 0;
	struct pl_ref *ref = pl_ref_make_watch(ctx, from);
	struct file *file;
	int error;

	if (IS_ERR(ref))
		return ERR_CAST(ref);
	error = pl_fail_point(ctx);
	file = error ? ERR_PTR(error) :
		       anon_inode_getfile("[pidlab-ref]", &fops, ref, O_RDONLY | flags);
	if (IS_ERR(file)) {
		pl_ref_cancel(ctx->lab, ref);
		return file;
	}
	ref->is_file = true;
	/* One for the file, one for the id. */
	refcount_inc(&ref->object.count);
	pl_ref_publish(ctx, ref, &arg->id);
	return file;
}

/**
 * pl_ref_fd_open() - a file that tells what happens to the users of a reference
 * @lab: a lab that is set up
 * @arg: see uapi; @arg->id is written
 *
 * Context: may sleep.
 * Return: the file, or an ERR_PTR as uapi says.
 */
struct file *pl_ref_fd_open(struct pl_lab *lab, struct pidlab_ref_fd *arg)
{
	struct pl_ctx ctx = { .lab = lab, .fail_nth = arg->fail_nth };
	struct file *file = ERR_PTR(-ENOTRECOVERABLE);
	struct pl_ref *from;

	down_read(&lab->quiesce);
	if (!pl_lab_is_usable(lab))
		goto out;
	from = find_ref(lab, arg->ref);
	file = ERR_CAST(from);
	if (IS_ERR(from))
		goto out;
	file = make_file(&ctx, from, arg);
	pl_ref_put(lab, from);
out:
	up_read(&lab->quiesce);
	return file;
}
PL_EXPORT_FOR_KUNIT(pl_ref_fd_open);

/**
 * pl_do_ref_fd() - the ioctl REF_FD, but for the last step
 * @lab: the lab
 * @call: struct pl_ref_fd_call
 *
 * Context: may sleep.
 * Return: 0, and pl_finish_ref_fd() is due; or the errors of uapi.
 */
int pl_do_ref_fd(struct pl_lab *lab, void *call)
{
	struct pl_ref_fd_call *ref_fd = call;
	struct pidlab_ref_fd *arg = &ref_fd->arg;
	struct file *file;
	int fd;

	if (arg->flags & ~PIDLAB_REF_FD_NONBLOCK)
		return -EINVAL;
	if (!pl_lab_ready(lab))
		return -EBADFD;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = pl_ref_fd_open(lab, arg);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	arg->fd = fd;
	ref_fd->file = file;
	return 0;
}

/**
 * pl_finish_ref_fd() - install the file, or give it up
 * @call: after pl_do_ref_fd()
 * @delivered: user space knows its number
 *
 * Context: may sleep.
 */
void pl_finish_ref_fd(void *call, bool delivered)
{
	struct pl_ref_fd_call *ref_fd = call;

	if (delivered) {
		fd_install(ref_fd->arg.fd, ref_fd->file);
		return;
	}
	put_unused_fd(ref_fd->arg.fd);
	fput(ref_fd->file);
}
