// SPDX-License-Identifier: MIT
// Random programs for real processes: those for the model, without what processes have not got,
// and with what the model leaves to them.
#include "compare.hpp"
#include "pidlab/settings.hpp"

namespace pidlab::testing::processes {

namespace {

/// What an earlier step of this kind has made, a later one likelier; or the first task.
Operand made_by(pidlab_opcode opcode, const Program &program, Dice &dice) {
    std::vector<std::size_t> found;
    for (const Step &step : program.steps)
        if (step.op->opcode == opcode)
            found.push_back(step.label);
    if (found.empty() || dice.one_in(6))
        return {Operand::Kind::init};
    const std::size_t near = std::min<std::size_t>(found.size(), 10);
    return {Operand::Kind::result, 0, found[found.size() - 1 - dice.below(near)], 0};
}

/// A step on where children are born, in the place of one that no process can do.
Step about_namespaces(const Program &program, Dice &dice, std::size_t label) {
    Step step;
    step.label = label;
    const bool new_one = dice.one_in(3);
    step.op = find_op(std::uint64_t{new_one ? PIDLAB_OP_UNSHARE : PIDLAB_OP_SETNS});
    step.args[0] = made_by(PIDLAB_OP_FORK, program, dice);
    if (!new_one && !dice.one_in(4))
        step.args[1] = made_by(dice.one_in(3) ? PIDLAB_OP_UNSHARE : PIDLAB_OP_FORK, program, dice);
    return step;
}

/// Whether real processes can do it, made to fit if need be.
bool fit(Step &step) {
    if (!oracle_lacks(*step.op).empty() || step.op->opcode == PIDLAB_OP_GP)
        return false;
    for (const WordInfo &flag : flags())
        if (!oracle_lacks_flag(flag.number).empty())
            step.flags = static_cast<std::uint16_t>(step.flags & ~(1U << flag.number));
    if (step.op->opcode == PIDLAB_OP_FIRST || step.op->opcode == PIDLAB_OP_HOLD_PID)
        step.args[1] = {};
    return true;
}

Operand result_of(std::size_t step) { return {Operand::Kind::result, 0, step, 0}; }

/// Appends a step, whose label is where it stands.
void add(Program &program, pidlab_opcode opcode, const Operand &first,
         const Operand &second = Operand{}) {
    Step step;
    step.label = program.steps.size();
    step.op = find_op(std::uint64_t{opcode});
    step.args[0] = first;
    step.args[1] = second;
    program.steps.push_back(step);
}

Program empty_program() {
    Program program;
    program.settings.set(PIDLAB_SET_GENERATION, PIDLAB_GEN_IDR).set(PIDLAB_SET_PID_MAX, 400);
    return program;
}

} // namespace

std::vector<Program> programs_that_differ() {
    const Operand init{Operand::Kind::init};
    Program usage = empty_program();
    add(usage, PIDLAB_OP_STATE, init);

    Program unborn = empty_program();
    add(unborn, PIDLAB_OP_FORK, init);
    add(unborn, PIDLAB_OP_UNSHARE, result_of(0));
    add(unborn, PIDLAB_OP_SETNS, init, result_of(1));

    Program leaderless = empty_program();
    add(leaderless, PIDLAB_OP_FORK, init);
    add(leaderless, PIDLAB_OP_SETPGID, result_of(0));
    add(leaderless, PIDLAB_OP_FORK, result_of(0));
    add(leaderless, PIDLAB_OP_PID, result_of(0));
    add(leaderless, PIDLAB_OP_EXIT, result_of(0));
    add(leaderless, PIDLAB_OP_REAP, result_of(0));
    add(leaderless, PIDLAB_OP_HOLD_PID, result_of(3));
    return {usage, unborn, leaderless};
}

Program program_for_processes(Dice &dice, std::size_t length) {
    const Program whole = random_program(dice, PIDLAB_GEN_IDR, length);
    Program program;
    program.settings.set(PIDLAB_SET_GENERATION, PIDLAB_GEN_IDR)
        .set(PIDLAB_SET_PID_MAX, *whole.settings.get(PIDLAB_SET_PID_MAX));
    program.gone_by = whole.gone_by;
    for (Step step : whole.steps) {
        if (fit(step))
            program.steps.push_back(step);
        else if (dice.one_in(3))
            program.steps.push_back(about_namespaces(program, dice, step.label));
    }
    return program;
}

} // namespace pidlab::testing::processes
