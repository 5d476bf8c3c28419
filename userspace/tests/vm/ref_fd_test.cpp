// SPDX-License-Identifier: MIT
// Weak references as file descriptors, as a program has them.
#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pidlab/ref_fd.hpp"
#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

using std::chrono_literals::operator""ms;

/// A lab with a group of one, a weak reference to it, and what REF_FD takes.
class Files : public ::testing::Test {
protected:
    Files() : init(lab.setup()) {
        member = lab.perform(call::fork(init)).task;
        lab.perform(call::setpgid(member, 0, 0));
        ref = lab.perform(call::tref(member, PIDLAB_TYPE_PGID)).ref;
    }

    [[nodiscard]] pidlab_ref_fd valid() const {
        pidlab_ref_fd arg{};
        arg.size = sizeof(arg);
        arg.ref = ref.raw();
        arg.fd = -1;
        return arg;
    }

    [[nodiscard]] int open(std::uint32_t flags = 0) const {
        pidlab_ref_fd arg = valid();
        arg.flags = flags;
        EXPECT_EQ(lab.request(PIDLAB_IOC_REF_FD, &arg), 0);
        return arg.fd;
    }

    void bury(TaskId task) const {
        lab.perform(call::exit(task));
        lab.perform(call::reap(task));
    }

    /// Expect a request to be refused, with no descriptor made and the lab as it was.
    void expect_refused(pidlab_ref_fd arg, int error, const char *what) const {
        const std::uint64_t before = lab.digest();
        const int next = ::dup(0);
        ::close(next);
        EXPECT_EQ(lab.request(PIDLAB_IOC_REF_FD, &arg), error) << what;
        const int still = ::dup(0);
        ::close(still);
        EXPECT_EQ(next, still) << what;
        EXPECT_EQ(lab.digest(), before) << what;
    }

    RawLab lab;
    TaskId init, member;
    RefId ref;
};

TEST_F(Files, x1_each_way_to_ask_wrongly_is_refused) {
    pidlab_ref_fd arg = valid();
    arg.flags = 2;
    expect_refused(arg, EINVAL, "unknown flag");
    arg = valid();
    arg.ref = 0;
    expect_refused(arg, EINVAL, "no reference");
    arg.ref = member.raw();
    expect_refused(arg, EBADF, "a task");
    arg.ref = ref.raw() + (1000u << PIDLAB_ID_KIND_BITS);
    expect_refused(arg, ESRCH, "an id never given");
    arg.ref = lab.perform(call::hold_task(init)).raw();
    expect_refused(arg, EINVAL, "a reference that is not weak");
    arg.ref = lab.perform(call::tref_nr(77)).ref.raw();
    expect_refused(arg, ESRCH, "the sentinel");
    arg = valid();
    arg.size = sizeof(arg) - 1;
    expect_refused(arg, EINVAL, "too short");
    for (std::uint32_t nth = 1; nth <= 4; ++nth) {
        arg = valid();
        arg.fail_nth = nth;
        expect_refused(arg, ENOMEM, "an allocation fails");
    }
}

TEST_F(Files, x1_a_longer_argument_must_be_zero_in_the_rest) {
    struct {
        pidlab_ref_fd arg;
        std::uint64_t more;
    } longer{valid(), 0};
    longer.arg.size = sizeof(longer);
    ASSERT_EQ(lab.request(PIDLAB_IOC_REF_FD, &longer), 0);
    const RefFd file(longer.arg.fd);
    longer.arg = valid();
    longer.arg.size = sizeof(longer);
    longer.more = 1;
    EXPECT_EQ(lab.request(PIDLAB_IOC_REF_FD, &longer), E2BIG);
}

TEST_F(Files, x1_a_lab_that_is_not_set_up_has_none) {
    const RawLab fresh;
    pidlab_ref_fd arg = valid();
    EXPECT_EQ(fresh.request(PIDLAB_IOC_REF_FD, &arg), EBADFD);
}

TEST_F(Files, x1_an_argument_that_cannot_be_written_makes_no_file) {
    const pidlab_ref_fd arg = valid();
    const Pages pages(PROT_READ);
    const std::uint64_t before = lab.digest();
    EXPECT_EQ(lab.request(PIDLAB_IOC_REF_FD, pages.holding(&arg, sizeof(arg))), EFAULT);
    EXPECT_EQ(lab.request(PIDLAB_IOC_REF_FD, pages.beyond()), EFAULT);
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Files, x1_a_process_without_room_gets_emfile) {
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
    const rlimit none{3, old.rlim_max};
    pidlab_ref_fd arg = valid();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const int error = lab.request(PIDLAB_IOC_REF_FD, &arg);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
    EXPECT_EQ(error, EMFILE);
}

TEST_F(Files, x1_it_is_closed_on_exec_and_blocks_unless_asked_not_to) {
    const RefFd plain(open());
    const RefFd quick(open(PIDLAB_REF_FD_NONBLOCK));
    EXPECT_EQ(::fcntl(plain.fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(::fcntl(plain.fd(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::fcntl(quick.fd(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    EXPECT_EQ(::write(plain.fd(), "x", 1), -1);
    EXPECT_EQ(errno, EBADF);
}

TEST_F(Files, x1_a_handover_and_the_last_ones_going_are_polled_and_read) {
    RefFd file(open(PIDLAB_REF_FD_NONBLOCK));
    RefEvent event{};
    EXPECT_EQ(file.poll(), 0);
    EXPECT_EQ(file.try_read(event), EAGAIN);
    const TaskId child = lab.perform(call::fork(member)).task;
    // The newest member is the first since 2006: that is a handover to it, and back again.
    EXPECT_EQ(file.poll(), POLLIN);
    bury(child);
    event = file.read();
    EXPECT_EQ(event.event, PIDLAB_REF_HANDOVER);
    EXPECT_EQ(event.count, 2u);
    EXPECT_EQ(event.task, member);
    bury(member);
    EXPECT_EQ(file.poll(), POLLIN | POLLHUP);
    event = file.read();
    EXPECT_EQ(event.event, PIDLAB_REF_GONE);
    EXPECT_EQ(event.task, member);
    EXPECT_EQ(file.try_read(event), ESRCH);
    EXPECT_EQ(file.poll(), POLLIN | POLLHUP);
}

TEST_F(Files, x1_a_read_with_too_little_room_or_no_memory_loses_nothing) {
    RefFd file(open(PIDLAB_REF_FD_NONBLOCK));
    pidlab_ref_event raw{};
    bury(member);
    EXPECT_EQ(::read(file.fd(), &raw, sizeof(raw) - 1), -1);
    EXPECT_EQ(errno, EINVAL);
    const Pages pages(PROT_READ);
    EXPECT_EQ(::read(file.fd(), reinterpret_cast<void *>(pages.beyond()), sizeof(raw)), -1);
    EXPECT_EQ(errno, EFAULT);
    EXPECT_EQ(file.read().event, PIDLAB_REF_GONE);
}

TEST_F(Files, x1_a_poll_and_a_read_wait) {
    RefFd file(open());
    RefEvent event{};
    short polled = 0;
    std::thread poller([&] { polled = file.poll(-1ms); });
    std::thread reader([&] { event = file.read(); });
    bury(member);
    poller.join();
    reader.join();
    EXPECT_EQ(polled, POLLIN | POLLHUP);
    EXPECT_EQ(event.event, PIDLAB_REF_GONE);
}

/// What /proc says of a descriptor.
std::string fdinfo(int fd) {
    std::ifstream file("/proc/self/fdinfo/" + std::to_string(fd));
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

TEST_F(Files, x1_fdinfo_tells_numbers_type_first_user_and_the_end) {
    const TaskId inner = lab.perform(call::fork(member, PIDLAB_F_NEWPID)).task;
    lab.perform(call::setsid(inner));
    ref = lab.perform(call::tref(inner, PIDLAB_TYPE_SID)).ref;
    const RefFd file(open());
    std::string text = fdinfo(file.fd());
    EXPECT_NE(text.find("type:\tsid\n"), std::string::npos) << text;
    EXPECT_NE(text.find("numbers:\t3 1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("(3)\nhandovers:\t0\ngone:\t0\n"), std::string::npos) << text;
    bury(inner);
    text = fdinfo(file.fd());
    EXPECT_NE(text.find("numbers:\t3\n"), std::string::npos) << text;
    EXPECT_NE(text.find("last:"), std::string::npos) << text;
    EXPECT_NE(text.find("gone:\t1\n"), std::string::npos) << text;
}

/// Sends a descriptor through a socket, as to another process; the one that comes out.
int through_a_socket(int fd) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    char byte = 'x';
    iovec one{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof(room);
    cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    EXPECT_EQ(::sendmsg(ends[0], &message, 0), 1);
    EXPECT_EQ(::recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC), 1);
    int out = -1;
    std::memcpy(&out, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(out));
    ::close(ends[0]);
    ::close(ends[1]);
    return out;
}

TEST_F(Files, x1_it_can_be_passed_on_and_outlives_the_labs_own_file) {
    RefFd passed;
    {
        const RefFd file(open());
        passed = RefFd(through_a_socket(file.fd()));
    }
    EXPECT_EQ(passed.poll(), 0);
    lab.close();
    EXPECT_EQ(passed.poll(), POLLIN | POLLHUP);
    EXPECT_EQ(passed.read().event, PIDLAB_REF_GONE);
    EXPECT_NE(fdinfo(passed.fd()).find("gone:\t1\n"), std::string::npos);
}

TEST_F(Files, x1_files_are_closed_while_the_lab_is) {
    for (int round = 0; round < 50; ++round) {
        auto other = std::make_unique<RawLab>();
        const TaskId first = other->setup();
        const RefId weak = other->perform(call::tref(first, PIDLAB_TYPE_SID)).ref;
        std::vector<RefFd> files;
        for (int i = 0; i < 16; ++i) {
            pidlab_ref_fd arg{};
            arg.size = sizeof(arg);
            arg.ref = weak.raw();
            ASSERT_EQ(other->request(PIDLAB_IOC_REF_FD, &arg), 0);
            files.emplace_back(arg.fd);
        }
        std::thread closer([&] { other.reset(); });
        std::thread looker([&] {
            for (RefFd &file : files) {
                (void)file.poll();
                (void)fdinfo(file.fd());
            }
            files.clear();
        });
        closer.join();
        looker.join();
    }
}

TEST_F(Files, x1_control_ends_what_they_follow) {
    RefFd file(open());
    pidlab_op ops[] = {call::fork(init).op, call::gp().op};
    std::array<pidlab_step, 64> steps{};
    pidlab_control_run run{};
    run.room = steps.size();
    run.steps = reinterpret_cast<std::uintptr_t>(steps.data());
    pidlab_control arg{};
    arg.size = sizeof(arg);
    arg.ops = reinterpret_cast<std::uintptr_t>(ops);
    arg.start = 1;
    arg.actors[0] = 1;
    arg.runs = reinterpret_cast<std::uintptr_t>(&run);
    arg.nr_runs = 1;
    ASSERT_EQ(lab.request(PIDLAB_IOC_CONTROL, &arg), 0);
    EXPECT_EQ(run.violations, 0u);
    EXPECT_EQ(file.poll(), POLLIN | POLLHUP);
    EXPECT_EQ(file.read().event, PIDLAB_REF_GONE);
}

} // namespace
} // namespace pidlab::testing
