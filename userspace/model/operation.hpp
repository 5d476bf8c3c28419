// SPDX-License-Identifier: MIT
/// @file
/// From an instruction to what the universe does.
#pragma once

#include "universe.hpp"

namespace pidlab::model {

/// Execute an operation: its error and results are filled in.
/// @throws NotModelled where it asks for more than the model has
void execute(Universe &universe, pidlab_op &op);

/// Whether there is such an operation here.
[[nodiscard]] bool has_operation(std::uint16_t opcode);

} // namespace pidlab::model
