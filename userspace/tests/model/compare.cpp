// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "names.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"

namespace pidlab::testing {

namespace {

class Comparison {
public:
    Comparison(const Program &program, const MakeLab &make)
        : program_(program), model_(*new ModelTransport),
          ours_(std::unique_ptr<Transport>(&model_)), theirs_(make()), names_(model_) {
        ours_.setup(program.settings);
        theirs_.setup(program.settings);
        names_.same(ours_.init().raw(), theirs_.init().raw());
    }

    std::optional<std::string> run() {
        pass_by(ours_);
        pass_by(theirs_);
        for (const Step &step : program_.steps)
            if (auto found = run(names_.encode(step, ours_.init().raw()), *step.op, step.patient))
                return found;
        if (auto found = compare_states())
            return found;
        return ask_about_all();
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

    std::optional<std::string> run(pidlab_op ours, const OpInfo &info, bool patient) {
        if (model_.waits_for_grace_period(ours)) {
            if (!patient)
                return {};
            ours_.gp();
            theirs_.gp();
        }
        pidlab_op theirs = ours;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            if (meaning(info.args[i].kind) == Meaning::object)
                theirs.arg[i] = names_.theirs(ours.arg[i]);
        (void)ours_.try_execute(ours);
        (void)theirs_.try_execute(theirs);
        bool same = ours.error == theirs.error;
        for (std::size_t i = 0; same && i < PIDLAB_OP_RESULTS; ++i) {
            const pidlab_arg kind = info.results[i].kind;
            same = meaning(kind) == Meaning::object ? names_.same(ours.res[i], theirs.res[i])
                                                    : ours.res[i] == theirs.res[i];
            if (kind == PIDLAB_ARG_NR && !ours.error)
                names_.number(ours.res[i]);
        }
        if (same)
            return {};
        return fmt::format("the model says {}, the other {}", fmt::streamed(ours),
                           fmt::streamed(theirs));
    }

    std::optional<std::string> ask(std::uint16_t opcode, std::uint64_t first,
                                   std::uint64_t second = 0, std::uint64_t third = 0) {
        pidlab_op op{};
        op.opcode = opcode;
        op.arg[0] = first;
        op.arg[1] = second;
        op.arg[2] = third;
        return run(op, *find_op(opcode), false);
    }

    /// Whatever a digest is made of, object by object.
    std::optional<std::string> ask_about_all() {
        std::optional<std::string> found;
        for (const pidlab_object kind : {PIDLAB_OBJECT_TASK, PIDLAB_OBJECT_PID, PIDLAB_OBJECT_REF,
                                         PIDLAB_OBJECT_NS, PIDLAB_OBJECT_CONTAINER}) {
            const std::vector<std::uint64_t> all = names_.met(kind);
            for (const std::uint64_t id : all)
                if (!found && model_.has(id))
                    found = ask_about(kind, id);
        }
        for (std::uint64_t cpu = 0; !found && cpu < *program_.settings.get(PIDLAB_SET_CPUS); ++cpu)
            found = ask(PIDLAB_OP_CURR, cpu);
        return found;
    }

    std::optional<std::string> ask_about(pidlab_object kind, std::uint64_t id) {
        std::optional<std::string> found;
        const auto first = [&](auto... what) {
            if (!found)
                found = ask(what...);
        };
        switch (kind) {
        case PIDLAB_OBJECT_TASK:
            first(PIDLAB_OP_COUNTS, id);
            for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
                first(PIDLAB_OP_WHERE, id, std::uint64_t{1} << subsystem);
            break;
        case PIDLAB_OBJECT_PID:
            for (unsigned type = 0; type < PIDLAB_TYPE_COUNT; ++type)
                first(PIDLAB_OP_FIRST, id, type);
            break;
        case PIDLAB_OBJECT_REF:
            first(PIDLAB_OP_READ, id);
            first(PIDLAB_OP_DEREF, id);
            break;
        case PIDLAB_OBJECT_NS:
            first(PIDLAB_OP_PID_MAX, id);
            for (int number = 0; number < 8; ++number)
                first(PIDLAB_OP_NEXT, static_cast<std::uint64_t>(number), id);
            break;
        default:
            for (const WordInfo &file : words_of(PIDLAB_ARG_FILE))
                if (file.number != PIDLAB_FILE_ACCOUNT_NS)
                    first(PIDLAB_OP_STAT, id, file.number);
        }
        return found;
    }

    std::optional<std::string> compare_states() {
        static constexpr pidlab_counter counted[] = {
            PIDLAB_CTR_TASKS,      PIDLAB_CTR_RUNNING,    PIDLAB_CTR_ZOMBIES,   PIDLAB_CTR_PIDS,
            PIDLAB_CTR_NAMESPACES, PIDLAB_CTR_REFS,       PIDLAB_CTR_TREFS,     PIDLAB_CTR_FORKS,
            PIDLAB_CTR_LEAKS,      PIDLAB_CTR_CONTAINERS, PIDLAB_CTR_EXIT_LOCKS};
        const CheckResult here = ours_.check(), there = theirs_.check();
        if (there.violation_count)
            return fmt::format("an invariant does not hold: {}", there);
        const Info model = ours_.info(), other = theirs_.info();
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
                there, [&](const auto &info) { return names_.known(ours.id, info.id); });
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
    if (!names_.same(a.name, b.name))                                                              \
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
    ModelTransport &model_; ///< owned by ours_
    Lab ours_, theirs_;
    Names names_;
};

} // namespace

std::optional<std::string> difference(const Program &program, const MakeLab &make) {
    return Comparison(program, make).run();
}

/// Each run may wait for grace periods, so the search for a smaller one has an end.
constexpr unsigned most_runs = 2000;

Program shrink(rc::Shrinkable<Draft> draft, std::uint64_t generation, const MakeLab &make) {
    unsigned runs = 0;
    for (bool smaller = true; smaller;) {
        smaller = false;
        rc::Seq<rc::Shrinkable<Draft>> candidates = draft.shrinks();
        while (const auto candidate = candidates.next()) {
            if (++runs > most_runs)
                break;
            if (difference(read(candidate->value(), generation), make)) {
                draft = *candidate;
                smaller = true;
                break;
            }
        }
    }
    return read(draft.value(), generation);
}

std::optional<std::string> judge(std::uint64_t seed, int length, std::uint64_t generation,
                                 const MakeLab &make, std::uint64_t &commands) {
    const rc::Shrinkable<Draft> drawn = draft(seed, length);
    const Program program = read(drawn.value(), generation);
    commands += program.steps.size();
    const auto found = difference(program, make);
    if (!found)
        return {};
    const Program least = shrink(drawn, generation, make);
    return fmt::format("{}\nshrunk: {}\n{}", *found, difference(least, make).value_or("gone"),
                       as_scenario(least, fmt::format("Found with seed {}.", seed)));
}

} // namespace pidlab::testing
