// SPDX-License-Identifier: MIT
#include "pidlab/netlink.hpp"

#include <cerrno>
#include <cstring>
#include <deque>

#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "netlink_attributes.hpp"
#include "pidlab/errno_table.hpp"

namespace pidlab {

class EventQueue : public std::deque<Event> {};

/// A request with its answers.
struct Netlink::Exchange {
    int command = 0; ///< whose answers are taken; 0: none
    std::function<void(nlattr *)> take;
    bool done = false;
    bool consistent = true;
    int error = 0; ///< positive
    std::string text;

    /// What the kernel has to say about an error, in the attributes behind it.
    void read_extended(const void *attributes, std::size_t size) {
        auto *head = static_cast<nlattr *>(const_cast<void *>(attributes)); // libnl has no const
        nlattr *found = nla_find(head, static_cast<int>(size), NLMSGERR_ATTR_MSG);
        if (found)
            text = nla_get_string(found);
    }

    static int on_error(sockaddr_nl *, nlmsgerr *failed, void *arg) {
        auto &exchange = *static_cast<Exchange *>(arg);
        const auto *header =
            reinterpret_cast<const nlmsghdr *>(reinterpret_cast<char *>(failed) - NLMSG_HDRLEN);
        std::size_t before = NLMSG_ALIGN(sizeof(*failed));
        exchange.error = -failed->error;
        exchange.done = true;
        if ((header->nlmsg_flags & NLM_F_CAPPED) == 0)
            before += NLMSG_ALIGN(failed->msg.nlmsg_len) - NLMSG_ALIGN(sizeof(failed->msg));
        const std::size_t size = header->nlmsg_len - NLMSG_HDRLEN;
        if ((header->nlmsg_flags & NLM_F_ACK_TLVS) != 0 && size > before)
            exchange.read_extended(reinterpret_cast<char *>(failed) + before, size - before);
        return NL_STOP;
    }

    /// The end of a dump, which can be that it failed on the way.
    static int on_finish(nl_msg *message, void *arg) {
        auto &exchange = *static_cast<Exchange *>(arg);
        const nlmsghdr *header = nlmsg_hdr(message);
        const auto *data = static_cast<const char *>(nlmsg_data(header));
        const auto size = static_cast<std::size_t>(nlmsg_datalen(header));
        int error = 0;
        if (size >= sizeof(error))
            std::memcpy(&error, data, sizeof(error));
        exchange.error = -error;
        exchange.done = true;
        if (error < 0 && (header->nlmsg_flags & NLM_F_ACK_TLVS) != 0)
            exchange.read_extended(data + sizeof(error), size - sizeof(error));
        return NL_STOP;
    }

    static int on_ack(nl_msg *, void *arg) {
        static_cast<Exchange *>(arg)->done = true;
        return NL_STOP;
    }

    static int on_interrupted(nl_msg *, void *arg) {
        static_cast<Exchange *>(arg)->consistent = false;
        return NL_OK;
    }
};

namespace {

const char *name_of(int command) {
    switch (command) {
    case PIDLAB_CMD_LAB_GET:
        return "LAB_GET";
    case PIDLAB_CMD_TASK_GET:
        return "TASK_GET";
    case PIDLAB_CMD_PID_GET:
        return "PID_GET";
    case PIDLAB_CMD_NAMESPACE_GET:
        return "NAMESPACE_GET";
    case PIDLAB_CMD_CONTAINER_GET:
        return "CONTAINER_GET";
    case PIDLAB_CMD_REFERENCE_GET:
        return "REFERENCE_GET";
    case PIDLAB_CMD_LISTEN:
        return "LISTEN";
    case PIDLAB_CMD_UNLISTEN:
        return "UNLISTEN";
    default:
        return "netlink";
    }
}

Event read_event(nlattr *nest) {
    const Attributes in(nest);
    return {.lab = in.u64(PIDLAB_A_EVENT_LAB),
            .sequence = in.u64(PIDLAB_A_EVENT_SEQUENCE),
            .time = in.u64(PIDLAB_A_EVENT_TIME),
            .lost = in.u64(PIDLAB_A_EVENT_LOST),
            .what = in.u32(PIDLAB_A_EVENT_WHAT),
            .object = in.u64(PIDLAB_A_EVENT_OBJECT),
            .other = in.u64(PIDLAB_A_EVENT_OTHER),
            .nr = in.s32(PIDLAB_A_EVENT_NR),
            .value = in.s32(PIDLAB_A_EVENT_VALUE)};
}

LabState read_lab(nlattr *nest) {
    const Attributes in(nest);
    return {.number = in.u64(PIDLAB_A_LAB_NUMBER),
            .generation = static_cast<pidlab_generation>(in.u32(PIDLAB_A_LAB_GENERATION)),
            .ready = in.flag(PIDLAB_A_LAB_READY),
            .changes = in.u64(PIDLAB_A_LAB_CHANGES),
            .sequence = in.u64(PIDLAB_A_LAB_SEQUENCE),
            .lost = in.u64(PIDLAB_A_LAB_LOST),
            .listeners = in.u32(PIDLAB_A_LAB_LISTENERS)};
}

struct MessageFree {
    void operator()(nl_msg *message) const { nlmsg_free(message); }
};

struct CallbacksPut {
    void operator()(nl_cb *callbacks) const { nl_cb_put(callbacks); }
};

} // namespace

NetlinkError::NetlinkError(std::string_view request, int number, std::string text)
    : Error(request, number,
            fmt::format("{}: {}: {}", request, errno_name(number),
                        text.empty() ? std::strerror(number) : text)),
      extended_(std::move(text)) {}

void Netlink::Deleter::operator()(nl_sock *socket) const { nl_socket_free(socket); }

Netlink::Netlink() : socket_(nl_socket_alloc()), events_(std::make_unique<EventQueue>()) {
    if (!socket_)
        throw std::bad_alloc();
    // Events have no request that they answer.
    nl_socket_disable_seq_check(socket_.get());
    if (genl_connect(socket_.get()) < 0)
        throw DeviceError(EPROTONOSUPPORT, "cannot open a generic netlink socket.");
    family_ = genl_ctrl_resolve(socket_.get(), PIDLAB_GENL_NAME);
    if (family_ < 0)
        throw DeviceError(ENOENT, "the kernel has no netlink family \"" PIDLAB_GENL_NAME
                                  "\": the module is not loaded, or is an older one.");
    const int on = 1;
    ::setsockopt(fd(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
}

Netlink::Netlink(Netlink &&) noexcept = default;
Netlink &Netlink::operator=(Netlink &&) noexcept = default;
Netlink::~Netlink() = default;

int Netlink::fd() const { return nl_socket_get_fd(socket_.get()); }

void Netlink::send(Exchange &exchange, int command, int flags, int lab) {
    const std::unique_ptr<nl_msg, MessageFree> message(nlmsg_alloc());
    if (!message || !genlmsg_put(message.get(), NL_AUTO_PORT, NL_AUTO_SEQ, family_, 0, flags,
                                 static_cast<std::uint8_t>(command), PIDLAB_GENL_VERSION))
        throw std::bad_alloc();
    nla_put_u32(message.get(), PIDLAB_A_LAB_FD, static_cast<std::uint32_t>(lab));
    if (nl_send_auto(socket_.get(), message.get()) < 0)
        throw NetlinkError(name_of(command), errno, "the request cannot be sent");
    exchange.command = command;
}

void Netlink::take_message(Exchange &exchange, nl_msg *message) {
    auto *header = static_cast<genlmsghdr *>(nlmsg_data(nlmsg_hdr(message)));
    const int left = genlmsg_attrlen(header, 0);
    auto *nest = genlmsg_attrdata(header, 0);
    if (!nla_ok(nest, left))
        return;
    if (header->cmd == PIDLAB_CMD_EVENT)
        events_->push_back(read_event(nest));
    else if (header->cmd == exchange.command && exchange.take)
        exchange.take(nest);
}

/// One datagram, which may be several messages.
void Netlink::receive(Exchange &exchange) {
    struct Sink {
        Netlink &self;
        Exchange &exchange;
    } sink{*this, exchange};
    const std::unique_ptr<nl_cb, CallbacksPut> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    nl_cb *raw = callbacks.get();
    if (!raw)
        throw std::bad_alloc();
    nl_cb_set(
        raw, NL_CB_VALID, NL_CB_CUSTOM,
        [](nl_msg *message, void *arg) {
            auto &to = *static_cast<Sink *>(arg);
            to.self.take_message(to.exchange, message);
            return static_cast<int>(NL_OK);
        },
        &sink);
    nl_cb_set(
        raw, NL_CB_SEQ_CHECK, NL_CB_CUSTOM,
        [](nl_msg *, void *) { return static_cast<int>(NL_OK); }, nullptr);
    nl_cb_set(raw, NL_CB_ACK, NL_CB_CUSTOM, Exchange::on_ack, &exchange);
    nl_cb_set(raw, NL_CB_FINISH, NL_CB_CUSTOM, Exchange::on_finish, &exchange);
    nl_cb_set(raw, NL_CB_DUMP_INTR, NL_CB_CUSTOM, Exchange::on_interrupted, &exchange);
    nl_cb_err(raw, NL_CB_CUSTOM, Exchange::on_error, &exchange);
    errno = 0;
    const int error = nl_recvmsgs(socket_.get(), raw);
    // No room for events: they are lost, and what comes next tells how many.
    if (error < 0 && exchange.error == 0 && error != -NLE_NOMEM && error != -NLE_AGAIN &&
        error != -NLE_INTR)
        throw NetlinkError(name_of(exchange.command), EIO, nl_geterror(error));
}

void Netlink::exchange(Exchange &exchange, int command, int flags, int lab) {
    send(exchange, command, flags, lab);
    while (!exchange.done)
        receive(exchange);
    if (exchange.error != 0)
        throw NetlinkError(name_of(command), exchange.error, exchange.text);
}

LabState Netlink::lab(int lab) {
    LabState out;
    Exchange to;
    to.take = [&](nlattr *nest) { out = read_lab(nest); };
    exchange(to, PIDLAB_CMD_LAB_GET, NLM_F_ACK, lab);
    return out;
}

bool Netlink::dump(pidlab_cmd command, int lab, const std::function<void(nlattr *)> &take) {
    Exchange to;
    to.take = take;
    exchange(to, command, NLM_F_DUMP, lab);
    return to.consistent;
}

LabState Netlink::listen(int lab) {
    LabState out;
    Exchange to;
    to.take = [&](nlattr *nest) { out = read_lab(nest); };
    exchange(to, PIDLAB_CMD_LISTEN, NLM_F_ACK, lab);
    return out;
}

void Netlink::unlisten(int lab) {
    Exchange to;
    exchange(to, PIDLAB_CMD_UNLISTEN, NLM_F_ACK, lab);
}

void Netlink::listen_to_all() {
    const int group = genl_ctrl_resolve_grp(socket_.get(), PIDLAB_GENL_NAME, PIDLAB_MCGRP_LABS);
    if (group < 0)
        throw NetlinkError("the group of all labs", ENOENT, nl_geterror(group));
    if (::setsockopt(fd(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
        throw NetlinkError("the group of all labs", errno,
                           errno == EPERM ? "to be told of all labs takes CAP_SYS_ADMIN" : "");
}

void Netlink::set_room(int bytes) {
    // Beyond the limit for everybody, where that is allowed.
    if (::setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0 &&
        ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0)
        throw NetlinkError("the room for events", errno, "");
}

std::optional<Event> Netlink::next_event(std::chrono::milliseconds patience) {
    Exchange nothing;
    pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
    while (events_->empty()) {
        if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
            return std::nullopt;
        receive(nothing);
    }
    const Event event = events_->front();
    events_->pop_front();
    return event;
}

} // namespace pidlab
