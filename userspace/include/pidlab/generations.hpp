// SPDX-License-Identifier: MIT
/// @file
/// One scenario in every generation: where it holds, where it means nothing, and where generations
/// differ. Row x2.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pidlab/lab.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_source.hpp"

namespace pidlab {

/// A scenario in one generation.
struct GenerationRun {
    enum class Result {
        held,      ///< all that it expects of this generation
        failed,    ///< something expected does not hold
        lacking,   ///< it uses something that this generation has not got
        elsewhere, ///< it names another generation
    };

    const WordInfo *generation = nullptr;
    Result result = Result::elsewhere;
    std::optional<Report> report; ///< nothing where it did not run
};

/// A line with which generations do not all do the same.
struct GenerationDifference {
    /// An outcome and who has it.
    struct Outcome {
        std::vector<const WordInfo *> generations;
        std::string words;
    };

    std::size_t line = 0;
    std::string text;
    std::vector<Outcome> outcomes; ///< two or more
    std::string why;               ///< as the scenario says; empty: it does not foresee this
};

/// A scenario in all generations.
struct GenerationComparison {
    scenario::SourceText source{"", ""};
    std::string name; ///< the file's, without directory and ending
    std::vector<GenerationRun> runs;
    std::vector<GenerationDifference> differences;

    /// Whether it held wherever it can, somewhere at all, and every difference was foreseen.
    [[nodiscard]] bool passed() const;
};

/// Run a scenario in each generation of the module. One that names its generation runs there only.
/// @param open makes a fresh lab for each
/// @throws Error where a lab itself fails
[[nodiscard]] GenerationComparison compare_generations(const scenario::SourceText &source,
                                                       const scenario::Scenario &scenario,
                                                       const std::function<Lab()> &open);

/// Comparisons as a table, in pieces: what heads it, a line a scenario, and what is to be said of
/// them all: failures, differences with their reasons, and what generations lack.
class GenerationTable {
public:
    /// @param names of the scenarios to come, for the width of their column
    GenerationTable(const std::vector<std::string> &names, const TextStyle &style);

    [[nodiscard]] std::string head() const;
    [[nodiscard]] std::string row(const GenerationComparison &comparison) const;
    [[nodiscard]] std::string rest(const std::vector<GenerationComparison> &all) const;

private:
    [[nodiscard]] std::string cell(const GenerationRun &run) const;
    [[nodiscard]] std::string unforeseen(const GenerationComparison &comparison) const;

    std::size_t width_ = 0;
    TextStyle style_;
};

/// A comparison as one object.
[[nodiscard]] nlohmann::ordered_json comparison_json(const GenerationComparison &comparison);

} // namespace pidlab
