// SPDX-License-Identifier: MIT
/// @file
/// What is wrong with a run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pidlab/explore_model.hpp"

namespace pidlab::explore {

/// Something that no order may lead to.
struct Finding {
    std::string_view kind; ///< in one word: "deadlock", "bug", ...
    std::string message;
    std::vector<std::string> notes;
    std::optional<scenario::Diagnostic> at; ///< the line that does not hold
};

/// Looks at each run: its end, its results, the invariants, harm that bugs have done, leaks, what
/// cells and the lines after the columns expect, and whether a serial order explains the results:
/// one of the module itself, and one of the reference model.
class Judge {
public:
    /// @param serial may be nullptr: histories are not looked at
    /// @param model may be nullptr, or lack something: it is not asked
    Judge(Program &program, const Serial *serial, const OnModel *model = nullptr)
        : program_{program}, serial_{serial}, model_{model && model->lacking().empty() ? model
                                                                                       : nullptr} {}

    /// What is wrong, or nothing. Where lines follow the columns, the lab must be as the run left
    /// it.
    [[nodiscard]] std::optional<Finding> judge(const Run &run);

    /// Histories that no serial order explains, with an operation that works in two steps.
    [[nodiscard]] std::uint64_t excused() const { return excused_; }

private:
    [[nodiscard]] std::optional<Finding> bug(const Run &run) const;
    [[nodiscard]] std::optional<Finding> history(const Run &run);
    [[nodiscard]] bool works_in_steps() const;

    Program &program_;
    const Serial *serial_;
    const OnModel *model_;
    std::uint64_t excused_ = 0;
};

} // namespace pidlab::explore
