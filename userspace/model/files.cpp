// SPDX-License-Identifier: MIT
// Files of containers, and the freezer.
#include <bit>
#include <cerrno>

#include "pidlab/model.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

struct File {
    pidlab_file number;
    unsigned subsystem;
    bool writable;
};

#define PL_MODEL_FILE(nr, NAME, name, subsystem, writable, help)                                   \
    {PIDLAB_FILE_##NAME, PIDLAB_SUBSYS_##subsystem, (writable) != 0},
constexpr File files[] = {PIDLAB_FILES(PL_MODEL_FILE)};
#undef PL_MODEL_FILE

/// The file, if the container's hierarchy has its subsystem.
const File &file_of(const Container &container, pidlab_file number) {
    for (const File &file : files)
        if (file.number == number) {
            if (file.subsystem != PIDLAB_SUBSYS_NONE &&
                !(container.subsystems >> file.subsystem & 1))
                throw Refused{EOPNOTSUPP};
            return file;
        }
    throw Refused{EINVAL};
}

} // namespace

void Universe::write(Key container, pidlab_file number, std::uint64_t value) {
    Container &it = containers_.at(container);
    if (!file_of(it, number).writable)
        throw Refused{EACCES};
    if (number == PIDLAB_FILE_PIDS_MAX) {
        const auto limit = static_cast<std::int64_t>(value);
        if (!it.parent || limit < -1)
            throw Refused{EINVAL};
        it.pids_max = limit;
        return;
    }
    if (number == PIDLAB_FILE_VETO_FORK && of_2007()) // nobody would ask
        throw Refused{EOPNOTSUPP};
    if (value > 1)
        throw Refused{EINVAL};
    switch (number) {
    case PIDLAB_FILE_NOTIFY:
        it.notify = value;
        break;
    case PIDLAB_FILE_FREEZER_SELF:
        freeze(container, value);
        break;
    case PIDLAB_FILE_VETO_CREATE:
        it.veto_create = value;
        break;
    case PIDLAB_FILE_VETO_ATTACH:
        it.veto_attach = value;
        break;
    default:
        it.veto_fork = value;
        break;
    }
}

std::uint64_t Universe::stat(Key container, pidlab_file number) const {
    const Container &it = containers_.at(container);
    (void)file_of(it, number);
    switch (number) {
    case PIDLAB_FILE_NOTIFY:
        return it.notify;
    case PIDLAB_FILE_TASKS:
        return it.tasks;
    case PIDLAB_FILE_COUNT:
        return std::uint64_t{it.tasks} * static_cast<unsigned>(std::popcount(it.subsystems));
    case PIDLAB_FILE_CHILDREN:
        return it.children;
    case PIDLAB_FILE_PIDS_MAX:
        return static_cast<std::uint64_t>(it.pids_max);
    case PIDLAB_FILE_PIDS_CURRENT:
        return static_cast<std::uint64_t>(it.pids);
    case PIDLAB_FILE_PIDS_REFUSED:
        return it.refused;
    case PIDLAB_FILE_FREEZER_SELF:
        return it.freezes;
    case PIDLAB_FILE_FREEZER_STATE:
        return freezing(container);
    case PIDLAB_FILE_ACCOUNT_FORKS:
        return it.forks;
    case PIDLAB_FILE_ACCOUNT_EXITS:
        return it.exits;
    case PIDLAB_FILE_ACCOUNT_LIVE:
        return it.live;
    case PIDLAB_FILE_ACCOUNT_PEAK:
        return it.peak;
    case PIDLAB_FILE_ACCOUNT_NS:
        throw NotModelled("time, so that nobody has lived for any");
    case PIDLAB_FILE_TRACE_RECORDS:
        return trace_.size();
    case PIDLAB_FILE_TRACE_LOST:
        return 0; // its buffer has no end
    case PIDLAB_FILE_VETO_CREATE:
        return it.veto_create;
    case PIDLAB_FILE_VETO_ATTACH:
        return it.veto_attach;
    default:
        return it.veto_fork;
    }
}

/// By itself, or by one above.
bool Universe::freezing(Key container) const {
    for (; container; container = containers_.at(container).parent)
        if (containers_.at(container).freezes)
            return true;
    return false;
}

bool Universe::frozen(const Task &it) const {
    return it.state == PIDLAB_STATE_RUNNING && !it.exiting &&
           freezing(place_of(it, PIDLAB_SUBSYS_FREEZER));
}

unsigned Universe::frozen_tasks() const {
    unsigned found = 0;
    for (const auto &[id, it] : tasks_)
        found += frozen(it);
    return found;
}

unsigned Universe::freeze(Key container, bool on) {
    Container &it = containers_.at(container);
    if (!(it.subsystems >> PIDLAB_SUBSYS_FREEZER & 1))
        throw Refused{EOPNOTSUPP};
    if (!it.parent)
        throw Refused{EINVAL};
    it.freezes = on;
    return frozen_tasks();
}

} // namespace pidlab::model
