/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A controller: several actors in one lab, one step at a time, in an order
 * that is given and not left to chance.
 *
 * Each actor is a thread with a list of instructions. Only one of them runs at
 * any time. At each step (a lock to be taken, a read side to be entered, a
 * named point) it stands still, and the next choice of the schedule says who
 * goes on. Locks are the controller's while actors run: an actor can be held
 * inside of one, and another that wants it is then no choice. Grace periods
 * are private to the lab: that one ends is a choice too, when no reader is in
 * its way. The same choices lead to the same run, always.
 *
 * Owned by the thread that runs the schedules, on whose behalf the lab keeps
 * all other operations out.
 */
#ifndef PL_CONTROL_H
#define PL_CONTROL_H

#include <linux/completion.h>
#include <linux/list.h>

#include "pidlab.h"
#include "sync.h"

struct pl_control;
struct pl_findings;
struct pl_lab;

enum pl_actor_state {
	PL_ACTOR_READY,	   /* stands before a step that it can take */
	PL_ACTOR_LOCKING,  /* stands before a lock that it wants */
	PL_ACTOR_ALLOCATING, /* stands before an allocation, which can fail */
	PL_ACTOR_WAITING,  /* waits until something is woken */
	PL_ACTOR_SETTLING, /* waits for the callbacks that are pending */
	PL_ACTOR_FINISHED, /* has no instruction left */
};

/**
 * struct pl_held - a lock that an actor has
 * @lock: the lock
 * @write: for itself alone
 */
struct pl_held {
	struct pl_vlock *lock;
	bool write;
};

/**
 * struct pl_actor - a thread with instructions
 * @control: its controller
 * @thread: the thread; exists as long as the controller
 * @go: completed when it may go on
 * @ops: its instructions; results are written
 * @count: how many
 * @state: why it stands, and what it takes to go on
 * @step: before which step it stands
 * @lock: the lock it wants
 * @write: for itself alone
 * @held: the locks it has, in the order in which it took them
 * @nr_held: how many; the first PIDLAB_HELD_MAX are told
 * @readers: depth of its read sides
 * @settle: it waits for callbacks up to this number
 * @allocation: which one of its operation it stands before
 * @fails: that one is to fail
 *
 * All but @thread and @go belong to whoever has the run of the controller.
 */
struct pl_actor {
	struct pl_control *control;
	struct task_struct *thread;
	struct completion go;
	struct pidlab_op *ops;
	unsigned int count;
	enum pl_actor_state state;
	unsigned int step;
	struct pl_vlock *lock;
	bool write;
	struct pl_held held[PIDLAB_HELD_MAX];
	unsigned int nr_held;
	unsigned int readers;
	u64 settle;
	unsigned int allocation;
	bool fails;
};

/**
 * struct pl_run - one run: the order that is asked for, and what came of it
 * @choices: whom to let go on, in order
 * @nr_choices: how many
 * @by_priority: then whoever has the highest priority; else whoever ran last
 * @priority: of each choice; what @changes says is written here
 * @changes: who becomes less urgent, and when
 * @nr_changes: how many
 * @steps: room for the steps that are taken
 * @room: how many fit
 * @findings: what is looked for after each step, too: out: what was found
 *	first; NULL: nothing is looked for before the end
 * @footprints: room for as many footprints of them; NULL: none is asked for
 * @taken: out: how many were taken
 * @last: who took the last of them: an actor, or PIDLAB_CHOICE_GP
 * @verdict: out: enum pidlab_verdict
 * @bugs_seen: by bugs, before the run
 * @found_at: out: steps taken when something was found; 0: nothing was
 * @error: out: 0, or a negative errno of looking
 */
struct pl_run {
	const u8 *choices;
	unsigned int nr_choices;
	bool by_priority;
	u8 priority[PIDLAB_CHOICES];
	const struct pidlab_change *changes;
	unsigned int nr_changes;
	struct pidlab_step *steps;
	struct pidlab_footprint *footprints;
	struct pl_findings *findings;
	unsigned int room;
	unsigned int taken;
	unsigned int last;
	unsigned int verdict;
	unsigned int bugs_seen;
	unsigned int found_at;
	int error;
};

/**
 * struct pl_control - the controller of a lab
 * @lab: the lab
 * @fine: stand still where something is let go of, too
 * @faults: allocations are steps, and can fail
 * @footprints: objects are to have names that tell them; see footprint.h
 * @actors: the actors
 * @nr_actors: how many
 * @ops: all instructions, those of the start first; for results as operands
 * @nr_ops: how many
 * @cpu: where all actors run: a step from one to another then wakes no other CPU
 * @running: who goes on; NULL while no actor runs
 * @over: completed when the last actor has finished, or none can go on
 * @stop: the threads are to end
 * @run: the run under way
 * @queued: callbacks that actors have queued so far
 * @callbacks: those of them that are not called yet, the oldest first
 * @start_callbacks: queued while no actor ran, by rcu_head.next
 * @runs: how many there have been
 * @lock_numbers: locks met in this run, for the steps
 */
struct pl_control {
	struct pl_lab *lab;
	bool fine;
	bool faults;
	bool footprints;
	struct pl_actor actors[PIDLAB_ACTORS_MAX];
	unsigned int nr_actors;
	struct pidlab_op *ops;
	unsigned int nr_ops;
	unsigned int cpu;
	struct pl_actor *running;
	struct completion over;
	bool stop;
	struct pl_run *run;
	u64 queued;
	struct list_head callbacks;
	struct rcu_head *start_callbacks;
	u32 runs;
	unsigned int lock_numbers;
};

struct pl_control *pl_control_create(struct pl_lab *lab, struct pidlab_op *ops,
				     unsigned int nr_ops);
int pl_control_add_actor(struct pl_control *control, struct pidlab_op *ops, unsigned int count);
int pl_control_start(struct pl_control *control, unsigned int nr_start);
void pl_control_run(struct pl_control *control, struct pl_run *run);
void pl_control_run_ops(struct pl_control *control, unsigned int first, unsigned int count);
void pl_control_resume(struct pl_control *control);
struct pl_actor *pl_control_current(void);
bool pl_control_is_stuck(const struct pl_control *control);
void pl_control_standing(struct pl_control *control, struct pidlab_standing *out);
void pl_control_destroy(struct pl_control *control);

/* Between control.c and control_*.c */
unsigned int pl_control_lock_number(struct pl_control *control, struct pl_vlock *lock);
bool pl_control_can_call(const struct pl_control *control);
bool pl_control_has_settled(const struct pl_control *control, const struct pl_actor *actor);
void pl_control_look(struct pl_control *control);
void pl_control_call_ready(struct pl_control *control);
void pl_control_call_all(struct pl_control *control);
void pl_control_step(struct pl_actor *actor, enum pl_actor_state state, unsigned int what);

/*
 * Which CPU the caller is on, as far as the lab's outcome may depend on it: each
 * actor is one, and who comes before them is on the first.
 */
static inline unsigned int pl_control_cpu(const struct pl_control *control)
{
	return control->running ? control->running - control->actors : 0;
}

#endif /* PL_CONTROL_H */
