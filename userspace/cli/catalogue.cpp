// SPDX-License-Identifier: MIT
// `pidlab catalogue': finds bugs of the time by search, and nothing where they are off.
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command.hpp"
#include "pidlab/explore_catalogue.hpp"
#include "pidlab/tree.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

using explore::CatalogueEntry;

struct CatalogueOptions {
    std::vector<std::string> files;
    double time = 60;
    bool json = false;
};

std::string seconds(std::chrono::milliseconds spent) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(spent).count());
}

std::string names(const CatalogueEntry &entry) {
    std::vector<std::string_view> out;
    for (const BugInfo *bug : entry.bugs)
        out.push_back(bug->word.name);
    return fmt::format("{}", fmt::join(out, "+"));
}

nlohmann::ordered_json as_json(const CatalogueEntry &entry) {
    nlohmann::ordered_json out{{"name", entry.name}, {"passed", entry.good()}};
    for (const BugInfo *bug : entry.bugs)
        out["bugs"].push_back({{"name", bug->word.name}, {"year", bug->year}});
    if (entry.complaint)
        out["error"] = entry.complaint->message;
    out["found"] = entry.finding.has_value();
    out["orders"] = entry.with.runs;
    out["milliseconds"] = entry.with.spent.count();
    if (entry.finding) {
        out["finding"] = entry.finding->message;
        out["preemptions"] = entry.preemptions;
        out["steps"] = entry.steps;
        out["schedule"] = entry.schedule;
        out["clean"] = {{"orders", entry.without.runs},
                        {"exhausted", entry.without.exhausted},
                        {"milliseconds", entry.without.spent.count()},
                        {"found", entry.finding_without.has_value()}};
    }
    return out;
}

void head() {
    fmt::print("{:<24}{:>5}{:>10}{:>9}{:>13}{:>7}{:>16}{:>9}\n", "bug", "year", "found in", "",
               "preemptions", "steps", "clean without", "");
}

void row(const CatalogueEntry &entry) {
    fmt::print("{:<24}{:>5}", names(entry), entry.bugs.empty() ? 0U : entry.bugs.front()->year);
    if (!entry.finding) {
        fmt::print("  not found in {} orders, {}\n", entry.with.runs, seconds(entry.with.spent));
        return;
    }
    fmt::print("{:>10}{:>9}{:>13}{:>7}{:>16}{:>9}", entry.with.runs, seconds(entry.with.spent),
               entry.preemptions, entry.steps, entry.without.runs, seconds(entry.without.spent));
    if (entry.finding_without)
        fmt::print("  FOUND WITHOUT THE BUG: {}", entry.finding_without->message);
    else if (!entry.without.exhausted)
        fmt::print("  not all orders");
    fmt::print("\n");
}

int catalogue_files(const CatalogueOptions &options, const Globals &globals) {
    unsigned passed = 0;
    unsigned failed = 0;
    if (!options.json)
        head();
    for (const std::string &path : options.files) {
        const ScenarioFile file = read_scenario(path);
        if (!file.good()) {
            fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(false));
            ++failed;
            continue;
        }
        const CatalogueEntry entry = explore::catalogue(
            file.source, file.parsed.scenario, [&globals] { return open_lab(globals); },
            std::chrono::milliseconds{static_cast<std::int64_t>(options.time * 1000)});
        if (options.json)
            print_json_line(as_json(entry));
        else if (entry.complaint)
            fmt::print("FAIL {}\n{}", file.source.name(),
                       render(file.source, *entry.complaint, TextStyle::of_stdout().colour));
        else
            row(entry);
        ++(entry.good() ? passed : failed);
        std::fflush(stdout);
    }
    if (!options.json)
        fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? exit_ok : exit_failed;
}

} // namespace

Action add_catalogue(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<CatalogueOptions>();
    sub.add_option("files", options->files, "scenarios with columns that switch bugs on")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--time", options->time, "seconds that each search may take")
        ->capture_default_str();
    sub.add_flag("--json", options->json, "print one JSON object a line for each scenario");
    return [options, &globals] { return catalogue_files(*options, globals); };
}

} // namespace pidlab::cli
