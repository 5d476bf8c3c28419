// SPDX-License-Identifier: MIT
// What lines mean.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "pidlab/scenario_lexer.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::scenario {

namespace {

// Names of every class, given by lines that any table allows.
constexpr const char *names = "task = fork init\n"
                              "p = pid task\n"
                              "space = ns task\n"
                              "r = tref task\n"
                              "number = nr task\n"
                              "box = mount pids\n";
constexpr std::size_t name_lines = 6;

std::vector<Statement> statements(const std::string &text) {
    const SourceText source("test.scn", text);
    ParsedScenario parsed = parse(source);
    for (const Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    return std::move(parsed.scenario.body);
}

Call only_call(const std::string &line) {
    const auto body = statements(std::string{names} + line + "\n");
    if (body.size() != name_lines + 1) {
        ADD_FAILURE() << line;
        return {};
    }
    return std::get<Call>(body.back().what);
}

// A value that an operand of this kind takes, as written, and how it is understood.
struct Sample {
    std::string text;
    Atom::Kind kind;
};

Sample sample(pidlab_arg kind) {
    switch (kind) {
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_NEXT:
        return {"task", Atom::Kind::name};
    case PIDLAB_ARG_PID:
    case PIDLAB_ARG_OWNER:
        return {"p", Atom::Kind::name};
    case PIDLAB_ARG_REF:
        return {"r", Atom::Kind::name};
    case PIDLAB_ARG_NS:
        return {"space", Atom::Kind::name};
    case PIDLAB_ARG_CONTAINER:
        return {"box", Atom::Kind::name};
    case PIDLAB_ARG_TYPE:
        return {"sid", Atom::Kind::word};
    default:
        return {"7", Atom::Kind::integer};
    }
}

} // namespace

TEST(ScenarioLexer, numbers_have_suffixes) {
    std::vector<Diagnostic> errors;
    const auto tokens = lex(1, "10K 3M 2G 007", errors);
    ASSERT_EQ(errors.size(), 0U);
    ASSERT_EQ(tokens.size(), 5U);
    EXPECT_EQ(tokens[0].value, 10240);
    EXPECT_EQ(tokens[1].value, 3 << 20);
    EXPECT_EQ(tokens[2].value, std::int64_t{2} << 30);
    EXPECT_EQ(tokens[3].value, 7);
}

TEST(ScenarioLexer, the_largest_number_fits_and_the_next_does_not) {
    std::vector<Diagnostic> errors;
    EXPECT_EQ(lex(1, "9223372036854775807", errors)[0].value, INT64_MAX);
    EXPECT_EQ(errors.size(), 0U);
    for (const char *text : {"9223372036854775808", "9007199254740992K", "8589934592G"}) {
        errors.clear();
        EXPECT_EQ(lex(1, text, errors)[0].kind, TokenKind::end) << text;
        EXPECT_EQ(errors.size(), 1U) << text;
    }
}

TEST(ScenarioLexer, a_hash_in_a_text_is_no_comment) {
    std::vector<Diagnostic> errors;
    const auto tokens = lex(1, "note \"a # b\" # c", errors);
    ASSERT_EQ(tokens.size(), 3U);
    EXPECT_EQ(tokens[1].text, "a # b");
    EXPECT_EQ(errors.size(), 0U);
}

TEST(ScenarioParser, every_operation_takes_its_operands_by_position) {
    for (const OpInfo &op : ops()) {
        std::string line{op.name};
        for (const OperandInfo &operand : op.operands())
            line += " " + sample(operand.kind).text;
        const Call call = only_call(line);
        ASSERT_EQ(call.op, &op) << line;
        for (std::size_t i = 0; i < op.args.size(); ++i) {
            ASSERT_EQ(call.args[i].has_value(), op.args[i].used()) << line;
            if (call.args[i]) {
                EXPECT_EQ(call.args[i]->kind, sample(op.args[i].kind).kind) << line;
            }
        }
    }
}

TEST(ScenarioParser, every_operation_takes_its_operands_by_name_in_any_order) {
    for (const OpInfo &op : ops()) {
        std::string line;
        for (const OperandInfo &operand : op.operands())
            line = fmt::format(" {}={}{}", operand.name, sample(operand.kind).text, line);
        const Call call = only_call(std::string{op.name} + line);
        ASSERT_EQ(call.op, &op) << line;
        for (std::size_t i = 0; i < op.args.size(); ++i)
            EXPECT_EQ(call.args[i].has_value(), op.args[i].used()) << op.name << line;
    }
}

TEST(ScenarioParser, every_operation_takes_the_flags_of_its_row_and_no_others) {
    for (const OpInfo &op : ops())
        for (const WordInfo &flag : flags()) {
            std::string line{op.name};
            for (const OperandInfo &operand : op.operands())
                line += " " + sample(operand.kind).text;
            const SourceText source("test.scn", fmt::format("{}{} {}\n", names, line, flag.name));
            const ParsedScenario parsed = parse(source);
            const bool allowed = (op.flags >> flag.number & 1) != 0;
            EXPECT_EQ(parsed.errors.empty(), allowed) << line << " " << flag.name;
            if (!allowed || !parsed.errors.empty())
                continue;
            const Call &call = std::get<Call>(parsed.scenario.body.back().what);
            EXPECT_EQ(call.flags, 1U << flag.number);
        }
}

TEST(ScenarioParser, operands_that_the_table_needs_cannot_be_left_out) {
    for (const OpInfo &op : ops()) {
        const SourceText source("test.scn", std::string{op.name} + "\n");
        std::size_t needed = 0;
        for (const OperandInfo &operand : op.operands())
            needed += kind_info(operand.kind).needed ? 1 : 0;
        EXPECT_EQ(parse(source).errors.size(), needed) << op.name;
    }
}

TEST(ScenarioParser, a_blank_tells_an_expectation_from_an_operand_by_name) {
    const auto named = statements("ref = tref init\nderef ref=ref\n");
    EXPECT_FALSE(std::get<Call>(named[1].what).expected);
    const auto expected = statements("ref = tref init\nderef ref = init\n");
    ASSERT_TRUE(std::get<Call>(expected[1].what).expected);
    EXPECT_EQ(std::get<Call>(expected[1].what).expected->values.at(0).name, "init");
    // A name that is no operand can only be one.
    const auto tight = statements("r = tref init\nderef r=init\n");
    EXPECT_TRUE(std::get<Call>(tight[1].what).expected);
}

TEST(ScenarioParser, expectations_are_results_or_an_errno_or_ok) {
    EXPECT_EQ(only_call("fork task = ENOMEM").expected->error, ENOMEM);
    const Call ok = only_call("exit task = ok");
    EXPECT_EQ(ok.expected->error, 0);
    EXPECT_TRUE(ok.expected->values.empty());
    const Call wait = only_call("wait init = none, -1, _");
    ASSERT_EQ(wait.expected->values.size(), 3U);
    EXPECT_EQ(wait.expected->values[0].kind, Atom::Kind::none);
    EXPECT_TRUE(wait.expected->values[1].negative);
    EXPECT_EQ(wait.expected->values[2].kind, Atom::Kind::any);
    const Call state = only_call("state task = zombie");
    EXPECT_EQ(state.expected->values[0].number, PIDLAB_STATE_ZOMBIE);
    EXPECT_EQ(only_call("read r = number, 1, pgid").expected->values[2].number, PIDLAB_TYPE_PGID);
}

TEST(ScenarioParser, a_wrong_kind_of_name_may_be_written_where_ebadf_is_expected) {
    EXPECT_EQ(only_call("deref task = EBADF").args[0]->name, "task");
}

TEST(ScenarioParser, expect_means_the_same_as_a_trailing_expectation) {
    const Call with = only_call("expect nr task = 5");
    const Call without = only_call("nr task = 5");
    EXPECT_EQ(with.op, without.op);
    EXPECT_EQ(with.expected->values[0].number, without.expected->values[0].number);
}

TEST(ScenarioParser, numbers_may_be_negated_and_fields_named) {
    const Call call = only_call("kill init -task.nr 0");
    EXPECT_TRUE(call.args[1]->negative);
    EXPECT_EQ(call.args[1]->kind, Atom::Kind::field);
    EXPECT_EQ(call.args[1]->field, "nr");
}

TEST(ScenarioParser, sums_have_counters_sizes_settings_and_names) {
    const auto body = statements("n = nr init\nexpect bytes - 2 * n <= size.task + lab.pid_max\n");
    const auto &compare = std::get<Compare>(body[1].what);
    EXPECT_EQ(compare.relation, Comparison::less_equal);
    ASSERT_EQ(compare.left.terms.size(), 2U);
    EXPECT_TRUE(compare.left.terms[1].minus);
    EXPECT_EQ(compare.left.terms[1].factors.size(), 2U);
    EXPECT_EQ(compare.right.terms[0].factors[0].kind, Atom::Kind::size);
    EXPECT_EQ(compare.right.terms[1].factors[0].number, PIDLAB_SET_PID_MAX);
}

TEST(ScenarioParser, repeats_nest_and_count_their_rounds) {
    const auto body = statements("repeat 2 as i\n  repeat i\n    gp\n  end\n  gp\nend\ngp\n");
    ASSERT_EQ(body.size(), 2U);
    const auto &outer = std::get<Repeat>(body[0].what);
    EXPECT_EQ(outer.counter->name, "i");
    ASSERT_EQ(outer.body.size(), 2U);
    EXPECT_EQ(std::get<Repeat>(outer.body[0].what).body.size(), 1U);
}

TEST(ScenarioParser, settings_come_from_the_table) {
    const auto body = statements("lab pid_max=400 task_payload=16K generation=pidns\n");
    const auto &given = std::get<scenario::SetUp>(body[0].what).settings;
    ASSERT_EQ(given.size(), 3U);
    EXPECT_EQ(given[0].slot, PIDLAB_SET_PID_MAX);
    EXPECT_EQ(given[1].value, 16384U);
    EXPECT_EQ(given[2].value, static_cast<std::uint64_t>(PIDLAB_GEN_PIDNS));
}

TEST(ScenarioParser, bugs_are_a_sum_of_their_names) {
    const auto body = statements("lab bugs=plain_last\nseen plain_last = 0, none\n");
    EXPECT_EQ(std::get<scenario::SetUp>(body[0].what).settings.at(0).value,
              std::uint64_t{1} << PIDLAB_BUG_PLAIN_LAST);
}

TEST(ScenarioParser, the_leading_comment_is_title_and_description) {
    const SourceText source("t.scn", "# SPDX-License-Identifier: MIT\n#\n# What it shows\n#\n"
                                     "# Why it\r\n# mattered\n\n# not this\ngp\n");
    const ParsedScenario parsed = parse(source);
    EXPECT_EQ(parsed.scenario.title, "What it shows");
    EXPECT_EQ(parsed.scenario.description, "Why it\nmattered");
}

TEST(ScenarioParser, another_name_for_an_object_is_one_of_the_same_kind) {
    const auto body = statements("t = fork init\nu = t\nexit u\nr = tref u\n");
    EXPECT_EQ(body.size(), 4U);
}

} // namespace pidlab::scenario
