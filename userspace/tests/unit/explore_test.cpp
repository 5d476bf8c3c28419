// SPDX-License-Identifier: MIT
// The search for orders, on a lab whose actors' steps are those of a small table.
#include <array>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explore_toy.hpp"
#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_pinned.hpp"
#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using toy::Explore;
using toy::steps_of;
using toy::three_actors;
using toy::touch;
using toy::Toy;
using toy::ToyStep;
using toy::two_actors;

TEST_F(Explore, x3_all_orders_of_two_actors_are_as_many_as_arithmetic_says) {
    const auto actor = steps_of({touch(1, 1), touch(1, 1), touch(1, 1)});
    begin({{actor, actor}}, two_actors);
    Bounds bounds;
    bounds.reduce = false;
    ends(bounds);
    EXPECT_EQ(runs.runs, 70U); // 8 over 4
}

TEST_F(Explore, x3_orders_of_three_actors_too) {
    const auto actor = steps_of({touch(1, 1)});
    begin({{actor, actor, actor}}, three_actors);
    Bounds bounds;
    bounds.reduce = false;
    ends(bounds);
    EXPECT_EQ(runs.runs, 90U); // 6! / (2! 2! 2!)
}

TEST_F(Explore, x3_without_preemptions_each_actor_runs_to_its_end) {
    const auto actor = steps_of({touch(1, 1), touch(1, 1)});
    begin({{actor, actor, actor}}, three_actors);
    Bounds bounds;
    bounds.preemptions = 0;
    bounds.reduce = false;
    ends(bounds);
    EXPECT_EQ(runs.runs, 6U); // 3!
}

TEST_F(Explore, x3_one_preemption_can_be_at_each_step) {
    const auto actor = steps_of({touch(1, 1), touch(1, 1)});
    begin({{actor, actor}}, two_actors);
    Bounds bounds;
    bounds.preemptions = 1;
    bounds.reduce = false;
    ends(bounds);
    // Either one first, and the other one comes in after its first, its second, or its last step.
    EXPECT_EQ(runs.runs, 6U);
}

TEST_F(Explore, x3_independent_actors_have_one_order) {
    begin({{steps_of({touch(1, 1), touch(1, 1)}), steps_of({touch(2, 2), touch(2, 2)})}},
          two_actors);
    EXPECT_THAT(ends({}), SizeIs(1));
    const std::uint64_t reduced = runs.runs;
    Bounds bounds;
    bounds.reduce = false;
    EXPECT_THAT(ends(bounds), SizeIs(1));
    EXPECT_EQ(runs.runs, 20U);
    EXPECT_LT(reduced, 20U);
    EXPECT_GT(reduced, 0U);
}

TEST_F(Explore, x3_the_reduction_loses_no_end_state) {
    // All programs of two actors with two steps each on two words.
    const std::array<ToyStep, 5> kinds = {touch(1, 0), touch(0, 1), touch(2, 1), touch(1, 2),
                                          touch(2, 2)};
    std::uint64_t plain = 0;
    std::uint64_t reduced = 0;
    for (std::size_t code = 0; code < 625; ++code) {
        const auto kind = [&](std::size_t place) {
            std::size_t left = code;
            for (std::size_t i = 0; i < place; ++i)
                left /= 5;
            return kinds[left % 5];
        };
        begin({{steps_of({kind(0), kind(1)}), steps_of({kind(2), kind(3)})}}, two_actors);
        for (const std::optional<unsigned> preemptions : {std::optional<unsigned>{}, {1}, {2}}) {
            Bounds bounds;
            bounds.preemptions = preemptions;
            const auto with = ends(bounds);
            reduced += runs.runs;
            bounds.reduce = false;
            EXPECT_EQ(with, ends(bounds)) << "program " << code;
            plain += runs.runs;
        }
    }
    EXPECT_LT(reduced, plain);
}

TEST_F(Explore, x3_shards_together_run_every_order_once) {
    const auto actor = steps_of({touch(1, 1), touch(1, 1), touch(1, 1)});
    begin({{actor, actor}}, two_actors);
    std::multiset<std::string> orders;
    for (unsigned shard = 0; shard < 3; ++shard) {
        Bounds bounds;
        bounds.reduce = false;
        bounds.shard = shard;
        bounds.shards = 3;
        Search search{*controller_, bounds};
        search.go([&](const explore::Run &run) {
            // What costs less than two each of them runs.
            if (preemptions(run.steps) > 1 || shard == 0)
                orders.insert(schedule_text(run, ""));
            return true;
        });
    }
    EXPECT_EQ(orders.size(), 70U);
    EXPECT_EQ(std::set<std::string>(orders.begin(), orders.end()).size(), 70U);
}

TEST_F(Explore, x3_a_search_goes_on_where_it_was_stopped) {
    const auto actor = steps_of({touch(1, 1), touch(1, 1), touch(1, 1)});
    begin({{actor, actor}}, two_actors);
    Bounds bounds;
    bounds.reduce = false;
    bounds.runs = 30;
    std::set<std::string> orders;
    const auto keep = [&orders](const explore::Run &run) {
        EXPECT_TRUE(orders.insert(schedule_text(run, "")).second);
        return true;
    };
    Search first{*controller_, bounds};
    EXPECT_FALSE(first.go(keep).exhausted);
    bounds.runs.reset();
    Search second{*controller_, bounds};
    second.restore(first.left(), first.known(), first.progress());
    EXPECT_TRUE(second.go(keep).exhausted);
    EXPECT_EQ(second.progress().runs, 70U);
    EXPECT_EQ(orders.size(), 70U);
}

TEST_F(Explore, x3_the_first_finding_has_the_fewest_preemptions) {
    // P1 must come between P0's two steps to read what P0 wrote first.
    begin({{steps_of({touch(0, 1), touch(0, 1)}), steps_of({touch(1, 0)})}}, two_actors);
    std::set<std::uint64_t> seen;
    unsigned fewest = 0;
    Bounds bounds;
    bounds.reduce = false;
    Search search{*controller_, bounds};
    search.go([&](const explore::Run &run) {
        fewest = preemptions(run.steps);
        return run.done[1].res[0] != 1; // one write, no second
    });
    EXPECT_EQ(fewest, 1U);
}

TEST_F(Explore, x4_results_that_no_order_of_whole_operations_gives_are_told) {
    begin({{steps_of({touch(0, 1), touch(0, 1)}), steps_of({touch(1, 0)})}}, two_actors);
    const Serial serial{*controller_};
    EXPECT_FALSE(serial.incomplete());
    EXPECT_EQ(serial.results(), 2U); // P1 reads nothing, or both
    std::uint64_t unexplained = 0;
    Judge judge{*program_, &serial};
    Bounds bounds;
    bounds.reduce = false;
    Search search{*controller_, bounds};
    search.go([&](const explore::Run &run) {
        const auto finding = judge.judge(run);
        unexplained += finding.has_value();
        EXPECT_TRUE(!finding || finding->kind == "history");
        return true;
    });
    // P1 reads between the two writes: its own first step comes before either of P0's three, or
    // between the two.
    EXPECT_EQ(unexplained, 3U);
}

TEST_F(Explore, x4_what_is_wrong_is_told_with_the_step_after_which_it_was_seen) {
    Toy wrong{{steps_of({touch(0, 1)}), steps_of({touch(1, 0)})}};
    wrong.wrong_after = 3;
    begin(wrong, two_actors);
    Judge judge{*program_, nullptr};
    const auto finding = judge.judge(controller_->run(Order{}));
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->kind, "invariant");
    EXPECT_THAT(finding->message,
                HasSubstr(" after step 3: a pid is not found by one of its numbers"));
    begin(wrong, two_actors, {.look = false});
    EXPECT_FALSE(Judge(*program_, nullptr).judge(controller_->run(Order{})));
}

TEST_F(Explore, x3_an_allocation_fails_in_some_order_and_in_no_more_than_are_allowed) {
    const auto actor = steps_of({{PIDLAB_STEP_ALLOC, 0, 0, true}, {PIDLAB_STEP_ALLOC, 0, 0, true}});
    begin({{actor, actor}}, two_actors, {false, 1});
    std::multiset<unsigned> failures;
    Bounds bounds;
    bounds.preemptions = 0;
    bounds.reduce = false;
    Search search{*controller_, bounds};
    search.go([&](const explore::Run &run) {
        failures.insert(run.failures());
        return true;
    });
    EXPECT_TRUE(search.progress().exhausted);
    // Either one first; none fails, or one of the four.
    EXPECT_EQ(failures.count(0), 2U);
    EXPECT_EQ(failures.count(1), 8U);
    EXPECT_THAT(failures, SizeIs(10));
}

TEST_F(Explore, x4_a_failure_is_explained_by_an_order_of_whole_operations_with_the_same) {
    const auto actor = steps_of({{PIDLAB_STEP_ALLOC, 0, 0, true}, touch(1, 1)});
    begin({{actor, actor}}, two_actors, {false, 1});
    const Serial serial{*controller_};
    EXPECT_EQ(serial.results(), 4U); // who is first, and either of them alone
    const Serial without{*std::make_unique<Controller>(*program_)};
    EXPECT_EQ(without.results(), 2U);
    const explore::Run run = controller_->run(Order{0, PIDLAB_CHOICE_FAIL, 1});
    EXPECT_EQ(run.done[0].error, -ENOMEM);
    EXPECT_TRUE(serial.known().explain(run));
    EXPECT_FALSE(without.known().explain(run));
}

TEST_F(Explore, x3_a_failure_stands_in_its_schedule) {
    const auto actor = steps_of({{PIDLAB_STEP_ALLOC, 0, 0, true}});
    begin({{actor, actor}}, two_actors, {false, 1});
    const explore::Run run = controller_->run(Order{0, PIDLAB_CHOICE_FAIL, 1, 1});
    const std::string text = schedule_text(run, "toy");
    EXPECT_THAT(text, HasSubstr("P0 begin\nP0 fails alloc\nP1 begin\nP1 alloc\n"));
    EXPECT_EQ(parse_schedule(text).order(), run.order());
    EXPECT_EQ(parse_schedule(text).left(run), "");
    EXPECT_THAT(explain(*program_, run), HasSubstr("fails"));
    EXPECT_THAT(parse_schedule("P0 fails begin\n").complaint, HasSubstr("line 1"));
}

TEST_F(Explore, x3_shards_reach_every_end_though_known_states_are_left_out) {
    const auto actor = steps_of({touch(1, 1), touch(2, 1), touch(1, 2)});
    begin({{actor, actor}}, two_actors);
    const std::set<std::uint64_t> all = ends({});
    std::set<std::uint64_t> together;
    for (unsigned shard = 0; shard < 8; ++shard) {
        Bounds bounds;
        bounds.shard = shard;
        bounds.shards = 8;
        together.merge(ends(bounds));
    }
    EXPECT_EQ(together, all);
}

TEST_F(Explore, x3_shards_are_about_even) {
    const auto actor = steps_of({touch(1, 1), touch(2, 1), touch(1, 2), touch(2, 2), touch(1, 1)});
    begin({{actor, actor, actor}}, three_actors);
    Bounds bounds;
    bounds.preemptions = 3;
    ends(bounds);
    const std::uint64_t whole = runs.runs;
    bounds.shards = 4;
    for (bounds.shard = 0; bounds.shard < bounds.shards; ++bounds.shard) {
        ends(bounds);
        EXPECT_LT(runs.runs, whole / 2) << bounds.shard;
        EXPECT_GT(runs.runs, whole / 8) << bounds.shard;
    }
}

TEST_F(Explore, x3_a_deadlock_is_told_with_who_has_what) {
    begin({{steps_of({touch(1, 1)}), steps_of({touch(1, 1)})}}, two_actors);
    const std::uint64_t init = program_->lab_init();
    explore::Run run;
    run.verdict = PIDLAB_VERDICT_DEADLOCK;
    run.steps = {{0, 0, 3, PIDLAB_STEP_BEGIN, 0},
                 {0, 0, 3, PIDLAB_STEP_TURN_LOCK, 1},
                 {1, 0, 3, PIDLAB_STEP_BEGIN, 0},
                 {1, 0, 2, PIDLAB_STEP_TASKLIST_WRITE, 2},
                 {1, 0, 2, PIDLAB_STEP_RCU_LOCK, 0}};
    pidlab_standing one{};
    one.what = PIDLAB_STEP_TASKLIST_WRITE;
    one.nr_held = 1;
    one.wants = {PIDLAB_STEP_TASKLIST_WRITE, 2, 0, 0};
    one.held[0] = {PIDLAB_STEP_TURN_LOCK, 1, 0, init};
    pidlab_standing other{};
    other.what = PIDLAB_STEP_TURN_LOCK;
    other.readers = 1;
    other.nr_held = 1;
    other.wants = {PIDLAB_STEP_TURN_LOCK, 1, 0, init};
    other.held[0] = {PIDLAB_STEP_TASKLIST_WRITE, 2, 0, 0};
    pidlab_standing waits{};
    waits.what = PIDLAB_STEP_GP;
    run.standing = {one, other, waits, {}};
    Judge judge{*program_, nullptr};
    const auto finding = judge.judge(run);
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->kind, "deadlock");
    EXPECT_THAT(finding->notes,
                ::testing::ElementsAre("P0 waits for tasklist_write, which P1 has since step 4",
                                       "P0 has turn_lock of init since step 2",
                                       "P1 waits for turn_lock of init, which P0 has since step 2",
                                       "P1 has tasklist_write since step 4, an RCU read side",
                                       "P2 waits for a grace period, with P1 in a read side"));
}

TEST_F(Explore, x3_a_schedule_is_read_as_it_was_written) {
    const auto actor = steps_of({touch(1, 1)});
    begin({{actor, actor}}, two_actors);
    const explore::Run run = controller_->run(Order{1, 0, 1, 0});
    const Schedule schedule = parse_schedule(schedule_text(run, "toy"));
    EXPECT_EQ(schedule.complaint, "");
    EXPECT_EQ(schedule.order(), run.order());
    EXPECT_EQ(schedule.left(run), "");
    const explore::Run other = controller_->run(Order{1, 1, 0, 0});
    EXPECT_THAT(schedule.left(other), HasSubstr("step 2: the schedule has P0 begin, the code came "
                                                "to P1 pidmap.page_allocated"));
    EXPECT_THAT(explain(*program_, run), HasSubstr("P0  nr init: "));
}

TEST(Schedules, x3_one_is_run_again_with_the_options_that_it_was_found_with) {
    EXPECT_EQ(replay_command({}, "s", "a.scn"), "pidlab explore --replay s a.scn");
    EXPECT_EQ(replay_command({false, 2}, "s", "a.scn"),
              "pidlab explore --faults 2 --replay s a.scn");
    EXPECT_EQ(replay_command({true, 1}, "s", "a.scn"),
              "pidlab explore --fine --faults 1 --replay s a.scn");
}

TEST(Schedules, x3_steps_that_there_are_with_an_option_only_are_told) {
    const Schedule coarse = parse_schedule("P0 begin\nP0 rcu_lock\nP0 tasklist_write\n");
    EXPECT_EQ(coarse.lacking({}), "");
    const Schedule failing = parse_schedule("P0 begin\nP0 fails alloc\n");
    EXPECT_EQ(failing.lacking({}), "--faults");
    EXPECT_EQ(failing.lacking({false, 1}), "");
    for (const char *word : {"rcu_unlock", "tasklist_unlock"}) {
        const Schedule fine = parse_schedule(fmt::format("P0 begin\nP0 {}\n", word));
        EXPECT_EQ(fine.lacking({false, 1}), "--fine");
        EXPECT_EQ(fine.lacking({true, 0}), "");
    }
}

TEST_F(Explore, x3_columns_spell_out_an_order) {
    begin({{steps_of({touch(1, 1), touch(1, 1)}), steps_of({touch(1, 1)})}},
          "P0: nr init @pidmap.page_allocated | P1: nr init\nP0: continue\n");
    ASSERT_TRUE(is_pinned(program_->columns()));
    const auto order = pinned_order(*controller_);
    ASSERT_TRUE(std::holds_alternative<Order>(order));
    EXPECT_EQ(std::get<Order>(order), (Order{0, 1, 1, 0, 0}));
}

TEST_F(Explore, x3_a_cell_that_comes_to_no_such_step_is_told) {
    begin({{steps_of({touch(1, 1)}), steps_of({touch(1, 1)})}},
          "P0: nr init @fork.visible | P1: nr init\n");
    const auto order = pinned_order(*controller_);
    ASSERT_TRUE(std::holds_alternative<scenario::Diagnostic>(order));
    EXPECT_EQ(std::get<scenario::Diagnostic>(order).message, "P0 does not come to fork.visible");
    EXPECT_EQ(std::get<scenario::Diagnostic>(order).at.line, 1U);
}

TEST(Schedules, a_line_that_is_no_step_is_told) {
    EXPECT_THAT(parse_schedule("P0 begin\nP9 begin\n").complaint, HasSubstr("line 2"));
    EXPECT_THAT(parse_schedule("P0 nowhere\n").complaint, HasSubstr("line 1"));
    EXPECT_THAT(parse_schedule("gp 3\n").complaint, HasSubstr("line 1"));
    EXPECT_EQ(parse_schedule("# nothing\n\n").complaint, "");
}

TEST(Footprints, steps_depend_if_one_writes_what_the_other_touches) {
    const auto print = [](std::uint64_t reads, std::uint64_t writes) {
        return pidlab_footprint{{0, reads}, {0, writes}};
    };
    EXPECT_FALSE(depend(print(3, 0), print(3, 0)));
    EXPECT_TRUE(depend(print(1, 0), print(0, 1)));
    EXPECT_TRUE(depend(print(0, 1), print(1, 0)));
    EXPECT_TRUE(depend(print(0, 1), print(0, 1)));
    EXPECT_FALSE(depend(print(1, 2), print(5, 8)));
}

} // namespace
} // namespace pidlab::explore
