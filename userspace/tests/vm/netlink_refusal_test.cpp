// SPDX-License-Identifier: MIT
// Each way in which the netlink family refuses a request, with its errno and its sentence.
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "opened_lab.hpp"
#include "pidlab/netlink_snapshot.hpp"

namespace pidlab::testing {
namespace {

constexpr pidlab_cmd dumps[] = {PIDLAB_CMD_TASK_GET, PIDLAB_CMD_PID_GET, PIDLAB_CMD_NAMESPACE_GET,
                                PIDLAB_CMD_CONTAINER_GET, PIDLAB_CMD_REFERENCE_GET};

/// What became of a request.
struct Answer {
    int error = 0;
    std::string text;
    bool operator==(const Answer &) const = default;
};

std::ostream &operator<<(std::ostream &out, const Answer &answer) {
    return out << answer.error << " " << answer.text;
}

/// Runs something that the family is to refuse.
template <typename Body> Answer refusal(Body body) {
    try {
        body();
    } catch (const NetlinkError &error) {
        return {error.number(), error.extended()};
    }
    return {};
}

/// Any request, however wrong.
Answer request(int command, int flags, const std::function<void(nl_msg *)> &fill) {
    const std::unique_ptr<nl_sock, void (*)(nl_sock *)> socket(nl_socket_alloc(), nl_socket_free);
    genl_connect(socket.get());
    const int on = 1;
    ::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
    nl_msg *message = nlmsg_alloc();
    genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ,
                genl_ctrl_resolve(socket.get(), PIDLAB_GENL_NAME), 0, flags,
                static_cast<std::uint8_t>(command), PIDLAB_GENL_VERSION);
    fill(message);
    nl_send_auto(socket.get(), message);
    nlmsg_free(message);
    std::vector<char> bytes(1 << 16);
    const auto size = ::recv(nl_socket_get_fd(socket.get()), bytes.data(), bytes.size(), 0);
    const auto *header = reinterpret_cast<const nlmsghdr *>(bytes.data());
    Answer out;
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN) || header->nlmsg_type != NLMSG_ERROR)
        return out;
    const auto *failed = static_cast<const nlmsgerr *>(nlmsg_data(header));
    out.error = -failed->error;
    std::size_t at = NLMSG_HDRLEN + sizeof(*failed);
    if ((header->nlmsg_flags & NLM_F_CAPPED) == 0)
        at += NLMSG_ALIGN(failed->msg.nlmsg_len) - NLMSG_HDRLEN;
    if (nlattr *text = nla_find(reinterpret_cast<nlattr *>(bytes.data() + at),
                                static_cast<int>(header->nlmsg_len - at), NLMSGERR_ATTR_MSG))
        out.text = nla_get_string(text);
    return out;
}

Answer dump_of(int fd, pidlab_cmd command) {
    return refusal([&] { Netlink().dump(command, fd, [](nlattr *) {}); });
}

TEST(NetlinkRefuses, a_request_without_a_file) {
    const Answer expected{EINVAL, "lab-fd: is needed, an open file of /dev/pidlab"};
    const auto nothing = [](nl_msg *) {};
    EXPECT_EQ(request(PIDLAB_CMD_LAB_GET, NLM_F_ACK, nothing), expected);
    EXPECT_EQ(request(PIDLAB_CMD_LISTEN, NLM_F_ACK, nothing), expected);
    EXPECT_EQ(request(PIDLAB_CMD_UNLISTEN, NLM_F_ACK, nothing), expected);
    for (const pidlab_cmd command : dumps)
        EXPECT_EQ(request(command, NLM_F_DUMP, nothing), expected) << command;
}

TEST(NetlinkRefuses, a_file_that_is_not_open) {
    const Answer expected{EBADF, "lab-fd: is not an open file"};
    for (const int fd : {999, -1})
        EXPECT_EQ(refusal([&] { Netlink().listen(fd); }), expected) << fd;
    EXPECT_EQ(refusal([] { Netlink().lab(999); }), expected);
    EXPECT_EQ(refusal([] { Netlink().unlisten(999); }), expected);
    for (const pidlab_cmd command : dumps)
        EXPECT_EQ(dump_of(999, command), expected) << command;
}

// Who has not the lab's file cannot name the lab: another's number is just not open here.
TEST(NetlinkRefuses, a_file_that_is_not_of_the_device) {
    const Answer expected{EINVAL, "lab-fd: is not a file of /dev/pidlab"};
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    EXPECT_EQ(refusal([&] { Netlink().listen(null); }), expected);
    EXPECT_EQ(refusal([&] { Netlink().lab(null); }), expected);
    EXPECT_EQ(refusal([&] { Netlink().unlisten(null); }), expected);
    for (const pidlab_cmd command : dumps)
        EXPECT_EQ(dump_of(null, command), expected) << command;
    ::close(null);
}

TEST(NetlinkRefuses, an_attribute_that_stands_in_answers_only) {
    const DeviceTransport device;
    const std::pair<int, const char *> attributes[] = {{PIDLAB_A_PAD, "pad"},
                                                       {PIDLAB_A_LAB, "lab"},
                                                       {PIDLAB_A_TASK, "task"},
                                                       {PIDLAB_A_PID, "pid"},
                                                       {PIDLAB_A_NAMESPACE, "namespace"},
                                                       {PIDLAB_A_CONTAINER, "container"},
                                                       {PIDLAB_A_REFERENCE, "reference"},
                                                       {PIDLAB_A_EVENT, "event"}};
    static_assert(std::size(attributes) == PIDLAB_A_MAX - 1, "all but lab-fd");
    for (const auto &[attr, name] : attributes) {
        const auto fill = [&, number = attr](nl_msg *message) {
            nla_put_u32(message, PIDLAB_A_LAB_FD, static_cast<std::uint32_t>(device.fd()));
            nla_put_u32(message, number, 0);
        };
        const Answer expected{EINVAL, std::string(name) + ": stands in answers only"};
        EXPECT_EQ(request(PIDLAB_CMD_LAB_GET, NLM_F_ACK, fill), expected);
        EXPECT_EQ(request(PIDLAB_CMD_TASK_GET, NLM_F_DUMP, fill), expected);
    }
}

TEST(NetlinkRefuses, an_unknown_attribute_and_one_of_a_wrong_size) {
    const DeviceTransport device;
    const auto fd = static_cast<std::uint32_t>(device.fd());
    const auto unknown = [&](nl_msg *message) {
        nla_put_u32(message, PIDLAB_A_LAB_FD, fd);
        nla_put_u32(message, PIDLAB_A_MAX + 1, 0);
    };
    EXPECT_EQ(request(PIDLAB_CMD_LAB_GET, NLM_F_ACK, unknown).error, EINVAL);
    const auto longer = [&](nl_msg *message) { nla_put_u64(message, PIDLAB_A_LAB_FD, fd); };
    EXPECT_EQ(request(PIDLAB_CMD_LAB_GET, NLM_F_ACK, longer).error, EINVAL);
    const auto shorter = [&](nl_msg *message) { nla_put_u8(message, PIDLAB_A_LAB_FD, 3); };
    EXPECT_EQ(request(PIDLAB_CMD_LAB_GET, NLM_F_ACK, shorter).error, EINVAL);
}

TEST(NetlinkRefuses, a_command_that_is_unknown_or_of_the_other_sort) {
    const DeviceTransport device;
    const auto fill = [&](nl_msg *message) {
        nla_put_u32(message, PIDLAB_A_LAB_FD, static_cast<std::uint32_t>(device.fd()));
    };
    EXPECT_EQ(request(PIDLAB_CMD_MAX + 1, NLM_F_ACK, fill).error, EOPNOTSUPP);
    EXPECT_EQ(request(PIDLAB_CMD_EVENT, NLM_F_ACK, fill).error, EOPNOTSUPP);
    EXPECT_EQ(request(PIDLAB_CMD_TASK_GET, NLM_F_ACK, fill).error, EOPNOTSUPP);
    EXPECT_EQ(request(PIDLAB_CMD_LISTEN, NLM_F_DUMP, fill).error, EOPNOTSUPP);
}

TEST(NetlinkRefuses, a_dump_before_setup) {
    const DeviceTransport device;
    for (const pidlab_cmd command : dumps)
        EXPECT_EQ(dump_of(device.fd(), command), (Answer{EBADFD, "lab-fd: the lab is not set up"}));
    EXPECT_FALSE(Netlink().lab(device.fd()).ready);
}

TEST(NetlinkRefuses, to_listen_twice_or_to_end_what_has_not_begun) {
    const OpenedLab opened;
    Netlink socket;
    EXPECT_EQ(refusal([&] { socket.unlisten(opened.fd()); }),
              (Answer{ENOENT, "lab-fd: the socket does not listen to this lab"}));
    socket.listen(opened.fd());
    EXPECT_EQ(refusal([&] { socket.listen(opened.fd()); }),
              (Answer{EEXIST, "lab-fd: the socket listens to this lab already"}));
    socket.unlisten(opened.fd());
    EXPECT_EQ(refusal([&] { socket.unlisten(opened.fd()); }).error, ENOENT);
}

TEST(NetlinkRefuses, more_listeners_than_a_lab_may_have) {
    const OpenedLab opened;
    std::vector<Netlink> sockets(PIDLAB_LISTENERS_MAX);
    for (Netlink &socket : sockets)
        socket.listen(opened.fd());
    EXPECT_EQ(refusal([&] { Netlink().listen(opened.fd()); }),
              (Answer{ENOSPC, "lab-fd: too many sockets listen to this lab"}));
    sockets.pop_back();
    Netlink another;
    EXPECT_EQ(another.listen(opened.fd()).listeners, std::uint32_t{PIDLAB_LISTENERS_MAX});
}

TEST(NetlinkRefuses, all_labs_without_the_capability) {
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 1;
        if (::setuid(65534) == 0)
            status = refusal([] { Netlink().listen_to_all(); }).error;
        ::_exit(status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), EPERM);
}

TEST(NetlinkRefuses, without_changing_anything) {
    OpenedLab opened;
    const std::uint64_t digest = opened.lab.digest();
    Netlink socket;
    EXPECT_NE(refusal([&] { socket.unlisten(opened.fd()); }).error, 0);
    EXPECT_NE(refusal([&] { socket.lab(999); }).error, 0);
    EXPECT_EQ(opened.lab.digest(), digest);
    EXPECT_TRUE(opened.snapshot().consistent);
}

} // namespace
} // namespace pidlab::testing
