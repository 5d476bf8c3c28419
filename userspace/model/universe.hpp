// SPDX-License-Identifier: MIT
/// @file
/// The model: a universe of tasks, pids and namespaces, and what each operation does to it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "objects.hpp"
#include "pidlab/call.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab::model {

/// The generations that the model knows.
[[nodiscard]] std::span<const Generation> generations();

/// What a new universe is like.
struct Limits {
    int pid_max = 0;
    std::uint64_t payload = 0;
    std::uint64_t tasks = 0;
    std::uint64_t refs = 0;
    std::uint64_t namespaces = 0;
};

/// A universe. Operations answer what the table says or throw Refused; what they name exists and
/// is of the right kind, and a task that acts is running.
class Universe {
public:
    Universe(const Generation &generation, const Limits &limits);

    /// @name Operations: life.cpp
    /// @{
    Forked fork(Key actor, unsigned flags, const Tids &tids);
    void exit(Key actor, int code, unsigned flags);
    Waited wait(Key actor, int which, unsigned flags);
    Reaped reap(Key child);
    int exec(Key actor);
    /// @}

    /// @name Operations: jobs.cpp
    /// @{
    void setpgid(Key actor, int nr, int pgid);
    int setsid(Key actor);
    int kill(Key actor, int which, int sig);
    /// @}

    /// @name Operations: references.cpp
    /// @{
    Key hold_task(Key target);
    HeldPid hold_pid(Key owner, pidlab_type type);
    WeakRef tref(Key target, pidlab_type type);
    WeakRef tref_nr(int nr, pidlab_type type, Key ns);
    Key dup(Key ref);
    void put(Key ref);
    [[nodiscard]] Key deref(Key ref) const;
    [[nodiscard]] RefRead read(Key ref) const;
    /// @}

    /// @name Operations: look.cpp
    /// @{
    [[nodiscard]] Key pid(Key target, pidlab_type type) const;
    [[nodiscard]] Key find(int nr, Key ns) const;
    [[nodiscard]] FoundPid next(int nr, Key ns) const;
    [[nodiscard]] Key first(Key pid, pidlab_type type) const;
    [[nodiscard]] int nr_of(Key owner, pidlab_type type, Key ns) const;
    [[nodiscard]] unsigned level_of(Key ns) const { return namespaces_.at(ns).level; }
    [[nodiscard]] Key ns_of(Key owner) const;
    [[nodiscard]] TaskState state(Key target) const;
    /// @}

    /// A grace period: what waited for it goes.
    void grace_period();

    /// @name For whoever looks at all of it: describe.cpp
    /// @{
    [[nodiscard]] bool exists(Key id) const;
    [[nodiscard]] bool acts(Key task) const;
    [[nodiscard]] Key init() const { return init_; }
    [[nodiscard]] Key root() const { return root_; }
    [[nodiscard]] bool waits(Key id) const;
    [[nodiscard]] bool at_limit(bool new_namespace) const;
    [[nodiscard]] std::vector<pidlab_task_info> snapshot() const;
    /// Every object, for pictures and records.
    [[nodiscard]] Snapshot portrait() const;
    [[nodiscard]] std::uint64_t digest() const;
    void count(pidlab_info &info) const;
    /// @}

private:
    [[nodiscard]] Key new_id(pidlab_object kind) {
        return ++last_id_ << PIDLAB_ID_KIND_BITS | static_cast<Key>(kind);
    }
    [[nodiscard]] Task &task(Key id) { return tasks_.at(id); }
    [[nodiscard]] const Task &task(Key id) const { return tasks_.at(id); }
    [[nodiscard]] Pid &pid(Key id) { return pids_.at(id); }
    [[nodiscard]] const Pid &pid(Key id) const { return pids_.at(id); }

    // Pids and their users: identity.cpp
    [[nodiscard]] Key make_namespace(Key parent);
    [[nodiscard]] Key make_pid(Key ns, const Tids &tids);
    [[nodiscard]] Key pid_of(const Task &task, pidlab_type type) const;
    [[nodiscard]] bool links(Key task, pidlab_type type) const;
    [[nodiscard]] Key first_user(Key pid, pidlab_type type) const;
    void attach(Key task, pidlab_type type, Key pid);
    void detach(Key task, pidlab_type type, Key pid);
    void replace_user(pidlab_type type, Key pid, Key old, Key by);
    void forget_task(Key task);
    void forget_pid(Key pid);
    void forget_namespace(Key ns);
    void require_link(pidlab_type type) const;
    void require_pids() const;

    // Beginnings and ends: life.cpp
    [[nodiscard]] Key make_task(const std::shared_ptr<Process> &process, Key pid);
    void leave(Key task, int code);
    void leave_together(const std::vector<Key> &tasks, int code);
    void hand_children_on(Key from, Key to);
    void release(Key task);
    void empty_namespace(Key ns, const Process &but);
    void end_process(const std::shared_ptr<Process> &process, int code);
    [[nodiscard]] std::vector<Key> running(const Process &process) const;
    [[nodiscard]] std::vector<Key> children_of_process(Key actor) const;
    [[nodiscard]] bool ready(Key child) const;

    [[nodiscard]] std::vector<Key> reached(Key actor, int which) const;
    [[nodiscard]] bool immune(const Process &process, Key sender) const;

    Key new_reference(const Reference &reference);
    void require_room() const;
    [[nodiscard]] Key weak_to(Key pid, pidlab_type type);
    void count_target(const Reference &reference, int by);

    // Pictures: portrait.cpp
    [[nodiscard]] Snapshot::Task portrait(const pidlab_task_info &info) const;
    [[nodiscard]] Snapshot::Pid portrait(Key id, const Pid &it) const;
    [[nodiscard]] Snapshot::Namespace portrait(Key id, const Namespace &it) const;
    [[nodiscard]] Snapshot::Reference portrait(Key id, const Reference &it) const;

    [[nodiscard]] std::string name_of(Key task) const;

    Generation generation_;
    Limits limits_;
    Key last_id_ = 0;
    Key last_weak_ = 0;
    Key root_ = 0;
    Key init_ = 0;
    std::uint64_t forks_ = 0;
    std::uint64_t freed_ = 0;
    std::map<Key, Task> tasks_;
    std::map<Key, Pid> pids_;
    std::map<Key, Namespace> namespaces_;
    std::map<Key, Reference> refs_;
    std::map<Key, Weak> weak_; ///< task_refs by numbers of their own; 0 is the sentinel
    std::vector<Key> waiting_; ///< tasks and pids, for the end of the grace period
};

} // namespace pidlab::model
