// SPDX-License-Identifier: MIT
// References as file descriptors, without a kernel that has them: pipes speak for it.
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/fd_transport.hpp"

namespace pidlab {
namespace {

using testing::FakeTransport;
using testing::id;

/// A lab that makes files: what the test writes into the other ends is read from them.
class PipeTransport final : public Transport {
public:
    int setup(pidlab_setup &arg) override { return lab.setup(arg); }
    RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
        return lab.run(ops, flags);
    }
    int info(pidlab_info &out) override { return lab.info(out); }
    int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        return lab.check(out, room);
    }
    int ref_fd(pidlab_ref_fd &arg) override {
        asked.push_back(arg);
        if (error)
            return error;
        int pipe[2];
        if (::pipe2(pipe, O_CLOEXEC | O_NONBLOCK) != 0)
            return errno;
        arg.fd = pipe[0];
        arg.id = id(PIDLAB_OBJECT_REF, 100 + ends.size());
        ends.emplace_back(pipe[1]);
        return 0;
    }

    void happens(std::size_t file, pidlab_ref_event_kind what, std::uint32_t count,
                 std::uint64_t task) {
        const pidlab_ref_event event{static_cast<std::uint32_t>(what), count, task, 0, 0};
        ASSERT_EQ(::write(ends[file].fd(), &event, sizeof(event)), ssize_t{sizeof(event)});
    }
    void ends_after(std::size_t file) { ends[file] = RefFd{}; }

    FakeTransport lab;
    int error = 0;
    std::vector<pidlab_ref_fd> asked;
    std::vector<RefFd> ends;
};

struct Fixture {
    explicit Fixture(std::unique_ptr<PipeTransport> owned = std::make_unique<PipeTransport>())
        : pipes(*owned), lab(std::make_unique<FdTransport>(std::move(owned))) {
        lab.setup();
    }
    PipeTransport &pipes;
    Lab lab;
};

const RefId weak{id(PIDLAB_OBJECT_REF, 5)};
const TaskId task{id(PIDLAB_OBJECT_TASK, 6)};

TEST(RefFd, x1_a_watch_is_a_file_and_an_event_is_polled_and_read) {
    Fixture f;
    const RefId watch = f.lab.watch(weak);
    EXPECT_EQ(watch.raw(), id(PIDLAB_OBJECT_REF, 100));
    ASSERT_EQ(f.pipes.asked.size(), 1u);
    EXPECT_EQ(f.pipes.asked[0].ref, weak.raw());
    EXPECT_EQ(f.pipes.asked[0].flags, std::uint32_t{PIDLAB_REF_FD_NONBLOCK});
    EXPECT_EQ(f.lab.attempt(call::event(watch)).error(), EAGAIN);
    f.pipes.happens(0, PIDLAB_REF_HANDOVER, 3, task.raw());
    const RefEvent event = f.lab.event(watch);
    EXPECT_EQ(event.event, PIDLAB_REF_HANDOVER);
    EXPECT_EQ(event.count, 3u);
    EXPECT_EQ(event.task, task);
    f.pipes.ends_after(0);
    EXPECT_EQ(f.lab.attempt(call::event(watch)).error(), ESRCH);
    EXPECT_TRUE(f.pipes.lab.sent.empty());
}

TEST(RefFd, x1_put_closes_the_file) {
    Fixture f;
    const RefId watch = f.lab.watch(weak);
    f.lab.put(watch);
    pollfd end{f.pipes.ends[0].fd(), 0, 0};
    EXPECT_EQ(::poll(&end, 1, 0), 1); // nobody reads there any more
    EXPECT_TRUE(end.revents & POLLERR);
    // Its id is the lab's business again.
    f.lab.put(watch);
    EXPECT_EQ(f.pipes.lab.sent.size(), 1u);
}

TEST(RefFd, x1_a_copy_of_a_file_is_another_file) {
    Fixture f;
    const RefId one = f.lab.watch(weak);
    const RefId two = f.lab.dup(one);
    EXPECT_NE(one, two);
    EXPECT_EQ(f.pipes.asked[1].ref, one.raw());
}

TEST(RefFd, x1_everything_else_goes_to_the_lab_in_its_order) {
    Fixture f;
    std::vector<pidlab_op> ops{call::gp().op, call::watch(weak).op, call::put(weak).op,
                               call::event(weak).op};
    EXPECT_EQ(f.lab.run(ops), 4u);
    ASSERT_EQ(f.pipes.lab.sent.size(), 3u);
    EXPECT_EQ(f.pipes.lab.sent[1].opcode, PIDLAB_OP_PUT);
    EXPECT_EQ(f.pipes.lab.sent[2].opcode, PIDLAB_OP_EVENT);
    // What is wrong in form the lab refuses itself.
    ops[1].flags = 1;
    EXPECT_EQ(f.lab.run(ops), 4u);
    EXPECT_EQ(f.pipes.lab.sent.size(), 7u);
}

TEST(RefFd, x1_a_run_stops_where_it_should) {
    Fixture f;
    f.pipes.error = ENOSPC;
    std::vector<pidlab_op> ops{call::gp().op, call::watch(weak).op, call::gp().op};
    EXPECT_EQ(f.lab.run(ops, PIDLAB_RUN_STOP), 2u);
    EXPECT_EQ(ops[1].error, -ENOSPC);
    EXPECT_EQ(f.pipes.lab.sent.size(), 1u);
    f.pipes.lab.answers.push_back({EPERM, {}});
    EXPECT_EQ(f.lab.run(ops, PIDLAB_RUN_STOP), 1u);
}

TEST(RefFd, x1_a_lab_without_a_kernel_has_no_files) {
    testing::FakeLab f;
    f.lab.setup();
    try {
        (void)f.lab.ref_fd(weak);
        FAIL() << "no exception";
    } catch (const Error &error) {
        EXPECT_EQ(error.number(), ENOTTY);
    }
}

TEST(RefFd, x1_it_closes_what_it_owns_once) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    ::close(pipe[1]);
    {
        RefFd one(pipe[0]);
        RefFd two(std::move(one));
        EXPECT_EQ(one.fd(), -1);
        EXPECT_EQ(two.fd(), pipe[0]);
        EXPECT_NE(::fcntl(pipe[0], F_GETFD), -1);
    }
    EXPECT_EQ(::fcntl(pipe[0], F_GETFD), -1);
}

} // namespace
} // namespace pidlab
