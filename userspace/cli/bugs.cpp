// SPDX-License-Identifier: MIT
// pidlab bugs: the switches that give a lab a bug of the time.
#include "command.hpp"

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pidlab/table.hpp"

namespace pidlab::cli {

namespace {

void print_json() {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const BugInfo &bug : bug_infos())
        all.push_back({{"name", bug.word.name},
                       {"bit", bug.word.number},
                       {"year", bug.year},
                       {"help", bug.word.help}});
    fmt::print("{}\n", all.dump(2));
}

void print_text() {
    for (const BugInfo &bug : bug_infos())
        fmt::print("{} ({})\n    {}\n", bug.word.name, bug.year, bug.word.help);
    fmt::print("\nSwitched on with `lab bugs=NAME' or `lab bugs=NAME+NAME'; `seen NAME' counts the "
               "harm.\n");
}

} // namespace

Action add_bugs(CLI::App &sub, const Globals &) {
    auto json = std::make_shared<bool>(false);
    sub.add_flag("--json", *json, "print one JSON array");
    return [json] {
        if (*json)
            print_json();
        else
            print_text();
        return exit_ok;
    };
}

} // namespace pidlab::cli
