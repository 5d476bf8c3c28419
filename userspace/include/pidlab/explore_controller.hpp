// SPDX-License-Identifier: MIT
/// @file
/// Runs of a program in given orders, many at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pidlab/explore_program.hpp"

namespace pidlab::explore {

/// Whom to let go on at each step: an actor, PIDLAB_CHOICE_FAIL and an actor whose allocation
/// fails, or PIDLAB_CHOICE_GP.
using Order = std::vector<std::uint8_t>;

/// Whether a choice lets an allocation fail.
[[nodiscard]] constexpr bool is_failure(unsigned choice) {
    return choice >= PIDLAB_CHOICE_FAIL && choice < PIDLAB_CHOICE_GP;
}

/// Who takes the step that is chosen: an actor, or PIDLAB_CHOICE_GP.
[[nodiscard]] constexpr unsigned taker(unsigned choice) {
    return is_failure(choice) ? choice - PIDLAB_CHOICE_FAIL : choice;
}

/// How a run is to go: some choices, and who is how urgent after them.
struct Wish {
    Order choices;
    std::array<std::uint8_t, PIDLAB_CHOICES> priority{}; ///< all zero: whoever ran last goes on
    std::vector<pidlab_change> changes{};
};

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
    std::uint32_t found_at = 0; ///< steps until harm or a violation was seen; 0: not before the end
    std::vector<pidlab_standing> standing; ///< of each actor, after a deadlock

    /// The choices that were made.
    [[nodiscard]] Order order() const;

    /// How many allocations were made to fail.
    [[nodiscard]] unsigned failures() const {
        return static_cast<unsigned>(std::ranges::count_if(
            steps, [](const pidlab_step &step) { return is_failure(step.choice); }));
    }
};

/// How finely steps are cut.
struct Grain {
    bool fine = false;   ///< letting go of a lock or a read side is a step, too
    unsigned faults = 0; ///< each allocation is a step; so many of a run may fail
    bool look = true;    ///< after each step, too, for what is wrong
};

/// Runs a program in orders that are given. After a deadlock the program has a new lab.
class Controller {
public:
    explicit Controller(Program &program, const Grain &grain = {});

    /// Whether the module tells what steps read and write.
    [[nodiscard]] bool has_footprints() const { return footprints_; }

    /// How finely steps are cut.
    [[nodiscard]] const Grain &grain() const { return grain_; }

    /// Run each once.
    /// @throws Error of CONTROL itself: ENOTTY where the lab has no controller
    [[nodiscard]] std::vector<Run> run(std::span<const Wish> wishes);

    /// Run each order once.
    /// @throws Error of CONTROL itself: ENOTTY where the lab has no controller
    [[nodiscard]] std::vector<Run> run(std::span<const Order> orders);

    /// Run one order, and leave the lab as it is after it.
    [[nodiscard]] Run run(const Order &order);

    [[nodiscard]] Program &program() { return program_; }

private:
    std::size_t some(std::span<const Wish> wishes, std::vector<Run> &out);

    Program &program_;
    Grain grain_;
    bool footprints_;
    std::size_t room_ = 512; ///< steps that a run takes at most, as far as is known
};

} // namespace pidlab::explore
