/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * pidlab - the instruction set, settings, counters and invariants as tables
 *
 * Each table is written once, here. The module validates by it, the client
 * parses, prints and documents by it, tests and fuzzers walk it. A number, once
 * given, keeps its meaning.
 */
#ifndef _UAPI_PIDLAB_TABLES_H
#define _UAPI_PIDLAB_TABLES_H

/*
 * Kinds of operands and results: NAME, name, default, help
 *
 * The default is what a client puts where the author left the operand out; an
 * operand whose kind has the default PIDLAB_NEEDED cannot be left out.
 */
#define PIDLAB_NEEDED	(-0x7fffffff)

#define PIDLAB_ARGS(X) \
	X(NONE,   none,     0,             "unused, must be zero") \
	X(TASK,   task,     PIDLAB_NEEDED, "id of a task") \
	X(PID,    pid,      PIDLAB_NEEDED, "id of a struct pid") \
	X(OWNER,  owner,    PIDLAB_NEEDED, "id of a task or of a struct pid") \
	X(REF,    ref,      PIDLAB_NEEDED, "id of a reference") \
	X(NS,     ns,       0,             "id of a namespace, or of a task in it; 0: the root") \
	X(NR,     nr,       PIDLAB_NEEDED, "a number as the acting task or namespace sees it") \
	X(SELF,   self,     0,             "a number; 0: the acting task's own") \
	X(TID,    tid,      0,             "a number to give; 0: the next one") \
	X(SELECT, select,   -1,            ">0: that process, 0: own group, -1: any, <-1: that group") \
	X(TYPE,   type,     0,             "pid, tgid, pgid or sid") \
	X(SIG,    sig,      9,             "0 (probe) or 9 (SIGKILL)") \
	X(CODE,   code,     0,             "exit code, 0 to 255") \
	X(COUNT,  count,    0,             "a count") \
	X(STATE,  state,    0,             "running, zombie or dead") \
	X(BUG,    bug,      PIDLAB_NEEDED, "a bug of the time, by its name") \
	X(OBJECT, object,   PIDLAB_NEEDED, "id of an object of any kind") \
	X(CPU,    cpu,      PIDLAB_NEEDED, "a virtual CPU of the lab, counted from 0") \
	X(NEXT,   next,     0,             "id of the task to run; 0: none, the CPU idles") \
	X(CONTAINER, container, PIDLAB_NEEDED, "id of a container") \
	X(SUBSYS, subsys,   PIDLAB_NEEDED, "pids, freezer, account or trace; several are joined by +") \
	X(FILE,   file,     PIDLAB_NEEDED, "a file of a container") \
	X(VALUE,  value,    PIDLAB_NEEDED, "what to write into a file; -1: no limit") \
	X(HOOK,   hook,     0,             "a callback of a subsystem") \
	X(EVENT,  event,    0,             "what happened to the users behind a reference: handover or gone")

/* Flags of operations: bit, NAME, name, help */
#define PIDLAB_FLAGS(X) \
	X(0, NEWPID, newpid, "fork: the child is the first task of a new pid namespace") \
	X(1, THREAD, thread, "fork: the child joins the thread group of its parent") \
	X(2, PARENT, parent, "fork: the child becomes a sibling of the acting task") \
	X(3, GROUP,  group,  "exit: all threads of the group exit") \
	X(4, KEEP,   keep,   "wait: report the zombie and leave it") \
	X(5, AUTOREAP, autoreap, "fork: the child's process is reaped by its own end, as where the parent ignores SIGCHLD")

/*
 * Operations: number, NAME, name, allowed flags,
 *	four operands (KIND, name), three results (KIND, name), help
 *
 * The first operand of kind TASK is the acting task; the first result is what
 * a scenario binds a name to.
 */
#define PIDLAB_OPS(X) \
	X(1, FORK, fork, PIDLAB_F_NEWPID | PIDLAB_F_THREAD | PIDLAB_F_PARENT | PIDLAB_F_AUTOREAP, \
	  TASK, parent, TID, tid, TID, tid1, TID, tid2, \
	  TASK, task, NR, nr, NONE, _o2, \
	  "the task makes a child; tid, tid1, tid2: its numbers from its own namespace outwards; nr is the child's number in the task's namespace") \
	X(2, EXIT, exit, PIDLAB_F_GROUP, \
	  TASK, task, CODE, code, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "the task exits; the reaper of a namespace takes the namespace with it") \
	X(3, WAIT, wait, PIDLAB_F_KEEP, \
	  TASK, task, SELECT, which, NONE, _r2, NONE, _r3, \
	  TASK, child, NR, nr, CODE, code, \
	  "the task reaps a zombie child; child is 0 when none is ready") \
	X(4, REAP, reap, 0, \
	  TASK, child, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NR, nr, CODE, code, NONE, _o2, \
	  "the parent of the zombie reaps it; nr is as the parent sees it") \
	X(5, EXEC, exec, 0, \
	  TASK, task, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NR, nr, NONE, _o1, NONE, _o2, \
	  "the task executes a program: its other threads die, and it takes the leader's identity") \
	X(6, SETPGID, setpgid, 0, \
	  TASK, task, SELF, nr, SELF, pgid, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "move process nr (0: the task's own) to group pgid (0: its own number)") \
	X(7, SETSID, setsid, 0, \
	  TASK, task, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NR, nr, NONE, _o1, NONE, _o2, \
	  "the task starts a session and a group of its own") \
	X(8, KILL, kill, 0, \
	  TASK, task, SELECT, which, SIG, sig, NONE, _r3, \
	  COUNT, count, NONE, _o1, NONE, _o2, \
	  "the task signals a process, a group or (-1) everyone it sees; count is how many processes it reached") \
	X(9, HOLD_TASK, hold_task, 0, \
	  TASK, target, NONE, _r1, NONE, _r2, NONE, _r3, \
	  REF, ref, NONE, _o1, NONE, _o2, \
	  "a reference that pins the task and its payload") \
	X(10, HOLD_PID, hold_pid, 0, \
	  OWNER, target, TYPE, type, NONE, _r2, NONE, _r3, \
	  REF, ref, PID, pid, NONE, _o2, \
	  "a reference that pins a struct pid, or the one a task uses as this type") \
	X(11, TREF, tref, 0, \
	  TASK, target, TYPE, type, NONE, _r2, NONE, _r3, \
	  REF, ref, NR, nr, NONE, _o2, \
	  "a weak reference to the users of the task's pid of this type; nr 0: the sentinel") \
	X(12, TREF_NR, tref_nr, 0, \
	  NR, nr, TYPE, type, NS, ns, NONE, _r3, \
	  REF, ref, NR, found, NONE, _o2, \
	  "a weak reference to the users of a number; found 0: the sentinel") \
	X(13, DUP, dup, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  REF, copy, NONE, _o1, NONE, _o2, \
	  "a second reference to what a reference refers to") \
	X(14, PUT, put, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "drop a reference") \
	X(15, DEREF, deref, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  TASK, task, NONE, _o1, NONE, _o2, \
	  "the task behind a reference, ESRCH when there is none any more") \
	X(16, READ, read, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NR, nr, COUNT, count, TYPE, type, \
	  "the number a reference remembers, and the count of what it refers to") \
	X(17, PID, pid, 0, \
	  TASK, target, TYPE, type, NONE, _r2, NONE, _r3, \
	  PID, pid, NONE, _o1, NONE, _o2, \
	  "the struct pid that the task uses as this type") \
	X(18, FIND, find, 0, \
	  NR, nr, NS, ns, NONE, _r2, NONE, _r3, \
	  PID, pid, NONE, _o1, NONE, _o2, \
	  "the struct pid that has this number in the namespace") \
	X(19, NEXT, next, 0, \
	  NR, nr, NS, ns, NONE, _r2, NONE, _r3, \
	  PID, pid, NR, found, NONE, _o2, \
	  "the struct pid at this number or the nearest above it") \
	X(20, FIRST, first, 0, \
	  PID, pid, TYPE, type, NONE, _r2, NONE, _r3, \
	  TASK, task, NONE, _o1, NONE, _o2, \
	  "the first user of the struct pid by this type") \
	X(21, NR, nr, 0, \
	  OWNER, target, TYPE, type, NS, ns, NONE, _r3, \
	  NR, nr, NONE, _o1, NONE, _o2, \
	  "the number as the namespace sees it; 0: it does not") \
	X(22, NS, ns, 0, \
	  OWNER, target, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NS, ns, COUNT, level, NONE, _o2, \
	  "the pid namespace of a task or of a struct pid") \
	X(23, STATE, state, 0, \
	  TASK, target, NONE, _r1, NONE, _r2, NONE, _r3, \
	  STATE, state, CODE, code, COUNT, usage, \
	  "whether the task runs, is a zombie, or is dead and only held") \
	X(24, GP, gp, 0, \
	  NONE, _r0, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "wait for a grace period and for all that it frees") \
	X(25, SEEN, seen, 0, \
	  BUG, bug, NONE, _r1, NONE, _r2, NONE, _r3, \
	  COUNT, count, OBJECT, object, NONE, _o2, \
	  "how often the lab has seen a bug do harm, and the object it harmed last") \
	X(26, RCU_GET, rcu_get, 0, \
	  TASK, target, NONE, _r1, NONE, _r2, NONE, _r3, \
	  REF, ref, COUNT, users, NONE, _o2, \
	  "become one more of the task's rcu_users, unless none is left (ESRCH); users is how many there are then") \
	X(27, COUNTS, counts, 0, \
	  TASK, target, NONE, _r1, NONE, _r2, NONE, _r3, \
	  COUNT, users, COUNT, usage, NONE, _o2, \
	  "the two counts of a task: rcu_users and usage") \
	X(28, SWITCH_TO, switch_to, 0, \
	  CPU, cpu, NEXT, next, NONE, _r2, NONE, _r3, \
	  TASK, prev, NONE, _o1, NONE, _o2, \
	  "the CPU goes on with another task, or idles; prev is the one it had. A task that has exited meanwhile loses the scheduler's hold") \
	X(29, CURR, curr, 0, \
	  CPU, cpu, NONE, _r1, NONE, _r2, NONE, _r3, \
	  TASK, task, STATE, state, NONE, _o2, \
	  "the task that the CPU has, alive or not; 0: it idles") \
	X(30, PID_MAX, pid_max, 0, \
	  NS, ns, COUNT, value, NONE, _r2, NONE, _r3, \
	  COUNT, old, NONE, _o1, NONE, _o2, \
	  "numbers of the namespace run below this value from now on, 301 to 4194304 (0: as before); those in use stay") \
	X(31, SCAN, scan, 0, \
	  NS, ns, NONE, _r1, NONE, _r2, NONE, _r3, \
	  COUNT, entries, COUNT, bytes, NONE, _o2, \
	  "how far the latest search for a free number of the namespace went: pages or leaves it came by, bytes of bits it looked at") \
	X(32, RESERVE, reserve, 0, \
	  NS, ns, COUNT, count, NONE, _r2, NONE, _r3, \
	  NR, first, NR, last, NONE, _o2, \
	  "take the next free numbers of the namespace for nobody, all of them or none") \
	X(33, SETNS, setns, 0, \
	  TASK, task, NS, ns, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "children of the task are born in this namespace from now on: its own, or one inside it") \
	X(34, UNSHARE, unshare, 0, \
	  TASK, task, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NS, ns, NONE, _o1, NONE, _o2, \
	  "children of the task are born in a new namespace from now on; the first is its init") \
	X(35, UNRESERVE, unreserve, 0, \
	  NS, ns, NR, nr, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "give a number back that was taken for nobody") \
	X(40, MOUNT, mount, 0, \
	  SUBSYS, subsystems, NONE, _r1, NONE, _r2, NONE, _r3, \
	  CONTAINER, root, NONE, _o1, NONE, _o2, \
	  "a new hierarchy with these subsystems; every task is in its root") \
	X(41, UMOUNT, umount, 0, \
	  CONTAINER, root, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "end a hierarchy that has no container but its root") \
	X(42, MKDIR, mkdir, 0, \
	  CONTAINER, parent, NONE, _r1, NONE, _r2, NONE, _r3, \
	  CONTAINER, container, NONE, _o1, NONE, _o2, \
	  "a new container without tasks") \
	X(43, RMDIR, rmdir, 0, \
	  CONTAINER, container, NONE, _r1, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "remove a container that has neither tasks nor children") \
	X(44, ATTACH, attach, 0, \
	  TASK, target, CONTAINER, container, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "move a task to a container; in the other hierarchies it stays where it is") \
	X(45, WHERE, where, 0, \
	  TASK, target, SUBSYS, subsystem, NONE, _r2, NONE, _r3, \
	  CONTAINER, container, COUNT, depth, NONE, _o2, \
	  "the container that a task is in for one subsystem") \
	X(46, WRITE, write, 0, \
	  CONTAINER, container, FILE, file, VALUE, value, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "write a file of a container") \
	X(47, STAT, stat, 0, \
	  CONTAINER, container, FILE, file, NONE, _r2, NONE, _r3, \
	  COUNT, value, NONE, _o1, NONE, _o2, \
	  "read a file of a container") \
	X(48, FREEZE, freeze, 0, \
	  CONTAINER, container, NONE, _r1, NONE, _r2, NONE, _r3, \
	  COUNT, frozen, NONE, _o1, NONE, _o2, \
	  "no task in the container or below acts any more; frozen: how many of the lab that are now") \
	X(49, THAW, thaw, 0, \
	  CONTAINER, container, NONE, _r1, NONE, _r2, NONE, _r3, \
	  COUNT, frozen, NONE, _o1, NONE, _o2, \
	  "undo freeze; a container above may keep it frozen; frozen: how many of the lab still are") \
	X(50, RELEASE_EVENT, release_event, 0, \
	  NONE, _r0, NONE, _r1, NONE, _r2, NONE, _r3, \
	  CONTAINER, container, COUNT, left, NONE, _o2, \
	  "the oldest container with notify_on_release that was left empty; 0 when there is none; left: how many more") \
	X(51, TRACE, trace, 0, \
	  NONE, _r0, NONE, _r1, NONE, _r2, NONE, _r3, \
	  HOOK, hook, TASK, task, CONTAINER, container, \
	  "the oldest callback that subsystem trace has recorded; hook none when there is no more") \
	X(52, WATCH, watch, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  REF, watch, NONE, _o1, NONE, _o2, \
	  "a weak reference to what a weak one refers to, which remembers what happens to the users from now on; ESRCH for the sentinel") \
	X(53, EVENT, event, 0, \
	  REF, ref, NONE, _r1, NONE, _r2, NONE, _r3, \
	  EVENT, event, COUNT, count, TASK, task, \
	  "what a watch remembers, told once: handover, count times, to the first user task; then gone, task having been the last. EAGAIN: nothing; ESRCH: gone, and told") \
	X(62, SET, set, 0, \
	  REF, ref, REF, from, NONE, _r2, NONE, _r3, \
	  NONE, _o0, NONE, _o1, NONE, _o2, \
	  "a weak reference refers from now on to what another weak one refers to")

/* What happens to the users behind a reference: number, NAME, name, help */
#define PIDLAB_REF_EVENTS(X) \
	X(1, HANDOVER, handover, "the first user is another task than before") \
	X(2, GONE, gone, "the last user has gone, or the lab; nothing comes after it")

/* Subsystems: bit, NAME, name, help. Each is in one hierarchy at most. */
#define PIDLAB_SUBSYSTEMS(X) \
	X(0, PIDS, pids, "counts tasks, and refuses a fork past a limit of the container or one above") \
	X(1, FREEZER, freezer, "stops the tasks of a container and of those below") \
	X(2, ACCOUNT, account, "forks, exits, the living, their peak, and time lived") \
	X(3, TRACE, trace, "records the callbacks in their order, and refuses what it is told to")

/*
 * Files of a container: number, NAME, name, subsystem (NONE: every container has it),
 *	1 where it can be written, help
 */
#define PIDLAB_FILES(X) \
	X(1, NOTIFY, notify_on_release, NONE, 1, "1: tell when the last task leaves a container without children") \
	X(2, TASKS, tasks, NONE, 0, "tasks that are in the container and have not exited") \
	X(3, COUNT, count, NONE, 0, "the busy indicator: each task counts once for each subsystem") \
	X(4, CHILDREN, children, NONE, 0, "containers right below") \
	X(5, PIDS_MAX, pids_max, PIDS, 1, "tasks allowed in the container and below; -1: no limit") \
	X(6, PIDS_CURRENT, pids_current, PIDS, 0, "tasks in the container and below, by mainline's hooks zombies too") \
	X(7, PIDS_REFUSED, pids_refused, PIDS, 0, "forks refused because this container was full") \
	X(8, FREEZER_SELF, freezer_self, FREEZER, 1, "1: freeze, 0: thaw this container") \
	X(9, FREEZER_STATE, freezer_state, FREEZER, 0, "1: frozen, by itself or by one above") \
	X(10, ACCOUNT_FORKS, account_forks, ACCOUNT, 0, "fork callbacks in this container") \
	X(11, ACCOUNT_EXITS, account_exits, ACCOUNT, 0, "exit callbacks in this container") \
	X(12, ACCOUNT_LIVE, account_live, ACCOUNT, 0, "tasks in this container") \
	X(13, ACCOUNT_PEAK, account_peak, ACCOUNT, 0, "the most there have been at a time") \
	X(14, ACCOUNT_NS, account_ns, ACCOUNT, 0, "nanoseconds lived here by those that have exited or left") \
	X(15, TRACE_RECORDS, trace_records, TRACE, 0, "records not read yet, of the whole hierarchy") \
	X(16, TRACE_LOST, trace_lost, TRACE, 0, "records lost because the buffer was full") \
	X(17, VETO_CREATE, veto_create, TRACE, 1, "1: mkdir in this container fails with EPERM") \
	X(18, VETO_ATTACH, veto_attach, TRACE, 1, "1: attach to this container fails with EPERM") \
	X(19, VETO_FORK, veto_fork, TRACE, 1, "1: fork in this container fails with EPERM; the hooks of 2007 cannot")

/* Callbacks of subsystems: number, NAME, name, help */
#define PIDLAB_HOOKS(X) \
	X(0, NONE, none, "no callback") \
	X(1, CREATE, create, "a container is made") \
	X(2, CAN_ATTACH, can_attach, "a task is to move here; may refuse") \
	X(3, ATTACH, attach, "a task has moved here") \
	X(4, CAN_FORK, can_fork, "a child is to be made here; may refuse") \
	X(5, CANCEL_FORK, cancel_fork, "the fork that can_fork allowed has failed") \
	X(6, FORK, fork, "a child is made; by the hooks of 2007 it is not visible yet") \
	X(7, EXIT, exit, "a task exits; by the hooks of 2007 also a child whose fork failed") \
	X(8, RELEASE, release, "a zombie is reaped")

/* Where a fork can be made to fail: number, NAME, name, errno, help */
#define PIDLAB_PHASES(X) \
	X(1, TASK, task, ENOMEM, "with the task structure at hand") \
	X(2, CONTAINER, container, ENOMEM, "in its parent's containers, without a number") \
	X(3, NUMBER, number, EAGAIN, "with its numbers given") \
	X(4, CAN_FORK, can_fork, EAGAIN, "with the consent of every subsystem") \
	X(5, CALLBACKS, callbacks, EAGAIN, "behind the fork callbacks of 2007") \
	X(6, PUBLISH, publish, EINTR, "as it would become visible, as if the parent had been killed")

/* Generations of the pid machinery: number, NAME, name, help */
#define PIDLAB_GENERATIONS(X) \
	X(0, TASKREF, taskref, "2006: numbers without a struct pid, a hash for each type, the first user is the oldest") \
	X(1, PIDHASH, pidhash, "2.6.17: struct pid with a life of its own, one hash, one namespace") \
	X(2, PIDNS, pidns, "2.6.24: nested namespaces, one hash, bitmaps of numbers") \
	X(3, IDR, idr, "since 4.15: an IDR for each namespace, and links for thread groups") \
	X(4, TABLE, table, "as idr, by a table of two levels that takes a number without a lock")

/*
 * Bugs of the time: bit, NAME, name, year, what goes wrong
 *
 * Each is absent unless the lab's setting `bugs' has its bit. What it breaks
 * stays inside the lab, which keeps freed memory, poisoned, as long as it lives.
 */
#define PIDLAB_BUGS(X) \
	X(0, TREF_REVIVE, tref_revive, 2006, "taskref: a look-up between the last put's decrement and its lock gets a task_ref that is freed under it") \
	X(1, TREF_DANGLE, tref_dangle, 2006, "taskref: a task_ref got through a user that is not the first is left dangling when that user goes, and a handover overwrites the next one's") \
	X(2, TREF_LOSE_GROUP, tref_lose_group, 2006, "taskref: the first user goes while a task_ref is got by number, and the caller is told that there is nobody though the group lives") \
	X(3, TREF_SELF_SET, tref_self_set, 2006, "a task_ref variable that is set to itself puts the last count before it takes the new one") \
	X(4, PID_PUT_FAST, pid_put_fast, 2006, "a put that reads count 1 frees the pid without decrementing: whoever counts it between the two keeps a freed one") \
	X(5, RCU_USERS_REVIVE, rcu_users_revive, 2019, "rcu_users shares its bytes with the rcu_head: once it fell to zero, an increment unless zero finds a list there and succeeds") \
	X(6, PLAIN_LAST, plain_last, 2007, "the last number given is stored without a look at what others have taken meanwhile: a number just freed is given again at once") \
	X(7, ZAP_MISSES_NEWBORN, zap_misses_newborn, 2007, "a namespace that ends goes on giving numbers: a task that is forked while the others are killed survives them") \
	X(8, ZAP_MISSES_OUTSIDERS, zap_misses_outsiders, 2007, "the reaper of a namespace waits for its own children only: a task whose parent is outside stays there without one") \
	X(9, FREEZE_MISSES_NEWBORN, freeze_misses_newborn, 2007, "hooks=2007: a child whose fork is under way when its container is frozen is not: it looked before the freeze, and the freeze did not see it")

#define _PIDLAB_BUG_BIT(bit, ...)	| (1ULL << (bit))
#define PIDLAB_ALL_BUGS		(0 PIDLAB_BUGS(_PIDLAB_BUG_BIT))

/*
 * How a task's rcu_users is laid out and what it counts: number, NAME, name, help
 *
 * The end of the grace period after rcu_users drops one usage; the scheduler's
 * hold is one more of the one or of the other.
 */
#define PIDLAB_RCU_LAYOUTS(X) \
	X(0, UNION, union, "2019, first patch: count and rcu_head in the same bytes; rcu_users 1, usage 2") \
	X(1, APART, apart, "count and rcu_head apart; rcu_users 1, usage 2") \
	X(2, SCHED, sched, "2019 to 6.3, the whole series: in the same bytes; rcu_users 2, one of them the scheduler's, usage 1") \
	X(3, TODAY, today, "since 6.4: apart; rcu_users 2, one of them the scheduler's, usage 1")

/* Ways to find whom the end of a namespace kills: number, NAME, name, help */
#define PIDLAB_ZAPS(X) \
	X(0, NUMBERS, numbers, "as the sources do: from each number that is taken to the next") \
	X(1, MEMBERS, members, "by a list of the namespace's own members, and of those inside")

#define PIDLAB_SETTING_SLOTS	32

/* Settings of a lab: slot, NAME, name, default, min, max, help */
#define PIDLAB_SETTINGS(X) \
	X(0, GENERATION, generation, PIDLAB_GEN_PIDNS, 0, 15, "design of the pid machinery") \
	X(1, PID_MAX, pid_max, 32768, 301, 4194304, "numbers of a new namespace run below this") \
	X(2, HASH_BITS, hash_bits, 0, 0, 12, "log2 of the hash buckets, at least 4; 0: by the machine's memory") \
	X(3, TASK_PAYLOAD, task_payload, PIDLAB_AUTO, 0, 1048576, "bytes a task pins; default: a kernel stack and a task_struct") \
	X(4, MAX_TASKS, max_tasks, 65536, 1, 4194304, "tasks not yet freed") \
	X(5, MAX_REFS, max_refs, 1048576, 0, 4194304, "references") \
	X(6, MAX_NS, max_ns, 65536, 1, 1048576, "namespaces") \
	X(7, MAX_BYTES, max_bytes, PIDLAB_AUTO, 65536, 1099511627776ULL, "bytes of all objects; default: half of the machine's memory") \
	X(8, BUGS, bugs, 0, 0, PIDLAB_ALL_BUGS, "bugs of the time that are switched on") \
	X(9, RCU_LAYOUT, rcu_layout, PIDLAB_RCU_APART, 0, 3, "where a task's rcu_users is and what it counts") \
	X(10, CPUS, cpus, 4, 1, 64, "virtual CPUs") \
	X(11, ZAP, zap, PIDLAB_ZAP_NUMBERS, 0, PIDLAB_ZAP_COUNT - 1, "how the end of a namespace finds whom to kill") \
	X(12, HOOKS, hooks, 2015, 2007, 2030, "fork and exit hooks of containers as of this year; since 2015 a subsystem can refuse a fork") \
	X(13, MAX_CONTAINERS, max_containers, 65536, 0, 1048576, "containers") \
	X(16, PERCPU_RUN, percpu_run, 0, 0, 4096, "generation table: numbers that each CPU takes at once, up to the next multiple of this; 0: all take the next")

/* A default that the module computes; never valid as a given value */
#define PIDLAB_AUTO		(~0ULL)

#define PIDLAB_COUNTER_SLOTS	32

/* What a lab holds: slot, NAME, name, help. Freed memory counts until its grace period has ended. */
#define PIDLAB_COUNTERS(X) \
	X(0, TASKS, tasks, "task structures") \
	X(1, RUNNING, running, "tasks that have not exited") \
	X(2, ZOMBIES, zombies, "tasks that have exited and are not reaped") \
	X(3, PIDS, pids, "struct pids") \
	X(4, NAMESPACES, namespaces, "pid namespaces, the root included") \
	X(5, REFS, refs, "references held through the interface") \
	X(6, TREFS, trefs, "task_ref structures") \
	X(7, BYTES, bytes, "bytes of all objects") \
	X(8, TASK_BYTES, task_bytes, "bytes of tasks, payload included") \
	X(9, PID_BYTES, pid_bytes, "bytes of struct pids") \
	X(10, REF_BYTES, ref_bytes, "bytes of references and task_refs") \
	X(11, NS_BYTES, ns_bytes, "bytes of namespaces, their bitmaps and tables") \
	X(12, FREED, freed, "objects freed since SETUP") \
	X(13, FORKS, forks, "successful forks since SETUP") \
	X(14, LEAKS, leaks, "objects that nothing reaches any more and that were not freed") \
	X(15, BUGS_SEEN, bugs_seen, "how often a bug that is switched on did harm") \
	X(18, ZAP_STEPS, zap_steps, "numbers or members that the ends of namespaces looked at, since SETUP") \
	X(21, CONTAINERS, containers, "containers, roots of hierarchies included") \
	X(22, CONTAINER_BYTES, container_bytes, "bytes of containers and of what subsystems keep for them") \
	X(23, EXIT_LOCKS, exit_locks, "exits that took the container mutex because of notify_on_release") \
	X(24, EXIT_LOCK_NS, exit_lock_ns, "nanoseconds that they waited for it")

#define PIDLAB_SIZE_SLOTS	16

/* Sizes on this kernel: slot, NAME, name, help */
#define PIDLAB_SIZES(X) \
	X(0, TASK, task, "a lab's task structure, without its payload") \
	X(1, PAYLOAD, payload, "THREAD_SIZE + sizeof(struct task_struct) of this kernel") \
	X(2, PID0, pid_depth_0, "a struct pid in the root namespace") \
	X(3, PID1, pid_depth_1, "a struct pid one namespace deep") \
	X(4, PID4, pid_depth_4, "a struct pid four namespaces deep") \
	X(5, TREF, task_ref, "a task_ref") \
	X(6, REF, ref, "a reference held through the interface") \
	X(7, NS, namespace, "a pid namespace of the bitmap generations, without the pages") \
	X(8, LAB, lab, "a lab without its hash and objects") \
	X(10, RCU_UNION, rcu_union, "rcu_users and rcu_head of a task in the same bytes") \
	X(11, RCU_APART, rcu_apart, "rcu_users and rcu_head of a task apart") \
	X(9, CONTAINER, container, "a container without what subsystems keep for it")

/* Invariants: number, NAME, name, what does not hold */
#define PIDLAB_VIOLATIONS(X) \
	X(1, LINK, link, "a task's link and its pid's list do not agree") \
	X(2, NO_PID, no_pid, "an unreaped task has no pid") \
	X(3, THREAD_LINK, thread_link, "a thread that is not a leader has a group or session link") \
	X(4, UNUSED_PID, unused_pid, "a published pid has no users") \
	X(5, LOOKUP, lookup, "a pid is not found by one of its numbers") \
	X(6, NUMBER, number, "a number in use is marked free, or one marked used has no pid") \
	X(7, COUNT, count, "a task's usage is not the sum of its users") \
	X(8, PID_COUNT, pid_count, "a pid's count is not the sum of its users") \
	X(9, FAMILY, family, "parent and children do not agree") \
	X(10, THREADS, threads, "a thread group's list and its count do not agree") \
	X(11, REAPER, reaper, "a namespace with live tasks has no live reaper") \
	X(12, TREF, tref, "a task_ref does not point at the first user of its pid") \
	X(13, TALLY, tally, "the lab's counters do not match its objects") \
	X(14, NS_COUNT, ns_count, "a namespace's count is not the sum of its users") \
	X(15, ORPHAN, orphan, "an object that nothing reaches was not freed") \
	X(16, RCU_USERS, rcu_users, "a task's rcu_users is not the sum of them") \
	X(17, CURR, curr, "a virtual CPU and the task it has do not agree") \
	X(26, QUEUE, queue, "the users of a number do not queue behind the one in the hash") \
	X(27, FREED, freed, "a reference leads to freed memory") \
	X(20, BUSY, busy, "a container's count is not its tasks times its subsystems") \
	X(21, CONTAINER_TREE, container_tree, "containers and their children do not agree") \
	X(22, FREEZER, freezer, "a task in a frozen container is not frozen, or one in a thawed is") \
	X(23, PIDS, pids, "what subsystem pids has counted is not what is there") \
	X(24, ACCOUNT, account, "who lives by subsystem account is not who lives there") \
	X(25, CONTAINER_COUNT, container_count, "the count of a container's structure is not the sum of its users") \
	X(28, WATCH, watch, "a watch is not where the users are whom it watches")

/*
 * Steps at which an actor under control stands still: number, NAME, name, help
 *
 * A lock has three: shared, alone, let go. A point's step is its number and
 * PIDLAB_STEP_POINTS.
 */
#define PIDLAB_STEPS(X) \
	X(1, BEGIN, begin, "begin an operation") \
	X(2, RCU_LOCK, rcu_lock, "enter an RCU read side") \
	X(3, RCU_UNLOCK, rcu_unlock, "has left an RCU read side") \
	X(4, WAIT, wait, "wait until woken") \
	X(5, GP, gp, "a grace period ends") \
	X(6, ALLOC, alloc, "allocate") \
	X(8, TASKLIST, tasklist_read, "take the tasklist lock for reading") \
	X(9, TASKLIST_WRITE, tasklist_write, "take the tasklist lock for writing") \
	X(10, TASKLIST_UNLOCK, tasklist_unlock, "has let go of the tasklist lock") \
	X(11, PIDMAP, pidmap_read, "look under the pidmap lock") \
	X(12, PIDMAP_LOCK, pidmap_lock, "take the pidmap lock") \
	X(13, PIDMAP_UNLOCK, pidmap_unlock, "has let go of the pidmap lock") \
	X(14, TURN, turn_share, "share a task's turn") \
	X(15, TURN_LOCK, turn_lock, "take a task's turn") \
	X(16, TURN_UNLOCK, turn_unlock, "has let go of a task's turn") \
	X(17, CPU, cpu_read, "look under the CPUs' lock") \
	X(18, CPU_LOCK, cpu_lock, "take the CPUs' lock") \
	X(19, CPU_UNLOCK, cpu_unlock, "has let go of the CPUs' lock") \
	X(20, USERS, users_read, "look under the lock of rcu_users") \
	X(21, USERS_LOCK, users_lock, "take the lock of rcu_users") \
	X(22, USERS_UNLOCK, users_unlock, "has let go of the lock of rcu_users") \
	X(23, CONTAINERS, containers_read, "look under the container mutex") \
	X(24, CONTAINERS_LOCK, containers_lock, "take the container mutex") \
	X(25, CONTAINERS_UNLOCK, containers_unlock, "has let go of the container mutex") \
	X(26, TASK_LOCK, task_read, "look under a task's lock") \
	X(27, TASK_LOCK_LOCK, task_lock, "take a task's lock") \
	X(28, TASK_LOCK_UNLOCK, task_unlock, "has let go of a task's lock") \
	X(29, TRACE_LOCK, trace_read, "look under the lock of subsystem trace") \
	X(30, TRACE_LOCK_LOCK, trace_lock, "take the lock of subsystem trace") \
	X(31, TRACE_LOCK_UNLOCK, trace_unlock, "has let go of the lock of subsystem trace") \
	X(32, TABLE, table_read, "look under the lock of a table of numbers") \
	X(33, TABLE_LOCK, table_lock, "take the lock of a table of numbers") \
	X(34, TABLE_UNLOCK, table_unlock, "has let go of the lock of a table of numbers")

#define PIDLAB_STEP_POINTS	64

/*
 * Points: number, NAME, "where.what has just happened"
 *
 * Named places between two steps of a protocol.
 */
#define PIDLAB_POINTS(X) \
	X(0, PIDMAP_PAGE, "pidmap.page_allocated") \
	X(1, PIDMAP_TAKEN, "pidmap.taken") \
	X(2, PID_NUMBERED, "pid.numbered") \
	X(3, PID_PUBLISHED, "pid.published") \
	X(4, FORK_NUMBERED, "fork.numbered") \
	X(5, TREF_ALLOCATED, "tref.allocated") \
	X(6, TREF_PINNED, "tref.task_pinned") \
	X(7, TREF_LAST_PUT, "tref.last_put") \
	X(8, EXIT_BEGUN, "exit.begun") \
	X(9, ZAP_MARKED, "zap.marked") \
	X(10, RCU_USER_FOUND, "rcu_users.found") \
	X(11, CPU_SWITCHED, "cpu.switched") \
	X(12, PID_PUT_READ, "pid.put_read") \
	X(13, FORK_CONTAINED, "fork.contained") \
	X(14, FORK_CALLED, "fork.called_back") \
	X(15, FORK_VISIBLE, "fork.visible") \
	X(16, EXIT_CALLED, "exit.called_back") \
	X(17, ATTACH_ALLOWED, "attach.allowed") \
	X(18, ATTACH_MOVED, "attach.moved") \
	X(19, MOUNT_REGISTERED, "mount.registered") \
	X(20, TABLE_LEAF, "table.leaf_allocated") \
	X(21, TABLE_TAKEN, "table.taken")

#endif /* _UAPI_PIDLAB_TABLES_H */
