// SPDX-License-Identifier: MIT
#include "pidlab/explore_controller.hpp"

#include <algorithm>

namespace pidlab::explore {

namespace {

template <typename T> std::uint64_t address(T *data) {
    return reinterpret_cast<std::uintptr_t>(data);
}

} // namespace

Controller::Controller(Program &program, const Grain &grain)
    : program_{program}, grain_{grain}, footprints_{(program.lab().info().raw().flags &
                                                     PIDLAB_INFO_FOOTPRINTS) != 0} {}

Order Run::order() const {
    Order out;
    out.reserve(steps.size());
    for (const pidlab_step &step : steps)
        out.push_back(step.choice);
    return out;
}

std::vector<Run> Controller::run(std::span<const Wish> wishes) {
    std::vector<Run> out;
    out.reserve(wishes.size());
    while (out.size() < wishes.size())
        some(wishes.subspan(out.size()), out);
    return out;
}

std::vector<Run> Controller::run(std::span<const Order> orders) {
    std::vector<Wish> wishes;
    wishes.reserve(orders.size());
    for (const Order &order : orders)
        wishes.push_back({order});
    return run(std::span<const Wish>{wishes});
}

Run Controller::run(const Order &order) {
    return std::move(run(std::span<const Order>{&order, 1}).front());
}

// As many as one call comes to; at least one, or more room for the next call.
std::size_t Controller::some(std::span<const Wish> wishes, std::vector<Run> &out) {
    const std::vector<Instruction> &instructions = program_.instructions();
    const std::size_t start = program_.start().size();
    std::vector<pidlab_op> ops = program_.start();
    for (const Instruction &instruction : instructions)
        ops.push_back(instruction.op);

    std::vector<pidlab_step> steps(wishes.size() * room_);
    std::vector<pidlab_footprint> footprints(footprints_ ? steps.size() : 0);
    std::vector<pidlab_op> done(wishes.size() * ops.size());
    std::vector<pidlab_control_run> runs(wishes.size());
    std::vector<pidlab_standing> standing(PIDLAB_ACTORS_MAX); // there is one deadlock in a call
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        runs[i].choices = address(wishes[i].choices.data());
        runs[i].nr_choices = static_cast<std::uint32_t>(wishes[i].choices.size());
        runs[i].changes = address(wishes[i].changes.data());
        runs[i].nr_changes = static_cast<std::uint32_t>(wishes[i].changes.size());
        std::ranges::copy(wishes[i].priority, std::begin(runs[i].priority));
        runs[i].room = static_cast<std::uint32_t>(room_);
        runs[i].steps = address(&steps[i * room_]);
        runs[i].footprints = footprints_ ? address(&footprints[i * room_]) : 0;
        runs[i].ops = address(&done[i * ops.size()]);
        runs[i].standing = address(standing.data());
    }
    pidlab_control arg{};
    arg.flags = (grain_.fine ? PIDLAB_CONTROL_FINE : 0) |
                (grain_.faults != 0 ? PIDLAB_CONTROL_FAULTS : 0) |
                (grain_.look ? PIDLAB_CONTROL_LOOK : 0);
    arg.ops = address(ops.data());
    arg.start = static_cast<std::uint32_t>(start);
    std::copy(program_.counts().begin(), program_.counts().end(), std::begin(arg.actors));
    arg.runs = address(runs.data());
    arg.nr_runs = static_cast<std::uint32_t>(runs.size());
    program_.lab().control(arg);

    for (std::size_t i = 0; i < arg.done; ++i) {
        const pidlab_control_run &raw = runs[i];
        if (raw.taken > room_) {
            room_ = std::min<std::size_t>(raw.taken * 2, PIDLAB_STEPS_MAX);
            return i;
        }
        Run &one = out.emplace_back();
        one.verdict = static_cast<pidlab_verdict>(raw.verdict);
        one.steps.assign(&steps[i * room_], &steps[i * room_] + raw.taken);
        if (footprints_)
            one.footprints.assign(&footprints[i * room_], &footprints[i * room_] + raw.taken);
        one.done.assign(&done[i * ops.size() + start], &done[i * ops.size()] + ops.size());
        one.violations = raw.violations;
        one.violation = static_cast<pidlab_violation>(raw.code);
        one.object = raw.object;
        one.digest = raw.digest;
        one.bugs_seen = raw.bugs_seen;
        one.leaks = raw.leaks;
        one.found_at = raw.found_at;
        if (one.verdict == PIDLAB_VERDICT_DEADLOCK) {
            standing.resize(program_.counts().size());
            one.standing = std::move(standing);
            program_.renew();
        }
    }
    return arg.done;
}

} // namespace pidlab::explore
