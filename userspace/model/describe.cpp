// SPDX-License-Identifier: MIT
// The universe as others look at it: snapshot, digest, counters.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 14695981039346656037ull; // FNV-1a
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return value;
}

} // namespace

bool Universe::exists(Key id) const {
    switch (id & PIDLAB_ID_KIND_MASK) {
    case PIDLAB_OBJECT_TASK:
        return tasks_.contains(id);
    case PIDLAB_OBJECT_PID:
        return pids_.contains(id);
    case PIDLAB_OBJECT_NS:
        return namespaces_.contains(id);
    case PIDLAB_OBJECT_REF:
        return refs_.contains(id);
    case PIDLAB_OBJECT_CONTAINER:
        return containers_.contains(id) && !containers_.at(id).removed;
    default:
        return false;
    }
}

bool Universe::acts(Key id) const {
    return task(id).state == PIDLAB_STATE_RUNNING && !task(id).exiting;
}

/// Whether the object, or what a reference refers to, changes when a grace period ends.
bool Universe::waits(Key id) const {
    if (waiting_.empty() || !exists(id))
        return false;
    switch (id & PIDLAB_ID_KIND_MASK) {
    case PIDLAB_OBJECT_TASK:
        return task(id).waits;
    case PIDLAB_OBJECT_PID:
        return pid(id).waits;
    case PIDLAB_OBJECT_NS:
        return true;
    case PIDLAB_OBJECT_CONTAINER:
        return false;
    default: {
        const Reference &ref = refs_.at(id);
        return (ref.to == Reference::To::task || ref.to == Reference::To::pid) && waits(ref.target);
    }
    }
}

/// Whether what waits for a grace period is all that stands between a fork and its limits.
bool Universe::at_limit(bool new_namespace) const {
    return !waiting_.empty() && (tasks_.size() >= limits_.tasks ||
                                 (new_namespace && namespaces_.size() >= limits_.namespaces));
}

std::vector<pidlab_task_info> Universe::snapshot() const {
    std::vector<pidlab_task_info> all;
    for (const auto &[id, it] : tasks_) {
        pidlab_task_info info{};
        info.id = id;
        info.state = it.state;
        info.exit_code = it.code;
        info.usage = usage(it);
        info.rcu_users = users(it);
        info.holds = it.holds + it.finders;
        info.payload = limits_.payload;
        info.flags = it.execed ? PIDLAB_TASK_EXECED : 0;
        if (it.cpu >= 0)
            info.flags |= PIDLAB_TASK_CURR | static_cast<unsigned>(it.cpu) << PIDLAB_TASK_CPU_SHIFT;
        if (const Process *const process = it.process.get()) {
            const Key ns = ns_of(id);
            info.parent = process->parent;
            info.leader = process->leader;
            info.pid = generation_.pids ? it.pid : 0;
            info.ns = ns;
            info.nr = nr_of(id, PIDLAB_TYPE_PID, root_);
            info.vnr = nr_of(id, PIDLAB_TYPE_PID, ns);
            info.tgid = nr_of(id, PIDLAB_TYPE_TGID, root_);
            info.pgid = nr_of(id, PIDLAB_TYPE_PGID, root_);
            info.sid = nr_of(id, PIDLAB_TYPE_SID, root_);
            info.level = namespaces_.at(ns).level;
            info.flags |= process->leader != id ? PIDLAB_TASK_THREAD : 0;
            info.flags |= namespaces_.at(ns).reaper == id ? PIDLAB_TASK_REAPER : 0;
        }
        const Process &of = it.process ? *it.process : *it.once;
        info.flags |= of.leads_session ? PIDLAB_TASK_SESSION : 0;
        info.flags |= of.autoreap ? PIDLAB_TASK_AUTOREAP : 0;
        all.push_back(info);
    }
    std::ranges::stable_partition(all,
                                  [](const auto &info) { return info.state != PIDLAB_STATE_DEAD; });
    return all;
}

/// A task by its numbers, which tell it from all others that are not dead.
std::string Universe::name_of(Key id) const {
    const Task &it = task(id);
    if (!it.process)
        return fmt::format("dead {} {} {} {}", it.code, it.execed, it.holds, it.cpu);
    return std::to_string(nr_of(id, PIDLAB_TYPE_PID, root_));
}

/// A sum over objects, so that neither ids nor the way that led here show.
std::uint64_t Universe::digest() const {
    std::uint64_t sum = 0;
    for (const auto &[id, it] : tasks_) {
        if (!it.process && !it.holds && !it.finders && it.cpu < 0)
            continue;
        std::string text = "task " + name_of(id);
        if (it.process)
            text += fmt::format(" {} {} {} {} {} {} {} {} {} {} {} {}", name_of(it.process->leader),
                                it.process->parent ? name_of(it.process->parent) : "-",
                                static_cast<int>(it.state), it.code, it.execed,
                                it.process->leads_session, it.holds,
                                namespaces_.at(ns_of(id)).reaper == id, it.exiting, it.cpu,
                                it.process->autoreap, it.births ? level_of(it.births) : 0);
        text += fmt::format(" {}", it.finders);
        sum += hash(text);
    }
    for (const auto &[id, it] : pids_) {
        if (!it.published && !it.holds)
            continue;
        std::string text = fmt::format("pid {} {}", it.published, it.holds);
        for (const Number &number : it.numbers)
            text += fmt::format(" {}", number.nr);
        for (const auto &users : it.users) {
            text += ';';
            for (const Key user : users)
                text += ' ' + name_of(user);
        }
        sum += hash(text);
    }
    for (const auto &[id, it] : refs_) {
        const Key of = it.is_weak() ? weak_.at(it.target).pid : 0;
        sum += hash(fmt::format("ref {} {} {} {}", static_cast<int>(it.to),
                                static_cast<int>(it.type), it.nr, of != 0));
    }
    for (const auto &[id, it] : containers_)
        if (!it.removed)
            sum +=
                hash(fmt::format("container {} {} {} {} {} {} {} {} {} {}", it.subsystems, it.depth,
                                 it.tasks, it.children, it.notify, it.pids_max, it.pids, it.freezes,
                                 it.live, it.veto_create + 2 * it.veto_attach + 4 * it.veto_fork));
    for (const auto &[id, it] : namespaces_) {
        std::string text =
            fmt::format("namespace {} {} {}", it.level, it.closed, it.numbers.pid_max());
        for (const auto &[number, pid] : it.numbers.all())
            text += fmt::format(" {}", number);
        sum += hash(text);
    }
    return sum;
}

void Universe::count(pidlab_info &info) const {
    auto &counter = info.counter;
    counter[PIDLAB_CTR_TASKS] = tasks_.size();
    for (const auto &[id, it] : tasks_) {
        counter[PIDLAB_CTR_RUNNING] += it.state == PIDLAB_STATE_RUNNING;
        counter[PIDLAB_CTR_ZOMBIES] += it.state == PIDLAB_STATE_ZOMBIE;
    }
    counter[PIDLAB_CTR_PIDS] = generation_.pids ? pids_.size() : 0;
    counter[PIDLAB_CTR_NAMESPACES] = namespaces_.size();
    counter[PIDLAB_CTR_REFS] = refs_.size();
    counter[PIDLAB_CTR_TREFS] = weak_.size() - 1;
    counter[PIDLAB_CTR_FREED] = freed_;
    counter[PIDLAB_CTR_FORKS] = forks_;

    counter[PIDLAB_CTR_CONTAINERS] = containers_.size();
    counter[PIDLAB_CTR_CONTAINER_BYTES] = containers_.size() * size::container;
    counter[PIDLAB_CTR_EXIT_LOCKS] = exit_locks_;
    counter[PIDLAB_CTR_TASK_BYTES] = tasks_.size() * (limits_.payload + size::task);
    counter[PIDLAB_CTR_PID_BYTES] = pid_bytes_;
    counter[PIDLAB_CTR_REF_BYTES] = refs_.size() * size::ref + (weak_.size() - 1) * size::task_ref;
    counter[PIDLAB_CTR_NS_BYTES] = namespaces_.size() * size::ns;
    counter[PIDLAB_CTR_BYTES] = bytes();
}

} // namespace pidlab::model
