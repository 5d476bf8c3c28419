// SPDX-License-Identifier: MIT
/// @file
/// A lab for tests of scenarios: just enough of fork, exit and reap that names, numbers, trees and
/// digests mean something. It knows no rules; what it cannot do succeeds with zeroes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fake_transport.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::testing {

class ToyLab {
public:
    ToyLab() : lab_(std::make_unique<FakeTransport>()), fake(lab_.fake), lab(lab_.lab) {
        fake.handler = [this](const pidlab_op &op) { return answer(op); };
        fake.info_answer.bytes_of[PIDLAB_SIZE_TASK] = 1000;
        fake.info_answer.setting[PIDLAB_SET_TASK_PAYLOAD] = 10240;
        add(fake.init_task, 0).flags = PIDLAB_TASK_REAPER | PIDLAB_TASK_SESSION;
        count();
    }

    /// The n-th task that was made, counted from 1, which is init.
    static constexpr std::uint64_t task(std::uint64_t n) { return id(PIDLAB_OBJECT_TASK, n); }

    /// The opcodes that arrived, by name; not those that the executor sends on its own account.
    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> out;
        for (const pidlab_op &op : fake.sent)
            if (op.opcode != PIDLAB_OP_GP)
                out.emplace_back(find_op(op.opcode)->name);
        return out;
    }

    /// Run a text.
    Report run(const std::string &text) {
        const scenario::SourceText source("test.scn", text);
        const scenario::ParsedScenario parsed = parse(source);
        for (const scenario::Diagnostic &error : parsed.errors)
            ADD_FAILURE() << render(source, error);
        return run_scenario(lab, source, parsed.scenario);
    }

    /// Why a text fails, as people see it; nothing when it passes.
    std::string failure(const std::string &text) {
        const Report report = run(text);
        return report.failure ? render(report.source, *report.failure) : "";
    }

private:
    FakeLab lab_;

public:
    FakeTransport &fake;
    Lab &lab;

private:
    pidlab_task_info &add(std::uint64_t task, std::uint64_t parent) {
        pidlab_task_info info{};
        info.id = task;
        info.parent = parent;
        info.leader = task;
        info.pid = id(PIDLAB_OBJECT_PID, ++last_);
        info.nr = info.vnr = info.tgid = static_cast<std::int32_t>(last_);
        info.pgid = info.sid = 1;
        info.state = PIDLAB_STATE_RUNNING;
        info.payload = 10240;
        fake.tasks.push_back(info);
        return fake.tasks.back();
    }

    pidlab_task_info *find(std::uint64_t task) {
        for (pidlab_task_info &info : fake.tasks)
            if (info.id == task)
                return &info;
        return nullptr;
    }

    // Counters and digest follow from the tasks.
    void count() {
        std::uint64_t digest = 17;
        for (const pidlab_task_info &info : fake.tasks)
            digest = digest * 31 + info.id * 5 + info.state;
        fake.check_answer.digest = digest;
        auto &counter = fake.info_answer.counter;
        counter[PIDLAB_CTR_TASKS] = fake.tasks.size();
        counter[PIDLAB_CTR_TASK_BYTES] = fake.tasks.size() * 11240;
        counter[PIDLAB_CTR_BYTES] = 5000 + counter[PIDLAB_CTR_TASK_BYTES];
        counter[PIDLAB_CTR_REFS] = refs_;
    }

    Answer answer(const pidlab_op &op) {
        const Answer out = op.fail_nth == 1 ? Answer{ENOMEM, {}} : carry_out(op);
        count();
        return out;
    }

    Answer carry_out(const pidlab_op &op) {
        pidlab_task_info *const task = find(op.arg[0]);
        if (!task && object_of(op.arg[0]) == PIDLAB_OBJECT_TASK &&
            find_op(op.opcode)->args[0].kind != PIDLAB_ARG_NR)
            return {ESRCH, {}};
        switch (op.opcode) {
        case PIDLAB_OP_FORK: {
            const std::uint64_t child = id(PIDLAB_OBJECT_TASK, last_ + 1);
            return {0, {child, static_cast<std::uint64_t>(add(child, op.arg[0]).nr)}};
        }
        case PIDLAB_OP_EXIT:
            task->state = PIDLAB_STATE_ZOMBIE;
            task->exit_code = static_cast<std::int32_t>(op.exit.code);
            return {};
        case PIDLAB_OP_REAP:
            return reap(*task);
        case PIDLAB_OP_NR:
            return {0, {static_cast<std::uint64_t>(task ? task->nr : 0)}};
        case PIDLAB_OP_STATE:
            return {0, {task->state, static_cast<std::uint64_t>(task->exit_code), 2}};
        case PIDLAB_OP_HOLD_TASK:
        case PIDLAB_OP_TREF:
            held_ = op.arg[0];
            return {0, {id(PIDLAB_OBJECT_REF, ++refs_), 0}};
        case PIDLAB_OP_DEREF:
            return find(held_) ? Answer{0, {held_}} : Answer{ESRCH, {}};
        default:
            return {};
        }
    }

    Answer reap(pidlab_task_info &task) {
        if (task.state != PIDLAB_STATE_ZOMBIE)
            return {EAGAIN, {}};
        const Answer out{
            0, {static_cast<std::uint64_t>(task.nr), static_cast<std::uint64_t>(task.exit_code)}};
        std::erase_if(fake.tasks, [&](const auto &other) { return other.id == task.id; });
        return out;
    }

    std::uint64_t last_ = 0;
    std::uint64_t refs_ = 0;
    std::uint64_t held_ = 0;
};

} // namespace pidlab::testing
