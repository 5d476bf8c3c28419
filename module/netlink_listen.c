// SPDX-License-Identifier: GPL-2.0
/* Who listens to a lab, and how events get there. Declared in netlink.h. */
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "event.h"
#include "lab.h"
#include "netlink.h"

/**
 * struct listener - a socket that is told of a lab's events
 * @node: in @listeners
 * @lab: the lab; lives as long as this
 * @net: the socket's; lives as long as the socket
 * @portid: the socket's address
 * @after: number of the lab's last event before it listened
 * @lost_before: how many events the lab had lost then
 * @lost: how many the socket had no room for
 */
struct listener {
	struct list_head node;
	struct pl_lab *lab;
	struct net *net;
	u32 portid;
	u64 after;
	u64 lost_before;
	u64 lost;
};

/* Protects @listeners and pl_lab.to_group; held while an event is sent. */
static DEFINE_MUTEX(lock);
static LIST_HEAD(listeners);

static struct listener *find(const struct pl_lab *lab, const struct net *net, u32 portid)
{
	struct listener *listener;

	lockdep_assert_held(&lock);
	list_for_each_entry(listener, &listeners, node) {
		if (listener->lab == lab && listener->net == net && listener->portid == portid)
			return listener;
	}
	return NULL;
}

static unsigned int count(const struct pl_lab *lab)
{
	struct listener *listener;
	unsigned int sum = 0;

	lockdep_assert_held(&lock);
	list_for_each_entry(listener, &listeners, node)
		sum += listener->lab == lab;
	return sum;
}

/**
 * pl_count_listeners() - how many sockets are told of a lab's events
 * @lab: the lab
 *
 * Context: sleeps.
 * Return: their number, without the group of all labs.
 */
unsigned int pl_count_listeners(struct pl_lab *lab)
{
	unsigned int sum;

	mutex_lock(&lock);
	sum = count(lab);
	mutex_unlock(&lock);
	return sum;
}

static int listen_locked(struct pl_lab *lab, struct net *net, u32 portid,
			 struct netlink_ext_ack *extack)
{
	struct listener *listener;

	if (find(lab, net, portid)) {
		NL_SET_ERR_MSG(extack, "lab-fd: the socket listens to this lab already");
		return -EEXIST;
	}
	if (count(lab) >= PIDLAB_LISTENERS_MAX) {
		NL_SET_ERR_MSG(extack, "lab-fd: too many sockets listen to this lab");
		return -ENOSPC;
	}
	listener = kzalloc(sizeof(*listener), GFP_KERNEL_ACCOUNT);
	if (!listener || pl_events_want(lab)) {
		kfree(listener);
		return -ENOMEM;
	}
	listener->lab = lab;
	listener->net = net;
	listener->portid = portid;
	pl_events_count(lab, &listener->after, &listener->lost_before);
	list_add_tail(&listener->node, &listeners);
	return 0;
}

/**
 * pl_listen() - tell a socket of a lab's events from now on
 * @lab: the lab; its file is held by the caller
 * @net: the socket's
 * @portid: its address; the caller acts for it
 * @extack: told what is wrong
 *
 * Context: sleeps.
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int pl_listen(struct pl_lab *lab, struct net *net, u32 portid, struct netlink_ext_ack *extack)
{
	int error;

	mutex_lock(&lock);
	error = listen_locked(lab, net, portid, extack);
	mutex_unlock(&lock);
	return error;
}

static void drop(struct listener *listener)
{
	list_del(&listener->node);
	pl_events_unwant(listener->lab);
	kfree(listener);
}

/**
 * pl_unlisten() - tell a socket no more
 * @lab: the lab
 * @net: the socket's
 * @portid: its address
 * @extack: told what is wrong, or NULL
 *
 * Context: sleeps.
 * Return: 0 or -ENOENT.
 */
int pl_unlisten(struct pl_lab *lab, struct net *net, u32 portid, struct netlink_ext_ack *extack)
{
	struct listener *listener;

	mutex_lock(&lock);
	listener = find(lab, net, portid);
	if (listener)
		drop(listener);
	mutex_unlock(&lock);
	if (listener)
		return 0;
	NL_SET_ERR_MSG(extack, "lab-fd: the socket does not listen to this lab");
	return -ENOENT;
}

/* A socket is closed. Its address can be another's only after this. */
static int on_close(struct notifier_block *block, unsigned long action, void *data)
{
	const struct netlink_notify *closed = data;
	struct listener *listener, *next;

	if (action != NETLINK_URELEASE || closed->protocol != NETLINK_GENERIC ||
	    list_empty_careful(&listeners))
		return NOTIFY_DONE;
	mutex_lock(&lock);
	list_for_each_entry_safe(listener, next, &listeners, node) {
		if (listener->net == closed->net && listener->portid == closed->portid)
			drop(listener);
	}
	mutex_unlock(&lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_close };

static int put_event(struct sk_buff *skb, const struct pl_lab *lab, const struct pl_event *event,
		     u64 lost)
{
	void *header = genlmsg_put(skb, 0, 0, &pl_genl_family, 0, PIDLAB_CMD_EVENT);
	struct nlattr *nest = header ? nla_nest_start(skb, PIDLAB_A_EVENT) : NULL;

	if (!nest ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_LAB, lab->number, PIDLAB_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_SEQUENCE, event->sequence, PIDLAB_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_TIME, event->time, PIDLAB_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_LOST, lost, PIDLAB_A_EVENT_PAD) ||
	    nla_put_u32(skb, PIDLAB_A_EVENT_WHAT, event->what) ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_OBJECT, event->object, PIDLAB_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, PIDLAB_A_EVENT_OTHER, event->other, PIDLAB_A_EVENT_PAD) ||
	    nla_put_s32(skb, PIDLAB_A_EVENT_NR, event->nr) ||
	    nla_put_s32(skb, PIDLAB_A_EVENT_VALUE, event->value))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, header);
	return 0;
}

/* No more than needed: a socket has room for so many bytes, not for so many events. */
#define EVENT_BYTES \
	(nla_total_size(0) + 6 * nla_total_size_64bit(sizeof(u64)) + 3 * nla_total_size(sizeof(u32)))

static struct sk_buff *make_message(const struct pl_lab *lab, const struct pl_event *event,
				    u64 lost)
{
	struct sk_buff *skb = genlmsg_new(EVENT_BYTES, GFP_KERNEL);

	if (skb && put_event(skb, lab, event, lost)) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void tell(struct listener *listener, const struct pl_event *event)
{
	struct sk_buff *skb;

	if (event->sequence <= listener->after)
		return;
	skb = make_message(listener->lab, event,
			   event->lost - listener->lost_before + listener->lost);
	if (!skb || genlmsg_unicast(listener->net, skb, listener->portid))
		listener->lost++;
}

static void tell_all(struct pl_lab *lab, const struct pl_event *event)
{
	struct listener *listener;
	struct sk_buff *skb;

	list_for_each_entry(listener, &listeners, node) {
		if (listener->lab == lab)
			tell(listener, event);
	}
	if (!lab->to_group)
		return;
	skb = make_message(lab, event, event->lost);
	if (skb)
		genlmsg_multicast(&pl_genl_family, skb, 0, 0, GFP_KERNEL);
}

/* One at a time, so that who comes or goes waits for one at most. */
static bool send_one(struct pl_lab *lab)
{
	struct pl_event event;
	bool sent = false;

	mutex_lock(&lock);
	if (lab->to_group || count(lab)) {
		sent = pl_events_take(lab, &event);
		if (sent)
			tell_all(lab, &event);
	}
	mutex_unlock(&lock);
	return sent;
}

static void send(struct work_struct *work)
{
	struct pl_lab *lab = container_of(work, struct pl_lab, events.work);

	while (send_one(lab))
		cond_resched();
	pl_lab_put(lab);
}

/**
 * pl_netlink_init_lab() - nobody listens to a new lab
 * @lab: the lab
 */
void pl_netlink_init_lab(struct pl_lab *lab)
{
	pl_events_init_lab(lab, send);
}

/**
 * pl_netlink_follow_group() - see whether anybody listens to all labs
 * @lab: a lab in which something is about to happen
 *
 * The kernels that the module is for do not tell who joins a group. So it is
 * asked for once with each call, and not with each event.
 *
 * Context: sleeps.
 */
void pl_netlink_follow_group(struct pl_lab *lab)
{
	bool wanted = genl_has_listeners(&pl_genl_family, &init_net, 0);

	if (wanted == READ_ONCE(lab->to_group))
		return;
	mutex_lock(&lock);
	if (wanted && !lab->to_group) {
		WRITE_ONCE(lab->to_group, !pl_events_want(lab));
	} else if (!wanted && lab->to_group) {
		pl_events_unwant(lab);
		WRITE_ONCE(lab->to_group, false);
	}
	mutex_unlock(&lock);
}

/**
 * pl_netlink_close_lab() - the last event of a lab
 * @lab: a lab that is closed; nothing happens in it any more
 *
 * Afterwards nobody listens to it.
 *
 * Context: sleeps.
 */
void pl_netlink_close_lab(struct pl_lab *lab)
{
	struct listener *listener, *next;

	if (!READ_ONCE(lab->events.wanted))
		return;
	pl_event(CLOSE, close, lab, 0, 0, 0, 0);
	pl_events_flush(lab);
	mutex_lock(&lock);
	list_for_each_entry_safe(listener, next, &listeners, node) {
		if (listener->lab == lab)
			drop(listener);
	}
	if (lab->to_group)
		pl_events_unwant(lab);
	lab->to_group = false;
	mutex_unlock(&lock);
}

/**
 * pl_listen_init() - hear of sockets that are closed
 *
 * Return: 0 or a negative errno.
 */
int pl_listen_init(void)
{
	return netlink_register_notifier(&notifier);
}

/**
 * pl_listen_exit() - undo pl_listen_init(), no lab being left
 */
void pl_listen_exit(void)
{
	netlink_unregister_notifier(&notifier);
}
