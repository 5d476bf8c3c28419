// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "pidlab/errno_table.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"

namespace pidlab::testing::processes {

namespace {

/// One of the two labs, and what labels stand for in it.
class Side {
public:
    Side(std::unique_ptr<Transport> transport, const Settings &settings)
        : lab(std::move(transport)) {
        lab.setup(settings);
    }

    [[nodiscard]] pidlab_op encode(const Step &step) const {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(step.op->opcode);
        op.flags = step.flags;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            op.arg[i] = value(step.args[i], step.op->args[i].kind);
        return op;
    }

    void execute(pidlab_op &op, std::size_t label) {
        (void)lab.try_execute(op);
        results_[label] = op;
    }

    Lab lab;

private:
    [[nodiscard]] std::uint64_t value(const Operand &operand, pidlab_arg kind) const {
        const auto never = [](std::uint64_t of) {
            return std::uint64_t{1} << 40 | (of ? of : std::uint64_t{PIDLAB_OBJECT_TASK});
        };
        if (operand.kind == Operand::Kind::init)
            return lab.init().raw();
        if (operand.kind == Operand::Kind::never)
            return never(operand.value);
        if (operand.kind == Operand::Kind::value)
            return operand.value;
        const auto found = results_.find(operand.step);
        const std::uint64_t result = found == results_.end() ? 0 : found->second.res[operand.slot];
        if (meaning(kind) == Meaning::object)
            return result ? result : never(0);
        return operand.minus ? 0 - result : result;
    }

    std::map<std::size_t, pidlab_op> results_;
};

/// Which object of the lab is which real one.
class Match {
public:
    bool same(std::uint64_t real, std::uint64_t lab) {
        if (real == 0 || lab == 0)
            return real == lab;
        const auto [there, is_new] = labs_.emplace(real, lab);
        const auto [here, unknown] = reals_.emplace(lab, real);
        return there->second == lab && here->second == real && object_of(real) == object_of(lab);
    }

private:
    std::map<std::uint64_t, std::uint64_t> labs_, reals_;
};

/// Writes the program as a scenario, as real processes did it.
class Story {
public:
    explicit Story(const Program &program) {
        text_ = "# SPDX-License-Identifier: MIT\n# Where real processes and a lab differ\n\nlab";
        for (const SettingInfo &row : settings())
            if (const auto value = program.settings.get(row.slot))
                text_ += fmt::format(" {}={}", row.name, setting_text(row.slot, *value));
        text_ += '\n';
        if (program.gone_by)
            text_ += fmt::format("repeat {}\n    t = fork init\n    exit t\n    reap t\nend\n",
                                 program.gone_by);
    }

    void begin(std::uint64_t init) { names_[init] = "init"; }

    void add(const Step &step, const pidlab_op &op) {
        std::string words(step.op->name);
        bool writable = (op.flags & ~step.op->flags) == 0;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
            const OperandInfo &operand = step.op->args[i];
            if (!operand.used())
                writable = writable && op.arg[i] == 0;
            else if (meaning(operand.kind) != Meaning::object)
                words += fmt::format(" {}={}", operand.name, value_text(operand.kind, op.arg[i]));
            else if (op.arg[i] != 0 && names_.contains(op.arg[i]))
                words += fmt::format(" {}={}", operand.name, names_[op.arg[i]]);
            else
                writable = writable && op.arg[i] == 0 && operand.kind == PIDLAB_ARG_NS;
        }
        for (const WordInfo &flag : flags())
            if (op.flags >> flag.number & 1)
                words += fmt::format(" {}", flag.name);
        line(step, op, words, writable);
    }

    [[nodiscard]] const std::string &text() const { return text_; }

private:
    void line(const Step &step, const pidlab_op &op, const std::string &words, bool writable) {
        if (!writable) {
            text_ += fmt::format("# not to be written: {}\n", fmt::streamed(op));
        } else if (op.error) {
            text_ += fmt::format("expect {} = {}\n", words, errno_name(op.error));
        } else {
            const std::string name = fmt::format("x{}", step.label);
            const auto outputs = step.op->outputs();
            const bool gives = !outputs.empty() && meaning(outputs[0].kind) == Meaning::object &&
                               op.res[0] && names_.emplace(op.res[0], name).second;
            text_ += (gives             ? name + " = "
                      : outputs.empty() ? ""
                                        : "expect ") +
                     words + expected(outputs, op) + '\n';
        }
    }

    std::string expected(std::span<const OperandInfo> outputs, const pidlab_op &op) const {
        std::string out;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            std::string word = value_text(outputs[i].kind, op.res[i]);
            const auto known = names_.find(op.res[i]);
            if (meaning(outputs[i].kind) == Meaning::object)
                word = op.res[i] == 0 ? "none" : known == names_.end() ? "_" : known->second;
            out += (i ? ", " : " = ") + word;
        }
        return out;
    }

    std::map<std::uint64_t, std::string> names_;
    std::string text_;
};

class Comparison {
public:
    Comparison(const Program &program, const MakeLab &make, OracleTally &tally)
        : program_(program), tally_(tally), oracle_(*new OracleTransport),
          real_(std::unique_ptr<Transport>(&oracle_), program.settings),
          lab_(make(), program.settings), story_(program) {
        match_.same(real_.lab.init().raw(), lab_.lab.init().raw());
        story_.begin(real_.lab.init().raw());
    }

    std::optional<OracleFinding> run() {
        for (Lab *const lab : {&real_.lab, &lab_.lab})
            for (unsigned i = 0; i < program_.gone_by; ++i) {
                const TaskId task = lab->fork(lab->init()).task;
                lab->exit(task);
                lab->reap(task);
            }
        for (const Step &step : program_.steps) {
            if (auto why = run(step))
                return OracleFinding{*why, story_.text()};
            if (parted_)
                return {};
        }
        if (auto why = compare_states())
            return OracleFinding{*why, story_.text()};
        return {};
    }

private:
    std::optional<std::string> run(const Step &step) {
        pidlab_op real = real_.encode(step), lab = lab_.encode(step);
        if (names_what_is_gone(step, real)) {
            // The module forgets it when a grace period has ended, and those take long.
            if (!step.patient)
                return {};
            lab_.lab.gp();
        }
        real_.execute(real, step.label);
        lab_.execute(lab, step.label);
        ++tally_.steps;
        story_.add(step, real);
        bool same = real.error == lab.error;
        for (std::size_t i = 0; same && i < PIDLAB_OP_RESULTS; ++i)
            same = meaning(step.op->results[i].kind) == Meaning::object
                       ? match_.same(real.res[i], lab.res[i])
                       : real.res[i] == lab.res[i];
        if (same || explained(*step.op, real, lab))
            return {};
        return fmt::format("step {}: processes: {}; lab: {}", step.label, fmt::streamed(real),
                           fmt::streamed(lab));
    }

    bool names_what_is_gone(const Step &step, const pidlab_op &op) const {
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            if (meaning(step.op->args[i].kind) == Meaning::object && op.arg[i] &&
                !oracle_.exists(op.arg[i]))
                return true;
        return false;
    }

    bool explained(const OpInfo &op, const pidlab_op &real, const pidlab_op &lab) {
        for (const OracleDifference &row : oracle_differences()) {
            if (!row.explains || !row.explains(op, real, lab))
                continue;
            ++tally_.differences[row.name];
            parted_ = row.parts;
            return true;
        }
        return false;
    }

    std::optional<std::string> compare_states() {
        static constexpr pidlab_counter counted[] = {
            PIDLAB_CTR_TASKS,      PIDLAB_CTR_RUNNING, PIDLAB_CTR_ZOMBIES, PIDLAB_CTR_PIDS,
            PIDLAB_CTR_NAMESPACES, PIDLAB_CTR_REFS,    PIDLAB_CTR_FORKS};
        lab_.lab.gp();
        const Info real = real_.lab.info(), lab = lab_.lab.info();
        for (const pidlab_counter slot : counted)
            if (real.counter(slot) != lab.counter(slot))
                return fmt::format("in the end there are {} {}, in the lab {}", real.counter(slot),
                                   find_word(counters(), slot)->name, lab.counter(slot));
        return compare_tasks(real_.lab.check().tasks, lab_.lab.check().tasks);
    }

    std::optional<std::string> compare_tasks(const std::vector<pidlab_task_info> &real,
                                             const std::vector<pidlab_task_info> &lab) {
        for (const pidlab_task_info &one : real) {
            const auto other =
                std::ranges::find_if(lab, [&](const auto &info) { return info.nr == one.nr; });
            if (other == lab.end())
                return fmt::format("the lab has no task {}", one.nr);
            if (!same(one, *other, lab))
                return fmt::format("in the end a process is {}, in the lab {}", one, *other);
        }
        return {};
    }

    /// /proc tells of a parent which process it is, not which thread.
    bool same(const pidlab_task_info &a, const pidlab_task_info &b,
              const std::vector<pidlab_task_info> &lab) {
        const auto parent =
            std::ranges::find_if(lab, [&](const auto &info) { return info.id == b.parent; });
        const std::uint64_t process = parent == lab.end() ? 0 : parent->leader;
        // Nor which thread of an init is the reaper.
        constexpr std::uint32_t told = PIDLAB_TASK_THREAD;
        const bool leads = !(a.flags & told);
        return match_.same(a.id, b.id) && (!leads || match_.same(a.parent, process)) &&
               match_.same(a.leader, b.leader) && match_.same(a.pid, b.pid) &&
               match_.same(a.ns, b.ns) && a.vnr == b.vnr && a.tgid == b.tgid && a.pgid == b.pgid &&
               a.sid == b.sid && a.level == b.level && a.state == b.state &&
               (a.flags & told) == (b.flags & told);
    }

    const Program &program_;
    OracleTally &tally_;
    OracleTransport &oracle_; ///< owned by the lab of real_
    Side real_, lab_;
    Match match_;
    Story story_;
    bool parted_ = false; ///< by a difference that is known: what follows cannot be the same
};

} // namespace

std::optional<OracleFinding> ask_the_oracle(const Program &program, const MakeLab &make,
                                            OracleTally &tally) {
    return Comparison(program, make, tally).run();
}

OracleFinding least_finding(Program program, const MakeLab &make, OracleFinding found) {
    const auto attempt = [&](const Program &candidate) {
        OracleTally unused;
        const auto again = ask_the_oracle(candidate, make, unused);
        if (!again)
            return false;
        program = candidate;
        found = *again;
        return true;
    };
    Program fresh = program;
    fresh.gone_by = 0;
    if (program.gone_by)
        attempt(fresh);
    for (std::size_t chunk = std::max<std::size_t>(program.steps.size() / 2, 1); chunk; chunk /= 2)
        for (std::size_t at = 0; at + chunk <= program.steps.size();) {
            Program without = program;
            const auto from = without.steps.begin() + static_cast<std::ptrdiff_t>(at);
            without.steps.erase(from, from + static_cast<std::ptrdiff_t>(chunk));
            if (!attempt(without))
                at += chunk;
        }
    return found;
}

} // namespace pidlab::testing::processes
