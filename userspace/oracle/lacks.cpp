// SPDX-License-Identifier: MIT
// What a lab has and real processes have not, each with the reason.
#include <variant>

#include <fmt/format.h>

#include "operations.hpp"
#include "pidlab/oracle.hpp"

namespace pidlab {

namespace {

using scenario::Atom;
using scenario::Statement;

constexpr std::string_view no_task_ref =
    "user space has had no task_refs; a pidfd (`hold_pid') is what came of the idea";
constexpr std::string_view no_watch =
    "a pidfd tells that its process has exited, not who uses a number after it";
constexpr std::string_view no_counts = "the kernel does not tell its counts";
constexpr std::string_view no_cpus = "the scheduler does not take orders of this kind";
constexpr std::string_view no_containers = "the lab's containers are those of 2007, not cgroups";
constexpr std::string_view no_own_numbers = "a number of the kernel's is always some process's";
constexpr std::string_view no_account = "the kernel keeps no account of a lab";
constexpr std::string_view no_choice = "the running kernel is as it is";
constexpr std::string_view no_limit = "limits of a lab are not limits of the machine";

struct OpLack {
    pidlab_opcode op;
    std::string_view why;
};

constexpr OpLack op_lacks[] = {
    {PIDLAB_OP_HOLD_TASK, "nothing in user space pins a task structure"},
    {PIDLAB_OP_TREF, no_task_ref},
    {PIDLAB_OP_TREF_NR, no_task_ref},
    {PIDLAB_OP_READ, "a pidfd tells no count, and of a pid that is gone no number"},
    {PIDLAB_OP_SEEN, "the bugs of the time are the lab's"},
    {PIDLAB_OP_RCU_GET, no_counts},
    {PIDLAB_OP_COUNTS, no_counts},
    {PIDLAB_OP_SWITCH_TO, no_cpus},
    {PIDLAB_OP_CURR, no_cpus},
    {PIDLAB_OP_PID_MAX, "one pid_max for all namespaces before 6.14; a lab's `pid_max' sets it"},
    {PIDLAB_OP_SCAN, "what a search for a number costs is not told"},
    {PIDLAB_OP_RESERVE, no_own_numbers},
    {PIDLAB_OP_UNRESERVE, no_own_numbers},
    {PIDLAB_OP_SET, no_task_ref},
    {PIDLAB_OP_WATCH, no_watch},
    {PIDLAB_OP_EVENT, no_watch},
};

struct SettingLack {
    pidlab_setting slot;
    std::string_view why;
};

constexpr SettingLack setting_lacks[] = {
    {PIDLAB_SET_HASH_BITS, no_choice}, {PIDLAB_SET_TASK_PAYLOAD, no_choice},
    {PIDLAB_SET_MAX_TASKS, no_limit},  {PIDLAB_SET_MAX_REFS, no_limit},
    {PIDLAB_SET_MAX_NS, no_limit},     {PIDLAB_SET_MAX_BYTES, no_account},
    {PIDLAB_SET_BUGS, no_choice},      {PIDLAB_SET_RCU_LAYOUT, no_choice},
    {PIDLAB_SET_CPUS, no_cpus},        {PIDLAB_SET_ZAP, no_choice},
    {PIDLAB_SET_HOOKS, no_containers}, {PIDLAB_SET_MAX_CONTAINERS, no_containers},
};

constexpr pidlab_counter counted[] = {
    PIDLAB_CTR_TASKS,      PIDLAB_CTR_RUNNING, PIDLAB_CTR_ZOMBIES, PIDLAB_CTR_PIDS,
    PIDLAB_CTR_NAMESPACES, PIDLAB_CTR_REFS,    PIDLAB_CTR_FORKS,   PIDLAB_CTR_LEAKS,
};

/// Whether any operand or result is of containers.
bool of_containers(const OpInfo &op) {
    const auto is = [](const OperandInfo &one) {
        return one.kind == PIDLAB_ARG_CONTAINER || one.kind == PIDLAB_ARG_SUBSYS;
    };
    for (const OperandInfo &one : op.operands())
        if (is(one))
            return true;
    for (const OperandInfo &one : op.outputs())
        if (is(one))
            return true;
    return false;
}

/// Walks a scenario and notes what it uses.
class Search {
public:
    std::vector<OracleLack> found;

    void body(const std::vector<Statement> &statements) {
        for (const Statement &statement : statements) {
            line_ = statement.at.line;
            std::visit([this](const auto &what) { look(what); }, statement.what);
        }
    }

private:
    void note(std::string what, std::string_view why) {
        if (!why.empty())
            found.push_back({line_, std::move(what), why});
    }

    void atom(const Atom &atom) {
        if (atom.kind == Atom::Kind::counter) {
            const auto slot = static_cast<std::uint64_t>(atom.number);
            const WordInfo *row = find_word(counters(), slot);
            if (row)
                note(std::string(row->name),
                     oracle_lacks_counter(static_cast<pidlab_counter>(slot)));
        } else if (atom.kind == Atom::Kind::size) {
            note("a size", no_account);
        }
    }

    void sum(const scenario::Sum &sum) {
        for (const scenario::Term &term : sum.terms)
            for (const Atom &factor : term.factors)
                atom(factor);
    }

    void look(const scenario::Call &call) {
        note(std::string(call.op->name), oracle_lacks(*call.op));
        for (const WordInfo &flag : flags())
            if (call.flags >> flag.number & 1)
                note(fmt::format("{} {}", call.op->name, flag.name),
                     oracle_lacks_flag(flag.number));
        if (call.fail_nth)
            note("fail_nth", "the kernel's own allocations are not made to fail");
        type(call);
    }

    /// Links of tasks are not told, but for the one by which there is one user.
    void type(const scenario::Call &call) {
        if (call.op->opcode != PIDLAB_OP_FIRST && call.op->opcode != PIDLAB_OP_HOLD_PID)
            return;
        const std::size_t at = *call.op->operand("type");
        const auto &given = call.args[at];
        if (!given || given->number == PIDLAB_TYPE_PID)
            return;
        if (call.op->opcode == PIDLAB_OP_FIRST)
            note("first, of a group", "the order of a group's members is not told");
        else
            note("hold_pid, of a group", "a pidfd is of a process or a thread, never of a group");
    }

    void look(const scenario::Remember &remember) { sum(remember.value); }

    void look(const scenario::Compare &compare) {
        sum(compare.left);
        sum(compare.right_in(PIDLAB_GEN_IDR));
    }

    void look(const scenario::SetUp &setup) {
        for (const scenario::GivenSetting &given : setup.settings) {
            if (given.slot == PIDLAB_SET_GENERATION && given.value != PIDLAB_GEN_IDR)
                note("generation", "the running kernel is of generation idr");
            for (const SettingInfo &row : settings())
                if (row.slot == given.slot)
                    note(std::string(row.name), oracle_lacks_setting(given.slot));
        }
    }

    void look(const scenario::Repeat &repeat) {
        sum(repeat.times);
        body(repeat.body);
    }

    void look(const scenario::Columns &) {
        note("columns", "nobody chooses which of two real processes goes first");
    }

    void look(const scenario::Seed &) {}
    void look(const scenario::SaveDigest &) {}
    void look(const scenario::CompareDigest &) {}
    void look(const scenario::ShowTree &) {}
    void look(const scenario::Note &) {}
    void look(const scenario::CheckNow &) {}

    std::size_t line_ = 0;
};

} // namespace

std::string_view oracle_lacks(const OpInfo &op) {
    if (of_containers(op))
        return no_containers;
    for (const OpLack &row : op_lacks)
        if (row.op == op.opcode)
            return row.why;
    return oracle::does(static_cast<std::uint16_t>(op.opcode)) ? "" : "no system call does it";
}

std::string_view oracle_lacks_flag(unsigned bit) {
    if (bit == 5) // PIDLAB_F_AUTOREAP
        return "whether a child reaps itself is asked of its parent when it exits, not of its fork";
    return {};
}

std::string_view oracle_lacks_setting(pidlab_setting slot) {
    for (const SettingLack &row : setting_lacks)
        if (row.slot == slot)
            return row.why;
    return {};
}

std::string_view oracle_lacks_counter(pidlab_counter slot) {
    for (const pidlab_counter known : counted)
        if (known == slot)
            return {};
    return no_account;
}

std::vector<OracleLack> what_the_oracle_lacks(const scenario::Scenario &scenario) {
    Search search;
    search.body(scenario.body);
    return search.found;
}

} // namespace pidlab
