// SPDX-License-Identifier: MIT
#include "op_help.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "pidlab/format.hpp"

namespace pidlab::cli {

namespace {

std::string upper(std::string_view word) {
    std::string text(word);
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// The default of an operand in the words of its kind.
std::string default_text(const KindInfo &kind) {
    if (meaning(kind.kind) == Meaning::word)
        return value_text(kind.kind, static_cast<std::uint64_t>(kind.default_value));
    return std::to_string(kind.default_value);
}

/// The help of a flag without the operation's name that it opens with.
std::string_view flag_help(const WordInfo &flag) {
    const auto colon = flag.help.find(": ");
    return colon == std::string_view::npos ? flag.help : flag.help.substr(colon + 2);
}

template <typename Visit> void each_flag(const OpInfo &op, Visit visit) {
    for (const WordInfo &flag : flags())
        if (op.flags >> flag.number & 1)
            visit(flag);
}

/// Words with what they mean, a line each.
std::string list_text(std::span<const WordInfo> words) {
    std::string text;
    for (const WordInfo &word : words)
        text += fmt::format("      {:<18} {}\n", word.name, word.help);
    return text;
}

std::string results_text(const OpInfo &op) {
    std::string text;
    for (const OperandInfo &result : op.outputs())
        text += fmt::format("{}{}", text.empty() ? "" : ", ", result.name);
    return text;
}

} // namespace

std::string usage_line(const OpInfo &op) {
    std::string text = op.outputs().empty() ? "" : results_text(op) + " = ";
    text += op.name;
    for (const OperandInfo &operand : op.operands()) {
        const std::string word = upper(operand.name);
        text += kind_info(operand.kind).needed ? " " + word : " [" + word + "]";
    }
    each_flag(op, [&](const WordInfo &flag) { text += fmt::format(" [{}]", flag.name); });
    return text;
}

std::vector<Detail> details(const OpInfo &op) {
    std::vector<Detail> out;
    for (const OperandInfo &operand : op.operands()) {
        const KindInfo &kind = kind_info(operand.kind);
        std::string text{kind.help};
        if (!kind.needed)
            text += fmt::format(" (left out: {})", default_text(kind));
        out.push_back({upper(operand.name), std::move(text)});
    }
    each_flag(op, [&](const WordInfo &flag) {
        out.push_back({std::string{flag.name}, std::string{flag_help(flag)}});
    });
    for (const OperandInfo &result : op.outputs())
        out.push_back(
            {std::string{result.name}, fmt::format("answers {}", kind_info(result.kind).help)});
    return out;
}

std::string describe(const OpInfo &op) {
    std::string text = fmt::format("{}\n    {}\n", usage_line(op), op.help);
    for (const Detail &detail : details(op))
        text += fmt::format("  {:<10} {}\n", detail.word, detail.text);
    if (std::ranges::any_of(op.operands(), [](const OperandInfo &operand) {
            return operand.kind == PIDLAB_ARG_FILE;
        }))
        text += "  files of a container\n" + list_text(files());
    if (op.opcode == PIDLAB_OP_FORK)
        text += "  phases for (fail_at=PHASE)\n" + list_text(phases());
    return text;
}

std::string op_overview() {
    std::size_t width = 0;
    for (const OpInfo &op : ops())
        width = std::max(width, op.name.size());
    std::string text;
    for (const OpInfo &op : ops())
        text += fmt::format("  {:<{}}  {}\n", op.name, width, op.help);
    return text;
}

} // namespace pidlab::cli
