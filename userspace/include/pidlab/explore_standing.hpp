// SPDX-License-Identifier: MIT
/// @file
/// A deadlock in words: who stands where, for which lock, and who has it.
#pragma once

#include <string>
#include <vector>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// What keeps each actor of a run that ended in a deadlock, and what it has itself: "P0 waits for
/// task_lock of t1, which P1 has since step 7". Empty for any other run.
[[nodiscard]] std::vector<std::string> standing_words(const Program &program, const Run &run);

} // namespace pidlab::explore
