// SPDX-License-Identifier: MIT
// Actors under control: each way to be refused, and the order that decides.
#include <array>
#include <cerrno>

#include <sys/mman.h>

#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

constexpr std::uint32_t room = 256;

/// Two actors that fork, in a lab of their own; whoever is first gets number 2.
class Control : public ::testing::Test {
protected:
    Control() : init{lab.setup()} {
        ops = {call::fork(init).op, call::fork(init).op};
        arg.size = sizeof(arg);
        arg.ops = reinterpret_cast<std::uintptr_t>(ops.data());
        arg.actors[0] = arg.actors[1] = 1;
        arg.runs = reinterpret_cast<std::uintptr_t>(&run);
        arg.nr_runs = 1;
        run.steps = reinterpret_cast<std::uintptr_t>(steps.data());
        run.ops = reinterpret_cast<std::uintptr_t>(ops.data());
        run.room = room;
    }

    int control() { return lab.request(PIDLAB_IOC_CONTROL, &arg); }

    void choose(const std::vector<std::uint8_t> &order) {
        choices = order;
        run.choices = reinterpret_cast<std::uintptr_t>(choices.data());
        run.nr_choices = static_cast<std::uint32_t>(choices.size());
    }

    void expect_refused(int error, const char *what) {
        const std::uint64_t before = lab.digest();
        EXPECT_EQ(control(), error) << what;
        EXPECT_EQ(lab.digest(), before) << what;
    }

    RawLab lab;
    TaskId init;
    std::vector<pidlab_op> ops;
    std::vector<pidlab_step> steps = std::vector<pidlab_step>(room);
    std::vector<std::uint8_t> choices;
    pidlab_control_run run{};
    pidlab_control arg{};
};

TEST_F(Control, x3_the_schedule_decides_who_is_first) {
    choose({0});
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(run.verdict, PIDLAB_VERDICT_DONE);
    EXPECT_EQ(ops[0].res[1], 2U);
    EXPECT_EQ(ops[1].res[1], 3U);
    choose({1});
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(ops[0].res[1], 3U);
    EXPECT_EQ(ops[1].res[1], 2U);
    EXPECT_EQ(run.violations, 0U);
    EXPECT_EQ(run.leaks, 0U);
}

TEST_F(Control, x3_a_run_is_replayed_by_its_choices) {
    choose({1, 0, 1, 0, 1, 0});
    ASSERT_EQ(control(), 0);
    ASSERT_LE(run.taken, room);
    const std::vector<pidlab_step> first(steps.begin(), steps.begin() + run.taken);
    const std::uint64_t digest = run.digest;
    std::vector<std::uint8_t> order;
    for (const pidlab_step &step : first)
        order.push_back(step.choice);
    choose(order);
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(run.verdict, PIDLAB_VERDICT_DONE);
    ASSERT_EQ(run.taken, first.size());
    EXPECT_EQ(std::memcmp(steps.data(), first.data(), first.size() * sizeof(pidlab_step)), 0);
    EXPECT_EQ(run.digest, digest);
}

TEST_F(Control, x3_many_orders_go_in_one_call) {
    std::vector<pidlab_control_run> runs(100, run);
    for (pidlab_control_run &one : runs)
        one.ops = 0;
    arg.runs = reinterpret_cast<std::uintptr_t>(runs.data());
    arg.nr_runs = 100;
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(arg.done, 100U);
    for (const pidlab_control_run &one : runs) {
        EXPECT_EQ(one.taken, runs[0].taken);
        EXPECT_EQ(one.digest, runs[0].digest);
    }
}

TEST_F(Control, x3_results_are_operands_of_later_instructions) {
    ops.push_back(call::exit(TaskId{PIDLAB_RESULT_OF(0, 0)}).op);
    ops.push_back(call::reap(TaskId{PIDLAB_RESULT_OF(0, 0)}).op);
    arg.ops = reinterpret_cast<std::uintptr_t>(ops.data());
    run.ops = arg.ops;
    arg.end = 2;
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(ops[2].error, 0);
    EXPECT_EQ(ops[3].error, 0);
    EXPECT_EQ(ops[3].res[0], 2U);
    /// They are still written as they were.
    EXPECT_EQ(ops[3].arg[0], PIDLAB_RESULT_OF(0, 0));
}

TEST_F(Control, x3_the_lab_is_an_ordinary_one_afterwards) {
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(lab.perform(call::fork(init)).nr, 4);
    static_cast<void>(lab.digest());
}

/// A build without them refuses, and tells so beforehand; one with them tells each step's.
TEST_F(Control, x3_footprints_are_there_or_eopnotsupp) {
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(lab.request(PIDLAB_IOC_INFO, &info), 0);
    std::vector<pidlab_footprint> footprints(room);
    run.footprints = reinterpret_cast<std::uintptr_t>(footprints.data());
    if (!(info.flags & PIDLAB_INFO_FOOTPRINTS)) {
        const std::uint64_t before = lab.digest();
        EXPECT_EQ(control(), EOPNOTSUPP);
        EXPECT_EQ(arg.done, 0U);
        EXPECT_EQ(lab.digest(), before);
        return;
    }
    ASSERT_EQ(control(), 0);
    for (std::uint32_t i = 0; i < run.taken; ++i) {
        std::uint64_t any = 0;
        for (int word = 0; word < PIDLAB_FOOTPRINT_WORDS; ++word)
            any |= footprints[i].reads[word] | footprints[i].writes[word];
        EXPECT_NE(any, 0U) << "step " << i;
    }
    EXPECT_EQ(footprints[run.taken].reads[0] | footprints[run.taken].writes[0], 0U);
}

TEST_F(Control, before_setup_is_ebadfd) {
    const RawLab bare;
    EXPECT_EQ(bare.request(PIDLAB_IOC_CONTROL, &arg), EBADFD);
}

TEST_F(Control, with_an_unknown_flag_is_einval) {
    arg.flags = PIDLAB_CONTROL_LOOK << 1;
    expect_refused(EINVAL, "flag");
}

TEST_F(Control, without_actors_or_with_gaps_between_them_is_einval) {
    arg.actors[0] = arg.actors[1] = 0;
    expect_refused(EINVAL, "no actor");
    arg.actors[0] = arg.actors[2] = 1;
    expect_refused(EINVAL, "gap");
}

TEST_F(Control, of_too_many_instructions_is_einval) {
    arg.start = PIDLAB_CONTROL_OPS_MAX - 1;
    expect_refused(EINVAL, "1025 instructions");
    arg.start = UINT32_MAX;
    arg.end = 1;
    expect_refused(EINVAL, "a sum that does not fit 32 bits");
}

TEST_F(Control, of_too_many_choices_or_steps_is_einval) {
    run.nr_choices = PIDLAB_STEPS_MAX + 1;
    EXPECT_EQ(control(), EINVAL);
    EXPECT_EQ(arg.done, 0U);
    run.nr_choices = 0;
    run.room = PIDLAB_STEPS_MAX + 1;
    EXPECT_EQ(control(), EINVAL);
}

TEST_F(Control, x3_an_allocation_fails_where_the_order_says_so) {
    arg.flags = PIDLAB_CONTROL_FAULTS;
    ASSERT_EQ(control(), 0);
    std::vector<std::uint8_t> order;
    while (steps[order.size()].what != PIDLAB_STEP_ALLOC)
        order.push_back(steps[order.size()].choice);
    EXPECT_EQ(steps[order.size()].object, 1U);
    order.push_back(PIDLAB_CHOICE_FAIL);
    choose(order);
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(run.verdict, PIDLAB_VERDICT_DONE);
    EXPECT_EQ(ops[0].error, -ENOMEM);
    EXPECT_EQ(ops[1].error, 0);
    EXPECT_EQ(run.violations + run.leaks, 0U);
    arg.flags = 0; // there is no such choice then
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(run.verdict, PIDLAB_VERDICT_DIVERGED);
}

TEST_F(Control, x3_who_is_more_urgent_is_first_until_that_changes) {
    run.priority[0] = 2;
    run.priority[1] = 3;
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(steps[0].choice, 1U);
    EXPECT_EQ(steps[1].choice, 1U);
    const pidlab_change change{1, 1};
    run.changes = reinterpret_cast<std::uintptr_t>(&change);
    run.nr_changes = 1;
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(steps[0].choice, 1U);
    EXPECT_EQ(steps[1].choice, 0U);
}

TEST_F(Control, changes_that_are_none_are_einval) {
    std::vector<pidlab_change> changes(PIDLAB_CHANGES_MAX + 1, pidlab_change{1, 1});
    run.changes = reinterpret_cast<std::uintptr_t>(changes.data());
    run.nr_changes = PIDLAB_CHANGES_MAX + 1;
    EXPECT_EQ(control(), EINVAL);
    run.nr_changes = PIDLAB_CHANGES_MAX;
    EXPECT_EQ(control(), 0);
    changes[1].step = 0;
    EXPECT_EQ(control(), EINVAL);
    changes[1] = {1, 256};
    EXPECT_EQ(control(), EINVAL);
    EXPECT_EQ(arg.done, 0U);
}

/// They stand nowhere but in a deadlock: until then nothing is written there.
TEST_F(Control, x3_where_actors_stand_is_not_written_without_a_deadlock) {
    const Pages pages(PROT_READ | PROT_WRITE);
    run.standing = pages.beyond();
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(run.verdict, PIDLAB_VERDICT_DONE);
    std::vector<pidlab_standing> standing(PIDLAB_ACTORS_MAX);
    std::memset(standing.data(), 0xa5, standing.size() * sizeof(pidlab_standing));
    const std::vector<pidlab_standing> before = standing;
    run.standing = reinterpret_cast<std::uintptr_t>(standing.data());
    ASSERT_EQ(control(), 0);
    EXPECT_EQ(
        std::memcmp(standing.data(), before.data(), standing.size() * sizeof(pidlab_standing)), 0);
}

TEST_F(Control, of_another_size_is_refused_as_any_argument_is) {
    const std::uint64_t before = lab.digest();
    const auto with = [&](std::size_t size, char behind) {
        std::array<char, sizeof(arg) + 64> bytes{};
        std::memcpy(bytes.data(), &arg, sizeof(arg));
        const auto told = static_cast<std::uint32_t>(size);
        std::memcpy(bytes.data(), &told, sizeof(told));
        bytes.back() = behind;
        return lab.request(PIDLAB_IOC_CONTROL, bytes.data());
    };
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{4}, sizeof(arg) - 8, sizeof(arg) - 1})
        EXPECT_EQ(with(size, 0), EINVAL) << size;
    EXPECT_EQ(with(sizeof(arg) + 64, 1), E2BIG);
    EXPECT_EQ(lab.request(PIDLAB_IOC_CONTROL, std::uint64_t{0}), EFAULT);
    EXPECT_EQ(lab.digest(), before);
    EXPECT_EQ(with(sizeof(arg) + 64, 0), 0);
}

TEST_F(Control, with_memory_that_is_not_there_is_efault) {
    const Pages pages(PROT_READ | PROT_WRITE);
    run.changes = pages.beyond();
    run.nr_changes = 1;
    EXPECT_EQ(control(), EFAULT);
    run.nr_changes = 0;
    arg.ops = pages.beyond();
    expect_refused(EFAULT, "operations");
    arg.ops = reinterpret_cast<std::uintptr_t>(ops.data());
    arg.runs = pages.beyond();
    EXPECT_EQ(control(), EFAULT);
    arg.runs = reinterpret_cast<std::uintptr_t>(&run);
    run.steps = pages.beyond();
    EXPECT_EQ(control(), EFAULT);
    EXPECT_EQ(arg.done, 0U);
    run.steps = reinterpret_cast<std::uintptr_t>(steps.data());
    run.choices = pages.beyond();
    run.nr_choices = 1;
    EXPECT_EQ(control(), EFAULT);
}

} // namespace
} // namespace pidlab::testing
