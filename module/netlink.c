// SPDX-License-Identifier: GPL-2.0
/* The family: requests, what they may contain, and who answers them. */
#include <linux/file.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "dev.h"
#include "lab.h"
#include "netlink.h"

#define ANSWER(text) { .type = NLA_REJECT, .reject_message = text ": stands in answers only" }

/* Each request has the same: it names a lab. */
static const struct nla_policy request_policy[PIDLAB_A_MAX + 1] = {
	[PIDLAB_A_PAD] = ANSWER("pad"),
	[PIDLAB_A_LAB_FD] = { .type = NLA_U32 },
	[PIDLAB_A_LAB] = ANSWER("lab"),
	[PIDLAB_A_TASK] = ANSWER("task"),
	[PIDLAB_A_PID] = ANSWER("pid"),
	[PIDLAB_A_NAMESPACE] = ANSWER("namespace"),
	[PIDLAB_A_CONTAINER] = ANSWER("container"),
	[PIDLAB_A_REFERENCE] = ANSWER("reference"),
	[PIDLAB_A_EVENT] = ANSWER("event"),
};

/**
 * pl_netlink_get_file() - the open file that a request shows
 * @attrs: its attributes
 * @extack: told what is wrong
 *
 * Context: the task that sent the request.
 * Return: a file of the device, to be put; or an ERR_PTR: -EINVAL: there is
 * none, or it is another device's; -EBADF: not open.
 */
struct file *pl_netlink_get_file(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct file *file;

	if (NL_REQ_ATTR_CHECK(extack, NULL, attrs, PIDLAB_A_LAB_FD)) {
		NL_SET_ERR_MSG(extack, "lab-fd: is needed, an open file of /dev/pidlab");
		return ERR_PTR(-EINVAL);
	}
	file = fget(nla_get_u32(attrs[PIDLAB_A_LAB_FD]));
	if (!file) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[PIDLAB_A_LAB_FD], "lab-fd: is not an open file");
		return ERR_PTR(-EBADF);
	}
	if (pl_dev_lab(file))
		return file;
	fput(file);
	NL_SET_ERR_MSG_ATTR(extack, attrs[PIDLAB_A_LAB_FD], "lab-fd: is not a file of /dev/pidlab");
	return ERR_PTR(-EINVAL);
}

static int answer_lab(struct genl_info *info, struct pl_lab *lab, u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &pl_genl_family, 0, cmd);
	if (!header || pl_put_lab(skb, lab)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static int do_lab_get(struct sk_buff *skb, struct genl_info *info)
{
	struct file *file = pl_netlink_get_file(info->attrs, info->extack);
	int error;

	if (IS_ERR(file))
		return PTR_ERR(file);
	error = answer_lab(info, pl_dev_lab(file), PIDLAB_CMD_LAB_GET);
	fput(file);
	return error;
}

static int do_listen(struct sk_buff *skb, struct genl_info *info)
{
	struct file *file = pl_netlink_get_file(info->attrs, info->extack);
	struct net *net = genl_info_net(info);
	struct pl_lab *lab;
	int error;

	if (IS_ERR(file))
		return PTR_ERR(file);
	lab = pl_dev_lab(file);
	error = pl_listen(lab, net, info->snd_portid, info->extack);
	if (!error) {
		error = answer_lab(info, lab, PIDLAB_CMD_LISTEN);
		if (error)
			pl_unlisten(lab, net, info->snd_portid, NULL);
	}
	fput(file);
	return error;
}

static int do_unlisten(struct sk_buff *skb, struct genl_info *info)
{
	struct file *file = pl_netlink_get_file(info->attrs, info->extack);
	int error;

	if (IS_ERR(file))
		return PTR_ERR(file);
	error = pl_unlisten(pl_dev_lab(file), genl_info_net(info), info->snd_portid,
			    info->extack);
	fput(file);
	return error;
}

#define REQUEST .policy = request_policy, .maxattr = PIDLAB_A_MAX
#define DUMP .start = pl_dump_start, .dumpit = pl_dump, .done = pl_dump_done, REQUEST

static const struct genl_ops ops[] = {
	{ .cmd = PIDLAB_CMD_LAB_GET, .doit = do_lab_get, REQUEST },
	{ .cmd = PIDLAB_CMD_TASK_GET, DUMP },
	{ .cmd = PIDLAB_CMD_PID_GET, DUMP },
	{ .cmd = PIDLAB_CMD_NAMESPACE_GET, DUMP },
	{ .cmd = PIDLAB_CMD_CONTAINER_GET, DUMP },
	{ .cmd = PIDLAB_CMD_REFERENCE_GET, DUMP },
	{ .cmd = PIDLAB_CMD_LISTEN, .doit = do_listen, REQUEST },
	{ .cmd = PIDLAB_CMD_UNLISTEN, .doit = do_unlisten, REQUEST },
};

static const struct genl_multicast_group groups[] = {
	{ .name = PIDLAB_MCGRP_LABS, .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

struct genl_family pl_genl_family __ro_after_init = {
	.name = PIDLAB_GENL_NAME,
	.version = PIDLAB_GENL_VERSION,
	.maxattr = PIDLAB_A_MAX,
	.policy = request_policy,
	.netnsok = true,
	/* A lab has locks of its own; other families are not to wait for them. */
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.resv_start_op = __PIDLAB_CMD_MAX,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.module = THIS_MODULE,
};

/**
 * pl_netlink_init() - make the family
 *
 * Return: 0 or a negative errno.
 */
int pl_netlink_init(void)
{
	int error = pl_listen_init();

	if (error)
		return error;
	error = genl_register_family(&pl_genl_family);
	if (error)
		pl_listen_exit();
	return error;
}

/**
 * pl_netlink_exit() - undo pl_netlink_init(), no lab being left
 */
void pl_netlink_exit(void)
{
	genl_unregister_family(&pl_genl_family);
	pl_listen_exit();
}

MODULE_ALIAS_GENL_FAMILY(PIDLAB_GENL_NAME);
