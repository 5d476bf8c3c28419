// SPDX-License-Identifier: MIT
/// @file
/// Runs of a program in given orders, many at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pidlab/explore_program.hpp"

namespace pidlab::explore {

/// Whom to let go on at each step: an actor, or PIDLAB_CHOICE_GP.
using Order = std::vector<std::uint8_t>;

/// What came of one order.
struct Run {
    pidlab_verdict verdict = PIDLAB_VERDICT_DONE;
    std::vector<pidlab_step> steps;
    std::vector<pidlab_footprint> footprints; ///< of the steps, where the module tells them
    std::vector<pidlab_op> done;              ///< the program's instructions with their results
    std::uint32_t violations = 0;
    pidlab_violation violation{}; ///< the first of them
    std::uint64_t object = 0;     ///< at fault in it
    std::uint64_t digest = 0;     ///< of the state in the end
    std::uint32_t bugs_seen = 0;
    std::uint32_t leaks = 0;

    /// The choices that were made.
    [[nodiscard]] Order order() const;
};

/// How finely steps are cut.
struct Grain {
    bool fine = false; ///< letting go of a lock or a read side is a step, too
};

/// Runs a program in orders that are given. After a deadlock the program has a new lab.
class Controller {
public:
    explicit Controller(Program &program, const Grain &grain = {});

    /// Whether the module tells what steps read and write.
    [[nodiscard]] bool has_footprints() const { return footprints_; }

    /// Run each order once.
    /// @throws Error of CONTROL itself: ENOTTY where the lab has no controller
    [[nodiscard]] std::vector<Run> run(std::span<const Order> orders);

    /// Run one order, and leave the lab as it is after it.
    [[nodiscard]] Run run(const Order &order);

    [[nodiscard]] Program &program() { return program_; }

private:
    std::size_t some(std::span<const Order> orders, std::vector<Run> &out);

    Program &program_;
    Grain grain_;
    bool footprints_;
    std::size_t room_ = 512; ///< steps that a run takes at most, as far as is known
};

} // namespace pidlab::explore
