// SPDX-License-Identifier: MIT
// `pidlab tree`: runs a scenario and prints its tasks, at its end or after a line.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "looking.hpp"

namespace pidlab::cli {

namespace {

struct TreeOptions {
    std::string file;
    std::size_t at = 0; ///< 0: the end
    bool json = false;
};

nlohmann::ordered_json to_json(const ScenarioFile &file, const Sight &sight) {
    nlohmann::ordered_json whole = snapshot_json(sight.whole);
    return {{"file", file.source.name()},
            {"line", sight.line},
            {"tasks", tree_json(sight.tasks, sight.names, &sight.whole)},
            {"namespaces", std::move(whole["namespaces"])},
            {"containers", std::move(whole["containers"])}};
}

std::string to_text(const Sight &sight) {
    const TextStyle style = TextStyle::of_stdout();
    std::string out = render_tree(sight.tasks, sight.names, style, {}, &sight.whole);
    if (const std::string spaces = render_spaces(sight.whole, sight.names, style); !spaces.empty())
        out += '\n' + spaces;
    return out;
}

int print_tree(const TreeOptions &options, const Globals &globals) {
    const ScenarioFile file = read_scenario(options.file);
    if (!file.good()) {
        fmt::print(stderr, "{}", file.complaints(false));
        return exit_usage;
    }
    Lab lab = open_lab(globals);
    Sight sight{lab, options.at};
    const Report report = run_scenario(lab, file.source, file.parsed.scenario, &sight);
    sight.finish();
    if (sight.line == 0) {
        fmt::print(stderr, "pidlab: no operation of {} has run up to line {}\n", file.source.name(),
                   options.at);
        return exit_usage;
    }
    if (options.json)
        print_json_line(to_json(file, sight));
    else
        fmt::print("{}", to_text(sight));
    // A failure further down does not spoil the tree that was asked for, but is worth a word.
    if (!report.passed())
        fmt::print(stderr, "{}", render(report.source, *report.failure));
    return report.passed() ? exit_ok : exit_failed;
}

} // namespace

Action add_tree(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<TreeOptions>();
    sub.add_option("file", options->file, "a scenario; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--at", options->at, "after this line, the first time it is reached")
        ->check(CLI::PositiveNumber);
    sub.add_flag("--json", options->json, "print one JSON object");
    return [options, &globals] { return print_tree(*options, globals); };
}

} // namespace pidlab::cli
