// SPDX-License-Identifier: MIT
// `pidlab ops`: the instruction set, out of the tables.
#include <algorithm>
#include <memory>
#include <ranges>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "op_help.hpp"
#include "pidlab/words.hpp"

namespace pidlab::cli {

namespace {

using Json = nlohmann::ordered_json;

Json operands_json(std::span<const OperandInfo> operands, bool with_defaults) {
    Json list = Json::array();
    for (const OperandInfo &operand : operands) {
        const KindInfo &kind = kind_info(operand.kind);
        Json entry = {{"name", operand.name}, {"kind", kind.name}};
        if (with_defaults && !kind.needed)
            entry["default"] = kind.default_value;
        list.push_back(std::move(entry));
    }
    return list;
}

Json op_json(const OpInfo &op) {
    Json words = Json::array();
    for (const WordInfo &flag : flags())
        if (op.flags >> flag.number & 1)
            words.push_back(flag.name);
    return {{"opcode", static_cast<unsigned>(op.opcode)},     {"name", op.name},
            {"operands", operands_json(op.operands(), true)}, {"flags", std::move(words)},
            {"results", operands_json(op.outputs(), false)},  {"help", op.help}};
}

Json instruction_set() {
    Json all = {{"operations", Json::array()}, {"kinds", Json::array()}, {"flags", Json::array()}};
    for (const OpInfo &op : ops())
        all["operations"].push_back(op_json(op));
    for (const KindInfo &kind : kinds())
        all["kinds"].push_back({{"name", kind.name}, {"help", kind.help}});
    for (const WordInfo &flag : flags())
        all["flags"].push_back({{"name", flag.name}, {"bit", flag.number}, {"help", flag.help}});
    return all;
}

/// Says that there is no such operation, and which one was probably meant.
std::string unknown(const std::string &name) {
    const auto near = nearest_word(name, ops() | std::views::transform(&OpInfo::name));
    return fmt::format("no operation `{}'{}", name,
                       near ? fmt::format("; did you mean `{}'?", *near) : "");
}

} // namespace

Action add_ops(CLI::App &sub, const Globals &) {
    struct OpsOptions {
        std::vector<std::string> names;
        bool json = false;
    };
    auto options = std::make_shared<OpsOptions>();
    sub.add_option("names", options->names, "only these operations")
        ->type_name("OPERATION")
        ->check([](const std::string &name) { return find_op(name) ? "" : unknown(name); });
    sub.add_flag("--json", options->json, "print one JSON object, of all operations");
    return [options] {
        if (options->json) {
            fmt::print("{}\n", instruction_set().dump(2));
            return exit_ok;
        }
        const char *separator = "";
        for (const OpInfo &op : ops()) {
            const auto &names = options->names;
            if (!names.empty() && std::ranges::find(names, op.name) == names.end())
                continue;
            fmt::print("{}{}", separator, describe(op));
            separator = "\n";
        }
        return exit_ok;
    };
}

} // namespace pidlab::cli
