// SPDX-License-Identifier: MIT
// Operations of a scenario: operands in, results out, both by the table's kinds.
#include "pidlab/scenario_executor.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/lacking.hpp"

namespace pidlab::scenario {

Executor::Flow Executor::run(const Statement &statement, const Call &call) {
    return perform(statement, call, false);
}

// One after the other, row by row: an order like any other.
Executor::Flow Executor::run(const Statement &, const Columns &columns) {
    for (const Row &row : columns.rows)
        for (const Cell &cell : row.cells) {
            if (!cell.call || cell.stop)
                fail(cell.at, "an operation can be stopped in the middle only under control",
                     "`pidlab run' and `pidlab explore' take such an order, on the module");
            perform(Statement{row.at, Columns{}}, *cell.call, !cell.call->expected);
        }
    return Flow::on;
}

Executor::Flow Executor::perform(const Statement &statement, const Call &call, bool anything_goes) {
    pidlab_op op = encode(call);
    const Expectation *const wanted = expected(call);
    const auto values = expected_values(wanted, viewer(call, op));
    (void)lab_.try_execute(op); // the error stays in op
    ++operations_;
    if (op.error == 0) {
        state_.note(*call.op, op, statement.at.line);
        bind_result(call, op);
    }
    settle(statement, call, op);

    const int error = -op.error;
    const int due = wanted ? wanted->error : 0;
    const bool leave = (error == 0) != (due == 0) && wanted && wanted->else_leave;
    if (error != due && !leave && !anything_goes)
        wrong_error(call, op, wanted);
    if (error != 0)
        ++refused_;
    else if (wanted && !leave)
        compare_results(call, op, *wanted, values);
    if (watched())
        say(statement, &op, (error != 0 ? "refused: " : "") + result_words(call, op));
    else
        say(statement, &op, {});
    return leave ? Flow::leave : Flow::on;
}

std::optional<pidlab_op> Executor::prepare(const Call &call, unsigned index) {
    try {
        ready();
        pidlab_op op = encode(call);
        pidlab_op promise = op;
        for (unsigned result = 0; result < PIDLAB_OP_RESULTS; ++result)
            promise.res[result] = PIDLAB_RESULT_OF(index, result);
        bind_result(call, promise);
        return op;
    } catch (const Failed &failed) {
        failure_ = failed.why;
    }
    return std::nullopt;
}

void Executor::adopt(const Call &call, const pidlab_op &done) {
    info_.reset();
    digest_.reset();
    if (done.error != 0)
        return;
    state_.note(*call.op, done, call.at.line);
    bind_result(call, done);
}

bool Executor::judge(const Call &call, const pidlab_op &done) {
    const Expectation *const wanted = expected(call);
    if (!wanted)
        return true;
    try {
        if (-done.error != wanted->error)
            wrong_error(call, done, wanted);
        if (done.error == 0)
            compare_results(call, done, *wanted, expected_values(wanted, viewer(call, done)));
        return true;
    } catch (const Failed &failed) {
        failure_ = failed.why;
    }
    return false;
}

pidlab_op Executor::encode(const Call &call) {
    pidlab_op op{};
    op.opcode = static_cast<std::uint16_t>(call.op->opcode);
    op.flags = call.flags;
    // Objects first: numbers are as one of them sees them.
    for (const bool objects : {true, false})
        for (std::size_t index = 0; index < call.op->operands().size(); ++index)
            if ((meaning(call.op->args[index].kind) == Meaning::object) == objects)
                op.arg[index] = operand(call, index, op);
    if (call.fail_nth)
        op.fail_nth = fail_nth(call, op);
    return op;
}

std::uint16_t Executor::fail_nth(const Call &call, const pidlab_op &op) {
    const std::uint64_t value = evaluate(*call.fail_nth, viewer(call, op));
    const auto phase = static_cast<std::uint64_t>(value) & ~std::uint64_t{PIDLAB_FAIL_AT};
    if (value < 1 || value > UINT16_MAX || (phase != value && !find_word(phases(), phase)))
        fail(call.fail_nth->at, fmt::format("`fail_nth' takes 1 to {}, not {}", PIDLAB_FAIL_AT - 1,
                                            static_cast<std::int64_t>(value)));
    return static_cast<std::uint16_t>(value);
}

std::uint64_t Executor::operand(const Call &call, std::size_t index, const pidlab_op &so_far) {
    if (const auto &given = call.args[index])
        return evaluate(*given, viewer(call, so_far));
    return static_cast<std::uint64_t>(kind_info(call.op->args[index].kind).default_value);
}

// Who sees the numbers of this operation: the namespace it names, else the acting task, else the
// root namespace (0).
std::uint64_t Executor::viewer(const Call &call, const pidlab_op &op) {
    for (std::size_t index = 0; index < call.op->operands().size(); ++index)
        if (call.op->args[index].kind == PIDLAB_ARG_NS)
            return op.arg[index];
    const auto actor = call.op->actor();
    return actor ? op.arg[*actor] : 0;
}

// What this generation is expected to do; nullptr: succeed with whatever.
const Expectation *Executor::expected(const Call &call) const {
    return call.expected ? &call.expected->in(generation_) : nullptr;
}

std::vector<std::optional<std::uint64_t>> Executor::expected_values(const Expectation *wanted,
                                                                    std::uint64_t seen_by) {
    std::vector<std::optional<std::uint64_t>> out;
    if (!wanted)
        return out;
    for (const Atom &atom : wanted->values) {
        if (atom.kind == Atom::Kind::any)
            out.emplace_back(std::nullopt);
        else
            out.emplace_back(evaluate(atom, seen_by));
    }
    return out;
}

void Executor::bind_result(const Call &call, const pidlab_op &op) {
    if (!call.name)
        return;
    Bound bound;
    bound.what = class_of(call.op->outputs().front().kind);
    bound.value = op.res[0];
    bound.op = call.op;
    std::copy(std::begin(op.res), std::end(op.res), bound.results.begin());
    const auto actor = call.op->actor();
    bound.actor = actor ? op.arg[*actor] : 0;
    bound.line = call.at.line;
    state_.bind(call.name->name, bound);
}

void Executor::compare_results(const Call &call, const pidlab_op &op, const Expectation &wanted,
                               const std::vector<std::optional<std::uint64_t>> &values) {
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (!values[index] || *values[index] == op.res[index])
            continue;
        learn_unwatched();
        const OperandInfo &result = call.op->results[index];
        fail(wanted.values[index].at,
             fmt::format("expected {}{}, got {}",
                         call.op->outputs().size() > 1 ? fmt::format("{} ", result.name) : "",
                         words(result.kind, *values[index]), words(result.kind, op.res[index])),
             {}, {fmt::format("{} returned {}", call.op->name, result_words(call, op))});
    }
}

void Executor::wrong_error(const Call &call, const pidlab_op &op, const Expectation *wanted) {
    learn_unwatched();
    const Range at = wanted ? wanted->at : call.at;
    if (op.error == 0)
        fail(at,
             fmt::format("expected {}, but {} succeeded", errno_name(wanted->error), call.op->name),
             {}, {fmt::format("it returned {}", result_words(call, op))});
    const std::string name = errno_name(op.error);
    std::string note = fmt::format("{}: {}", name, operation_errno_sentence(op.error));
    if (op.error == -EOPNOTSUPP)
        lacking_ = what_is_lacking(*call.op, op);
    if (!lacking_.empty())
        note = fmt::format("{}: {}", name, lacking_);
    if (!wanted)
        fail(at, fmt::format("{} failed: {}", call.op->name, name), {}, {note});
    fail(at,
         fmt::format("expected {}, but {} failed: {}",
                     wanted->error != 0       ? errno_name(wanted->error)
                     : wanted->values.empty() ? "success"
                                              : "a result",
                     call.op->name, name),
         {}, {note});
}

// For complaints about a round that was not watched: who has which number?
void Executor::learn_unwatched() {
    if (!watched())
        state_.learn(lab_.check().tasks);
}

std::string Executor::result_words(const Call &call, const pidlab_op &op) const {
    if (op.error != 0)
        return errno_name(op.error);
    const auto results = call.op->outputs();
    if (results.empty())
        return "ok";
    std::string out;
    std::uint64_t shown = 0; // number that the words before have told already
    for (std::size_t index = 0; index < results.size(); ++index) {
        const std::uint64_t value = op.res[index];
        const pidlab_arg kind = results[index].kind;
        if (index > 0 && kind == PIDLAB_ARG_NR && value == shown)
            continue;
        if (index > 0)
            out +=
                meaning(kind) == Meaning::object ? ", " : fmt::format(", {} ", results[index].name);
        out += words(kind, value);
        if (kind == PIDLAB_ARG_TASK)
            shown = static_cast<std::uint64_t>(state_.last_number(value));
    }
    return out;
}

std::string Executor::words(pidlab_arg kind, std::uint64_t value) const {
    if (meaning(kind) != Meaning::object)
        return value_text(kind, value);
    return value == 0 ? "none" : state_.text(value);
}

} // namespace pidlab::scenario
