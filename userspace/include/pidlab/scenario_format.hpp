// SPDX-License-Identifier: MIT
/// @file
/// Scenarios laid out in the one way.
///
/// Tokens, comments and their order stay; blanks, indentation and the columns of comments are
/// decided here:
///
///   - four blanks of indentation inside each repeat; one blank between words; none around the `='
///     of a setting, an option, or an operand given by name
///   - comments behind statements of a paragraph stand in one column, a multiple of four and at
///     least the 40th; lines without a statement that went on with such a comment still do
///   - one empty line where there were several, none at the ends, none after blanks
#pragma once

#include <string>

#include "pidlab/scenario_source.hpp"

namespace pidlab::scenario {

/// Lay out a text that parses without errors: what is returned parses to the same scenario, and
/// laying it out again changes nothing. Ends in a line feed unless there is nothing.
[[nodiscard]] std::string format(const SourceText &source);

/// Whether two texts have the same tokens and comments in the same order.
[[nodiscard]] bool same_words(const SourceText &one, const SourceText &other);

} // namespace pidlab::scenario
