// SPDX-License-Identifier: MIT
/*
 * Every size and offset of the interface, written out by hand: a client and a module that differ
 * in word size or language must see the same bytes. Compiled only, by layouts.sh.
 */
#include <stddef.h>

#include <pidlab.h>

#ifdef __cplusplus
#define CHECK(what) static_assert(what, #what)
#else
#define CHECK(what) _Static_assert(what, #what)
#endif

#define SIZE(type, bytes) CHECK(sizeof(struct type) == (bytes))
#define FIELD(type, field, offset, bytes)                                                          \
    CHECK(offsetof(struct type, field) == (offset) && sizeof(((struct type *)0)->field) == (bytes))

SIZE(pidlab_op, 64);
FIELD(pidlab_op, opcode, 0, 2);
FIELD(pidlab_op, flags, 2, 2);
FIELD(pidlab_op, fail_nth, 4, 2);
FIELD(pidlab_op, error, 6, 2);
FIELD(pidlab_op, arg, 8, 32);
FIELD(pidlab_op, res, 40, 24);

/* Each operation's names lie over the operands, in order. */
#define OPERANDS(nr, NAME, name, flags, K0, n0, K1, n1, K2, n2, K3, n3, ...)                       \
    FIELD(pidlab_op, name.n0, 8, 8);                                                               \
    FIELD(pidlab_op, name.n1, 16, 8);                                                              \
    FIELD(pidlab_op, name.n2, 24, 8);                                                              \
    FIELD(pidlab_op, name.n3, 32, 8);
PIDLAB_OPS(OPERANDS)

SIZE(pidlab_setup, 280);
FIELD(pidlab_setup, size, 0, 4);
FIELD(pidlab_setup, flags, 4, 4);
FIELD(pidlab_setup, given, 8, 8);
FIELD(pidlab_setup, init_task, 16, 8);
FIELD(pidlab_setup, value, 24, 256);

SIZE(pidlab_run, 24);
FIELD(pidlab_run, size, 0, 4);
FIELD(pidlab_run, flags, 4, 4);
FIELD(pidlab_run, ops, 8, 8);
FIELD(pidlab_run, count, 16, 4);
FIELD(pidlab_run, done, 20, 4);

SIZE(pidlab_info, 672);
FIELD(pidlab_info, size, 0, 4);
FIELD(pidlab_info, flags, 4, 4);
FIELD(pidlab_info, abi, 8, 4);
FIELD(pidlab_info, ready, 12, 4);
FIELD(pidlab_info, generations, 16, 4);
FIELD(pidlab_info, opcodes, 20, 4);
FIELD(pidlab_info, init_task, 24, 8);
FIELD(pidlab_info, setting, 32, 256);
FIELD(pidlab_info, counter, 288, 256);
FIELD(pidlab_info, bytes_of, 544, 128);

SIZE(pidlab_task_info, 96);
FIELD(pidlab_task_info, id, 0, 8);
FIELD(pidlab_task_info, parent, 8, 8);
FIELD(pidlab_task_info, leader, 16, 8);
FIELD(pidlab_task_info, pid, 24, 8);
FIELD(pidlab_task_info, ns, 32, 8);
FIELD(pidlab_task_info, nr, 40, 4);
FIELD(pidlab_task_info, vnr, 44, 4);
FIELD(pidlab_task_info, tgid, 48, 4);
FIELD(pidlab_task_info, pgid, 52, 4);
FIELD(pidlab_task_info, sid, 56, 4);
FIELD(pidlab_task_info, level, 60, 4);
FIELD(pidlab_task_info, state, 64, 4);
FIELD(pidlab_task_info, flags, 68, 4);
FIELD(pidlab_task_info, exit_code, 72, 4);
FIELD(pidlab_task_info, usage, 76, 4);
FIELD(pidlab_task_info, rcu_users, 80, 4);
FIELD(pidlab_task_info, holds, 84, 4);
FIELD(pidlab_task_info, payload, 88, 8);

SIZE(pidlab_check, 136);
FIELD(pidlab_check, size, 0, 4);
FIELD(pidlab_check, flags, 4, 4);
FIELD(pidlab_check, digest, 8, 8);
FIELD(pidlab_check, tasks, 16, 8);
FIELD(pidlab_check, room, 24, 4);
FIELD(pidlab_check, count, 28, 4);
FIELD(pidlab_check, violations, 32, 4);
FIELD(pidlab_check, reserved, 36, 4);
FIELD(pidlab_check, code, 40, 32);
FIELD(pidlab_check, object, 72, 64);

SIZE(pidlab_step, 8);
FIELD(pidlab_step, choice, 0, 1);
FIELD(pidlab_step, reserved, 1, 1);
FIELD(pidlab_step, choices, 2, 2);
FIELD(pidlab_step, what, 4, 2);
FIELD(pidlab_step, object, 6, 2);

SIZE(pidlab_footprint, 128);
FIELD(pidlab_footprint, reads, 0, 64);
FIELD(pidlab_footprint, writes, 64, 64);

SIZE(pidlab_held, 16);
FIELD(pidlab_held, what, 0, 2);
FIELD(pidlab_held, number, 2, 2);
FIELD(pidlab_held, reserved, 4, 4);
FIELD(pidlab_held, object, 8, 8);

SIZE(pidlab_standing, 160);
FIELD(pidlab_standing, what, 0, 4);
FIELD(pidlab_standing, readers, 4, 4);
FIELD(pidlab_standing, nr_held, 8, 4);
FIELD(pidlab_standing, reserved, 12, 4);
FIELD(pidlab_standing, wants, 16, 16);
FIELD(pidlab_standing, held, 32, 128);

SIZE(pidlab_change, 8);
FIELD(pidlab_change, step, 0, 4);
FIELD(pidlab_change, priority, 4, 4);

SIZE(pidlab_control_run, 120);
FIELD(pidlab_control_run, choices, 0, 8);
FIELD(pidlab_control_run, nr_choices, 8, 4);
FIELD(pidlab_control_run, room, 12, 4);
FIELD(pidlab_control_run, steps, 16, 8);
FIELD(pidlab_control_run, ops, 24, 8);
FIELD(pidlab_control_run, verdict, 32, 4);
FIELD(pidlab_control_run, taken, 36, 4);
FIELD(pidlab_control_run, violations, 40, 4);
FIELD(pidlab_control_run, code, 44, 4);
FIELD(pidlab_control_run, object, 48, 8);
FIELD(pidlab_control_run, digest, 56, 8);
FIELD(pidlab_control_run, bugs_seen, 64, 4);
FIELD(pidlab_control_run, leaks, 68, 4);
FIELD(pidlab_control_run, footprints, 72, 8);
FIELD(pidlab_control_run, standing, 80, 8);
FIELD(pidlab_control_run, changes, 88, 8);
FIELD(pidlab_control_run, nr_changes, 96, 4);
FIELD(pidlab_control_run, found_at, 100, 4);
FIELD(pidlab_control_run, priority, 104, 16);

SIZE(pidlab_control, 56);
FIELD(pidlab_control, size, 0, 4);
FIELD(pidlab_control, flags, 4, 4);
FIELD(pidlab_control, ops, 8, 8);
FIELD(pidlab_control, start, 16, 4);
FIELD(pidlab_control, end, 20, 4);
FIELD(pidlab_control, actors, 24, 16);
FIELD(pidlab_control, runs, 40, 8);
FIELD(pidlab_control, nr_runs, 48, 4);
FIELD(pidlab_control, done, 52, 4);

SIZE(pidlab_ref_fd, 32);
FIELD(pidlab_ref_fd, size, 0, 4);
FIELD(pidlab_ref_fd, flags, 4, 4);
FIELD(pidlab_ref_fd, ref, 8, 8);
FIELD(pidlab_ref_fd, fail_nth, 16, 4);
FIELD(pidlab_ref_fd, fd, 20, 4);
FIELD(pidlab_ref_fd, id, 24, 8);

SIZE(pidlab_ref_event, 24);
FIELD(pidlab_ref_event, event, 0, 4);
FIELD(pidlab_ref_event, count, 4, 4);
FIELD(pidlab_ref_event, task, 8, 8);
FIELD(pidlab_ref_event, nr, 16, 4);
FIELD(pidlab_ref_event, reserved, 20, 4);

CHECK(PIDLAB_IOC_INFO == 0xB980);
CHECK(PIDLAB_IOC_SETUP == 0xB981);
CHECK(PIDLAB_IOC_RUN == 0xB982);
CHECK(PIDLAB_IOC_CHECK == 0xB983);
CHECK(PIDLAB_IOC_CONTROL == 0xB984);
CHECK(PIDLAB_IOC_REF_FD == 0xB985);
