// SPDX-License-Identifier: MIT
/// @file
/// Lines from a person or from a pipe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pidlab::cli {

/// Reads lines.
class LineReader {
public:
    LineReader() = default;
    LineReader(const LineReader &) = delete;
    LineReader &operator=(const LineReader &) = delete;
    virtual ~LineReader() = default;

    /// The next line without its end; nothing at the end of the input. A line that the user
    /// broke off by an interrupt is empty.
    [[nodiscard]] virtual std::optional<std::string> read(const std::string &prompt) = 0;

    /// Whether somebody sits at the other end.
    [[nodiscard]] virtual bool interactive() const = 0;
};

/// The words that may be completed at this moment.
using Words = std::function<std::vector<std::string>()>;

/// A reader of standard input: with editing, history and completion by the tab key where it is a
/// terminal, plain where not. History is kept in $XDG_STATE_HOME/pidlab/history.
[[nodiscard]] std::unique_ptr<LineReader> make_line_reader(Words words);

} // namespace pidlab::cli
