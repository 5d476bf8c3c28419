// SPDX-License-Identifier: MIT
#include "pidlab/ref_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

#include "pidlab/error.hpp"

namespace pidlab {

RefFd::~RefFd() {
    if (fd_ >= 0)
        ::close(fd_);
}

short RefFd::poll(std::chrono::milliseconds patience) {
    pollfd one{fd_, POLLIN, 0};
    const auto wait = std::clamp<std::chrono::milliseconds::rep>(patience.count(), -1, INT_MAX);
    if (::poll(&one, 1, static_cast<int>(wait)) < 0)
        throw_if(errno, "poll");
    return one.revents;
}

int RefFd::try_read(RefEvent &out) {
    pidlab_ref_event raw{};
    const ssize_t got = ::read(fd_, &raw, sizeof(raw));
    if (got < 0)
        return errno;
    if (got == 0)
        return ESRCH;
    out = {static_cast<pidlab_ref_event_kind>(raw.event), raw.count, TaskId{raw.task}};
    return 0;
}

RefEvent RefFd::read() {
    RefEvent out{};
    throw_if(try_read(out), "read");
    return out;
}

} // namespace pidlab
