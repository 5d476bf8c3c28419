// SPDX-License-Identifier: MIT
// Random orders, and what is said of them.
#include <array>
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
using toy::ToyStep;
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

TEST(Chances, x3_with_failures_they_are_those_of_drawing_which) {
    EXPECT_DOUBLE_EQ(ways_to_fail(0, 9), 1);
    EXPECT_DOUBLE_EQ(ways_to_fail(1, 3), 2 * 3); // none or one; the one of three
    EXPECT_DOUBLE_EQ(ways_to_fail(2, 5), 3 * 10);
    EXPECT_DOUBLE_EQ(ways_to_fail(3, 2), 3 * 2); // both is one way, one is two
    EXPECT_DOUBLE_EQ(ways_to_fail(2, 0), 1);
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

ToyStep allocation() { return {PIDLAB_STEP_ALLOC, 0, 0, true}; }

/// P0 writes before and after P1 may, which asks for memory twice; P0 does once.
class Failing : public Explore {
protected:
    void with(unsigned faults) {
        begin({{steps_of({touch(0, 1), allocation()}),
                steps_of({allocation(), touch(1, 1), allocation()})}},
              two_actors, {false, faults});
    }

    std::vector<explore::Run> drawn(std::uint64_t seed, std::uint64_t count = 300) {
        Draw bounds;
        bounds.runs = count;
        bounds.seed = seed;
        bounds.depth = 2;
        std::vector<explore::Run> out;
        last = draw(*controller_, bounds, [&out](const explore::Run &run) {
            out.push_back(run);
            return true;
        });
        return out;
    }

    Drawn last;
};

TEST_F(Failing, x3_each_allocation_fails_in_some_order_and_in_no_more_than_are_allowed) {
    with(1);
    std::set<std::pair<unsigned, unsigned>> failed; // whose, and after how many steps of its own
    std::set<unsigned> counts;
    for (const explore::Run &run : drawn(1)) {
        counts.insert(run.failures());
        std::array<unsigned, 2> steps{};
        for (const pidlab_step &step : run.steps) {
            if (is_failure(step.choice))
                failed.emplace(taker(step.choice), steps[taker(step.choice)]);
            ++steps[taker(step.choice)];
        }
    }
    EXPECT_EQ(counts, (std::set<unsigned>{0, 1}));
    EXPECT_EQ(failed, (std::set<std::pair<unsigned, unsigned>>{{0, 2}, {1, 1}, {1, 3}}));
    EXPECT_EQ(last.all_allocations(), 3U);
    EXPECT_EQ(last.diverged, 0U);
    EXPECT_DOUBLE_EQ(last.chance(), 1.0 / (3 * 7 * 2 * 3));
}

TEST_F(Failing, x3_several_fail_in_one_order) {
    with(2);
    std::set<unsigned> counts;
    for (const explore::Run &run : drawn(1))
        counts.insert(run.failures());
    EXPECT_EQ(counts, (std::set<unsigned>{0, 1, 2}));
}

TEST_F(Failing, x3_the_same_seed_draws_the_same_failures_and_each_is_replayed) {
    with(2);
    const auto first = drawn(5);
    const auto again = drawn(5);
    ASSERT_EQ(first.size(), again.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].order(), again[i].order());
        const Schedule schedule = parse_schedule(schedule_text(first[i], "toy"));
        EXPECT_EQ(schedule.left(controller_->run(schedule.order())), "");
    }
    const auto other = drawn(6);
    EXPECT_FALSE(std::ranges::equal(first, other, {}, &explore::Run::order, &explore::Run::order));
}

TEST_F(Failing, x3_a_bug_that_takes_a_failure_is_met_at_least_as_often_as_is_promised) {
    with(1);
    const auto orders = drawn(2, 4000);
    // P0 fails, and has written before P1 did.
    const auto met = std::ranges::count_if(orders, [](const explore::Run &run) {
        const Order order = run.order();
        const auto failure = std::ranges::find(order, PIDLAB_CHOICE_FAIL);
        return failure != order.end() && std::count(order.begin(), failure, 1) == 0;
    });
    EXPECT_GE(met, last.chance() * 4000);
    EXPECT_LT(met, 4000);
}

TEST_F(Failing, x3_where_none_may_fail_the_orders_are_what_they_were) {
    with(0);
    for (const explore::Run &run : drawn(1))
        EXPECT_EQ(run.failures(), 0U);
    EXPECT_EQ(last.all_allocations(), 0U);
    EXPECT_DOUBLE_EQ(last.chance(), 1.0 / (3 * 7));
}

} // namespace
} // namespace pidlab::explore
