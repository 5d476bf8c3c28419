// SPDX-License-Identifier: MIT
/// @file
/// The lab behind /dev/pidlab.
#pragma once

#include <string>

#include "pidlab/transport.hpp"

namespace pidlab {

/// A lab of the module: opening the device makes it, closing drops it with all it holds.
/// Owns the file descriptor.
class DeviceTransport final : public Transport {
public:
    /// Open the device (O_CLOEXEC) and see that the module speaks this client's interface.
    /// @throws DeviceError with a sentence that says what to do: module not loaded, no
    ///     permission, not the pidlab device, another version of the interface
    explicit DeviceTransport(const std::string &path = PIDLAB_DEVICE);

    /// Take over an open file of the device, as one passed by another process: the lab is
    /// shared with whoever else has it.
    /// @throws DeviceError as above; the descriptor is closed then
    [[nodiscard]] static DeviceTransport adopt(int fd) { return DeviceTransport(fd, "the file"); }

    ~DeviceTransport() override;

    /// The descriptor; it stays this object's.
    [[nodiscard]] int fd() const noexcept { return fd_; }

    [[nodiscard]] int setup(pidlab_setup &arg) override;
    [[nodiscard]] RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override;
    [[nodiscard]] int info(pidlab_info &out) override;
    [[nodiscard]] int check(pidlab_check &out, std::span<pidlab_task_info> room) override;
    [[nodiscard]] int control(pidlab_control &arg) override;
    [[nodiscard]] int ref_fd(pidlab_ref_fd &arg) override;
    /// By netlink. ENOTTY: the module has no such family.
    [[nodiscard]] int snapshot(Snapshot &out) override;

private:
    DeviceTransport(int fd, const std::string &what);

    int fd_;
};

/// Throws the DeviceError that fits a module's interface version and INFO's errno; returns when
/// the client can talk to it.
/// @param what the file, for the message
/// @param error errno of INFO, positive, or 0
/// @param abi interface version of the module, meaningless if @p error
void require_abi(const std::string &what, int error, std::uint32_t abi);

} // namespace pidlab
