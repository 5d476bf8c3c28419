// SPDX-License-Identifier: MIT
/// @file
/// An order that the columns of a scenario spell out: row by row, from the left to the right,
/// each cell to its end or to the step behind its @.
#pragma once

#include <variant>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// Whether some cell stops inside of its operation.
[[nodiscard]] bool is_pinned(const scenario::Columns &columns);

/// The order that the columns spell out, or why it is none: an actor comes to its end before the
/// step it is to stop at, or has to wait for another.
[[nodiscard]] std::variant<Order, scenario::Diagnostic> pinned_order(Controller &controller);

} // namespace pidlab::explore
