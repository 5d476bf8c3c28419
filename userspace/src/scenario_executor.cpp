// SPDX-License-Identifier: MIT
#include "pidlab/scenario_executor.hpp"

#include <utility>

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/scenario_names.hpp"

namespace pidlab::scenario {

namespace {

// A scenario that wants more is in error; it would run for hours.
constexpr std::int64_t max_rounds = 10'000'000;

bool holds(std::int64_t left, Comparison relation, std::int64_t right) {
    switch (relation) {
    case Comparison::equal:
        return left == right;
    case Comparison::not_equal:
        return left != right;
    case Comparison::less:
        return left < right;
    case Comparison::less_equal:
        return left <= right;
    case Comparison::greater:
        return left > right;
    case Comparison::greater_equal:
        return left >= right;
    }
    return false;
}

// More references than a tree could show.
constexpr std::size_t max_followed = 64;

std::string_view text(Comparison relation) {
    static constexpr std::string_view words[] = {"=", "!=", "<", "<=", ">", ">="};
    return words[static_cast<std::size_t>(relation)];
}

// Counts a level of nesting while it lives, whichever way the block is left.
class Level {
public:
    explicit Level(unsigned &count) : count_{count} { ++count_; }
    Level(const Level &) = delete;
    Level &operator=(const Level &) = delete;
    ~Level() { --count_; }

private:
    unsigned &count_;
};

} // namespace

bool Executor::execute(const Statement &statement) {
    try {
        run(statement);
        return true;
    } catch (const Failed &failed) {
        failure_ = failed.why;
        if (random_.drawn())
            failure_.notes.push_back(fmt::format("random numbers by seed {}", random_.seed()));
    }
    // Whatever was in the way, the next statement does not build on it.
    digest_.reset();
    info_.reset();
    observer_.on_failure(failure_);
    return false;
}

bool Executor::finish(const Statement &at) {
    try {
        ready();
        // What is being freed is no leak; nor is it there any more.
        pidlab_op gp{};
        gp.opcode = PIDLAB_OP_GP;
        lab_.execute(gp);
        info_.reset();
        observer_.on_counters(at, info());
        snapshot(at);
        if (const std::uint64_t leaks = info().counter(PIDLAB_CTR_LEAKS))
            fail(at.at, fmt::format("{} object{} leaked: nothing reaches what was not freed", leaks,
                                    leaks == 1 ? "" : "s"));
        return true;
    } catch (const Failed &failed) {
        failure_ = failed.why;
    }
    observer_.on_failure(failure_);
    return false;
}

Executor::Flow Executor::run(const Statement &statement) {
    if (!std::holds_alternative<SetUp>(statement.what) &&
        !std::holds_alternative<Seed>(statement.what))
        ready();
    return std::visit([&](const auto &what) { return run(statement, what); }, statement.what);
}

Executor::Flow Executor::run(const Statement &statement, const SetUp &setup) {
    if (ready_)
        fail(statement.at, "the lab is set up already");
    for (const GivenSetting &given : setup.settings)
        settings_.set(given.slot, given.value);
    set_up();
    say(statement, nullptr, {});
    return Flow::on;
}

void Executor::ready() {
    if (!ready_)
        set_up();
}

void Executor::set_up() {
    const TaskId init = lab_.setup(settings_);
    ready_ = true;
    state_.start(init.raw());
    generation_ = static_cast<pidlab_generation>(info().setting(PIDLAB_SET_GENERATION));
    observer_.on_setup(info());
}

Executor::Flow Executor::run(const Statement &statement, const Repeat &repeat) {
    const std::int64_t times = evaluate(repeat.times);
    if (times < 0 || times > max_rounds)
        fail(repeat.times.at,
             fmt::format("a repeat takes 0 to {} rounds, not {}", max_rounds, times));
    RepeatEnd end{statement, depth_, !watched(), 0, false};
    observer_.on_repeat(statement, depth_, !watched());
    while (end.rounds < static_cast<std::uint64_t>(times) && !end.left)
        end.left = run_body(repeat, ++end.rounds) == Flow::leave;
    // The rounds that nobody watched are accounted for here.
    if (watched() && end.rounds > 1) {
        observer_.on_counters(statement, info());
        snapshot(statement);
    }
    observer_.on_repeat_end(end);
    return Flow::on;
}

Executor::Flow Executor::run_body(const Repeat &repeat, std::uint64_t round) {
    const Level nesting{depth_};
    unsigned nobody = 0;
    const Level unwatched{round > 1 ? unwatched_ : nobody};
    if (repeat.counter)
        state_.bind(repeat.counter->name,
                    {NameClass::number, round, nullptr, {}, 0, repeat.counter->at.line});
    try {
        for (const Statement &statement : repeat.body)
            if (run(statement) == Flow::leave)
                return Flow::leave;
    } catch (Failed &failed) {
        failed.why.notes.push_back(
            fmt::format("in round {} of the repeat of line {}", round, repeat.times.at.line));
        throw;
    }
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const Remember &remember) {
    const Atom *alias = remember.value.only_name();
    const Bound *other = alias ? state_.find(alias->name) : nullptr;
    Bound value;
    if (other && other->what != NameClass::number)
        value = *other;
    else
        value.value = static_cast<std::uint64_t>(evaluate(remember.value));
    value.line = statement.at.line;
    state_.bind(remember.name.name, value);
    say(statement, nullptr, words(remember.value, static_cast<std::int64_t>(value.value)));
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const Compare &compare) {
    const Sum &expected = compare.right_in(generation_);
    const std::int64_t left = evaluate(compare.left);
    const std::int64_t right = evaluate(expected);
    if (!holds(left, compare.relation, right))
        fail(cover(compare.left.at, expected.at),
             fmt::format("expected {} {} {}, but {}", in_words(compare.left),
                         text(compare.relation), words(expected, right),
                         words(compare.left, left)));
    say(statement, nullptr, "holds");
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const SaveDigest &save) {
    const std::uint64_t now = digest(statement);
    state_.bind(save.name.name, {NameClass::digest, now, nullptr, {}, 0, statement.at.line});
    say(statement, nullptr, fmt::format("{:016x}", now));
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const CompareDigest &compare) {
    const Bound &saved = bound(compare.name.name, compare.name.at);
    const std::uint64_t now = digest(statement);
    if ((now == saved.value) != compare.same)
        fail(compare.name.at,
             compare.same
                 ? fmt::format("the lab's state is not what it was in line {}: its digest was "
                               "{:016x}, now it is {:016x}",
                               saved.line, saved.value, now)
                 : fmt::format("the lab's state is what it was in line {}, digest {:016x}",
                               saved.line, now));
    say(statement, nullptr, compare.same ? "the same state" : "another state");
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const ShowTree &tree) {
    CheckResult result = snapshot(statement);
    say(statement, nullptr, {});
    if (watched())
        result.whole = lab_.snapshot();
    if (watched())
        observer_.on_tree(statement, tree.title, result, state_);
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const Note &) {
    say(statement, nullptr, {});
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const CheckNow &) {
    snapshot(statement);
    say(statement, nullptr, "all invariants hold");
    return Flow::on;
}

Executor::Flow Executor::run(const Statement &statement, const Seed &seed) {
    random_.seed(seed.number);
    say(statement, nullptr, fmt::format("random numbers by seed {}", seed.number));
    return Flow::on;
}

// After an operation, before its results are looked at.
void Executor::settle(const Statement &statement, const Call &call, const pidlab_op &op) {
    info_.reset();
    const std::optional<std::uint64_t> before = std::exchange(digest_, std::nullopt);
    if (!watched())
        return;
    observer_.on_counters(statement, info());
    const CheckResult after = snapshot(statement);
    if (op.error != 0 && before && *before != after.digest)
        fail(call.at, fmt::format("{} was refused ({}), but has changed the lab's state",
                                  call.op->name, errno_name(op.error)));
}

CheckResult Executor::snapshot(const Statement &statement) {
    CheckResult result = lab_.check();
    ++checks_;
    digest_ = result.digest;
    state_.learn(result.tasks);
    if (result.violation_count != 0) {
        std::vector<std::string> notes;
        for (const Violation &violation : result.violations) {
            const WordInfo *word = find_word(violations(), violation.code);
            notes.push_back(
                fmt::format("{}: {}", state_.text(violation.object),
                            word ? word->help : "an invariant this client has no word for"));
        }
        fail(statement.at,
             fmt::format("{} invariant{} not hold after this", result.violation_count,
                         result.violation_count == 1 ? " does" : "s do"),
             {}, std::move(notes));
    }
    follow_references();
    observer_.on_snapshot(statement, result, state_);
    return result;
}

// Where do weak references lead by now? Trees tell.
void Executor::follow_references() {
    std::vector<pidlab_op> ops;
    for (const auto &[id, ref] : state_.references()) {
        if (ref.pins_task() || ops.size() == max_followed)
            continue;
        pidlab_op op{};
        op.opcode = PIDLAB_OP_DEREF;
        op.deref.ref = id;
        ops.push_back(op);
    }
    if (ops.empty())
        return;
    lab_.run(ops);
    for (const pidlab_op &op : ops)
        state_.follow(op.deref.ref, op.error == 0 ? op.res[0] : 0);
}

std::uint64_t Executor::digest(const Statement &statement) {
    if (!digest_)
        snapshot(statement);
    return *digest_;
}

const Info &Executor::info() {
    if (!info_)
        info_ = lab_.info();
    return *info_;
}

void Executor::say(const Statement &statement, const pidlab_op *op, std::string outcome) {
    observer_.on_step({statement, depth_, !watched(), op, std::move(outcome)});
}

} // namespace pidlab::scenario
