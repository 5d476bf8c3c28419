// SPDX-License-Identifier: MIT
/// @file
/// The operations of a lab, done by real processes.
#pragma once

#include "world.hpp"

namespace pidlab::oracle {

/// Execute an operation and write its error and results.
/// @throws OracleError the machine failed it
void execute(World &world, pidlab_op &op);

/// Whether there is a counterpart; the reason where there is none is oracle_lacks()'s.
[[nodiscard]] bool does(std::uint16_t opcode);

} // namespace pidlab::oracle
