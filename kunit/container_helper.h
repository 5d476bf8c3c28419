/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites about containers share. */
#ifndef PIDLAB_KUNIT_CONTAINER_HELPER_H
#define PIDLAB_KUNIT_CONTAINER_HELPER_H

#include "container.h"
#include "lab_helper.h"
#include "subsys.h"

#define SUBSYS(NAME) BIT(PIDLAB_SUBSYS_##NAME)

/*
 * Out of line, since each instruction that a case writes down has its place in
 * the case's frame.
 */
static noinline __maybe_unused u64 container_must(struct kunit *test, struct pl_lab *lab, int line,
						  u16 opcode, u64 arg0, u64 arg1, u64 arg2)
{
	return lab_must(test, lab, line, LAB_OP(opcode, 0, arg0, arg1, arg2));
}

static noinline __maybe_unused void container_refused(struct kunit *test, struct pl_lab *lab,
						      int line, int error, u16 opcode, u64 arg0,
						      u64 arg1, u64 arg2)
{
	lab_refused(test, lab, line, error, LAB_OP(opcode, 0, arg0, arg1, arg2));
}

/* A file of a container, read or written; both must succeed. */
#define STAT(test, lab, container, FILE) \
	((long)container_must(test, lab, __LINE__, PIDLAB_OP_STAT, container, \
			      PIDLAB_FILE_##FILE, 0))
#define WRITE_FILE(test, lab, container, FILE, value) \
	container_must(test, lab, __LINE__, PIDLAB_OP_WRITE, container, PIDLAB_FILE_##FILE, value)

/* Where a task is for a subsystem. */
#define WHERE(test, lab, task, NAME) \
	container_must(test, lab, __LINE__, PIDLAB_OP_WHERE, task, SUBSYS(NAME), 0)

/* Trees and moves. */
#define MKDIR(test, lab, parent) \
	container_must(test, lab, __LINE__, PIDLAB_OP_MKDIR, parent, 0, 0)
#define ATTACH(test, lab, task, container) \
	container_must(test, lab, __LINE__, PIDLAB_OP_ATTACH, task, container, 0)
#define EVENT(test, lab) container_must(test, lab, __LINE__, PIDLAB_OP_RELEASE_EVENT, 0, 0, 0)

/* As REFUSED(), without flags. */
#define DENIED(test, lab, error, NAME, arg0, arg1, arg2) \
	container_refused(test, lab, __LINE__, error, PIDLAB_OP_##NAME, arg0, arg1, arg2)

static const unsigned int container_years[] = { 2007, 2015 };

/* A lab with the hooks of a year. */
static inline struct pl_lab *container_lab(struct kunit *test, unsigned int year)
{
	struct pidlab_setup setup = LAB_SETUP;

	LAB_SET(&setup, TASK_PAYLOAD, 0);
	LAB_SET(&setup, HOOKS, year);
	return lab_open_setup(test, &setup);
}

/* Runs the case once for the hooks of each year, in a lab of its own. */
static inline void each_year(struct kunit *test, void (*run)(struct kunit *, struct pl_lab *))
{
	struct pl_lab *lab;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(container_years); i++) {
		lab = container_lab(test, container_years[i]);
		run(test, lab);
		EXPECT_CLEAN(test, lab);
		lab_close(test, lab);
	}
}

/* Forgets what subsystem trace has recorded. */
static inline void drop_trace(struct kunit *test, struct pl_lab *lab)
{
	while (MUST(test, lab, TRACE, 0))
		;
}

/* Expects these callbacks and no more: TRACED(test, lab, PIDLAB_HOOK_FORK, ...). */
static inline void expect_traced(struct kunit *test, struct pl_lab *lab, int line,
				 const unsigned int *hooks, size_t count)
{
	struct pidlab_op op;
	size_t i;

	for (i = 0; i <= count; i++) {
		op = lab_run(lab, OP(TRACE, 0));
		KUNIT_EXPECT_EQ_MSG(test, (unsigned int)op.res[0], i < count ? hooks[i] : 0,
				    "callback %zu, at line %d, hooks of %u", i, line,
				    (unsigned int)lab->setting[PIDLAB_SET_HOOKS]);
	}
}

#define TRACED(test, lab, ...) \
	do { \
		static const unsigned int hooks_[] = { __VA_ARGS__ }; \
		expect_traced(test, lab, __LINE__, hooks_, ARRAY_SIZE(hooks_)); \
	} while (0)

#endif /* PIDLAB_KUNIT_CONTAINER_HELPER_H */
