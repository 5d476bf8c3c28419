// SPDX-License-Identifier: MIT
// `pidlab info`: what the module is and what a fresh lab of it holds.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"

namespace pidlab::cli {

namespace {

using Json = nlohmann::ordered_json;

Json info_json(const Info &info) {
    Json all = {
        {"abi", info.abi()},          {"opcodes", info.opcodes()},  {"generations", Json::array()},
        {"settings", Json::object()}, {"bytes_of", Json::object()}, {"counters", Json::object()}};
    for (const WordInfo &generation : generations())
        if (info.has(static_cast<pidlab_generation>(generation.number)))
            all["generations"].push_back(generation.name);
    for (const SettingInfo &setting : settings())
        all["settings"][std::string(setting.name)] = info.setting(setting.slot);
    if (const WordInfo *word = find_word(generations(), info.setting(PIDLAB_SET_GENERATION)))
        all["settings"]["generation"] = word->name;
    for (const WordInfo &size : sizes())
        all["bytes_of"][std::string(size.name)] =
            info.bytes_of(static_cast<pidlab_size>(size.number));
    for (const WordInfo &counter : counters())
        all["counters"][std::string(counter.name)] =
            info.counter(static_cast<pidlab_counter>(counter.number));
    return all;
}

void print_info(const Info &info, const std::string &device) {
    fmt::print("{}: interface {}, operations up to number {}\n", device, info.abi(),
               info.opcodes());
    fmt::print("\ngenerations of the pid machinery\n");
    for (const WordInfo &generation : generations())
        if (info.has(static_cast<pidlab_generation>(generation.number)))
            fmt::print("  {:<14} {}\n", generation.name, generation.help);
    fmt::print("\nsettings of a lab where nothing is asked for\n");
    for (const SettingInfo &setting : settings())
        fmt::print("  {:<14} {:>12}   {}\n", setting.name,
                   setting_text(setting.slot, info.setting(setting.slot)), setting.help);
    fmt::print("\nbytes on this kernel\n");
    for (const WordInfo &size : sizes())
        fmt::print("  {:<14} {:>12}   {}\n", size.name,
                   info.bytes_of(static_cast<pidlab_size>(size.number)), size.help);
    fmt::print("\na fresh lab holds\n");
    for (const WordInfo &counter : counters())
        fmt::print("  {:<14} {:>12}   {}\n", counter.name,
                   info.counter(static_cast<pidlab_counter>(counter.number)), counter.help);
}

} // namespace

Action add_info(CLI::App &sub, const Globals &globals) {
    struct InfoOptions {
        bool json = false;
    };
    auto options = std::make_shared<InfoOptions>();
    sub.add_flag("--json", options->json, "print one JSON object");
    return [options, &globals] {
        // Defaults that depend on the machine are known after setup only.
        Lab lab = open_lab(globals);
        lab.setup();
        const Info info = lab.info();
        if (options->json)
            fmt::print("{}\n", info_json(info).dump(2));
        else
            print_info(info, globals.model ? "the model" : globals.device);
        return exit_ok;
    };
}

} // namespace pidlab::cli
