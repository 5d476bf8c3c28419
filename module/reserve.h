/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers that are taken for nobody.
 *
 * A namespace with a million numbers in use is made by a million forks, or by
 * taking a million numbers without pids. They are as taken as any other: no
 * fork gets one, and a search comes by them. They stay until they are given
 * back one by one or their namespace goes, which owns the set.
 */
#ifndef PL_RESERVE_H
#define PL_RESERVE_H

#include <linux/types.h>

struct pl_ctx;
struct pl_pidns;

int pl_reserve(struct pl_ctx *ctx, struct pl_pidns *ns, u64 count, int *first, int *last);
int pl_unreserve(struct pl_pidns *ns, int nr);
int pl_reserve_next(const struct pl_pidns *ns, int nr);
void pl_reserve_destroy(struct pl_pidns *ns);

#endif /* PL_RESERVE_H */
