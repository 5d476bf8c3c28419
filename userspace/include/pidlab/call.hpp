// SPDX-License-Identifier: MIT
/// @file
/// Typed operations: what to send and how to read the answer.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <pidlab.h>

#include "pidlab/id.hpp"

namespace pidlab {

/// Numbers that a fork asks for, from the child's own namespace outwards; 0: the next one.
struct Tids {
    int own = 0;
    int outer = 0;
    int outermost = 0;
};

/// @name What operations answer
/// Numbers are as the acting task or the namespace asked for sees them.
/// @{
struct Nothing {};

struct Forked {
    TaskId task;
    int nr;
};

struct Waited {
    TaskId child; ///< empty when no child was ready
    int nr;
    int code;
};

struct Reaped {
    int nr; ///< as the parent sees it
    int code;
};

struct HeldPid {
    RefId ref;
    PidId pid;
};

struct WeakRef {
    RefId ref;
    int nr; ///< 0: the sentinel
};

struct RefRead {
    int nr;
    std::uint64_t count;
    pidlab_type type;
};

struct FoundPid {
    PidId pid;
    int nr;
};

struct Namespace {
    NsId ns;
    unsigned level; ///< 0: the root
};

struct Scan {
    std::uint64_t entries; ///< pages of the bitmap
    std::uint64_t bytes;   ///< of those pages
};

struct Reserved {
    int first;
    int last;
};

struct Seen {
    std::uint64_t count;
    std::uint64_t object; ///< id of what was harmed last, 0 for none
};

struct RcuUser {
    RefId ref;
    std::uint64_t users; ///< with this one
};

struct Counts {
    std::uint64_t users;
    std::uint64_t usage;
};

struct Current {
    TaskId task; ///< empty: the CPU idles
    pidlab_state state;
};

struct Place {
    ContainerId container;
    unsigned depth; ///< 0: the root of the hierarchy
};

struct ReleaseEvent {
    ContainerId container; ///< empty when there is none
    unsigned left;         ///< how many more there are
};

struct TraceRecord {
    pidlab_hook hook; ///< PIDLAB_HOOK_NONE: there is no more
    TaskId task;
    ContainerId container;
};

struct RefEvent {
    pidlab_ref_event_kind event;
    std::uint64_t count; ///< handovers since it was asked last
    TaskId task;         ///< the first user now; PIDLAB_REF_GONE: who was the last
};

struct TaskState {
    pidlab_state state;
    int code;
    std::uint64_t usage;
};
/// @}

/// One operation whose answer is a @p Result. Lab::perform() and Lab::attempt() execute it; its
/// op may go into an array for Lab::run() too.
template <typename Result> struct Call {
    pidlab_op op;
    Result (*decode)(const pidlab_op &);

    /// The same with its n-th allocation failing.
    [[nodiscard]] Call fail_nth(std::uint16_t n) const {
        Call copy = *this;
        copy.op.fail_nth = n;
        return copy;
    }

    /// The same, of a fork, failing at a phase.
    [[nodiscard]] Call fail_at(pidlab_phase phase) const {
        return fail_nth(static_cast<std::uint16_t>(PIDLAB_FAIL_AT | phase));
    }
};

namespace call {

namespace detail {

/// A number as it travels: sign-extended.
constexpr std::uint64_t number(int value) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

constexpr int as_int(std::uint64_t value) {
    return static_cast<int>(static_cast<std::int64_t>(value));
}

constexpr pidlab_op make(pidlab_opcode opcode, std::initializer_list<std::uint64_t> operands,
                         unsigned flags = 0) {
    pidlab_op op{};
    op.opcode = static_cast<std::uint16_t>(opcode);
    op.flags = static_cast<std::uint16_t>(flags);
    unsigned i = 0;
    for (const std::uint64_t operand : operands)
        op.arg[i++] = operand;
    return op;
}

inline Nothing nothing(const pidlab_op &) { return {}; }
inline int one_number(const pidlab_op &op) { return as_int(op.res[0]); }

template <typename ObjectId> ObjectId one_id(const pidlab_op &op) { return ObjectId{op.res[0]}; }

} // namespace detail

/// @param flags PIDLAB_F_NEWPID, PIDLAB_F_THREAD, PIDLAB_F_PARENT
inline Call<Forked> fork(TaskId parent, unsigned flags = 0, const Tids &tids = {}) {
    return {detail::make(PIDLAB_OP_FORK,
                         {parent.raw(), detail::number(tids.own), detail::number(tids.outer),
                          detail::number(tids.outermost)},
                         flags),
            [](const pidlab_op &op) {
                return Forked{TaskId{op.res[0]}, detail::as_int(op.res[1])};
            }};
}

/// @param flags PIDLAB_F_GROUP
inline Call<Nothing> exit(TaskId task, int code = 0, unsigned flags = 0) {
    return {detail::make(PIDLAB_OP_EXIT, {task.raw(), detail::number(code)}, flags),
            detail::nothing};
}

/// @param which as waitpid(2) selects: >0 a process, 0 own group, -1 any, <-1 a group
/// @param flags PIDLAB_F_KEEP
inline Call<Waited> wait(TaskId task, int which = -1, unsigned flags = 0) {
    return {
        detail::make(PIDLAB_OP_WAIT, {task.raw(), detail::number(which)}, flags),
        [](const pidlab_op &op) {
            return Waited{TaskId{op.res[0]}, detail::as_int(op.res[1]), detail::as_int(op.res[2])};
        }};
}

inline Call<Reaped> reap(TaskId child) {
    return {detail::make(PIDLAB_OP_REAP, {child.raw()}), [](const pidlab_op &op) {
                return Reaped{detail::as_int(op.res[0]), detail::as_int(op.res[1])};
            }};
}

inline Call<int> exec(TaskId task) {
    return {detail::make(PIDLAB_OP_EXEC, {task.raw()}), detail::one_number};
}

/// @param nr 0: the task's own number
/// @param pgid 0: the number of @p nr
inline Call<Nothing> setpgid(TaskId task, int nr, int pgid) {
    return {detail::make(PIDLAB_OP_SETPGID, {task.raw(), detail::number(nr), detail::number(pgid)}),
            detail::nothing};
}

inline Call<int> setsid(TaskId task) {
    return {detail::make(PIDLAB_OP_SETSID, {task.raw()}), detail::one_number};
}

/// Answers how many processes the signal reached.
/// @param which as kill(2) selects
/// @param sig 0 or 9
inline Call<int> kill(TaskId task, int which, int sig = 9) {
    return {detail::make(PIDLAB_OP_KILL, {task.raw(), detail::number(which), detail::number(sig)}),
            detail::one_number};
}

inline Call<RefId> hold_task(TaskId target) {
    return {detail::make(PIDLAB_OP_HOLD_TASK, {target.raw()}), detail::one_id<RefId>};
}

inline Call<HeldPid> hold_pid(Owner target, pidlab_type type = PIDLAB_TYPE_PID) {
    return {detail::make(PIDLAB_OP_HOLD_PID, {target.raw(), static_cast<std::uint64_t>(type)}),
            [](const pidlab_op &op) {
                return HeldPid{RefId{op.res[0]}, PidId{op.res[1]}};
            }};
}

inline WeakRef decode_weak(const pidlab_op &op) {
    return {RefId{op.res[0]}, detail::as_int(op.res[1])};
}

inline Call<WeakRef> tref(TaskId target, pidlab_type type = PIDLAB_TYPE_PID) {
    return {detail::make(PIDLAB_OP_TREF, {target.raw(), static_cast<std::uint64_t>(type)}),
            decode_weak};
}

inline Call<WeakRef> tref_nr(int nr, pidlab_type type = PIDLAB_TYPE_PID, Where ns = {}) {
    return {detail::make(PIDLAB_OP_TREF_NR,
                         {detail::number(nr), static_cast<std::uint64_t>(type), ns.raw()}),
            decode_weak};
}

inline Call<RefId> dup(RefId ref) {
    return {detail::make(PIDLAB_OP_DUP, {ref.raw()}), detail::one_id<RefId>};
}

inline Call<Nothing> set(RefId ref, RefId from) {
    return {detail::make(PIDLAB_OP_SET, {ref.raw(), from.raw()}), detail::nothing};
}

inline Call<Nothing> put(RefId ref) {
    return {detail::make(PIDLAB_OP_PUT, {ref.raw()}), detail::nothing};
}

inline Call<TaskId> deref(RefId ref) {
    return {detail::make(PIDLAB_OP_DEREF, {ref.raw()}), detail::one_id<TaskId>};
}

inline Call<RefRead> read(RefId ref) {
    return {detail::make(PIDLAB_OP_READ, {ref.raw()}), [](const pidlab_op &op) {
                return RefRead{detail::as_int(op.res[0]), op.res[1],
                               static_cast<pidlab_type>(op.res[2])};
            }};
}

inline Call<PidId> pid(TaskId target, pidlab_type type = PIDLAB_TYPE_PID) {
    return {detail::make(PIDLAB_OP_PID, {target.raw(), static_cast<std::uint64_t>(type)}),
            detail::one_id<PidId>};
}

inline Call<PidId> find(int nr, Where ns = {}) {
    return {detail::make(PIDLAB_OP_FIND, {detail::number(nr), ns.raw()}), detail::one_id<PidId>};
}

/// The struct pid at @p nr or the nearest above it.
inline Call<FoundPid> next(int nr, Where ns = {}) {
    return {detail::make(PIDLAB_OP_NEXT, {detail::number(nr), ns.raw()}), [](const pidlab_op &op) {
                return FoundPid{PidId{op.res[0]}, detail::as_int(op.res[1])};
            }};
}

inline Call<TaskId> first(PidId pid, pidlab_type type = PIDLAB_TYPE_PID) {
    return {detail::make(PIDLAB_OP_FIRST, {pid.raw(), static_cast<std::uint64_t>(type)}),
            detail::one_id<TaskId>};
}

/// Answers 0 when the namespace does not see it.
inline Call<int> nr(Owner target, pidlab_type type = PIDLAB_TYPE_PID, Where ns = {}) {
    return {detail::make(PIDLAB_OP_NR, {target.raw(), static_cast<std::uint64_t>(type), ns.raw()}),
            detail::one_number};
}

inline Call<Namespace> ns(Owner target) {
    return {detail::make(PIDLAB_OP_NS, {target.raw()}), [](const pidlab_op &op) {
                return Namespace{NsId{op.res[0]}, static_cast<unsigned>(op.res[1])};
            }};
}

inline Call<TaskState> state(TaskId target) {
    return {detail::make(PIDLAB_OP_STATE, {target.raw()}), [](const pidlab_op &op) {
                return TaskState{static_cast<pidlab_state>(op.res[0]), detail::as_int(op.res[1]),
                                 op.res[2]};
            }};
}

/// How often a bug that is switched on did harm.
inline Call<Seen> seen(pidlab_bug bug) {
    return {detail::make(PIDLAB_OP_SEEN, {static_cast<std::uint64_t>(bug)}),
            [](const pidlab_op &op) {
                return Seen{op.res[0], op.res[1]};
            }};
}

/// Become one more of the task's rcu_users.
inline Call<RcuUser> rcu_get(TaskId target) {
    return {detail::make(PIDLAB_OP_RCU_GET, {target.raw()}), [](const pidlab_op &op) {
                return RcuUser{RefId{op.res[0]}, op.res[1]};
            }};
}

inline Call<Counts> counts(TaskId target) {
    return {detail::make(PIDLAB_OP_COUNTS, {target.raw()}), [](const pidlab_op &op) {
                return Counts{op.res[0], op.res[1]};
            }};
}

/// Answers the task that the CPU had, empty when it idled.
/// @param next empty: the CPU idles
inline Call<TaskId> switch_to(int cpu, TaskId next) {
    return {detail::make(PIDLAB_OP_SWITCH_TO, {detail::number(cpu), next.raw()}),
            detail::one_id<TaskId>};
}

inline Call<Current> curr(int cpu) {
    return {detail::make(PIDLAB_OP_CURR, {detail::number(cpu)}), [](const pidlab_op &op) {
                return Current{TaskId{op.res[0]}, static_cast<pidlab_state>(op.res[1])};
            }};
}

/// Answers the limit before; 0 leaves it. Row d2.
inline Call<int> pid_max(Where ns = {}, std::uint64_t value = 0) {
    return {detail::make(PIDLAB_OP_PID_MAX, {ns.raw(), value}), detail::one_number};
}

/// How far the latest search for a free number went. Row d3.
inline Call<Scan> scan(Where ns = {}) {
    return {detail::make(PIDLAB_OP_SCAN, {ns.raw()}), [](const pidlab_op &op) {
                return Scan{op.res[0], op.res[1]};
            }};
}

/// Take the next free numbers for nobody.
inline Call<Reserved> reserve(Where ns, std::uint64_t count) {
    return {detail::make(PIDLAB_OP_RESERVE, {ns.raw(), count}), [](const pidlab_op &op) {
                return Reserved{detail::as_int(op.res[0]), detail::as_int(op.res[1])};
            }};
}

/// Where the task's children are born from now on.
inline Call<Nothing> setns(TaskId task, Where ns) {
    return {detail::make(PIDLAB_OP_SETNS, {task.raw(), ns.raw()}), detail::nothing};
}

/// In a new namespace.
inline Call<NsId> unshare(TaskId task) {
    return {detail::make(PIDLAB_OP_UNSHARE, {task.raw()}), detail::one_id<NsId>};
}

inline Call<Nothing> unreserve(Where ns, int nr) {
    return {detail::make(PIDLAB_OP_UNRESERVE, {ns.raw(), detail::number(nr)}), detail::nothing};
}

/// @param subsystems mask of 1 << PIDLAB_SUBSYS_*
inline Call<ContainerId> mount(unsigned subsystems) {
    return {detail::make(PIDLAB_OP_MOUNT, {subsystems}), detail::one_id<ContainerId>};
}

inline Call<Nothing> umount(ContainerId root) {
    return {detail::make(PIDLAB_OP_UMOUNT, {root.raw()}), detail::nothing};
}

inline Call<ContainerId> mkdir(ContainerId parent) {
    return {detail::make(PIDLAB_OP_MKDIR, {parent.raw()}), detail::one_id<ContainerId>};
}

inline Call<Nothing> rmdir(ContainerId container) {
    return {detail::make(PIDLAB_OP_RMDIR, {container.raw()}), detail::nothing};
}

inline Call<Nothing> attach(TaskId target, ContainerId container) {
    return {detail::make(PIDLAB_OP_ATTACH, {target.raw(), container.raw()}), detail::nothing};
}

inline Call<Place> where(TaskId target, pidlab_subsys subsystem) {
    return {detail::make(PIDLAB_OP_WHERE, {target.raw(), std::uint64_t{1} << subsystem}),
            [](const pidlab_op &op) {
                return Place{ContainerId{op.res[0]}, static_cast<unsigned>(op.res[1])};
            }};
}

/// @param value of pids_max also -1: no limit
inline Call<Nothing> write(ContainerId container, pidlab_file file, int value) {
    return {detail::make(PIDLAB_OP_WRITE, {container.raw(), static_cast<std::uint64_t>(file),
                                           detail::number(value)}),
            detail::nothing};
}

inline Call<std::uint64_t> stat(ContainerId container, pidlab_file file) {
    return {detail::make(PIDLAB_OP_STAT, {container.raw(), static_cast<std::uint64_t>(file)}),
            [](const pidlab_op &op) { return static_cast<std::uint64_t>(op.res[0]); }};
}

/// Answers how many tasks of the lab are frozen then.
inline Call<int> freeze(ContainerId container) {
    return {detail::make(PIDLAB_OP_FREEZE, {container.raw()}), detail::one_number};
}

/// Answers how many tasks of the lab are still frozen.
inline Call<int> thaw(ContainerId container) {
    return {detail::make(PIDLAB_OP_THAW, {container.raw()}), detail::one_number};
}

inline Call<ReleaseEvent> release_event() {
    return {detail::make(PIDLAB_OP_RELEASE_EVENT, {}), [](const pidlab_op &op) {
                return ReleaseEvent{ContainerId{op.res[0]}, static_cast<unsigned>(op.res[1])};
            }};
}

inline Call<TraceRecord> trace() {
    return {detail::make(PIDLAB_OP_TRACE, {}), [](const pidlab_op &op) {
                return TraceRecord{static_cast<pidlab_hook>(op.res[0]), TaskId{op.res[1]},
                                   ContainerId{op.res[2]}};
            }};
}

/// Wait for a grace period and for all that it frees.
inline Call<RefId> watch(RefId ref) {
    return {detail::make(PIDLAB_OP_WATCH, {ref.raw()}), detail::one_id<RefId>};
}

inline Call<RefEvent> event(RefId ref) {
    return {detail::make(PIDLAB_OP_EVENT, {ref.raw()}), [](const pidlab_op &op) {
                return RefEvent{static_cast<pidlab_ref_event_kind>(op.res[0]), op.res[1],
                                TaskId{op.res[2]}};
            }};
}

inline Call<Nothing> gp() { return {detail::make(PIDLAB_OP_GP, {}), detail::nothing}; }

} // namespace call

} // namespace pidlab
