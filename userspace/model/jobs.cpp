// SPDX-License-Identifier: MIT
// Groups, sessions and signals.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <utility>

#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr int killed = 128 + 9;

} // namespace

/// setpgid(2), with its errors in its order.
void Universe::setpgid(Key actor, int nr, int pgid) {
    const Process &own = *task(actor).process;
    const Key ns = ns_of(actor);
    if (nr == 0)
        nr = pid(task(own.leader).pid).nr_in(ns);
    if (pgid == 0)
        pgid = nr;
    if (pgid < 0)
        throw Refused{EINVAL};

    const Key found = namespaces_.at(ns).numbers.find(nr);
    if (!found || pid(found).users[PIDLAB_TYPE_PID].empty())
        throw Refused{ESRCH};
    const Key moved = pid(found).users[PIDLAB_TYPE_PID].front();
    Process &process = *task(moved).process;
    if (process.leader != moved)
        throw Refused{EINVAL};
    if (process.parent && task(process.parent).process.get() == &own) {
        if (process.session != own.session)
            throw Refused{EPERM};
        if (task(moved).execed)
            throw Refused{EACCES};
    } else if (&process != &own) {
        throw Refused{ESRCH};
    }
    if (process.leads_session)
        throw Refused{EPERM};

    Key group = task(moved).pid;
    if (pgid != nr) {
        group = namespaces_.at(ns).numbers.find(pgid);
        if (!group || pid(group).users[PIDLAB_TYPE_PGID].empty())
            throw Refused{EPERM};
        const Key member = pid(group).users[PIDLAB_TYPE_PGID].front();
        if (task(member).process->session != own.session)
            throw Refused{EPERM};
    }
    if (group == process.group)
        return;
    attach(moved, PIDLAB_TYPE_PGID, group);
    detach(moved, PIDLAB_TYPE_PGID, std::exchange(process.group, group));
}

int Universe::setsid(Key actor) {
    Process &process = *task(actor).process;
    const Key leader = process.leader, own = task(leader).pid;
    if (process.leads_session || !pid(own).users[PIDLAB_TYPE_PGID].empty())
        throw Refused{EPERM};
    process.leads_session = true;
    if (process.session != own) {
        attach(leader, PIDLAB_TYPE_SID, own);
        detach(leader, PIDLAB_TYPE_SID, std::exchange(process.session, own));
    }
    attach(leader, PIDLAB_TYPE_PGID, own);
    detach(leader, PIDLAB_TYPE_PGID, std::exchange(process.group, own));
    return pid(own).nr_in(ns_of(actor));
}

/// The leaders of the processes that a selector means.
std::vector<Key> Universe::reached(Key actor, int which) const {
    const Key ns = ns_of(actor);
    const Process &own = *task(actor).process;
    std::vector<Key> leaders;
    if (which == -1) { // all that it sees, but number 1 and itself
        for (const auto &[id, it] : tasks_)
            if (it.process && it.process->leader == id && it.process.get() != &own &&
                pid(it.pid).nr_in(ns) > 1)
                leaders.push_back(id);
        return leaders;
    }
    if (which == std::numeric_limits<int>::min())
        return leaders;
    const Key wanted = which == 0 ? own.group : namespaces_.at(ns).numbers.find(std::abs(which));
    if (!wanted)
        return leaders;
    if (which <= 0)
        return pid(wanted).users[PIDLAB_TYPE_PGID];
    for (const Key user : pid(wanted).users[PIDLAB_TYPE_PID])
        leaders.push_back(task(user).process->leader);
    return leaders;
}

/// The first process of a namespace is not killed by those who have a number in it.
bool Universe::immune(const Process &process, Key sender) const {
    return process.first_of && pid(task(sender).pid).nr_in(process.first_of) != 0;
}

int Universe::kill(Key actor, int which, int sig) {
    const std::vector<Key> leaders = reached(actor, which);
    if (leaders.empty())
        throw Refused{ESRCH};
    std::vector<std::shared_ptr<Process>> ends;
    if (sig != 0)
        for (const Key leader : leaders)
            if (!immune(*task(leader).process, actor))
                ends.push_back(task(leader).process);
    end_together(std::move(ends), killed);
    return static_cast<int>(leaders.size());
}

} // namespace pidlab::model
