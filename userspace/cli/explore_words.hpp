// SPDX-License-Identifier: MIT
/// @file
/// What `pidlab explore' says of a search, in lines and in JSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "explore_options.hpp"
#include "pidlab/explore_random.hpp"
#include "pidlab/explore_search.hpp"

namespace pidlab::cli {

/// How far a search of all orders is.
[[nodiscard]] std::string how_far(const explore::Progress &now);

/// How far a drawing of random orders is.
[[nodiscard]] std::string how_far(const explore::Drawn &now);

/// All of a search in one line.
[[nodiscard]] std::string searched(const explore::Progress &progress,
                                   const ExploreOptions &options);

/// All of a drawing in lines, but for what was found: how many, and what may have been missed.
/// @param found the preemptions of the order that was found; nothing was: nothing
[[nodiscard]] std::string drawn_words(const explore::Drawn &drawn, std::uint64_t seed,
                                      std::optional<unsigned> found);

/// @name The same as members of an object
/// @{
[[nodiscard]] nlohmann::ordered_json as_json(const explore::Progress &progress);
[[nodiscard]] nlohmann::ordered_json as_json(const explore::Drawn &drawn, std::uint64_t seed);
/// @}

} // namespace pidlab::cli
