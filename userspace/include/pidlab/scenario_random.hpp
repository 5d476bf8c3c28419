// SPDX-License-Identifier: MIT
/// @file
/// Numbers by chance, the same each time.
#pragma once

#include <cstdint>

#include "pidlab/scenario_ast.hpp"

namespace pidlab::scenario {

/// Where `random' takes its numbers from: splitmix64, so that a seed means the same everywhere.
class Random {
public:
    /// What it begins with where nobody says `seed'.
    static constexpr std::uint64_t default_seed = 1;

    void seed(std::uint64_t seed) {
        seed_ = state_ = seed;
        drawn_ = false;
    }

    /// The next number, @p low to @p high, both included.
    [[nodiscard]] std::int64_t draw(std::int64_t low, std::int64_t high);

    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    /// Whether a number was taken since the last seed.
    [[nodiscard]] bool drawn() const { return drawn_; }

private:
    std::uint64_t seed_ = default_seed;
    std::uint64_t state_ = default_seed;
    bool drawn_ = false;
};

/// Let every `seed' of a scenario give this one; one that has none begins with it.
void reseed(Scenario &scenario, std::uint64_t seed);

} // namespace pidlab::scenario
