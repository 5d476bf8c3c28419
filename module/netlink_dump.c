// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps: the objects of a lab, one kind at a time, over as many messages as it
 * takes. Each message shows one instant; whether all of them show the same is
 * told by lab->changes.
 */
#include <linux/file.h>
#include <net/genetlink.h>

#include "check.h"
#include "compat.h"
#include "dev.h"
#include "generation.h"
#include "lab.h"
#include "netlink.h"
#include "who.h"

/**
 * struct dump - how far a dump is; in netlink_callback.ctx
 * @file: the lab's, held
 * @serial: of the object that comes next
 * @nr: the number that comes next, where there are no struct pids
 * @users: how many of its users have been told already
 */
struct dump {
	struct file *file;
	unsigned long serial;
	int nr;
	unsigned int users;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

/**
 * pl_dump_start() - a dump begins
 * @cb: the dump
 *
 * Context: the task that sent the request.
 * Return: 0; the errors of pl_netlink_get_file(); -EBADFD: before SETUP.
 */
int pl_dump_start(struct netlink_callback *cb)
{
	struct file *file = pl_netlink_get_file(pl_dump_attrs(cb), cb->extack);

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (!pl_lab_ready(pl_dev_lab(file))) {
		fput(file);
		NL_SET_ERR_MSG(cb->extack, "lab-fd: the lab is not set up");
		return -EBADFD;
	}
	*dump_of(cb) = (struct dump){ .file = file };
	return 0;
}

/**
 * pl_dump_done() - a dump is over, or nobody reads it to its end
 * @cb: the dump
 *
 * Return: 0.
 */
int pl_dump_done(struct netlink_callback *cb)
{
	fput(dump_of(cb)->file);
	return 0;
}

static enum pidlab_object kind_of(u8 cmd)
{
	switch (cmd) {
	case PIDLAB_CMD_TASK_GET:
		return PIDLAB_OBJECT_TASK;
	case PIDLAB_CMD_PID_GET:
		return PIDLAB_OBJECT_PID;
	case PIDLAB_CMD_NAMESPACE_GET:
		return PIDLAB_OBJECT_NS;
	case PIDLAB_CMD_CONTAINER_GET:
		return PIDLAB_OBJECT_CONTAINER;
	default:
		return PIDLAB_OBJECT_REF;
	}
}

static u8 command_of(const struct netlink_callback *cb)
{
	const struct genlmsghdr *header = nlmsg_data(cb->nlh);

	return header->cmd;
}

static void *begin_message(struct sk_buff *skb, struct netlink_callback *cb)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &pl_genl_family, NLM_F_MULTI, command_of(cb));

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

/* As many messages as there are to be for one object; it or @who is told. */
static int tell(struct sk_buff *skb, struct netlink_callback *cb, struct pl_lab *lab,
		struct pl_object *object, struct pl_who who)
{
	struct dump *dump = dump_of(cb);
	void *header;
	int error;

	do {
		header = begin_message(skb, cb);
		if (!header)
			return -EMSGSIZE;
		pl_read_lock(&lab->tasklist_lock);
		error = object ? pl_put_object(skb, lab, object, &dump->users) :
				 pl_put_number(skb, lab, who, &dump->users);
		pl_read_unlock(&lab->tasklist_lock);
		if (error)
			genlmsg_cancel(skb, header);
		else
			genlmsg_end(skb, header);
	} while (!error && dump->users);
	return error;
}

static int dump_objects(struct sk_buff *skb, struct netlink_callback *cb, struct pl_lab *lab)
{
	const enum pidlab_object kind = kind_of(command_of(cb));
	struct dump *dump = dump_of(cb);
	struct pl_object *object;
	int error = 0;

	/* Nothing comes or goes meanwhile: the walk needs no counts. */
	while (!error && (object = xa_find(&lab->objects, &dump->serial, ULONG_MAX, XA_PRESENT))) {
		if (pl_id_kind(object->id) == kind)
			error = tell(skb, cb, lab, object, (struct pl_who){});
		if (!error)
			dump->serial++;
	}
	return error;
}

/* Where there are no struct pids: the numbers that are used. */
static int dump_numbers(struct sk_buff *skb, struct netlink_callback *cb, struct pl_lab *lab)
{
	struct dump *dump = dump_of(cb);
	struct pl_who who;
	int error = 0;

	while (!error) {
		pl_read_lock(&lab->tasklist_lock);
		dump->nr = pl_who_next_nr(dump->nr, lab->root_ns, &who);
		pl_read_unlock(&lab->tasklist_lock);
		if (dump->nr <= 0) {
			dump->nr = INT_MAX;
			break;
		}
		error = tell(skb, cb, lab, NULL, who);
		if (!error)
			dump->nr++;
	}
	return error;
}

static int dump_locked(struct sk_buff *skb, struct netlink_callback *cb, struct pl_lab *lab)
{
	struct dump *dump = dump_of(cb);
	int error;

	lockdep_assert_held_write(&lab->quiesce);
	if (!pl_lab_is_usable(lab)) {
		NL_SET_ERR_MSG(cb->extack, "lab-fd: actors of the lab have come to a deadlock");
		return -ENOTRECOVERABLE;
	}
	pl_settle(lab);
	/* 0 would stand for a dump that does not say. */
	cb->seq = (u32)atomic_long_read(&lab->changes) ?: 1;
	/* A pid that is half told may be gone, or have fewer users than were told. */
	if (cb->prev_seq && cb->seq != cb->prev_seq)
		dump->users = 0;
	if (command_of(cb) == PIDLAB_CMD_PID_GET && !lab->generation->has_pids)
		error = dump_numbers(skb, cb, lab);
	else
		error = dump_objects(skb, cb, lab);
	return error;
}

/**
 * pl_dump() - the next messages of a dump
 * @skb: where they go
 * @cb: the dump
 *
 * Context: sleeps.
 * Return: bytes written; 0 at the end; -EBUSY: actors run; -ENOTRECOVERABLE;
 * -EINTR.
 */
int pl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pl_lab *lab = pl_dev_lab(dump_of(cb)->file);
	int error;

	/* A controller keeps the lab as long as it likes: not waited for. */
	if (READ_ONCE(lab->control) && !READ_ONCE(lab->given_up)) {
		NL_SET_ERR_MSG(cb->extack, "lab-fd: actors run in the lab under control");
		return -EBUSY;
	}
	if (down_write_killable(&lab->quiesce))
		return -EINTR;
	error = dump_locked(skb, cb, lab);
	up_write(&lab->quiesce);
	/* Full is not an error; the rest comes with the next call. */
	return error && !(error == -EMSGSIZE && skb->len) ? error : skb->len;
}
