// SPDX-License-Identifier: GPL-2.0
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "check.h"
#include "dev.h"
#include "lab.h"
#include "netlink.h"
#include "op.h"
#include "ref_fd.h"

/* Instructions copied in and out at a time: one page. */
#define BATCH (PAGE_SIZE / sizeof(struct pidlab_op))

static int handle_info(struct pl_lab *lab, void *arg)
{
	struct pidlab_info *info = arg;

	if (info->flags)
		return -EINVAL;
	return pl_lab_info(lab, info);
}

static int handle_setup(struct pl_lab *lab, void *arg)
{
	struct pidlab_setup *setup = arg;

	if (setup->flags)
		return -EINVAL;
	return pl_lab_setup(lab, setup);
}

/* Runs up to @count instructions; tells how many ran, and why it stopped. */
static int run_batch(struct pl_lab *lab, struct pidlab_op *ops, size_t count, u32 flags,
		     size_t *ran)
{
	for (*ran = 0; *ran < count; (*ran)++) {
		struct pidlab_op *op = &ops[*ran];

		if (fatal_signal_pending(current))
			return -EINTR;
		if (!pl_op_run(lab, op))
			return -ENOTRECOVERABLE;
		cond_resched();
		if (op->error && (flags & PIDLAB_RUN_STOP)) {
			(*ran)++;
			return 1;
		}
	}
	return 0;
}

/*
 * One page of instructions. The memory is written once before anything runs:
 * where results cannot be delivered, nothing happens that would need telling.
 */
static int run_page(struct pl_lab *lab, struct pidlab_run *run, struct pidlab_op *ops)
{
	struct pidlab_op __user *user = u64_to_user_ptr(run->ops);
	size_t count = min_t(size_t, run->count - run->done, BATCH), ran;
	int stop;

	user += run->done;
	if (copy_from_user(ops, user, count * sizeof(*ops)) ||
	    copy_to_user(user, ops, count * sizeof(*ops)))
		return -EFAULT;
	stop = run_batch(lab, ops, count, run->flags, &ran);
	if (copy_to_user(user, ops, ran * sizeof(*ops)))
		return -EFAULT;
	run->done += ran;
	return stop;
}

static int handle_run(struct pl_lab *lab, void *arg)
{
	struct pidlab_run *run = arg;
	struct pidlab_op *ops;
	int stop = 0;

	if ((run->flags & ~PIDLAB_RUN_STOP) || run->count > PIDLAB_RUN_MAX)
		return -EINVAL;
	if (!pl_lab_ready(lab))
		return -EBADFD;
	run->done = 0;
	ops = kmalloc_array(BATCH, sizeof(*ops), GFP_KERNEL_ACCOUNT);
	if (!ops)
		return -ENOMEM;
	while (!stop && run->done < run->count)
		stop = run_page(lab, run, ops);
	kfree(ops);
	return min(stop, 0);
}

static int copy_tasks(struct pl_lab *lab, struct pidlab_check *check)
{
	struct pidlab_task_info *info = NULL;
	unsigned int room = 0;
	int error = 0;

	if (check->room)
		room = min(check->room, pl_snapshot(lab, NULL, 0));
	if (room) {
		info = kvcalloc(room, sizeof(*info), GFP_KERNEL_ACCOUNT);
		if (!info)
			return -ENOMEM;
	}
	check->count = pl_snapshot(lab, info, room);
	if (room && copy_to_user(u64_to_user_ptr(check->tasks), info, room * sizeof(*info)))
		error = -EFAULT;
	kvfree(info);
	return error;
}

static int handle_check(struct pl_lab *lab, void *arg)
{
	struct pidlab_check *check = arg;
	struct pl_findings findings;
	int error;

	if (check->flags || check->reserved || (check->room && !check->tasks) ||
	    (!check->room && check->tasks))
		return -EINVAL;
	if (!pl_lab_ready(lab))
		return -EBADFD;
	memset(&findings, 0, sizeof(findings));
	down_write(&lab->quiesce);
	error = pl_lab_is_usable(lab) ? pl_check(lab, &findings) : -ENOTRECOVERABLE;
	if (!error)
		error = copy_tasks(lab, check);
	if (!error)
		check->digest = pl_digest(lab);
	up_write(&lab->quiesce);
	check->violations = findings.count;
	memcpy(check->code, findings.code, sizeof(check->code));
	memcpy(check->object, findings.object, sizeof(check->object));
	return error;
}

static int handle_control(struct pl_lab *lab, void *arg)
{
	return pl_do_control(lab, arg);
}

static int handle_ref_fd(struct pl_lab *lab, void *arg)
{
	return pl_do_ref_fd(lab, arg);
}

/**
 * struct ioctl_desc - a row of the table of ioctls
 * @size: what the argument is to this module
 * @room: what the handler needs for it, @size at the least
 * @oldest: the least that any client may send
 * @handler: gets a zero-extended copy of the argument, which is copied back
 * @finish: NULL, or called after success: whether user space has got the argument
 */
struct ioctl_desc {
	size_t size;
	size_t room;
	size_t oldest;
	int (*handler)(struct pl_lab *lab, void *arg);
	void (*finish)(void *arg, bool delivered);
};

#define IOCTL(NAME, name, last, ...) \
	[_IOC_NR(PIDLAB_IOC_##NAME) - _IOC_NR(PIDLAB_IOC_INFO)] = { \
		.size = sizeof(struct pidlab_##name), \
		.oldest = offsetofend(struct pidlab_##name, last), \
		.handler = handle_##name, \
		__VA_ARGS__ \
	}

static const struct ioctl_desc ioctls[] = {
	IOCTL(INFO, info, bytes_of),
	IOCTL(SETUP, setup, value),
	IOCTL(RUN, run, done),
	IOCTL(CHECK, check, object),
	IOCTL(CONTROL, control, done),
	IOCTL(REF_FD, ref_fd, id, .room = sizeof(struct pl_ref_fd_call),
	      .finish = pl_finish_ref_fd),
};

static const struct ioctl_desc *find_ioctl(unsigned int cmd)
{
	unsigned int i = _IOC_NR(cmd) - _IOC_NR(PIDLAB_IOC_INFO);

	if (i >= ARRAY_SIZE(ioctls))
		return NULL;
	i = array_index_nospec(i, ARRAY_SIZE(ioctls));
	return cmd == _IO(PIDLAB_IOC_TYPE, _IOC_NR(cmd)) ? &ioctls[i] : NULL;
}

/*
 * Results are copied back after an error too: RUN tells there what was done.
 * The memory is written once before anything happens, so that SETUP does not
 * populate a lab whose first task it then cannot name. A file is installed last,
 * when nothing can fail any more.
 */
static long call_ioctl(struct pl_lab *lab, const struct ioctl_desc *desc, void *arg,
		       void __user *user, u32 size)
{
	long error = copy_struct_from_user(arg, desc->size, user, size);
	bool delivered;

	if (error)
		return error;
	if (copy_to_user(user, arg, min_t(size_t, size, desc->size)))
		return -EFAULT;
	error = desc->handler(lab, arg);
	delivered = !copy_to_user(user, arg, min_t(size_t, size, desc->size));
	if (!error && desc->finish)
		desc->finish(arg, delivered);
	return delivered ? error : -EFAULT;
}

static long pl_ioctl(struct file *file, unsigned int cmd, unsigned long user)
{
	const struct ioctl_desc *desc = find_ioctl(cmd);
	void __user *ptr = (void __user *)user;
	void *arg;
	long error;
	u32 size;

	if (!desc)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)ptr))
		return -EFAULT;
	if (size < desc->oldest)
		return -EINVAL;
	pl_netlink_follow_group(file->private_data);
	arg = kzalloc(max(desc->size, desc->room), GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	error = call_ioctl(file->private_data, desc, arg, ptr, size);
	kfree(arg);
	return error;
}

static int pl_open(struct inode *inode, struct file *file)
{
	struct pl_lab *lab = pl_lab_create();

	if (IS_ERR(lab))
		return PTR_ERR(lab);
	file->private_data = lab;
	return 0;
}

static int pl_release_file(struct inode *inode, struct file *file)
{
	pl_lab_close(file->private_data);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = pl_open,
	.release = pl_release_file,
	.unlocked_ioctl = pl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/**
 * pl_dev_lab() - the lab of an open file
 * @file: any file, held by the caller
 *
 * Return: the lab, as long as the file is held; NULL: it is another device's.
 */
struct pl_lab *pl_dev_lab(const struct file *file)
{
	return file->f_op == &fops ? file->private_data : NULL;
}

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pidlab",
	.fops = &fops,
	.mode = 0600,
};

/**
 * pl_dev_init() - make the device; from here on users come
 *
 * Return: 0 or a negative errno.
 */
int pl_dev_init(void)
{
	return misc_register(&device);
}

/**
 * pl_dev_exit() - take the device away; no file of it is open
 */
void pl_dev_exit(void)
{
	misc_deregister(&device);
}
