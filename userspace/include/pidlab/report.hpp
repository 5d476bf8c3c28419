// SPDX-License-Identifier: MIT
/// @file
/// What a scenario did, for people and for programs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_events.hpp"
#include "pidlab/scenario_source.hpp"
#include "pidlab/tree.hpp"

namespace pidlab {

/// The tasks of one instant, with the names they had.
struct TreeShot {
    std::string title;
    std::vector<pidlab_task_info> tasks;
    std::shared_ptr<const scenario::State> state;
    std::optional<Snapshot> whole; ///< of the same instant, where the lab could tell

    /// For render_tree(), or nullptr.
    [[nodiscard]] const Snapshot *more() const { return whole ? &*whole : nullptr; }
};

/// One line of a report.
struct ReportEntry {
    std::size_t line = 0;                ///< in the file
    unsigned depth = 0;                  ///< how many repeats it is in
    std::vector<std::string> prose;      ///< the comment lines just above it
    std::string text;                    ///< the line, without blanks around it and comment
    std::string outcome;                 ///< in words; may be empty
    bool operation = false;              ///< the outcome is an operation's
    std::optional<std::uint64_t> rounds; ///< of a repeat; the first one's lines follow
    bool left = false;                   ///< the repeat was left early, as it foresaw
    std::optional<TreeShot> tree;
};

/// Something that exited and is still there.
struct PinnedTask {
    std::string name;
    std::string state;
    std::string by; ///< who pins it, in words
    std::uint64_t bytes = 0;
};

/// The instant at which tasks that had exited took most memory.
struct PinnedPeak {
    std::size_t line = 0;
    std::uint64_t bytes = 0;
    std::vector<PinnedTask> tasks; ///< the first of them
    std::size_t more = 0;          ///< those left out
};

/// What a scenario did. Filled by run_scenario().
struct Report {
    scenario::SourceText source{"", ""};
    std::string title;
    std::string description;
    std::optional<scenario::Diagnostic> failure; ///< nothing: it passed
    std::string lacking;                         ///< what the generation lacks, if that is why
    std::vector<ReportEntry> entries;
    std::optional<TreeShot> at_failure;

    std::uint64_t operations = 0;
    std::uint64_t refused = 0; ///< of the operations, as expected
    std::uint64_t checks = 0;  ///< how often all invariants were checked
    std::chrono::milliseconds time{0};

    Info start;                ///< after setup
    Info peak;                 ///< when most bytes were in use
    std::size_t peak_line = 0; ///< after which line that was, 0: before the first
    Info end;                  ///< after the last line and a grace period
    PinnedPeak pinned;
    std::vector<std::string> held; ///< references at the end, in words
    std::uint64_t digest = 0;      ///< at the end

    [[nodiscard]] bool passed() const { return !failure; }
    /// The file's name without directory and ending.
    [[nodiscard]] std::string name() const;
};

/// Run a scenario on a fresh lab to its end or first failure.
/// @param source the text that @p scenario was parsed from
/// @param watcher hears of everything too; may be nullptr
/// @param settings given to the lab where the scenario does not say otherwise
/// @throws Error where the lab itself fails
[[nodiscard]] Report run_scenario(Lab &lab, const scenario::SourceText &source,
                                  const scenario::Scenario &scenario,
                                  scenario::Observer *watcher = nullptr,
                                  const Settings &settings = {});

/// One line, and, for one that failed, why: "ok   wrap  (412 operations, 38 ms)".
[[nodiscard]] std::string render_line(const Report &report, const TextStyle &style);

/// The whole report as text. Its first line is "== NAME ==", and no other line begins so.
[[nodiscard]] std::string render_report(const Report &report, const TextStyle &style);

/// The whole report as one object.
[[nodiscard]] nlohmann::ordered_json report_json(const Report &report);

} // namespace pidlab
