// SPDX-License-Identifier: MIT
// The two counts of a task, virtual CPUs, and what memory there is.
#include <cerrno>
#include <utility>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

/// Whether the scheduler is one of a task's rcu_users, or has a usage of its own.
bool Universe::scheduler_counts() const {
    return limits_.rcu_layout == PIDLAB_RCU_SCHED || limits_.rcu_layout == PIDLAB_RCU_TODAY;
}

/// Until the task has exited and no CPU has it.
bool Universe::scheduler_holds(const Task &it) const {
    return it.state == PIDLAB_STATE_RUNNING || it.cpu >= 0;
}

/// Whoever may find it: its parent, maybe the scheduler, and references.
unsigned Universe::users(const Task &it) const {
    return (it.process ? 1 : 0) + (scheduler_counts() && scheduler_holds(it) ? 1 : 0) + it.finders;
}

/// One for all rcu_users until the grace period after the last, maybe the scheduler's, and holds.
unsigned Universe::usage(const Task &it) const {
    return it.holds + (it.over ? 0 : 1) + (!scheduler_counts() && scheduler_holds(it) ? 1 : 0);
}

/// Somebody who held the task does no more.
void Universe::user_went(Key id) {
    Task &it = task(id);
    if (users(it) == 0 && !it.waits && !it.over) {
        it.waits = true;
        waiting_.push_back(id);
    }
    forget_task(id);
}

RcuUser Universe::rcu_get(Key target) {
    if (users(task(target)) == 0)
        throw Refused{ESRCH};
    require_room();
    need({size::ref});
    const Key own = task(target).pid;
    const Key ref = new_reference(
        {Reference::To::user, target, PIDLAB_TYPE_PID, own ? pid(own).nr_in(root_) : 0});
    return {RefId{ref}, users(task(target))};
}

Counts Universe::counts(Key target) const { return {users(task(target)), usage(task(target))}; }

Key Universe::switch_to(std::uint64_t cpu, Key next) {
    if (cpu >= cpus_.size())
        throw Refused{EINVAL};
    if (next && (task(next).state != PIDLAB_STATE_RUNNING))
        throw Refused{ESRCH};
    if (next && task(next).cpu >= 0 && task(next).cpu != static_cast<int>(cpu))
        throw Refused{EBUSY};
    const Key before = std::exchange(cpus_[cpu], next);
    if (before)
        task(before).cpu = -1;
    if (next)
        task(next).cpu = static_cast<int>(cpu);
    if (before && before != next)
        user_went(before);
    return before;
}

Current Universe::curr(std::uint64_t cpu) const {
    if (cpu >= cpus_.size())
        throw Refused{EINVAL};
    const Key now = cpus_[cpu];
    return {TaskId{now}, now ? task(now).state : pidlab_state{}};
}

std::uint64_t Universe::bytes() const {
    return tasks_.size() * (limits_.payload + size::task) + pid_bytes_ + refs_.size() * size::ref +
           (weak_.size() - 1) * size::task_ref + namespaces_.size() * size::ns +
           containers_.size() * size::container;
}

/// An operation allocates all that it needs before it does anything. One of it may be told to
/// fail, and all of it has to fit.
void Universe::need(std::initializer_list<std::size_t> sizes) {
    std::uint64_t sum = bytes();
    for (const std::size_t size : sizes) {
        if (size && fail_in_ && --fail_in_ == 0)
            throw Refused{ENOMEM};
        sum += size;
    }
    if (sum > limits_.bytes)
        throw Refused{ENOSPC};
}

} // namespace pidlab::model
