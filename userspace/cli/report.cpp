// SPDX-License-Identifier: MIT
// `pidlab report`: runs a scenario and writes a page about it.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "looking.hpp"
#include "pidlab/html_report.hpp"
#include "pidlab/model.hpp"

namespace pidlab::cli {

namespace {

struct ReportOptions {
    std::string file;
    std::string output;
    bool one_generation = false;
};

int write_report(const ReportOptions &options, const Globals &globals) {
    const ScenarioFile file = read_scenario(options.file);
    if (!file.good()) {
        fmt::print(stderr, "{}", file.complaints(false));
        return exit_usage;
    }
    const auto open = [&globals] { return open_lab(globals); };
    Lab lab = open();
    PageBuilder page{lab, file.source};
    const Report report = run_scenario(lab, file.source, file.parsed.scenario, &page);
    page.finish();
    std::optional<GenerationComparison> comparison;
    try {
        if (!options.one_generation)
            comparison = compare_generations(file.source, file.parsed.scenario, open);
    } catch (const NotModelled &why) {
        fmt::print(stderr, "pidlab report: no comparison of generations: {}\n", why.what());
    }
    const std::string text =
        render_html(report, page.sightings(), page.timeline(), comparison ? &*comparison : nullptr);
    if (!write_text(options.output, text, "report"))
        return exit_usage;
    if (!report.passed())
        fmt::print(stderr, "{}", render(report.source, *report.failure));
    return report.passed() ? exit_ok : exit_failed;
}

} // namespace

Action add_report(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<ReportOptions>();
    sub.add_option("file", options->file, "a scenario; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("-o,--output", options->output, "write to this file; else to standard output")
        ->type_name("FILE");
    sub.add_flag("--one-generation", options->one_generation,
                 "do not run it in the other generations for comparison");
    return [options, &globals] { return write_report(*options, globals); };
}

} // namespace pidlab::cli
