// SPDX-License-Identifier: MIT
#include "pidlab/device.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "pidlab/errno_table.hpp"
#include "pidlab/error.hpp"
#include "pidlab/netlink_snapshot.hpp"

namespace pidlab {

namespace {

/// What the user can do about a device that does not open.
std::string open_advice(const std::string &path, int error) {
    switch (error) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
        return fmt::format(
            "{} does not exist: the module is not loaded. Load it as root with "
            "`insmod pidlab.ko` (or `modprobe pidlab` where it is installed), on a test machine "
            "whose kernel it was built for.",
            path);
    case EACCES:
    case EPERM:
        return fmt::format(
            "no permission to open {}: run as root, or give your group access by a udev rule such "
            "as KERNEL==\"pidlab\", GROUP=\"users\", MODE=\"0660\".",
            path);
    case EMFILE:
    case ENFILE:
        return fmt::format("cannot open {}: too many files are open; each lab is one.", path);
    case ENOMEM:
        return fmt::format("cannot open {}: the kernel has no memory for another lab.", path);
    default:
        return fmt::format("cannot open {}: {}: {}.", path, errno_name(error),
                           std::strerror(error));
    }
}

int open_device(const std::string &path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        const int error = errno;
        throw DeviceError(error, open_advice(path, error));
    }
    return fd;
}

std::uint64_t address(const void *pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

int request(int fd, unsigned long number, void *arg) {
    return ::ioctl(fd, number, arg) < 0 ? errno : 0;
}

} // namespace

void require_abi(const std::string &what, int error, std::uint32_t abi) {
    if (error == ENOTTY || error == EBADF)
        throw DeviceError(
            error, fmt::format("{} is not the pidlab device: it does not know the request INFO. "
                               "Name the module's device, usually {}.",
                               what, PIDLAB_DEVICE));
    if (error == EINVAL || error == E2BIG)
        throw DeviceError(error, fmt::format("{}: the module and this client have different "
                                             "interfaces ({}). Build and load the module from the "
                                             "tree that this client is from.",
                                             what, errno_name(error)));
    if (error)
        throw DeviceError(error, fmt::format("{}: INFO failed: {}: {}.", what, errno_name(error),
                                             ioctl_errno_sentence(error)));
    if (abi != PIDLAB_ABI_VERSION)
        throw DeviceError(EPROTO,
                          fmt::format("{}: the module speaks version {} of the interface, this "
                                      "client version {}. Build and load both from one tree.",
                                      what, abi, PIDLAB_ABI_VERSION));
}

DeviceTransport::DeviceTransport(const std::string &path)
    : DeviceTransport(open_device(path), path) {}

DeviceTransport::DeviceTransport(int fd, const std::string &what) : fd_(fd) {
    pidlab_info answer{};
    const int error = info(answer);
    try {
        require_abi(what, error, answer.abi);
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

DeviceTransport::~DeviceTransport() { ::close(fd_); }

int DeviceTransport::setup(pidlab_setup &arg) {
    arg.size = sizeof(arg);
    return request(fd_, PIDLAB_IOC_SETUP, &arg);
}

RunStatus DeviceTransport::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    if (ops.size() > PIDLAB_RUN_MAX)
        return {EINVAL, 0};
    pidlab_run arg{};
    arg.size = sizeof(arg);
    arg.flags = flags;
    arg.ops = address(ops.data());
    arg.count = static_cast<std::uint32_t>(ops.size());
    const int error = request(fd_, PIDLAB_IOC_RUN, &arg);
    return {error, arg.done};
}

int DeviceTransport::info(pidlab_info &out) {
    out = {};
    out.size = sizeof(out);
    return request(fd_, PIDLAB_IOC_INFO, &out);
}

int DeviceTransport::check(pidlab_check &out, std::span<pidlab_task_info> room) {
    out = {};
    out.size = sizeof(out);
    out.tasks = room.empty() ? 0 : address(room.data());
    out.room = static_cast<std::uint32_t>(room.size());
    return request(fd_, PIDLAB_IOC_CHECK, &out);
}

int DeviceTransport::ref_fd(pidlab_ref_fd &arg) {
    arg.size = sizeof(arg);
    return request(fd_, PIDLAB_IOC_REF_FD, &arg);
}

int DeviceTransport::control(pidlab_control &arg) {
    arg.size = sizeof(arg);
    return request(fd_, PIDLAB_IOC_CONTROL, &arg);
}

int DeviceTransport::snapshot(Snapshot &out) {
    try {
        Netlink socket;
        out = take_snapshot(socket, fd_);
    } catch (const NetlinkError &error) {
        return error.number();
    } catch (const DeviceError &) {
        return ENOTTY;
    }
    return 0;
}

} // namespace pidlab
