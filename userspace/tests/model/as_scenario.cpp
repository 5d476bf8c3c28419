// SPDX-License-Identifier: MIT
// A program as a text that `pidlab run' takes.
#include <map>

#include <fmt/format.h>

#include "compare.hpp"
#include "pidlab/errno_table.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"

namespace pidlab::testing {

namespace {

class Writer {
public:
    Writer(const Program &program, const std::string &title)
        : program_(program), model_(*new ModelTransport), lab_(std::unique_ptr<Transport>(&model_)),
          text_(fmt::format("# SPDX-License-Identifier: MIT\n# {}\n\nlab", title)) {
        lab_.setup(program.settings);
        names_[lab_.init().raw()] = "init";
    }

    std::string write() {
        for (const SettingInfo &row : settings())
            if (const auto value = program_.settings.get(row.slot))
                text_ += fmt::format(" {}={}", row.name, setting_text(row.slot, *value));
        text_ += '\n';
        if (program_.gone_by)
            gone_by();
        for (const Step &step : program_.steps)
            write(step);
        return text_;
    }

private:
    void gone_by() {
        text_ += fmt::format("repeat {}\n    t = fork init\n    exit t\n    reap t\n    gp\nend\n",
                             program_.gone_by);
        for (unsigned i = 0; i < program_.gone_by; ++i) {
            const TaskId task = lab_.fork(lab_.init()).task;
            lab_.exit(task);
            lab_.reap(task);
            lab_.gp();
        }
    }

    void write(const Step &step) {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(step.op->opcode);
        op.flags = step.flags;
        std::string words = std::string(step.op->name);
        bool writable = (step.flags & ~step.op->flags) == 0;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
            op.arg[i] = value(step.args[i], step.op->args[i].kind);
            if (!step.op->args[i].used())
                writable = writable && op.arg[i] == 0;
            else
                writable = operand(step.op->args[i], op.arg[i], words) && writable;
        }
        for (const WordInfo &flag : flags())
            if (step.flags >> flag.number & 1)
                words += fmt::format(" {}", flag.name);
        if (model_.waits_for_grace_period(op)) {
            if (!step.patient)
                return;
            lab_.gp();
            text_ += "gp\n";
        }
        (void)lab_.try_execute(op);
        results_[step.label] = op;
        if (!writable)
            text_ += fmt::format("# not to be written: {}\n", fmt::streamed(op));
        else if (op.error)
            text_ += fmt::format("expect {} = {}\n", words, errno_name(op.error));
        else
            text_ += answered(step, op, words);
    }

    /// The line of an operation that succeeds; names what it gives.
    std::string answered(const Step &step, const pidlab_op &op, const std::string &words) {
        const auto outputs = step.op->outputs();
        if (outputs.empty())
            return words + '\n';
        std::string expected;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto known = names_.find(op.res[i]);
            std::string word = "_";
            if (meaning(outputs[i].kind) != Meaning::object)
                word = value_text(outputs[i].kind, op.res[i]);
            else if (op.res[i] == 0)
                word = "none";
            else if (known != names_.end())
                word = known->second;
            expected += (i ? ", " : "") + word;
        }
        const std::string name = fmt::format("x{}", step.label);
        const bool gives = meaning(outputs[0].kind) == Meaning::object && op.res[0] &&
                           names_.emplace(op.res[0], name).second;
        std::string lines =
            fmt::format("{}{} = {}\n", gives ? name + " = " : "expect ", words, expected);
        // Only a first result gets a name; `pid' tells the one that was held once more.
        if (op.opcode == PIDLAB_OP_HOLD_PID && names_.emplace(op.res[1], name + "p").second)
            lines += fmt::format("{}p = pid{}\n", name, words.substr(step.op->name.size()));
        return lines;
    }

    /// @return whether a scenario can say it
    bool operand(const OperandInfo &info, std::uint64_t what, std::string &words) const {
        if (meaning(info.kind) == Meaning::number) {
            words += fmt::format(" {}={}", info.name, static_cast<std::int64_t>(what));
            return true;
        }
        if (meaning(info.kind) == Meaning::word) {
            const WordInfo *const word = find_word(words_of(info.kind), what);
            words += fmt::format(" {}={}", info.name, word ? word->name : "?");
            return word != nullptr;
        }
        if (what == 0)
            return info.kind == PIDLAB_ARG_NS;
        const auto known = names_.find(what);
        words += fmt::format(" {}={}", info.name, known == names_.end() ? "?" : known->second);
        return known != names_.end();
    }

    [[nodiscard]] std::uint64_t value(const Operand &operand, pidlab_arg kind) const {
        if (operand.kind == Operand::Kind::init)
            return lab_.init().raw();
        if (operand.kind == Operand::Kind::value)
            return operand.value;
        const auto found = results_.find(operand.step);
        const bool object = meaning(kind) == Meaning::object;
        if (operand.kind == Operand::Kind::never || found == results_.end() ||
            (object && !found->second.res[operand.slot]))
            return object ? std::uint64_t{1} << 40 | PIDLAB_OBJECT_TASK : 0;
        const std::uint64_t result = found->second.res[operand.slot];
        return operand.minus ? 0 - result : result;
    }

    const Program &program_;
    ModelTransport &model_; ///< owned by lab_
    Lab lab_;
    std::string text_;
    std::map<std::uint64_t, std::string> names_;
    std::map<std::size_t, pidlab_op> results_;
};

} // namespace

std::string as_scenario(const Program &program, const std::string &title) {
    return Writer(program, title).write();
}

} // namespace pidlab::testing
