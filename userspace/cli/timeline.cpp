// SPDX-License-Identifier: MIT
// `pidlab timeline`: runs a scenario and writes what lasted for how long, for a trace viewer.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "looking.hpp"
#include "pidlab/timeline.hpp"

namespace pidlab::cli {

namespace {

struct TimelineOptions {
    std::string file;
    std::string output;
};

int print_timeline(const TimelineOptions &options, const Globals &globals) {
    const ScenarioFile file = read_scenario(options.file);
    if (!file.good()) {
        fmt::print(stderr, "{}", file.complaints(false));
        return exit_usage;
    }
    Lab lab = open_lab(globals);
    TimelineBuilder builder{lab, file.source};
    const Report report = run_scenario(lab, file.source, file.parsed.scenario, &builder);
    const Timeline timeline = builder.finish();
    const std::string text = trace_json(timeline).dump(
                                 -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                             '\n';
    if (!write_text(options.output, text, "timeline"))
        return exit_usage;
    if (timeline.left_out != 0)
        fmt::print(stderr, "pidlab timeline: the last {} operations are not in it: {} are enough\n",
                   timeline.left_out, TimelineBuilder::max_acts);
    if (!report.passed())
        fmt::print(stderr, "{}", render(report.source, *report.failure));
    return report.passed() ? exit_ok : exit_failed;
}

} // namespace

Action add_timeline(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<TimelineOptions>();
    sub.add_option("file", options->file, "a scenario; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("-o,--output", options->output, "write to this file; else to standard output")
        ->type_name("FILE");
    return [options, &globals] { return print_timeline(*options, globals); };
}

} // namespace pidlab::cli
