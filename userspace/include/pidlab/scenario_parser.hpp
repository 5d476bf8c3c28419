// SPDX-License-Identifier: MIT
/// @file
/// Text of a scenario into statements.
///
///     line      = [statement] [# comment]
///     statement = columns | [NAME =] call | expect call | NAME = sum
///               | expect sum RELATION sum {( GENERATION {GENERATION} : sum )} | digest NAME |
///               expect digest (= | !=) NAME | tree [TEXT] | note TEXT | check | lab {SETTING =
///               VALUE} | repeat sum [as NAME] | end | seed INTEGER
///     columns   = ACTOR : cell {'|' ACTOR : cell}
///     cell      = ([NAME =] call | expect call | continue) [@ STEP]
///     call      = OPERATION {value | OPERAND=value | FLAG} [( fail_nth = value )] [= expected]
///     expected  = what {other}, then perhaps: else leave
///     what      = ERRNO | ok | result {, result}
///     other     = ( GENERATION {GENERATION} : what )
///     value     = [-] (INTEGER | NAME | NAME.FIELD | TYPE)
///     result    = value | STATE | none | _
///     sum       = product {(+ | -) product};   product = factor {* factor}
///     factor    = INTEGER | COUNTER | NAME | NAME.FIELD | size.SIZE | lab.SETTING
///               | machine.FIGURE | random [-] INTEGER..[-] INTEGER
///     ACTOR     = P0 to P3;   STEP = a word of the steps or points
///     RELATION  = one of = == != < <= > >=
///
/// An operand given by name has no blank before its `=', which tells it from an expectation.
/// A line that expects something else in some generations says why in a comment at its end.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_names.hpp"
#include "pidlab/scenario_source.hpp"

namespace pidlab::scenario {

/// What lines so far mean for the next one.
struct Scope {
    Names names;
    bool set_up = false;   ///< an operation or `lab' has been seen: too late for another `lab'
    std::size_t depth = 0; ///< open repeats
    std::optional<unsigned> actor;                      ///< whose column a cell stands in
    std::map<std::string, unsigned, std::less<>> given; ///< names given by columns, to their actors
};

/// Parses line by line, for files and for a prompt. Complaints do not end it: a line in error is
/// left out, and what it would have named fits everywhere from then on.
class Parser {
public:
    /// @param source must outlive the parser; lines may be appended to it
    explicit Parser(const SourceText &source) : source_{source} {}

    /// Parse one line of the source.
    /// @param number counted from 1
    /// @param errors complaints are added here
    /// @return the statement that this line completes: none for a blank line, a line in error, or
    ///     one inside of an open repeat
    [[nodiscard]] std::optional<Statement> parse(std::size_t number,
                                                 std::vector<Diagnostic> &errors);

    /// Whether a repeat waits for its end.
    [[nodiscard]] bool open() const { return !open_.empty(); }

    /// Complain about a repeat without end.
    void finish(std::vector<Diagnostic> &errors) const;

    /// Forget an open repeat.
    void abandon();

    [[nodiscard]] const Scope &scope() const { return scope_; }

private:
    std::optional<Statement> close(const Range &at, std::vector<Diagnostic> &errors);

    const SourceText &source_;
    Scope scope_;
    std::vector<Statement> open_;
};

/// A parsed file: usable only without errors.
struct ParsedScenario {
    Scenario scenario;
    std::vector<Diagnostic> errors; ///< by rising line
};

/// Parse a whole text: all its lines, however many are in error.
[[nodiscard]] ParsedScenario parse(const SourceText &source);

} // namespace pidlab::scenario
