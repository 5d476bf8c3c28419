// SPDX-License-Identifier: MIT
// `pidlab replay`: repeats recorded runs and says where they leave the record.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/replay.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct ReplayOptions {
    std::string file;
    bool json = false;
};

nlohmann::ordered_json to_json(const ReplayedLab &lab) {
    nlohmann::ordered_json out = {
        {"scenario", lab.scenario}, {"same", !lab.departure}, {"operations", lab.operations}};
    if (lab.departure)
        out["departure"] = {{"line", lab.departure->line},
                            {"operation", lab.departure->what},
                            {"recorded", lab.departure->recorded},
                            {"now", lab.departure->now}};
    return out;
}

std::string to_text(const ReplayedLab &lab, const std::string &file) {
    if (!lab.departure)
        return fmt::format("ok   {}  ({} operations as recorded)\n", lab.scenario, lab.operations);
    const Departure &there = *lab.departure;
    return fmt::format("FAIL {}  (left the record after {} operations)\n"
                       "     {}:{}: {}\n"
                       "       recorded  {}\n"
                       "       now       {}\n",
                       lab.scenario, there.step, file, there.line, there.what, there.recorded,
                       there.now);
}

int print_replay(const ReplayOptions &options, const Globals &globals) {
    std::ifstream file;
    if (options.file != "-") {
        file.open(options.file);
        if (!file) {
            fmt::print(stderr, "pidlab replay: cannot read {}\n", options.file);
            return exit_usage;
        }
    }
    std::vector<ReplayedLab> labs;
    try {
        labs =
            replay(options.file == "-" ? std::cin : file, [&globals] { return open_lab(globals); });
    } catch (const std::invalid_argument &error) {
        fmt::print(stderr, "pidlab replay: {}: {}\n", options.file, error.what());
        return exit_usage;
    }
    if (labs.empty()) {
        fmt::print(stderr, "pidlab replay: {}: no run is recorded here\n", options.file);
        return exit_usage;
    }
    Exit exit = exit_ok;
    for (const ReplayedLab &lab : labs) {
        if (options.json)
            print_json_line(to_json(lab));
        else
            fmt::print("{}", to_text(lab, options.file));
        if (lab.departure)
            exit = exit_failed;
    }
    return exit;
}

} // namespace

Action add_replay(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<ReplayOptions>();
    sub.add_option("file", options->file, "a record that `run --record' wrote; - is standard input")
        ->required()
        ->type_name("FILE");
    sub.add_flag("--json", options->json, "print one JSON object a line for each recorded run");
    return [options, &globals] { return print_replay(*options, globals); };
}

} // namespace pidlab::cli
