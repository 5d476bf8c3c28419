// SPDX-License-Identifier: MIT
/// @file
/// Schedules as people read them, and as files that are replayed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// A step by its word: "begin", "tasklist_write", "tref.last_put".
[[nodiscard]] std::string_view step_word(unsigned what);

/// A choice that a file asks for, and before what the actor stands then.
struct ScheduledStep {
    std::uint8_t choice = 0;
    unsigned what = 0;
    std::size_t line = 0; ///< in the file
};

/// A file of one line a step: `P0 tasklist_write', `P0 fails alloc', `gp'.
struct Schedule {
    std::vector<ScheduledStep> steps;
    std::string complaint; ///< why the text is none; empty: it is

    [[nodiscard]] Order order() const;

    /// The option without which the code comes to none of its steps of some kind, or nothing.
    [[nodiscard]] std::string_view lacking(const Grain &grain) const;

    /// Where a run has left it: in words, or nothing.
    [[nodiscard]] std::string left(const Run &run) const;
};

/// Read a schedule; `#' begins a comment.
[[nodiscard]] Schedule parse_schedule(std::string_view text);

/// A run as the text of a file.
/// @param title goes into its first line
[[nodiscard]] std::string schedule_text(const Run &run, std::string_view title);

/// The options that make steps as fine: " --fine --faults 2", or nothing.
[[nodiscard]] std::string options_of(const Grain &grain);

/// What runs a schedule again.
/// @param schedule the file that it is in
[[nodiscard]] std::string replay_command(const Grain &grain, std::string_view schedule,
                                         std::string_view scenario);

/// A run step by step, an actor a column, with the operations and what they returned.
[[nodiscard]] std::string explain(const Program &program, const Run &run);

} // namespace pidlab::explore
