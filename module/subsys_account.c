// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>

#include "compat.h"
#include "container.h"
#include "subsys_account.h"
#include "task.h"

static struct pl_account_css *account_of(struct pl_css *css)
{
	return container_of(css, struct pl_account_css, css);
}

static void come(struct pl_css *css, struct pl_task *task)
{
	struct pl_account_css *account = account_of(css);
	s64 live = atomic64_inc_return(&account->live);
	s64 peak = atomic64_read(&account->peak);

	while (live > peak && !atomic64_try_cmpxchg(&account->peak, &peak, live))
		;
	task->containers.since = ktime_get_ns();
}

static void go(struct pl_css *css, struct pl_task *task)
{
	struct pl_account_css *account = account_of(css);

	atomic64_add(ktime_get_ns() - task->containers.since, &account->ns);
	atomic64_dec(&account->live);
}

static void account_fork(struct pl_css *css, struct pl_task *child)
{
	atomic64_inc(&account_of(css)->forks);
	come(css, child);
}

static void account_exit(struct pl_css *css, struct pl_task *task)
{
	atomic64_inc(&account_of(css)->exits);
	go(css, task);
}

static void account_attach(struct pl_css *from, struct pl_css *to, struct pl_task *task)
{
	go(from, task);
	come(to, task);
}

static u64 account_read(struct pl_css *css, enum pidlab_file file)
{
	struct pl_account_css *account = account_of(css);

	switch (file) {
	case PIDLAB_FILE_ACCOUNT_FORKS:
		return atomic64_read(&account->forks);
	case PIDLAB_FILE_ACCOUNT_EXITS:
		return atomic64_read(&account->exits);
	case PIDLAB_FILE_ACCOUNT_LIVE:
		return atomic64_read(&account->live);
	case PIDLAB_FILE_ACCOUNT_PEAK:
		return atomic64_read(&account->peak);
	default:
		return atomic64_read(&account->ns);
	}
}

/* Forks, exits, peak and time are the past, which a failed fork is part of. */
static u64 account_digest(struct pl_css *css)
{
	return atomic64_read(&account_of(css)->live);
}

/**
 * pl_account_live() - how many live in a container, as account has it
 * @css: its part of the container
 *
 * Return: the number.
 */
s64 pl_account_live(struct pl_css *css)
{
	return atomic64_read(&account_of(css)->live);
}

const struct pl_subsys pl_account_2007 = {
	.css_bytes = sizeof(struct pl_account_css),
	.attach = account_attach,
	.fork = account_fork,
	.exit = account_exit,
	.adopt = account_fork,
	.read = account_read,
	.digest = account_digest,
};

const struct pl_subsys pl_account_2015 = {
	.css_bytes = sizeof(struct pl_account_css),
	.attach = account_attach,
	.post_fork = account_fork,
	.exit = account_exit,
	.adopt = account_fork,
	.read = account_read,
	.digest = account_digest,
};
