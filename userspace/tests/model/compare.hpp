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
/// it is passed over. After the program both are asked about everything that there is, the
/// invariants hold, and counters and snapshots are the same.
/// @return the first difference in words, or nothing
[[nodiscard]] std::optional<std::string> difference(const Program &program, const MakeLab &make);

/// The smallest of what RapidCheck shrinks a draft to that still shows a difference.
[[nodiscard]] Program shrink(rc::Shrinkable<Draft> draft, std::uint64_t generation,
                             const MakeLab &make);

/// What a draft with this seed shows, with the smallest program that shows it as a scenario; or
/// nothing. @p commands is added to.
[[nodiscard]] std::optional<std::string> judge(std::uint64_t seed, int length,
                                               std::uint64_t generation, const MakeLab &make,
                                               std::uint64_t &commands);

/// The program as a scenario that expects what the model answers. Steps that no scenario can
/// write, with ids that never were or of another kind, are comments in it.
[[nodiscard]] std::string as_scenario(const Program &program, const std::string &title);

} // namespace pidlab::testing
