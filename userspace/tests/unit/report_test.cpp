// SPDX-License-Identifier: MIT
// Reports: whole texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario_toy.hpp"

namespace pidlab {

namespace {

using pidlab::testing::ToyLab;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char *story = "# What it shows\n"
                              "#\n"
                              "# Why it mattered.\n"
                              "\n"
                              "t = fork init        # a child\n"
                              "r = hold_task t\n"
                              "# The number is given back only now.\n"
                              "exit t 3\n"
                              "tree \"a zombie\"\n"
                              "expect reap t = 2, 3\n"
                              "repeat 3\n"
                              "    u = fork init\n"
                              "    repeat 2\n"
                              "        gp\n"
                              "    end\n"
                              "end\n"
                              "exit t = ESRCH\n";

// What depends on the clock is made the same for all.
Report story_report() {
    ToyLab toy;
    Report report = toy.run(story);
    report.time = std::chrono::milliseconds{38};
    return report;
}

} // namespace

TEST(Report, one_line_tells_the_name_and_how_much_ran) {
    EXPECT_EQ(render_line(story_report(), {}), "ok   test  (14 operations, 38 ms)\n");
    EXPECT_EQ(render_line(story_report(), {false, true}),
              "\033[32mok  \033[0m test  (14 operations, 38 ms)\n");
}

TEST(Report, tells_the_whole_story) {
    EXPECT_EQ(
        render_report(story_report(), {}),
        "== test ==\n"
        "What it shows\n"
        "test.scn\n"
        "\n"
        "  Why it mattered.\n"
        "\n"
        "     5  t = fork init         -> t (pid 2)\n"
        "     6  r = hold_task t       -> r\n"
        "        # The number is given back only now.\n"
        "     8  exit t 3              -> ok\n"
        "     9  tree \"a zombie\"\n"
        "\n"
        "        a zombie\n"
        "        init  pid 1  running  group 1 session 1  reaper; session leader\n"
        "        `- t  pid 2  zombie   group 1 session 1  code 3; not reaped by init, held by "
        "r; pins 10.0K\n"
        "\n"
        "    10  expect reap t = 2, 3  -> 2, code 3\n"
        "    11  repeat 3              -> 3 rounds, of which this is the first\n"
        "    12    u = fork init       -> u (pid 3)\n"
        "    13    repeat 2            -> 2 rounds, of which this is the first\n"
        "    14      gp                -> ok\n"
        "    17  exit t = ESRCH        -> refused: ESRCH\n"
        "\n"
        "  passed    14 operations (1 refused, as expected), 0 forks, in 38 ms\n"
        "  memory    48.8K at most, after line 11: task 43.9K\n"
        "  pinned    11.0K at most by 1 task that had exited, after line 8:\n"
        "            t (pid 2), zombie: not reaped by init, held by r, 11.0K\n"
        "  freed     0 objects; 48.8K in use at the end, 15.9K at the start\n"
        "  left      4 tasks (0 running), 0 pids, 0 namespaces, 1 reference; 0 leaks\n"
        "            reference r (hold_task of t, line 6)\n"
        "  checked   " +
            std::to_string(violations().size()) +
            " invariants 11 times; digest 00000000011a6c01\n");
}

TEST(Report, of_a_failure_shows_the_place_and_the_tasks) {
    ToyLab toy;
    const Report report = toy.run("t = fork init\nreap t\ngp\n");
    EXPECT_FALSE(report.passed());
    EXPECT_THAT(render_line(report, {}), HasSubstr("FAIL test  (2 operations"));
    EXPECT_THAT(render_line(report, {}), HasSubstr("test.scn:2:1: error: reap failed: EAGAIN\n"));
    const std::string text = render_report(report, {});
    EXPECT_THAT(text, HasSubstr("        when it failed\n        init  pid 1"));
    EXPECT_THAT(text, HasSubstr("  FAILED    2 operations"));
    EXPECT_THAT(text, Not(HasSubstr("gp")));
}

TEST(Report, as_json_has_what_the_text_has) {
    const auto json = report_json(story_report());
    EXPECT_EQ(json["name"], "test");
    EXPECT_EQ(json["title"], "What it shows");
    EXPECT_EQ(json["passed"], true);
    EXPECT_EQ(json["operations"], 14);
    EXPECT_EQ(json["steps"].size(), 10U);
    EXPECT_EQ(json["steps"][2]["comment"][0], "The number is given back only now.");
    EXPECT_EQ(json["steps"][3]["tree"]["tasks"].size(), 2U);
    EXPECT_EQ(json["steps"][5]["rounds"], 3);
    EXPECT_EQ(json["pinned"]["tasks"][0]["by"], "not reaped by init, held by r");
    EXPECT_EQ(json["highest"]["line"], 11);
    EXPECT_FALSE(json.contains("failure"));
}

TEST(Report, of_a_failure_as_json_has_line_and_column) {
    ToyLab toy;
    const auto json = report_json(toy.run("t = fork init\nexpect reap t = 5\n"));
    EXPECT_EQ(json["passed"], false);
    EXPECT_EQ(json["failure"]["line"], 2);
    EXPECT_EQ(json["failure"]["column"], 17);
}

TEST(Report, of_the_lab_s_own_failure_is_an_exception) {
    ToyLab toy;
    toy.fake.run_ends.push_back({EINTR, 0});
    EXPECT_THROW((void)toy.run("gp\n"), Error);
}

} // namespace pidlab
