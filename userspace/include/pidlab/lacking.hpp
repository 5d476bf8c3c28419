// SPDX-License-Identifier: MIT
/// @file
/// What the generations of earlier years had not got yet.
#pragma once

#include <string>

#include <pidlab.h>

#include "pidlab/table.hpp"

namespace pidlab {

/// Why an operation that was refused with EOPNOTSUPP cannot be had in its lab's generation; empty
/// where that is not a matter of generations.
/// @param sent the operation as it was sent
[[nodiscard]] std::string what_is_lacking(const OpInfo &op, const pidlab_op &sent);

} // namespace pidlab
