// SPDX-License-Identifier: MIT
#include "pidlab/scenario_lexer.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

namespace pidlab::scenario {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_wordy(char c) { return is_letter(c) || is_digit(c); }

// Longer marks first, so that <= is not taken for <.
constexpr std::array<std::string_view, 17> marks = {"==", "!=", "<=", ">=", "=", "<", ">", "(", ")",
                                                    ".",  ",",  ":",  "+",  "-", "*", "|", "@"};

int suffix_shift(char c) {
    switch (c) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return -1;
    }
}

class Lexer {
public:
    Lexer(std::size_t number, std::string_view text, std::vector<Diagnostic> &errors)
        : number_{number}, text_{text}, errors_{errors} {}

    std::vector<Token> run() {
        while (position_ < text_.size() && text_[position_] != '#')
            step();
        tokens_.push_back({TokenKind::end, range(position_, 0), {}, 0});
        return std::move(tokens_);
    }

private:
    void step() {
        const char c = text_[position_];
        if (c == ' ' || c == '\t')
            ++position_;
        else if (is_letter(c))
            take(TokenKind::word, wordy_length());
        else if (is_digit(c))
            integer();
        else if (c == '"')
            string();
        else
            mark();
    }

    void take(TokenKind kind, std::size_t length, std::int64_t value = 0) {
        tokens_.push_back({kind, range(position_, length), text_.substr(position_, length), value});
        position_ += length;
    }

    void integer() {
        const std::size_t length = wordy_length();
        std::string_view digits = text_.substr(position_, length);
        const int shift = suffix_shift(digits.back());
        if (shift > 0)
            digits.remove_suffix(1);
        if (!std::all_of(digits.begin(), digits.end(), is_digit)) {
            complain(length, "not a number",
                     "a number has decimal digits, then perhaps K, M or G; a name begins with a "
                     "letter");
            return;
        }
        const auto value = decimal(digits, shift > 0 ? shift : 0);
        if (value < 0)
            complain(length, "the number does not fit 64 bits");
        else
            take(TokenKind::integer, length, value);
    }

    // -1 when it does not fit.
    static std::int64_t decimal(std::string_view digits, int shift) {
        constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
        std::int64_t value = 0;
        for (const char c : digits) {
            const int digit = c - '0';
            if (value > (max - digit) / 10)
                return -1;
            value = value * 10 + digit;
        }
        return value > (max >> shift) ? -1 : value << shift;
    }

    void string() {
        const std::size_t close = text_.find('"', position_ + 1);
        if (close == std::string_view::npos) {
            complain(text_.size() - position_, "the text has no closing quote");
            return;
        }
        const std::size_t length = close - position_ - 1;
        tokens_.push_back({TokenKind::string, range(position_, length + 2),
                           text_.substr(position_ + 1, length), 0});
        position_ = close + 1;
    }

    void mark() {
        const std::string_view rest = text_.substr(position_);
        const auto found = std::find_if(marks.begin(), marks.end(),
                                        [rest](std::string_view m) { return rest.starts_with(m); });
        if (found != marks.end()) {
            take(TokenKind::mark, found->size());
            return;
        }
        // A run of strange characters is one complaint.
        std::size_t length = 1;
        while (length < rest.size() && strange(rest[length]))
            ++length;
        complain(length, fmt::format("unexpected `{}'", printable(rest.substr(0, length))));
    }

    static bool strange(char c) {
        return !is_wordy(c) && c != ' ' && c != '\t' && c != '"' && c != '#' &&
               std::none_of(marks.begin(), marks.end(),
                            [c](std::string_view m) { return m.front() == c; });
    }

    void complain(std::size_t length, std::string message, std::string hint = {}) {
        errors_.push_back({range(position_, length), std::move(message), std::move(hint), {}});
        position_ += length;
    }

    [[nodiscard]] std::size_t wordy_length() const {
        std::size_t end = position_;
        while (end < text_.size() && is_wordy(text_[end]))
            ++end;
        return end - position_;
    }

    [[nodiscard]] Range range(std::size_t offset, std::size_t length) const {
        return {number_, offset, length};
    }

    std::size_t number_;
    std::string_view text_;
    std::vector<Diagnostic> &errors_;
    std::size_t position_ = 0;
    std::vector<Token> tokens_;
};

} // namespace

std::vector<Token> lex(std::size_t number, std::string_view text, std::vector<Diagnostic> &errors) {
    return Lexer{number, text, errors}.run();
}

std::string_view comment_of(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == '#' && !quoted)
            return line.substr(i + 1);
    }
    return {};
}

} // namespace pidlab::scenario
