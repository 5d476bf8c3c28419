/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The namespace that a task's children are born in.
 *
 * A task stays in the namespace it was born in. setns and unshare choose where
 * its children go: into a namespace inside, which so gets tasks whose parent is
 * outside, or into a new one. The task counts that namespace until its exit.
 */
#ifndef PL_NSPROXY_H
#define PL_NSPROXY_H

struct pl_ctx;
struct pl_lab;
struct pl_pidns;
struct pl_task;

int pl_setns(struct pl_lab *lab, struct pl_task *task, struct pl_pidns *ns);
int pl_unshare(struct pl_ctx *ctx, struct pl_task *task, struct pl_pidns **ns);
struct pl_pidns *pl_nsproxy_children(struct pl_lab *lab, const struct pl_task *task);
struct pl_pidns *pl_nsproxy_drop(struct pl_task *task);

#endif /* PL_NSPROXY_H */
