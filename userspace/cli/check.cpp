// SPDX-License-Identifier: MIT
// `pidlab check`: reads scenarios and tells what is wrong with them, without a device.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/tree.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct CheckOptions {
    std::vector<std::string> files;
    bool json = false;
};

int check_files(const CheckOptions &options) {
    const bool colour = TextStyle::of_stdout().colour;
    unsigned passed = 0;
    unsigned failed = 0;
    for (const std::string &path : options.files) {
        const ScenarioFile file = read_scenario(path);
        file.good() ? ++passed : ++failed;
        if (options.json)
            print_json_line(file.complaints_json());
        else if (file.good())
            fmt::print("ok   {}: {}\n", file.source.name(), file.parsed.scenario.title);
        else
            fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(colour));
    }
    if (!options.json)
        fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? exit_ok : exit_usage;
}

} // namespace

Action add_check(CLI::App &sub, const Globals &) {
    auto options = std::make_shared<CheckOptions>();
    sub.add_option("files", options->files, "scenarios; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_flag("--json", options->json, "print one JSON object a line for each file");
    return [options] { return check_files(*options); };
}

} // namespace pidlab::cli
