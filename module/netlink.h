/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family: dumps of what a lab holds, and its events.
 *
 * A request shows the lab's open file, and holds it for as long as it takes: a
 * call, or a dump to its end. Who listens is a row of a table, by socket and
 * lab; it counts neither: the row goes with whichever is closed first. The
 * family is in every network namespace, since a lab is in none; only the group
 * of all labs is told in the first one alone.
 *
 * No request waits for a controller, since requests hold a lock of all families.
 */
#ifndef PL_NETLINK_H
#define PL_NETLINK_H

#include <linux/types.h>

#include "pidlab_netlink.h"

struct genl_family;
struct net;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct pl_lab;
struct pl_object;
struct pl_who;
struct sk_buff;

int pl_netlink_init(void);
void pl_netlink_exit(void);

/* For labs: netlink_listen.c */
void pl_netlink_init_lab(struct pl_lab *lab);
void pl_netlink_follow_group(struct pl_lab *lab);
void pl_netlink_close_lab(struct pl_lab *lab);

/* Between the files of the family */
extern struct genl_family pl_genl_family;

struct file *pl_netlink_get_file(struct nlattr **attrs, struct netlink_ext_ack *extack);

int pl_listen(struct pl_lab *lab, struct net *net, u32 portid, struct netlink_ext_ack *extack);
int pl_unlisten(struct pl_lab *lab, struct net *net, u32 portid, struct netlink_ext_ack *extack);
unsigned int pl_count_listeners(struct pl_lab *lab);
int pl_listen_init(void);
void pl_listen_exit(void);

int pl_dump_start(struct netlink_callback *cb);
int pl_dump(struct sk_buff *skb, struct netlink_callback *cb);
int pl_dump_done(struct netlink_callback *cb);

/* What an object is, as attributes: netlink_put.c */
int pl_put_lab(struct sk_buff *skb, struct pl_lab *lab);
int pl_put_object(struct sk_buff *skb, struct pl_lab *lab, struct pl_object *object,
		  unsigned int *users);
int pl_put_number(struct sk_buff *skb, struct pl_lab *lab, struct pl_who who,
		  unsigned int *users);

#endif /* PL_NETLINK_H */
