// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>

#include "compat.h"
#include "container.h"
#include "subsys_pids.h"

static struct pl_pids *pids_of(struct pl_css *css)
{
	return css ? container_of(css, struct pl_pids, css) : NULL;
}

static int pids_create(struct pl_ctx *ctx, struct pl_css *css)
{
	pids_of(css)->max = PL_PIDS_UNLIMITED;
	return 0;
}

static void charge(struct pl_css *css)
{
	for (; css; css = css->parent)
		atomic64_inc(&pids_of(css)->current_tasks);
}

/* Takes back from @css up to, and without, @end. */
static void uncharge_below(struct pl_css *css, const struct pl_css *end)
{
	for (; css != end; css = css->parent)
		atomic64_dec(&pids_of(css)->current_tasks);
}

/*
 * Each level is raised first and taken back if that was too much: so two forks
 * may both be refused near the limit, and never both pass it.
 */
static int pids_can_fork(struct pl_css *css, struct pl_task *child)
{
	struct pl_css *level;
	struct pl_pids *pids;

	for (level = css; level; level = level->parent) {
		pids = pids_of(level);
		if ((u64)atomic64_inc_return(&pids->current_tasks) <= READ_ONCE(pids->max))
			continue;
		atomic64_inc(&pids->refused);
		uncharge_below(css, level->parent);
		return -EAGAIN;
	}
	return 0;
}

static void pids_charge(struct pl_css *css, struct pl_task *task)
{
	charge(css);
}

static void pids_uncharge(struct pl_css *css, struct pl_task *task)
{
	uncharge_below(css, NULL);
}

/* Who may move tasks may also fill a container past its limit. */
static void pids_attach(struct pl_css *from, struct pl_css *to, struct pl_task *task)
{
	charge(to);
	uncharge_below(from, NULL);
}

static u64 pids_read(struct pl_css *css, enum pidlab_file file)
{
	struct pl_pids *pids = pids_of(css);

	switch (file) {
	case PIDLAB_FILE_PIDS_MAX:
		return pids->max;
	case PIDLAB_FILE_PIDS_CURRENT:
		return atomic64_read(&pids->current_tasks);
	default:
		return atomic64_read(&pids->refused);
	}
}

/* A limit below what is there stops forks, and ends nobody. */
static int pids_write(struct pl_css *css, enum pidlab_file file, u64 value)
{
	if (!css->parent || ((s64)value < 0 && value != PL_PIDS_UNLIMITED))
		return -EINVAL;
	WRITE_ONCE(pids_of(css)->max, value);
	return 0;
}

static u64 pids_digest(struct pl_css *css)
{
	struct pl_pids *pids = pids_of(css);

	return pids->max * 31 + atomic64_read(&pids->current_tasks);
}

const struct pl_subsys pl_pids_2007 = {
	.css_bytes = sizeof(struct pl_pids),
	.create = pids_create,
	.attach = pids_attach,
	.fork = pids_charge,
	.exit = pids_uncharge,
	.adopt = pids_charge,
	.read = pids_read,
	.write = pids_write,
	.digest = pids_digest,
};

const struct pl_subsys pl_pids_2015 = {
	.css_bytes = sizeof(struct pl_pids),
	.create = pids_create,
	.attach = pids_attach,
	.can_fork = pids_can_fork,
	.cancel_fork = pids_uncharge,
	.release = pids_uncharge,
	.adopt = pids_charge,
	.read = pids_read,
	.write = pids_write,
	.digest = pids_digest,
};
