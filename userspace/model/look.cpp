// SPDX-License-Identifier: MIT
// Questions that change nothing.
#include <cerrno>

#include "universe.hpp"

namespace pidlab::model {

/// What a task uses as this type, by its own or by its process's leader's link; 0: it is released.
Key Universe::pid_of(const Task &it, pidlab_type type) const {
    if (!it.process)
        return 0;
    switch (type) {
    case PIDLAB_TYPE_TGID:
        return task(it.process->leader).pid;
    case PIDLAB_TYPE_PGID:
        return it.process->group;
    case PIDLAB_TYPE_SID:
        return it.process->session;
    default:
        return it.pid;
    }
}

/// Whether it is a user by itself: only a leader stands for its process.
bool Universe::links(Key id, pidlab_type type) const {
    const Task &it = task(id);
    return it.process && (type == PIDLAB_TYPE_PID || it.process->leader == id ||
                          (type == PIDLAB_TYPE_TGID && generation_.of_threads));
}

Key Universe::first_user(Key id, pidlab_type type) const {
    const auto &users = pid(id).users[type];
    if (users.empty())
        throw Refused{ESRCH};
    return users.front();
}

Key Universe::pid(Key target, pidlab_type type) const {
    require_pids();
    require_link(type);
    const Key used = pid_of(task(target), type);
    if (!used)
        throw Refused{ESRCH};
    return used;
}

Key Universe::find(int nr, Key ns) const {
    require_pids();
    const Key found = namespaces_.at(ns).numbers.find(nr);
    if (!found)
        throw Refused{ESRCH};
    return found;
}

FoundPid Universe::next(int nr, Key ns) const {
    require_pids();
    const auto &all = namespaces_.at(ns).numbers.all();
    auto found = all.lower_bound(nr);
    while (found != all.end() && !found->second) // taken for nobody
        ++found;
    if (found == all.end())
        throw Refused{ESRCH};
    return {PidId{found->second}, found->first};
}

Key Universe::first(Key id, pidlab_type type) const {
    require_pids();
    require_link(type);
    return first_user(id, type);
}

int Universe::nr_of(Key owner, pidlab_type type, Key ns) const {
    if ((owner & PIDLAB_ID_KIND_MASK) == PIDLAB_OBJECT_PID)
        return pid(owner).nr_in(ns);
    const Key used = pid_of(task(owner), type);
    return used ? pid(used).nr_in(ns) : 0;
}

/// Where the task or pid has its innermost number.
Key Universe::ns_of(Key owner) const {
    if ((owner & PIDLAB_ID_KIND_MASK) == PIDLAB_OBJECT_PID)
        return pid(owner).ns();
    const Key own = task(owner).pid;
    if (!own)
        throw Refused{ESRCH};
    return pid(own).ns();
}

/// Its code is told when it has left, not while it waits for those in its namespace.
TaskState Universe::state(Key target) const {
    const Task &it = task(target);
    return {it.state, it.state == PIDLAB_STATE_RUNNING ? 0 : it.code, usage(it)};
}

} // namespace pidlab::model
