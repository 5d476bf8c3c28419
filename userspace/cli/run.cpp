// SPDX-License-Identifier: MIT
// `pidlab run`: runs scenarios, each in a lab of its own.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/report.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct Options {
    std::vector<std::string> files;
    bool json = false;
    bool report = false;
};

class Runner {
public:
    Runner(const Options &options, const Globals &globals)
        : options_(options), globals_(globals), style_(TextStyle::of_stdout()) {}

    int run() {
        for (const std::string &path : options_.files) {
            one(path);
            std::fflush(stdout);
        }
        if (!options_.json)
            fmt::print("{} passed, {} failed\n", passed_, failed_);
        return exit_;
    }

private:
    void one(const std::string &path) {
        const ScenarioFile file = read_scenario(path);
        if (!file.good()) {
            unreadable(file);
            return;
        }
        Lab lab = Lab::open(globals_.device);
        try {
            show(run_scenario(lab, file.source, file.parsed.scenario));
        } catch (const Error &error) {
            // The lab broke down, not what the scenario says about it.
            broken(file, error.what());
        }
    }

    void show(const Report &report) {
        if (options_.json)
            print_json_line(report_json(report));
        else if (options_.report)
            fmt::print("{}\n", render_report(report, style_));
        else
            fmt::print("{}", render_line(report, style_));
        if (report.passed())
            ++passed_;
        else
            failed(exit_failed);
    }

    void unreadable(const ScenarioFile &file) {
        if (options_.json)
            print_json_line(file.complaints_json());
        else
            fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(style_.colour));
        failed(exit_usage);
    }

    void broken(const ScenarioFile &file, const char *why) {
        if (options_.json)
            print_json_line({{"file", file.source.name()}, {"passed", false}, {"error", why}});
        else
            fmt::print("FAIL {}: {}\n", file.source.name(), why);
        failed(exit_failed);
    }

    void failed(Exit how) {
        ++failed_;
        exit_ = std::max(exit_, how);
    }

    const Options &options_;
    const Globals &globals_;
    TextStyle style_;
    unsigned passed_ = 0;
    unsigned failed_ = 0;
    Exit exit_ = exit_ok;
};

} // namespace

Action add_run(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<Options>();
    sub.add_option("files", options->files, "scenarios; - is standard input")->required();
    sub.add_flag("--json", options->json, "print one JSON object a line for each scenario");
    sub.add_flag("--report,--verbose,-v", options->report, "print the whole report of each");
    return [options, &globals] { return Runner{*options, globals}.run(); };
}

} // namespace pidlab::cli
