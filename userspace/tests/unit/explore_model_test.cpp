// SPDX-License-Identifier: MIT
// The reference model as a judge of what concurrent operations have returned.
#include <array>
#include <cerrno>
#include <memory>

#include <gtest/gtest.h>

#include "pidlab/explore_finding.hpp"
#include "pidlab/model.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::explore {
namespace {

/// A scenario on the model: what is said to have happened is held against it.
class AgainstTheModel : public ::testing::Test {
protected:
    void begin(const std::string &text) {
        source_ = scenario::SourceText{"toy", text};
        parsed_ = scenario::parse(source_);
        ASSERT_TRUE(parsed_.errors.empty()) << parsed_.errors.front().message;
        program_ = std::make_unique<Program>(
            source_, parsed_.scenario, [] { return Lab(std::make_unique<ModelTransport>()); });
        ASSERT_FALSE(program_->complaint()) << program_->complaint()->message;
        model_ = std::make_unique<OnModel>(*program_);
    }

    /// A run in which the actors' only operations overlap, with these results.
    [[nodiscard]] explore::Run overlapping(const std::vector<std::array<std::uint64_t, 2>> &results,
                                           const std::vector<int> &errors = {}) const {
        explore::Run run;
        for (const bool end : {false, true})
            for (std::size_t actor = 0; actor < results.size(); ++actor)
                run.steps.push_back(
                    {static_cast<std::uint8_t>(actor), 0, 3,
                     static_cast<std::uint16_t>(end ? PIDLAB_STEP_TASKLIST : PIDLAB_STEP_BEGIN),
                     0});
        for (std::size_t i = 0; i < results.size(); ++i) {
            pidlab_op op = program_->instructions()[i].op;
            op.res[0] = results[i][0];
            op.res[1] = results[i][1];
            op.error = errors.empty() ? 0 : static_cast<std::int16_t>(-errors[i]);
            run.done.push_back(op);
        }
        return run;
    }

    [[nodiscard]] std::string kind(const explore::Run &run) {
        Judge judge{*program_, nullptr, model_.get()};
        const auto finding = judge.judge(run);
        return finding ? std::string{finding->kind} : "";
    }

    scenario::SourceText source_{"", ""};
    scenario::ParsedScenario parsed_;
    std::unique_ptr<Program> program_;
    std::unique_ptr<OnModel> model_;
};

constexpr std::uint64_t a_task = std::uint64_t{9} << 40 | PIDLAB_OBJECT_TASK;
constexpr std::uint64_t another_task = std::uint64_t{8} << 40 | PIDLAB_OBJECT_TASK;

TEST_F(AgainstTheModel, x4_results_of_some_order_are_good) {
    begin("P0: fork init | P1: fork init\n");
    ASSERT_EQ(model_->lacking(), "");
    EXPECT_EQ(model_->results(), 2U);
    EXPECT_EQ(kind(overlapping({{a_task, 2}, {another_task, 3}})), "");
    EXPECT_EQ(kind(overlapping({{a_task, 3}, {another_task, 2}})), "");
}

TEST_F(AgainstTheModel, x4_results_of_no_order_are_told) {
    begin("P0: fork init | P1: fork init\n");
    EXPECT_EQ(kind(overlapping({{a_task, 2}, {another_task, 2}})), "model");
    EXPECT_EQ(kind(overlapping({{a_task, 2}, {a_task, 3}})), "model");
    EXPECT_EQ(kind(overlapping({{a_task, 2}, {0, 0}}, {0, ENOMEM})), "model");
}

TEST_F(AgainstTheModel, x4_who_had_ended_comes_first) {
    begin("P0: fork init | P1: fork init\n");
    explore::Run run = overlapping({{a_task, 3}, {another_task, 2}});
    std::swap(run.steps[1], run.steps[2]); // P0 ends before P1 begins
    EXPECT_EQ(kind(run), "model");
}

TEST_F(AgainstTheModel, x4_objects_from_before_the_columns_are_the_same_ones) {
    begin("a = fork init\nb = fork a\nr = tref b\nP0: deref r | P1: exit b\n");
    ASSERT_EQ(model_->lacking(), "");
    const pidlab_op &fork_b = program_->started()[1];
    EXPECT_EQ(kind(overlapping({{fork_b.res[0], 3}, {0, 0}})), "");
    const std::uint64_t other = program_->started()[0].res[0];
    // An exit works in steps: what it is beside is not held against the model.
    EXPECT_EQ(kind(overlapping({{other, 3}, {0, 0}})), "");
    begin("a = fork init\nb = fork a\nr = tref b\nP0: deref r | P1: nr a\n");
    EXPECT_EQ(kind(overlapping({{other, 3}, {2, 0}})), "model");
}

TEST_F(AgainstTheModel, x4_forks_at_several_levels_may_differ_in_numbers_only) {
    begin("n = fork init newpid\na = fork n\nP0: fork a | P1: fork init\n");
    ASSERT_EQ(model_->lacking(), "");
    ASSERT_TRUE(numbers_by_level(*program_));
    Judge judge{*program_, nullptr, model_.get()};
    EXPECT_FALSE(judge.judge(overlapping({{a_task, 3}, {another_task, 9}})));
    EXPECT_EQ(judge.excused(), 1U);
    EXPECT_EQ(kind(overlapping({{a_task, 3}, {0, 0}}, {0, ENOMEM})), "model");
}

TEST_F(AgainstTheModel, x4_what_it_has_no_notion_of_is_not_judged) {
    begin("m = mount freezer\nP0: umount m | P1: fork init\n");
    EXPECT_NE(model_->lacking(), "");
    EXPECT_EQ(kind(overlapping({{0, 0}, {a_task, 9}})), "");
}

} // namespace
} // namespace pidlab::explore
