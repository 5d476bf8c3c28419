// SPDX-License-Identifier: MIT
/// @file
/// How requests reach a lab.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include <pidlab.h>

namespace pidlab {

struct Snapshot;

/// How a RUN ended.
struct RunStatus {
    int error = 0;        ///< 0, or a positive errno of the ioctl itself
    std::size_t done = 0; ///< operations executed, failed ones included; their results are written
};

/// One lab, wherever it is: behind the device, in the model or in a test. Each call is one ioctl;
/// it returns 0 or a positive errno, and only the model throws, what it has no notion of. Calls
/// may come from several threads, but not to the model.
class Transport {
public:
    Transport() = default;
    Transport(const Transport &) = delete;
    Transport &operator=(const Transport &) = delete;
    virtual ~Transport() = default;

    /// Populate the lab. @p arg: Settings::encode(); init_task is filled in.
    [[nodiscard]] virtual int setup(pidlab_setup &arg) = 0;

    /// Execute operations in order and write their results.
    /// @param flags PIDLAB_RUN_*
    /// @param ops at most PIDLAB_RUN_MAX of them; Lab::run() cuts longer arrays
    [[nodiscard]] virtual RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) = 0;

    /// What the module is and what the lab holds. Works before setup too.
    [[nodiscard]] virtual int info(pidlab_info &out) = 0;

    /// Invariants, digest and a snapshot of one instant.
    /// @param room where tasks go, as many as fit; may be empty
    /// @param out its count may be more than the room
    [[nodiscard]] virtual int check(pidlab_check &out, std::span<pidlab_task_info> room) = 0;

    /// Whether what the lab holds takes this machine's memory.
    [[nodiscard]] virtual bool is_of_this_machine() const { return true; }

    /// Run actors one step at a time, in the orders given. A lab without a controller: ENOTTY.
    [[nodiscard]] virtual int control(pidlab_control &arg) {
        static_cast<void>(arg);
        return ENOTTY;
    }

    /// A file descriptor of a weak reference. @p arg: its fd is the caller's to close. A lab that
    /// is not in the kernel: ENOTTY.
    [[nodiscard]] virtual int ref_fd(pidlab_ref_fd &arg) {
        static_cast<void>(arg);
        return ENOTTY;
    }

    /// Every object of the lab. Where nobody can tell: ENOTTY.
    /// @param out overwritten; unspecified after an error
    [[nodiscard]] virtual int snapshot(Snapshot &out) {
        static_cast<void>(out);
        return ENOTTY;
    }
};

} // namespace pidlab
