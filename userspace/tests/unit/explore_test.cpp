// SPDX-License-Identifier: MIT
// The search for orders, on a lab whose actors' steps are those of a small table.
#include <algorithm>
#include <array>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../src/explore_states.hpp"
#include "fake_transport.hpp"
#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_pinned.hpp"
#include "pidlab/explore_schedule.hpp"
#include "pidlab/explore_search.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::explore {
namespace {

using testing::FakeTransport;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// What a step of a toy actor touches: a bit a word of memory.
struct ToyStep {
    std::uint16_t what = PIDLAB_STEP_BEGIN;
    unsigned reads = 0;
    unsigned writes = 0;
};

/// Actors as lists of steps; memory remembers who wrote last, and what each read.
struct Toy {
    std::vector<std::vector<ToyStep>> actors;
    bool footprints = true;
};

class ToyTransport final : public Transport {
public:
    explicit ToyTransport(const Toy &toy) : toy_{toy} {
        fake_.info_answer.flags = toy.footprints ? PIDLAB_INFO_FOOTPRINTS : 0;
    }

    int setup(pidlab_setup &arg) override { return fake_.setup(arg); }
    RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
        return fake_.run(ops, flags);
    }
    int info(pidlab_info &out) override { return fake_.info(out); }
    int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        return fake_.check(out, room);
    }

    int control(pidlab_control &arg) override {
        auto *runs = reinterpret_cast<pidlab_control_run *>(arg.runs);
        for (arg.done = 0; arg.done < arg.nr_runs; ++arg.done)
            one(arg, runs[arg.done]);
        return 0;
    }

private:
    void one(const pidlab_control &arg, pidlab_control_run &run) const {
        std::vector<std::size_t> at(toy_.actors.size());
        std::array<std::uint64_t, 8> memory{};
        std::vector<std::uint64_t> seen(toy_.actors.size());
        const auto *choices = reinterpret_cast<const std::uint8_t *>(run.choices);
        auto *steps = reinterpret_cast<pidlab_step *>(run.steps);
        auto *footprints = reinterpret_cast<pidlab_footprint *>(run.footprints);
        unsigned last = 0;
        run.taken = 0;
        run.verdict = PIDLAB_VERDICT_DONE;
        for (unsigned mask = possible(at); mask != 0; mask = possible(at)) {
            unsigned choice = run.taken < run.nr_choices ? choices[run.taken] : last;
            if (!(mask >> choice & 1))
                choice = static_cast<unsigned>(std::countr_zero(mask));
            const ToyStep &step = toy_.actors[choice][at[choice]++];
            steps[run.taken] = {static_cast<std::uint8_t>(choice), 0,
                                static_cast<std::uint16_t>(mask), step.what, 0};
            if (footprints)
                footprints[run.taken] = {{step.reads}, {step.writes}};
            for (unsigned word = 0; word < memory.size(); ++word) {
                if (step.reads >> word & 1)
                    seen[choice] = seen[choice] * 31 + memory[word];
                if (step.writes >> word & 1)
                    memory[word] = memory[word] * 31 + choice + 1;
            }
            last = choice;
            ++run.taken;
        }
        run.digest = 0;
        for (const std::uint64_t word : memory)
            run.digest = mixed(run.digest, word);
        auto *ops = reinterpret_cast<pidlab_op *>(run.ops);
        for (std::size_t actor = 0; actor < seen.size(); ++actor) {
            run.digest = mixed(run.digest, seen[actor]);
            ops[arg.start + actor].res[0] = seen[actor];
        }
    }

    [[nodiscard]] unsigned possible(const std::vector<std::size_t> &at) const {
        unsigned mask = 0;
        for (std::size_t actor = 0; actor < at.size(); ++actor)
            if (at[actor] < toy_.actors[actor].size())
                mask |= 1U << actor;
        return mask;
    }

    const Toy &toy_;
    FakeTransport fake_;
};

/// A scenario whose columns run on a toy.
class Explore : public ::testing::Test {
protected:
    void begin(const Toy &toy, const std::string &columns) {
        toy_ = toy;
        source_ = scenario::SourceText{"toy", columns};
        parsed_ = scenario::parse(source_);
        ASSERT_TRUE(parsed_.errors.empty()) << parsed_.errors.front().message;
        program_ = std::make_unique<Program>(source_, parsed_.scenario, [this] {
            return Lab(std::make_unique<ToyTransport>(toy_));
        });
        ASSERT_FALSE(program_->complaint()) << program_->complaint()->message;
        controller_ = std::make_unique<Controller>(*program_);
    }

    /// End states of a search.
    std::set<std::uint64_t> ends(const Bounds &bounds) {
        std::set<std::uint64_t> out;
        Search search{*controller_, bounds};
        runs = search.go([&out](const explore::Run &run) {
            out.insert(run.digest);
            return true;
        });
        EXPECT_TRUE(runs.exhausted);
        return out;
    }

    Progress runs;
    Toy toy_;
    scenario::SourceText source_{"", ""};
    scenario::ParsedScenario parsed_;
    std::unique_ptr<Program> program_;
    std::unique_ptr<Controller> controller_;
};

// A step that reads these words and writes those.
ToyStep touch(unsigned reads, unsigned writes) { return {PIDLAB_STEP_POINTS, reads, writes}; }

const std::string two_actors = "P0: nr init | P1: nr init\n";
const std::string three_actors = "P0: nr init | P1: nr init | P2: nr init\n";

std::vector<ToyStep> steps_of(std::initializer_list<ToyStep> more) {
    std::vector<ToyStep> out{ToyStep{}};
    out.insert(out.end(), more);
    return out;
}

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
            // What costs nothing each of them runs.
            if (preemptions(run.steps) > 0 || shard == 0)
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
