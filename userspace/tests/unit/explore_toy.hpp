// SPDX-License-Identifier: MIT
/// @file
/// A lab whose actors' steps are those of a small table, for tests of what searches for orders.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../src/explore_states.hpp"
#include "fake_transport.hpp"
#include "pidlab/explore_search.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::explore::toy {

/// What a step of a toy actor touches: a bit a word of memory.
struct ToyStep {
    std::uint16_t what = PIDLAB_STEP_BEGIN;
    unsigned reads = 0;
    unsigned writes = 0;
    bool allocates = false; ///< where failures are asked for; one ends its actor with ENOMEM
};

/// Actors as lists of steps; memory remembers who wrote last, and what each read.
struct Toy {
    std::vector<std::vector<ToyStep>> actors;
    bool footprints = true;
    std::uint32_t wrong_after = 0;  ///< steps after which an invariant does not hold, if looked for
    std::uint64_t memory = 1 << 20; ///< that a lab may have on this machine
};

class ToyTransport final : public Transport {
public:
    explicit ToyTransport(const Toy &toy) : toy_{toy} {
        fake_.info_answer.flags = toy.footprints ? PIDLAB_INFO_FOOTPRINTS : 0;
        fake_.info_answer.setting[PIDLAB_SET_MAX_BYTES] = toy.memory;
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
        std::vector<bool> failed(toy_.actors.size());
        std::array<std::uint8_t, PIDLAB_CHOICES> priority{};
        std::ranges::copy(run.priority, priority.begin());
        run.taken = 0;
        run.verdict = PIDLAB_VERDICT_DONE;
        const bool faults = (arg.flags & PIDLAB_CONTROL_FAULTS) != 0;
        for (unsigned mask = possible(at, faults); mask != 0; mask = possible(at, faults)) {
            change(run, last, priority);
            const unsigned taken =
                run.taken < run.nr_choices ? choices[run.taken] : favourite(mask, last, priority);
            const unsigned choice = taker(taken);
            const ToyStep &step = toy_.actors[choice][at[choice]++];
            if (is_failure(taken)) {
                failed[choice] = true;
                at[choice] = toy_.actors[choice].size();
            }
            steps[run.taken] = {static_cast<std::uint8_t>(taken), 0,
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
        const bool looks = (arg.flags & PIDLAB_CONTROL_LOOK) != 0;
        run.found_at = looks && toy_.wrong_after < run.taken ? toy_.wrong_after : 0;
        run.violations = run.found_at != 0 ? 1 : 0;
        run.code = PIDLAB_BAD_LOOKUP;
        run.object = 8 | PIDLAB_OBJECT_PID;
        run.digest = 0;
        for (const std::uint64_t word : memory)
            run.digest = mixed(run.digest, word);
        auto *ops = reinterpret_cast<pidlab_op *>(run.ops);
        for (std::size_t actor = 0; actor < seen.size(); ++actor) {
            run.digest = mixed(run.digest, seen[actor]);
            ops[arg.start + actor].res[0] = seen[actor];
            ops[arg.start + actor].error = failed[actor] ? -ENOMEM : 0;
        }
    }

    static void change(const pidlab_control_run &run, unsigned last,
                       std::array<std::uint8_t, PIDLAB_CHOICES> &priority) {
        const auto *changes = reinterpret_cast<const pidlab_change *>(run.changes);
        for (unsigned i = 0; i < run.nr_changes; ++i)
            if (changes[i].step == run.taken)
                priority[last] = static_cast<std::uint8_t>(changes[i].priority);
    }

    static unsigned favourite(unsigned mask, unsigned last,
                              const std::array<std::uint8_t, PIDLAB_CHOICES> &priority) {
        auto out = static_cast<unsigned>(std::countr_zero(mask));
        if (std::ranges::count(priority, 0) == PIDLAB_CHOICES)
            return mask >> last & 1 ? last : out;
        for (unsigned actor = 0; actor < PIDLAB_ACTORS_MAX; ++actor)
            if ((mask >> actor & 1) != 0 && priority[actor] > priority[out])
                out = actor;
        return out;
    }

    [[nodiscard]] unsigned possible(const std::vector<std::size_t> &at, bool faults) const {
        unsigned mask = 0;
        for (std::size_t actor = 0; actor < at.size(); ++actor)
            if (at[actor] < toy_.actors[actor].size()) {
                mask |= 1U << actor;
                if (faults && toy_.actors[actor][at[actor]].allocates)
                    mask |= 1U << (PIDLAB_CHOICE_FAIL + actor);
            }
        return mask;
    }

    const Toy &toy_;
    testing::FakeTransport fake_;
};

/// A scenario whose columns run on a toy.
class Explore : public ::testing::Test {
protected:
    void begin(const Toy &toy, const std::string &columns, const Grain &grain = {}) {
        toy_ = toy;
        source_ = scenario::SourceText{"toy", columns};
        parsed_ = scenario::parse(source_);
        ASSERT_TRUE(parsed_.errors.empty()) << parsed_.errors.front().message;
        program_ = std::make_unique<Program>(source_, parsed_.scenario, [this] {
            return Lab(std::make_unique<ToyTransport>(toy_));
        });
        ASSERT_FALSE(program_->complaint()) << program_->complaint()->message;
        controller_ = std::make_unique<Controller>(*program_, grain);
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

/// A step that reads these words and writes those.
inline ToyStep touch(unsigned reads, unsigned writes) {
    return {PIDLAB_STEP_POINTS, reads, writes};
}

inline const std::string two_actors = "P0: nr init | P1: nr init\n";
inline const std::string three_actors = "P0: nr init | P1: nr init | P2: nr init\n";

inline std::vector<ToyStep> steps_of(std::initializer_list<ToyStep> more) {
    std::vector<ToyStep> out{ToyStep{}};
    out.insert(out.end(), more);
    return out;
}

} // namespace pidlab::explore::toy
