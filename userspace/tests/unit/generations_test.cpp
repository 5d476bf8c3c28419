// SPDX-License-Identifier: MIT
// One scenario in every generation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pidlab/generations.hpp"
#include "pidlab/lacking.hpp"
#include "scenario_toy.hpp"

namespace pidlab {

namespace {

using pidlab::testing::Answer;
using pidlab::testing::FakeTransport;
using pidlab::testing::ToyLab;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Result = GenerationRun::Result;

// Some answers of pidns are not those of the others.
Answer answer(const FakeTransport &fake, const pidlab_op &op) {
    const bool pidns = fake.info_answer.setting[PIDLAB_SET_GENERATION] == PIDLAB_GEN_PIDNS;
    switch (op.opcode) {
    case PIDLAB_OP_KILL:
        return {0, {pidns ? 2U : 1U}};
    case PIDLAB_OP_FORK:
        return pidns && op.flags ? Answer{EOPNOTSUPP, {}} : Answer{0, {ToyLab::task(2), 2}};
    case PIDLAB_OP_EXEC:
        return {EOPNOTSUPP, {}};
    default:
        return {};
    }
}

Lab open_lab() {
    auto fake = std::make_unique<FakeTransport>();
    FakeTransport &it = *fake;
    it.info_answer.generations = 1U << PIDLAB_GEN_PIDHASH | 1U << PIDLAB_GEN_PIDNS;
    it.info_answer.setting[PIDLAB_SET_GENERATION] = PIDLAB_GEN_PIDHASH;
    it.handler = [&it](const pidlab_op &op) { return answer(it, op); };
    return Lab(std::move(fake));
}

GenerationComparison compare(const std::string &text) {
    const scenario::SourceText source("test.scn", text);
    const scenario::ParsedScenario parsed = parse(source);
    for (const scenario::Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    return compare_generations(source, parsed.scenario, open_lab);
}

std::vector<Result> results(const GenerationComparison &comparison) {
    std::vector<Result> out;
    for (const GenerationRun &run : comparison.runs)
        out.push_back(run.result);
    return out;
}

std::string whole_table(const std::string &text) {
    const GenerationComparison comparison = compare(text);
    const GenerationTable table({comparison.name}, {});
    return table.head() + table.row(comparison) + table.rest({comparison});
}

std::string error_of(const std::string &line) {
    const scenario::SourceText source("test.scn", line + "\n");
    const scenario::ParsedScenario parsed = parse(source);
    return parsed.errors.empty() ? "" : parsed.errors.front().message;
}

} // namespace

TEST(Generations, that_the_module_has_are_all_tried) {
    const auto comparison = compare("gp\n");
    EXPECT_THAT(results(comparison), ElementsAre(Result::held, Result::held));
    EXPECT_EQ(comparison.runs[0].generation->name, "pidhash");
    EXPECT_EQ(comparison.runs[1].generation->name, "pidns");
    EXPECT_EQ(comparison.name, "test");
    EXPECT_TRUE(comparison.passed());
}

TEST(Generations, that_a_scenario_names_are_the_only_ones) {
    const auto comparison = compare("lab generation=pidns\nexpect kill init = 2\n");
    EXPECT_THAT(results(comparison), ElementsAre(Result::elsewhere, Result::held));
    EXPECT_TRUE(comparison.passed());
}

TEST(Generations, that_differ_where_no_line_says_so_fail) {
    const auto comparison = compare("gp\nkill init\n");
    EXPECT_THAT(results(comparison), ElementsAre(Result::held, Result::held));
    ASSERT_EQ(comparison.differences.size(), 1U);
    EXPECT_EQ(comparison.differences[0].line, 2U);
    EXPECT_FALSE(comparison.passed());
    EXPECT_THAT(whole_table("gp\nkill init\n"),
                HasSubstr("What no scenario foresees\n  test:2  kill init\n      pidhash: 1\n"
                          "      pidns: 2\n"));
}

TEST(Generations, that_differ_as_a_line_says_pass) {
    const std::string text = "expect kill init = 1 (pidns: 2)  # it counts twice\n";
    const auto comparison = compare(text);
    EXPECT_TRUE(comparison.passed());
    ASSERT_EQ(comparison.differences.size(), 1U);
    EXPECT_EQ(comparison.differences[0].why, "it counts twice");
    EXPECT_THAT(whole_table(text), HasSubstr("      because: it counts twice\n"));
}

TEST(Generations, of_which_a_line_says_too_much_fail) {
    const auto comparison = compare("expect kill init = 1 (pidns: 3)  # not so\n");
    EXPECT_THAT(results(comparison), ElementsAre(Result::held, Result::failed));
    EXPECT_FALSE(comparison.passed());
    EXPECT_EQ(comparison.runs[1].report->failure->message, "expected 3, got 2");
}

TEST(Generations, have_errors_and_sums_of_their_own_too) {
    EXPECT_TRUE(compare("t = fork init newpid = ok (pidns: EOPNOTSUPP)  # why\n").passed());
    EXPECT_TRUE(compare("n = kill init\nexpect n = 1 (pidns: 1 + 1)  # why\n").differences.size() ==
                1);
    EXPECT_TRUE(compare("fork init newpid = EOPNOTSUPP (pidhash: ok)  # why\n").passed());
}

TEST(Generations, that_lack_something_are_told_with_the_reason) {
    const auto comparison = compare("t = fork init newpid\n");
    EXPECT_THAT(results(comparison), ElementsAre(Result::held, Result::lacking));
    EXPECT_TRUE(comparison.passed());
    EXPECT_THAT(whole_table("t = fork init newpid\n"),
                HasSubstr("  pidns: pid namespaces nest since 2.6.24\n      test\n"));
}

TEST(Generations, that_refuse_without_a_known_reason_fail) {
    EXPECT_THAT(results(compare("exec init\n")), ElementsAre(Result::failed, Result::failed));
}

TEST(Generations, that_a_scenario_names_must_have_what_it_needs) {
    EXPECT_FALSE(compare("lab generation=pidns\nfork init newpid\n").passed());
}

TEST(Generations, have_a_line_of_cells_a_scenario) {
    const std::string text = whole_table("t = fork init newpid\n");
    EXPECT_THAT(text, HasSubstr("ok 0          lacks it\n"));
    EXPECT_THAT(text, Not(HasSubstr("foresees")));
}

TEST(Generations, as_json_have_results_and_differences) {
    const auto json = comparison_json(compare("kill init\n"));
    EXPECT_EQ(json["passed"], false);
    EXPECT_EQ(json["runs"][1]["generation"], "pidns");
    EXPECT_EQ(json["runs"][1]["result"], "held");
    EXPECT_EQ(json["differences"][0]["outcomes"]["pidns"], "2");
    EXPECT_EQ(json["differences"][0]["foreseen"], false);
    const auto lacking = comparison_json(compare("fork init newpid\n"));
    EXPECT_EQ(lacking["runs"][1]["lacking"], "pid namespaces nest since 2.6.24");
}

TEST(Generations, that_a_line_tells_apart_are_told_with_a_reason) {
    EXPECT_THAT(error_of("kill init = 1 (pidns: 2)"), HasSubstr("why do generations differ"));
    EXPECT_EQ(error_of("kill init = 1 (pidns: 2) # so"), "");
    EXPECT_EQ(error_of("kill init = 1 (pidns idr: 2) (pidhash: 3) # so"), "");
    EXPECT_EQ(error_of("expect tasks = 1 (pidns: 2) # so"), "");
    EXPECT_EQ(error_of("kill init = 1 (pidns: 2) (pidns: 3) # so"), "`pidns' is here twice");
    EXPECT_EQ(error_of("kill init = 1 (pidms: 2) # so"), "a generation belongs here, not `pidms'");
    EXPECT_EQ(error_of("kill init = 1 (pidns: 2 # so"), "expected `)', not the end of the line");
    EXPECT_EQ(error_of("repeat 2\nreap init = EAGAIN (pidns: ok) else leave # so\nend"), "");
}

TEST(Generations, lack_what_came_later) {
    const auto why = [](const char *name, auto fill) {
        const OpInfo &op = *find_op(name);
        pidlab_op sent{};
        fill(sent);
        return what_is_lacking(op, sent);
    };
    const auto nothing = [](pidlab_op &) {};
    EXPECT_EQ(why("fork", nothing), "");
    EXPECT_THAT(why("fork", [](pidlab_op &op) { op.flags = PIDLAB_F_NEWPID; }),
                HasSubstr("2.6.24"));
    EXPECT_THAT(why("scan", nothing), HasSubstr("4.15"));
    EXPECT_THAT(why("tref", [](pidlab_op &op) { op.tref.type = PIDLAB_TYPE_TGID; }),
                HasSubstr("4.19"));
    EXPECT_THAT(why("first", nothing), HasSubstr("2.6.17"));
    EXPECT_THAT(why("hold_pid", nothing), HasSubstr("2.6.17"));
    EXPECT_EQ(why("gp", nothing), "");
}

} // namespace pidlab
