// SPDX-License-Identifier: MIT
// A program as a text that `pidlab run' takes.
#include <map>

#include <fmt/format.h>

#include "compare.hpp"
#include "names.hpp"
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
          text_(fmt::format("# SPDX-License-Identifier: MIT\n# {}\n\nlab", title)), known_(model_) {
        lab_.setup(program.settings);
        known_.same(lab_.init().raw(), lab_.init().raw());
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
        pidlab_op op = known_.encode(step, lab_.init().raw());
        std::string words = std::string(step.op->name);
        bool writable = (step.flags & ~step.op->flags) == 0;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
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
        remember(*step.op, op);
        ++line_;
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
        const std::string name = fmt::format("x{}", line_);
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
            if (is_mask(info.kind)) {
                words += fmt::format(" {}={}", info.name, value_text(info.kind, what));
                return what != 0 && what <= PIDLAB_SUBSYS_MASK;
            }
            const WordInfo *const word = find_word(words_of(info.kind), what);
            words += fmt::format(" {}={}", info.name, word ? word->name : "?");
            return word != nullptr;
        }
        if (what == 0)
            return info.kind == PIDLAB_ARG_NS || info.kind == PIDLAB_ARG_NEXT;
        const auto known = names_.find(what);
        words += fmt::format(" {}={}", info.name, known == names_.end() ? "?" : known->second);
        return known != names_.end();
    }

    void remember(const OpInfo &info, const pidlab_op &op) {
        for (std::size_t i = 0; i < PIDLAB_OP_RESULTS; ++i) {
            if (meaning(info.results[i].kind) == Meaning::object)
                known_.same(op.res[i], op.res[i]);
            if (info.results[i].kind == PIDLAB_ARG_NR && !op.error)
                known_.number(op.res[i]);
        }
    }

    const Program &program_;
    ModelTransport &model_; ///< owned by lab_
    Lab lab_;
    std::string text_;
    std::map<std::uint64_t, std::string> names_;
    Names known_;
    unsigned line_ = 0;
};

} // namespace

std::string as_scenario(const Program &program, const std::string &title) {
    return Writer(program, title).write();
}

} // namespace pidlab::testing
