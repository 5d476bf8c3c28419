// SPDX-License-Identifier: MIT
// The universe as pictures show it: every object with what it points at.
#include <algorithm>
#include <bit>

#include "pidlab/snapshot.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

Snapshot::Hold hold_of(Reference::To to) {
    switch (to) {
    case Reference::To::task:
        return Snapshot::Hold::task;
    case Reference::To::user:
        return Snapshot::Hold::rcu;
    case Reference::To::pid:
        return Snapshot::Hold::pid;
    case Reference::To::watch:
        return Snapshot::Hold::watch;
    case Reference::To::weak:
        break;
    }
    return Snapshot::Hold::tref;
}

} // namespace

Snapshot Universe::portrait() const {
    Snapshot out;
    for (const pidlab_task_info &info : snapshot())
        out.tasks.push_back(portrait(info));
    for (const auto &[id, it] : pids_)
        out.pids.push_back(portrait(id, it));
    for (const auto &[id, it] : namespaces_)
        out.namespaces.push_back(portrait(id, it));
    for (const auto &[id, it] : containers_)
        if (!it.removed)
            out.containers.push_back(portrait(id, it));
    for (const auto &[id, it] : refs_)
        out.references.push_back(portrait(id, it));
    std::ranges::sort(out.tasks, {}, &Snapshot::Task::id);
    return out;
}

Snapshot::Task Universe::portrait(const pidlab_task_info &info) const {
    Snapshot::Task out;
    out.id = info.id;
    out.parent = info.parent;
    out.leader = info.leader;
    out.state = static_cast<pidlab_state>(info.state);
    out.exit_code = info.exit_code;
    out.usage = info.usage;
    out.rcu_users = info.rcu_users;
    out.ns = info.ns;
    out.reaper = (info.flags & PIDLAB_TASK_REAPER) != 0;
    const Task &it = task(info.id);
    out.frozen = frozen(it);
    if (!it.process)
        return out;
    for (std::uint32_t type = 0; type < PIDLAB_TYPE_COUNT; ++type) {
        const bool linked = type != PIDLAB_TYPE_TGID || generation_.group_link;
        if (!linked || !links(info.id, static_cast<pidlab_type>(type)))
            continue;
        const Key pid = pid_of(it, static_cast<pidlab_type>(type));
        out.links.at(type) = {generation_.pids ? pid : 0, pids_.at(pid).nr_in(root_)};
    }
    for (const Key root : roots_)
        for (unsigned subsystem = 0; subsystem < PIDLAB_SUBSYS_COUNT; ++subsystem)
            if (bound_[subsystem] == root) {
                out.containers.push_back(it.place[subsystem]);
                break;
            }
    return out;
}

Snapshot::Pid Universe::portrait(Key id, const Pid &it) const {
    Snapshot::Pid out;
    out.id = generation_.pids ? id : 0;
    out.count = generation_.pids ? it.holds + (it.published || it.waits ? 1 : 0) : 0;
    out.level = static_cast<std::uint32_t>(it.numbers.size() - 1);
    out.published = it.published;
    for (const Number &number : it.numbers)
        out.numbers.push_back({number.ns, number.nr});
    out.users = it.users;
    return out;
}

Snapshot::Namespace Universe::portrait(Key id, const Namespace &it) const {
    Snapshot::Namespace out;
    out.id = id;
    out.parent = it.parent;
    out.level = it.level;
    out.last = it.numbers.last();
    out.pid_max = it.numbers.pid_max();
    out.reaper = it.reaper;
    out.dying = it.closed;
    out.count = it.pids + it.namespaces + it.births + (it.level == 0 ? 1 : 0);
    return out;
}

Snapshot::Container Universe::portrait(Key id, const Container &it) const {
    return {id,       it.parent,
            it.root,  it.subsystems,
            it.tasks, it.tasks * static_cast<std::uint32_t>(std::popcount(it.subsystems))};
}

Snapshot::Reference Universe::portrait(Key id, const Reference &it) const {
    Snapshot::Reference out;
    out.id = id;
    out.kind = hold_of(it.to);
    out.type = it.type;
    out.number = it.nr;
    if (it.is_weak()) {
        const Weak &weak = weak_.at(it.target);
        out.object = weak.pid ? first_user(weak.pid, weak.type) : 0;
    } else {
        out.object = it.target;
    }
    out.gone = out.object == 0 || ((it.to == Reference::To::task || it.to == Reference::To::user) &&
                                   !task(out.object).process);
    return out;
}

} // namespace pidlab::model
