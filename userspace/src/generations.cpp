// SPDX-License-Identifier: MIT
// A scenario in every generation, and what comes of it there.
#include "pidlab/generations.hpp"

#include <algorithm>
#include <map>

#include "pidlab/scenario_lexer.hpp"

namespace pidlab {

namespace {

using scenario::SourceText;
using scenario::Statement;
using Result = GenerationRun::Result;

// The generation that a scenario names, or nothing.
std::optional<std::uint64_t> named_generation(const scenario::Scenario &scenario) {
    for (const Statement &statement : scenario.body)
        if (const auto *setup = std::get_if<scenario::SetUp>(&statement.what))
            for (const scenario::GivenSetting &given : setup->settings)
                if (given.slot == PIDLAB_SET_GENERATION)
                    return given.value;
    return std::nullopt;
}

// Lines that say themselves what some generations do otherwise.
void foreseen_lines(const std::vector<Statement> &body, std::vector<std::size_t> &lines) {
    for (const Statement &statement : body) {
        if (tells_generations_apart(statement))
            lines.push_back(statement.at.line);
        if (const auto *repeat = std::get_if<scenario::Repeat>(&statement.what))
            foreseen_lines(repeat->body, lines);
    }
}

// Ids without names count objects of all kinds, and generations do not have the same kinds.
std::string without_ids(const std::string &words) {
    std::string out;
    bool id = false;
    for (const char c : words) {
        id = c == '#' || (id && c >= '0' && c <= '9');
        if (!id || c == '#')
            out += c;
    }
    return out;
}

std::string reason(const SourceText &source, std::size_t line) {
    const std::string_view comment = scenario::comment_of(source.line(line));
    const std::size_t begin = comment.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return scenario::printable(comment.substr(begin, comment.find_last_not_of(" \t") - begin + 1));
}

Result result_of(const Report &report, bool named) {
    if (report.passed())
        return Result::held;
    // A scenario that names its generation cannot do without what it lacks.
    return report.lacking.empty() || named ? Result::failed : Result::lacking;
}

// What operations came to, line by line, in the generations where it ran to its end. A line in a
// repeat is told once, by its first round.
std::vector<GenerationDifference> differences(const GenerationComparison &comparison,
                                              const scenario::Scenario &scenario) {
    std::vector<std::size_t> foreseen;
    foreseen_lines(scenario.body, foreseen);
    std::map<std::size_t, GenerationDifference> lines;
    for (const GenerationRun &run : comparison.runs) {
        if (run.result != Result::held)
            continue;
        // The cells of a row stand in one line.
        std::map<std::size_t, std::string> told;
        for (const ReportEntry &entry : run.report->entries) {
            if (!entry.operation)
                continue;
            GenerationDifference &line = lines[entry.line];
            line.line = entry.line;
            line.text = entry.text;
            const auto [told_before, first] = told.try_emplace(entry.line);
            told_before->second += (first ? "" : "; ") + without_ids(entry.outcome);
        }
        for (const auto &[number, words] : told) {
            GenerationDifference &line = lines[number];
            const auto same =
                std::ranges::find(line.outcomes, words, &GenerationDifference::Outcome::words);
            if (same != line.outcomes.end())
                same->generations.push_back(run.generation);
            else
                line.outcomes.push_back({{run.generation}, words});
        }
    }
    std::vector<GenerationDifference> out;
    for (auto &[number, line] : lines) {
        if (line.outcomes.size() < 2)
            continue;
        if (std::ranges::find(foreseen, number) != foreseen.end())
            line.why = reason(comparison.source, number);
        out.push_back(std::move(line));
    }
    return out;
}

} // namespace

bool GenerationComparison::passed() const {
    const auto failed = [](const GenerationRun &run) { return run.result == Result::failed; };
    const auto held = [](const GenerationRun &run) { return run.result == Result::held; };
    const auto unforeseen = [](const GenerationDifference &line) { return line.why.empty(); };
    return std::ranges::none_of(runs, failed) && std::ranges::any_of(runs, held) &&
           std::ranges::none_of(differences, unforeseen);
}

GenerationComparison compare_generations(const SourceText &source,
                                         const scenario::Scenario &scenario,
                                         const std::function<Lab()> &open) {
    GenerationComparison out;
    out.source = source;
    const Info module = open().info();
    const std::optional<std::uint64_t> named = named_generation(scenario);
    for (const WordInfo &generation : generations()) {
        if (!module.has(static_cast<pidlab_generation>(generation.number)))
            continue;
        GenerationRun run{&generation, Result::elsewhere, {}};
        if (!named || *named == generation.number) {
            Lab lab = open();
            Settings settings;
            settings.set(PIDLAB_SET_GENERATION, generation.number);
            run.report = run_scenario(lab, source, scenario, nullptr, settings);
            run.result = result_of(*run.report, named.has_value());
            out.name = run.report->name();
        }
        out.runs.push_back(std::move(run));
    }
    out.differences = differences(out, scenario);
    return out;
}

} // namespace pidlab
