// SPDX-License-Identifier: MIT
// The layout that `pidlab fmt' gives.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "pidlab/scenario_format.hpp"
#include "pidlab/scenario_parser.hpp"
#include "scenario_meaning.hpp"

namespace pidlab::scenario {
namespace {

std::string formatted(const std::string &text) {
    const SourceText source("test.scn", text);
    return format(source);
}

std::string meaning(const std::string &name, const std::string &text) {
    const SourceText source(name, text);
    const ParsedScenario parsed = parse(source);
    for (const Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    return parsed.scenario.title + '\n' + parsed.scenario.description + '\n' +
           testing::meaning_of(parsed.scenario.body);
}

std::vector<std::filesystem::path> all_scenarios() {
    std::vector<std::filesystem::path> out;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(PIDLAB_SCENARIO_DIR))
        if (entry.path().extension() == ".scn")
            out.push_back(entry.path());
    EXPECT_FALSE(out.empty());
    return out;
}

std::string contents(const std::filesystem::path &path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

/// Blanks put in and taken out where they mean nothing: not around an `=' or a point.
std::string disturbed(const std::string &text, std::mt19937 &random) {
    std::string out;
    bool quoted = false;
    bool comment = false;
    for (const char c : text) {
        quoted = c == '\n' ? false : quoted != (c == '"' && !comment);
        comment = c != '\n' && (comment || (c == '#' && !quoted));
        if (!comment && !quoted && c == ' ' && random() % 2)
            out += random() % 2 ? "   " : "\t";
        if (!comment && !quoted && (c == ',' || c == '(' || c == ')') && random() % 2)
            out += ' ';
        if (c == '\n' && random() % 4 == 0)
            out += random() % 2 ? "   " : "\r";
        out += c;
    }
    return out;
}

TEST(Format, puts_one_blank_between_words) {
    EXPECT_EQ(formatted("t  =   fork\tinit\n"), "t = fork init\n");
    EXPECT_EQ(formatted("t=fork init=_ ,2\n"), "t = fork init = _, 2\n");
}

TEST(Format, puts_none_around_the_mark_of_an_operand_a_setting_or_an_option) {
    EXPECT_EQ(formatted("lab pid_max = 400   max_refs=2\n"), "lab pid_max=400 max_refs=2\n");
    EXPECT_EQ(formatted("t = fork init ( fail_nth = 1 )=ENOMEM\n"),
              "t = fork init (fail_nth=1) = ENOMEM\n");
    EXPECT_EQ(formatted("expect nr init type= pid=1\n"), "expect nr init type=pid = 1\n");
}

TEST(Format, tells_an_expectation_from_an_operand) {
    // `t' is no operand of nr: the author has left out the blanks around what is expected.
    EXPECT_EQ(formatted("t = fork init\nexpect nr t=2\n"), "t = fork init\nexpect nr t = 2\n");
    EXPECT_EQ(formatted("expect tasks=1\n"), "expect tasks = 1\n");
}

TEST(Format, holds_a_sign_to_its_number_and_keeps_a_difference_apart) {
    EXPECT_EQ(formatted("kill init - 1 9\n"), "kill init -1 9\n");
    EXPECT_EQ(formatted("expect tasks-1=2*pids+ -1\n"), "expect tasks - 1 = 2 * pids + -1\n");
    EXPECT_EQ(formatted("expect size . task>0\n"), "expect size.task > 0\n");
}

TEST(Format, joins_the_words_of_a_mask) {
    EXPECT_EQ(formatted("lab bugs = plain_last  + pid_put_fast\n"),
              "lab bugs=plain_last+pid_put_fast\n");
    EXPECT_EQ(formatted("h = mount pids + trace\n"), "h = mount pids+trace\n");
}

TEST(Format, indents_what_is_repeated) {
    EXPECT_EQ(formatted("repeat 2 as i\n# twice\nrepeat 3\ncheck\nend\n  end\n"),
              "repeat 2 as i\n    # twice\n    repeat 3\n        check\n    end\nend\n");
}

TEST(Format, puts_the_comments_of_a_paragraph_in_one_column) {
    EXPECT_EQ(formatted("check # one\nt = fork init # two\n\ncheck # three\n"),
              "check                                   # one\n"
              "t = fork init                           # two\n"
              "\n"
              "check                                   # three\n");
    const std::string longer = "expect size.task + size.ref + size.pid_depth_0 > 0";
    EXPECT_EQ(formatted("check # one\n" + longer + " # two\n"),
              "check" + std::string(47, ' ') + "# one\n" + longer + "  # two\n");
}

TEST(Format, lets_a_comment_go_on_below) {
    const std::string text = "check                                   # a comment that\n"
                             "                                        # goes on\n"
                             "# and one of its own\n";
    EXPECT_EQ(formatted(text), text);
}

TEST(Format, leaves_texts_and_comments_as_they_are) {
    const std::string text = "#   as  it, is(\nnote \"two  blanks,(\"\n";
    EXPECT_EQ(formatted(text), text);
}

TEST(Format, leaves_one_empty_line_of_several_and_none_at_the_ends) {
    EXPECT_EQ(formatted("\n\ncheck\n \n\t\ncheck\n\n"), "check\n\ncheck\n");
    EXPECT_EQ(formatted("\n \n"), "");
    EXPECT_EQ(formatted(""), "");
}

TEST(Format, keeps_the_meaning_of_every_scenario_and_has_nothing_to_add) {
    std::mt19937 random{7};
    for (const auto &path : all_scenarios()) {
        SCOPED_TRACE(path.filename());
        const std::string text = contents(path);
        const std::string once = formatted(text);
        EXPECT_EQ(meaning(path, once), meaning(path, text));
        EXPECT_TRUE(same_words({"a", text}, {"b", once}));
        EXPECT_EQ(formatted(once), once);

        const std::string wild = disturbed(text, random);
        ASSERT_EQ(meaning(path, wild), meaning(path, text));
        EXPECT_EQ(meaning(path, formatted(wild)), meaning(path, text));
        EXPECT_EQ(formatted(formatted(wild)), formatted(wild));
    }
}

TEST(Format, knows_words_that_got_lost) {
    EXPECT_FALSE(same_words({"a", "check # x\n"}, {"b", "check\n"}));
    EXPECT_FALSE(same_words({"a", "kill init -1\n"}, {"b", "kill init 1\n"}));
    EXPECT_TRUE(same_words({"a", "\n\ncheck"}, {"b", "check\n"}));
}

} // namespace
} // namespace pidlab::scenario
