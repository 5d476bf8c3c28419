// SPDX-License-Identifier: MIT
// Generations beside one another, for people and for programs.
#include "pidlab/generations.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/format.hpp"

namespace pidlab {

namespace {

using Json = nlohmann::ordered_json;
using Result = GenerationRun::Result;

constexpr std::size_t cell_width = 14;

std::string_view word(Result result) {
    switch (result) {
    case Result::held:
        return "held";
    case Result::failed:
        return "failed";
    case Result::lacking:
        return "lacking";
    case Result::elsewhere:
        break;
    }
    return "elsewhere";
}

std::string names(const std::vector<const WordInfo *> &generations) {
    std::vector<std::string_view> out;
    for (const WordInfo *generation : generations)
        out.push_back(generation->name);
    return fmt::format("{}", fmt::join(out, ", "));
}

std::uint64_t peak(const Report &report) { return report.peak.counter(PIDLAB_CTR_BYTES); }

std::string lines_of(const GenerationDifference &line, const std::string &name) {
    std::string out = fmt::format("  {}:{}  {}\n", name, line.line, line.text);
    for (const GenerationDifference::Outcome &outcome : line.outcomes)
        out += fmt::format("      {}: {}\n", names(outcome.generations), outcome.words);
    if (!line.why.empty())
        out += fmt::format("      because: {}\n", line.why);
    return out;
}

// Scenarios by what they need and a generation has not got.
std::string lacks(const std::vector<GenerationComparison> &all) {
    std::map<std::pair<std::uint32_t, std::string>, std::vector<std::string>> by_reason;
    for (const GenerationComparison &comparison : all)
        for (const GenerationRun &run : comparison.runs)
            if (run.result == Result::lacking)
                by_reason[{run.generation->number, run.report->lacking}].push_back(comparison.name);
    std::string out;
    for (const auto &[key, scenarios] : by_reason)
        out += fmt::format("  {}: {}\n      {}\n", find_word(generations(), key.first)->name,
                           key.second, fmt::join(scenarios, ", "));
    return out.empty() ? out : "\nWhat generations lack, and who needs it\n" + out;
}

std::string foreseen(const std::vector<GenerationComparison> &all) {
    std::string out;
    for (const GenerationComparison &comparison : all)
        for (const GenerationDifference &line : comparison.differences)
            if (!line.why.empty())
                out += lines_of(line, comparison.name);
    return out.empty() ? out : "\nWhere generations differ, as the scenarios say\n" + out;
}

// What the scenarios that ran everywhere took, so that the sums mean the same.
std::string costs(const std::vector<GenerationComparison> &all) {
    std::map<std::uint32_t, std::array<std::uint64_t, 3>> sums;
    std::size_t everywhere = 0;
    for (const GenerationComparison &comparison : all) {
        if (!std::ranges::all_of(comparison.runs, [](const GenerationRun &run) {
                return run.result == Result::held;
            }))
            continue;
        ++everywhere;
        for (const GenerationRun &run : comparison.runs) {
            auto &sum = sums[run.generation->number];
            sum[0] += peak(*run.report);
            sum[1] += run.report->end.counter(PIDLAB_CTR_FREED);
            sum[2] += static_cast<std::uint64_t>(run.report->time.count());
        }
    }
    if (everywhere == 0)
        return {};
    std::string out =
        fmt::format("\nWhat {} that ran in all of them took\n",
                    everywhere == 1 ? "the scenario" : fmt::format("the {} scenarios", everywhere));
    for (const auto &[number, sum] : sums)
        out +=
            fmt::format("  {:<10} {:>10} at most, {:>8} objects freed, {:>6} ms\n",
                        find_word(generations(), number)->name, bytes_text(sum[0]), sum[1], sum[2]);
    return out;
}

Json run_json(const GenerationRun &run) {
    Json out = {{"generation", run.generation->name}, {"result", word(run.result)}};
    if (!run.report)
        return out;
    const Report &report = *run.report;
    out["highest_bytes"] = peak(report);
    out["freed"] = report.end.counter(PIDLAB_CTR_FREED);
    out["forks"] = report.end.counter(PIDLAB_CTR_FORKS);
    out["milliseconds"] = report.time.count();
    if (run.result == Result::lacking)
        out["lacking"] = report.lacking;
    if (report.failure) {
        out["line"] = report.failure->at.line;
        out["message"] = report.failure->message;
    }
    return out;
}

Json difference_json(const GenerationDifference &line) {
    Json outcomes = Json::object();
    for (const GenerationDifference::Outcome &outcome : line.outcomes)
        for (const WordInfo *generation : outcome.generations)
            outcomes[std::string{generation->name}] = outcome.words;
    return {{"line", line.line},
            {"text", line.text},
            {"outcomes", std::move(outcomes)},
            {"foreseen", !line.why.empty()},
            {"why", line.why}};
}

} // namespace

GenerationTable::GenerationTable(const std::vector<std::string> &names, const TextStyle &style)
    : style_{style} {
    for (const std::string &name : names)
        width_ = std::max(width_, name.size());
}

std::string GenerationTable::head() const {
    std::string out(width_ + 6, ' ');
    for (const WordInfo &generation : generations())
        out += fmt::format("{:<{}}", generation.name, cell_width);
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
}

std::string GenerationTable::row(const GenerationComparison &comparison) const {
    const std::string verdict = comparison.passed() ? "ok  " : "FAIL";
    const std::string_view colour = comparison.passed() ? "32" : "1;31";
    std::string cells;
    for (const WordInfo &generation : generations()) {
        const auto run =
            std::ranges::find(comparison.runs, &generation, &GenerationRun::generation);
        cells += fmt::format("{:<{}}", run == comparison.runs.end() ? "" : cell(*run), cell_width);
    }
    cells.erase(cells.find_last_not_of(' ') + 1);
    return fmt::format("{} {:<{}} {}\n",
                       style_.colour ? fmt::format("\033[{}m{}\033[0m", colour, verdict) : verdict,
                       comparison.name, width_, cells);
}

std::string GenerationTable::cell(const GenerationRun &run) const {
    switch (run.result) {
    case Result::held:
        return fmt::format("ok {}", bytes_text(peak(*run.report)));
    case Result::failed:
        return fmt::format("line {}", run.report->failure->at.line);
    case Result::lacking:
        return "lacks it";
    case Result::elsewhere:
        break;
    }
    return "-";
}

std::string GenerationTable::rest(const std::vector<GenerationComparison> &all) const {
    std::string bad;
    for (const GenerationComparison &comparison : all)
        bad += unforeseen(comparison);
    if (!bad.empty())
        bad = "\nWhat no scenario foresees\n" + bad;
    return bad + foreseen(all) + lacks(all) + costs(all) +
           "\nok BYTES: it held, with so many bytes at most, those that wait for a grace period "
           "among "
           "them;\nline N: it failed there; lacks it: see above; -: it is about another "
           "generation\n";
}

std::string GenerationTable::unforeseen(const GenerationComparison &comparison) const {
    std::string out;
    for (const GenerationRun &run : comparison.runs)
        if (run.result == Result::failed)
            out += fmt::format("  {} in {}\n{}", comparison.name, run.generation->name,
                               render(comparison.source, *run.report->failure, style_.colour));
    if (std::ranges::none_of(comparison.runs, [](const GenerationRun &run) {
            return run.result == Result::held || run.result == Result::failed;
        }))
        out += fmt::format("  {} runs in no generation\n", comparison.name);
    for (const GenerationDifference &line : comparison.differences)
        if (line.why.empty())
            out += lines_of(line, comparison.name);
    return out;
}

Json comparison_json(const GenerationComparison &comparison) {
    Json runs = Json::array();
    for (const GenerationRun &run : comparison.runs)
        runs.push_back(run_json(run));
    Json lines = Json::array();
    for (const GenerationDifference &line : comparison.differences)
        lines.push_back(difference_json(line));
    return {{"name", comparison.name},
            {"file", comparison.source.name()},
            {"passed", comparison.passed()},
            {"runs", std::move(runs)},
            {"differences", std::move(lines)}};
}

} // namespace pidlab
