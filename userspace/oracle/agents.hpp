// SPDX-License-Identifier: MIT
/// @file
/// The real tasks of an oracle, and how they are told what to do.
///
/// The first of them is the init of a fresh pid namespace; ending it ends all. Whatever is waited
/// for has a time-out, so that nothing can hang. Owned by the oracle's transport.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "pidlab/error.hpp"
#include "proc.hpp"
#include "protocol.h"

namespace pidlab::oracle {

/// The machine did not do what is needed; what() says what and where to look.
class OracleError : public Error {
public:
    OracleError(int number, std::string text)
        : Error("oracle", number, "oracle: " + std::move(text)) {}
};

/// What became of a command.
struct Answer {
    bool alive = true; ///< false: the task is exiting or gone, and has not answered
    long result = 0;   ///< of the system call: negative errno, or what it returned
    long detail = 0;
};

/// The numbers of an agent as /proc has them.
struct Birth {
    int tgid = 0;
    int tid = 0;
};

class Agents {
public:
    /// Start the init of a new pid namespace; it has slot 0.
    /// @throws DeviceError not root, or no pid namespaces here
    Agents();
    Agents(const Agents &) = delete;
    Agents &operator=(const Agents &) = delete;
    /// Kill the init, and with it everybody, and wait for that.
    ~Agents();

    [[nodiscard]] Birth init() const { return init_; }

    /// A slot for a task that is to be born. @throws OracleError none is free
    [[nodiscard]] int take_slot();
    void give_back(int slot) { free_.push_back(slot); }

    /// Let the task of a slot execute a command.
    /// @throws OracleError neither an answer nor the task's end came in time
    Answer ask(int slot, const ProcTask &task, oracle_command what,
               std::initializer_list<long> args);

    /// The numbers of a task that clone3 has made, once it is there.
    [[nodiscard]] Birth await_birth(int slot);
    /// What an agent has reported last: an exec may have changed it.
    [[nodiscard]] Birth birth(int slot) const;

    /// Reap the init, which has exited.
    void reap_init();

    /// Numbers of the lab end at this from now on: since 6.14 those of each namespace that
    /// begin_namespace() is called for, before that all of the machine's, until the lab goes.
    /// @param value 0: as it is, where that is the machine's
    /// @return what they end at
    long set_pid_max(const ProcTask &init, long value);
    /// A namespace has got its first task.
    void begin_namespace(int slot, const ProcTask &first);
    /// The machine's own namespace has few numbers when pid_max is small: begin from below again.
    void make_room() const;

private:
    void make_memory();
    void start_init();
    void stop();
    [[nodiscard]] static bool has_ended(const oracle_slot &slot, const ProcTask &task);
    [[nodiscard]] static long pid_max_here();
    void write_pid_max(int slot, const ProcTask &by, long value);

    int memory_ = -1;
    int program_ = -1;
    int pidfd_ = -1;
    bool small_ = false;        ///< the machine's own namespace has few numbers
    bool each_its_own_ = false; ///< each namespace has a pid_max
    long pid_max_ = 0;          ///< of the lab's, where each has one
    long pid_max_before_ = 0;
    oracle_slot *slots_ = nullptr;
    std::vector<int> free_;
    Birth init_;
};

} // namespace pidlab::oracle
