// SPDX-License-Identifier: MIT
// Scenarios as questions.
#include <gtest/gtest.h>

#include "pidlab/scenario_quiz.hpp"

namespace pidlab::scenario {
namespace {

constexpr const char *text = "# a zombie\n"
                             "t = fork init (fail_nth=1) = ENOMEM      # no memory\n"
                             "t = fork init\n"
                             "exit t 7\n"
                             "expect exit t = ok\n"
                             "expect state t = zombie, 7\n"
                             "repeat 2\n"
                             "    expect wait init which=-1 = t, _, 7 (taskref: t)   # why\n"
                             "end\n"
                             "expect tasks = 1 + 1\n"
                             "expect tasks < 9\n";

std::vector<Question> all() {
    const SourceText source("test.scn", text);
    const ParsedScenario parsed = parse(source);
    for (const Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    return questions(source, parsed.scenario);
}

TEST(ScenarioQuiz, lines_that_expect_something_are_asked) {
    const auto asked = all();
    ASSERT_EQ(asked.size(), 4u);
    EXPECT_EQ(asked[0].shown, "t = fork init (fail_nth=1) = ");
    EXPECT_EQ(asked[0].answer, "ENOMEM");
    EXPECT_EQ(asked[0].reason, "no memory");
    EXPECT_EQ(asked[1].line, 6u);
    EXPECT_EQ(asked[1].answer, "zombie, 7");
    EXPECT_EQ(asked[2].answer, "t, _, 7 (taskref: t)");
    EXPECT_EQ(asked[2].reason, "why");
    EXPECT_EQ(asked[3].shown, "expect tasks = ");
    EXPECT_EQ(asked[3].answer, "1 + 1");
}

TEST(ScenarioQuiz, blanks_do_not_matter_and_anything_is_anything) {
    const auto asked = all();
    EXPECT_TRUE(asked[0].is_right("ENOMEM"));
    EXPECT_TRUE(asked[0].is_right("  = ENOMEM \r"));
    EXPECT_FALSE(asked[0].is_right("EAGAIN"));
    EXPECT_FALSE(asked[0].is_right(""));
    EXPECT_TRUE(asked[1].is_right("zombie,7"));
    EXPECT_FALSE(asked[1].is_right("zombie"));
    EXPECT_FALSE(asked[1].is_right("7, zombie"));
    EXPECT_FALSE(asked[1].is_right("zombie, 7, 8"));
    EXPECT_TRUE(asked[2].is_right("t, 2, 7"));
    EXPECT_TRUE(asked[2].is_right("t, _, 7"));
    EXPECT_TRUE(asked[3].is_right("1+1"));
}

TEST(ScenarioQuiz, a_seed_picks_the_same_lines_in_their_order) {
    EXPECT_EQ(pick(all(), 9, 1).size(), 4u);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto some = pick(all(), 2, seed), again = pick(all(), 2, seed);
        ASSERT_EQ(some.size(), 2u);
        EXPECT_LT(some[0].line, some[1].line);
        EXPECT_EQ(some[0].line, again[0].line);
        EXPECT_EQ(some[1].line, again[1].line);
    }
}

} // namespace
} // namespace pidlab::scenario
