// SPDX-License-Identifier: MIT
/// @file
/// The model: a universe of tasks, pids and namespaces, and what each operation does to it.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
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
    std::uint64_t containers = 0;
    std::uint64_t bytes = 0;
    unsigned cpus = 0;
    unsigned rcu_layout = 0;
    unsigned hooks = 0; ///< the year
};

/// A universe. Operations answer what the table says or throw Refused; what they name exists and
/// is of the right kind, and a task that acts is running.
class Universe {
public:
    Universe(const Generation &generation, const Limits &limits);

    /// @name Operations: life.cpp
    /// @{
    /// @param fail_at the phase that fails, or 0
    Forked fork(Key actor, unsigned flags, const Tids &tids, unsigned fail_at);
    void exit(Key actor, int code, unsigned flags);
    Waited wait(Key actor, int which, unsigned flags);
    Reaped reap(Key child);
    int exec(Key actor);
    /// @}

    /// @name Operations: namespaces.cpp
    /// @{
    int pid_max(Key ns, std::uint64_t value);
    Reserved reserve(Key ns, std::uint64_t count);
    void unreserve(Key ns, int nr);
    void setns(Key actor, Key ns);
    Key unshare(Key actor);
    /// @}

    /// @name Operations: scheduler.cpp
    /// @{
    RcuUser rcu_get(Key target);
    [[nodiscard]] Counts counts(Key target) const;
    Key switch_to(std::uint64_t cpu, Key next);
    [[nodiscard]] Current curr(std::uint64_t cpu) const;
    /// @}

    /// @name Operations: containers.cpp
    /// @{
    Key mount(unsigned subsystems);
    void umount(Key root);
    Key mkdir(Key parent);
    void rmdir(Key container);
    void attach_to(Key target, Key container);
    [[nodiscard]] Place where(Key target, unsigned subsystem) const;
    ReleaseEvent release_event();
    TraceRecord trace();
    /// @}

    /// @name Operations: files.cpp
    /// @{
    void write(Key container, pidlab_file file, std::uint64_t value);
    [[nodiscard]] std::uint64_t stat(Key container, pidlab_file file) const;
    unsigned freeze(Key container, bool on);
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
    void set(Key ref, Key from);
    Key watch(Key ref);
    RefEvent event(Key ref);
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

    /// Let the n-th allocation of the next operation fail; 0: none.
    void let_fail(unsigned nth) { fail_in_ = nth; }

    /// What an operation leads to before it is over: reapers that waited for the last number of
    /// their namespace end.
    void settle(bool all = false);

    /// @name For whoever looks at all of it: describe.cpp
    /// @{
    [[nodiscard]] bool exists(Key id) const;
    [[nodiscard]] bool acts(Key task) const;
    [[nodiscard]] bool is_frozen(Key id) const { return frozen(task(id)); }
    [[nodiscard]] bool frozen(const Task &task) const;
    [[nodiscard]] bool scans() const { return generation_.order == Order::last; }
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
    unsigned require_tids(const Tids &tids, unsigned levels) const;
    [[nodiscard]] Key make_pid(Key ns, const Tids &tids);
    void unmake_pid(Key pid);
    void give_back(const Pid &pid);
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
    static constexpr unsigned deepest_level = 32; ///< of a namespace, the root's being 0
    void require_fork(Key actor, unsigned flags, const Tids &tids) const;
    void require_namespace_below(Key ns) const;
    void make_task(Key id, const std::shared_ptr<Process> &process, Key pid);
    void release_ready_children(Key parent);
    void leave(Key task, int code);
    void finish_leaving(Key task);
    void process_may_end(const std::shared_ptr<Process> &process);
    [[nodiscard]] bool reaps_at_once(Key parent) const;
    [[nodiscard]] Key heir(Key task) const;
    void leave_together(const std::vector<Key> &tasks, int code);
    void hand_children_on(Key from, Key to);
    void release(Key task);
    void empty_namespace(Key ns, const Process &but);
    [[nodiscard]] bool only_of(const Process &process, Key ns) const;
    void bear_in(Task &task, Key ns);
    void end_together(std::vector<std::shared_ptr<Process>> ends, int code);
    [[nodiscard]] std::vector<Key> running(const Process &process) const;
    [[nodiscard]] std::vector<Key> children_of_process(Key actor) const;
    [[nodiscard]] bool ready(Key child) const;

    [[nodiscard]] std::vector<Key> reached(Key actor, int which) const;
    [[nodiscard]] bool immune(const Process &process, Key sender) const;

    // Counts of a task, and allocations: scheduler.cpp
    [[nodiscard]] bool scheduler_counts() const;
    [[nodiscard]] bool scheduler_holds(const Task &task) const;
    [[nodiscard]] unsigned users(const Task &task) const;
    [[nodiscard]] unsigned usage(const Task &task) const;
    void user_went(Key task);
    void need(std::initializer_list<std::size_t> sizes);
    [[nodiscard]] std::uint64_t bytes() const;

    // What subsystems are told: hooks.cpp
    [[nodiscard]] bool of_2007() const;
    [[nodiscard]] Key place_of(const Task &task, pidlab_subsys subsystem) const;
    void ask_for_fork(const Task &parent, Key child);
    void take_consent_back(const Task &parent, Key child);
    void tell_of_fork(Task &child, Key id);
    void tell_of_exit(Task &task, Key id);
    void enter_containers(Task &child, const Task &parent);
    [[nodiscard]] bool wants_notice(const Task &task) const;
    void leave_containers(Key task);
    void release_from_containers(Key task);
    void record(pidlab_hook hook, Key task, Key container);
    void charge(Key container, std::int64_t tasks);
    void keep(Task &task, pidlab_subsys subsystem);
    void may_release(Key container);
    void forget_container(Key container);
    [[nodiscard]] bool freezing(Key container) const;
    [[nodiscard]] unsigned frozen_tasks() const;

    Key new_reference(const Reference &reference);
    void require_room() const;
    [[nodiscard]] Key weak_to(Key pid, pidlab_type type);
    void count_target(const Reference &reference, int by);
    void drop(const Reference &reference);
    void tell_watches(Key pid, pidlab_type type);

    // Pictures: portrait.cpp
    [[nodiscard]] Snapshot::Task portrait(const pidlab_task_info &info) const;
    [[nodiscard]] Snapshot::Pid portrait(Key id, const Pid &it) const;
    [[nodiscard]] Snapshot::Namespace portrait(Key id, const Namespace &it) const;
    [[nodiscard]] Snapshot::Container portrait(Key id, const Container &it) const;
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
    std::vector<Key> ending_;  ///< reapers that wait for the last number of their namespace
    std::vector<Key> cpus_;    ///< the task that each CPU has, or 0
    std::map<Key, Container> containers_;
    std::array<Key, PIDLAB_SUBSYS_COUNT> bound_{}; ///< the root of each subsystem's hierarchy
    std::vector<Key> roots_;                       ///< of hierarchies
    std::deque<Key> events_;                       ///< containers to tell of
    std::deque<Record> trace_;
    std::uint64_t exit_locks_ = 0;
    std::uint64_t pid_bytes_ = 0;
    unsigned fail_in_ = 0; ///< allocations from now
};

} // namespace pidlab::model
