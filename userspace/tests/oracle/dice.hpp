// SPDX-License-Identifier: MIT
/// @file
/// Random programs for real processes: lists of operations that name one another's results.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "pidlab/settings.hpp"
#include "pidlab/table.hpp"

namespace pidlab::testing::processes {

/// Dice that fall alike wherever the seed is the same.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : source_(seed) {}

    /// 0 to @p sides - 1.
    std::uint64_t below(std::uint64_t sides) { return source_() % sides; }
    bool one_in(std::uint64_t sides) { return below(sides) == 0; }

private:
    std::mt19937_64 source_;
};

/// What stands in an operand.
struct Operand {
    enum class Kind {
        value,  ///< as it is
        init,   ///< the first task
        result, ///< a result of an earlier step; of one that failed: an id that never was
        never,  ///< such an id
    } kind = Kind::value;
    std::uint64_t value = 0; ///< value; never: the kind of object
    std::size_t step = 0;    ///< result: which one's, by its label
    unsigned slot = 0;       ///< result: which of them
    bool minus = false;      ///< result: negative, for selectors
};

struct Step {
    std::size_t label = 0; ///< stays when others are left out
    const OpInfo *op = nullptr;
    std::uint16_t flags = 0;
    bool patient = false; ///< waits for a grace period if it must; others are passed over then
    std::array<Operand, PIDLAB_OP_ARGS> args;
};

/// A program begins by letting numbers go by: tasks that are forked, exit and are reaped.
struct Program {
    Settings settings;
    unsigned gone_by = 0;
    std::vector<Step> steps;
};

/// A program of @p length steps for a generation.
[[nodiscard]] Program random_program(Dice &dice, std::uint64_t generation, std::size_t length);

} // namespace pidlab::testing::processes
