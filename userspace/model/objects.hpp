// SPDX-License-Identifier: MIT
/// @file
/// What there is in a lab, as plain data. Objects refer to one another by id.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pidlab.h>

#include "numbers.hpp"

namespace pidlab::model {

using Key = std::uint64_t; ///< the id of an object; 0: none

/// Thrown where an operation is refused, before it has changed anything.
struct Refused {
    int error; ///< positive
};

/// What sets a design of the pid machinery apart, as far as it shows.
struct Generation {
    pidlab_generation number;
    Order order;     ///< how numbers follow one another
    bool nests;      ///< has namespaces below the root
    bool group_link; ///< thread groups are a kind of user: type tgid
    bool of_threads; ///< and so are their threads that do not lead
    bool pids;       ///< a number stands for a struct pid, which can be named and held
    bool last_code;  ///< the last thread to exit decides the code of the process, not the leader
};

/// A thread group.
struct Process {
    Key leader = 0;           ///< a task
    std::vector<Key> threads; ///< tasks not released, eldest first
    Key parent = 0;           ///< the task that it is a child of; 0: the lab's first process
    Key group = 0;            ///< a pid
    Key session = 0;          ///< a pid
    bool leads_session = false;
    bool autoreap = false;
    Key first_of = 0; ///< the namespace whose number 1 it is, or 0
};

struct Task {
    std::shared_ptr<Process> process; ///< nothing once it was released
    std::shared_ptr<Process> once;    ///< what it was part of then
    Key pid = 0;                      ///< 0 once it was released
    std::vector<Key> children;        ///< leaders of processes, in the order they became its
    pidlab_state state = PIDLAB_STATE_RUNNING;
    bool exiting = false; ///< its exit has begun; that of a reaper may take its time
    bool execed = false;
    int code = 0;
    unsigned holds = 0;
    unsigned finders = 0; ///< references that are among its rcu_users
    bool waits = false;   ///< for the grace period after the last of its rcu_users
    bool over = false;    ///< that grace period has ended
    int cpu = -1;         ///< the virtual CPU that has it
    Key births = 0;       ///< where its children are born; 0 once it has exited
    std::array<Key, PIDLAB_SUBSYS_COUNT> place{}; ///< the container for each subsystem
    std::array<Key, PIDLAB_SUBSYS_COUNT> kept{};  ///< of a zombie, where the subsystem counts it
};

struct Number {
    Key ns;
    int nr;
};

struct Pid {
    std::vector<Number> numbers;                           ///< by level
    std::array<std::vector<Key>, PIDLAB_TYPE_COUNT> users; ///< tasks, the first user first
    std::array<Key, PIDLAB_TYPE_COUNT> weak{};             ///< the task_ref to the users, or 0
    unsigned holds = 0;
    bool published = true;
    bool waits = false; ///< for the grace period after it was taken out

    [[nodiscard]] Key ns() const { return numbers.back().ns; }
    [[nodiscard]] bool used() const {
        for (const auto &list : users)
            if (!list.empty())
                return true;
        return false;
    }
    /// As a namespace sees it; 0: it does not.
    [[nodiscard]] int nr_in(Key where) const {
        for (const Number &number : numbers)
            if (number.ns == where)
                return number.nr;
        return 0;
    }
};

struct Namespace {
    Key parent = 0;
    unsigned level = 0;
    Numbers numbers;
    Key reaper = 0;          ///< a task; 0: none yet, or none any more
    bool closed = false;     ///< its reaper has begun to exit: no new tasks
    unsigned pids = 0;       ///< innermost in it, in memory
    unsigned namespaces = 0; ///< directly in it
    unsigned births = 0;     ///< tasks whose children are born in it
};

/// A container, with what each subsystem keeps for it.
struct Container {
    Key parent = 0; ///< 0: it is the root of its hierarchy
    Key root = 0;
    unsigned subsystems = 0; ///< of its hierarchy
    unsigned depth = 0;
    unsigned tasks = 0;    ///< in it, not exited
    unsigned children = 0; ///< right below
    unsigned below = 0;    ///< the same, and those removed that somebody still needs
    unsigned keepers = 0;  ///< zombies that a subsystem counts here
    bool removed = false;
    bool notify = false;
    std::int64_t pids_max = -1;
    std::int64_t pids = 0; ///< in it and below
    std::uint64_t refused = 0;
    bool freezes = false; ///< by itself
    std::uint64_t forks = 0, exits = 0, live = 0, peak = 0;
    bool veto_create = false, veto_attach = false, veto_fork = false;
};

/// A callback that subsystem trace has recorded.
struct Record {
    pidlab_hook hook;
    Key task;
    Key container;
};

/// A task_ref. The one with id 0 is the sentinel.
struct Weak {
    Key pid = 0; ///< whose users it follows; 0: they have gone
    pidlab_type type = PIDLAB_TYPE_PID;
    int nr = 0; ///< as the root sees it
    unsigned holders = 0;
};

/// A reference with an id.
struct Reference {
    enum class To { task, user, pid, weak, watch } to = To::task;
    Key target = 0;
    pidlab_type type = PIDLAB_TYPE_PID;
    int nr = 0; ///< that it remembers
    // Of a watch, a weak reference too: what it has not told yet.
    unsigned handovers = 0;
    Key first = 0; ///< the first user as it knows, or who was the last
    bool gone = false, told = false;

    [[nodiscard]] bool is_weak() const { return to == To::weak || to == To::watch; }
};

} // namespace pidlab::model
