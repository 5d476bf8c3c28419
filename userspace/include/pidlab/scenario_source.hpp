// SPDX-License-Identifier: MIT
/// @file
/// The text of a scenario, places in it, and complaints that point at them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pidlab::scenario {

/// A piece of one line. Lines are counted from 1; offset and length are in bytes.
struct Range {
    std::size_t line = 0;
    std::size_t offset = 0;
    std::size_t length = 0;

    friend bool operator==(const Range &, const Range &) = default;
};

/// The smallest range that covers two of the same line.
[[nodiscard]] Range cover(const Range &first, const Range &last);

/// A complaint about a piece of the text.
struct Diagnostic {
    Range at;
    std::string message;
    std::string hint;               ///< follows the caret: "did you mean `fork'?"
    std::vector<std::string> notes; ///< whole lines below the caret
};

/// A named text, cut into lines once. Line feeds end lines; a carriage return before one goes too.
class SourceText {
public:
    /// @param name what complaints call it: a file's name, or "shell"
    SourceText(std::string name, const std::string &text);

    [[nodiscard]] const std::string &name() const { return name_; }
    [[nodiscard]] std::size_t lines() const { return lines_.size(); }

    /// A line by its number, counted from 1; empty past the end.
    [[nodiscard]] std::string_view line(std::size_t number) const;

    /// Add a line at the end, as a prompt does.
    /// @return its number
    std::size_t append(std::string text);

private:
    std::string name_;
    std::vector<std::string> lines_;
};

/// Column of a range as people count: characters of UTF-8 from 1.
[[nodiscard]] std::size_t column(const SourceText &source, const Range &at);

/// A text as it may go to a terminal: control characters and broken UTF-8 become '?'.
[[nodiscard]] std::string printable(std::string_view text);

/// The complaint as lines of text: "file:line:column: error: ...", the line, a caret, the notes.
/// @param colour use terminal colours
[[nodiscard]] std::string render(const SourceText &source, const Diagnostic &diagnostic,
                                 bool colour = false);

/// "did you mean `WORD'?" for the candidate nearest to @p word, or nothing when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string_view> &candidates);

} // namespace pidlab::scenario
