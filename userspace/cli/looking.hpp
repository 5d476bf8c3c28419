// SPDX-License-Identifier: MIT
/// @file
/// What `tree`, `graph`, `timeline` and `report` share: a lab as it was after a line.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "pidlab/graph.hpp"
#include "pidlab/report.hpp"
#include "pidlab/snapshot.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

/// Looks at a lab while a scenario runs, and keeps what it saw last up to a line.
class Sight final : public scenario::Observer {
public:
    /// @param lab must outlive the run
    /// @param at the line, the first time it is reached; 0: the end
    Sight(Lab &lab, std::size_t at)
        : lab_(lab), last_line_(at != 0 ? at : std::numeric_limits<std::size_t>::max()) {}

    void on_snapshot(const scenario::Statement &statement, const CheckResult &result,
                     const scenario::State &state) override {
        passed_ = passed_ || statement.at.line > last_line_;
        if (passed_)
            return;
        tasks = result.tasks;
        names = state;
        line = statement.at.line;
        // At the end everything is asked once; on the way each line may be the last.
        whole = last_line_ == std::numeric_limits<std::size_t>::max() ? Snapshot{} : lab_.look();
    }

    /// Ask for the end, if that is what is wanted.
    void finish() {
        if (last_line_ == std::numeric_limits<std::size_t>::max())
            whole = lab_.look();
    }

    std::size_t line = 0; ///< after which; 0: it was not reached
    std::vector<pidlab_task_info> tasks;
    Snapshot whole;
    scenario::State names;

private:
    Lab &lab_;
    std::size_t last_line_;
    bool passed_ = false;
};

/// Names for a graph: those that a scenario gave.
[[nodiscard]] inline NameOf names_of(const scenario::State &state) {
    return [&state](std::uint64_t id) { return std::string{state.name(id)}; };
}

/// Write a text to a file, or to standard output where the name is "-" or empty.
/// @return whether that worked; complaints have gone to standard error
[[nodiscard]] bool write_text(const std::string &file, const std::string &text,
                              const char *command);

} // namespace pidlab::cli
