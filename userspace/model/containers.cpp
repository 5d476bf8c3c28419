// SPDX-License-Identifier: MIT
// Containers: hierarchies, who is where, and what tells of an empty one.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

Key Universe::mount(unsigned subsystems) {
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
        if ((subsystems >> subsystem & 1) && bound_[subsystem])
            throw Refused{EBUSY};
    if (containers_.size() >= limits_.containers)
        throw Refused{ENOSPC};
    need({size::container});

    const Key root = new_id(PIDLAB_OBJECT_CONTAINER);
    Container made;
    made.root = root;
    made.subsystems = subsystems;
    for (auto &[id, it] : tasks_) {
        for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
            if (subsystems >> subsystem & 1)
                it.place[subsystem] = root;
        if (it.state == PIDLAB_STATE_RUNNING && !it.exiting)
            ++made.tasks;
    }
    if (subsystems >> PIDLAB_SUBSYS_PIDS & 1)
        made.pids = made.tasks;
    if (subsystems >> PIDLAB_SUBSYS_ACCOUNT & 1)
        made.live = made.peak = made.forks = made.tasks;
    containers_.emplace(root, made);
    roots_.push_back(root);
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
        if (subsystems >> subsystem & 1)
            bound_[subsystem] = root;
    record(PIDLAB_HOOK_CREATE, 0, root);
    for (const auto &[id, it] : tasks_) // as if they were born now
        if (it.state == PIDLAB_STATE_RUNNING && !it.exiting)
            record(PIDLAB_HOOK_FORK, id, root);
    return root;
}

void Universe::umount(Key root) {
    if (containers_.at(root).parent)
        throw Refused{EINVAL};
    if (containers_.at(root).children)
        throw Refused{EBUSY};
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem) {
        if (bound_[subsystem] != root)
            continue;
        bound_[subsystem] = 0;
        for (auto &[id, it] : tasks_)
            it.place[subsystem] = it.kept[subsystem] = 0;
        if (subsystem == PIDLAB_SUBSYS_TRACE)
            trace_.clear();
    }
    std::erase(roots_, root);
    std::erase(events_, root);
    std::erase_if(containers_, [root](const auto &it) { return it.second.root == root; });
}

Key Universe::mkdir(Key parent) {
    Container &above = containers_.at(parent);
    if (containers_.size() >= limits_.containers)
        throw Refused{ENOSPC};
    need({size::container});
    if (above.veto_create)
        throw Refused{EPERM};
    const Key id = new_id(PIDLAB_OBJECT_CONTAINER);
    Container made;
    made.parent = parent;
    made.root = above.root;
    made.subsystems = above.subsystems;
    made.depth = above.depth + 1;
    ++above.children;
    ++above.below;
    containers_.emplace(id, made);
    if (bound_[PIDLAB_SUBSYS_TRACE] == made.root)
        record(PIDLAB_HOOK_CREATE, 0, id);
    return id;
}

void Universe::rmdir(Key container) {
    Container &it = containers_.at(container);
    if (!it.parent || it.tasks || it.children)
        throw Refused{EBUSY};
    it.removed = true;
    std::erase(events_, container);
    const Key above = it.parent;
    --containers_.at(above).children;
    forget_container(container);
    may_release(above);
}

/// Removed, and nobody needs what is left of it: neither below, nor a zombie.
void Universe::forget_container(Key container) {
    while (container) {
        const Container &it = containers_.at(container);
        if (!it.removed || it.below || it.keepers)
            return;
        const Key above = it.parent;
        containers_.erase(container);
        --containers_.at(above).below;
        container = above;
    }
}

/// If it is empty now and wants to know, tell: once until somebody has asked.
void Universe::may_release(Key container) {
    const Container &it = containers_.at(container);
    if (it.notify && it.parent && !it.tasks && !it.children &&
        std::ranges::find(events_, container) == events_.end())
        events_.push_back(container);
}

void Universe::attach_to(Key target, Key container) {
    Task &it = task(target);
    Container &to = containers_.at(container);
    if (it.state != PIDLAB_STATE_RUNNING || it.exiting)
        throw Refused{ESRCH};
    const bool with_pids = to.subsystems >> PIDLAB_SUBSYS_PIDS & 1;
    const bool with_trace = to.subsystems >> PIDLAB_SUBSYS_TRACE & 1;
    Key old = 0;
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
        if (bound_[subsystem] == to.root)
            old = it.place[subsystem];
    if (old == container)
        return;
    if ((to.subsystems >> PIDLAB_SUBSYS_FREEZER & 1) && (freezing(old) || freezing(container)))
        throw Refused{EBUSY};
    if (with_trace) {
        record(PIDLAB_HOOK_CAN_ATTACH, target, container);
        if (to.veto_attach)
            throw Refused{EPERM};
    }
    for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
        if (bound_[subsystem] == to.root)
            it.place[subsystem] = container;
    --containers_.at(old).tasks;
    ++to.tasks;
    if (to.subsystems >> PIDLAB_SUBSYS_ACCOUNT & 1) {
        --containers_.at(old).live;
        to.peak = std::max(to.peak, ++to.live);
    }
    if (with_pids) {
        charge(old, -1);
        charge(container, 1);
    }
    if (with_trace)
        record(PIDLAB_HOOK_ATTACH, target, container);
    may_release(old);
}

Place Universe::where(Key target, unsigned subsystem) const {
    const Key place = task(target).place[subsystem];
    if (!place)
        throw Refused{ESRCH};
    return {ContainerId{place}, containers_.at(place).depth};
}

ReleaseEvent Universe::release_event() {
    if (events_.empty())
        return {};
    const Key container = events_.front();
    events_.pop_front();
    return {ContainerId{container}, static_cast<unsigned>(events_.size())};
}

TraceRecord Universe::trace() {
    if (trace_.empty())
        return {};
    const Record oldest = trace_.front();
    trace_.pop_front();
    return {oldest.hook, TaskId{oldest.task}, ContainerId{oldest.container}};
}

} // namespace pidlab::model
