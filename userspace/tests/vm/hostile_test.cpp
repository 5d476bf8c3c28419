// SPDX-License-Identifier: MIT
// The claim of row b11: 100 processes with 1000 references each, to children that were over in no
// time. What is held decides what it costs the machine.
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "pidlab/call.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/machine.hpp"

namespace pidlab::testing {
namespace {

constexpr std::uint64_t processes = 100;
constexpr std::uint64_t references = 1000;
constexpr std::uint64_t smallest_machine = 900ULL << 20; // one of 1 GB, its kernel taken off

using Hold = pidlab_op (*)(TaskId);

/// Children that one process makes, holds, ends and reaps: 1000 at a time, as the array goes.
class Attack {
public:
    explicit Attack(const Settings &settings) : lab_{Lab::open()}, init_{lab_.setup(settings)} {}

    /// Until an operation is refused or all is done.
    /// @return 0, or the positive errno of the first refusal
    int run(Hold hold, bool reap) {
        for (std::uint64_t process = 0; process < processes; ++process) {
            const int error = one(hold, reap);
            if (error)
                return error;
        }
        return 0;
    }

    Lab &lab() { return lab_; }
    [[nodiscard]] TaskId init() const { return init_; }

private:
    int one(Hold hold, bool reap) {
        pidlab_op parent = call::fork(init_).op;
        if (const int error = lab_.try_execute(parent))
            return error;
        std::vector<pidlab_op> children(references, call::fork(TaskId{parent.res[0]}).op);
        const int forked = all(children);
        std::vector<pidlab_op> rest;
        for (const pidlab_op &child : children) {
            if (child.error)
                break;
            const TaskId task{child.res[0]};
            if (hold)
                rest.push_back(hold(task));
            rest.push_back(call::exit(task).op);
            if (reap)
                rest.push_back(call::reap(task).op);
        }
        const int rested = all(rest);
        pidlab_op gp = call::gp().op;
        lab_.execute(gp);
        return forked ? forked : rested;
    }

    /// The first error, positive.
    int all(std::vector<pidlab_op> &ops) {
        lab_.run(ops);
        for (const pidlab_op &op : ops)
            if (op.error)
                return -op.error;
        return 0;
    }

    Lab lab_;
    TaskId init_;
};

/// Skipped where the machine is smaller than the one of the claim.
class Hostile : public ::testing::Test {
protected:
    void SetUp() override {
        if (machine_figure(Machine::total) < smallest_machine)
            GTEST_SKIP() << "needs 1 GB of memory, there are "
                         << (machine_figure(Machine::total) >> 20) << " MB";
        used_ = machine_figure(Machine::used);
    }

    /// What the machine has lost since the test began.
    [[nodiscard]] std::int64_t lost() const {
        return static_cast<std::int64_t>(machine_figure(Machine::used) - used_);
    }

    static std::int64_t a_tenth() {
        return static_cast<std::int64_t>(machine_figure(Machine::total) / 10);
    }

    std::uint64_t used_ = 0;
};

pidlab_op hold_task(TaskId task) { return call::hold_task(task).op; }
pidlab_op hold_pid(TaskId task) { return call::hold_pid(task).op; }
pidlab_op hold_weak(TaskId task) { return call::tref(task).op; }

TEST_F(Hostile, b11_held_tasks_end_in_the_limit_on_memory) {
    Attack attack{{}};
    EXPECT_EQ(attack.run(hold_task, true), ENOSPC);
    const Info info = attack.lab().info();
    EXPECT_LT(info.counter(PIDLAB_CTR_REFS), processes * references / 2);
    // Those of the last 1000 children that were not held any more are gone.
    EXPECT_GT(info.counter(PIDLAB_CTR_BYTES) + references * info.bytes_of(PIDLAB_SIZE_PAYLOAD),
              info.setting(PIDLAB_SET_MAX_BYTES));
    EXPECT_GT(lost(), 4 * a_tenth());
    EXPECT_EQ(info.counter(PIDLAB_CTR_LEAKS), 0u);
}

TEST_F(Hostile, b11_held_struct_pids_do_not) {
    Attack attack{{}};
    EXPECT_EQ(attack.run(hold_pid, true), 0);
    const Info info = attack.lab().info();
    EXPECT_EQ(info.counter(PIDLAB_CTR_REFS), processes * references);
    EXPECT_EQ(info.counter(PIDLAB_CTR_PIDS), processes * references + processes + 1);
    EXPECT_EQ(info.counter(PIDLAB_CTR_TASKS), processes + 1);
    EXPECT_LT(lost(), a_tenth());
    pidlab_op fork = call::fork(attack.init()).op;
    EXPECT_EQ(attack.lab().try_execute(fork), 0);
}

TEST_F(Hostile, b11_held_task_refs_do_not) {
    Attack attack{{}};
    EXPECT_EQ(attack.run(hold_weak, true), 0);
    const Info info = attack.lab().info();
    EXPECT_EQ(info.counter(PIDLAB_CTR_TREFS), processes * references);
    EXPECT_EQ(info.counter(PIDLAB_CTR_PIDS), processes + 1);
    EXPECT_EQ(info.counter(PIDLAB_CTR_TASKS), processes + 1);
    EXPECT_LT(lost(), a_tenth());
}

TEST_F(Hostile, b11_pinned_numbers_leave_none_for_anybody) {
    Attack attack{Settings{}.set(PIDLAB_SET_TASK_PAYLOAD, 0)};
    EXPECT_EQ(attack.run(nullptr, false), EAGAIN);
    const Info info = attack.lab().info();
    EXPECT_EQ(info.counter(PIDLAB_CTR_PIDS), info.setting(PIDLAB_SET_PID_MAX) - 1);
    EXPECT_LT(lost(), a_tenth());
    pidlab_op fork = call::fork(attack.init()).op;
    EXPECT_EQ(attack.lab().try_execute(fork), EAGAIN);
}

/// Objects and bytes of all labs; reading waits for pending frees.
std::string what_is_left() {
    std::ifstream file("/sys/kernel/debug/pidlab/live");
    std::string left = file.is_open() ? "" : "unreadable";
    std::string kind;
    for (std::uint64_t count = 0, bytes = 0; file >> kind >> count >> bytes;)
        if (count || bytes)
            left += kind + " " + std::to_string(count) + " ";
    return left;
}

/// Who the kernel kills: -1000 never, 1000 first. It is the kernel's memory that is gone, so by
/// their own sizes all processes here look the same.
void offer_to_the_oom_killer(int score) {
    std::ofstream("/proc/self/oom_score_adj") << score << std::flush;
}

TEST_F(Hostile, b11_without_a_limit_the_kernel_kills_the_holder_and_has_all_back) {
    const std::uint64_t killed = machine_figure(Machine::oom_kills);
    offer_to_the_oom_killer(-1000);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        offer_to_the_oom_killer(1000);
        Attack attack{
            Settings{}.set(PIDLAB_SET_MAX_BYTES, 1ULL << 40).set(PIDLAB_SET_MAX_TASKS, 1U << 22)};
        // Whatever it returns: it was not to come so far.
        (void)attack.run(hold_task, true);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    offer_to_the_oom_killer(0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "status " << status;
    EXPECT_GT(machine_figure(Machine::oom_kills), killed);
    EXPECT_EQ(what_is_left(), "");
    EXPECT_LT(lost(), a_tenth());
}

} // namespace
} // namespace pidlab::testing
