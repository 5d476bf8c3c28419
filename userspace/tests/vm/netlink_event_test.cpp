// SPDX-License-Identifier: MIT
// Who is told what happens in a lab, in which order, and what if there is no room.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "opened_lab.hpp"
#include "pidlab/netlink.hpp"

namespace pidlab::testing {
namespace {

using namespace std::chrono_literals;

/// Long enough for any VM: a test that waits for it has failed.
constexpr auto patience = 10s;

/// The next event of a kind; those of other kinds in between are passed over.
Event next_of(Netlink &socket, pidlab_event what) {
    while (const auto event = socket.next_event(patience))
        if (event->what == what)
            return *event;
    ADD_FAILURE() << "no event " << find_event(what)->name;
    return {};
}

void expect(const Event &event, std::uint64_t object, std::uint64_t other, int nr, int value) {
    EXPECT_EQ(event.object, object) << event_text(event);
    EXPECT_EQ(event.other, other) << event_text(event);
    EXPECT_EQ(event.nr, nr) << event_text(event);
    EXPECT_EQ(event.value, value) << event_text(event);
}

/// A lab and a socket that is told of it.
class Events : public ::testing::Test {
protected:
    Events() { socket_.listen(opened_.fd()); }

    OpenedLab opened_;
    Netlink socket_;
    Lab &lab_ = opened_.lab;
    TaskId init_ = opened_.init;
};

TEST_F(Events, tell_of_tasks) {
    const TaskId parent = lab_.fork(init_).task;
    const TaskId child = lab_.fork(parent).task;
    const TaskId thread = lab_.fork(parent, PIDLAB_F_THREAD).task;
    expect(next_of(socket_, PIDLAB_EVENT_FORK), parent.raw(), init_.raw(), 2, 0);
    expect(next_of(socket_, PIDLAB_EVENT_FORK), child.raw(), parent.raw(), 3, 0);
    expect(next_of(socket_, PIDLAB_EVENT_FORK), thread.raw(), parent.raw(), 4, 1);
    lab_.exec(thread);
    expect(next_of(socket_, PIDLAB_EVENT_EXIT), parent.raw(), 0, 2, 137);
    expect(next_of(socket_, PIDLAB_EVENT_EXEC), thread.raw(), parent.raw(), 2, 0);
    lab_.exit(thread, 7);
    expect(next_of(socket_, PIDLAB_EVENT_REPARENT), child.raw(), init_.raw(), 3, 0);
    expect(next_of(socket_, PIDLAB_EVENT_EXIT), thread.raw(), 0, 2, 7);
    lab_.wait(init_, 2);
    expect(next_of(socket_, PIDLAB_EVENT_REAP), thread.raw(), init_.raw(), 2, 7);
    lab_.gp();
    EXPECT_EQ(next_of(socket_, PIDLAB_EVENT_FREE).nr, 0);
    next_of(socket_, PIDLAB_EVENT_GP);
}

TEST_F(Events, tell_of_references) {
    const TaskId task = lab_.fork(init_).task;
    const RefId held = lab_.hold_task(task);
    const RefId weak = lab_.tref(task).ref;
    expect(next_of(socket_, PIDLAB_EVENT_HOLD), held.raw(), task.raw(), 2, PIDLAB_REFERENCE_TASK);
    expect(next_of(socket_, PIDLAB_EVENT_HOLD), weak.raw(), 0, 2, PIDLAB_REFERENCE_TREF);
    lab_.exit(task);
    lab_.reap(task);
    expect(next_of(socket_, PIDLAB_EVENT_LAST_GONE), task.raw(), 0, 2, PIDLAB_TYPE_PID);
    lab_.put(held);
    expect(next_of(socket_, PIDLAB_EVENT_PUT), held.raw(), 0, 2, PIDLAB_REFERENCE_TASK);
}

TEST_F(Events, tell_of_a_handover) {
    const TaskId leader = lab_.fork(init_).task;
    lab_.setsid(leader);
    const TaskId member = lab_.fork(leader, PIDLAB_F_PARENT).task;
    lab_.tref(leader, PIDLAB_TYPE_SID);
    lab_.exit(member);
    lab_.reap(member);
    expect(next_of(socket_, PIDLAB_EVENT_HANDOVER), leader.raw(), member.raw(), 2, PIDLAB_TYPE_SID);
}

TEST_F(Events, tell_of_namespaces) {
    const TaskId reaper = lab_.fork(init_, PIDLAB_F_NEWPID).task;
    const NsId ns = lab_.ns(reaper).ns, root = lab_.ns(init_).ns;
    expect(next_of(socket_, PIDLAB_EVENT_NS_NEW), ns.raw(), root.raw(), 0, 1);
    lab_.exit(reaper);
    expect(next_of(socket_, PIDLAB_EVENT_NS_DYING), ns.raw(), reaper.raw(), 0, 1);
    expect(next_of(socket_, PIDLAB_EVENT_NS_DEAD), ns.raw(), reaper.raw(), 0, 1);
}

TEST_F(Events, tell_of_containers) {
    constexpr int mask = 1 << PIDLAB_SUBSYS_FREEZER;
    const TaskId task = lab_.fork(init_).task;
    const std::uint64_t root = opened_.run(PIDLAB_OP_MOUNT, mask);
    const std::uint64_t box = opened_.run(PIDLAB_OP_MKDIR, root);
    pidlab_op notify{};
    notify.opcode = PIDLAB_OP_WRITE;
    notify.arg[0] = box;
    notify.arg[1] = PIDLAB_FILE_NOTIFY;
    notify.arg[2] = 1;
    lab_.execute(notify);
    opened_.run(PIDLAB_OP_ATTACH, task.raw(), box);
    opened_.run(PIDLAB_OP_FREEZE, box);
    opened_.run(PIDLAB_OP_THAW, box);
    opened_.run(PIDLAB_OP_ATTACH, task.raw(), root);
    opened_.run(PIDLAB_OP_RMDIR, box);
    expect(next_of(socket_, PIDLAB_EVENT_MKDIR), root, 0, 0, mask);
    expect(next_of(socket_, PIDLAB_EVENT_MKDIR), box, root, 0, mask);
    expect(next_of(socket_, PIDLAB_EVENT_ATTACH), task.raw(), box, 0, 0);
    expect(next_of(socket_, PIDLAB_EVENT_FROZEN), box, 0, 0, 1);
    expect(next_of(socket_, PIDLAB_EVENT_FROZEN), box, 0, 0, 0);
    expect(next_of(socket_, PIDLAB_EVENT_ATTACH), task.raw(), root, 0, 0);
    expect(next_of(socket_, PIDLAB_EVENT_RELEASED), box, 0, 0, 0);
    expect(next_of(socket_, PIDLAB_EVENT_RMDIR), box, root, 0, mask);
}

TEST(EventsOf, a_bug_of_the_time_tell_what_was_harmed) {
    OpenedLab opened(Settings()
                         .set(PIDLAB_SET_GENERATION, PIDLAB_GEN_TASKREF)
                         .set(PIDLAB_SET_BUGS, 1 << PIDLAB_BUG_TREF_SELF_SET));
    Netlink socket;
    const RefId weak = opened.lab.tref(opened.init).ref;
    socket.listen(opened.fd());
    opened.run(PIDLAB_OP_SET, weak.raw(), weak.raw());
    EXPECT_EQ(next_of(socket, PIDLAB_EVENT_BUG).value, PIDLAB_BUG_TREF_SELF_SET);
}

TEST(EventsOf, a_lab_go_from_its_begin_to_its_close) {
    auto device = std::make_unique<DeviceTransport>();
    Netlink socket;
    const LabState state = socket.listen(device->fd());
    EXPECT_FALSE(state.ready);
    {
        Lab lab(std::move(device));
        lab.setup();
    }
    std::uint64_t sequence = 0, time = 0;
    std::vector<std::uint32_t> told;
    do {
        const auto event = socket.next_event(patience);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->lab, state.number);
        EXPECT_EQ(event->sequence, ++sequence);
        EXPECT_GE(event->time, time);
        EXPECT_EQ(event->lost, 0U);
        time = event->time;
        told.push_back(event->what);
    } while (told.back() != PIDLAB_EVENT_CLOSE);
    EXPECT_EQ(told.front(), PIDLAB_EVENT_BEGIN);
    EXPECT_NE(std::ranges::find(told, PIDLAB_EVENT_FORK), told.end()); // of the first task
    EXPECT_NE(std::ranges::find(told, PIDLAB_EVENT_EXIT), told.end());
    EXPECT_FALSE(socket.next_event(50ms));
}

TEST_F(Events, of_several_threads_come_in_the_order_of_their_numbers) {
    socket_.set_room(1 << 23);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([this, parent = lab_.fork(init_).task] {
            for (int j = 0; j < 50; ++j)
                lab_.exit(lab_.fork(parent, PIDLAB_F_AUTOREAP).task);
        });
    std::uint64_t expected = 0;
    int exits = 0;
    while (exits < 200) {
        const auto event = socket_.next_event(patience);
        ASSERT_TRUE(event);
        // A lost event would be one that is told.
        expected = expected == 0 ? event->sequence : expected + 1;
        ASSERT_EQ(event->sequence, expected);
        ASSERT_EQ(event->lost, 0U);
        exits += event->what == PIDLAB_EVENT_EXIT ? 1 : 0;
    }
}

TEST_F(Events, for_which_a_socket_has_no_room_are_counted) {
    socket_.set_room(1 << 23);
    Netlink small;
    small.set_room(1); // the kernel makes the least of it that it can
    const std::uint64_t before = small.listen(opened_.fd()).sequence;
    constexpr int many = 40;
    for (int i = 0; i < many; ++i)
        lab_.exit(lab_.fork(init_, PIDLAB_F_AUTOREAP).task);
    // Until all of it was sent; the other socket is told in the same order.
    for (int i = 0; i < many; ++i)
        next_of(socket_, PIDLAB_EVENT_EXIT);
    std::uint64_t count = 0;
    while (small.next_event(100ms))
        ++count;
    // The next one that there is room for tells how many are missing.
    lab_.fork(init_);
    const Event fork = next_of(small, PIDLAB_EVENT_FORK);
    EXPECT_GT(fork.lost, 0U);
    EXPECT_EQ(fork.sequence, before + count + fork.lost + 1);
}

TEST_F(Events, end_with_unlisten_and_begin_again) {
    const std::uint64_t number = socket_.lab(opened_.fd()).number;
    EXPECT_EQ(socket_.lab(opened_.fd()).listeners, 1U);
    socket_.unlisten(opened_.fd());
    EXPECT_EQ(socket_.lab(opened_.fd()).listeners, 0U);
    lab_.fork(init_);
    EXPECT_FALSE(socket_.next_event(50ms));
    EXPECT_EQ(socket_.listen(opened_.fd()).number, number);
    const TaskId task = lab_.fork(init_).task;
    EXPECT_EQ(next_of(socket_, PIDLAB_EVENT_FORK).object, task.raw());
}

TEST_F(Events, do_not_keep_a_closed_socket_or_what_has_its_address_next) {
    { Netlink(std::move(socket_)); }
    Netlink other;
    EXPECT_EQ(other.lab(opened_.fd()).listeners, 0U);
    lab_.fork(init_);
    EXPECT_FALSE(other.next_event(50ms));
}

/// Sends a descriptor over a socket.
void send_fd(int to, int fd) {
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(fd))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof(room);
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    ::sendmsg(to, &message, 0);
}

int receive_fd(int from) {
    char byte = 0;
    iovec data{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof(room);
    int fd = -1;
    if (::recvmsg(from, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
        std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    return fd;
}

// Another process, which has the device's file only because it was sent.
TEST(EventsOf, a_lab_whose_file_was_sent_are_told) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const int fd = receive_fd(pair[1]);
        int status = 1;
        try {
            Netlink socket;
            socket.listen(fd);
            ::write(pair[1], "!", 1);
            status = socket.next_event(patience)->what == PIDLAB_EVENT_FORK ? 0 : 2;
        } catch (const Error &) {
            status = 3;
        }
        ::_exit(status);
    }
    OpenedLab opened;
    send_fd(pair[0], opened.fd());
    char ready = 0;
    EXPECT_EQ(::read(pair[0], &ready, 1), 1);
    opened.lab.fork(opened.init);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    ::close(pair[0]);
    ::close(pair[1]);
}

// The same, for perf and tracefs.
TEST(EventsOf, a_lab_are_tracepoints_too) {
    const std::string tracing = "/sys/kernel/tracing/";
    ::mount("none", tracing.c_str(), "tracefs", 0, nullptr); // it may be there already
    // To know who does what, tracing would patch the scheduler while others run it, which kills an
    // emulated kernel now and then.
    ASSERT_TRUE(std::ofstream(tracing + "options/record-cmd") << '0' << std::flush);
    const auto enable = [&](char value) {
        std::ofstream(tracing + "events/pidlab/enable") << value;
        return std::ifstream(tracing + "events/pidlab/enable").get() == value;
    };
    ASSERT_TRUE(enable('1'));
    OpenedLab opened;
    const TaskId task = opened.lab.fork(opened.init).task;
    const std::string expected =
        fmt::format("pidlab_fork: lab={} object={:#x} other={:#x} nr=2 value=0",
                    Netlink().lab(opened.fd()).number, task.raw(), opened.init.raw());
    EXPECT_TRUE(enable('0'));
    opened.lab.fork(opened.init);
    std::ifstream trace(tracing + "trace");
    const std::string text{std::istreambuf_iterator<char>(trace), {}};
    EXPECT_NE(text.find(expected), std::string::npos) << expected;
    EXPECT_EQ(text.find("nr=3 value=0"), std::string::npos) << "told while it was off";
}

TEST(NetlinkFamily, is_seen_by_clients_that_know_nothing_of_it) {
    const std::unique_ptr<FILE, int (*)(FILE *)> out(::popen("genl-ctrl-list", "r"), ::pclose);
    ASSERT_TRUE(out);
    std::string text;
    for (int byte = 0; (byte = std::fgetc(out.get())) != EOF;)
        text += static_cast<char>(byte);
    EXPECT_NE(text.find(" pidlab version 1"), std::string::npos) << text;
}

TEST(EventsOf, all_labs_go_to_the_group) {
    Netlink socket;
    socket.listen_to_all();
    OpenedLab one, two;
    const std::uint64_t first = socket.lab(one.fd()).number;
    const std::uint64_t second = socket.lab(two.fd()).number;
    EXPECT_LT(first, second);
    // Only those of one lab come in their order.
    std::set<std::uint64_t> missing{first, second};
    while (!missing.empty()) {
        const auto event = socket.next_event(patience);
        ASSERT_TRUE(event) << "nothing was heard of " << missing.size() << " of the labs";
        missing.erase(event->lab);
    }
}

} // namespace
} // namespace pidlab::testing
