// SPDX-License-Identifier: MIT
/// @file
/// A whole lab at one instant: every object with what it points at. What pictures are drawn from
/// and records begin with. Plain data; owned by whoever asked for it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <pidlab.h>

namespace pidlab {

/// Every object of a lab. Each list is in the order in which its objects were made.
struct Snapshot {
    /// What a task uses one of its types for: the pid and its number in the root namespace.
    /// Both are 0 where the task is not linked by that type.
    struct Link {
        std::uint64_t pid = 0; ///< 0 in taskref too, which has numbers and no struct pid
        std::int32_t nr = 0;

        [[nodiscard]] bool linked() const { return nr != 0 || pid != 0; }
        bool operator==(const Link &) const = default;
    };

    struct Task {
        std::uint64_t id = 0;
        std::uint64_t parent = 0; ///< 0: none, or it has left the tree
        std::uint64_t leader = 0; ///< of its thread group; itself, unless it is a thread
        pidlab_state state = PIDLAB_STATE_RUNNING;
        std::int32_t exit_code = 0;
        std::uint32_t usage = 0;
        std::uint32_t rcu_users = 0;
        std::array<Link, PIDLAB_TYPE_COUNT> links; ///< by enum pidlab_type
        std::uint64_t ns = 0;                      ///< its pid namespace, 0 when it has no pid
        bool reaper = false;                       ///< reaps the orphans of its namespace
        bool frozen = false;
        std::vector<std::uint64_t> containers; ///< where it is, one for each hierarchy

        [[nodiscard]] bool is_thread() const { return leader != 0 && leader != id; }
        bool operator==(const Task &) const = default;
    };

    /// The number of a pid at one of its levels.
    struct Number {
        std::uint64_t ns = 0;
        std::int32_t nr = 0;
        bool operator==(const Number &) const = default;
    };

    /// A struct pid; in taskref a number that is in use.
    struct Pid {
        std::uint64_t id = 0; ///< 0 in taskref
        std::uint32_t count = 0;
        std::uint32_t level = 0;
        bool published = false;      ///< can be found by its number
        std::vector<Number> numbers; ///< from the root namespace inwards
        /// Ids of the tasks on its list for each type, the first user first.
        std::array<std::vector<std::uint64_t>, PIDLAB_TYPE_COUNT> users;

        bool operator==(const Pid &) const = default;
    };

    struct Namespace {
        std::uint64_t id = 0;
        std::uint64_t parent = 0; ///< 0: it is the root
        std::uint32_t level = 0;
        std::int32_t last = 0; ///< number given last
        std::int32_t pid_max = 0;
        std::uint64_t reaper = 0; ///< 0: none
        bool dying = false;       ///< gives no more numbers
        std::uint32_t count = 0;

        bool operator==(const Namespace &) const = default;
    };

    struct Container {
        std::uint64_t id = 0;
        std::uint64_t parent = 0;     ///< 0: it is the root of its hierarchy
        std::uint64_t root = 0;       ///< of its hierarchy; itself if it is that
        std::uint32_t subsystems = 0; ///< mask of 1 << enum pidlab_subsys
        std::uint32_t tasks = 0;
        std::uint32_t count = 0; ///< busy indicator

        bool operator==(const Container &) const = default;
    };

    /// What a reference keeps hold of, and how.
    enum class Hold {
        task,  ///< hold_task: pins the task
        rcu,   ///< rcu_get: one of the task's rcu_users
        pid,   ///< hold_pid: pins the struct pid
        tref,  ///< tref: weak, pins neither
        fd,    ///< a file descriptor on the users of a pid, weak
        watch, ///< watch: weak, remembers what happened to the users of a pid
    };

    /// Whether a kind keeps nothing but itself.
    [[nodiscard]] static constexpr bool is_weak(Hold kind) {
        return kind == Hold::tref || kind == Hold::fd || kind == Hold::watch;
    }

    struct Reference {
        std::uint64_t id = 0;
        Hold kind = Hold::task;
        std::uint64_t object = 0; ///< the task or struct pid behind it; 0: none
        pidlab_type type = PIDLAB_TYPE_PID;
        std::int32_t number = 0; ///< the number it remembers; 0: none
        bool gone = false;       ///< there is no task behind it any more

        /// Whether it keeps a task's memory.
        [[nodiscard]] bool pins_task() const { return kind == Hold::task || kind == Hold::rcu; }
        /// Whether it keeps nothing but itself.
        [[nodiscard]] bool weak() const { return is_weak(kind); }
        bool operator==(const Reference &) const = default;
    };

    bool consistent = true;     ///< all of one instant; false: the lab changed while it was told
    std::uint64_t sequence = 0; ///< number of the last event before it, 0 where none are counted
    std::vector<Task> tasks;
    std::vector<Pid> pids;
    std::vector<Namespace> namespaces;
    std::vector<Container> containers;
    std::vector<Reference> references;

    bool operator==(const Snapshot &) const = default;

    /// @name Look-up by id; nullptr where there is none
    /// @{
    [[nodiscard]] const Task *task(std::uint64_t id) const;
    [[nodiscard]] const Pid *pid(std::uint64_t id) const;
    [[nodiscard]] const Namespace *ns(std::uint64_t id) const;
    [[nodiscard]] const Container *container(std::uint64_t id) const;
    [[nodiscard]] const Reference *reference(std::uint64_t id) const;
    /// @}

    /// Every number of a task's own pid, from the root namespace inwards; empty when it has none.
    [[nodiscard]] std::vector<Number> numbers_of(const Task &task) const;
};

/// As much as CHECK tells: tasks with their numbers and namespaces, and the pids that are a task's
/// own. No lists, counts, containers or references. For transports that have no snapshot.
[[nodiscard]] Snapshot snapshot_of_tasks(std::span<const pidlab_task_info> tasks);

/// As one object: words for states, types, kinds of hold and subsystems, ids as numbers.
[[nodiscard]] nlohmann::ordered_json snapshot_json(const Snapshot &snapshot);

/// Back again: from_json(to_json(s)) == s.
/// @throws std::invalid_argument says which part is missing or makes no sense
[[nodiscard]] Snapshot snapshot_from_json(const nlohmann::ordered_json &json);

/// How a kind of hold is written: task, rcu, pid, tref, fd, watch.
[[nodiscard]] std::string_view hold_word(Snapshot::Hold kind);

} // namespace pidlab
