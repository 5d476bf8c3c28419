// SPDX-License-Identifier: MIT
/// @file
/// A lab of the module whose open file is at hand.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab::testing {

struct OpenedLab {
    explicit OpenedLab(const Settings &settings = {}) : OpenedLab(new DeviceTransport, settings) {}

    [[nodiscard]] int fd() const { return transport->fd(); }

    [[nodiscard]] Snapshot snapshot() const {
        Snapshot out;
        EXPECT_EQ(transport->snapshot(out), 0);
        return out;
    }

    /// Execute an operation that has to succeed.
    /// @return its first result
    std::uint64_t run(pidlab_opcode opcode, std::uint64_t first = 0, std::uint64_t second = 0,
                      unsigned flags = 0) {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(opcode);
        op.flags = static_cast<std::uint16_t>(flags);
        op.arg[0] = first;
        op.arg[1] = second;
        lab.execute(op);
        return op.res[0];
    }

    DeviceTransport *transport; // owned by the lab
    Lab lab;
    TaskId init;

private:
    OpenedLab(DeviceTransport *device, const Settings &settings)
        : transport(device), lab(std::unique_ptr<Transport>(device)), init(lab.setup(settings)) {}
};

} // namespace pidlab::testing
