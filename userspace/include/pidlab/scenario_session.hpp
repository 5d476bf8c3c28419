// SPDX-License-Identifier: MIT
/// @file
/// A scenario that is typed in: one line at a time, errors do not end it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_events.hpp"
#include "pidlab/scenario_executor.hpp"
#include "pidlab/scenario_parser.hpp"
#include "pidlab/scenario_source.hpp"

namespace pidlab::scenario {

/// Lines of a scenario, executed as they come. Lines of a repeat wait until its `end'.
///
///     Session session{lab, watcher};
///     while (read(line))
///         for (const Diagnostic &error : session.execute(line))
///             std::cerr << render(session.source(), error);
class Session {
public:
    /// @param lab fresh; must outlive the session
    /// @param observer hears what is executed; must outlive the session
    /// @param name what complaints call the text
    Session(Lab &lab, Observer &observer, std::string name = "shell");
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    /// Take a line and execute what it completes.
    /// @return complaints about the line, or what it expected and did not get; empty: all well
    /// @throws Error where the lab itself fails
    std::vector<Diagnostic> execute(std::string line);

    /// Whether a repeat waits for its `end'.
    [[nodiscard]] bool open() const { return parser_.open(); }

    /// Forget the lines of an open repeat.
    void abandon() { parser_.abandon(); }

    /// See that the invariants hold.
    /// @return what does not hold
    std::vector<Diagnostic> finish();

    /// The lines so far, for render().
    [[nodiscard]] const SourceText &source() const { return source_; }

    /// Names, numbers and references so far.
    [[nodiscard]] const State &state() const { return executor_.state(); }

    /// Words that may stand in a line, for completion: operations, keywords, flags, operands,
    /// names, and so on.
    [[nodiscard]] std::vector<std::string> words() const;

private:
    SourceText source_;
    Parser parser_;
    Executor executor_;
};

} // namespace pidlab::scenario
