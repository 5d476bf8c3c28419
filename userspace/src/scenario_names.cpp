// SPDX-License-Identifier: MIT
#include "pidlab/scenario_names.hpp"

#include <algorithm>
#include <array>

namespace pidlab::scenario {

namespace {

constexpr std::array<std::string_view, 12> particle_table = {
    "as",   "continue", "else",   "leave", "none",     "ok",
    "size", "machine",  "random", "_",     "fail_nth", "fail_at"};

template <typename Table> bool has(const Table &table, std::string_view word) {
    return std::any_of(table.begin(), table.end(),
                       [word](const auto &row) { return row.name == word; });
}

} // namespace

const std::vector<std::string_view> &keywords() {
    static const std::vector<std::string_view> words = {"lab",   "expect", "digest", "tree", "note",
                                                        "check", "repeat", "end",    "seed"};
    return words;
}

std::span<const std::string_view> particles() { return particle_table; }

bool is_reserved(std::string_view word) {
    return has(ops(), word) || has(flags(), word) || has(counters(), word) || has(types(), word) ||
           has(states(), word) || find_errno(word) ||
           std::find(keywords().begin(), keywords().end(), word) != keywords().end() ||
           std::ranges::find(particle_table, word) != particle_table.end();
}

NameClass class_of(pidlab_arg result) {
    switch (result) {
    case PIDLAB_ARG_TASK:
        return NameClass::task;
    case PIDLAB_ARG_PID:
        return NameClass::pid;
    case PIDLAB_ARG_NS:
        return NameClass::ns;
    case PIDLAB_ARG_REF:
        return NameClass::ref;
    case PIDLAB_ARG_CONTAINER:
        return NameClass::container;
    case PIDLAB_ARG_OBJECT:
        return NameClass::unknown;
    default:
        return NameClass::number;
    }
}

bool fits(NameClass name, pidlab_arg operand) {
    if (name == NameClass::unknown)
        return true;
    switch (operand) {
    case PIDLAB_ARG_OWNER:
        return name == NameClass::task || name == NameClass::pid;
    case PIDLAB_ARG_NS:
        return name == NameClass::ns || name == NameClass::task;
    case PIDLAB_ARG_NEXT:
        return name == NameClass::task;
    case PIDLAB_ARG_OBJECT:
        return name != NameClass::number && name != NameClass::digest;
    default:
        return name == class_of(operand);
    }
}

std::string_view describe(NameClass name) {
    switch (name) {
    case NameClass::task:
        return "a task";
    case NameClass::pid:
        return "a struct pid";
    case NameClass::ns:
        return "a namespace";
    case NameClass::ref:
        return "a reference";
    case NameClass::container:
        return "a container";
    case NameClass::number:
        return "a number";
    case NameClass::digest:
        return "a digest";
    case NameClass::unknown:
        break;
    }
    return "something unknown";
}

std::string_view describe(pidlab_arg operand) {
    switch (operand) {
    case PIDLAB_ARG_OWNER:
        return "a task or a struct pid";
    case PIDLAB_ARG_NS:
        return "a namespace or a task in it";
    case PIDLAB_ARG_NEXT:
        return "a task, or nothing to idle,";
    case PIDLAB_ARG_TYPE:
        return "a type (pid, tgid, pgid or sid)";
    case PIDLAB_ARG_BUG:
        return "a bug of the time";
    case PIDLAB_ARG_SUBSYS:
        return "a subsystem (pids, freezer, account or trace), or several joined by +";
    case PIDLAB_ARG_FILE:
        return "a file of a container";
    case PIDLAB_ARG_HOOK:
        return "a callback of a subsystem";
    case PIDLAB_ARG_EVENT:
        return "what happened to the users (handover or gone)";
    case PIDLAB_ARG_OBJECT:
        return "an object";
    case PIDLAB_ARG_STATE:
        return "a state (running, zombie or dead)";
    default:
        return describe(class_of(operand));
    }
}

Names::Names() { entries_.emplace(init_name, Entry{NameClass::task, nullptr, 0}); }

const Names::Entry *Names::find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

void Names::set(std::string_view name, const Entry &entry) {
    entries_.insert_or_assign(std::string{name}, entry);
}

std::vector<std::string_view> Names::all() const {
    std::vector<std::string_view> out;
    for (const auto &[name, entry] : entries_)
        out.push_back(name);
    return out;
}

} // namespace pidlab::scenario
