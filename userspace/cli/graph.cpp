// SPDX-License-Identifier: MIT
// `pidlab graph`: runs a scenario and draws what points at what, for Graphviz or Mermaid.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "looking.hpp"

namespace pidlab::cli {

namespace {

struct GraphOptions {
    std::string file;
    std::string format = "dot";
    std::string output;
    std::size_t at = 0; ///< 0: the end
    bool json = false;
};

std::string drawn(const Graph &graph, const GraphOptions &options) {
    if (options.json)
        return graph_json(graph).dump(2, ' ', false,
                                      nlohmann::ordered_json::error_handler_t::replace) +
               '\n';
    return options.format == "mermaid" ? graph_mermaid(graph) : graph_dot(graph);
}

int print_graph(const GraphOptions &options, const Globals &globals) {
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
    const std::string title = fmt::format("{}, after line {}", report.name(), sight.line);
    const Graph graph = make_graph(sight.whole, names_of(sight.names), title);
    if (!write_text(options.output, drawn(graph, options), "graph"))
        return exit_usage;
    // A failure further down does not spoil the graph that was asked for, but is worth a word.
    if (!report.passed())
        fmt::print(stderr, "{}", render(report.source, *report.failure));
    return report.passed() ? exit_ok : exit_failed;
}

} // namespace

Action add_graph(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<GraphOptions>();
    sub.add_option("file", options->file, "a scenario; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    CLI::Option *const format =
        sub.add_option("--format", options->format, "dot (for Graphviz) or mermaid")
            ->check(CLI::IsMember({"dot", "mermaid"}))
            ->capture_default_str();
    sub.add_option("--at", options->at, "after this line, the first time it is reached")
        ->check(CLI::PositiveNumber);
    sub.add_option("-o,--output", options->output, "write to this file")->type_name("FILE");
    sub.add_flag("--json", options->json, "print boxes and lines as one JSON object")
        ->excludes(format);
    return [options, &globals] { return print_graph(*options, globals); };
}

} // namespace pidlab::cli
