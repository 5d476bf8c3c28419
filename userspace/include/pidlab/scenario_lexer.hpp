// SPDX-License-Identifier: MIT
/// @file
/// Lines of a scenario into tokens.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pidlab/scenario_source.hpp"

namespace pidlab::scenario {

enum class TokenKind {
    word,    ///< letters, digits and underscores, not beginning with a digit
    integer, ///< digits, then perhaps K, M or G
    string,  ///< "...", on one line, without escapes
    mark,    ///< punctuation: = == != < <= > >= ( ) . , : + - * | @
    end,     ///< end of the line
};

/// One token. Views point into the line it was cut from.
struct Token {
    TokenKind kind = TokenKind::end;
    Range at;
    std::string_view text;  ///< as written; a string's without its quotes
    std::int64_t value = 0; ///< of an integer

    [[nodiscard]] bool is(std::string_view mark) const {
        return kind == TokenKind::mark && text == mark;
    }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return kind == TokenKind::word && text == word;
    }
};

/// Cut one line into tokens; the last one is always TokenKind::end. What cannot be a token is
/// complained about and left out.
/// @param number the line's number, for ranges
/// @param text must outlive the tokens
/// @param errors complaints are added here
[[nodiscard]] std::vector<Token> lex(std::size_t number, std::string_view text,
                                     std::vector<Diagnostic> &errors);

/// The text of a comment on this line: what follows '#' outside of strings, or nothing.
[[nodiscard]] std::string_view comment_of(std::string_view line);

} // namespace pidlab::scenario
