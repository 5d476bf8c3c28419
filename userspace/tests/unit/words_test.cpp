// SPDX-License-Identifier: MIT
#include <array>
#include <random>
#include <ranges>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pidlab/table.hpp"
#include "pidlab/words.hpp"

namespace pidlab {
namespace {

auto op_names() { return ops() | std::views::transform(&OpInfo::name); }

TEST(EditDistance, counts_insertions_deletions_substitutions_and_swaps) {
    EXPECT_EQ(edit_distance("fork", "fork"), 0u);
    EXPECT_EQ(edit_distance("frok", "fork"), 1u);
    EXPECT_EQ(edit_distance("fok", "fork"), 1u);
    EXPECT_EQ(edit_distance("forks", "fork"), 1u);
    EXPECT_EQ(edit_distance("fark", "fork"), 1u);
    EXPECT_EQ(edit_distance("", "fork"), 4u);
    EXPECT_EQ(edit_distance("fork", ""), 4u);
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(EditDistance, does_not_depend_on_the_order_and_is_bounded_by_the_longer_word) {
    std::mt19937 random(1);
    const auto word = [&] {
        std::string text(random() % 8, 'a');
        for (char &c : text)
            c = static_cast<char>('a' + random() % 3);
        return text;
    };
    for (int i = 0; i < 2000; ++i) {
        const std::string a = word(), b = word();
        EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
        EXPECT_LE(edit_distance(a, b), std::max(a.size(), b.size())) << a << " " << b;
        EXPECT_EQ(edit_distance(a, b) == 0, a == b) << a << " " << b;
    }
}

TEST(NearestWord, finds_what_a_slip_of_the_hand_meant) {
    EXPECT_EQ(nearest_word("frok", op_names()), "fork");
    EXPECT_EQ(nearest_word("hold_tsk", op_names()), "hold_task");
    EXPECT_EQ(nearest_word("setpgit", op_names()), "setpgid");
    EXPECT_EQ(nearest_word("reep", op_names()), "reap");
}

TEST(NearestWord, finds_nothing_when_nothing_is_near) {
    EXPECT_EQ(nearest_word("photosynthesis", op_names()), std::nullopt);
    EXPECT_EQ(nearest_word("", op_names()), std::nullopt);
    EXPECT_EQ(nearest_word("x", std::vector<std::string_view>{"y"}), std::nullopt);
    EXPECT_EQ(nearest_word("fork", std::vector<std::string>{}), std::nullopt);
}

TEST(NearestWord, prefers_the_nearer_and_then_the_earlier_word) {
    const std::array<std::string_view, 3> words = {"first", "fist", "fast"};
    EXPECT_EQ(nearest_word("fist", words), "fist");
    EXPECT_EQ(nearest_word("fst", words), "fist");
}

} // namespace
} // namespace pidlab
