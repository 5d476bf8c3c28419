// SPDX-License-Identifier: MIT
// Listening to a run and writing down what a report tells.
#include "pidlab/report.hpp"

#include <algorithm>
#include <filesystem>

#include "pidlab/format.hpp"
#include "pidlab/scenario_executor.hpp"
#include "pidlab/scenario_lexer.hpp"

namespace pidlab {

namespace {

using scenario::SourceText;
using scenario::State;
using scenario::Statement;

// As many as a reader will read.
constexpr std::size_t max_pinned = 6;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_comment(const SourceText &source, std::size_t line) {
    return trimmed(source.line(line)).starts_with('#');
}

// Number of the last line of the comment that opens the file.
std::size_t header_end(const SourceText &source) {
    std::size_t line = 1;
    while (line <= source.lines() && trimmed(source.line(line)).empty())
        ++line;
    while (line <= source.lines() && is_comment(source, line))
        ++line;
    return line - 1;
}

std::string text_of(const SourceText &source, const scenario::Range &at) {
    return scenario::printable(trimmed(source.line(at.line).substr(at.offset, at.length)));
}

class Recorder final : public scenario::Observer {
public:
    Recorder(Report &report, scenario::Observer *watcher)
        : report_{report}, watcher_{watcher}, header_{header_end(report.source)} {}

    void on_setup(const Info &info) override {
        report_.start = report_.peak = info;
        if (watcher_)
            watcher_->on_setup(info);
    }

    void on_step(const scenario::Step &step) override {
        if (!step.repeated) {
            ReportEntry &said = entry(step.statement, step.depth);
            said.outcome = step.outcome;
            said.operation = step.op != nullptr;
        }
        if (watcher_)
            watcher_->on_step(step);
    }

    void on_repeat(const Statement &statement, unsigned depth, bool repeated) override {
        if (!repeated) {
            open_.push_back(report_.entries.size());
            entry(statement, depth).rounds = 0;
        }
        if (watcher_)
            watcher_->on_repeat(statement, depth, repeated);
    }

    void on_repeat_end(const scenario::RepeatEnd &end) override {
        if (!end.repeated) {
            ReportEntry &begun = report_.entries[open_.back()];
            begun.rounds = end.rounds;
            begun.left = end.left;
            open_.pop_back();
        }
        if (watcher_)
            watcher_->on_repeat_end(end);
    }

    void on_tree(const Statement &statement, const std::string &title, const CheckResult &result,
                 const State &state) override {
        report_.entries.back().tree =
            TreeShot{title, result.tasks, std::make_shared<State>(state), result.whole};
        if (watcher_)
            watcher_->on_tree(statement, title, result, state);
    }

    void on_counters(const Statement &statement, const Info &info) override {
        report_.end = info;
        if (info.counter(PIDLAB_CTR_BYTES) > report_.peak.counter(PIDLAB_CTR_BYTES)) {
            report_.peak = info;
            report_.peak_line = statement.at.line;
        }
        if (watcher_)
            watcher_->on_counters(statement, info);
    }

    void on_snapshot(const Statement &statement, const CheckResult &result,
                     const State &state) override {
        report_.digest = result.digest;
        measure(statement, result, state);
        if (watcher_)
            watcher_->on_snapshot(statement, result, state);
    }

    void on_failure(const scenario::Diagnostic &why) override {
        report_.failure = why;
        for (const std::size_t begun : open_) {
            report_.entries[begun].rounds.reset();
            report_.entries[begun].outcome = "does not end";
        }
        if (watcher_)
            watcher_->on_failure(why);
    }

private:
    ReportEntry &entry(const Statement &statement, unsigned depth) {
        ReportEntry out;
        out.line = statement.at.line;
        out.depth = depth;
        out.text = text_of(report_.source, statement.at);
        std::size_t first = out.line;
        while (first > header_ + 1 && is_comment(report_.source, first - 1))
            --first;
        for (; first < out.line; ++first)
            out.prose.push_back(
                scenario::printable(trimmed(trimmed(report_.source.line(first)).substr(1))));
        report_.entries.push_back(std::move(out));
        return report_.entries.back();
    }

    // Memory of tasks that have exited: the highest point of it.
    void measure(const Statement &statement, const CheckResult &result, const State &state) {
        const std::uint64_t structure = report_.start.bytes_of(PIDLAB_SIZE_TASK);
        PinnedPeak now;
        now.line = statement.at.line;
        for (const pidlab_task_info &task : result.tasks)
            if (task.state != PIDLAB_STATE_RUNNING)
                now.bytes += task.payload + structure;
        if (now.bytes <= report_.pinned.bytes)
            return;
        for (const pidlab_task_info &task : result.tasks) {
            if (task.state == PIDLAB_STATE_RUNNING)
                continue;
            if (now.tasks.size() == max_pinned) {
                ++now.more;
                continue;
            }
            const WordInfo *word = find_word(states(), task.state);
            now.tasks.push_back({state.text(task.id), word ? std::string{word->name} : "unknown",
                                 what_pins(task, result.tasks, state), task.payload + structure});
        }
        report_.pinned = std::move(now);
    }

    Report &report_;
    scenario::Observer *watcher_;
    std::size_t header_;
    std::vector<std::size_t> open_; // entries of repeats that have not ended
};

// The last line that does something; what is wrong at the end is blamed on it.
Statement last_line(const SourceText &source, const scenario::Scenario &scenario) {
    Statement out;
    out.at.line = source.lines();
    if (!scenario.body.empty())
        out.at = scenario.body.back().at;
    return out;
}

} // namespace

std::string Report::name() const { return std::filesystem::path{source.name()}.stem().string(); }

Report run_scenario(Lab &lab, const SourceText &source, const scenario::Scenario &scenario,
                    scenario::Observer *watcher, const Settings &settings) {
    Report report;
    report.source = source;
    report.title = scenario.title;
    report.description = scenario.description;
    const auto begin = std::chrono::steady_clock::now();
    Recorder recorder{report, watcher};
    scenario::Executor executor{lab, recorder, settings};
    const bool held = std::all_of(
        scenario.body.begin(), scenario.body.end(),
        [&executor](const Statement &statement) { return executor.execute(statement); });
    if (held)
        executor.finish(last_line(source, scenario));
    report.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    report.lacking = executor.lacking();
    report.operations = executor.operations();
    report.refused = executor.refused();
    report.checks = executor.checks();
    for (const auto &[id, ref] : executor.state().references())
        report.held.push_back(executor.state().text(ref));
    if (report.failure)
        report.at_failure = TreeShot{"when it failed", lab.check().tasks,
                                     std::make_shared<State>(executor.state()), lab.snapshot()};
    return report;
}

} // namespace pidlab
