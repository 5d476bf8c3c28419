// SPDX-License-Identifier: MIT
// What statements send, and what they make of the answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pidlab/scenario_session.hpp"
#include "scenario_toy.hpp"

namespace pidlab::scenario {

namespace {

using pidlab::testing::Answer;
using pidlab::testing::id;
using pidlab::testing::ToyLab;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

} // namespace

TEST(ScenarioExecutor, operands_left_out_are_the_table_s_defaults) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("t = fork init\nkill init\nexit t\n"), "");
    for (const pidlab_op &op : toy.fake.sent) {
        const OpInfo &info = *find_op(op.opcode);
        for (std::size_t i = 0; i < info.args.size(); ++i)
            if (!kind_info(info.args[i].kind).needed) {
                EXPECT_EQ(as_signed(op.arg[i]), kind_info(info.args[i].kind).default_value)
                    << info.name << " " << info.args[i].name;
            }
    }
}

TEST(ScenarioExecutor, flags_and_failing_allocations_are_sent) {
    ToyLab toy;
    toy.run("fork init newpid (fail_nth=3)\n");
    EXPECT_EQ(toy.fake.sent.at(0).flags, PIDLAB_F_NEWPID);
    EXPECT_EQ(toy.fake.sent.at(0).fail_nth, 3);
}

TEST(ScenarioExecutor, settings_are_given_before_the_first_operation) {
    ToyLab toy;
    toy.run("lab pid_max=400\nfork init\n");
    ASSERT_EQ(toy.fake.setups.size(), 1U);
    EXPECT_EQ(toy.fake.setups[0].given, 1U << PIDLAB_SET_PID_MAX);
    EXPECT_EQ(toy.fake.setups[0].value[PIDLAB_SET_PID_MAX], 400U);
}

TEST(ScenarioExecutor, a_lab_without_settings_has_defaults) {
    ToyLab toy;
    toy.run("# nothing but a comment\n");
    ASSERT_EQ(toy.fake.setups.size(), 1U);
    EXPECT_EQ(toy.fake.setups[0].given, 0U);
}

TEST(ScenarioExecutor, a_task_s_number_is_as_the_acting_task_sees_it) {
    ToyLab toy;
    toy.run("a = fork init\nb = fork a\nkill b -a.nr 0\n");
    EXPECT_THAT(toy.sent(), ElementsAre("fork", "fork", "nr", "kill"));
    EXPECT_EQ(toy.fake.sent.at(2).nr.ns, ToyLab::task(3)); // b looks
    EXPECT_EQ(toy.fake.sent.at(2).nr.target, ToyLab::task(2));
    EXPECT_EQ(as_signed(toy.fake.sent.at(3).kill.which), -2);
}

TEST(ScenarioExecutor, a_namespace_operand_sees_before_the_acting_task_does) {
    ToyLab toy;
    toy.run("a = fork init\nfind a.nr ns=a\nfind a.nr\n");
    EXPECT_THAT(toy.sent(), ElementsAre("fork", "nr", "find", "nr", "find"));
    EXPECT_EQ(toy.fake.sent.at(1).nr.ns, ToyLab::task(2));
    EXPECT_EQ(toy.fake.sent.at(3).nr.ns, 0U);
}

TEST(ScenarioExecutor, a_task_that_is_gone_keeps_the_number_its_line_gave) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("a = fork init\nexit a\nreap a\nkill init a.nr 0\n"), "");
    ToyLab other;
    EXPECT_THAT(other.failure("a = fork init\nb = fork init\nexit a\nreap a\nkill b a.nr 0\n"),
                HasSubstr("a (was pid 2) has no number that b could see"));
}

TEST(ScenarioExecutor, a_task_that_is_not_seen_has_no_number) {
    ToyLab toy;
    toy.fake.handler = [](const pidlab_op &op) {
        return op.opcode == PIDLAB_OP_FORK ? Answer{0, {ToyLab::task(2), 2}} : Answer{};
    };
    // Number 0 would have been the task's own group.
    EXPECT_EQ(toy.failure("a = fork init\nkill init a.nr 0\n"),
              "test.scn:2:11: error: init sees no number of a\n"
              "    2 | kill init a.nr 0\n"
              "      |           ^~~~ `n = nr a' while it has one remembers it as n\n");
}

TEST(ScenarioExecutor, fields_are_what_the_line_returned) {
    ToyLab toy;
    toy.fake.handler = [](const pidlab_op &op) {
        return op.opcode == PIDLAB_OP_STATE ? Answer{0, {PIDLAB_STATE_ZOMBIE, 7, 3}} : Answer{};
    };
    EXPECT_EQ(toy.failure("s = state init\nexpect s = zombie\nexpect s.code + s.usage = 10\n"), "");
}

TEST(ScenarioExecutor, an_operation_without_expectation_must_succeed) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("t = fork init\nreap t\n"), "test.scn:2:1: error: reap failed: EAGAIN\n"
                                                      "    2 | reap t\n"
                                                      "      | ^~~~\n"
                                                      "        EAGAIN: " +
                                                          operation_errno_sentence(EAGAIN) + "\n");
}

TEST(ScenarioExecutor, another_errno_than_the_expected_one_fails) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("t = fork init\nreap t = ECHILD\n"),
              "test.scn:2:10: error: expected ECHILD, but reap failed: EAGAIN\n"
              "    2 | reap t = ECHILD\n"
              "      |          ^~~~~~\n"
              "        EAGAIN: " +
                  operation_errno_sentence(EAGAIN) + "\n");
}

TEST(ScenarioExecutor, success_in_an_error_s_place_fails) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("t = fork init = ENOMEM\n"),
              "test.scn:1:17: error: expected ENOMEM, but fork succeeded\n"
              "    1 | t = fork init = ENOMEM\n"
              "      |                 ^~~~~~\n"
              "        it returned t (pid 2)\n");
}

TEST(ScenarioExecutor, another_result_is_told_by_its_names) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("a = fork init\nb = fork init\nr = tref b\nexpect deref r = a\n"),
              "test.scn:4:18: error: expected a (pid 2), got b (pid 3)\n"
              "    4 | expect deref r = a\n"
              "      |                  ^\n"
              "        deref returned b (pid 3)\n");
}

TEST(ScenarioExecutor, the_second_result_is_pointed_at) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("t = fork init\nexit t 3\nexpect reap t = 2, 4\n"),
              "test.scn:3:20: error: expected code 4, got 3\n"
              "    3 | expect reap t = 2, 4\n"
              "      |                    ^\n"
              "        reap returned 2, code 3\n");
}

TEST(ScenarioExecutor, counters_are_compared_with_sums) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("base = task_bytes\nt = fork init\n"
                          "expect task_bytes - base = size.task + lab.task_payload\n"
                          "expect tasks = 3\n"),
              "test.scn:4:8: error: expected tasks = 3, but 2\n"
              "    4 | expect tasks = 3\n"
              "      |        ^~~~~~~~~\n");
}

TEST(ScenarioExecutor, overflow_is_no_number) {
    ToyLab toy;
    EXPECT_THAT(toy.failure("expect 9223372036854775807 * 2 = 5\n"), HasSubstr("does not fit"));
    ToyLab other;
    EXPECT_THAT(other.failure("n = 0 - 9223372036854775807 - 2\n"), HasSubstr("does not fit"));
}

TEST(ScenarioExecutor, repeats_run_their_rounds) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("repeat 3 as i\nt = fork init\nexpect t.nr = i + 1\nend\n"), "");
    EXPECT_EQ(toy.fake.tasks.size(), 4U);
    ToyLab none;
    EXPECT_EQ(none.failure("repeat 0\nfork init\nend\n"), "");
    EXPECT_EQ(none.fake.tasks.size(), 1U);
}

TEST(ScenarioExecutor, a_failure_in_a_repeat_tells_the_round) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("repeat 3\n  t = fork init\n  expect nr t = 2\nend\n"),
              "test.scn:3:17: error: expected 2, got 3\n"
              "    3 |   expect nr t = 2\n"
              "      |                 ^\n"
              "        nr returned 3\n"
              "        in round 2 of the repeat of line 1\n");
}

TEST(ScenarioExecutor, an_expected_error_may_leave_the_repeat_when_it_stops) {
    ToyLab toy;
    unsigned left = 3;
    auto toys = toy.fake.handler;
    toy.fake.handler = [&](const pidlab_op &op) {
        return op.opcode == PIDLAB_OP_FORK && left-- > 0 ? Answer{ENOMEM, {}} : toys(op);
    };
    const Report report =
        toy.run("repeat 10 as i\n  t = fork init (fail_nth=i) = ENOMEM else leave\nend\nexit t\n");
    EXPECT_TRUE(report.passed());
    EXPECT_EQ(report.entries.at(0).rounds, 4U);
    EXPECT_TRUE(report.entries.at(0).left);
    EXPECT_EQ(toy.fake.sent.at(3).fail_nth, 4);
}

TEST(ScenarioExecutor, an_error_leaves_a_repeat_that_expects_success) {
    ToyLab toy;
    unsigned left = 3;
    auto toys = toy.fake.handler;
    toy.fake.handler = [&](const pidlab_op &op) {
        return op.opcode == PIDLAB_OP_FORK && left-- == 0 ? Answer{ENOSPC, {}} : toys(op);
    };
    const Report report = toy.run("repeat 10\n  t = fork init = ok else leave\nend\nexit t\n");
    EXPECT_TRUE(report.passed());
    EXPECT_EQ(report.entries.at(0).rounds, 4U);
    EXPECT_TRUE(report.entries.at(0).left);
}

TEST(ScenarioExecutor, figures_of_the_machine_are_numbers) {
    ToyLab toy;
    EXPECT_TRUE(toy.run("u = machine.used\nexpect machine.total > u\n").passed());
    EXPECT_THAT(toy.failure("expect machine.total < 1\n"), HasSubstr("expected machine.total < 1"));
}

TEST(ScenarioExecutor, another_error_does_not_leave_a_repeat) {
    ToyLab toy;
    EXPECT_THAT(toy.failure("t = fork init\nrepeat 2\nreap t = ECHILD else leave\nend\n"),
                HasSubstr("expected ECHILD, but reap failed: EAGAIN"));
}

TEST(ScenarioExecutor, a_refused_operation_that_changes_something_fails) {
    ToyLab other;
    auto toys = other.fake.handler;
    other.fake.handler = [&](const pidlab_op &op) {
        Answer out = toys(op);
        if (op.opcode == PIDLAB_OP_WAIT) {
            ++other.fake.check_answer.digest;
            out.error = ECHILD;
        }
        return out;
    };
    EXPECT_EQ(other.failure("t = fork init\nwait init = ECHILD\n"),
              "test.scn:2:1: error: wait was refused (ECHILD), but has changed the lab's state\n"
              "    2 | wait init = ECHILD\n"
              "      | ^~~~\n");
}

TEST(ScenarioExecutor, digests_are_remembered_and_compared) {
    ToyLab toy;
    EXPECT_EQ(toy.failure("digest before\nt = fork init\nexpect digest != before\nexit t\nreap t\n"
                          "expect digest = before\n"),
              "");
    ToyLab other;
    EXPECT_THAT(other.failure("digest before\nt = fork init\nexpect digest = before\n"),
                HasSubstr("test.scn:3:17: error: the lab's state is not what it was in line 1"));
}

TEST(ScenarioExecutor, a_broken_invariant_is_blamed_on_its_line) {
    ToyLab toy;
    toy.fake.before_check = [&] {
        if (toy.fake.tasks.size() < 2)
            return;
        toy.fake.check_answer.violations = 1;
        toy.fake.check_answer.code[0] = PIDLAB_BAD_FAMILY;
        toy.fake.check_answer.object[0] = ToyLab::task(2);
    };
    EXPECT_EQ(toy.failure("gp\nt = fork init # breaks it\n"),
              "test.scn:2:1: error: 1 invariant does not hold after this\n"
              "    2 | t = fork init # breaks it\n"
              "      | ^~~~~~~~~~~~~\n"
              "        t (pid 2): parent and children do not agree\n");
}

TEST(ScenarioExecutor, a_leak_at_the_end_fails) {
    ToyLab toy;
    toy.fake.info_answer.counter[PIDLAB_CTR_LEAKS] = 2;
    EXPECT_THAT(toy.failure("gp\n"), HasSubstr("2 objects leaked"));
}

TEST(ScenarioExecutor, nothing_runs_after_a_failure) {
    ToyLab toy;
    toy.run("t = fork init\nreap t\nfork init\n");
    EXPECT_THAT(toy.sent(), ElementsAre("fork", "reap"));
}

TEST(ScenarioSession, goes_on_after_errors) {
    ToyLab toy;
    Observer nobody;
    Session session(toy.lab, nobody);
    EXPECT_EQ(session.execute("t = fork init").size(), 0U);
    const auto errors = session.execute("u = fokr init");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_THAT(render(session.source(), errors[0]), HasSubstr("shell:2:5: error: unknown"));
    EXPECT_EQ(session.execute("reap t").size(), 1U);
    EXPECT_EQ(session.execute("exit t").size(), 0U);
    EXPECT_EQ(session.execute("expect reap t = 2").size(), 0U);
    EXPECT_EQ(session.finish().size(), 0U);
}

TEST(ScenarioSession, a_name_that_no_line_gave_stands_for_nothing) {
    ToyLab toy;
    Observer nobody;
    Session session(toy.lab, nobody);
    EXPECT_EQ(session.execute("t = fork init (fail_nth=1)").size(), 1U);
    const auto errors = session.execute("exit t");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_THAT(errors[0].message, HasSubstr("`t' stands for nothing yet"));
}

TEST(ScenarioSession, waits_for_the_end_of_a_repeat) {
    ToyLab toy;
    Observer nobody;
    Session session(toy.lab, nobody);
    EXPECT_EQ(session.execute("repeat 2").size(), 0U);
    EXPECT_TRUE(session.open());
    EXPECT_EQ(session.execute("fork init").size(), 0U);
    EXPECT_EQ(toy.fake.sent.size(), 0U);
    EXPECT_EQ(session.execute("end").size(), 0U);
    EXPECT_FALSE(session.open());
    EXPECT_EQ(toy.fake.tasks.size(), 3U);
}

TEST(ScenarioSession, a_repeat_with_a_line_in_error_is_forgotten) {
    ToyLab toy;
    Observer nobody;
    Session session(toy.lab, nobody);
    (void)session.execute("repeat 2");
    const auto errors = session.execute("fokr init");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].notes.size(), 1U);
    EXPECT_FALSE(session.open());
}

TEST(ScenarioSession, words_for_completion_include_names_and_tables) {
    ToyLab toy;
    Observer nobody;
    Session session(toy.lab, nobody);
    (void)session.execute("shepherd = fork init");
    EXPECT_THAT(session.words(), ::testing::IsSupersetOf({"shepherd", "fork", "newpid", "pgid",
                                                          "repeat", "ESRCH", "which"}));
}

} // namespace pidlab::scenario
