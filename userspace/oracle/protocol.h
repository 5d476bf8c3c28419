/* SPDX-License-Identifier: MIT */
/*
 * How the controller and the agents of the oracle talk: a slot of shared memory
 * for each task, a futex in each direction. An agent is a real task; it reads
 * its slot, does what is asked by system calls of its own, and writes what they
 * returned. Nothing else is shared, so a task may die at any time.
 *
 * Owned by the controller: it gives a slot to a task before the task is born,
 * and takes it back when the task is gone.
 */
#ifndef PIDLAB_ORACLE_PROTOCOL_H
#define PIDLAB_ORACLE_PROTOCOL_H

#include <linux/types.h>

#define ORACLE_SLOTS	  4096
#define ORACLE_MEMORY_FD  3 /* the slots, in every agent */
#define ORACLE_PROGRAM_FD 4 /* the agent itself, to be executed again */

enum oracle_command {
	ORACLE_FORK = 1,   /* slot, clone flags, exit signal, count, tids from the inside out */
	ORACLE_EXIT,	   /* code */
	ORACLE_EXIT_GROUP, /* code */
	ORACLE_EXEC,
	ORACLE_WAIT,	/* selector of wait4; detail: its status */
	ORACLE_LOOK,	/* the same, and the zombie stays */
	ORACLE_SETPGID, /* pid, pgid */
	ORACLE_SETSID,
	ORACLE_KILL,  /* selector, signal */
	ORACLE_SETNS, /* the controller's pid, its descriptor of the namespace */
	ORACLE_UNSHARE,
	ORACLE_PID_MAX, /* value to write into /proc/sys/kernel/pid_max */
};

#define ORACLE_ARGS 8

/* 128 bytes, so that no two tasks share a cache line. */
struct oracle_slot {
	__u32 command; /* counts commands: the agent waits for it to change */
	__u32 done;    /* = command when that is answered: the controller waits */
	__u32 born;    /* 1 when the agent is there: the controller waits */
	__s32 tgid;    /* the agent's own numbers, as the controller's /proc has them */
	__s32 tid;
	__u32 what; /* enum oracle_command */
	__s64 arg[ORACLE_ARGS];
	__s64 result; /* of the system call: negative errno, or what it returned */
	__s64 detail;
	__u32 reserved[6];
};

#endif
