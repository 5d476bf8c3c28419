// SPDX-License-Identifier: MIT
// `pidlab tree`: runs a scenario and prints its tasks, at its end or after a line.
#include <cstdio>
#include <limits>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/report.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct Options {
    std::string file;
    std::size_t at = 0; ///< 0: the end
    bool json = false;
};

// Keeps the last snapshot taken before a line further down is reached.
class Watcher final : public scenario::Observer {
public:
    explicit Watcher(std::size_t last_line) : last_line_(last_line) {}

    void on_snapshot(const scenario::Statement &statement, const CheckResult &result,
                     const scenario::State &state) override {
        passed_ = passed_ || statement.at.line > last_line_;
        if (passed_)
            return;
        tasks_ = result.tasks;
        state_ = state;
        line_ = statement.at.line;
    }

    /// The line of the snapshot, 0 when there is none.
    [[nodiscard]] std::size_t line() const { return line_; }
    [[nodiscard]] const std::vector<pidlab_task_info> &tasks() const { return tasks_; }
    [[nodiscard]] const scenario::State &state() const { return state_; }

private:
    std::size_t last_line_;
    bool passed_ = false;
    std::vector<pidlab_task_info> tasks_;
    scenario::State state_;
    std::size_t line_ = 0;
};

int print_tree(const Options &options, const Globals &globals) {
    const ScenarioFile file = read_scenario(options.file);
    const TextStyle style = TextStyle::of_stdout();
    if (!file.good()) {
        fmt::print(stderr, "{}", file.complaints(false));
        return exit_usage;
    }
    Lab lab = open_lab(globals);
    Watcher watcher{options.at != 0 ? options.at : std::numeric_limits<std::size_t>::max()};
    const Report report = run_scenario(lab, file.source, file.parsed.scenario, &watcher);
    if (watcher.line() == 0) {
        fmt::print(stderr, "pidlab: no operation of {} has run up to line {}\n", file.source.name(),
                   options.at);
        return exit_usage;
    }
    if (options.json)
        print_json_line({{"file", file.source.name()},
                         {"line", watcher.line()},
                         {"tasks", tree_json(watcher.tasks(), watcher.state())}});
    else
        fmt::print("{}", render_tree(watcher.tasks(), watcher.state(), style));
    // A failure further down does not spoil the tree that was asked for, but is worth a word.
    if (!report.passed())
        fmt::print(stderr, "{}", render(report.source, *report.failure));
    return report.passed() ? exit_ok : exit_failed;
}

} // namespace

Action add_tree(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<Options>();
    sub.add_option("file", options->file, "a scenario; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--at", options->at, "after this line, the first time it is reached")
        ->check(CLI::PositiveNumber);
    sub.add_flag("--json", options->json, "print one JSON object");
    return [options, &globals] { return print_tree(*options, globals); };
}

} // namespace pidlab::cli
