/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * pidlab - the generic netlink family "pidlab": what a lab holds, and what
 * happens in it
 *
 * A request names a lab by showing an open file of /dev/pidlab: the attribute
 * lab-fd is looked up among the files of whoever sends. Without such a file
 * there is no way to a lab; a file that was passed on is as good as one's own.
 * The same in YAML, for tools that read that: pidlab.yaml.
 *
 * Requests
 * --------
 *	LAB_GET		lab-fd -> lab
 *	TASK_GET, PID_GET, NAMESPACE_GET, CONTAINER_GET, REFERENCE_GET
 *			dump: lab-fd -> a message for each object, by id.
 *			A pid with many users has several messages, one after
 *			the other, all but the last with the flag `more'
 *	LISTEN		lab-fd -> lab: from now on EVENTs of this lab go to the
 *			socket, until it or the lab is closed
 *	UNLISTEN	lab-fd: no more
 *
 * A dump shows one instant unless its messages say NLM_F_DUMP_INTR: then an
 * operation ran between two of them, and it is best done again. Several dumps
 * show one instant if `changes' of LAB_GET is the same before and after.
 *
 * Events (PIDLAB_EVENTS) of a lab are numbered. A number that is missing is an
 * event that this socket did not get; `lost' tells how many that have been.
 * Members of the multicast group "labs" get the events of all labs; to join
 * takes CAP_SYS_ADMIN, and they are told in the first network namespace only.
 *
 * Attributes
 * ----------
 *	lab-fd
 *	lab		number generation ready changes sequence lost listeners
 *	task		id parent leader namespace state flags exit-code usage
 *			rcu-users holds payload nr vnr level frozen
 *			link*: type pid nr
 *			place*: subsystem container
 *	pid		id count level published more
 *			number*: namespace nr, the root's first
 *			user*: type task, in the order of the pid's list
 *	namespace	id parent level last pid-max reaper dying count pids
 *	container	id parent root subsystems tasks count depth
 *	reference	id kind object type nr gone
 *	event		lab sequence time lost what object other nr value
 *
 * What is 0 or not so is there all the same, but for flags. What is marked * is
 * there as often as needed.
 *
 * Errors, each with a text in the extended acknowledgement
 * ---------------------------------------------------------
 *   EINVAL	lab-fd is missing, or not a file of /dev/pidlab; an attribute
 *		that is unknown or stands in answers only
 *   EBADF	lab-fd is not an open file
 *   EBADFD	a dump before SETUP
 *   EBUSY	a dump while actors run in the lab under CONTROL
 *   EEXIST	LISTEN, and the socket does so already
 *   ENOENT	UNLISTEN, and it does not
 *   ENOSPC	LISTEN, and the lab has PIDLAB_LISTENERS_MAX of them
 *   ENOTRECOVERABLE  a dump, and actors of the lab have come to a deadlock
 *   EPERM	to join the group without CAP_SYS_ADMIN
 */
#ifndef _UAPI_PIDLAB_NETLINK_H
#define _UAPI_PIDLAB_NETLINK_H

#define PIDLAB_GENL_NAME	"pidlab"
#define PIDLAB_GENL_VERSION	1
#define PIDLAB_MCGRP_LABS	"labs"

#define PIDLAB_LISTENERS_MAX	16

enum pidlab_cmd {
	PIDLAB_CMD_LAB_GET = 1,
	PIDLAB_CMD_TASK_GET,
	PIDLAB_CMD_PID_GET,
	PIDLAB_CMD_NAMESPACE_GET,
	PIDLAB_CMD_CONTAINER_GET,
	PIDLAB_CMD_REFERENCE_GET,
	PIDLAB_CMD_LISTEN,
	PIDLAB_CMD_UNLISTEN,
	PIDLAB_CMD_EVENT,
	__PIDLAB_CMD_MAX
};

#define PIDLAB_CMD_MAX		(__PIDLAB_CMD_MAX - 1)

/* Of a message; the numbers in a set begin anew. */
enum pidlab_attr {
	PIDLAB_A_PAD = 1,
	PIDLAB_A_LAB_FD,	/* u32 */
	PIDLAB_A_LAB,		/* nest */
	PIDLAB_A_TASK,		/* nest */
	PIDLAB_A_PID,		/* nest */
	PIDLAB_A_NAMESPACE,	/* nest */
	PIDLAB_A_CONTAINER,	/* nest */
	PIDLAB_A_REFERENCE,	/* nest */
	PIDLAB_A_EVENT,		/* nest */
	__PIDLAB_A_MAX
};

#define PIDLAB_A_MAX		(__PIDLAB_A_MAX - 1)

enum pidlab_lab_attr {
	PIDLAB_A_LAB_PAD = 1,
	PIDLAB_A_LAB_NUMBER,		/* u64: of all labs since the module was loaded */
	PIDLAB_A_LAB_GENERATION,	/* u32: enum pidlab_generation */
	PIDLAB_A_LAB_READY,		/* flag: SETUP is done */
	PIDLAB_A_LAB_CHANGES,		/* u64: operations that have run */
	PIDLAB_A_LAB_SEQUENCE,		/* u64: number of the latest event */
	PIDLAB_A_LAB_LOST,		/* u64: events that the lab had no room for */
	PIDLAB_A_LAB_LISTENERS,		/* u32 */
	__PIDLAB_A_LAB_MAX
};

#define PIDLAB_A_LAB_MAX	(__PIDLAB_A_LAB_MAX - 1)

/* As in struct pidlab_task_info where the names are the same */
enum pidlab_task_attr {
	PIDLAB_A_TASK_PAD = 1,
	PIDLAB_A_TASK_ID,		/* u64 */
	PIDLAB_A_TASK_PARENT,		/* u64 */
	PIDLAB_A_TASK_LEADER,		/* u64 */
	PIDLAB_A_TASK_NAMESPACE,	/* u64 */
	PIDLAB_A_TASK_STATE,		/* u32: enum pidlab_state */
	PIDLAB_A_TASK_FLAGS,		/* u32: PIDLAB_TASK_* */
	PIDLAB_A_TASK_EXIT_CODE,	/* s32 */
	PIDLAB_A_TASK_USAGE,		/* u32 */
	PIDLAB_A_TASK_RCU_USERS,	/* u32 */
	PIDLAB_A_TASK_HOLDS,		/* u32 */
	PIDLAB_A_TASK_PAYLOAD,		/* u64 */
	PIDLAB_A_TASK_NR,		/* s32 */
	PIDLAB_A_TASK_VNR,		/* s32 */
	PIDLAB_A_TASK_LEVEL,		/* u32 */
	PIDLAB_A_TASK_FROZEN,		/* flag: it does not act */
	PIDLAB_A_TASK_LINK,		/* nest, for each type */
	PIDLAB_A_TASK_PLACE,		/* nest, for each subsystem that is mounted */
	__PIDLAB_A_TASK_MAX
};

#define PIDLAB_A_TASK_MAX	(__PIDLAB_A_TASK_MAX - 1)

/* What a task itself uses; group and session are used by a group's leader only. */
enum pidlab_link_attr {
	PIDLAB_A_LINK_PAD = 1,
	PIDLAB_A_LINK_TYPE,		/* u32: enum pidlab_type */
	PIDLAB_A_LINK_PID,		/* u64: 0 where there is no struct pid */
	PIDLAB_A_LINK_NR,		/* s32: as the root namespace sees it */
	__PIDLAB_A_LINK_MAX
};

#define PIDLAB_A_LINK_MAX	(__PIDLAB_A_LINK_MAX - 1)

enum pidlab_place_attr {
	PIDLAB_A_PLACE_PAD = 1,
	PIDLAB_A_PLACE_SUBSYSTEM,	/* u32: enum pidlab_subsys */
	PIDLAB_A_PLACE_CONTAINER,	/* u64 */
	__PIDLAB_A_PLACE_MAX
};

#define PIDLAB_A_PLACE_MAX	(__PIDLAB_A_PLACE_MAX - 1)

enum pidlab_pid_attr {
	PIDLAB_A_PID_PAD = 1,
	PIDLAB_A_PID_ID,		/* u64: 0 where there is no struct pid */
	PIDLAB_A_PID_COUNT,		/* u32 */
	PIDLAB_A_PID_LEVEL,		/* u32 */
	PIDLAB_A_PID_PUBLISHED,		/* flag: it can be found by its numbers */
	PIDLAB_A_PID_MORE,		/* flag: its users go on in the next message */
	PIDLAB_A_PID_NUMBER,		/* nest, for each level */
	PIDLAB_A_PID_USER,		/* nest, for each user by each type */
	__PIDLAB_A_PID_MAX
};

#define PIDLAB_A_PID_MAX	(__PIDLAB_A_PID_MAX - 1)

enum pidlab_number_attr {
	PIDLAB_A_NUMBER_PAD = 1,
	PIDLAB_A_NUMBER_NAMESPACE,	/* u64 */
	PIDLAB_A_NUMBER_NR,		/* s32 */
	__PIDLAB_A_NUMBER_MAX
};

#define PIDLAB_A_NUMBER_MAX	(__PIDLAB_A_NUMBER_MAX - 1)

enum pidlab_user_attr {
	PIDLAB_A_USER_PAD = 1,
	PIDLAB_A_USER_TYPE,		/* u32: enum pidlab_type */
	PIDLAB_A_USER_TASK,		/* u64 */
	__PIDLAB_A_USER_MAX
};

#define PIDLAB_A_USER_MAX	(__PIDLAB_A_USER_MAX - 1)

enum pidlab_namespace_attr {
	PIDLAB_A_NAMESPACE_PAD = 1,
	PIDLAB_A_NAMESPACE_ID,		/* u64 */
	PIDLAB_A_NAMESPACE_PARENT,	/* u64: 0 for the root */
	PIDLAB_A_NAMESPACE_LEVEL,	/* u32 */
	PIDLAB_A_NAMESPACE_LAST,	/* s32: the last number given */
	PIDLAB_A_NAMESPACE_PID_MAX,	/* s32 */
	PIDLAB_A_NAMESPACE_REAPER,	/* u64: 0 before its first task, and after the end */
	PIDLAB_A_NAMESPACE_DYING,	/* flag: it takes no new pids */
	PIDLAB_A_NAMESPACE_COUNT,	/* u32 */
	PIDLAB_A_NAMESPACE_PIDS,	/* u32: pids with a number here */
	__PIDLAB_A_NAMESPACE_MAX
};

#define PIDLAB_A_NAMESPACE_MAX	(__PIDLAB_A_NAMESPACE_MAX - 1)

enum pidlab_container_attr {
	PIDLAB_A_CONTAINER_PAD = 1,
	PIDLAB_A_CONTAINER_ID,		/* u64 */
	PIDLAB_A_CONTAINER_PARENT,	/* u64: 0 for a root */
	PIDLAB_A_CONTAINER_ROOT,	/* u64 */
	PIDLAB_A_CONTAINER_SUBSYSTEMS,	/* u32: mask by enum pidlab_subsys */
	PIDLAB_A_CONTAINER_TASKS,	/* u32: that are in it and have not exited */
	PIDLAB_A_CONTAINER_COUNT,	/* u32: the busy indicator */
	PIDLAB_A_CONTAINER_DEPTH,	/* u32 */
	__PIDLAB_A_CONTAINER_MAX
};

#define PIDLAB_A_CONTAINER_MAX	(__PIDLAB_A_CONTAINER_MAX - 1)

enum pidlab_reference_attr {
	PIDLAB_A_REFERENCE_PAD = 1,
	PIDLAB_A_REFERENCE_ID,		/* u64 */
	PIDLAB_A_REFERENCE_KIND,	/* u32: enum pidlab_reference_kind */
	PIDLAB_A_REFERENCE_OBJECT,	/* u64: the task or pid; weak: its first user or 0 */
	PIDLAB_A_REFERENCE_TYPE,	/* u32: enum pidlab_type */
	PIDLAB_A_REFERENCE_NR,		/* s32: the number it remembers */
	PIDLAB_A_REFERENCE_GONE,	/* flag: it leads to no task that is not reaped */
	__PIDLAB_A_REFERENCE_MAX
};

#define PIDLAB_A_REFERENCE_MAX	(__PIDLAB_A_REFERENCE_MAX - 1)

enum pidlab_event_attr {
	PIDLAB_A_EVENT_PAD = 1,
	PIDLAB_A_EVENT_LAB,		/* u64: the lab's number */
	PIDLAB_A_EVENT_SEQUENCE,	/* u64: of the lab, from 1 on */
	PIDLAB_A_EVENT_TIME,		/* u64: nanoseconds of CLOCK_MONOTONIC */
	PIDLAB_A_EVENT_LOST,		/* u64: events that this socket did not get so far */
	PIDLAB_A_EVENT_WHAT,		/* u32: enum pidlab_event */
	PIDLAB_A_EVENT_OBJECT,		/* u64: see PIDLAB_EVENTS, as for the rest */
	PIDLAB_A_EVENT_OTHER,		/* u64 */
	PIDLAB_A_EVENT_NR,		/* s32 */
	PIDLAB_A_EVENT_VALUE,		/* s32 */
	__PIDLAB_A_EVENT_MAX
};

#define PIDLAB_A_EVENT_MAX	(__PIDLAB_A_EVENT_MAX - 1)

/* Kinds of references: number, NAME, name, help */
#define PIDLAB_REFERENCE_KINDS(X) \
	X(1, TASK, task, "pins the task and its payload") \
	X(2, RCU, rcu, "is one of the task's rcu_users") \
	X(3, PID, pid, "pins a struct pid") \
	X(4, TREF, tref, "weak: leads to the first user, pins nothing") \
	X(5, REVIVED, revived, "an rcu user that was counted when none was left (a bug of the time)") \
	X(6, WATCH, watch, "weak, and remembers what happens to the users") \
	X(7, FD, fd, "the same, owned by a file descriptor")

#define _PIDLAB_REFERENCE(nr, NAME, ...)	PIDLAB_REFERENCE_##NAME = nr,
enum pidlab_reference_kind { PIDLAB_REFERENCE_KINDS(_PIDLAB_REFERENCE) };
#undef _PIDLAB_REFERENCE

/*
 * Events: number, NAME, name, what object is, what other is, what nr is, what value is, help
 *
 * "" where it tells nothing and is 0. Numbers are as the root namespace sees them.
 */
#define PIDLAB_EVENTS(X) \
	X(1, BEGIN, begin, "", "", "", "", "the lab begins, or begins anew: ids start again") \
	X(2, FORK, fork, "child", "parent", "nr", "thread", "a task is there for everybody; thread: it joined its parent's group") \
	X(3, EXIT, exit, "task", "", "nr", "code", "a task has exited") \
	X(4, REAP, reap, "task", "parent", "nr", "code", "a task is released: it has no number any more") \
	X(5, REPARENT, reparent, "child", "parent", "nr", "", "an orphan has a new parent") \
	X(6, EXEC, exec, "task", "leader", "nr", "", "a task has executed a program, and took the number of its group's leader where it was not that") \
	X(7, FREE, free, "object", "", "", "", "the memory of an object is given back") \
	X(8, HANDOVER, handover, "to", "from", "nr", "type", "a weak reference leads to another user of the number now") \
	X(9, LAST_GONE, last_gone, "from", "", "nr", "type", "a weak reference leads to nobody now: the last user of the number went") \
	X(10, HOLD, hold, "reference", "target", "nr", "kind", "a reference is held from now on; a weak one has no target") \
	X(11, PUT, put, "reference", "", "nr", "kind", "a reference is let go") \
	X(12, NS_NEW, ns_new, "namespace", "parent", "", "level", "a pid namespace is there, without a task yet") \
	X(13, NS_DYING, ns_dying, "namespace", "reaper", "", "level", "a pid namespace takes no new tasks: its reaper ends") \
	X(14, NS_DEAD, ns_dead, "namespace", "reaper", "", "level", "the reaper of a namespace is the last of it, and has exited") \
	X(15, MKDIR, mkdir, "container", "parent", "", "subsystems", "a container, or the root of a hierarchy, is there") \
	X(16, RMDIR, rmdir, "container", "parent", "", "subsystems", "a container is removed") \
	X(17, ATTACH, attach, "task", "container", "", "", "a task was moved to a container") \
	X(18, RELEASED, released, "container", "", "", "", "the last task left a container with notify_on_release") \
	X(19, FROZEN, frozen, "container", "", "", "frozen", "a container was frozen (1) or thawed (0)") \
	X(20, GP, gp, "", "", "", "", "a grace period has ended, with all that it freed") \
	X(21, BUG, bug, "object", "", "", "bug", "a bug that is switched on did harm") \
	X(22, CLOSE, close, "", "", "", "", "the lab is closed; it has no later events")

#define _PIDLAB_EVENT(nr, NAME, ...)	PIDLAB_EVENT_##NAME = nr,
enum pidlab_event { PIDLAB_EVENTS(_PIDLAB_EVENT) };
#undef _PIDLAB_EVENT

#endif /* _UAPI_PIDLAB_NETLINK_H */
