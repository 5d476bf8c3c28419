// SPDX-License-Identifier: MIT
// Random programs: what holds after each on the model, and that a difference would be found.
#include <cerrno>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "../model/compare.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::testing {
namespace {

constexpr int length = 120; // the most commands in a program

std::unique_ptr<Transport> another_model() { return std::make_unique<ModelTransport>(); }

/// Calls @p visit with random programs of all generations that the model has.
template <typename Visit> void each_program(unsigned programs, Visit visit) {
    const Info info = Lab(another_model()).info();
    for (const WordInfo &generation : generations())
        for (unsigned seed = 0; seed < programs; ++seed)
            if (info.has(static_cast<pidlab_generation>(generation.number)))
                visit(read(draft(seed, length).value(), generation.number));
}

/// What a lab answers when it is the model but for one thing.
class Liar final : public Transport {
public:
    int setup(pidlab_setup &arg) override { return truth_.setup(arg); }
    RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
        const RunStatus status = truth_.run(ops, flags);
        for (pidlab_op &op : ops)
            if (op.opcode == PIDLAB_OP_SETSID && !op.error)
                op.res[0] += 1;
        return status;
    }
    int info(pidlab_info &out) override { return truth_.info(out); }
    int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        return truth_.check(out, room);
    }

private:
    ModelTransport truth_;
};

TEST(ModelProgram, x6_is_the_same_program_for_the_same_seed) {
    const auto text = [](std::uint64_t seed) {
        return as_scenario(read(draft(seed, length).value(), PIDLAB_GEN_IDR), "one");
    };
    EXPECT_EQ(text(7), text(7));
    EXPECT_NE(text(8), text(7));
}

/// What random programs came to on the model.
struct Coverage {
    std::map<std::uint16_t, unsigned> succeeded; ///< by operation
    std::set<int> errors;
    unsigned operations = 0, refused = 0;
};

Coverage coverage_of(unsigned programs) {
    struct Watched final : Transport {
        explicit Watched(Coverage &all) : coverage(all) {}
        int setup(pidlab_setup &arg) override { return lab.setup(arg); }
        RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
            const RunStatus status = lab.run(ops, flags);
            for (const pidlab_op &op : ops) {
                ++coverage.operations;
                coverage.refused += op.error != 0;
                coverage.succeeded[op.opcode] += op.error == 0;
                coverage.errors.insert(-op.error);
            }
            return status;
        }
        int info(pidlab_info &out) override { return lab.info(out); }
        int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
            return lab.check(out, room);
        }
        Coverage &coverage;
        ModelTransport lab;
    };
    Coverage coverage;
    each_program(programs, [&](const Program &program) {
        EXPECT_EQ(difference(program, [&] { return std::make_unique<Watched>(coverage); }),
                  std::nullopt);
    });
    return coverage;
}

TEST(ModelProgram, x6_comes_by_every_operation_and_every_refusal) {
    const Coverage coverage = coverage_of(60);
    for (const OpInfo &op : ops()) {
        const auto opcode = static_cast<std::uint16_t>(op.opcode);
        if (ModelTransport::knows(opcode) && opcode != PIDLAB_OP_SEEN && opcode != PIDLAB_OP_SCAN &&
            opcode != PIDLAB_OP_EVENT) {
            EXPECT_GT(coverage.succeeded.at(opcode), 10u) << op.name;
        }
    }
    for (const int error : {EOPNOTSUPP, EINVAL, EBADF, ESRCH, EEXIST, EAGAIN, EBUSY, ENOMEM, ENOSPC,
                            ECHILD, EPERM, EACCES})
        EXPECT_TRUE(coverage.errors.contains(error)) << errno_name(error);
    // Neither do nearly all succeed, nor nearly none.
    EXPECT_GT(coverage.refused, coverage.operations / 10);
    EXPECT_LT(coverage.refused, coverage.operations * 2 / 3);
}

TEST(ModelProgram, x6_does_the_same_on_two_models) {
    each_program(30, [](const Program &program) {
        EXPECT_EQ(difference(program, another_model), std::nullopt);
    });
}

TEST(ModelProgram, x6_is_a_scenario_that_passes_on_the_model) {
    each_program(30, [](const Program &program) {
        const scenario::SourceText source("program.scn", as_scenario(program, "Random."));
        const scenario::ParsedScenario parsed = scenario::parse(source);
        for (const scenario::Diagnostic &error : parsed.errors)
            ADD_FAILURE() << render(source, error);
        Lab lab(another_model());
        const Report report = run_scenario(lab, source, parsed.scenario);
        EXPECT_TRUE(report.passed()) << render(source, *report.failure);
    });
}

TEST(ModelProgram, x6_shows_a_lie_and_shrinks_to_little_more_than_it) {
    const auto liar = [] { return std::make_unique<Liar>(); };
    unsigned caught = 0;
    for (std::uint64_t seed = 0; seed < 120 && caught < 4; ++seed) {
        const auto drawn = draft(seed, length);
        if (!difference(read(drawn.value(), PIDLAB_GEN_PIDNS), liar))
            continue;
        ++caught;
        const Program least = shrink(drawn, PIDLAB_GEN_PIDNS, liar);
        ASSERT_FALSE(least.steps.empty());
        EXPECT_LE(least.steps.size(), 3u) << as_scenario(least, "not small");
        EXPECT_EQ(least.steps.back().op->opcode, PIDLAB_OP_SETSID);
        EXPECT_TRUE(difference(least, liar));
    }
    EXPECT_EQ(caught, 4u);
}

/// The labs that random programs lead to.
template <typename Visit> void each_state(Visit visit) {
    each_program(40, [&](const Program &program) {
        // The comparison's other lab, looked at when it is done.
        struct Watched final : Transport {
            explicit Watched(Visit &seen) : visit(seen) {}
            int setup(pidlab_setup &arg) override { return lab.setup(arg); }
            RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
                return lab.run(ops, flags);
            }
            int info(pidlab_info &out) override { return lab.info(out); }
            int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
                const int error = lab.check(out, room);
                if (out.count <= room.size())
                    visit(std::vector<pidlab_task_info>(room.begin(), room.begin() + out.count));
                return error;
            }
            Visit &visit;
            ModelTransport lab;
        };
        EXPECT_EQ(difference(program, [&] { return std::make_unique<Watched>(visit); }),
                  std::nullopt);
    });
}

TEST(ModelState, x6_every_task_has_its_numbers_until_it_is_reaped_and_none_after) {
    each_state([](const std::vector<pidlab_task_info> &tasks) {
        for (const pidlab_task_info &task : tasks) {
            const bool there = task.state != PIDLAB_STATE_DEAD;
            EXPECT_EQ(task.ns != 0, there) << task;
            EXPECT_EQ(task.nr > 0 && task.vnr > 0, there) << task;
            EXPECT_TRUE(there || task.holds > 0 || (task.flags & PIDLAB_TASK_CURR)) << task;
        }
    });
}

TEST(ModelState, x6_no_number_is_given_twice_in_a_namespace) {
    each_state([](const std::vector<pidlab_task_info> &tasks) {
        std::set<std::pair<std::uint64_t, std::int32_t>> inside;
        std::set<std::int32_t> outside;
        for (const pidlab_task_info &task : tasks)
            if (task.ns) {
                EXPECT_TRUE(inside.emplace(task.ns, task.vnr).second) << task;
                EXPECT_TRUE(outside.insert(task.nr).second) << task;
            }
    });
}

TEST(ModelState, x6_each_namespace_with_somebody_alive_has_one_reaper_who_is_alive) {
    each_state([](const std::vector<pidlab_task_info> &tasks) {
        std::map<std::uint64_t, unsigned> reapers;
        for (const pidlab_task_info &task : tasks)
            if (task.flags & PIDLAB_TASK_REAPER) {
                EXPECT_EQ(task.state, PIDLAB_STATE_RUNNING) << task;
                ++reapers[task.ns];
            }
        for (const pidlab_task_info &task : tasks)
            if (task.state == PIDLAB_STATE_RUNNING) {
                EXPECT_EQ(reapers[task.ns], 1u) << task;
            }
    });
}

TEST(ModelState, x6_parents_are_alive_and_leaders_are_of_the_same_process) {
    each_state([](const std::vector<pidlab_task_info> &tasks) {
        std::map<std::uint64_t, const pidlab_task_info *> by_id;
        for (const pidlab_task_info &task : tasks)
            by_id[task.id] = &task;
        for (const pidlab_task_info &task : tasks) {
            if (task.parent) {
                EXPECT_EQ(by_id.at(task.parent)->state, PIDLAB_STATE_RUNNING) << task;
            }
            if (!task.leader)
                continue;
            const pidlab_task_info &leader = *by_id.at(task.leader);
            EXPECT_EQ(task.tgid, leader.nr) << task;
            EXPECT_EQ(task.ns, leader.ns) << task;
            EXPECT_EQ((task.flags & PIDLAB_TASK_THREAD) == 0, task.leader == task.id) << task;
        }
    });
}

} // namespace
} // namespace pidlab::testing
