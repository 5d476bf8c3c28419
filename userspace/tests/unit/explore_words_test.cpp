// SPDX-License-Identifier: MIT
// What is said of a search.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explore_words.hpp"
#include "progress_line.hpp"

namespace pidlab::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

explore::Drawn some() {
    explore::Drawn out;
    out.runs = 1200;
    out.counted = 1000;
    out.takers = 3;
    out.depth = 2;
    out.longest = 10;
    out.spent = std::chrono::milliseconds{2000};
    return out;
}

TEST(ExploreWords, x3_a_drawing_says_of_which_bugs_its_chance_is) {
    const std::string words = drawn_words(some(), 7, std::nullopt);
    EXPECT_THAT(words, HasSubstr("1200 random orders, seed 7; up to 10 steps; 2.0 s, 600/s"));
    EXPECT_THAT(words, HasSubstr("a bug of depth 2 with a chance of at least 1/(3 x 10^1) = "
                                 "0.0333"));
    EXPECT_THAT(words, HasSubstr("1000 of them have missed one"));
    EXPECT_THAT(words, Not(HasSubstr("memory")));
}

TEST(ExploreWords, x3_with_failures_the_chance_is_of_bugs_that_take_as_many) {
    explore::Drawn drawn = some();
    drawn.faults = 1;
    drawn.allocations = {2, 3};
    const std::string words = drawn_words(drawn, 7, std::nullopt);
    EXPECT_THAT(words, HasSubstr("a bug of depth 2 that takes up to 1 of 5 allocations to fail "
                                 "with a chance of at least 1/(3 x 10^1 x 10) = 0.00333"));
    EXPECT_THAT(words, HasSubstr("if no order takes more steps or asks for memory more often"));
    EXPECT_EQ(as_json(drawn, 7)["allocations"], 5);
}

TEST(ExploreWords, x3_runs_that_left_their_order_make_it_unsure) {
    explore::Drawn drawn = some();
    drawn.diverged = 2;
    EXPECT_THAT(drawn_words(drawn, 7, std::nullopt),
                HasSubstr("2 runs did not follow their order: no chance is sure"));
}

TEST(ExploreWords, x3_what_is_found_is_told_instead_of_what_may_be_missed) {
    const std::string words = drawn_words(some(), 7, 3);
    EXPECT_THAT(words, HasSubstr("found with 3 preemptions"));
    EXPECT_THAT(words, Not(HasSubstr("missed")));
}

TEST(ExploreWords, a_log_has_a_line_every_half_minute) {
    ProgressLine line{{false, true}};
    unsigned asked = 0;
    const auto words = [&asked] {
        ++asked;
        return std::string{"so far"};
    };
    ::testing::internal::CaptureStdout();
    for (int second = 1; second <= 65; ++second)
        line.tell(std::chrono::seconds{second}, words);
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "# so far\n# so far\n");
    EXPECT_EQ(asked, 2U);
    ProgressLine quiet{{false, false}};
    quiet.tell(std::chrono::seconds{100}, words);
    EXPECT_EQ(asked, 2U);
}

} // namespace
} // namespace pidlab::cli
