// SPDX-License-Identifier: MIT
/// @file
/// Whether results could have come about one operation after the other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// An operation that by design does its work in two steps that others can come between.
struct TwoSteps {
    pidlab_opcode opcode;
    std::string_view why;
};

/// All of them.
[[nodiscard]] std::span<const TwoSteps> two_steps();

/// What a program's operations return when none is interrupted, in each order. A history is
/// explained when some such order gives the same results and has no operation before one that had
/// ended when it began (Herlihy and Wing: linearizability).
class Serial {
public:
    /// Runs the program in every serial order.
    /// @param most runs that it may take
    explicit Serial(Controller &controller, std::uint64_t most = 20'000);

    /// Whether there were too many orders to try them all: nothing can be said then.
    [[nodiscard]] bool incomplete() const { return incomplete_; }

    /// How many serial orders there are that give different results.
    [[nodiscard]] std::size_t results() const { return orders_.size(); }

    /// Whether some serial order explains a run.
    [[nodiscard]] bool explains(const Run &run) const;

private:
    using Places = std::vector<std::size_t>; ///< of each instruction in an order

    void learn(const Run &run);

    const Program &program_;
    std::map<std::vector<std::uint64_t>, std::vector<Places>> orders_;
    bool incomplete_ = false;
};

/// The steps of a run between which each instruction took place.
struct Interval {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// The intervals of a program's instructions.
[[nodiscard]] std::vector<Interval> intervals(const Program &program, const Run &run);

} // namespace pidlab::explore
