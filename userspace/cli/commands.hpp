// SPDX-License-Identifier: MIT
/// @file
/// The whole command line: what main() runs and what the manual and the completion are made of.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace pidlab::cli {

/// One subcommand.
struct Command {
    const char *name;
    const char *help; ///< one line
    Action (*add)(CLI::App &, const Globals &);
    /// Paragraphs for its --help and its manual page, blank lines between; examples are indented.
    const char *more = "";
};

/// Whether a line of Command::more is of an example, which stays as it is.
[[nodiscard]] bool is_example(std::string_view line);

/// All subcommands, in the order in which help lists them.
[[nodiscard]] std::span<const Command> commands();

/// An exit code of the command, explained.
struct ExitInfo {
    Exit code;
    const char *help;
};

/// All exit codes.
[[nodiscard]] std::span<const ExitInfo> exits();

/// The command with every subcommand declared.
class Program {
public:
    Program();
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    /// What is declared, for whoever documents it.
    [[nodiscard]] CLI::App &app() { return app_; }

    /// Read the arguments and run the subcommand they ask for.
    /// @return the exit code; complaints have gone to standard error
    int run(int argc, char **argv);

private:
    CLI::App app_;
    Globals globals_;
    std::vector<Action> actions_; ///< in the order of commands()
};

} // namespace pidlab::cli
