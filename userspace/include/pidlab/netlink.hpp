// SPDX-License-Identifier: MIT
/// @file
/// The module's generic netlink family.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pidlab.h>
#include <pidlab_netlink.h>

#include "pidlab/error.hpp"
#include "pidlab/event.hpp"

struct nl_msg;
struct nl_sock;
struct nlattr;

namespace pidlab {

/// A request that the family refused. what() has the kernel's own sentence.
class NetlinkError : public Error {
public:
    /// @param request the command, as the interface's header has it
    /// @param number errno, positive
    /// @param text the extended acknowledgement; empty where the kernel gave none
    NetlinkError(std::string_view request, int number, std::string text);

    /// What the kernel said, which names the attribute at fault.
    [[nodiscard]] const std::string &extended() const noexcept { return extended_; }

private:
    std::string extended_;
};

/// What LAB_GET tells of a lab.
struct LabState {
    std::uint64_t number = 0; ///< of all labs since the module was loaded
    pidlab_generation generation{};
    bool ready = false;
    std::uint64_t changes = 0;  ///< operations that have run
    std::uint64_t sequence = 0; ///< number of the latest event
    std::uint64_t lost = 0;     ///< events that the lab had no room for
    std::uint32_t listeners = 0;
};

/// A socket that speaks to the family. Owns it. Not for several threads at once.
class Netlink {
public:
    /// Connect and find the family.
    /// @throws DeviceError where the module is not loaded
    Netlink();
    Netlink(Netlink &&) noexcept;
    Netlink &operator=(Netlink &&) noexcept;
    ~Netlink();

    /// For poll().
    [[nodiscard]] int fd() const;

    /// What a lab is.
    /// @param lab its open file
    /// @throws NetlinkError
    LabState lab(int lab);

    /// Dump the objects of a lab of one kind.
    /// @param take called with the attributes inside of the nest of each
    /// @return false if they are not all of one instant
    /// @throws NetlinkError
    bool dump(pidlab_cmd command, int lab, const std::function<void(nlattr *)> &take);

    /// Be told of a lab's events from now on.
    /// @return the lab as it is then
    /// @throws NetlinkError EEXIST: told already; ENOSPC: too many listen
    LabState listen(int lab);

    /// Be told no more.
    /// @throws NetlinkError ENOENT: was not told
    void unlisten(int lab);

    /// Be told of the events of all labs.
    /// @throws NetlinkError EPERM
    void listen_to_all();

    /// Room for events that are not read yet, in bytes; the kernel doubles it.
    void set_room(int bytes);

    /// The next event.
    /// @param patience how long to wait for it
    /// @return nothing if none came
    /// @throws NetlinkError
    std::optional<Event> next_event(std::chrono::milliseconds patience);

private:
    struct Exchange;
    struct Deleter {
        void operator()(nl_sock *socket) const;
    };

    void send(Exchange &exchange, int command, int flags, int lab);
    void receive(Exchange &exchange);
    void exchange(Exchange &exchange, int command, int flags, int lab);
    void take_message(Exchange &exchange, nl_msg *message);

    std::unique_ptr<nl_sock, Deleter> socket_;
    int family_ = 0;
    std::unique_ptr<class EventQueue> events_; ///< came while something else was waited for
};

} // namespace pidlab
