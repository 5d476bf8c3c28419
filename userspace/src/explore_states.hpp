// SPDX-License-Identifier: MIT
/// @file
/// States by what has led to them.
#pragma once

#include <cstdint>
#include <vector>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// A hash of two words.
[[nodiscard]] std::uint64_t mixed(std::uint64_t one, std::uint64_t other);

/// Whether two steps of different actors cannot be exchanged.
[[nodiscard]] bool depend(const pidlab_footprint &one, const pidlab_footprint &other);

/// The state before each step of a run, and the one in its end: equal for runs that differ by
/// exchanges of steps that do not depend on each other.
/// @param run has footprints
[[nodiscard]] std::vector<std::uint64_t> states_of(const Run &run);

} // namespace pidlab::explore
