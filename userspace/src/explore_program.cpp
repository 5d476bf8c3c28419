// SPDX-License-Identifier: MIT
#include "pidlab/explore_program.hpp"

#include <algorithm>
#include <map>

namespace pidlab::explore {

using scenario::Columns;
using scenario::Diagnostic;
using scenario::Statement;

/// Keeps the operations of the lines before the columns.
class Program::Collector final : public scenario::Observer {
public:
    void on_step(const scenario::Step &step) override {
        if (step.op)
            ops.push_back(*step.op);
    }

    std::vector<pidlab_op> ops;
};

namespace {

bool is_columns(const Statement &statement) {
    return std::holds_alternative<Columns>(statement.what);
}

// How many hold a task, or count a reference: operations under way do too.
bool is_glance(const OpInfo &op, const OperandInfo &result) {
    return result.kind == PIDLAB_ARG_COUNT &&
           (result.name == "usage" || result.name == "users" || op.opcode == PIDLAB_OP_READ);
}

bool is_object(pidlab_arg kind) { return meaning(kind) == Meaning::object; }

// Past every id and number.
constexpr std::uint64_t made_meanwhile = std::uint64_t{1} << 62;

} // namespace

Program::Program(const scenario::SourceText &source, const scenario::Scenario &scenario, Open open,
                 const Settings &settings)
    : source_{source}, scenario_{scenario}, open_{std::move(open)}, lab_{open_()},
      collector_{std::make_unique<Collector>()}, executor_{lab_, *collector_, settings},
      given_{settings} {
    const auto &body = scenario.body;
    const auto found = std::ranges::find_if(body, is_columns);
    if (found == body.end()) {
        complaint_ = Diagnostic{{std::max<std::size_t>(source.lines(), 1), 0, 0},
                                "nothing happens at the same time here",
                                "columns say what does: P0: OPERATION | P1: OPERATION",
                                {}};
        return;
    }
    const auto again = std::find_if(found + 1, body.end(), is_columns);
    if (again != body.end()) {
        complaint_ = Diagnostic{again->at,
                                "these are the second columns: orders are searched of "
                                "one block of them",
                                {},
                                {}};
        return;
    }
    const auto index = static_cast<std::size_t>(found - body.begin());
    end_ = index + 1;
    columns_ = &std::get<Columns>(found->what);
    run_start(index);
    if (!complaint_)
        take(*columns_);
}

Program::~Program() = default;

void Program::run_start(std::size_t columns) {
    for (std::size_t i = 0; i < columns && !complaint_; ++i) {
        if (const auto *setup = std::get_if<scenario::SetUp>(&scenario_.body[i].what))
            for (const scenario::GivenSetting &setting : setup->settings)
                given_.set(setting.slot, setting.value);
        if (!executor_.execute(scenario_.body[i]))
            complaint_ = executor_.failure();
    }
    start_ = collector_->ops;
    for (pidlab_op &op : start_) {
        const OpInfo &info = *find_op(op.opcode);
        for (std::size_t i = 0; i < info.outputs().size(); ++i)
            if (is_object(info.results[i].kind))
                known_.insert(op.res[i]);
        std::fill(std::begin(op.res), std::end(op.res), 0);
        op.error = 0;
    }
}

void Program::take(const Columns &columns) {
    for (unsigned actor = 0; actor < PIDLAB_ACTORS_MAX; ++actor) {
        const std::size_t before = instructions_.size();
        for (const scenario::Row &row : columns.rows)
            for (const scenario::Cell &cell : row.cells) {
                if (cell.actor != actor || !cell.call)
                    continue;
                const auto place = static_cast<unsigned>(start_.size() + instructions_.size());
                const auto op = executor_.prepare(*cell.call, place);
                if (!op) {
                    complaint_ = executor_.failure();
                    return;
                }
                const std::string_view line = source_.line(cell.at.line);
                instructions_.push_back({&*cell.call, cell.at, actor, *op,
                                         std::string{line.substr(cell.at.offset, cell.at.length)}});
            }
        if (instructions_.size() == before)
            break;
        counts_.push_back(static_cast<unsigned>(instructions_.size() - before));
    }
    std::size_t cells = 0;
    for (const scenario::Row &row : columns.rows)
        cells += static_cast<std::size_t>(std::ranges::count_if(
            row.cells, [](const scenario::Cell &cell) { return cell.call.has_value(); }));
    if (cells != instructions_.size())
        complaint_ =
            Diagnostic{columns.rows.front().at, "actors are counted from P0, without gaps", {}, {}};
    const Info info = lab_.info();
    for (const SettingInfo &setting : settings())
        in_effect_.set(setting.slot, info.setting(setting.slot));
    known_.insert(lab_.init().raw());
    tasks_ = lab_.check().tasks;
    for (const pidlab_task_info &task : tasks_) {
        known_.insert(task.id);
        known_.insert(task.pid);
        known_.insert(task.ns);
    }
}

const std::vector<pidlab_op> &Program::started() const { return collector_->ops; }

std::string Program::name(std::uint64_t id) const { return executor_.state().short_text(id); }

void Program::renew() {
    lab_ = open_();
    lab_.setup(in_effect_);
}

std::vector<std::uint64_t> Program::canonical(std::span<const pidlab_op> done, bool numbers) const {
    std::vector<std::uint64_t> out;
    std::map<std::uint64_t, std::uint64_t> symbols;
    for (std::size_t i = 0; i < done.size(); ++i) {
        const pidlab_op &op = done[i];
        out.push_back(static_cast<std::uint64_t>(op.error));
        const OpInfo &info = *instructions_[i].call->op;
        const auto outputs = info.outputs();
        for (std::size_t k = 0; op.error == 0 && k < outputs.size(); ++k) {
            std::uint64_t value = op.res[k];
            if (is_object(outputs[k].kind) && value != 0 && !known_.contains(value))
                value = symbols.emplace(value, made_meanwhile + symbols.size()).first->second;
            if (!is_glance(info, outputs[k]) &&
                (numbers || info.opcode != PIDLAB_OP_FORK || outputs[k].kind != PIDLAB_ARG_NR))
                out.push_back(value);
        }
    }
    return out;
}

scenario::Executor Program::after(std::span<const pidlab_op> done) const {
    scenario::Executor executor = executor_;
    for (std::size_t i = 0; i < done.size(); ++i)
        executor.adopt(*instructions_[i].call, done[i]);
    return executor;
}

std::vector<std::string> Program::words(std::span<const pidlab_op> done) const {
    const scenario::Executor executor = after(done);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < done.size(); ++i)
        out.push_back(executor.outcome(*instructions_[i].call, done[i]));
    return out;
}

std::optional<Diagnostic> Program::judge(std::span<const pidlab_op> done) const {
    if (std::ranges::none_of(
            instructions_, [](const Instruction &what) { return what.call->expected.has_value(); }))
        return std::nullopt;
    scenario::Executor executor = after(done);
    for (std::size_t i = 0; i < done.size(); ++i)
        if (!executor.judge(*instructions_[i].call, done[i]))
            return executor.failure();
    return std::nullopt;
}

std::optional<Diagnostic> Program::end(std::span<const pidlab_op> done) const {
    scenario::Executor executor = after(done);
    for (std::size_t i = end_; i < scenario_.body.size(); ++i)
        if (!executor.execute(scenario_.body[i]))
            return executor.failure();
    return std::nullopt;
}

} // namespace pidlab::explore
