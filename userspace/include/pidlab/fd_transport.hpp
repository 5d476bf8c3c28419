// SPDX-License-Identifier: MIT
/// @file
/// A lab whose watches are file descriptors.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "pidlab/ref_fd.hpp"
#include "pidlab/transport.hpp"

namespace pidlab {

/// Another transport, whose watches are file descriptors: `watch' opens one by REF_FD, `event'
/// polls and reads it, `put' closes it. Everything else goes on to the other one. The answers are
/// the same, so that a scenario shows what the descriptors do.
class FdTransport final : public Transport {
public:
    explicit FdTransport(std::unique_ptr<Transport> lab) : lab_(std::move(lab)) {}

    [[nodiscard]] int setup(pidlab_setup &arg) override { return lab_->setup(arg); }
    [[nodiscard]] RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override;
    [[nodiscard]] int info(pidlab_info &out) override { return lab_->info(out); }
    [[nodiscard]] int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        return lab_->check(out, room);
    }
    [[nodiscard]] bool is_of_this_machine() const override { return lab_->is_of_this_machine(); }
    [[nodiscard]] int control(pidlab_control &arg) override { return lab_->control(arg); }
    [[nodiscard]] int snapshot(Snapshot &out) override { return lab_->snapshot(out); }
    [[nodiscard]] int ref_fd(pidlab_ref_fd &arg) override { return lab_->ref_fd(arg); }

private:
    [[nodiscard]] bool is_ours(const pidlab_op &op);
    int execute(pidlab_op &op);
    int open(pidlab_op &op);
    int tell(pidlab_op &op);

    std::unique_ptr<Transport> lab_;
    std::mutex mutex_;
    std::map<std::uint64_t, RefFd> files_; ///< by the id that the lab calls them
};

} // namespace pidlab
