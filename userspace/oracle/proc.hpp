// SPDX-License-Identifier: MIT
/// @file
/// A task as /proc shows it. Owned by the record of the task; numbers are the controller's.
#pragma once

#include <string>
#include <vector>

namespace pidlab::oracle {

/// What one look at a task's stat tells.
struct Seen {
    bool there = false; ///< false: it is gone, nothing else means anything
    char state = 0;     ///< as ps(1) has it
    int parent = 0;     ///< the process that it is a child of
    int group = 0;
    int session = 0;
    unsigned flags = 0; ///< PF_* of the kernel
    int threads = 0;    ///< of its process, those not released yet
    int code = 0;       ///< as wait(2) would tell it

    /// It has exited and its parent has not waited.
    [[nodiscard]] bool zombie() const { return there && state == 'Z'; }
    /// Its exit has begun.
    [[nodiscard]] bool exiting() const;
    /// Nothing happens to it unless somebody does something: it waits for a command, is a zombie,
    /// or is an init that waits for its namespace to become empty.
    [[nodiscard]] bool quiet() const {
        return !there || state == 'S' || state == 'Z' || (state == 'I' && exiting());
    }

    bool operator==(const Seen &) const = default;
};

/// A task's entry in /proc. What is open follows the struct pid, so a reused number is not taken
/// for the task.
class ProcTask {
public:
    ProcTask() = default;
    explicit ProcTask(int tid);
    ProcTask(ProcTask &&other) noexcept;
    ProcTask &operator=(ProcTask &&other) noexcept;
    ~ProcTask();

    [[nodiscard]] Seen look() const;
    /// The code of the whole process, as wait(2) would tell it; of a leader.
    [[nodiscard]] int process_code() const;
    /// Its own numbers, from the controller's namespace to its innermost one; empty: gone.
    [[nodiscard]] std::vector<int> numbers() const;
    /// Open its namespace, close-on-exec; -1: gone.
    [[nodiscard]] int open_namespace() const;

private:
    int tid_ = 0;
    int stat_ = -1;
};

/// A file of one short line, or "".
[[nodiscard]] std::string read_line(const std::string &path);

} // namespace pidlab::oracle
