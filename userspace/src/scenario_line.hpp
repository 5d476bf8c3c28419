// SPDX-License-Identifier: MIT
/// @file
/// One line of a scenario into a statement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_lexer.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {

/// What a line turned out to be.
struct ParsedLine {
    std::optional<Statement> statement; ///< a Repeat has an empty body yet
    bool ends_repeat = false;
    Range at;
};

/// Recursive descent over the tokens of one line.
class LineParser {
public:
    LineParser(std::vector<Token> tokens, Scope &scope, std::vector<Diagnostic> &errors)
        : tokens_{std::move(tokens)}, scope_{scope}, errors_{errors} {}

    /// Parse the line; a line in error gives no statement. A `repeat' in error still opens one, so
    /// that its `end' is not taken for a second error.
    [[nodiscard]] ParsedLine parse();

private:
    /// Thrown after a complaint that leaves no way to go on with the line.
    struct Abandon {};

    // Statements: scenario_line.cpp
    ParsedLine line();
    Statement statement();
    Statement keyword_statement();
    Statement bound_statement();
    Statement set_up();
    GivenSetting setting();
    std::uint64_t setting_value(const SettingInfo &info);
    std::uint32_t setting_word(const SettingInfo &info);
    Statement expect();
    Statement compare();
    Statement save_digest();
    Statement compare_digest();
    Statement show_tree();
    Statement note();
    Statement repeat();
    Statement seed();
    [[noreturn]] void unknown_statement();
    Binding binding(std::string_view what);
    void give(const Binding &binding, NameClass what, const OpInfo *op = nullptr);

    // Columns: scenario_columns.cpp
    [[nodiscard]] bool column_follows() const;
    Statement columns();
    Cell cell(unsigned actor);
    std::optional<Stop> stop();
    void give_in_column(const Binding &name);
    void know_in_column(const Token &word);

    // Operations: scenario_call.cpp
    Call call(std::optional<Binding> name, bool must_expect = false);
    void operand(Call &call);
    [[nodiscard]] bool named_operand_follows(const Call &call) const;
    void place(Call &call, std::size_t index, Atom value);
    std::size_t free_operand(const Call &call);
    void take_flag(Call &call, const WordInfo &flag);
    Atom operand_value(const OperandInfo &what);
    void required(const Call &call);
    void options(Call &call);
    Atom nth_value();
    Atom phase_value(const Call &call);
    Expectation expectation(const Call &call);
    Expectation what_is_expected(const Call &call);
    bool error_or_ok(Expectation &expected);
    Atom result_value(const Call &call, std::size_t index);

    // Values: scenario_value.cpp
    Atom value(pidlab_arg kind, std::string_view what);
    Atom word_value(pidlab_arg kind, std::string_view what);
    Atom rest_of_mask(Atom first, pidlab_arg kind, std::string_view what);
    Atom number_value(pidlab_arg kind, std::string_view what);
    Atom named(const Token &word);
    void check_field(const Atom &atom, const Token &field);
    void check_class(const Atom &atom, pidlab_arg kind, std::string_view what);
    Sum sum();
    Term term(bool minus);
    Atom factor();
    Atom table_factor(const Token &word, Atom::Kind kind);
    Atom random_factor(const Token &word);
    std::int64_t bound();
    [[nodiscard]] std::vector<std::string_view> number_words() const;

    // Generations: scenario_generations.cpp
    [[nodiscard]] bool other_follows() const { return peek().is("("); }
    Generations other(Generations &said);
    void close_other();

    // Tokens
    [[nodiscard]] const Token &peek(std::size_t ahead = 0) const;
    const Token &next();
    bool accept(std::string_view mark);
    bool accept_word(std::string_view word);
    /// Of the line, or of its cell.
    [[nodiscard]] bool at_end() const {
        return peek().kind == TokenKind::end || peek().is("|") || peek().is("@");
    }
    [[nodiscard]] Range since(std::size_t first) const;
    void expect_end();
    void complain(const Range &at, std::string message, std::string hint = {});
    [[noreturn]] void fail(const Range &at, std::string message, std::string hint = {});

    std::vector<Token> tokens_;
    Scope &scope_;
    std::vector<Diagnostic> &errors_;
    std::size_t position_ = 0;
    const OpInfo *op_ = nullptr;           ///< the operation of the line, once it is known
    std::vector<Diagnostic> class_errors_; ///< of operands: no errors where EBADF is expected
};

/// The flags that an operation takes.
[[nodiscard]] std::vector<std::string_view> flags_of(const OpInfo &op);

/// A token as complaints quote it.
[[nodiscard]] std::string quoted(const Token &token);

} // namespace pidlab::scenario
