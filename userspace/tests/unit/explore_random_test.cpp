// SPDX-License-Identifier: MIT
// Random orders, and what is said of them.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explore_toy.hpp"
#include "pidlab/explore_random.hpp"
#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {
namespace {

using toy::Explore;
using toy::steps_of;
using toy::touch;
using toy::two_actors;

TEST(Chances, x3_are_those_of_the_paper) {
    // 1 / (n k^(d-1))
    EXPECT_DOUBLE_EQ(chance(2, 10, 1), 0.5);
    EXPECT_DOUBLE_EQ(chance(2, 10, 2), 0.05);
    EXPECT_DOUBLE_EQ(chance(4, 100, 3), 1.0 / 40'000);
    EXPECT_NEAR(missed(0.05, 1), 0.95, 1e-12);
    EXPECT_NEAR(missed(0.05, 3), 0.857375, 1e-12);
    EXPECT_NEAR(missed(0.5, 10), 1.0 / 1024, 1e-12);
    EXPECT_DOUBLE_EQ(missed(0.05, 0), 1);
    EXPECT_DOUBLE_EQ(missed(1, 0), 1);
    EXPECT_DOUBLE_EQ(missed(1, 1), 0);
}

class Random : public Explore {
protected:
    /// P1 must come between P0's two writes to read what only the first one wrote.
    void SetUp() override {
        begin({{steps_of({touch(0, 1), touch(0, 1)}), steps_of({touch(1, 0)})}}, two_actors);
    }

    std::vector<std::string> orders(std::uint64_t seed, unsigned depth) {
        Draw bounds;
        bounds.runs = 200;
        bounds.seed = seed;
        bounds.depth = depth;
        std::vector<std::string> out;
        last = draw(*controller_, bounds, [&out](const explore::Run &run) {
            out.push_back(schedule_text(run, ""));
            return true;
        });
        return out;
    }

    Drawn last;
};

TEST_F(Random, x3_the_same_seed_draws_the_same_orders) {
    EXPECT_EQ(orders(1, 3), orders(1, 3));
    EXPECT_NE(orders(1, 3), orders(2, 3));
    EXPECT_EQ(last.runs, 200U);
    EXPECT_EQ(last.counted, 200U);
    EXPECT_EQ(last.takers, 3U);
    EXPECT_EQ(last.longest, 5U);
    EXPECT_DOUBLE_EQ(last.chance(), 1.0 / 75);
}

TEST_F(Random, x3_nobody_is_preempted_at_depth_one) {
    const auto all = orders(7, 1);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 2U);
}

TEST_F(Random, x3_a_bug_is_met_at_least_as_often_as_is_promised) {
    // Of depth two: the first write, P1's step, the second write.
    Draw bounds;
    bounds.runs = 3000;
    bounds.depth = 2;
    unsigned met = 0;
    const Drawn drawn = draw(*controller_, bounds, [&met](const explore::Run &run) {
        met += run.done[1].res[0] == 1;
        return true;
    });
    EXPECT_GE(met, drawn.chance() * 3000);
    EXPECT_LT(met, 3000U);
}

TEST_F(Random, x3_what_is_found_is_shown_with_as_few_preemptions_as_there_are) {
    const Serial serial{*controller_};
    Judge judge{*program_, &serial};
    Draw bounds;
    bounds.depth = 5;
    std::optional<explore::Run> found;
    static_cast<void>(draw(*controller_, bounds, [&](const explore::Run &run) {
        if (judge.judge(run) && preemptions(run.steps) > 1)
            found = run;
        return !found;
    }));
    ASSERT_TRUE(found);
    const explore::Run simple = simplest(*controller_, judge, *found);
    EXPECT_EQ(preemptions(simple.steps), 1U);
    EXPECT_EQ(judge.judge(simple)->kind, "history");
}

TEST_F(Random, x3_the_first_finding_ends_it) {
    Draw bounds;
    const Drawn drawn =
        draw(*controller_, bounds, [](const explore::Run &run) { return run.done[1].res[0] != 1; });
    EXPECT_GT(drawn.runs, 0U);
    EXPECT_LT(drawn.runs, 3000U);
}

} // namespace
} // namespace pidlab::explore
