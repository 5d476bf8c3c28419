// SPDX-License-Identifier: MIT
#include "pidlab/format.hpp"

#include <array>

#include <fmt/format.h>

namespace pidlab {

namespace {

std::string word_or_number(std::span<const WordInfo> table, std::uint64_t value) {
    if (const WordInfo *word = find_word(table, value))
        return std::string(word->name);
    return std::to_string(value);
}

std::string flags_text(std::uint16_t mask) {
    std::string text;
    for (unsigned bit = 0; bit < 16; ++bit)
        if (mask >> bit & 1) {
            const WordInfo *flag = find_word(flags(), bit);
            text += flag ? fmt::format(" {}", flag->name) : fmt::format(" flag{}", bit);
        }
    return text;
}

std::string mask_text(std::span<const WordInfo> words, std::uint64_t value) {
    std::string text;
    for (const WordInfo &word : words)
        if (value >> word.number & 1)
            text += fmt::format("{}{}", text.empty() ? "" : "+", word.name);
    return text.empty() ? "none" : text;
}

/// The option that lets an operation fail.
std::string failure_text(std::uint16_t fail_nth) {
    if (!(fail_nth & PIDLAB_FAIL_AT))
        return fmt::format(" (fail_nth={})", fail_nth);
    return fmt::format(" (fail_at={})",
                       word_or_number(phases(), fail_nth & ~std::uint64_t{PIDLAB_FAIL_AT}));
}

/// Whether an author would leave the operand out.
bool is_default(pidlab_arg kind, std::uint64_t value) {
    const KindInfo &info = kind_info(kind);
    return !info.needed && static_cast<std::int64_t>(value) == info.default_value;
}

} // namespace

std::string id_text(std::uint64_t raw) {
    if (!raw)
        return "none";
    if (const WordInfo *object = find_word(objects(), object_of(raw)))
        return fmt::format("{}#{}", object->name, raw >> PIDLAB_ID_KIND_BITS);
    return fmt::format("id {:#x}", raw);
}

std::string value_text(pidlab_arg kind, std::uint64_t value) {
    switch (meaning(kind)) {
    case Meaning::nothing:
        return {};
    case Meaning::object:
        return id_text(value);
    case Meaning::word:
        return is_mask(kind) ? mask_text(words_of(kind), value)
                             : word_or_number(words_of(kind), value);
    case Meaning::number:
        break;
    }
    return std::to_string(static_cast<std::int64_t>(value));
}

std::string setting_text(pidlab_setting slot, std::uint64_t value) {
    if (!is_mask(slot))
        return word_or_number(words_of(slot), value);
    return mask_text(words_of(slot), value);
}

std::string op_text(const pidlab_op &op) {
    const OpInfo *info = find_op(op.opcode);
    std::string text = info ? std::string(info->name) : fmt::format("opcode {}", op.opcode);
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
        if (info && info->args[i].used()) {
            if (!is_default(info->args[i].kind, op.arg[i]))
                text += fmt::format(" {}={}", info->args[i].name,
                                    value_text(info->args[i].kind, op.arg[i]));
        } else if (op.arg[i]) {
            text += fmt::format(" arg{}={:#x}", i, op.arg[i]);
        }
    }
    text += flags_text(op.flags);
    if (op.fail_nth)
        text += failure_text(op.fail_nth);
    return text;
}

std::string result_text(const pidlab_op &op) {
    if (op.error)
        return errno_name(op.error);
    const OpInfo *info = find_op(op.opcode);
    std::string text;
    for (std::size_t i = 0; info && i < info->outputs().size(); ++i)
        text += fmt::format("{}{}={}", i ? " " : "", info->results[i].name,
                            value_text(info->results[i].kind, op.res[i]));
    return text.empty() ? "ok" : text;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array units = {'K', 'M', 'G', 'T', 'P', 'E'};
    if (bytes < 10240)
        return std::to_string(bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit)
        value /= 1024;
    return fmt::format("{:.1f}{}", value, units[unit]);
}

std::ostream &operator<<(std::ostream &out, const Violation &violation) {
    const WordInfo *word = find_word(violations(), violation.code);
    if (word)
        return out << fmt::format("{}: {} ({})", word->name, word->help, id_text(violation.object));
    return out << fmt::format("invariant {} ({})", static_cast<unsigned>(violation.code),
                              id_text(violation.object));
}

std::ostream &operator<<(std::ostream &out, const CheckResult &result) {
    out << fmt::format("digest {:016x}, {} tasks, {} violations", result.digest,
                       result.tasks.size(), result.violation_count);
    for (const Violation &violation : result.violations)
        out << "\n  " << violation;
    return out;
}

std::ostream &operator<<(std::ostream &out, const Info &info) {
    out << fmt::format("interface {}, {}", info.abi(), info.ready() ? "ready" : "not set up");
    for (const WordInfo &counter : counters())
        out << fmt::format(", {} {}", counter.name,
                           info.counter(static_cast<pidlab_counter>(counter.number)));
    return out;
}

std::ostream &operator<<(std::ostream &out, const Settings &given) {
    const char *separator = "";
    for (const SettingInfo &setting : settings())
        if (const auto value = given.get(setting.slot)) {
            out << fmt::format("{}{}={}", separator, setting.name, *value);
            separator = " ";
        }
    return out;
}

} // namespace pidlab

std::ostream &operator<<(std::ostream &out, const pidlab_op &op) {
    return out << pidlab::op_text(op) << " -> " << pidlab::result_text(op);
}

std::ostream &operator<<(std::ostream &out, const pidlab_task_info &task) {
    const pidlab::WordInfo *state = pidlab::find_word(pidlab::states(), task.state);
    return out << fmt::format("{} nr {} tgid {} pgid {} sid {} level {} {}",
                              pidlab::id_text(task.id), task.nr, task.tgid, task.pgid, task.sid,
                              task.level, state ? state->name : "in no known state");
}
