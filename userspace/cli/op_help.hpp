// SPDX-License-Identifier: MIT
/// @file
/// The instruction set explained, out of the tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pidlab/table.hpp"

namespace pidlab::cli {

/// How an operation is written: "task, nr = fork PARENT [newpid] [thread] [parent]". Operands
/// that may be left out are in brackets.
[[nodiscard]] std::string usage_line(const OpInfo &op);

/// A word of an operation and what it stands for.
struct Detail {
    std::string word;
    std::string text;
};

/// Its operands, flags and results, in this order.
[[nodiscard]] std::vector<Detail> details(const OpInfo &op);

/// Usage, what it does, and a line for each operand, flag and result; ends in a newline.
[[nodiscard]] std::string describe(const OpInfo &op);

/// A line for each operation; ends in a newline.
[[nodiscard]] std::string op_overview();

} // namespace pidlab::cli
