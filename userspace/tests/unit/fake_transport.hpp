// SPDX-License-Identifier: MIT
/// @file
/// A lab for tests on the host: it remembers what was sent and answers as it is told.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "pidlab/lab.hpp"
#include "pidlab/snapshot.hpp"
#include "pidlab/transport.hpp"

namespace pidlab::testing {

/// The answer to one operation.
struct Answer {
    int error = 0; ///< errno, positive
    std::array<std::uint64_t, PIDLAB_OP_RESULTS> res = {};
};

/// Answers an operation from `answers` as long as there are any, then by `handler`, and without a
/// handler with success and zeroes. All members may be changed at any time.
class FakeTransport final : public Transport {
public:
    /// One RUN as it arrived.
    struct Batch {
        std::size_t count;
        std::uint32_t flags;
    };

    std::vector<pidlab_setup> setups; ///< each SETUP
    std::vector<pidlab_op> sent;      ///< each executed operation, as it arrived
    std::vector<Batch> batches;       ///< each RUN
    std::vector<std::size_t> rooms;   ///< room of each CHECK

    std::deque<Answer> answers;
    std::function<Answer(const pidlab_op &)> handler;

    /// How RUNs end early: after `done` operations with `error`; each is used once.
    std::deque<RunStatus> run_ends;

    int setup_error = 0;
    int info_error = 0;
    int check_error = 0;
    std::uint64_t init_task = 1 << PIDLAB_ID_KIND_BITS | PIDLAB_OBJECT_TASK;
    pidlab_info info_answer = {};   ///< abi, ready and init_task are filled in
    pidlab_check check_answer = {}; ///< count is filled in
    std::vector<pidlab_task_info> tasks;
    std::function<void()> before_check;      ///< may change `tasks`
    std::optional<Snapshot> snapshot_answer; ///< nothing: ENOTTY

    int setup(pidlab_setup &arg) override {
        setups.push_back(arg);
        if (setup_error)
            return setup_error;
        arg.init_task = init_task;
        for (unsigned slot = 0; slot < PIDLAB_SETTING_SLOTS; ++slot)
            if (arg.given >> slot & 1)
                info_answer.setting[slot] = arg.value[slot];
        return 0;
    }

    RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override {
        batches.push_back({ops.size(), flags});
        RunStatus end{0, ops.size()};
        if (!run_ends.empty()) {
            end = run_ends.front();
            run_ends.pop_front();
        }
        for (std::size_t i = 0; i < end.done; ++i) {
            execute(ops[i]);
            if ((flags & PIDLAB_RUN_STOP) && ops[i].error)
                return {0, i + 1};
        }
        return end;
    }

    int info(pidlab_info &out) override {
        if (info_error)
            return info_error;
        out = info_answer;
        out.size = sizeof(out);
        out.abi = PIDLAB_ABI_VERSION;
        out.ready = !setups.empty();
        out.init_task = setups.empty() ? 0 : init_task;
        return 0;
    }

    int check(pidlab_check &out, std::span<pidlab_task_info> room) override {
        rooms.push_back(room.size());
        if (before_check)
            before_check();
        if (check_error)
            return check_error;
        out = check_answer;
        out.size = sizeof(out);
        out.count = static_cast<std::uint32_t>(tasks.size());
        std::copy_n(tasks.begin(), std::min(tasks.size(), room.size()), room.begin());
        return 0;
    }

    int snapshot(Snapshot &out) override {
        if (!snapshot_answer)
            return ENOTTY;
        out = *snapshot_answer;
        return 0;
    }

private:
    void execute(pidlab_op &op) {
        sent.push_back(op);
        Answer answer;
        if (!answers.empty()) {
            answer = answers.front();
            answers.pop_front();
        } else if (handler) {
            answer = handler(op);
        }
        op.error = static_cast<std::int16_t>(-answer.error);
        std::copy(answer.res.begin(), answer.res.end(), op.res);
    }
};

/// A lab on a fake: `lab` owns it, `fake` still shows it.
struct FakeLab {
    explicit FakeLab(std::unique_ptr<FakeTransport> owned = std::make_unique<FakeTransport>())
        : fake(*owned), lab(std::move(owned)) {}

    FakeTransport &fake;
    Lab lab;
};

/// An id of a kind with a serial number.
constexpr std::uint64_t id(pidlab_object kind, std::uint64_t serial) {
    return serial << PIDLAB_ID_KIND_BITS | kind;
}

} // namespace pidlab::testing
