// SPDX-License-Identifier: MIT
#include "pidlab/explore_model.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/model.hpp"

namespace pidlab::explore {

namespace {

constexpr std::size_t most_examples = 4;

// Ids of the model that the module has none for: past all of its own.
constexpr std::uint64_t model_only = std::uint64_t{1} << 61;

// Who is next, and whether a grace period ends before: a choice in one byte.
constexpr std::uint8_t after_gp = 0x80;

bool is_object(const OperandInfo &operand) { return meaning(operand.kind) == Meaning::object; }

/// The ids of the module, and those of the model that stand for the same.
class Ids {
public:
    void same(std::uint64_t module, std::uint64_t model) {
        if (module == 0 || model == 0)
            return;
        to_model_.emplace(module, model);
        to_module_.emplace(model, module);
    }

    [[nodiscard]] std::uint64_t to_model(std::uint64_t id) const {
        const auto found = to_model_.find(id);
        return found == to_model_.end() ? id : found->second;
    }

    [[nodiscard]] std::uint64_t to_module(std::uint64_t id) const {
        const auto found = to_module_.find(id);
        return found == to_module_.end() ? id | model_only : found->second;
    }

private:
    std::map<std::uint64_t, std::uint64_t> to_model_, to_module_;
};

} // namespace

/// One order on a model of its own.
class OnModel::Walk {
public:
    explicit Walk(const Program &program)
        : program_{program}, model_{*new ModelTransport}, lab_{std::unique_ptr<Transport>{&model_}},
          done_(program.instructions().size()), places_(done_.size()), next_(starts(program)) {
        ids_.same(program.lab_init(), lab_.setup(program.given()).raw());
        begin();
    }

    /// Why it does not come to where the columns begin; empty: it does.
    [[nodiscard]] const std::string &lacking() const { return lacking_; }

    /// Follow choices, then whoever is first.
    /// @param branches gets each choice list that leads elsewhere
    void go(const std::vector<std::uint8_t> &choices,
            std::vector<std::vector<std::uint8_t>> &branches) {
        std::vector<std::uint8_t> so_far;
        for (std::size_t place = 0; place < done_.size(); ++place) {
            const bool chosen = place < choices.size();
            const std::uint8_t choice = chosen ? choices[place] : first();
            const unsigned actor = choice & ~after_gp;
            const auto branch = [&](std::uint8_t other) {
                branches.push_back(so_far);
                branches.back().push_back(other);
            };
            if (!chosen)
                for (unsigned other = actor + 1; other < next_.size(); ++other)
                    if (has_more(other))
                        branch(static_cast<std::uint8_t>(other));
            pidlab_op op = encoded(next_[actor]);
            const bool last_choice = place + 1 >= choices.size();
            if ((choice & after_gp) != 0)
                lab_.gp();
            else if (last_choice && model_.waits_for_grace_period(op))
                branch(choice | after_gp);
            perform(next_[actor]++, op, place);
            so_far.push_back(choice);
        }
    }

    /// The instructions with their results, by the module's ids.
    [[nodiscard]] const std::vector<pidlab_op> &done() const { return done_; }
    [[nodiscard]] const Explanations::Places &places() const { return places_; }

private:
    static std::vector<std::size_t> starts(const Program &program) {
        std::vector<std::size_t> out;
        std::size_t sum = 0;
        for (const unsigned count : program.counts()) {
            out.push_back(sum);
            sum += count;
        }
        return out;
    }

    // As the controller does it: no callback is left after an operation of the start.
    void begin() {
        for (const pidlab_op &there : program_.started()) {
            pidlab_op op = translated(there);
            const int error = lab_.try_execute(op);
            lab_.gp();
            const OpInfo &info = *find_op(op.opcode);
            if (error != -there.error && lacking_.empty())
                lacking_ = fmt::format("{} answers otherwise there before the columns", info.name);
            for (std::size_t i = 0; i < info.outputs().size(); ++i)
                if (is_object(info.results[i]))
                    ids_.same(there.res[i], op.res[i]);
            raw_.push_back(op);
        }
        std::map<std::uint64_t, pidlab_task_info> here;
        for (const pidlab_task_info &task : lab_.check().tasks)
            here.emplace(task.id, task);
        for (const pidlab_task_info &task : program_.tasks())
            if (const auto found = here.find(ids_.to_model(task.id)); found != here.end()) {
                ids_.same(task.pid, found->second.pid);
                ids_.same(task.ns, found->second.ns);
            }
    }

    [[nodiscard]] bool has_more(unsigned actor) const {
        const std::size_t end =
            actor + 1 < next_.size() ? starts(program_)[actor + 1] : done_.size();
        return next_[actor] < end;
    }

    [[nodiscard]] std::uint8_t first() const {
        unsigned actor = 0;
        while (!has_more(actor))
            ++actor;
        return static_cast<std::uint8_t>(actor);
    }

    [[nodiscard]] pidlab_op translated(const pidlab_op &there) const {
        pidlab_op op = there;
        const OpInfo &info = *find_op(op.opcode);
        for (std::size_t i = 0; i < info.operands().size(); ++i)
            if (is_object(info.args[i]))
                op.arg[i] = ids_.to_model(op.arg[i]);
        return op;
    }

    // With the results of earlier instructions in place, as the module's controller does it.
    [[nodiscard]] pidlab_op encoded(std::size_t index) const {
        pidlab_op op = translated(program_.instructions()[index].op);
        for (auto &operand : op.arg) {
            if ((operand & PIDLAB_RESULT_MASK) != PIDLAB_RESULT_OF(0, 0))
                continue;
            const std::uint64_t place = (operand & ~PIDLAB_RESULT_MASK) >> 2;
            const auto found = place < raw_.size()        ? raw_[place]
                               : results_.contains(place) ? results_.at(place)
                                                          : pidlab_op{};
            operand = found.res[operand & 3];
        }
        return op;
    }

    void perform(std::size_t index, pidlab_op &op, std::size_t place) {
        static_cast<void>(lab_.try_execute(op));
        results_[program_.start().size() + index] = op;
        places_[index] = place;
        pidlab_op &told = done_[index] = program_.instructions()[index].op;
        const OpInfo &info = *find_op(op.opcode);
        told.error = op.error;
        for (std::size_t i = 0; i < PIDLAB_OP_RESULTS; ++i)
            told.res[i] = is_object(info.results[i]) && op.res[i] != 0 ? ids_.to_module(op.res[i])
                                                                       : op.res[i];
    }

    const Program &program_;
    ModelTransport &model_; ///< the lab's
    Lab lab_;
    Ids ids_;
    std::vector<pidlab_op> raw_;                 ///< the start with the model's results
    std::map<std::uint64_t, pidlab_op> results_; ///< the same of the instructions, by place
    std::vector<pidlab_op> done_;
    Explanations::Places places_;
    std::vector<std::size_t> next_; ///< instruction of each actor
    std::string lacking_;
};

namespace {

/// Actors may stand still inside of operations, so that it is refused to end a hierarchy.
bool unmounts(const Instruction &what) { return what.op.opcode == PIDLAB_OP_UMOUNT; }

} // namespace

OnModel::OnModel(const Program &program, std::uint64_t most) : program_{program}, known_{program} {
    if (std::ranges::any_of(program.instructions(), unmounts)) {
        lacking_ = "a hierarchy does not end while actors are under way";
        return;
    }
    try {
        std::vector<std::vector<std::uint8_t>> left{{}};
        for (std::uint64_t runs = 0; !left.empty(); ++runs) {
            if (runs == most) {
                lacking_ = "there are too many orders to try them all";
                return;
            }
            const std::vector<std::uint8_t> choices = std::move(left.back());
            left.pop_back();
            Walk walk{program_};
            lacking_ = walk.lacking();
            if (!lacking_.empty())
                return;
            walk.go(choices, left);
            const std::size_t before = known_.results();
            known_.learn(walk.done(), walk.places());
            if (known_.results() > before && before < most_examples)
                examples_.push_back(
                    fmt::format("{}", fmt::join(program_.words(walk.done()), "; ")));
        }
    } catch (const NotModelled &why) {
        lacking_ = why.what();
    }
}

} // namespace pidlab::explore
