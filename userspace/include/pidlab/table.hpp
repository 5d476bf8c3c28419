// SPDX-License-Identifier: MIT
/// @file
/// The tables of pidlab_tables.h as constant data: what there is to parse, print and document.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include <pidlab.h>

#include "pidlab/errno_table.hpp"
#include "pidlab/words.hpp"

namespace pidlab {

/// A numbered word of a table: a flag (the number is its bit), counter, size, invariant,
/// generation, type, state or kind of object.
struct WordInfo {
    std::uint32_t number;
    std::string_view name;   ///< as scenarios and reports write it
    std::string_view symbol; ///< as in the enumerators, without their prefix
    std::string_view help;
};

/// A kind of operand or result.
struct KindInfo {
    pidlab_arg kind;
    std::string_view name;
    std::string_view symbol;
    std::int64_t default_value; ///< of an operand left out; meaningless if needed
    bool needed;                ///< the operand cannot be left out
    std::string_view help;
};

/// One operand or result of an operation.
struct OperandInfo {
    pidlab_arg kind;
    std::string_view name;

    [[nodiscard]] constexpr bool used() const { return kind != PIDLAB_ARG_NONE; }
};

/// One operation. Used operands and results come before unused ones.
struct OpInfo {
    pidlab_opcode opcode;
    std::string_view name;
    std::string_view symbol;
    std::uint16_t flags; ///< mask of the PIDLAB_F_* it allows
    std::array<OperandInfo, PIDLAB_OP_ARGS> args;
    std::array<OperandInfo, PIDLAB_OP_RESULTS> results;
    std::string_view help;

    /// The operands it uses, in order.
    [[nodiscard]] constexpr std::span<const OperandInfo> operands() const { return used(args); }

    /// The results it gives, in order.
    [[nodiscard]] constexpr std::span<const OperandInfo> outputs() const { return used(results); }

    /// Index of an operand by name.
    [[nodiscard]] constexpr std::optional<std::size_t> operand(std::string_view word) const {
        return index(operands(), word);
    }

    /// Index of a result by name.
    [[nodiscard]] constexpr std::optional<std::size_t> output(std::string_view word) const {
        return index(outputs(), word);
    }

    /// Index of the operand that is the acting task: the first one of kind TASK.
    [[nodiscard]] constexpr std::optional<std::size_t> actor() const {
        for (std::size_t i = 0; i < args.size(); ++i)
            if (args[i].kind == PIDLAB_ARG_TASK)
                return i;
        return std::nullopt;
    }

private:
    template <std::size_t N>
    static constexpr std::span<const OperandInfo> used(const std::array<OperandInfo, N> &all) {
        std::size_t count = 0;
        while (count < N && all[count].used())
            ++count;
        return {all.data(), count};
    }

    static constexpr std::optional<std::size_t> index(std::span<const OperandInfo> list,
                                                      std::string_view word) {
        for (std::size_t i = 0; i < list.size(); ++i)
            if (list[i].name == word)
                return i;
        return std::nullopt;
    }
};

/// One setting of a lab.
struct SettingInfo {
    pidlab_setting slot;
    std::string_view name;
    std::string_view symbol;
    std::uint64_t default_value; ///< PIDLAB_AUTO: the module computes it
    std::uint64_t min;
    std::uint64_t max;
    std::string_view help;
};

/// A bug of the time.
struct BugInfo {
    WordInfo word; ///< the number is its bit in the setting `bugs'
    unsigned year; ///< of the code that had it
};

namespace detail {

#define PL_KIND(NAME, name, def, help)                                                             \
    KindInfo{PIDLAB_ARG_##NAME, #name, #NAME, def, (def) == PIDLAB_NEEDED, help},
inline constexpr KindInfo kind_table[] = {PIDLAB_ARGS(PL_KIND)};
#undef PL_KIND

#define PL_OP(nr, NAME, name, flags, A0, a0, A1, a1, A2, a2, A3, a3, R0, r0, R1, r1, R2, r2, help) \
    OpInfo{PIDLAB_OP_##NAME,                                                                       \
           #name,                                                                                  \
           #NAME,                                                                                  \
           static_cast<std::uint16_t>(flags),                                                      \
           {{{PIDLAB_ARG_##A0, #a0},                                                               \
             {PIDLAB_ARG_##A1, #a1},                                                               \
             {PIDLAB_ARG_##A2, #a2},                                                               \
             {PIDLAB_ARG_##A3, #a3}}},                                                             \
           {{{PIDLAB_ARG_##R0, #r0}, {PIDLAB_ARG_##R1, #r1}, {PIDLAB_ARG_##R2, #r2}}},             \
           help},
inline constexpr OpInfo op_table[] = {PIDLAB_OPS(PL_OP)};
#undef PL_OP

#define PL_SETTING(nr, NAME, name, def, min, max, help)                                            \
    SettingInfo{PIDLAB_SET_##NAME, #name, #NAME, def, min, max, help},
inline constexpr SettingInfo setting_table[] = {PIDLAB_SETTINGS(PL_SETTING)};
#undef PL_SETTING

#define PL_WORD(nr, NAME, name, help) WordInfo{nr, #name, #NAME, help},
inline constexpr WordInfo flag_table[] = {PIDLAB_FLAGS(PL_WORD)};
inline constexpr WordInfo counter_table[] = {PIDLAB_COUNTERS(PL_WORD)};
inline constexpr WordInfo size_table[] = {PIDLAB_SIZES(PL_WORD)};
inline constexpr WordInfo violation_table[] = {PIDLAB_VIOLATIONS(PL_WORD)};
inline constexpr WordInfo generation_table[] = {PIDLAB_GENERATIONS(PL_WORD)};
inline constexpr WordInfo rcu_layout_table[] = {PIDLAB_RCU_LAYOUTS(PL_WORD)};
inline constexpr WordInfo zap_table[] = {PIDLAB_ZAPS(PL_WORD)};
inline constexpr WordInfo subsys_table[] = {PIDLAB_SUBSYSTEMS(PL_WORD)};
inline constexpr WordInfo hook_table[] = {PIDLAB_HOOKS(PL_WORD)};
inline constexpr WordInfo ref_event_table[] = {PIDLAB_REF_EVENTS(PL_WORD)};
#undef PL_WORD

#define PL_FILE(nr, NAME, name, subsys, writable, help) WordInfo{nr, #name, #NAME, help},
inline constexpr WordInfo file_table[] = {PIDLAB_FILES(PL_FILE)};
#undef PL_FILE

#define PL_PHASE(nr, NAME, name, error, help) WordInfo{nr, #name, #NAME, help},
inline constexpr WordInfo phase_table[] = {PIDLAB_PHASES(PL_PHASE)};
#undef PL_PHASE

#define PL_BUG(nr, NAME, name, year, help) BugInfo{{nr, #name, #NAME, help}, year},
inline constexpr BugInfo bug_info_table[] = {PIDLAB_BUGS(PL_BUG)};
#undef PL_BUG
#define PL_BUG(nr, NAME, name, year, help) WordInfo{nr, #name, #NAME, help},
inline constexpr WordInfo bug_table[] = {PIDLAB_BUGS(PL_BUG)};
#undef PL_BUG

#define PL_STEP(nr, NAME, name, help) WordInfo{nr, #name, #NAME, help},
inline constexpr WordInfo step_table[] = {PIDLAB_STEPS(PL_STEP)};
#undef PL_STEP
#define PL_POINT(nr, NAME, name)                                                                   \
    WordInfo{PIDLAB_STEP_POINTS + (nr), name, #NAME, "a point, named for what has just happened"},
inline constexpr WordInfo point_table[] = {PIDLAB_POINTS(PL_POINT)};
#undef PL_POINT

// The uapi header has these as plain enums.
inline constexpr WordInfo type_table[] = {
    {PIDLAB_TYPE_PID, "pid", "PID", "the task itself"},
    {PIDLAB_TYPE_TGID, "tgid", "TGID", "its thread group"},
    {PIDLAB_TYPE_PGID, "pgid", "PGID", "its process group"},
    {PIDLAB_TYPE_SID, "sid", "SID", "its session"},
};
static_assert(std::size(type_table) == PIDLAB_TYPE_COUNT);

inline constexpr WordInfo state_table[] = {
    {PIDLAB_STATE_RUNNING, "running", "RUNNING", "has not exited"},
    {PIDLAB_STATE_ZOMBIE, "zombie", "ZOMBIE", "exited, not reaped"},
    {PIDLAB_STATE_DEAD, "dead", "DEAD", "reaped, and still held"},
};

inline constexpr WordInfo object_table[] = {
    {PIDLAB_OBJECT_TASK, "task", "TASK", "a task"},
    {PIDLAB_OBJECT_PID, "pid", "PID", "a struct pid"},
    {PIDLAB_OBJECT_NS, "ns", "NS", "a pid namespace"},
    {PIDLAB_OBJECT_REF, "ref", "REF", "a reference"},
    {PIDLAB_OBJECT_CONTAINER, "container", "CONTAINER", "a container"},
};

template <typename Row>
constexpr const Row *by_name(std::span<const Row> table, std::string_view name) {
    for (const Row &row : table)
        if (row.name == name)
            return &row;
    return nullptr;
}

constexpr const WordInfo *by_number(std::span<const WordInfo> table, std::uint64_t number) {
    for (const WordInfo &row : table)
        if (row.number == number)
            return &row;
    return nullptr;
}

} // namespace detail

[[nodiscard]] constexpr std::span<const KindInfo> kinds() { return detail::kind_table; }
[[nodiscard]] constexpr std::span<const OpInfo> ops() { return detail::op_table; }
[[nodiscard]] constexpr std::span<const SettingInfo> settings() { return detail::setting_table; }
[[nodiscard]] constexpr std::span<const WordInfo> flags() { return detail::flag_table; }
[[nodiscard]] constexpr std::span<const WordInfo> counters() { return detail::counter_table; }
[[nodiscard]] constexpr std::span<const WordInfo> sizes() { return detail::size_table; }
[[nodiscard]] constexpr std::span<const WordInfo> violations() { return detail::violation_table; }
[[nodiscard]] constexpr std::span<const WordInfo> generations() { return detail::generation_table; }
/// enum pidlab_rcu_layout
[[nodiscard]] constexpr std::span<const WordInfo> rcu_layouts() { return detail::rcu_layout_table; }
/// enum pidlab_zap
[[nodiscard]] constexpr std::span<const WordInfo> zaps() { return detail::zap_table; }
/// enum pidlab_subsys: the number is the bit
[[nodiscard]] constexpr std::span<const WordInfo> subsystems() { return detail::subsys_table; }
/// enum pidlab_file
[[nodiscard]] constexpr std::span<const WordInfo> files() { return detail::file_table; }
/// enum pidlab_hook
[[nodiscard]] constexpr std::span<const WordInfo> hooks() { return detail::hook_table; }
/// enum pidlab_ref_event_kind
[[nodiscard]] constexpr std::span<const WordInfo> ref_events() { return detail::ref_event_table; }
/// enum pidlab_phase
[[nodiscard]] constexpr std::span<const WordInfo> phases() { return detail::phase_table; }
/// enum pidlab_step_what: steps at which an actor under control stands still
[[nodiscard]] constexpr std::span<const WordInfo> steps() { return detail::step_table; }
/// Named points, by the steps that they are: PIDLAB_STEP_POINTS and up
[[nodiscard]] constexpr std::span<const WordInfo> points() { return detail::point_table; }
/// enum pidlab_bug
[[nodiscard]] constexpr std::span<const WordInfo> bugs() { return detail::bug_table; }
/// The same with more about each.
[[nodiscard]] constexpr std::span<const BugInfo> bug_infos() { return detail::bug_info_table; }
/// enum pidlab_type
[[nodiscard]] constexpr std::span<const WordInfo> types() { return detail::type_table; }
/// enum pidlab_state
[[nodiscard]] constexpr std::span<const WordInfo> states() { return detail::state_table; }
/// enum pidlab_object, NONE left out
[[nodiscard]] constexpr std::span<const WordInfo> objects() { return detail::object_table; }

/// @name Lookup of a row: nullptr where there is none. For flags the number is the bit's.
/// @{
[[nodiscard]] constexpr const OpInfo *find_op(std::string_view name) {
    return detail::by_name(ops(), name);
}
[[nodiscard]] constexpr const OpInfo *find_op(std::uint64_t opcode) {
    for (const OpInfo &op : ops())
        if (op.opcode == opcode)
            return &op;
    return nullptr;
}
/// Kinds are numbered without gaps, so each has its row.
[[nodiscard]] constexpr const KindInfo &kind_info(pidlab_arg kind) { return kinds()[kind]; }
[[nodiscard]] constexpr const SettingInfo *find_setting(std::string_view name) {
    return detail::by_name(settings(), name);
}
[[nodiscard]] constexpr const WordInfo *find_word(std::span<const WordInfo> table,
                                                  std::string_view name) {
    return detail::by_name(table, name);
}
[[nodiscard]] constexpr const WordInfo *find_word(std::span<const WordInfo> table,
                                                  std::uint64_t number) {
    return detail::by_number(table, number);
}
/// @}

/// What kind of object an id names: its low four bits.
[[nodiscard]] constexpr pidlab_object object_of(std::uint64_t id) {
    return static_cast<pidlab_object>(id & PIDLAB_ID_KIND_MASK);
}

/// How a kind of operand is read or shown.
enum class Meaning { nothing, object, number, word };

/// The words of a kind of operand that is written as one; empty for other kinds.
[[nodiscard]] constexpr std::span<const WordInfo> words_of(pidlab_arg kind) {
    switch (kind) {
    case PIDLAB_ARG_TYPE:
        return types();
    case PIDLAB_ARG_STATE:
        return states();
    case PIDLAB_ARG_BUG:
        return bugs();
    case PIDLAB_ARG_SUBSYS:
        return subsystems();
    case PIDLAB_ARG_FILE:
        return files();
    case PIDLAB_ARG_HOOK:
        return hooks();
    case PIDLAB_ARG_EVENT:
        return ref_events();
    default:
        return {};
    }
}

/// The words of a setting that is written as one; empty for other settings.
[[nodiscard]] constexpr std::span<const WordInfo> words_of(pidlab_setting slot) {
    switch (slot) {
    case PIDLAB_SET_GENERATION:
        return generations();
    case PIDLAB_SET_BUGS:
        return bugs();
    case PIDLAB_SET_RCU_LAYOUT:
        return rcu_layouts();
    case PIDLAB_SET_ZAP:
        return zaps();
    default:
        return {};
    }
}

/// Whether a setting is a mask of its words, which are then written with + between them.
[[nodiscard]] constexpr bool is_mask(pidlab_setting slot) { return slot == PIDLAB_SET_BUGS; }

/// Whether a kind of operand is a mask of its words, written in the same way.
[[nodiscard]] constexpr bool is_mask(pidlab_arg kind) { return kind == PIDLAB_ARG_SUBSYS; }

[[nodiscard]] constexpr Meaning meaning(pidlab_arg kind) {
    switch (kind) {
    case PIDLAB_ARG_NONE:
        return Meaning::nothing;
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_PID:
    case PIDLAB_ARG_OWNER:
    case PIDLAB_ARG_REF:
    case PIDLAB_ARG_NS:
    case PIDLAB_ARG_NEXT:
    case PIDLAB_ARG_OBJECT:
    case PIDLAB_ARG_CONTAINER:
        return Meaning::object;
    default:
        return words_of(kind).empty() ? Meaning::number : Meaning::word;
    }
}

namespace detail {

// What the rest of the client takes for granted about the tables.
consteval bool tables_are_in_order() {
    for (std::size_t i = 0; i < kinds().size(); ++i)
        if (kinds()[i].kind != i)
            return false;
    for (const OpInfo &op : ops()) {
        for (std::size_t i = op.operands().size(); i < op.args.size(); ++i)
            if (op.args[i].used())
                return false;
        for (std::size_t i = op.outputs().size(); i < op.results.size(); ++i)
            if (op.results[i].used())
                return false;
    }
    return kinds().size() == PIDLAB_ARG_KINDS;
}
static_assert(tables_are_in_order());

} // namespace detail

} // namespace pidlab
