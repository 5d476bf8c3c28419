// SPDX-License-Identifier: MIT
// Sections of pages out of the tables.
#include <functional>
#include <map>
#include <ranges>

#include <fmt/format.h>

#include "docs.hpp"
#include "op_help.hpp"
#include "pidlab/machine.hpp"
#include "pidlab/table.hpp"
#include "roff.hpp"

namespace pidlab::docs {

namespace {

using cli::Detail;

std::string operations() {
    std::string out;
    for (const OpInfo &op : ops()) {
        out += ".SS " + escaped(op.name) + '\n' + bold(cli::usage_line(op)) + "\n.br\n" +
               prose(op.help) + '\n';
        for (const Detail &detail : cli::details(op))
            out += ".TP 14\n" + bold(detail.word) + '\n' + prose(detail.text) + '\n';
    }
    return out;
}

std::string limits(const SettingInfo &setting) {
    const auto number = [](std::uint64_t value) { return fmt::format("{}", value); };
    const std::string preset =
        setting.default_value == PIDLAB_AUTO ? "" : number(setting.default_value) + "; ";
    return fmt::format(" ({}{} to {})", preset, setting.min, setting.max);
}

std::string words(std::span<const WordInfo> table) {
    std::string out;
    for (const WordInfo &word : table)
        out += tagged(bold(word.name), prose(word.help));
    return out;
}

std::string all_settings() {
    std::string out;
    for (const SettingInfo &setting : settings()) {
        const auto choice = words_of(setting.slot);
        out += tagged(bold(setting.name) + "=" + italic(choice.empty() ? "N" : "NAME"),
                      prose(setting.help) + (choice.empty() ? limits(setting) : ""));
        const WordInfo *preset = find_word(choice, setting.default_value);
        // Bugs have a section of their own.
        if (!choice.empty() && !is_mask(setting.slot))
            out += ".RS\n" + words(choice) + ".RE\n";
        if (preset && !is_mask(setting.slot))
            out += fmt::format(".IP\nWhere it is not given: {}.\n", bold(preset->name));
    }
    return out;
}

std::string all_kinds() {
    std::string out;
    for (const KindInfo &kind : kinds())
        if (kind.kind != PIDLAB_ARG_NONE)
            out += tagged(bold(kind.name), prose(kind.help));
    return out;
}

std::string operand_words() {
    std::string out;
    for (const KindInfo &kind : kinds())
        if (const auto choice = words_of(kind.kind); !choice.empty() && kind.kind != PIDLAB_ARG_BUG)
            out += ".SS " + escaped(fmt::format("Words: {}", kind.name)) + '\n' + words(choice);
    return out;
}

std::string all_bugs() {
    std::string out;
    for (const BugInfo &bug : bug_infos())
        out += tagged(bold(bug.word.name) + fmt::format(" ({})", bug.year), prose(bug.word.help));
    return out;
}

std::string errors() {
    std::string out;
    for (const ErrnoInfo &error : errnos())
        if (!error.of_operation.empty())
            out += tagged(bold(error.name), prose(error.of_operation));
    return out;
}

} // namespace

std::string fill(std::string_view page) {
    static const std::map<std::string, std::function<std::string()>, std::less<>> sections = {
        {"@OPERATIONS@", operations},
        {"@SETTINGS@", all_settings},
        {"@KINDS@", all_kinds},
        {"@BUGS@", all_bugs},
        {"@ERRORS@", errors},
        {"@FLAGS@", [] { return words(flags()); }},
        {"@COUNTERS@", [] { return words(counters()); }},
        {"@SIZES@", [] { return words(sizes()); }},
        {"@WORDS@", operand_words},
        {"@MACHINE@", [] { return words(machine_words()); }},
        {"@PHASES@", [] { return words(phases()); }},
        {"@STEPS@", [] { return words(steps()) + words(points()); }},
        {"@INVARIANTS@", [] { return words(violations()); }},
        {"@SCENARIO_HEADING@", [] { return heading("pidlab-scenario", 5); }},
        {"@DEVICE_HEADING@", [] { return heading("pidlab", 4); }},
    };
    std::string out;
    for (const auto piece : page | std::views::split('\n')) {
        const std::string line{piece.begin(), piece.end()};
        if (line.size() > 2 && line.starts_with('@') && line.ends_with('@'))
            out += sections.at(line)();
        else
            out += line + '\n';
    }
    out.pop_back();
    return out;
}

} // namespace pidlab::docs
