// SPDX-License-Identifier: MIT
#include "dice.hpp"

#include <algorithm>
#include <climits>
#include <cstdint>

namespace pidlab::testing::processes {

namespace {

constexpr unsigned autoreap = 5; // bit of the flag: processes are asked to ignore SIGCHLD for it

constexpr std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// How often an operation is chosen: what makes and ends tasks most, so that there is a family to
/// ask about, and questions least.
unsigned weight(const OpInfo &op) {
    switch (op.opcode) {
    case PIDLAB_OP_FORK:
        return 50;
    case PIDLAB_OP_EXIT:
    case PIDLAB_OP_SETPGID:
        return 16;
    case PIDLAB_OP_WAIT:
    case PIDLAB_OP_REAP:
    case PIDLAB_OP_EXEC:
        return 12;
    case PIDLAB_OP_SETSID:
    case PIDLAB_OP_KILL:
        return 8;
    case PIDLAB_OP_GP:
    case PIDLAB_OP_SEEN:
        return 1;
    default:
        return 5;
    }
}

/// Makes a program step by step.
class Maker {
public:
    Maker(Dice &dice, Program &program) : dice_(dice), program_(program) {
        for (const OpInfo &op : ops())
            if (op.opcode <= PIDLAB_OP_SEEN) // of the rest, processes have what is added
                choice_.insert(choice_.end(), weight(op), &op);
    }

    void add() {
        Step step;
        step.label = program_.steps.size();
        step.patient = dice_.one_in(8); // grace periods take long
        step.op = choice_[dice_.below(choice_.size())];
        for (const WordInfo &flag : flags())
            if (flag.number != autoreap && (step.op->flags >> flag.number & 1))
                step.flags |= static_cast<std::uint16_t>(dice_.one_in(4) << flag.number);
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            step.args[i] = operand(step.op->args[i].kind);
        // The first task's end is the end of all: seldom.
        if (step.op->opcode == PIDLAB_OP_EXIT && step.args[0].kind == Operand::Kind::init &&
            !dice_.one_in(8))
            step.args[0] = object(PIDLAB_OBJECT_TASK);
        program_.steps.push_back(step);
    }

private:
    static Operand value(std::uint64_t what) { return {Operand::Kind::value, what}; }

    /// A result of this kind from a step before, the later the likelier.
    Operand result(bool (*fits)(pidlab_arg, std::uint64_t), std::uint64_t wanted) {
        std::vector<Operand> found;
        for (auto step = program_.steps.rbegin(); step != program_.steps.rend(); ++step)
            for (unsigned slot = 0; slot < PIDLAB_OP_RESULTS; ++slot)
                if (fits(step->op->results[slot].kind, wanted))
                    found.push_back({Operand::Kind::result, 0, step->label, slot});
        if (found.empty())
            return {Operand::Kind::never, wanted};
        const std::size_t near = std::min<std::size_t>(found.size(), 10);
        return found[dice_.below(dice_.one_in(4) ? found.size() : near)];
    }

    Operand object(pidlab_object kind) {
        if (kind == PIDLAB_OBJECT_TASK && dice_.one_in(6))
            return {Operand::Kind::init};
        return result(
            [](pidlab_arg result, std::uint64_t wanted) {
                return (result == PIDLAB_ARG_TASK && wanted == PIDLAB_OBJECT_TASK) ||
                       (result == PIDLAB_ARG_PID && wanted == PIDLAB_OBJECT_PID) ||
                       (result == PIDLAB_ARG_NS && wanted == PIDLAB_OBJECT_NS) ||
                       (result == PIDLAB_ARG_REF && wanted == PIDLAB_OBJECT_REF);
            },
            kind);
    }

    Operand any_number() {
        if (dice_.one_in(40)) {
            static constexpr std::int64_t odd[] = {INT_MAX, INT_MIN, -1, 299, 300, 301, 304, 305};
            return value(number(odd[dice_.below(std::size(odd))]));
        }
        if (dice_.one_in(2))
            return value(dice_.below(24));
        const Operand of_step =
            result([](pidlab_arg result, std::uint64_t) { return result == PIDLAB_ARG_NR; }, 0);
        return of_step.kind == Operand::Kind::result ? of_step : value(dice_.below(24));
    }

    Operand selector() {
        if (dice_.one_in(2))
            return value(number(-1));
        Operand chosen = any_number();
        if (dice_.one_in(3)) {
            chosen.minus = chosen.kind == Operand::Kind::result;
            chosen.value = 0 - chosen.value;
        }
        return chosen;
    }

    /// Something that is wrong in form or leads nowhere.
    Operand wrong(pidlab_arg kind) {
        if (meaning(kind) != Meaning::object)
            return value(dice_.one_in(2) ? std::uint64_t{1} << 40 : dice_.below(16));
        const auto any = static_cast<pidlab_object>(1 + dice_.below(objects().size()));
        switch (dice_.below(3)) {
        case 0:
            return value(0);
        case 1:
            return object(any);
        default:
            return {Operand::Kind::never, any};
        }
    }

    Operand operand(pidlab_arg kind) {
        if (dice_.one_in(kind == PIDLAB_ARG_NONE ? 400 : 60))
            return wrong(kind);
        switch (kind) {
        case PIDLAB_ARG_TASK:
            return object(PIDLAB_OBJECT_TASK);
        case PIDLAB_ARG_PID:
            return object(PIDLAB_OBJECT_PID);
        case PIDLAB_ARG_OWNER:
            return object(dice_.one_in(3) ? PIDLAB_OBJECT_PID : PIDLAB_OBJECT_TASK);
        case PIDLAB_ARG_REF:
            return object(PIDLAB_OBJECT_REF);
        case PIDLAB_ARG_NS:
            return dice_.one_in(2)
                       ? value(0)
                       : object(dice_.one_in(2) ? PIDLAB_OBJECT_NS : PIDLAB_OBJECT_TASK);
        case PIDLAB_ARG_NR:
            return any_number();
        case PIDLAB_ARG_SELF:
            return dice_.one_in(2) ? value(0) : any_number();
        case PIDLAB_ARG_TID:
            return dice_.one_in(12) ? any_number() : value(0);
        case PIDLAB_ARG_SELECT:
            return selector();
        case PIDLAB_ARG_TYPE:
            return value(dice_.below(PIDLAB_TYPE_COUNT));
        case PIDLAB_ARG_SIG:
            return value(dice_.one_in(2) ? 9 : 0);
        case PIDLAB_ARG_CODE:
            return value(dice_.below(256));
        default:
            return value(kind == PIDLAB_ARG_BUG ? dice_.below(16) : 0);
        }
    }

    Dice &dice_;
    Program &program_;
    std::vector<const OpInfo *> choice_;
};

} // namespace

Program random_program(Dice &dice, std::uint64_t generation, std::size_t length) {
    Program program;
    program.settings.set(PIDLAB_SET_GENERATION, generation)
        .set(PIDLAB_SET_TASK_PAYLOAD, 0)
        .set(PIDLAB_SET_PID_MAX, 305)
        .set(PIDLAB_SET_MAX_TASKS, dice.one_in(4) ? 8 : 60)
        .set(PIDLAB_SET_MAX_REFS, dice.one_in(4) ? 4 : 60)
        .set(PIDLAB_SET_MAX_NS, dice.one_in(4) ? 3 : 20);
    // In one program of sixteen numbers are about to wrap.
    if (dice.one_in(16))
        program.gone_by = 285 + static_cast<unsigned>(dice.below(18));
    Maker maker(dice, program);
    for (std::size_t i = 0; i < length; ++i)
        maker.add();
    return program;
}

} // namespace pidlab::testing::processes
