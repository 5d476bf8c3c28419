// SPDX-License-Identifier: MIT
// What people are told about lines in error: whole texts.
#include <gtest/gtest.h>

#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {

namespace {

std::string complaints(const std::string &text) {
    const SourceText source("t.scn", text);
    std::string out;
    for (const Diagnostic &error : parse(source).errors)
        out += render(source, error);
    return out;
}

} // namespace

TEST(ScenarioError, names_file_line_column_and_the_nearest_word) {
    EXPECT_EQ(complaints("gp\nt1 = fokr init\n"), "t.scn:2:6: error: unknown operation `fokr'\n"
                                                  "    2 | t1 = fokr init\n"
                                                  "      |      ^~~~ did you mean `fork'?\n");
}

TEST(ScenarioError, suggests_nothing_where_nothing_is_near) {
    EXPECT_EQ(complaints("xyzzyx init\n"), "t.scn:1:1: error: unknown operation `xyzzyx'\n"
                                           "    1 | xyzzyx init\n"
                                           "      | ^~~~~~\n");
}

TEST(ScenarioError, columns_count_characters_and_tabs_line_up) {
    EXPECT_EQ(complaints("\tnote \"\xC3\xA9\" \xC3\xA9\n"),
              "t.scn:1:11: error: unexpected `\xC3\xA9'\n"
              "    1 | \tnote \"\xC3\xA9\" \xC3\xA9\n"
              "      | \t         ^\n");
}

TEST(ScenarioError, broken_text_does_not_reach_the_terminal) {
    EXPECT_EQ(
        complaints("exit \033[2J\xFF\n"),
        "t.scn:1:6: error: unexpected `?['\n"
        "    1 | exit ?[2J?\n"
        "      |      ^~\n"
        "t.scn:1:8: error: not a number\n"
        "    1 | exit ?[2J?\n"
        "      |        ^~ a number has decimal digits, then perhaps K, M or G; a name begins "
        "with a letter\n"
        "t.scn:1:10: error: unexpected `?'\n"
        "    1 | exit ?[2J?\n"
        "      |          ^\n");
}

TEST(ScenarioError, an_operand_too_many_shows_what_the_operation_takes) {
    EXPECT_EQ(complaints("exit init 0 0\n"),
              "t.scn:1:13: error: `exit' takes no more operands: `0' is too many\n"
              "    1 | exit init 0 0\n"
              "      |             ^ exit task [code] [group]\n");
}

TEST(ScenarioError, every_line_in_error_is_reported) {
    const SourceText source("t.scn", "fokr init\nexit nobody\nend\nwait init = EFOO\ntree 5\n");
    const auto errors = parse(source).errors;
    ASSERT_EQ(errors.size(), 5U);
    for (std::size_t i = 0; i < errors.size(); ++i)
        EXPECT_EQ(errors[i].at.line, i + 1);
}

TEST(ScenarioError, what_a_line_in_error_would_have_named_is_not_missed) {
    EXPECT_EQ(complaints("t = fokr init\nexit t\nderef t\n"),
              "t.scn:1:5: error: unknown operation `fokr'\n"
              "    1 | t = fokr init\n"
              "      |     ^~~~ did you mean `fork'?\n");
}

TEST(ScenarioError, the_end_of_a_repeat_in_error_is_not_missed) {
    EXPECT_EQ(complaints("repeat many\ngp\nend\n"),
              "t.scn:1:8: error: unknown counter or name `many'\n"
              "    1 | repeat many\n"
              "      |        ^~~~\n");
}

TEST(ScenarioError, a_task_in_a_number_s_place_has_a_number) {
    EXPECT_EQ(complaints("t = fork init\nkill init t\n"),
              "t.scn:2:11: error: operand `which' takes a number, but `t' is a task\n"
              "    2 | kill init t\n"
              "      |           ^ its number is `t.nr'\n");
}

TEST(ScenarioError, an_operand_of_another_kind_is_named) {
    EXPECT_EQ(complaints("t = fork init\nderef t\n"),
              "t.scn:2:7: error: operand `ref' takes a reference, but `t' is a task\n"
              "    2 | deref t\n"
              "      |       ^\n");
}

TEST(ScenarioError, a_missing_operand_shows_what_the_operation_takes) {
    EXPECT_EQ(complaints("setpgid\n"),
              "t.scn:1:1: error: `setpgid' needs its operand `task': a task\n"
              "    1 | setpgid\n"
              "      | ^~~~~~~ setpgid task [nr] [pgid]\n");
}

TEST(ScenarioError, a_flag_of_another_operation_is_refused) {
    EXPECT_EQ(complaints("fork init keep\n"), "t.scn:1:11: error: `fork' takes no flag `keep'\n"
                                              "    1 | fork init keep\n"
                                              "      |           ^~~~ it takes newpid, thread, "
                                              "parent, autoreap\n");
}

TEST(ScenarioError, a_misspelt_flag_is_found) {
    EXPECT_EQ(complaints("fork init newpi\n"), "t.scn:1:11: error: unknown name `newpi'\n"
                                               "    1 | fork init newpi\n"
                                               "      |           ^~~~~ did you mean `newpid'?\n");
}

TEST(ScenarioError, blanks_around_an_operand_are_pointed_out) {
    EXPECT_EQ(complaints("nr init ns = init\n"),
              "t.scn:1:9: error: operand `type' takes a type (pid, tgid, pgid or sid), not `ns'\n"
              "    1 | nr init ns = init\n"
              "      |         ^~ an operand is written without blanks: OPERAND=VALUE\n");
}

TEST(ScenarioError, settings_have_bounds) {
    EXPECT_EQ(complaints("lab pid_max=300\n"), "t.scn:1:13: error: `pid_max' takes 301 to 4194304\n"
                                               "    1 | lab pid_max=300\n"
                                               "      |             ^~~\n");
}

TEST(ScenarioError, a_bug_that_nobody_had_is_not_known) {
    EXPECT_EQ(complaints("lab bugs=plain_lost\n"),
              "t.scn:1:10: error: `bugs' does not know `plain_lost'\n"
              "    1 | lab bugs=plain_lost\n"
              "      |          ^~~~~~~~~~ did you mean `plain_last'?\n");
    EXPECT_EQ(complaints("seen plain_lost\n"),
              "t.scn:1:6: error: operand `bug' takes a bug of the time, not `plain_lost'\n"
              "    1 | seen plain_lost\n"
              "      |      ^~~~~~~~~~ did you mean `plain_last'?\n");
}

TEST(ScenarioError, lab_comes_before_operations) {
    EXPECT_EQ(complaints("gp\nlab pid_max=400\n"),
              "t.scn:2:1: error: the lab is set up already: `lab' comes once, before any "
              "operation\n"
              "    2 | lab pid_max=400\n"
              "      | ^~~\n");
}

TEST(ScenarioError, words_with_a_meaning_name_nothing) {
    for (const char *word : {"exit", "zombie", "pgid", "newpid", "tasks", "ESRCH", "tree", "none"})
        EXPECT_NE(complaints(std::string{word} + " = fork init\n"), "") << word;
    EXPECT_EQ(complaints("init = fork init\n"),
              "t.scn:1:1: error: `init' is the lab's first task and cannot name anything else\n"
              "    1 | init = fork init\n"
              "      | ^~~~\n");
}

TEST(ScenarioError, a_name_keeps_its_kind) {
    EXPECT_EQ(complaints("x = fork init\nx = tref init\n"),
              "t.scn:2:1: error: `x' is a task since line 1; it cannot become a reference\n"
              "    2 | x = tref init\n"
              "      | ^\n");
}

TEST(ScenarioError, results_are_counted) {
    EXPECT_EQ(complaints("nr init = 1, 2\n"), "t.scn:1:14: error: `nr' returns one result only: "
                                              "nr\n"
                                              "    1 | nr init = 1, 2\n"
                                              "      |              ^\n");
    EXPECT_EQ(complaints("exit init = 1\n"),
              "t.scn:1:13: error: `exit' returns nothing to compare: expect an errno, or ok\n"
              "    1 | exit init = 1\n"
              "      |             ^\n");
}

TEST(ScenarioError, fields_are_results_of_the_operation) {
    EXPECT_EQ(complaints("w = wait init\nexpect w.cod = 3\n"),
              "t.scn:2:10: error: `wait' of line 1 gave `w' no result `cod'\n"
              "    2 | expect w.cod = 3\n"
              "      |          ^~~ did you mean `code'?\n");
}

TEST(ScenarioError, a_figure_that_no_machine_has_is_refused) {
    EXPECT_EQ(complaints("expect machine.slap > 0\n"),
              "t.scn:1:16: error: `machine' has no `slap'\n"
              "    1 | expect machine.slap > 0\n"
              "      |                ^~~~ did you mean `slab'?\n");
}

TEST(ScenarioError, leaving_needs_a_repeat) {
    EXPECT_EQ(complaints("fork init = ENOMEM else leave\n"),
              "t.scn:1:25: error: there is no repeat to leave\n"
              "    1 | fork init = ENOMEM else leave\n"
              "      |                         ^~~~~\n");
    EXPECT_EQ(complaints("repeat 2\nfork init = ok else leave\nend\n"), "");
}

TEST(ScenarioError, a_repeat_needs_its_end) {
    EXPECT_EQ(complaints("repeat 4\ngp\n"), "t.scn:1:1: error: this repeat has no `end'\n"
                                            "    1 | repeat 4\n"
                                            "      | ^~~~~~~~\n");
}

TEST(ScenarioError, an_expectation_needs_something_expected) {
    EXPECT_EQ(complaints("expect nr init\n"),
              "t.scn:1:15: error: what is expected? `expect OPERATION ...' ends with = RESULT\n"
              "    1 | expect nr init\n"
              "      |               ^\n");
}

TEST(ScenarioError, colour_is_around_the_word_and_the_caret_only) {
    const SourceText source("t.scn", "gpp\n");
    const auto errors = parse(source).errors;
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(render(source, errors[0], true),
              "\033[1mt.scn:1:1:\033[0m \033[1;31merror:\033[0m unknown operation `gpp'\n"
              "    1 | gpp\n"
              "      | \033[1;31m^~~\033[0m did you mean `gp'?\n");
}

} // namespace pidlab::scenario
