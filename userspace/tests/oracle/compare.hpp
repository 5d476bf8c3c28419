// SPDX-License-Identifier: MIT
/// @file
/// Random programs done by real processes and in a lab of generation `idr', step by step. Row x7.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dice.hpp"
#include "pidlab/oracle.hpp"
#include "pidlab/transport.hpp"

namespace pidlab::testing::processes {

/// Makes a fresh lab of what the processes are compared with.
using MakeLab = std::function<std::unique_ptr<Transport>()>;

/// What comparisons have come by.
struct OracleTally {
    std::uint64_t steps = 0;
    std::map<std::string_view, std::uint64_t> differences; ///< of the table, how often each
};

/// What came of one program.
struct OracleFinding {
    std::string why;      ///< the difference that nothing explains
    std::string scenario; ///< the program up to there, as real processes did it
};

/// A program of @p length steps that real processes can do.
[[nodiscard]] Program program_for_processes(Dice &dice, std::size_t length);

/// Programs that come by each difference of the table that a program can come by.
[[nodiscard]] std::vector<Program> programs_that_differ();

/// Run a program on real processes and in a fresh lab, and compare every result, and at the
/// end all tasks. A difference of the table counts as that; the program ends there if the two go
/// different ways from then on.
[[nodiscard]] std::optional<OracleFinding> ask_the_oracle(const Program &program,
                                                          const MakeLab &make, OracleTally &tally);

/// The shortest program found that still differs, and how it does.
[[nodiscard]] OracleFinding least_finding(Program program, const MakeLab &make,
                                          OracleFinding found);

} // namespace pidlab::testing::processes
