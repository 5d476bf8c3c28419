// SPDX-License-Identifier: MIT
/// @file
/// A lab in between: passes everything on and tells a listener what went by.
#pragma once

#include <chrono>
#include <span>

#include "pidlab/lab.hpp"

namespace pidlab {

/// Hears what a lab is asked and what it answers. Does nothing by default.
class Listener {
public:
    Listener() = default;
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;
    virtual ~Listener() = default;

    using Clock = std::chrono::steady_clock;

    /// The lab was set up. @p arg has the answer.
    virtual void on_setup(const pidlab_setup & /*arg*/, Transport & /*lab*/) {}

    /// Operations of one RUN were executed, with their results.
    virtual void on_ops(std::span<const pidlab_op> /*done*/, Clock::time_point /*begin*/,
                        Clock::time_point /*end*/, Transport & /*lab*/) {}

    /// INFO was answered.
    virtual void on_info(const pidlab_info &) {}
};

/// Owns the lab that it passes requests to. The listener must outlive it; it may ask the lab,
/// which it is given, and must not run anything in it.
class ListeningTransport final : public Transport {
public:
    ListeningTransport(Lab inner, Listener &listener)
        : inner_(std::move(inner)), listener_(listener) {}

    [[nodiscard]] int setup(pidlab_setup &arg) override;
    [[nodiscard]] RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override;
    [[nodiscard]] int info(pidlab_info &out) override;
    [[nodiscard]] int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        return transport().check(out, room);
    }
    [[nodiscard]] int control(pidlab_control &arg) override { return transport().control(arg); }
    [[nodiscard]] int ref_fd(pidlab_ref_fd &arg) override { return transport().ref_fd(arg); }
    [[nodiscard]] bool is_of_this_machine() const override {
        return inner_.transport().is_of_this_machine();
    }
    [[nodiscard]] int snapshot(Snapshot &out) override { return transport().snapshot(out); }

private:
    [[nodiscard]] Transport &transport() { return inner_.transport(); }

    Lab inner_;
    Listener &listener_;
};

} // namespace pidlab
