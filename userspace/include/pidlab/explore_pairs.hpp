// SPDX-License-Identifier: MIT
/// @file
/// Every two of a list of operations, at the same time, in every order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_search.hpp"

namespace pidlab::explore {

/// Two operations, and what their orders have come to.
struct Pair {
    std::string first;
    std::string second;
    Progress progress;
    std::uint64_t excused = 0; ///< histories that Judge::excused() counts
    bool modelled = false;     ///< the reference model has judged, too
    std::optional<Finding> finding;
    std::string explanation; ///< of the order that was found
};

/// The pairs of one scenario in one generation.
struct Pairs {
    const WordInfo *generation = nullptr;
    std::string lacking; ///< why the lines before the columns don't work there; empty: they do
    std::uint64_t pairs = 0;
    std::uint64_t runs = 0;
    std::uint64_t excused = 0;
    std::uint64_t modelled = 0;   ///< pairs that the reference model has judged, too
    std::uint64_t unfinished = 0; ///< pairs whose orders were not all run
    std::vector<Pair> found;      ///< those with a finding
};

/// Which pairs of all are run: those numbers that leave `first' when divided by `every'.
struct PairsPart {
    unsigned every = 1;
    unsigned first = 0;
};

/// Run every two cells of a scenario's columns, each with itself too, from the state that the
/// lines before them make. Whose columns they stand in does not matter.
/// @param bounds of each pair
/// @param tell called after each pair
/// @throws Error of the lab itself
[[nodiscard]] Pairs all_pairs(const scenario::SourceText &source,
                              const scenario::Scenario &scenario, const Program::Open &open,
                              const WordInfo &generation, const Bounds &bounds,
                              const PairsPart &part, const std::function<void(const Pair &)> &tell);

} // namespace pidlab::explore
