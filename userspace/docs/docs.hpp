// SPDX-License-Identifier: MIT
/// @file
/// The manual, the completion of the shell and the syntax for editors, made of what the command
/// declares and of the tables: what is added there appears here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"

namespace pidlab::docs {

/// A file of the documentation.
struct File {
    std::string path; ///< below the folder that all of them are in
    std::string text;
};

/// pidlab(1) and a page for each subcommand.
[[nodiscard]] std::vector<File> command_pages(CLI::App &app);

/// A page written by hand whose lines @NAME@ are replaced by a section out of the tables.
/// @throws std::out_of_range there is no such section
[[nodiscard]] std::string fill(std::string_view page);

/// The completion for bash.
[[nodiscard]] File completion(CLI::App &app);

/// Syntax of scenarios for Vim, with what tells Vim which files they are.
[[nodiscard]] std::vector<File> vim();

/// Syntax of scenarios as a TextMate grammar, which other editors read too.
[[nodiscard]] File textmate();

/// @name What an option is, as its declaration tells
/// @{
struct Operand {
    std::string type;                 ///< SCENARIO, OPERATION, FILE, ...; empty for a flag
    std::vector<std::string> choices; ///< the words it takes, when it takes no others
};
[[nodiscard]] Operand operand_of(const CLI::Option &option);
/// @}

} // namespace pidlab::docs
