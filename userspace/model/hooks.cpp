// SPDX-License-Identifier: MIT
// What subsystems are told of forks and exits, in 2007 and since 2015.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr unsigned first_with_consent = 2015;

} // namespace

bool Universe::of_2007() const { return limits_.hooks < first_with_consent; }

/// Where a task is for a subsystem, or 0.
Key Universe::place_of(const Task &it, pidlab_subsys subsystem) const {
    return bound_[subsystem] ? it.place[subsystem] : 0;
}

void Universe::record(pidlab_hook hook, Key id, Key container) {
    if (bound_[PIDLAB_SUBSYS_TRACE] &&
        bound_[PIDLAB_SUBSYS_TRACE] == containers_.at(container).root)
        trace_.push_back({hook, id, container});
}

/// Tasks more or less in a container and all above it.
void Universe::charge(Key container, std::int64_t tasks) {
    for (; container; container = containers_.at(container).parent)
        containers_.at(container).pids += tasks;
}

/// Mainline's: every subsystem has to agree. The first that is full says so.
void Universe::ask_for_fork(const Task &parent, Key child) {
    if (of_2007())
        return;
    const Key pids = place_of(parent, PIDLAB_SUBSYS_PIDS);
    for (Key at = pids; at; at = containers_.at(at).parent) {
        Container &it = containers_.at(at);
        if (it.pids_max >= 0 && it.pids + 1 > it.pids_max) {
            ++it.refused;
            throw Refused{EAGAIN};
        }
    }
    if (const Key place = place_of(parent, PIDLAB_SUBSYS_TRACE)) {
        record(PIDLAB_HOOK_CAN_FORK, child, place);
        if (containers_.at(place).veto_fork)
            throw Refused{EPERM};
    }
    charge(pids, 1);
}

void Universe::take_consent_back(const Task &parent, Key child) {
    if (of_2007())
        return;
    charge(place_of(parent, PIDLAB_SUBSYS_PIDS), -1);
    if (const Key place = place_of(parent, PIDLAB_SUBSYS_TRACE))
        record(PIDLAB_HOOK_CANCEL_FORK, child, place);
}

/// The fork callbacks. Those of 2007 come before the child is visible.
void Universe::tell_of_fork(Task &child, Key id) {
    if (of_2007())
        charge(place_of(child, PIDLAB_SUBSYS_PIDS), 1);
    if (const Key place = place_of(child, PIDLAB_SUBSYS_ACCOUNT)) {
        Container &it = containers_.at(place);
        ++it.forks;
        it.peak = std::max(it.peak, ++it.live);
    }
    if (const Key place = place_of(child, PIDLAB_SUBSYS_TRACE))
        record(PIDLAB_HOOK_FORK, id, place);
}

void Universe::tell_of_exit(Task &it, Key id) {
    if (of_2007())
        charge(place_of(it, PIDLAB_SUBSYS_PIDS), -1);
    if (const Key place = place_of(it, PIDLAB_SUBSYS_ACCOUNT)) {
        ++containers_.at(place).exits;
        --containers_.at(place).live;
    }
    if (const Key place = place_of(it, PIDLAB_SUBSYS_TRACE))
        record(PIDLAB_HOOK_EXIT, id, place);
}

/// A child is where its parent is.
void Universe::enter_containers(Task &child, const Task &parent) {
    child.place = parent.place;
    for (const Key root : roots_)
        for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
            if (bound_[subsystem] == root) {
                ++containers_.at(child.place[subsystem]).tasks;
                break;
            }
}

/// What mainline's pids and trace have to know when the zombie is reaped.
void Universe::keep(Task &it, pidlab_subsys subsystem) {
    const Key place = place_of(it, subsystem);
    if (of_2007() || !place)
        return;
    it.kept[subsystem] = place;
    ++containers_.at(place).keepers;
}

/// Whether one of its containers has notify_on_release, so that leaving takes the mutex.
bool Universe::wants_notice(const Task &it) const {
    return std::ranges::any_of(it.place,
                               [this](Key place) { return place && containers_.at(place).notify; });
}

/// Exit: callbacks, then it counts nowhere and is in the roots.
void Universe::leave_containers(Key id) {
    Task &it = task(id);
    tell_of_exit(it, id);
    keep(it, PIDLAB_SUBSYS_PIDS);
    keep(it, PIDLAB_SUBSYS_TRACE);
    exit_locks_ += wants_notice(it);
    for (const Key root : roots_) {
        Key left = 0;
        for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
            if (bound_[subsystem] == root) {
                left = it.place[subsystem];
                if (!it.kept[subsystem])
                    it.place[subsystem] = root;
            }
        --containers_.at(left).tasks;
        may_release(left);
    }
}

void Universe::release_from_containers(Key id) {
    Task &it = task(id);
    if (const Key kept = it.kept[PIDLAB_SUBSYS_PIDS])
        charge(kept, -1);
    if (const Key kept = it.kept[PIDLAB_SUBSYS_TRACE])
        record(PIDLAB_HOOK_RELEASE, id, kept);
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
        if (const Key container = std::exchange(it.kept[subsystem], 0)) {
            it.place[subsystem] = bound_[subsystem];
            --containers_.at(container).keepers;
            forget_container(container);
        }
}

} // namespace pidlab::model
