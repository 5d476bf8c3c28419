// SPDX-License-Identifier: MIT
// Columns: what several actors do at the same time, as the parser reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pidlab/scenario_format.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

ParsedScenario read(const std::string &text) { return parse(SourceText{"columns", text}); }

/// The only complaint about a text.
Diagnostic complaint(const std::string &text) {
    const ParsedScenario parsed = read(text);
    EXPECT_THAT(parsed.errors, SizeIs(1)) << text;
    return parsed.errors.empty() ? Diagnostic{} : parsed.errors.front();
}

TEST(Columns, rows_that_follow_each_other_are_one_statement) {
    const ParsedScenario parsed = read("t = fork init\nP0: exit t | P1: x = fork t\n# a "
                                       "word\n\nP1: exit init\nexpect leaks = 0\n");
    ASSERT_TRUE(parsed.errors.empty()) << parsed.errors.front().message;
    ASSERT_THAT(parsed.scenario.body, SizeIs(3));
    const auto &columns = std::get<pidlab::scenario::Columns>(parsed.scenario.body[1].what);
    ASSERT_THAT(columns.rows, SizeIs(2));
    ASSERT_THAT(columns.rows[0].cells, SizeIs(2));
    EXPECT_EQ(columns.rows[0].cells[1].actor, 1U);
    EXPECT_EQ(columns.rows[0].cells[1].call->name->name, "x");
    EXPECT_EQ(columns.rows[1].at.line, 5U);
}

TEST(Columns, a_cell_has_expectations_options_and_flags) {
    const ParsedScenario parsed = read("P0: x = fork init newpid (fail_nth=1) = ENOMEM | P1: "
                                       "expect deref 3 = EBADF @tasklist_read\n");
    // The reference is no name; everything else is understood.
    ASSERT_THAT(parsed.errors, SizeIs(1));
    EXPECT_EQ(parsed.errors.front().at.offset, 66U);
}

TEST(Columns, a_stop_is_a_step_or_a_point) {
    const ParsedScenario parsed =
        read("P0: fork init @pid.numbered | P1: fork init @tasklist_write\nP0: continue\n");
    ASSERT_TRUE(parsed.errors.empty()) << parsed.errors.front().message;
    const auto &rows = std::get<pidlab::scenario::Columns>(parsed.scenario.body[0].what).rows;
    EXPECT_EQ(rows[0].cells[0].stop->step, PIDLAB_STEP_POINTS + 2U);
    EXPECT_EQ(rows[0].cells[1].stop->step, PIDLAB_STEP_TASKLIST_WRITE);
    EXPECT_FALSE(rows[1].cells[0].call);
    EXPECT_THAT(complaint("P0: fork init @pid.nambered\n").hint, HasSubstr("pid.numbered"));
}

TEST(Columns, what_one_actor_gets_another_cannot_know_at_the_same_time) {
    EXPECT_EQ(complaint("P0: x = fork init | P1: exit x\n").message,
              "`x' is what P0 gets at the same time: P1 cannot know it");
    EXPECT_TRUE(read("P0: x = fork init | P1: fork init\nP0: exit x\nexit x\n").errors.empty());
    EXPECT_EQ(complaint("P0: x = fork init | P1: x = fork init\n").message,
              "`x' is a name already: a column gives names of its own");
    EXPECT_EQ(complaint("x = fork init\nP0: x = fork init\n").at.line, 2U);
}

TEST(Columns, what_stands_in_no_column_is_told) {
    EXPECT_EQ(complaint("P0: fork init | fork init\n").at.offset, 16U);
    EXPECT_EQ(complaint("P0: note \"x\"\n").at.offset, 4U);
    EXPECT_EQ(complaint("P4: fork init\n").message, "there are 4 actors, P0 to P3");
    EXPECT_EQ(complaint("repeat 2\nP0: fork init\nend\n").message,
              "columns cannot stand in a repeat");
    EXPECT_EQ(complaint("fork init | P0: fork init\n").message,
              "unexpected `|' after the end of this");
    EXPECT_EQ(complaint("exit init @tasklist_write\n").message,
              "unexpected `@' after the end of this");
    EXPECT_EQ(complaint("P0:\n").at.line, 1U);
}

TEST(Columns, a_row_is_laid_out_with_blanks_around_its_bars) {
    const SourceText source{"x", "P0:x=fork init newpid|P1 : fork init@pid.numbered\n"};
    const std::string text = format(source);
    EXPECT_EQ(text, "P0: x = fork init newpid | P1: fork init @pid.numbered\n");
    EXPECT_TRUE(same_words(source, SourceText{"x", text}));
}

} // namespace
} // namespace pidlab::scenario
