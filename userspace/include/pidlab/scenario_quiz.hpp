// SPDX-License-Identifier: MIT
/// @file
/// A scenario as questions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {

/// A line whose expectation is to be guessed.
struct Question {
    std::size_t line = 0;
    std::string shown;  ///< the line up to what is hidden
    std::string answer; ///< what is hidden, as it is written, other generations' included
    std::string reason; ///< the comment at its end, empty: none

    /// Whether somebody has said the same, in the generation that the scenario is written for:
    /// blanks do not matter, _ stands for anything, and results left out at the end are not asked.
    [[nodiscard]] bool is_right(std::string_view said) const;
};

/// All lines of a scenario that expect something other than success.
[[nodiscard]] std::vector<Question> questions(const SourceText &source, const Scenario &scenario);

/// Some of them, in their order: which ones follows from the seed.
[[nodiscard]] std::vector<Question> pick(std::vector<Question> all, std::size_t count,
                                         std::uint64_t seed);

} // namespace pidlab::scenario
