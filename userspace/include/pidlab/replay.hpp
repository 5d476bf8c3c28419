// SPDX-License-Identifier: MIT
/// @file
/// A recorded run, repeated in new labs and compared.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/lab.hpp"

namespace pidlab {

/// Where a repeated run left its record.
struct Departure {
    std::size_t line = 0; ///< of the record, counted from 1
    std::size_t step = 0; ///< how many operations of the lab had gone as recorded
    std::string what;     ///< the operation with its operands, or SETUP
    std::string recorded;
    std::string now;
};

/// One lab of a record.
struct ReplayedLab {
    std::string scenario;
    std::uint64_t operations = 0; ///< that went as recorded
    std::optional<Departure> departure;
};

/// Repeat every lab of a record, each until it leaves the record. Ids need not be the same: each
/// is known by where it appeared first. What can never be the same twice, times, is not compared.
/// @param open makes a fresh lab for each
/// @throws std::invalid_argument with the line of the record that makes no sense
/// @throws Error where a lab itself fails
[[nodiscard]] std::vector<ReplayedLab> replay(std::istream &record,
                                              const std::function<Lab()> &open);

} // namespace pidlab
