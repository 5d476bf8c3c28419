// SPDX-License-Identifier: MIT
/// @file
/// A search that is not over, as a file: to be gone on with later, by the same search only.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pidlab/explore_search.hpp"

namespace pidlab::explore {

/// What makes a search the one it is: names and values.
using Identity = std::vector<std::pair<std::string, std::string>>;

/// That of a search of a program within bounds; time and the number of runs are none of it.
[[nodiscard]] Identity identity_of(Controller &controller, const Bounds &bounds);

/// How two searches differ, in words; empty: they don't.
[[nodiscard]] std::string difference(const Identity &saved, const Identity &now);

/// Results that some order leads to.
struct Outcome {
    std::uint64_t runs = 0;
    std::vector<std::string> words; ///< one for each instruction
};

/// By Program::canonical().
using Outcomes = std::map<std::vector<std::uint64_t>, Outcome>;

/// All that there is to know of a search.
struct SavedSearch {
    Identity identity;
    Progress progress;
    std::uint64_t excused = 0; ///< histories that Judge::excused() counts
    std::vector<Prefix> left;
    std::unordered_set<std::uint64_t> known;
    Outcomes outcomes;
};

/// Write it as lines of text.
void write_saved(std::ostream &out, const SavedSearch &saved);

/// Write it to a file, which has the old search or the new one at any time, and nothing between.
/// @throws std::system_error
void write_saved_file(const std::string &path, const SavedSearch &saved);

/// Read it again.
/// @return or why it is none, in words
[[nodiscard]] std::variant<SavedSearch, std::string> read_saved(std::istream &in);

} // namespace pidlab::explore
