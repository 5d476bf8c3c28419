// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"

namespace pidlab::testing {

namespace {

/// The ids of one lab: what labels stand for in it.
class Side {
public:
    Side(std::unique_ptr<Transport> transport, const Program &program) : lab(std::move(transport)) {
        lab.setup(program.settings);
    }

    [[nodiscard]] pidlab_op encode(const Step &step) const {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(step.op->opcode);
        op.flags = step.flags;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            op.arg[i] = value(step.args[i], step.op->args[i].kind);
        return op;
    }

    /// Executes it and keeps the results under its label.
    void execute(pidlab_op &op, std::size_t label) {
        (void)lab.try_execute(op);
        results_[label] = op;
    }

    Lab lab;

private:
    static std::uint64_t never(std::uint64_t kind) {
        return std::uint64_t{1} << 40 | (kind ? kind : std::uint64_t{PIDLAB_OBJECT_TASK});
    }

    [[nodiscard]] std::uint64_t value(const Operand &operand, pidlab_arg kind) const {
        switch (operand.kind) {
        case Operand::Kind::init:
            return lab.init().raw();
        case Operand::Kind::never:
            return never(operand.value);
        case Operand::Kind::value:
            return operand.value;
        case Operand::Kind::result:
            break;
        }
        const auto found = results_.find(operand.step);
        const std::uint64_t result = found == results_.end() ? 0 : found->second.res[operand.slot];
        if (meaning(kind) == Meaning::object)
            return result ? result : never(0);
        return operand.minus ? 0 - result : result;
    }

    std::map<std::size_t, pidlab_op> results_;
};

/// Which id of the other side is which of the model's.
class Match {
public:
    /// @return whether both stand for the same
    bool same(std::uint64_t ours, std::uint64_t theirs) {
        if (ours == 0 || theirs == 0)
            return ours == theirs;
        const auto [there, is_new] = theirs_.emplace(ours, theirs);
        const auto [here, unknown] = ours_.emplace(theirs, ours);
        return there->second == theirs && here->second == ours &&
               object_of(ours) == object_of(theirs);
    }

    /// Whether they are known to be the same.
    [[nodiscard]] bool known(std::uint64_t ours, std::uint64_t theirs) const {
        const auto found = theirs_.find(ours);
        return found != theirs_.end() && found->second == theirs;
    }

private:
    std::map<std::uint64_t, std::uint64_t> theirs_, ours_;
};

class Comparison {
public:
    Comparison(const Program &program, const MakeLab &make)
        : program_(program), model_(*new ModelTransport),
          ours_(std::unique_ptr<Transport>(&model_), program), theirs_(make(), program) {
        match_.same(ours_.lab.init().raw(), theirs_.lab.init().raw());
    }

    std::optional<std::string> run() {
        pass_by(ours_.lab);
        pass_by(theirs_.lab);
        for (const Step &step : program_.steps)
            if (auto found = run(step))
                return found;
        return compare_states();
    }

private:
    /// Let numbers go by. Freed tasks count for their limit, so they have to go in between.
    void pass_by(Lab &lab) const {
        const auto room = std::max<std::uint64_t>(*program_.settings.get(PIDLAB_SET_MAX_TASKS), 3);
        for (unsigned i = 0; i < program_.gone_by; ++i) {
            const TaskId task = lab.fork(lab.init()).task;
            lab.exit(task);
            lab.reap(task);
            if (i % (room - 2) == room - 3 || i + 1 == program_.gone_by)
                lab.gp();
        }
    }

    std::optional<std::string> run(const Step &step) {
        pidlab_op ours = ours_.encode(step), theirs = theirs_.encode(step);
        if (model_.waits_for_grace_period(ours)) {
            if (!step.patient)
                return {};
            ours_.lab.gp();
            theirs_.lab.gp();
        }
        ours_.execute(ours, step.label);
        theirs_.execute(theirs, step.label);
        bool same = ours.error == theirs.error;
        for (std::size_t i = 0; same && i < PIDLAB_OP_RESULTS; ++i)
            same = meaning(step.op->results[i].kind) == Meaning::object
                       ? match_.same(ours.res[i], theirs.res[i])
                       : ours.res[i] == theirs.res[i];
        if (same)
            return {};
        return fmt::format("step {}: the model says {}, the other {}", step.label,
                           fmt::streamed(ours), fmt::streamed(theirs));
    }

    std::optional<std::string> compare_states() {
        static constexpr pidlab_counter counted[] = {
            PIDLAB_CTR_TASKS, PIDLAB_CTR_RUNNING,    PIDLAB_CTR_ZOMBIES,
            PIDLAB_CTR_PIDS,  PIDLAB_CTR_NAMESPACES, PIDLAB_CTR_REFS,
            PIDLAB_CTR_TREFS, PIDLAB_CTR_FORKS,      PIDLAB_CTR_LEAKS};
        const CheckResult here = ours_.lab.check(), there = theirs_.lab.check();
        if (there.violation_count)
            return fmt::format("an invariant does not hold: {}", there);
        const Info model = ours_.lab.info(), other = theirs_.lab.info();
        for (const pidlab_counter slot : counted)
            if (model.counter(slot) != other.counter(slot))
                return fmt::format("the model counts {} {}, the other {}", model.counter(slot),
                                   find_word(counters(), slot)->name, other.counter(slot));
        return compare_tasks(here.tasks, there.tasks);
    }

    std::optional<std::string> compare_tasks(const std::vector<pidlab_task_info> &here,
                                             std::vector<pidlab_task_info> there) {
        if (here.size() != there.size())
            return fmt::format("{} tasks here, {} there", here.size(), there.size());
        for (const pidlab_task_info &ours : here) {
            const auto theirs = std::ranges::find_if(
                there, [&](const auto &info) { return match_.known(ours.id, info.id); });
            if (theirs == there.end())
                return fmt::format("the other does not list {}", id_text(ours.id));
            if (const auto what = differs(ours, *theirs))
                return fmt::format("{} differs: the model shows {}, the other {}", *what, ours,
                                   *theirs);
        }
        return {};
    }

    /// The first field that is not the same.
    std::optional<std::string> differs(const pidlab_task_info &a, const pidlab_task_info &b) {
        const auto field = [](const char *name, auto ours, auto theirs) {
            return fmt::format("{} ({} and {})", name, ours, theirs);
        };
#define PL_SAME_ID(name)                                                                           \
    if (!match_.same(a.name, b.name))                                                              \
        return field(#name, id_text(a.name), id_text(b.name));
#define PL_SAME(name)                                                                              \
    if (a.name != b.name)                                                                          \
        return field(#name, a.name, b.name);
        PL_SAME_ID(parent)
        PL_SAME_ID(leader)
        PL_SAME_ID(pid)
        PL_SAME_ID(ns)
        PL_SAME(nr)
        PL_SAME(vnr)
        PL_SAME(tgid)
        PL_SAME(pgid)
        PL_SAME(sid)
        PL_SAME(level)
        PL_SAME(state)
        PL_SAME(flags)
        PL_SAME(exit_code)
        PL_SAME(usage)
        PL_SAME(rcu_users)
        PL_SAME(holds)
        PL_SAME(payload)
#undef PL_SAME_ID
#undef PL_SAME
        return {};
    }

    const Program &program_;
    ModelTransport &model_; ///< owned by the lab of ours_
    Side ours_, theirs_;
    Match match_;
};

} // namespace

std::optional<std::string> difference(const Program &program, const MakeLab &make) {
    return Comparison(program, make).run();
}

Program shrink(Program program, const MakeLab &make) {
    const auto differs = [&](const Program &candidate) {
        return difference(candidate, make).has_value();
    };
    const auto attempt = [&](const Program &candidate) {
        if (!differs(candidate))
            return false;
        program = candidate;
        return true;
    };
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (std::size_t chunk = std::max<std::size_t>(program.steps.size() / 2, 1); chunk > 0;
             chunk /= 2)
            for (std::size_t at = 0; at + chunk <= program.steps.size();) {
                Program without = program;
                const auto from = without.steps.begin() + static_cast<std::ptrdiff_t>(at);
                without.steps.erase(from, from + static_cast<std::ptrdiff_t>(chunk));
                if (attempt(without))
                    smaller = true;
                else
                    at += chunk;
            }
    }
    Program plain = program;
    plain.gone_by = 0;
    attempt(plain);
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
        plain = program;
        plain.steps[i].flags = 0;
        attempt(plain);
        for (std::size_t arg = 0; arg < PIDLAB_OP_ARGS; ++arg) {
            plain = program;
            plain.steps[i].args[arg] = {};
            if (meaning(plain.steps[i].op->args[arg].kind) != Meaning::object)
                attempt(plain);
        }
    }
    return program;
}

} // namespace pidlab::testing
