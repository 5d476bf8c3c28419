// SPDX-License-Identifier: MIT
/// @file
/// Statements run on a lab.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_events.hpp"
#include "pidlab/scenario_names.hpp"
#include "pidlab/scenario_random.hpp"
#include "pidlab/scenario_state.hpp"

namespace pidlab::scenario {

/// Runs statements one after the other. After each statement outside of repeats, and in the first
/// round of one, it asks the lab whether its invariants hold; and an operation that was refused
/// must have left the digest as it was. Errors of the lab itself (Error) pass through.
class Executor {
public:
    /// Both must outlive the executor. The lab must be fresh: the executor sets it up, by `lab'
    /// or before the first operation.
    /// @param settings given to the lab where `lab' does not say otherwise
    Executor(Lab &lab, Observer &observer, const Settings &settings = {})
        : lab_{lab}, observer_{observer}, settings_{settings} {}

    /// Run a statement to its end.
    /// @return false when something expected does not hold; failure() says what
    bool execute(const Statement &statement);

    /// The end of a scenario: sets the lab up if nothing has yet, lets it free what it can, and
    /// sees that its invariants hold and that nothing has leaked.
    /// @param at what a violation is blamed on
    bool finish(const Statement &at);

    /// @name Columns whose order somebody else decides
    /// @{

    /// A cell as an instruction, from what is known before the columns. Results of earlier cells
    /// of its own column become PIDLAB_RESULT_OF().
    /// @param index the instruction's place among all of them
    /// @return nothing when it cannot be one; failure() says why
    std::optional<pidlab_op> prepare(const Call &call, unsigned index);

    /// Learn what came of a cell.
    void adopt(const Call &call, const pidlab_op &done);

    /// Whether what a cell expects holds; failure() says what not. Without expectation anything is
    /// right.
    bool judge(const Call &call, const pidlab_op &done);

    /// What an operation has returned, in words.
    [[nodiscard]] std::string outcome(const Call &call, const pidlab_op &done) const {
        return result_words(call, done);
    }
    /// @}

    /// What the last execute() or finish() that returned false found.
    [[nodiscard]] const Diagnostic &failure() const { return failure_; }

    [[nodiscard]] const State &state() const { return state_; }

    /// What the generation lacks, if that is why the last execute() failed: an operation was
    /// refused because of it. Empty: that is not why.
    [[nodiscard]] const std::string &lacking() const { return lacking_; }

    /// Operations of the scenario executed so far.
    [[nodiscard]] std::uint64_t operations() const { return operations_; }

    /// Those of them that were refused, as expected.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

    /// How often the invariants were checked.
    [[nodiscard]] std::uint64_t checks() const { return checks_; }

private:
    /// Thrown where something expected does not hold.
    struct Failed {
        Diagnostic why;
    };
    enum class Flow { on, leave };

    // Control: scenario_executor.cpp
    Flow run(const Statement &statement);
    Flow run(const Statement &statement, const Repeat &repeat);
    Flow run(const Statement &statement, const SetUp &setup);
    Flow run(const Statement &statement, const Remember &remember);
    Flow run(const Statement &statement, const Compare &compare);
    Flow run(const Statement &statement, const SaveDigest &save);
    Flow run(const Statement &statement, const CompareDigest &compare);
    Flow run(const Statement &statement, const ShowTree &tree);
    Flow run(const Statement &statement, const Note &note);
    Flow run(const Statement &statement, const CheckNow &check);
    Flow run(const Statement &statement, const Columns &columns);
    Flow run(const Statement &statement, const Seed &seed);
    Flow run_body(const Repeat &repeat, std::uint64_t round);
    void ready();
    void set_up();
    void settle(const Statement &statement, const Call &call, const pidlab_op &op);
    CheckResult snapshot(const Statement &statement);
    void follow_references();
    [[nodiscard]] std::uint64_t digest(const Statement &statement);
    [[nodiscard]] const Info &info();
    void say(const Statement &statement, const pidlab_op *op, std::string outcome);
    [[nodiscard]] bool watched() const { return unwatched_ == 0; }

    // Operations: scenario_operation.cpp
    Flow run(const Statement &statement, const Call &call);
    Flow perform(const Statement &statement, const Call &call, bool anything_goes);
    [[nodiscard]] pidlab_op encode(const Call &call);
    [[nodiscard]] std::uint16_t fail_nth(const Call &call, const pidlab_op &op);
    [[nodiscard]] std::uint64_t operand(const Call &call, std::size_t index,
                                        const pidlab_op &so_far);
    [[nodiscard]] static std::uint64_t viewer(const Call &call, const pidlab_op &op);
    [[nodiscard]] const Expectation *expected(const Call &call) const;
    [[nodiscard]] std::vector<std::optional<std::uint64_t>>
    expected_values(const Expectation *wanted, std::uint64_t seen_by);
    void bind_result(const Call &call, const pidlab_op &op);
    void compare_results(const Call &call, const pidlab_op &op, const Expectation &wanted,
                         const std::vector<std::optional<std::uint64_t>> &values);
    [[noreturn]] void wrong_error(const Call &call, const pidlab_op &op, const Expectation *wanted);
    void learn_unwatched();
    [[nodiscard]] std::string result_words(const Call &call, const pidlab_op &op) const;
    [[nodiscard]] std::string words(pidlab_arg kind, std::uint64_t value) const;

    // Values: scenario_evaluate.cpp
    [[nodiscard]] std::uint64_t evaluate(const Atom &atom, std::uint64_t seen_by);
    [[nodiscard]] std::uint64_t field(const Atom &atom, std::uint64_t seen_by);
    [[nodiscard]] std::uint64_t number_of(const Atom &atom, const Bound &owner,
                                          std::uint64_t seen_by);
    [[nodiscard]] const Bound &bound(const std::string &name, const Range &at) const;
    [[nodiscard]] std::int64_t evaluate(const Sum &sum);
    [[nodiscard]] std::int64_t evaluate(const Term &term);
    [[nodiscard]] std::string words(const Sum &sum, std::int64_t value) const;
    [[nodiscard]] static std::string in_words(const Sum &sum);
    [[nodiscard]] static std::string in_words(const Atom &atom);
    [[noreturn]] static void fail(const Range &at, std::string message, std::string hint = {},
                                  std::vector<std::string> notes = {});

    Lab &lab_;
    Observer &observer_;
    Settings settings_;
    pidlab_generation generation_ = {};
    State state_;
    Random random_;
    Diagnostic failure_;
    std::string lacking_;
    std::uint64_t operations_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t checks_ = 0;
    bool ready_ = false;
    unsigned depth_ = 0;
    unsigned unwatched_ = 0;              ///< repeats past their first round
    std::optional<std::uint64_t> digest_; ///< before the statement, where it is known
    std::optional<Info> info_;            ///< since the last operation, where it was asked for
};

} // namespace pidlab::scenario
