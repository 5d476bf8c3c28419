// SPDX-License-Identifier: MIT
/// @file
/// Programs run on the model and on something that should be like it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pidlab/transport.hpp"
#include "program.hpp"

namespace pidlab::testing {

/// Makes a fresh lab of what the model is compared with.
using MakeLab = std::function<std::unique_ptr<Transport>()>;

/// Run a program on the model and on a fresh lab; ids are matched as they turn up.
///
/// Before an operation whose answer depends on whether a grace period has ended, both get one, or
/// it is passed over. After the program the invariants hold, and counters and snapshots are the
/// same.
/// @return the first difference in words, or nothing
[[nodiscard]] std::optional<std::string> difference(const Program &program, const MakeLab &make);

/// The smallest program that still shows a difference, as far as leaving out steps, flags and
/// operands one after another finds it.
[[nodiscard]] Program shrink(Program program, const MakeLab &make);

/// The program as a scenario that expects what the model answers. Steps that no scenario can
/// write, with ids that never were or of another kind, are comments in it.
[[nodiscard]] std::string as_scenario(const Program &program, const std::string &title);

} // namespace pidlab::testing
