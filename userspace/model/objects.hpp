// SPDX-License-Identifier: MIT
/// @file
/// What there is in a lab, as plain data. Objects refer to one another by id.
#pragma once

#include <array>
#include <cstdint>
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
    Key first_of = 0; ///< the namespace whose number 1 it is, or 0
};

struct Task {
    std::shared_ptr<Process> process; ///< nothing once it was released
    std::shared_ptr<Process> once;    ///< what it was part of then
    Key pid = 0;                      ///< 0 once it was released
    std::vector<Key> children;        ///< leaders of processes, in the order they became its
    pidlab_state state = PIDLAB_STATE_RUNNING;
    bool leaving = false; ///< about to exit together with others: no heir for them
    bool execed = false;
    int code = 0;
    unsigned holds = 0;
    bool waits = false; ///< for the grace period after its release
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
    Key reaper = 0;          ///< a task; 0: it takes no new tasks
    unsigned pids = 0;       ///< innermost in it, in memory
    unsigned namespaces = 0; ///< directly in it
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
    enum class To { task, pid, weak } to = To::task;
    Key target = 0;
    pidlab_type type = PIDLAB_TYPE_PID;
    int nr = 0; ///< that it remembers
};

} // namespace pidlab::model
