// SPDX-License-Identifier: MIT
/// @file
/// What `run`, `check` and `tree` share: scenarios from files.
#pragma once

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "pidlab/scenario_parser.hpp"

namespace pidlab::cli {

/// A scenario that was read from a file.
struct ScenarioFile {
    scenario::SourceText source;
    scenario::ParsedScenario parsed;
    std::string text;       ///< of the file, as it is
    std::string unreadable; ///< why the file could not be read; empty: it was

    /// Whether it can run.
    [[nodiscard]] bool good() const { return unreadable.empty() && parsed.errors.empty(); }

    /// All complaints as text.
    [[nodiscard]] std::string complaints(bool colour) const;

    /// All complaints as one object.
    [[nodiscard]] nlohmann::ordered_json complaints_json() const;
};

/// Read and parse a file; "-" is standard input.
[[nodiscard]] ScenarioFile read_scenario(const std::string &path);

/// Print an object on a line of its own; what is not UTF-8 is replaced.
void print_json_line(const nlohmann::ordered_json &object);

} // namespace pidlab::cli
