/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * pidlab - a laboratory for process identity: the interface of /dev/pidlab
 *
 * Each open of the device makes a lab: a private universe of tasks, pids and
 * pid namespaces that lives as long as the open file. SETUP populates it with
 * its first task, RUN executes instructions in it, CHECK tells whether its
 * structures still agree with one another, INFO tells what it holds. CONTROL
 * runs several actors in it one step at a time, in an order that is given.
 * REF_FD makes a file descriptor of a weak reference: poll(2) and read(2) tell
 * what happens to the users behind it.
 *
 * Rules
 * -----
 *  - Each argument struct begins with its own size. A shorter one from an
 *    older client is extended with zeroes, a longer one is accepted if what
 *    the module does not know is zero (E2BIG otherwise). Less than the fields
 *    of the first version: EINVAL.
 *  - Whatever is reserved, unused, or not named by a mask must be zero.
 *  - Every object has a 64-bit id that its lab never gives again, but for CONTROL,
 *    which begins anew with each run. The low four bits are its kind (enum pidlab_object). Naming an object does not keep it
 *    alive: references do, and they are objects themselves.
 *  - Numbers (pids, selectors) travel as sign-extended 64-bit values and must
 *    fit an int.
 *  - An operation that fails changes nothing that CHECK's digest covers.
 *
 * Errors of the ioctls
 * --------------------
 *   ENOTTY     no such ioctl
 *   EINVAL     bad size, unknown flag, reserved field not zero, value out of
 *              range
 *   E2BIG      the struct is longer than this module knows and the rest is
 *              not zero
 *   EFAULT     an address that cannot be read or written
 *   EBADFD     RUN, CHECK, CONTROL or REF_FD before SETUP
 *   EBUSY      SETUP a second time
 *   EINTR      a fatal signal arrived: @done operations have run and their
 *              results are written
 *   ENOMEM     no memory
 *   EOPNOTSUPP footprints, of a module that was built without them
 *   ENOTRECOVERABLE  actors of the lab have come to a deadlock
 *   EBADF, ESRCH, ENOSPC   REF_FD: as of an operation
 *   EMFILE, ENFILE   REF_FD: the process or the system has no room for a file
 *
 * Errors of read(2) of such a file
 * --------------------------------
 *   EINVAL     no room for one struct pidlab_ref_event
 *   EAGAIN     O_NONBLOCK, and nothing has happened since the last read
 *   EFAULT     it cannot be written there; it is not lost
 *
 * Errors of an operation (struct pidlab_op.error, negative)
 * ---------------------------------------------------------
 *   EOPNOTSUPP unknown opcode, or something this generation, or the container's
 *              hierarchy, does not have
 *   EINVAL     unknown flag, unused operand not zero, zero where an object is
 *              needed, value out of range, or as Linux says it
 *   EBADF      the id names an object of another kind
 *   ESRCH      no such object any more or ever; no such pid; the acting task
 *              is exiting or dead
 *   EEXIST     the number that fork asks for is taken
 *   EAGAIN     the limit on tasks, a container's limit or the last free number
 *              is reached; the task to reap is not a zombie yet; the acting
 *              task is frozen; a watch has nothing to tell
 *   EBUSY      the container has tasks or children, or is a root; the
 *              subsystem is in another hierarchy; what is frozen does not move;
 *              the task is on another virtual CPU; the reference is a file's
 *   ENOSPC     the limit on references, namespaces, containers, depth or bytes
 *              is reached
 *   ENOMEM     an allocation failed; the namespace takes no new tasks
 *   EINTR      the acting task was killed before the operation took effect
 *   ECHILD, EPERM, EACCES   as Linux gives them to wait4(2), setpgid(2),
 *              setsid(2). EACCES: the file cannot be written; EPERM: the
 *              container's trace was told to refuse
 */
#ifndef _UAPI_PIDLAB_H
#define _UAPI_PIDLAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "pidlab_tables.h"

#define PIDLAB_DEVICE		"/dev/pidlab"
#define PIDLAB_ABI_VERSION	1

/* Kinds of objects; the low four bits of an id */
#define PIDLAB_ID_KIND_BITS	4
#define PIDLAB_ID_KIND_MASK	15

enum pidlab_object {
	PIDLAB_OBJECT_NONE = 0,
	PIDLAB_OBJECT_TASK = 1,
	PIDLAB_OBJECT_PID = 2,
	PIDLAB_OBJECT_NS = 3,
	PIDLAB_OBJECT_REF = 4,
	PIDLAB_OBJECT_CONTAINER = 5,
};

/* What a pid is used for by a task */
enum pidlab_type {
	PIDLAB_TYPE_PID = 0,
	PIDLAB_TYPE_TGID = 1,
	PIDLAB_TYPE_PGID = 2,
	PIDLAB_TYPE_SID = 3,
	PIDLAB_TYPE_COUNT
};

enum pidlab_state {
	PIDLAB_STATE_RUNNING = 1,
	PIDLAB_STATE_ZOMBIE = 2,	/* exited, not reaped */
	PIDLAB_STATE_DEAD = 3,		/* reaped, and still held */
};

/* The tables of pidlab_tables.h as enums */
#define _PIDLAB_SUBSYS(bit, NAME, ...)	PIDLAB_SUBSYS_##NAME = bit,
enum pidlab_subsys { PIDLAB_SUBSYSTEMS(_PIDLAB_SUBSYS) PIDLAB_SUBSYS_COUNT };
#undef _PIDLAB_SUBSYS

#define PIDLAB_SUBSYS_NONE	PIDLAB_SUBSYS_COUNT
#define PIDLAB_SUBSYS_MASK	((1 << PIDLAB_SUBSYS_COUNT) - 1)

#define _PIDLAB_FILE(nr, NAME, ...)	PIDLAB_FILE_##NAME = nr,
enum pidlab_file { PIDLAB_FILES(_PIDLAB_FILE) };
#undef _PIDLAB_FILE

#define _PIDLAB_HOOK(nr, NAME, ...)	PIDLAB_HOOK_##NAME = nr,
enum pidlab_hook { PIDLAB_HOOKS(_PIDLAB_HOOK) };
#undef _PIDLAB_HOOK

#define _PIDLAB_PHASE(nr, NAME, ...)	PIDLAB_PHASE_##NAME = nr,
enum pidlab_phase { PIDLAB_PHASES(_PIDLAB_PHASE) };
#undef _PIDLAB_PHASE

#define _PIDLAB_REF_EVENT(nr, NAME, ...) PIDLAB_REF_##NAME = nr,
enum pidlab_ref_event_kind { PIDLAB_REF_EVENTS(_PIDLAB_REF_EVENT) };
#undef _PIDLAB_REF_EVENT

#define _PIDLAB_OP(nr, NAME, ...)	PIDLAB_OP_##NAME = nr,
enum pidlab_opcode { PIDLAB_OPS(_PIDLAB_OP) };
#undef _PIDLAB_OP

#define _PIDLAB_FLAG(bit, NAME, ...)	PIDLAB_F_##NAME = 1 << bit,
enum pidlab_op_flag { PIDLAB_FLAGS(_PIDLAB_FLAG) };
#undef _PIDLAB_FLAG

#define _PIDLAB_ARG(NAME, ...)		PIDLAB_ARG_##NAME,
enum pidlab_arg { PIDLAB_ARGS(_PIDLAB_ARG) PIDLAB_ARG_KINDS };
#undef _PIDLAB_ARG

#define _PIDLAB_SET(nr, NAME, ...)	PIDLAB_SET_##NAME = nr,
enum pidlab_setting { PIDLAB_SETTINGS(_PIDLAB_SET) };
#undef _PIDLAB_SET

#define _PIDLAB_CTR(nr, NAME, ...)	PIDLAB_CTR_##NAME = nr,
enum pidlab_counter { PIDLAB_COUNTERS(_PIDLAB_CTR) };
#undef _PIDLAB_CTR

#define _PIDLAB_SIZE(nr, NAME, ...)	PIDLAB_SIZE_##NAME = nr,
enum pidlab_size { PIDLAB_SIZES(_PIDLAB_SIZE) };
#undef _PIDLAB_SIZE

#define _PIDLAB_BAD(nr, NAME, ...)	PIDLAB_BAD_##NAME = nr,
enum pidlab_violation { PIDLAB_VIOLATIONS(_PIDLAB_BAD) };
#undef _PIDLAB_BAD

#define _PIDLAB_BUG(bit, NAME, ...)	PIDLAB_BUG_##NAME = bit,
enum pidlab_bug { PIDLAB_BUGS(_PIDLAB_BUG) PIDLAB_BUG_COUNT };
#undef _PIDLAB_BUG

#define _PIDLAB_ZAP(nr, NAME, ...)	PIDLAB_ZAP_##NAME = nr,
enum pidlab_zap { PIDLAB_ZAPS(_PIDLAB_ZAP) PIDLAB_ZAP_COUNT };
#undef _PIDLAB_ZAP

#define _PIDLAB_GEN(nr, NAME, ...)	PIDLAB_GEN_##NAME = nr,
enum pidlab_generation { PIDLAB_GENERATIONS(_PIDLAB_GEN) };
#undef _PIDLAB_GEN

#define _PIDLAB_RCU(nr, NAME, ...)	PIDLAB_RCU_##NAME = nr,
enum pidlab_rcu_layout { PIDLAB_RCU_LAYOUTS(_PIDLAB_RCU) };
#undef _PIDLAB_RCU
/* In fail_nth of a fork: the low bits are the enum pidlab_phase to fail at. */
#define PIDLAB_FAIL_AT		0x8000

#define PIDLAB_OP_ARGS		4
#define PIDLAB_OP_RESULTS	3

/**
 * struct pidlab_op - one instruction, 64 bytes
 * @opcode: enum pidlab_opcode
 * @flags: PIDLAB_F_*, those that the opcode allows
 * @fail_nth: let the n-th allocation of this operation fail; 0: none. Of a
 *	fork also PIDLAB_FAIL_AT | enum pidlab_phase
 * @error: out: 0 or a negative errno
 * @arg: operands in the order of the table; unused ones are zero
 * @res: out: results in the order of the table; zero after an error
 *
 * Each operation's operands also have names: op.fork.parent is op.arg[0].
 * @error and @res are not read.
 */
struct pidlab_op {
	__u16 opcode;
	__u16 flags;
	__u16 fail_nth;
	__s16 error;
	union {
		__aligned_u64 arg[PIDLAB_OP_ARGS];
		/* private: named as in the table */
#define _PIDLAB_OPERANDS(nr, NAME, name, flags, K0, n0, K1, n1, K2, n2, K3, n3, ...) \
		struct { __aligned_u64 n0, n1, n2, n3; } name;
		PIDLAB_OPS(_PIDLAB_OPERANDS)
#undef _PIDLAB_OPERANDS
		/* public: */
	};
	__aligned_u64 res[PIDLAB_OP_RESULTS];
};

/**
 * struct pidlab_setup - populate the lab with its first task
 * @size: sizeof(struct pidlab_setup)
 * @flags: zero
 * @given: bit n set: @value[n] is given; else the table's default holds
 * @init_task: out: id of the first task (number 1 of the root namespace)
 * @value: settings by enum pidlab_setting
 */
struct pidlab_setup {
	__u32 size;
	__u32 flags;
	__aligned_u64 given;
	__aligned_u64 init_task;
	__aligned_u64 value[PIDLAB_SETTING_SLOTS];
};

#define PIDLAB_RUN_STOP		(1 << 0)	/* stop after the first error */
#define PIDLAB_RUN_MAX		65536

/**
 * struct pidlab_run - execute instructions in order
 * @size: sizeof(struct pidlab_run)
 * @flags: PIDLAB_RUN_*
 * @ops: address of an array of struct pidlab_op
 * @count: its length, at most PIDLAB_RUN_MAX
 * @done: out: how many were executed, failed ones included
 */
struct pidlab_run {
	__u32 size;
	__u32 flags;
	__aligned_u64 ops;
	__u32 count;
	__u32 done;
};

#define PIDLAB_INFO_FOOTPRINTS	(1 << 0)	/* the module tells footprints */

/**
 * struct pidlab_info - what the module is and what the lab holds
 * @size: sizeof(struct pidlab_info)
 * @flags: zero; out: PIDLAB_INFO_*
 * @abi: out: PIDLAB_ABI_VERSION of the module
 * @ready: out: 1 after SETUP
 * @generations: out: mask of the generations the module has
 * @opcodes: out: number of the highest opcode
 * @init_task: out: id of the first task, 0 before SETUP
 * @setting: out: the lab's settings by enum pidlab_setting
 * @counter: out: by enum pidlab_counter
 * @bytes_of: out: sizes on this kernel by enum pidlab_size
 */
struct pidlab_info {
	__u32 size;
	__u32 flags;
	__u32 abi;
	__u32 ready;
	__u32 generations;
	__u32 opcodes;
	__aligned_u64 init_task;
	__aligned_u64 setting[PIDLAB_SETTING_SLOTS];
	__aligned_u64 counter[PIDLAB_COUNTER_SLOTS];
	__aligned_u64 bytes_of[PIDLAB_SIZE_SLOTS];
};

#define PIDLAB_TASK_THREAD	(1 << 0)	/* not the leader of its group */
#define PIDLAB_TASK_REAPER	(1 << 1)	/* reaps the orphans of its namespace */
#define PIDLAB_TASK_SESSION	(1 << 2)	/* its group leads a session */
#define PIDLAB_TASK_EXECED	(1 << 3)	/* has called exec since its fork */
#define PIDLAB_TASK_AUTOREAP	(1 << 4)	/* its process is reaped by its own end */
#define PIDLAB_TASK_CURR	(1 << 5)	/* a virtual CPU has it, alive or not */
#define PIDLAB_TASK_CPU_SHIFT	16		/* which one, in the bits from here on */

/**
 * struct pidlab_task_info - one task in a snapshot
 * @id: the task
 * @parent: its real parent, 0 for none
 * @leader: the leader of its thread group
 * @pid: its struct pid, 0 when it has none any more
 * @ns: its pid namespace, 0 when it has no pid
 * @nr: its number in the root namespace, 0 when it has none
 * @vnr: its number in its own namespace
 * @tgid: number of its thread group, as the root namespace sees it
 * @pgid: number of its process group, as the root namespace sees it
 * @sid: number of its session, as the root namespace sees it
 * @level: depth of its namespace, 0 for the root
 * @state: enum pidlab_state
 * @flags: PIDLAB_TASK_*
 * @exit_code: as given to exit, or 128 + the signal that killed it
 * @usage: references to the task structure
 * @rcu_users: users who may find it under RCU
 * @holds: references of the lab that pin it
 * @payload: bytes pinned with it
 */
struct pidlab_task_info {
	__aligned_u64 id;
	__aligned_u64 parent;
	__aligned_u64 leader;
	__aligned_u64 pid;
	__aligned_u64 ns;
	__s32 nr;
	__s32 vnr;
	__s32 tgid;
	__s32 pgid;
	__s32 sid;
	__u32 level;
	__u32 state;
	__u32 flags;
	__s32 exit_code;
	__u32 usage;
	__u32 rcu_users;
	__u32 holds;
	__aligned_u64 payload;
};

#define PIDLAB_CHECK_MAX	8

/**
 * struct pidlab_check - invariants, digest and a snapshot, all of one instant
 * @size: sizeof(struct pidlab_check)
 * @flags: zero
 * @digest: out: a hash of what the lab's state is; equal states, equal digests
 * @tasks: address of an array of struct pidlab_task_info, or 0
 * @room: its length; 0 with no array and only then
 * @count: out: tasks in the lab; if that is more than @room, the first @room
 *	are written, and asking again with more room gets all
 * @violations: out: how many invariants do not hold
 * @reserved: zero
 * @code: out: enum pidlab_violation of the first PIDLAB_CHECK_MAX violations
 * @object: out: id of the object at fault in each
 */
struct pidlab_check {
	__u32 size;
	__u32 flags;
	__aligned_u64 digest;
	__aligned_u64 tasks;
	__u32 room;
	__u32 count;
	__u32 violations;
	__u32 reserved;
	__u32 code[PIDLAB_CHECK_MAX];
	__aligned_u64 object[PIDLAB_CHECK_MAX];
};

#define _PIDLAB_STEP(nr, NAME, ...)	PIDLAB_STEP_##NAME = nr,
enum pidlab_step_what { PIDLAB_STEPS(_PIDLAB_STEP) };
#undef _PIDLAB_STEP

#define PIDLAB_ACTORS_MAX	4
#define PIDLAB_CHOICE_FAIL	8	/* and an actor: it goes on, and its allocation fails */
#define PIDLAB_CHOICE_GP	15	/* the choice that a grace period ends */
#define PIDLAB_CHOICES		16

/* How a run under control ended */
enum pidlab_verdict {
	PIDLAB_VERDICT_DONE = 0,	/* every actor came to its end */
	PIDLAB_VERDICT_DIVERGED = 1,	/* a choice was asked for that there was not */
	PIDLAB_VERDICT_TOO_LONG = 2,	/* more steps than there was room for */
	PIDLAB_VERDICT_DEADLOCK = 3,	/* actors are left and none can go on */
};

/* An operand that stands for a result of another instruction of the same call */
#define PIDLAB_RESULT_MASK	0xffffffff00000000ULL
#define PIDLAB_RESULT_OF(op, result) \
	(0x5245530000000000ULL | (__u64)(op) << 2 | (result))

/**
 * struct pidlab_step - one step of a run under control
 * @choice: the actor that took it, PIDLAB_CHOICE_FAIL and the actor whose
 *	allocation failed in it, or PIDLAB_CHOICE_GP
 * @reserved: zero
 * @choices: mask of the choices that there were
 * @what: enum pidlab_step_what: before what the one that was chosen had stood
 * @object: which lock of the run, counted from 1, or which allocation of the
 *	operation, as fail_nth counts them; 0: none
 */
struct pidlab_step {
	__u8 choice;
	__u8 reserved;
	__u16 choices;
	__u16 what;
	__u16 object;
};

#define PIDLAB_FOOTPRINT_WORDS	8

/**
 * struct pidlab_footprint - what memory a step read and wrote
 * @reads: mask of the words that it read
 * @writes: mask of the words that it wrote
 *
 * Of a step: what its actor did from when it was let go on until it stood
 * still again, or what the callbacks of a grace period did. Two steps of different
 * actors commute if neither writes what the other reads or writes. The masks
 * mean the same in all runs of a lab. More words than bits share them: steps
 * may then look dependent that are not, never the reverse.
 */
struct pidlab_footprint {
	__aligned_u64 reads[PIDLAB_FOOTPRINT_WORDS];
	__aligned_u64 writes[PIDLAB_FOOTPRINT_WORDS];
};

#define PIDLAB_HELD_MAX	8

/**
 * struct pidlab_held - a lock that an actor has, or wants
 * @what: enum pidlab_step_what of taking it
 * @number: which lock of the run, counted from 1, as in struct pidlab_step
 * @reserved: zero
 * @object: the task whose lock it is; 0: it is none of a task in the lab
 */
struct pidlab_held {
	__u16 what;
	__u16 number;
	__u32 reserved;
	__aligned_u64 object;
};

/**
 * struct pidlab_standing - where an actor stands that cannot go on
 * @what: enum pidlab_step_what: before what; 0: it has come to its end
 * @readers: depth of the RCU read sides that it is in
 * @nr_held: locks that it has; if that is more than PIDLAB_HELD_MAX, as many
 *	are written
 * @reserved: zero
 * @wants: the lock that it waits for; zero where it waits for something else
 * @held: locks that it has, in the order in which it took them
 */
struct pidlab_standing {
	__u32 what;
	__u32 readers;
	__u32 nr_held;
	__u32 reserved;
	struct pidlab_held wants;
	struct pidlab_held held[PIDLAB_HELD_MAX];
};

#define PIDLAB_CHANGES_MAX	16

/**
 * struct pidlab_change - somebody is less urgent from here on
 * @step: after so many steps, not 0
 * @priority: of whoever took the last of them, at most 255
 */
struct pidlab_change {
	__u32 step;
	__u32 priority;
};

/**
 * struct pidlab_control_run - one run of the actors
 * @choices: address of bytes: whom to let go on at each step, an actor,
 *	PIDLAB_CHOICE_FAIL and an actor, or PIDLAB_CHOICE_GP; past their end
 *	@priority decides
 * @nr_choices: how many
 * @room: how many steps fit at @steps, at most PIDLAB_STEPS_MAX
 * @steps: address where the steps go that are taken
 * @ops: address where all instructions go with their results, or 0
 * @verdict: out: enum pidlab_verdict
 * @taken: out: steps taken; the first @room of them are written
 * @violations: out: how many invariants do not hold in the end, or where one
 *	first did not, see @found_at
 * @code: out: enum pidlab_violation of the first
 * @object: out: id of the object at fault in it
 * @digest: out: of the state in the end
 * @bugs_seen: out: how often a bug that is switched on did harm
 * @leaks: out: objects that nothing reaches and that were not freed
 * @footprints: address where those of the steps go, @room of them, or 0;
 *	EOPNOTSUPP where the module was built without them
 * @standing: address of PIDLAB_ACTORS_MAX struct pidlab_standing, written after
 *	a deadlock only, or 0
 * @changes: address of an array of struct pidlab_change
 * @nr_changes: its length, at most PIDLAB_CHANGES_MAX
 * @found_at: out: with PIDLAB_CONTROL_LOOK: steps taken when a bug had done
 *	harm or an invariant did not hold; 0: not before the end
 * @priority: of each choice: whoever has the highest goes on, the first of
 *	several, and no allocation fails. All zero: whoever ran last goes on,
 *	else the first that can
 */
struct pidlab_control_run {
	__aligned_u64 choices;
	__u32 nr_choices;
	__u32 room;
	__aligned_u64 steps;
	__aligned_u64 ops;
	__u32 verdict;
	__u32 taken;
	__u32 violations;
	__u32 code;
	__aligned_u64 object;
	__aligned_u64 digest;
	__u32 bugs_seen;
	__u32 leaks;
	__aligned_u64 footprints;
	__aligned_u64 standing;
	__aligned_u64 changes;
	__u32 nr_changes;
	__u32 found_at;
	__u8 priority[PIDLAB_CHOICES];
};

#define PIDLAB_CONTROL_FINE	(1 << 0)	/* letting go of something is a step, too */
#define PIDLAB_CONTROL_FAULTS	(1 << 1)	/* each allocation is a step, and can fail */
#define PIDLAB_CONTROL_LOOK	(1 << 2)	/* after each step look for what is wrong, too */
#define PIDLAB_CONTROL_OPS_MAX	1024
#define PIDLAB_STEPS_MAX	65536

/**
 * struct pidlab_control - run actors one step at a time, in orders given
 * @size: sizeof(struct pidlab_control)
 * @flags: PIDLAB_CONTROL_*
 * @ops: address of an array of struct pidlab_op: @start, then those of each
 *	actor, then @end
 * @start: how many lead to the state that each run begins with
 * @end: how many are executed after each run
 * @actors: how many each actor has; those after the last have none
 * @runs: address of an array of struct pidlab_control_run
 * @nr_runs: its length
 * @done: out: how many were run
 *
 * With PIDLAB_CONTROL_LOOK each step is followed by a look at what bugs have
 * done, and by one at the invariants wherever no actor is inside of an
 * operation and no callback is pending: elsewhere they need not hold.
 *
 * Whatever the lab holds is dropped first. Each run begins anew with the first
 * task, and with the same ids. An operand may be PIDLAB_RESULT_OF() an earlier
 * instruction, counted from the beginning of @ops. After a deadlock the lab is
 * of no use any more: each ioctl on it answers ENOTRECOVERABLE, and the module
 * stays loaded.
 */
struct pidlab_control {
	__u32 size;
	__u32 flags;
	__aligned_u64 ops;
	__u32 start;
	__u32 end;
	__u32 actors[PIDLAB_ACTORS_MAX];
	__aligned_u64 runs;
	__u32 nr_runs;
	__u32 done;
};

#define PIDLAB_REF_FD_NONBLOCK	(1 << 0)	/* as if opened with O_NONBLOCK */

/**
 * struct pidlab_ref_fd - a weak reference as a file descriptor
 * @size: sizeof(struct pidlab_ref_fd)
 * @flags: PIDLAB_REF_FD_*
 * @ref: id of a weak reference, which stays as it is
 * @fail_nth: let the n-th allocation fail; 0: none
 * @fd: out: the file descriptor, close-on-exec
 * @id: out: what the lab calls the file's own reference, in CHECK and in dumps
 *
 * The file counts as a reference of the lab (max_refs, max_bytes), and pins
 * neither a task nor a number. It can be given to others. poll(2) says POLLIN
 * when there is something to read, and POLLHUP too once the last user has gone.
 * read(2) gives as many struct pidlab_ref_event as there are and fit, and 0
 * after the last one. When the lab goes, or is emptied by CONTROL, so do all
 * users; the file can still be read and closed.
 */
struct pidlab_ref_fd {
	__u32 size;
	__u32 flags;
	__aligned_u64 ref;
	__u32 fail_nth;
	__s32 fd;
	__aligned_u64 id;
};

/**
 * struct pidlab_ref_event - what happened to the users behind a reference
 * @event: enum pidlab_ref_event_kind
 * @count: how often since the last read; 1 for PIDLAB_REF_GONE
 * @task: the first user now; for PIDLAB_REF_GONE the one who was the last
 * @nr: the number of that task, as the root namespace saw it then
 * @reserved: zero
 */
struct pidlab_ref_event {
	__u32 event;
	__u32 count;
	__aligned_u64 task;
	__s32 nr;
	__u32 reserved;
};

/* The size of the argument is in its first member, not in the number. */
#define PIDLAB_IOC_TYPE		0xB9
#define PIDLAB_IOC_INFO		_IO(PIDLAB_IOC_TYPE, 0x80)
#define PIDLAB_IOC_SETUP	_IO(PIDLAB_IOC_TYPE, 0x81)
#define PIDLAB_IOC_RUN		_IO(PIDLAB_IOC_TYPE, 0x82)
#define PIDLAB_IOC_CHECK	_IO(PIDLAB_IOC_TYPE, 0x83)
#define PIDLAB_IOC_CONTROL	_IO(PIDLAB_IOC_TYPE, 0x84)
#define PIDLAB_IOC_REF_FD	_IO(PIDLAB_IOC_TYPE, 0x85)

#endif /* _UAPI_PIDLAB_H */
