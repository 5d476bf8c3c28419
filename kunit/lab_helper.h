/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all suites share.
 *
 * A case works on labs of its own. When it is over, the labs that it left
 * open are checked and closed, and the module's account of all memory must be
 * back where it was: a case that leaks fails by itself.
 *
 * Threads that a case starts, and hooks that run inside an operation, record
 * what they see; only the case's own thread asserts.
 */
#ifndef PIDLAB_KUNIT_LAB_HELPER_H
#define PIDLAB_KUNIT_LAB_HELPER_H

#include <kunit/test.h>
#include <linux/completion.h>

#include "check.h"
#include "generation.h"
#include "lab.h"
#include "mem.h"
#include "object.h"
#include "op.h"
#include "pid.h"
#include "pid_namespace.h"
#include "pidlab.h"
#include "sync.h"
#include "task.h"

#define LAB_TEST_LABS	4
#define LAB_TEST_PARKED 4

struct lab_parked;
struct lab_trap;

/**
 * struct lab_test - a case under way; test->priv
 * @open: the labs that it has open
 * @hooked: the lab whose points are hooked, or NULL
 * @trap: what to spring there, or NULL
 * @parked: instructions that are to wait at points there
 */
struct lab_test {
	struct pl_lab *open[LAB_TEST_LABS];
	struct pl_lab *hooked;
	struct lab_trap *trap;
	struct lab_parked *parked[LAB_TEST_PARKED];
};

/* For the init and exit of each suite. */
int lab_test_init(struct kunit *test);
void lab_test_exit(struct kunit *test);

/* What the whole module held when the case began. */
long lab_test_bytes_before(void);
long lab_test_objects_before(enum pl_mem kind);

/*
 * A case for each generation, for each that has struct pids, and for each that
 * has nested namespaces.
 */
#define LAB_CASE(name)	  KUNIT_CASE_PARAM(name, lab_each_generation)
#define LAB_PID_CASE(name) KUNIT_CASE_PARAM(name, lab_each_with_pids)
#define LAB_NS_CASE(name) KUNIT_CASE_PARAM(name, lab_each_nesting)

const void *lab_each_generation(const void *prev, char *desc);
const void *lab_each_with_pids(const void *prev, char *desc);
const void *lab_each_nesting(const void *prev, char *desc);

/* A SETUP with its own size; LAB_SET() adds a setting. */
#define LAB_SETUP { .size = sizeof(struct pidlab_setup) }
#define LAB_SET(setup, NAME, v) \
	((setup)->given |= BIT_ULL(PIDLAB_SET_##NAME), \
	 (setup)->value[PIDLAB_SET_##NAME] = (v))

struct pl_lab *lab_open_bare(struct kunit *test);
struct pl_lab *lab_open_setup(struct kunit *test, struct pidlab_setup *setup);
struct pl_lab *lab_open(struct kunit *test);
struct pl_lab *lab_open_small(struct kunit *test);
void lab_close(struct kunit *test, struct pl_lab *lab);

#define LAB_OP(number, op_flags, ...) \
	((struct pidlab_op){ \
		.opcode = (number), \
		.flags = (op_flags), \
		.arg = { __VA_ARGS__ }, \
	})

/* An instruction: OP(FORK, PIDLAB_F_NEWPID, parent). */
#define OP(NAME, ...) LAB_OP(PIDLAB_OP_##NAME, __VA_ARGS__)

struct pidlab_op lab_run(struct pl_lab *lab, struct pidlab_op op);
u64 lab_must(struct kunit *test, struct pl_lab *lab, int line, struct pidlab_op op);
void lab_refused(struct kunit *test, struct pl_lab *lab, int line, int error,
		 struct pidlab_op op);

/* Runs the instruction, which must succeed; its first result. */
#define MUST(test, lab, NAME, ...) \
	lab_must(test, lab, __LINE__, LAB_OP(PIDLAB_OP_##NAME, __VA_ARGS__))

/* Runs it; it must fail with this error, give no results and change nothing. */
#define REFUSED(test, lab, error, NAME, ...) \
	lab_refused(test, lab, __LINE__, error, LAB_OP(PIDLAB_OP_##NAME, __VA_ARGS__))

#define FORK(test, lab, parent)	      MUST(test, lab, FORK, 0, parent)
#define FORK_THREAD(test, lab, task)  MUST(test, lab, FORK, PIDLAB_F_THREAD, task)
#define FORK_NEWPID(test, lab, task)  MUST(test, lab, FORK, PIDLAB_F_NEWPID, task)
#define NR_OF(test, lab, object)      ((int)MUST(test, lab, NR, 0, object))
#define VNR_OF(test, lab, task)	      ((int)MUST(test, lab, NR, 0, task, 0, task))

/* Its state, or 0 when it is gone. */
u64 lab_state(struct pl_lab *lab, u64 task);

#define EXPECT_STATE(test, lab, task, STATE) \
	KUNIT_EXPECT_EQ(test, lab_state(lab, task), (u64)PIDLAB_STATE_##STATE)
#define EXPECT_GONE(test, lab, task) KUNIT_EXPECT_EQ(test, lab_state(lab, task), (u64)0)

u64 lab_digest(struct pl_lab *lab);
int lab_find(struct pl_lab *lab, struct pl_findings *findings);
void lab_expect_clean(struct kunit *test, struct pl_lab *lab, int line);
void lab_expect_found(struct kunit *test, struct pl_lab *lab, int line,
		      enum pidlab_violation code, u64 object);

/* No invariant is broken. */
#define EXPECT_CLEAN(test, lab) lab_expect_clean(test, lab, __LINE__)

/* The check names this violation, of this object (0: of any). */
#define EXPECT_FOUND(test, lab, NAME, object) \
	lab_expect_found(test, lab, __LINE__, PIDLAB_BAD_##NAME, object)

void lab_info(struct pl_lab *lab, struct pidlab_info *info);
long lab_counter(struct pl_lab *lab, enum pidlab_counter counter);
long lab_objects(struct pl_lab *lab, enum pl_mem kind);

/* Structures behind ids; not counted, so for objects that are not freed. */
struct pl_task *lab_task(struct pl_lab *lab, u64 id);
struct pl_pid *lab_pid(struct pl_lab *lab, u64 id);
struct pl_pidns *lab_ns(struct pl_lab *lab, u64 id);
struct pl_pidns *lab_ns_of(struct pl_lab *lab, u64 task);

const struct pl_tref *lab_tref_of(struct pl_lab *lab, u64 task, enum pidlab_type type);
bool lab_taken(struct pl_lab *lab, int nr);
struct pl_pid *lab_make_pid(struct kunit *test, struct pl_lab *lab, struct pl_pidns *ns);
struct pl_pid *lab_find_pid(struct pl_pidns *ns, int nr);
int lab_next(struct pl_pidns *ns, int nr);
void lab_set_last(struct pl_pidns *ns, int nr);

static inline struct pl_ctx lab_ctx(struct pl_lab *lab)
{
	return (struct pl_ctx){ .lab = lab };
}

/**
 * struct lab_trap - what to do once when a point is reached
 * @point: the point
 * @skip: how many times to let it pass first
 * @spring: called in the thread that reached it, inside its operation
 * @data: for @spring
 * @sprung: it was reached
 */
struct lab_trap {
	enum pl_point point;
	unsigned int skip;
	void (*spring)(struct pl_lab *lab, void *data);
	void *data;
	bool sprung;
};

void lab_set_trap(struct kunit *test, struct pl_lab *lab, struct lab_trap *trap);
void lab_unset_trap(struct kunit *test);
void lab_unhook(struct kunit *test);

/* The end of a case's thread. */
void lab_wait_for_stop(void);
/* Runs an instruction in a thread of its own; fit for a trap. */
void lab_run_elsewhere(struct pl_lab *lab, struct pidlab_op *op);

#define LAB_NOT_PARKED PL_POINT_COUNT

/**
 * struct lab_parked - an instruction in a thread of its own
 * @op: the instruction; its result after lab_resume()
 * @point: where it is to wait for lab_resume(); LAB_NOT_PARKED: nowhere
 */
struct lab_parked {
	struct pidlab_op op;
	enum pl_point point;
	/* private: */
	struct pl_lab *lab;
	struct task_struct *thread;
	struct completion arrived;
	struct completion go;
	struct completion finished;
	bool started;
	bool parked;
};

void lab_start(struct kunit *test, struct pl_lab *lab, struct lab_parked *parked);
void lab_wait_blocked(struct lab_parked *parked);
bool lab_park(struct kunit *test, struct pl_lab *lab, struct lab_parked *parked);
void lab_resume(struct kunit *test, struct lab_parked *parked);

#endif /* PIDLAB_KUNIT_LAB_HELPER_H */
