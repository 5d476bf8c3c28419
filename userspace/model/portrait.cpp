// SPDX-License-Identifier: MIT
// The universe as pictures show it: every object with what it points at.
#include <algorithm>

#include "pidlab/snapshot.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

Snapshot::Hold hold_of(Reference::To to) {
    switch (to) {
    case Reference::To::task:
        return Snapshot::Hold::task;
    case Reference::To::pid:
        return Snapshot::Hold::pid;
    case Reference::To::weak:
        return Snapshot::Hold::tref;
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
    if (!it.process)
        return out;
    for (std::uint32_t type = 0; type < PIDLAB_TYPE_COUNT; ++type) {
        const bool linked = type != PIDLAB_TYPE_TGID || generation_.group_link;
        if (!linked || !links(info.id, static_cast<pidlab_type>(type)))
            continue;
        const Key pid = pid_of(it, static_cast<pidlab_type>(type));
        out.links.at(type) = {generation_.pids ? pid : 0, pids_.at(pid).nr_in(root_)};
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
    out.dying = it.reaper == 0;
    out.count = it.pids + it.namespaces + (it.level == 0 ? 1 : 0);
    return out;
}

Snapshot::Reference Universe::portrait(Key id, const Reference &it) const {
    Snapshot::Reference out;
    out.id = id;
    out.kind = hold_of(it.to);
    out.type = it.type;
    out.number = it.nr;
    if (it.to == Reference::To::weak) {
        const Weak &weak = weak_.at(it.target);
        out.object = weak.pid ? first_user(weak.pid, weak.type) : 0;
    } else {
        out.object = it.target;
    }
    out.gone = out.object == 0 || (it.to == Reference::To::task && !task(out.object).process);
    return out;
}

} // namespace pidlab::model
