// SPDX-License-Identifier: MIT
// A lab is its open file: who shares it, and what is left of it in the end.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"
#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

constexpr const char *live_file = "/sys/kernel/debug/pidlab/live";

/// What the module still holds for all labs, once pending frees are through: kinds with their
/// objects and bytes. Reading waits for them.
struct Live {
    bool readable = false;
    std::size_t kinds = 0;
    std::string rest; ///< the lines that are not zero
};

Live live() {
    Live result;
    std::ifstream file(live_file);
    result.readable = file.is_open();
    std::string kind;
    for (std::uint64_t count = 0, bytes = 0; file >> kind >> count >> bytes; ++result.kinds)
        if (count || bytes)
            result.rest += kind + " " + std::to_string(count) + " " + std::to_string(bytes) + "\n";
    return result;
}

/// The module holds nothing any more.
void expect_nothing_left(const std::string &after) {
    const Live now = live();
    ASSERT_TRUE(now.readable) << "cannot read " << live_file;
    EXPECT_GT(now.kinds, 0u) << live_file << " names no kinds";
    EXPECT_EQ(now.rest, "") << after;
}

/// Exit status of a child that runs @p body; -1 when a signal ended it.
template <typename Body> int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Lifetime, ids_of_one_lab_do_not_exist_in_another) {
    const RawLab one, two;
    const TaskId first = one.setup();
    two.setup();
    TaskId last = first;
    for (int i = 0; i < 50; ++i)
        last = one.perform(call::fork(first)).task;
    pidlab_op op = call::state(last).op;
    EXPECT_EQ(two.execute(op), ESRCH);
    EXPECT_EQ(one.execute(op), 0);
}

TEST(Lifetime, what_happens_in_one_lab_does_not_show_in_another) {
    const RawLab one, two;
    const TaskId first = one.setup();
    two.setup();
    const std::uint64_t before = two.digest();
    one.perform(call::fork(first));
    one.perform(call::kill(first, -1));
    EXPECT_EQ(two.digest(), before);
}

TEST(Lifetime, a_duplicated_file_is_the_same_lab_and_keeps_it) {
    auto lab = std::make_unique<RawLab>();
    const TaskId init = lab->setup();
    const RawLab copy(::fcntl(lab->fd(), F_DUPFD_CLOEXEC, 0));
    const TaskId child = copy.perform(call::fork(init)).task;
    EXPECT_EQ(lab->perform(call::state(child)).state, PIDLAB_STATE_RUNNING);
    lab.reset();
    EXPECT_EQ(copy.perform(call::state(child)).state, PIDLAB_STATE_RUNNING);
}

TEST(Lifetime, a_forked_process_shares_the_lab_and_leaves_it_behind) {
    const RawLab lab;
    const TaskId init = lab.setup();
    const std::uint64_t before = lab.digest();
    EXPECT_EQ(in_child([&] {
                  pidlab_op op = call::fork(init).op;
                  return lab.execute(op);
              }),
              0);
    EXPECT_NE(lab.digest(), before);
    EXPECT_EQ(lab.perform(call::next(2)).nr, 2);
}

TEST(Lifetime, the_library_opens_the_device_closed_on_exec) {
    const DeviceTransport device;
    EXPECT_EQ(::fcntl(device.fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(Lifetime, the_library_can_adopt_a_lab) {
    const RawLab lab;
    const TaskId init = lab.setup();
    DeviceTransport adopted = DeviceTransport::adopt(::fcntl(lab.fd(), F_DUPFD_CLOEXEC, 0));
    pidlab_info info{};
    EXPECT_EQ(adopted.info(info), 0);
    EXPECT_EQ(info.init_task, init.raw());
}

TEST(Lifetime, closing_a_lab_that_was_never_set_up_leaves_nothing) {
    { const RawLab lab; }
    expect_nothing_left("open and close");
}

TEST(Lifetime, closing_drops_a_lab_in_whatever_state_it_is) {
    { const World world; }
    expect_nothing_left("a lab with every kind of object");
    {
        const RawLab lab;
        const TaskId init = lab.setup();
        for (int i = 0; i < 300; ++i) {
            const TaskId task =
                lab.perform(call::fork(init, i % 3 ? 0u : unsigned{PIDLAB_F_NEWPID})).task;
            lab.perform(call::hold_task(task));
            lab.perform(call::tref(task, PIDLAB_TYPE_PGID));
            if (i % 2)
                lab.perform(call::exit(task));
        }
    }
    expect_nothing_left("300 tasks, half of them zombies, all held");
}

TEST(Lifetime, closing_drops_a_chain_of_namespaces) {
    {
        const RawLab lab;
        TaskId task = lab.setup();
        for (int depth = 0; depth < 32; ++depth)
            task = lab.perform(call::fork(task, PIDLAB_F_NEWPID)).task;
        pidlab_op op = call::fork(task, PIDLAB_F_NEWPID).op;
        EXPECT_EQ(lab.execute(op), ENOSPC);
    }
    expect_nothing_left("32 namespaces deep");
}

/// Opens a lab, fills it, says so, and runs operations until somebody ends it.
[[noreturn]] void run_for_ever(int said) {
    const RawLab lab;
    const TaskId init = lab.setup();
    std::vector<pidlab_op> ops(PIDLAB_RUN_MAX);
    for (std::size_t i = 0; i < ops.size(); ++i) {
        switch (i % 4) {
        case 0:
            ops[i] = call::fork(init, i % 8 ? 0u : unsigned{PIDLAB_F_NEWPID}).op;
            break;
        case 1:
            ops[i] = call::tref_nr(static_cast<int>(i % 1000)).op;
            break;
        case 2:
            ops[i] = call::kill(init, -1).op;
            break;
        default:
            ops[i] = call::wait(init).op;
            break;
        }
    }
    for (bool first = true;; first = false) {
        if (first && ::write(said, "x", 1) != 1)
            ::_exit(1);
        (void)lab.run(ops);
    }
}

/// The child runs, and is killed after a while in the middle of it.
void kill_in_the_middle(std::chrono::milliseconds after) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
        run_for_ever(ends[1]);
    ::close(ends[1]);
    char said = 0;
    EXPECT_EQ(::read(ends[0], &said, 1), 1);
    ::close(ends[0]);
    std::this_thread::sleep_for(after);
    ::kill(child, SIGKILL);
    int status = 0;
    const auto killed = std::chrono::steady_clock::now();
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    // Without an answer to signals the array would run to its end first, which takes longer.
    EXPECT_LT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(30));
}

TEST(Lifetime, a_client_killed_in_the_middle_of_a_run_leaves_nothing_behind) {
    for (const int milliseconds : {0, 1, 5, 20, 50, 100, 200}) {
        kill_in_the_middle(std::chrono::milliseconds(milliseconds));
        expect_nothing_left("killed after " + std::to_string(milliseconds) + " ms");
    }
}

TEST(Lifetime, several_clients_killed_at_once_leave_nothing_behind) {
    std::vector<std::thread> killers;
    for (int i = 0; i < 4; ++i)
        killers.emplace_back([i] { kill_in_the_middle(std::chrono::milliseconds(10 * i)); });
    for (std::thread &killer : killers)
        killer.join();
    expect_nothing_left("four killed at once");
}

TEST(Lifetime, the_module_cannot_be_removed_while_a_lab_is_open) {
    if (::access("/sys/module/pidlab/refcnt", F_OK) != 0)
        GTEST_SKIP() << "the module is built in";
    const RawLab lab;
    // rmmod says "in use" for this errno.
    EXPECT_EQ(::syscall(SYS_delete_module, "pidlab", O_NONBLOCK), -1);
    EXPECT_EQ(errno, EWOULDBLOCK);
    lab.setup();
}

} // namespace
} // namespace pidlab::testing
