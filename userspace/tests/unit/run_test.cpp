// SPDX-License-Identifier: MIT
// Arrays of operations: cut into batches, stopped, interrupted.
#include <vector>

#include <gtest/gtest.h>

#include "fake_transport.hpp"

namespace pidlab {
namespace {

using testing::Answer;
using testing::FakeLab;

/// Operations that can be told apart by their first operand.
std::vector<pidlab_op> numbered(std::size_t count) {
    std::vector<pidlab_op> ops(count);
    for (std::size_t i = 0; i < count; ++i) {
        ops[i].opcode = PIDLAB_OP_GP;
        ops[i].arg[0] = i;
    }
    return ops;
}

/// Each operation arrived once and in order.
void expect_each_once(const FakeLab &it, std::size_t count) {
    ASSERT_EQ(it.fake.sent.size(), count);
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(it.fake.sent[i].arg[0], i);
}

TEST(Run, of_nothing_does_not_reach_the_module) {
    FakeLab it;
    EXPECT_EQ(it.lab.run({}), 0u);
    EXPECT_TRUE(it.fake.batches.empty());
}

TEST(Run, of_the_most_that_fits_is_one_request) {
    FakeLab it;
    auto ops = numbered(PIDLAB_RUN_MAX);
    EXPECT_EQ(it.lab.run(ops), ops.size());
    ASSERT_EQ(it.fake.batches.size(), 1u);
    expect_each_once(it, ops.size());
}

TEST(Run, of_more_is_cut_into_batches_in_order) {
    FakeLab it;
    auto ops = numbered(2 * PIDLAB_RUN_MAX + 3);
    EXPECT_EQ(it.lab.run(ops), ops.size());
    ASSERT_EQ(it.fake.batches.size(), 3u);
    EXPECT_EQ(it.fake.batches[0].count, PIDLAB_RUN_MAX);
    EXPECT_EQ(it.fake.batches[2].count, 3u);
    expect_each_once(it, ops.size());
}

TEST(Run, passes_its_flags_with_each_batch) {
    FakeLab it;
    auto ops = numbered(PIDLAB_RUN_MAX + 1);
    it.lab.run(ops, PIDLAB_RUN_STOP);
    ASSERT_EQ(it.fake.batches.size(), 2u);
    EXPECT_EQ(it.fake.batches[0].flags, PIDLAB_RUN_STOP);
    EXPECT_EQ(it.fake.batches[1].flags, PIDLAB_RUN_STOP);
}

TEST(Run, goes_on_after_a_refused_operation_unless_told_to_stop) {
    FakeLab it;
    it.fake.answers = {Answer{0}, Answer{ESRCH}};
    auto ops = numbered(4);
    EXPECT_EQ(it.lab.run(ops), 4u);
    EXPECT_EQ(ops[1].error, -ESRCH);
    EXPECT_EQ(ops[3].error, 0);
}

TEST(Run, told_to_stop_executes_nothing_after_the_refusal) {
    FakeLab it;
    it.fake.answers = {Answer{0}, Answer{ESRCH}};
    auto ops = numbered(4);
    EXPECT_EQ(it.lab.run(ops, PIDLAB_RUN_STOP), 2u);
    expect_each_once(it, 2);
    EXPECT_EQ(it.fake.batches.size(), 1u);
}

TEST(Run, told_to_stop_sends_no_second_batch_after_a_refusal_at_the_end_of_the_first) {
    FakeLab it;
    it.fake.handler = [](const pidlab_op &op) {
        return Answer{op.arg[0] == PIDLAB_RUN_MAX - 1 ? ESRCH : 0};
    };
    auto ops = numbered(PIDLAB_RUN_MAX + 1);
    EXPECT_EQ(it.lab.run(ops, PIDLAB_RUN_STOP), PIDLAB_RUN_MAX);
    EXPECT_EQ(it.fake.batches.size(), 1u);
}

TEST(Run, interrupted_goes_on_with_the_first_operation_that_has_not_run) {
    FakeLab it;
    it.fake.run_ends = {{EINTR, 3}, {EINTR, 1}};
    auto ops = numbered(10);
    EXPECT_EQ(it.lab.run(ops), 10u);
    EXPECT_EQ(it.fake.batches.size(), 3u);
    expect_each_once(it, 10);
}

TEST(Run, interrupted_before_it_got_anywhere_reports_it) {
    FakeLab it;
    it.fake.run_ends = {{EINTR, 3}, {EINTR, 0}};
    auto ops = numbered(10);
    const RunStatus status = it.lab.try_run(ops);
    EXPECT_EQ(status.error, EINTR);
    EXPECT_EQ(status.done, 3u);
    expect_each_once(it, 3);
}

TEST(Run, that_fails_itself_reports_how_far_it_came) {
    FakeLab it;
    it.fake.run_ends = {{0, PIDLAB_RUN_MAX}, {EFAULT, 5}};
    auto ops = numbered(PIDLAB_RUN_MAX + 10);
    const RunStatus status = it.lab.try_run(ops);
    EXPECT_EQ(status.error, EFAULT);
    EXPECT_EQ(status.done, PIDLAB_RUN_MAX + 5);
}

TEST(Run, that_fails_itself_throws_with_the_ioctls_sentence) {
    FakeLab it;
    it.fake.run_ends = {{EBADFD, 0}};
    auto ops = numbered(1);
    try {
        it.lab.run(ops);
        FAIL() << "no exception";
    } catch (const Error &error) {
        EXPECT_STREQ(error.what(), "RUN: EBADFD: the lab is not set up yet");
    }
}

TEST(Run, of_one_operation_answers_its_errno) {
    FakeLab it;
    it.fake.answers = {Answer{EPERM}};
    pidlab_op op = numbered(1)[0];
    EXPECT_EQ(it.lab.try_execute(op), EPERM);
    EXPECT_EQ(it.lab.try_execute(op), 0);
}

} // namespace
} // namespace pidlab
