// SPDX-License-Identifier: MIT
// pidlab oracle: what real processes have not got, and where they are known to differ.
#include "command.hpp"

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pidlab/oracle.hpp"

namespace pidlab::cli {

namespace {

struct Row {
    std::string what;
    std::string_view why;
};

/// Everything without a counterpart, in the order of the tables.
std::vector<Row> lacks() {
    std::vector<Row> rows;
    const auto add = [&rows](std::string what, std::string_view why) {
        if (!why.empty())
            rows.push_back({std::move(what), why});
    };
    for (const OpInfo &op : ops())
        add(std::string(op.name), oracle_lacks(op));
    for (const WordInfo &flag : flags())
        add(fmt::format("flag {}", flag.name), oracle_lacks_flag(flag.number));
    for (const SettingInfo &setting : settings())
        add(fmt::format("setting {}", setting.name), oracle_lacks_setting(setting.slot));
    for (const WordInfo &counter : counters())
        add(fmt::format("counter {}", counter.name),
            oracle_lacks_counter(static_cast<pidlab_counter>(counter.number)));
    return rows;
}

void print_json() {
    nlohmann::ordered_json all;
    all["lacks"] = nlohmann::ordered_json::array();
    for (const Row &row : lacks())
        all["lacks"].push_back({{"what", row.what}, {"why", row.why}});
    all["differs"] = nlohmann::ordered_json::array();
    for (const OracleDifference &row : oracle_differences())
        all["differs"].push_back({{"what", row.name}, {"why", row.why}});
    fmt::print("{}\n", all.dump(2));
}

void print_text() {
    fmt::print("Real processes have not got\n");
    for (const Row &row : lacks())
        fmt::print("  {:<24}  {}\n", row.what, row.why);
    fmt::print("\nand differ from generation idr in\n");
    for (const OracleDifference &row : oracle_differences())
        fmt::print("  {:<24}  {}\n", row.name, row.why);
}

} // namespace

Action add_oracle(CLI::App &sub, const Globals &) {
    auto json = std::make_shared<bool>(false);
    sub.add_flag("--json", *json, "print one JSON object");
    return [json] {
        if (*json)
            print_json();
        else
            print_text();
        return exit_ok;
    };
}

} // namespace pidlab::cli
