// SPDX-License-Identifier: MIT
/// @file
/// Bugs of the time, each with how it is found and with the proof that without it nothing is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_search.hpp"

namespace pidlab::explore {

/// What a search with a bug, and one without, have come to.
struct CatalogueEntry {
    std::string name;                              ///< of the scenario
    std::vector<const BugInfo *> bugs;             ///< that it switches on
    std::optional<scenario::Diagnostic> complaint; ///< why it could not be run
    std::optional<Finding> finding;                ///< with the bug
    Progress with;                                 ///< until it was found
    unsigned preemptions = 0;                      ///< of the order that shows it
    std::size_t steps = 0;                         ///< of that order
    std::string schedule;                          ///< that order
    std::optional<Finding> finding_without;        ///< with the bug switched off
    Progress without;                              ///< all orders with as many preemptions
    std::string not_modelled; ///< why the model did not judge those; empty: it did

    /// Whether the bug was found, and nothing where it is off.
    [[nodiscard]] bool good() const {
        return !complaint && finding && !finding_without && without.exhausted &&
               with.diverged + without.diverged == 0;
    }
};

/// Search one scenario twice.
/// @param most for each of the two searches
/// @throws Error of the lab itself
[[nodiscard]] CatalogueEntry catalogue(const scenario::SourceText &source,
                                       const scenario::Scenario &scenario,
                                       const Program::Open &open, std::chrono::milliseconds most);

} // namespace pidlab::explore
