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

/// Whether several forks take numbers at more than one level: each level by itself, from the inside
/// to the outside, so that one fork may be the first in its namespace and another in the one around
/// it. In Linux, too.
[[nodiscard]] bool numbers_by_level(const Program &program);

/// Results of a program's operations in orders in which none is interrupted. A history is explained
/// when some such order gives the same results and has no operation before one that had ended when
/// it began (Herlihy and Wing: linearizability).
class Explanations {
public:
    using Places = std::vector<std::size_t>; ///< of each instruction in an order

    explicit Explanations(const Program &program) : program_{program} {}

    /// @param done the program's instructions with their results
    void learn(std::span<const pidlab_op> done, Places places);

    /// How many different results there are.
    [[nodiscard]] std::size_t results() const { return orders_.size(); }

    /// Whether some order explains a run.
    /// @param numbers those that forks have got must be the same, too
    [[nodiscard]] bool explain(const Run &run, bool numbers = true) const;

private:
    using Orders = std::map<std::vector<std::uint64_t>, std::vector<Places>>;

    [[nodiscard]] bool explain(const Orders &orders, const std::vector<std::uint64_t> &results,
                               const Run &run) const;

    const Program &program_;
    Orders orders_;
    Orders without_numbers_; ///< the same orders
};

/// What the module itself returns when it does one operation after the other, in each order.
class Serial {
public:
    /// Runs the program in every serial order.
    /// @param most runs that it may take
    explicit Serial(Controller &controller, std::uint64_t most = 20'000);

    /// Whether there were too many orders to try them all: nothing can be said then.
    [[nodiscard]] bool incomplete() const { return incomplete_; }

    /// How many serial orders there are that give different results.
    [[nodiscard]] std::size_t results() const { return known_.results(); }

    /// What is known of them.
    [[nodiscard]] const Explanations &known() const { return known_; }

private:
    void learn(const Run &run);

    const Program &program_;
    Explanations known_;
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
