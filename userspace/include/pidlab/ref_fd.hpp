// SPDX-License-Identifier: MIT
/// @file
/// A weak reference as a file descriptor.
#pragma once

#include <chrono>
#include <utility>

#include "pidlab/call.hpp"

namespace pidlab {

/// Tells what happens to the users of a pid by one type, whoever they are: a process, a thread
/// group, a process group with or without its leader, a session. Pins none of them. Owns the
/// descriptor, which is like any other: it polls, and may be passed to another process.
class RefFd {
public:
    RefFd() = default;
    /// Take over a descriptor that REF_FD gave, or that another process has passed.
    explicit RefFd(int fd) noexcept : fd_(fd) {}
    RefFd(RefFd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    RefFd &operator=(RefFd &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~RefFd();

    /// The descriptor, for poll(2) and the like; it stays this object's. -1: there is none.
    [[nodiscard]] int fd() const noexcept { return fd_; }

    /// Wait until there is something to read.
    /// @param patience how long; less than nothing is for ever
    /// @return POLLIN, with POLLHUP once the last user has gone; 0: nothing has happened
    /// @throws Error
    [[nodiscard]] short poll(std::chrono::milliseconds patience = std::chrono::milliseconds{0});

    /// What has happened since the last time, oldest first.
    /// @return 0; EAGAIN: nothing, and the descriptor does not block; ESRCH: all users have gone,
    ///     and that was told; or another positive errno
    [[nodiscard]] int try_read(RefEvent &out);

    /// try_read() that throws.
    RefEvent read();

private:
    int fd_ = -1;
};

} // namespace pidlab
