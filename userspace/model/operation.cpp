// SPDX-License-Identifier: MIT
#include "operation.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>

#include "pidlab/format.hpp"
#include "pidlab/model.hpp"
#include "pidlab/table.hpp"

namespace pidlab::model {

namespace {

int as_int(std::uint64_t value) { return static_cast<int>(static_cast<std::int64_t>(value)); }
std::uint64_t number(int value) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}
pidlab_type as_type(std::uint64_t value) { return static_cast<pidlab_type>(value); }

/// Whether ids of this kind fit; none does: the operand is no object.
bool takes(pidlab_arg operand, pidlab_object kind) {
    switch (operand) {
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_NEXT:
        return kind == PIDLAB_OBJECT_TASK;
    case PIDLAB_ARG_CONTAINER:
        return kind == PIDLAB_OBJECT_CONTAINER;
    case PIDLAB_ARG_PID:
        return kind == PIDLAB_OBJECT_PID;
    case PIDLAB_ARG_OWNER:
        return kind == PIDLAB_OBJECT_TASK || kind == PIDLAB_OBJECT_PID;
    case PIDLAB_ARG_REF:
        return kind == PIDLAB_OBJECT_REF;
    case PIDLAB_ARG_NS:
        return kind == PIDLAB_OBJECT_NS || kind == PIDLAB_OBJECT_TASK;
    case PIDLAB_ARG_OBJECT:
        return find_word(objects(), kind) != nullptr;
    default:
        return false;
    }
}

std::uint64_t most_of(unsigned slot) {
    for (const SettingInfo &row : settings())
        if (row.slot == slot)
            return row.max;
    return 0;
}

bool well_formed(pidlab_arg kind, std::uint64_t value) {
    switch (kind) {
    case PIDLAB_ARG_NONE:
        return value == 0;
    case PIDLAB_ARG_NR:
    case PIDLAB_ARG_SELF:
    case PIDLAB_ARG_TID:
    case PIDLAB_ARG_SELECT:
    case PIDLAB_ARG_VALUE:
        return value == number(as_int(value));
    case PIDLAB_ARG_TYPE:
        return value < PIDLAB_TYPE_COUNT;
    case PIDLAB_ARG_SIG:
        return value == 0 || value == 9;
    case PIDLAB_ARG_CODE:
        return value <= 255;
    case PIDLAB_ARG_BUG:
        return find_word(bugs(), value) != nullptr;
    case PIDLAB_ARG_FILE:
        return find_word(words_of(kind), value) != nullptr;
    case PIDLAB_ARG_SUBSYS:
        return value != 0 && value <= PIDLAB_SUBSYS_MASK;
    case PIDLAB_ARG_CPU:
        return value < most_of(PIDLAB_SET_CPUS);
    case PIDLAB_ARG_COUNT:
        return true;
    default: // objects
        return true;
    }
}

/// A phase is a fork's, and one of the table.
bool fault_makes_sense(const pidlab_op &op) {
    const unsigned phase = op.fail_nth & ~static_cast<unsigned>(PIDLAB_FAIL_AT);
    return !(op.fail_nth & PIDLAB_FAIL_AT) ||
           (op.opcode == PIDLAB_OP_FORK && phase >= PIDLAB_PHASE_TASK &&
            phase <= PIDLAB_PHASE_PUBLISH);
}

/// Form first, then the objects in their order; a namespace or the next task may be left out.
void require_valid(const Universe &universe, const OpInfo &info, const pidlab_op &op) {
    if ((op.flags & ~info.flags) || !fault_makes_sense(op))
        throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
        if (!well_formed(info.args[i].kind, op.arg[i]))
            throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
        const pidlab_arg kind = info.args[i].kind;
        if (meaning(kind) != Meaning::object)
            continue;
        if (op.arg[i] == 0) {
            if (kind == PIDLAB_ARG_NS || kind == PIDLAB_ARG_NEXT)
                continue;
            throw Refused{EINVAL};
        }
        if (!takes(kind, object_of(op.arg[i])))
            throw Refused{EBADF};
        if (!universe.exists(op.arg[i]))
            throw Refused{ESRCH};
    }
}

/// The namespace that an operand names, by itself or by a task in it.
Key where(const Universe &universe, std::uint64_t operand) {
    if (operand == 0)
        return universe.root();
    return object_of(operand) == PIDLAB_OBJECT_TASK ? universe.ns_of(operand) : operand;
}

using Results = std::array<std::uint64_t, PIDLAB_OP_RESULTS>;

/// Operations of a task that acts.
Results act(Universe &universe, const pidlab_op &op) {
    const Key actor = op.arg[0];
    if (!universe.acts(actor))
        throw Refused{ESRCH};
    if (universe.is_frozen(actor))
        throw Refused{EAGAIN};
    switch (op.opcode) {
    case PIDLAB_OP_FORK: {
        const Tids tids{as_int(op.fork.tid), as_int(op.fork.tid1), as_int(op.fork.tid2)};
        const unsigned phase =
            op.fail_nth & PIDLAB_FAIL_AT ? op.fail_nth & ~static_cast<unsigned>(PIDLAB_FAIL_AT) : 0;
        const Forked made = universe.fork(actor, op.flags, tids, phase);
        return {made.task.raw(), number(made.nr)};
    }
    case PIDLAB_OP_EXIT:
        universe.exit(actor, as_int(op.exit.code), op.flags);
        return {};
    case PIDLAB_OP_WAIT: {
        const Waited found = universe.wait(actor, as_int(op.wait.which), op.flags);
        return {found.child.raw(), number(found.nr), number(found.code)};
    }
    case PIDLAB_OP_EXEC:
        return {number(universe.exec(actor))};
    case PIDLAB_OP_SETPGID:
        universe.setpgid(actor, as_int(op.setpgid.nr), as_int(op.setpgid.pgid));
        return {};
    case PIDLAB_OP_SETSID:
        return {number(universe.setsid(actor))};
    case PIDLAB_OP_SETNS:
        universe.setns(actor, where(universe, op.setns.ns));
        return {};
    case PIDLAB_OP_UNSHARE:
        return {universe.unshare(actor)};
    default:
        return {number(universe.kill(actor, as_int(op.kill.which), as_int(op.kill.sig)))};
    }
}

/// Operations on references.
Results refer(Universe &universe, const pidlab_op &op) {
    switch (op.opcode) {
    case PIDLAB_OP_HOLD_TASK:
        return {universe.hold_task(op.hold_task.target)};
    case PIDLAB_OP_HOLD_PID: {
        const HeldPid made = universe.hold_pid(op.hold_pid.target, as_type(op.hold_pid.type));
        return {made.ref.raw(), made.pid.raw()};
    }
    case PIDLAB_OP_TREF: {
        const WeakRef made = universe.tref(op.tref.target, as_type(op.tref.type));
        return {made.ref.raw(), number(made.nr)};
    }
    case PIDLAB_OP_TREF_NR: {
        const Key ns = where(universe, op.tref_nr.ns);
        const WeakRef made = universe.tref_nr(as_int(op.tref_nr.nr), as_type(op.tref_nr.type), ns);
        return {made.ref.raw(), number(made.nr)};
    }
    case PIDLAB_OP_DUP:
        return {universe.dup(op.dup.ref)};
    case PIDLAB_OP_PUT:
        universe.put(op.put.ref);
        return {};
    case PIDLAB_OP_DEREF:
        return {universe.deref(op.deref.ref)};
    case PIDLAB_OP_WATCH:
        return {universe.watch(op.watch.ref)};
    case PIDLAB_OP_EVENT: {
        const RefEvent found = universe.event(op.event.ref);
        return {found.event, found.count, found.task.raw()};
    }
    case PIDLAB_OP_SET:
        universe.set(op.set.ref, op.set.from);
        return {};
    case PIDLAB_OP_RCU_GET: {
        const RcuUser made = universe.rcu_get(op.rcu_get.target);
        return {made.ref.raw(), made.users};
    }
    default: {
        const RefRead found = universe.read(op.read.ref);
        return {number(found.nr), found.count, found.type};
    }
    }
}

/// The other operations.
Results look(Universe &universe, const pidlab_op &op) {
    switch (op.opcode) {
    case PIDLAB_OP_REAP: {
        const Reaped found = universe.reap(op.reap.child);
        return {number(found.nr), number(found.code)};
    }
    case PIDLAB_OP_PID:
        return {universe.pid(op.pid.target, as_type(op.pid.type))};
    case PIDLAB_OP_FIND:
        return {universe.find(as_int(op.find.nr), where(universe, op.find.ns))};
    case PIDLAB_OP_NEXT: {
        const FoundPid found = universe.next(as_int(op.next.nr), where(universe, op.next.ns));
        return {found.pid.raw(), number(found.nr)};
    }
    case PIDLAB_OP_FIRST:
        return {universe.first(op.first.pid, as_type(op.first.type))};
    case PIDLAB_OP_NR:
        return {
            number(universe.nr_of(op.nr.target, as_type(op.nr.type), where(universe, op.nr.ns)))};
    case PIDLAB_OP_NS: {
        const Key ns = universe.ns_of(op.ns.target);
        return {ns, universe.level_of(ns)};
    }
    case PIDLAB_OP_STATE: {
        const TaskState found = universe.state(op.state.target);
        return {found.state, number(found.code), found.usage};
    }
    case PIDLAB_OP_GP:
        universe.grace_period();
        return {};
    case PIDLAB_OP_COUNTS: {
        const Counts found = universe.counts(op.counts.target);
        return {found.users, found.usage};
    }
    case PIDLAB_OP_SWITCH_TO:
        return {universe.switch_to(op.switch_to.cpu, op.switch_to.next)};
    case PIDLAB_OP_CURR: {
        const Current found = universe.curr(op.curr.cpu);
        return {found.task.raw(), found.state};
    }
    default: // seen: no bug can be switched on
        return {};
    }
}

/// Operations on the numbers of a namespace.
Results number_space(Universe &universe, const pidlab_op &op) {
    switch (op.opcode) {
    case PIDLAB_OP_PID_MAX:
        return {number(universe.pid_max(where(universe, op.pid_max.ns), op.pid_max.value))};
    case PIDLAB_OP_RESERVE: {
        const Reserved taken = universe.reserve(where(universe, op.reserve.ns), op.reserve.count);
        return {number(taken.first), number(taken.last)};
    }
    case PIDLAB_OP_UNRESERVE:
        universe.unreserve(where(universe, op.unreserve.ns), as_int(op.unreserve.nr));
        return {};
    default: // scan
        if (universe.scans())
            throw NotModelled("how far a search for a number went: it does not search so");
        throw Refused{EOPNOTSUPP};
    }
}

/// Operations on containers.
Results contain(Universe &universe, const pidlab_op &op) {
    switch (op.opcode) {
    case PIDLAB_OP_MOUNT:
        return {universe.mount(static_cast<unsigned>(op.mount.subsystems))};
    case PIDLAB_OP_UMOUNT:
        universe.umount(op.umount.root);
        return {};
    case PIDLAB_OP_MKDIR:
        return {universe.mkdir(op.mkdir.parent)};
    case PIDLAB_OP_RMDIR:
        universe.rmdir(op.rmdir.container);
        return {};
    case PIDLAB_OP_ATTACH:
        universe.attach_to(op.attach.target, op.attach.container);
        return {};
    case PIDLAB_OP_WHERE: {
        if (!std::has_single_bit(op.where.subsystem))
            throw Refused{EINVAL};
        const Place found = universe.where(
            op.where.target, static_cast<unsigned>(std::countr_zero(op.where.subsystem)));
        return {found.container.raw(), found.depth};
    }
    case PIDLAB_OP_WRITE:
        universe.write(op.write.container, static_cast<pidlab_file>(op.write.file), op.write.value);
        return {};
    case PIDLAB_OP_STAT:
        return {universe.stat(op.stat.container, static_cast<pidlab_file>(op.stat.file))};
    case PIDLAB_OP_FREEZE:
        return {universe.freeze(op.freeze.container, true)};
    case PIDLAB_OP_THAW:
        return {universe.freeze(op.thaw.container, false)};
    case PIDLAB_OP_RELEASE_EVENT: {
        const ReleaseEvent found = universe.release_event();
        return {found.container.raw(), found.left};
    }
    default: {
        const TraceRecord found = universe.trace();
        return {found.hook, found.task.raw(), found.container.raw()};
    }
    }
}

/// Which function has an operation, or nullptr.
using Part = Results (*)(Universe &, const pidlab_op &);

Part part_with(std::uint16_t opcode) {
    switch (opcode) {
    case PIDLAB_OP_FORK:
    case PIDLAB_OP_EXIT:
    case PIDLAB_OP_WAIT:
    case PIDLAB_OP_EXEC:
    case PIDLAB_OP_SETPGID:
    case PIDLAB_OP_SETSID:
    case PIDLAB_OP_KILL:
    case PIDLAB_OP_SETNS:
    case PIDLAB_OP_UNSHARE:
        return act;
    case PIDLAB_OP_HOLD_TASK:
    case PIDLAB_OP_HOLD_PID:
    case PIDLAB_OP_TREF:
    case PIDLAB_OP_TREF_NR:
    case PIDLAB_OP_DUP:
    case PIDLAB_OP_PUT:
    case PIDLAB_OP_DEREF:
    case PIDLAB_OP_READ:
    case PIDLAB_OP_SET:
    case PIDLAB_OP_WATCH:
    case PIDLAB_OP_EVENT:
    case PIDLAB_OP_RCU_GET:
        return refer;
    case PIDLAB_OP_REAP:
    case PIDLAB_OP_PID:
    case PIDLAB_OP_FIND:
    case PIDLAB_OP_NEXT:
    case PIDLAB_OP_FIRST:
    case PIDLAB_OP_NR:
    case PIDLAB_OP_NS:
    case PIDLAB_OP_STATE:
    case PIDLAB_OP_SEEN:
    case PIDLAB_OP_GP:
    case PIDLAB_OP_COUNTS:
    case PIDLAB_OP_SWITCH_TO:
    case PIDLAB_OP_CURR:
        return look;
    case PIDLAB_OP_PID_MAX:
    case PIDLAB_OP_SCAN:
    case PIDLAB_OP_RESERVE:
    case PIDLAB_OP_UNRESERVE:
        return number_space;
    case PIDLAB_OP_MOUNT:
    case PIDLAB_OP_UMOUNT:
    case PIDLAB_OP_MKDIR:
    case PIDLAB_OP_RMDIR:
    case PIDLAB_OP_ATTACH:
    case PIDLAB_OP_WHERE:
    case PIDLAB_OP_WRITE:
    case PIDLAB_OP_STAT:
    case PIDLAB_OP_FREEZE:
    case PIDLAB_OP_THAW:
    case PIDLAB_OP_RELEASE_EVENT:
    case PIDLAB_OP_TRACE:
        return contain;
    default:
        return nullptr;
    }
}

} // namespace

bool has_operation(std::uint16_t opcode) { return part_with(opcode) != nullptr; }

void execute(Universe &universe, pidlab_op &op) {
    std::fill(std::begin(op.res), std::end(op.res), 0);
    op.error = 0;
    const OpInfo *const info = find_op(op.opcode);
    const Part part = part_with(op.opcode);
    if (info && !part)
        throw NotModelled("the operation `" + std::string(info->name) + "'");
    universe.let_fail(op.fail_nth & PIDLAB_FAIL_AT ? 0 : op.fail_nth);
    try {
        if (!info)
            throw Refused{EOPNOTSUPP};
        require_valid(universe, *info, op);
        std::ranges::copy(part(universe, op), op.res);
    } catch (const Refused &refused) {
        op.error = static_cast<std::int16_t>(-refused.error);
    }
    universe.settle();
}

} // namespace pidlab::model
