// SPDX-License-Identifier: MIT
/// @file
/// The word an author probably meant.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

namespace pidlab {

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions,
/// substitutions and swaps of neighbours cost 1 each.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows are enough: a swap looks back two.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

/// The candidate nearest to @p word, or nothing when none is near enough to be a slip:
/// at most a third of the longer word's letters, and at least one, may differ. Of equally
/// near candidates the first one wins.
template <std::ranges::input_range Range>
requires std::convertible_to<std::ranges::range_reference_t<Range>, std::string_view>
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word,
                                                           Range &&candidates) {
    std::optional<std::string_view> best;
    std::size_t best_distance = 0;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        const std::size_t longer = std::max(word.size(), candidate.size());
        // Words that share no letter are never near.
        const bool near = distance <= std::max<std::size_t>(1, longer / 3) && distance < longer;
        if (near && (!best || distance < best_distance)) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace pidlab
