// SPDX-License-Identifier: MIT
/// @file
/// What a run tells those who watch it: reports, a prompt, a tree at a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_state.hpp"

namespace pidlab::scenario {

/// One statement that has been executed. References are good during the call only.
struct Step {
    const Statement &statement;
    unsigned depth = 0;            ///< how many repeats it is in
    bool repeated = false;         ///< one of them is past its first round
    const pidlab_op *op = nullptr; ///< with its results; nullptr: no operation
    std::string outcome;           ///< in words; empty when repeated, or nothing to say
};

/// A block that has ended.
struct RepeatEnd {
    const Statement &statement;
    unsigned depth = 0; ///< how many repeats the block itself is in
    bool repeated = false;
    std::uint64_t rounds = 0;
    bool left = false; ///< by `else leave'
};

/// Watches a run. Does nothing by default.
class Observer {
public:
    Observer() = default;
    Observer(const Observer &) = delete;
    Observer &operator=(const Observer &) = delete;
    virtual ~Observer() = default;

    /// The lab has its first task.
    virtual void on_setup(const Info &) {}

    /// A statement was executed and what it expects held.
    virtual void on_step(const Step &) {}

    /// A block begins its first round; on_repeat_end() follows unless it fails.
    virtual void on_repeat(const Statement &, unsigned /*depth*/, bool /*repeated*/) {}
    virtual void on_repeat_end(const RepeatEnd &) {}

    /// The scenario asks for the tree of tasks.
    virtual void on_tree(const Statement &, const std::string & /*title*/, const CheckResult &,
                         const State &) {}

    /// What the lab holds after an operation; not told after each one inside of repeats, because
    /// asking may wait for a grace period.
    virtual void on_counters(const Statement &, const Info &) {}

    /// The invariants held after a statement; not taken after each one inside of repeats.
    virtual void on_snapshot(const Statement &, const CheckResult &, const State &) {}

    /// Something that was expected does not hold.
    virtual void on_failure(const Diagnostic &) {}
};

} // namespace pidlab::scenario
