// SPDX-License-Identifier: MIT
#include "pidlab/scenario_format.hpp"

#include <algorithm>
#include <vector>

#include "pidlab/scenario_lexer.hpp"
#include "pidlab/table.hpp"

namespace pidlab::scenario {

namespace {

constexpr std::size_t indent = 4;
constexpr std::size_t first_column = 40; // of a comment behind a statement
constexpr std::size_t long_line = 60;    // a longer statement moves no comment but its own
constexpr std::size_t gap = 2;           // blanks before such a comment, at least

/// A line taken apart.
struct Line {
    std::string code; ///< indented; empty when there is none
    std::string comment;
    std::size_t depth = 0;
    bool behind = false; ///< the comment stands behind code, or goes on with one that does

    [[nodiscard]] bool empty() const { return code.empty() && comment.empty(); }
};

std::string_view without_end_blanks(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Characters of UTF-8.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (byte & '\xC0') != '\x80'; }));
}

bool attached(const Token &first, const Token &second) {
    return second.at.offset == first.at.offset + first.at.length;
}

/// Says which neighbours of a line stand without a blank between them.
class Spacing {
public:
    explicit Spacing(const std::vector<Token> &tokens)
        : tokens_{tokens}, columns_{tokens.size() > 2 && tokens[1].is(":")} {
        begin(columns_ ? 2 : 0);
    }

    /// Whether the token follows the one before it without a blank. Asked once for each, in order.
    bool tight(std::size_t index) {
        const Token &last = tokens_[index - 1];
        const Token &token = tokens_[index];
        if (columns_ && last.is(":") && parentheses_ == 0)
            begin(index);
        const bool tight = decide(index, last, token);
        parentheses_ += token.is("(") ? 1 : token.is(")") ? -1 : 0;
        tight_mark_ = tight && (token.is("=") || token.is("+"));
        unary_ = token.is("-") && is_unary(last);
        if (op_ && index >= operands_ && token.is("=") && !tight && parentheses_ == 0)
            op_ = nullptr; // an expectation begins
        return tight;
    }

private:
    // Looks for the operation of a line, or of a cell.
    void begin(std::size_t start) {
        const bool named = start + 2 < tokens_.size() && tokens_[start + 1].is("=");
        const std::size_t verb = tokens_[start].is_word("expect") ? start + 1
                                 : named                          ? start + 2
                                                                  : start;
        op_ = tokens_[verb].kind == TokenKind::word ? find_op(tokens_[verb].text) : nullptr;
        operands_ = op_ ? verb + 1 : 0;
        call_ = op_ != nullptr;
    }

    [[nodiscard]] bool first(std::string_view word) const { return tokens_.front().is_word(word); }

    [[nodiscard]] bool decide(std::size_t index, const Token &last, const Token &token) const {
        if (token.is(",") || token.is(":") || token.is(")") || token.is(".") || last.is("(") ||
            last.is(".") || last.is("@"))
            return true;
        if (tight_mark_ || unary_)
            return true;
        if (token.is("="))
            return parentheses_ > 0 || first("lab") || names_operand(index, last, token);
        return token.is("+") && (first("lab") || call_);
    }

    // As the parser has it: WORD= without a blank, after the operation.
    [[nodiscard]] bool names_operand(std::size_t index, const Token &word,
                                     const Token &mark) const {
        return op_ && index > operands_ && attached(word, mark) && op_->operand(word.text);
    }

    // An operation has no sums, so that a minus in its line belongs to what follows it.
    [[nodiscard]] bool is_unary(const Token &last) const {
        const bool value = last.kind != TokenKind::mark || last.is(")");
        return call_ || !value || last.is_word("expect") || last.is_word("repeat");
    }

    const std::vector<Token> &tokens_;
    bool columns_;
    const OpInfo *op_ = nullptr; ///< while its operands last
    std::size_t operands_ = 0;   ///< the first token behind it
    bool call_ = false;          ///< the line has an operation
    int parentheses_ = 0;
    bool tight_mark_ = false; ///< the last token is a mark that holds its neighbours
    bool unary_ = false;      ///< the last token is a sign
};

std::string code_of(std::string_view line, const std::vector<Token> &tokens) {
    Spacing spacing{tokens};
    std::string out;
    for (std::size_t i = 0; tokens[i].kind != TokenKind::end; ++i) {
        if (i > 0 && !spacing.tight(i))
            out += ' ';
        out += line.substr(tokens[i].at.offset, tokens[i].at.length);
    }
    return out;
}

/// Takes lines apart, one after the other.
class Reader {
public:
    Line read(std::size_t number, std::string_view text) {
        std::vector<Diagnostic> errors;
        const std::vector<Token> tokens = lex(number, text, errors);
        Line out;
        depth_ -= tokens.front().is_word("end") && depth_ > 0 ? 1 : 0;
        out.depth = depth_;
        depth_ += tokens.front().is_word("repeat") ? 1 : 0;
        if (const std::string code = code_of(text, tokens); !code.empty())
            out.code = std::string(out.depth * indent, ' ') + code;

        const std::string_view comment = comment_of(text);
        const bool has_comment = comment.data() != nullptr;
        const std::size_t column =
            has_comment ? static_cast<std::size_t>(comment.data() - text.data()) : 0;
        if (has_comment)
            out.comment = '#' + std::string{without_end_blanks(comment)};
        out.behind =
            has_comment && (!out.code.empty() || (behind_ && column == column_ && column > 1));
        behind_ = out.behind;
        column_ = column;
        return out;
    }

private:
    std::size_t depth_ = 0;
    bool behind_ = false;    ///< the line before has a comment behind a statement
    std::size_t column_ = 0; ///< where it begins
};

/// Column of the comments in a paragraph.
std::size_t comment_column(std::vector<Line>::const_iterator begin,
                           std::vector<Line>::const_iterator end) {
    std::size_t column = first_column;
    for (auto line = begin; line != end; ++line)
        if (const std::size_t code = width(line->code); line->behind && code <= long_line)
            column = std::max(column, (code + gap + indent - 1) / indent * indent);
    return column;
}

void write(std::string &out, const Line &line, std::size_t column) {
    out += line.code;
    if (line.behind)
        out += std::string(std::max(width(line.code) + gap, column) - width(line.code), ' ');
    else if (!line.comment.empty())
        out += std::string(line.depth * indent, ' ');
    out += line.comment + '\n';
}

} // namespace

std::string format(const SourceText &source) {
    std::vector<Line> lines;
    Reader reader;
    for (std::size_t number = 1; number <= source.lines(); ++number) {
        Line line = reader.read(number, source.line(number));
        if (!line.empty() || (!lines.empty() && !lines.back().empty()))
            lines.push_back(std::move(line));
    }
    std::string out;
    for (auto begin = lines.cbegin(); begin != lines.cend();) {
        const auto end = std::find_if(begin, lines.cend(), [](const Line &l) { return l.empty(); });
        const std::size_t column = comment_column(begin, end);
        out += out.empty() || begin == end ? "" : "\n";
        for (auto line = begin; line != end; ++line)
            write(out, *line, column);
        begin = end == lines.cend() ? end : end + 1;
    }
    return out;
}

bool same_words(const SourceText &one, const SourceText &other) {
    const auto words = [](const SourceText &source) {
        std::vector<std::string> out;
        for (std::size_t number = 1; number <= source.lines(); ++number) {
            std::vector<Diagnostic> errors;
            const std::string_view line = source.line(number);
            const std::vector<Token> tokens = lex(number, line, errors);
            for (const Token &token : tokens)
                out.emplace_back(line.substr(token.at.offset, token.at.length));
            if (const std::string_view comment = comment_of(line); comment.data())
                out.push_back('#' + std::string{without_end_blanks(comment)});
            // An empty line's only token is its end.
            if (out.back().empty() && tokens.size() == 1)
                out.pop_back();
        }
        return out;
    };
    return words(one) == words(other);
}

} // namespace pidlab::scenario
