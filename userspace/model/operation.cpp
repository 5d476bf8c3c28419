// SPDX-License-Identifier: MIT
#include "operation.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "pidlab/format.hpp"
#include "pidlab/model.hpp"
#include "pidlab/table.hpp"

namespace pidlab::model {

namespace {

constexpr std::uint16_t known_flags =
    PIDLAB_F_NEWPID | PIDLAB_F_THREAD | PIDLAB_F_PARENT | PIDLAB_F_GROUP | PIDLAB_F_KEEP;

int as_int(std::uint64_t value) { return static_cast<int>(static_cast<std::int64_t>(value)); }
std::uint64_t number(int value) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}
pidlab_type as_type(std::uint64_t value) { return static_cast<pidlab_type>(value); }

/// Whether ids of this kind fit; none does: the operand is no object.
bool takes(pidlab_arg operand, pidlab_object kind) {
    switch (operand) {
    case PIDLAB_ARG_TASK:
        return kind == PIDLAB_OBJECT_TASK;
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

bool well_formed(pidlab_arg kind, std::uint64_t value) {
    switch (kind) {
    case PIDLAB_ARG_NONE:
        return value == 0;
    case PIDLAB_ARG_NR:
    case PIDLAB_ARG_SELF:
    case PIDLAB_ARG_TID:
    case PIDLAB_ARG_SELECT:
        return value == number(as_int(value));
    case PIDLAB_ARG_TYPE:
        return value < PIDLAB_TYPE_COUNT;
    case PIDLAB_ARG_SIG:
        return value == 0 || value == 9;
    case PIDLAB_ARG_CODE:
        return value <= 255;
    case PIDLAB_ARG_BUG:
        return find_word(bugs(), value) != nullptr;
    default: // objects; a namespace may be left out
        return value != 0 || kind == PIDLAB_ARG_NS;
    }
}

/// Form first, then the objects in their order.
void require_valid(const Universe &universe, const OpInfo &info, const pidlab_op &op) {
    if (op.flags & ~info.flags)
        throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
        if (!well_formed(info.args[i].kind, op.arg[i]))
            throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
        const pidlab_arg kind = info.args[i].kind;
        if (meaning(kind) != Meaning::object || op.arg[i] == 0)
            continue;
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
    switch (op.opcode) {
    case PIDLAB_OP_FORK: {
        const Forked made = universe.fork(
            actor, op.flags, {as_int(op.fork.tid), as_int(op.fork.tid1), as_int(op.fork.tid2)});
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
    default: // seen: no bug can be switched on
        return {};
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
        return act;
    case PIDLAB_OP_HOLD_TASK:
    case PIDLAB_OP_HOLD_PID:
    case PIDLAB_OP_TREF:
    case PIDLAB_OP_TREF_NR:
    case PIDLAB_OP_DUP:
    case PIDLAB_OP_PUT:
    case PIDLAB_OP_DEREF:
    case PIDLAB_OP_READ:
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
        return look;
    default:
        return nullptr;
    }
}

} // namespace

bool has_operation(std::uint16_t opcode) { return part_with(opcode) != nullptr; }
std::uint16_t flags_it_has() { return known_flags; }

void execute(Universe &universe, pidlab_op &op) {
    if (op.fail_nth)
        throw NotModelled("allocations, so that none can fail");
    std::fill(std::begin(op.res), std::end(op.res), 0);
    op.error = 0;
    const OpInfo *const info = find_op(op.opcode);
    const Part part = part_with(op.opcode);
    if (info && !part)
        throw NotModelled("the operation `" + std::string(info->name) + "'");
    if (info && (op.flags & info->flags & ~known_flags))
        throw NotModelled("a flag in `" + op_text(op) + "'");
    try {
        if (!info)
            throw Refused{EOPNOTSUPP};
        require_valid(universe, *info, op);
        std::ranges::copy(part(universe, op), op.res);
    } catch (const Refused &refused) {
        op.error = static_cast<std::int16_t>(-refused.error);
    }
}

} // namespace pidlab::model
