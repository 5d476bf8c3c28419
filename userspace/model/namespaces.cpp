// SPDX-License-Identifier: MIT
// Namespaces: their numbers, who is born in them, and their end.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr std::uint64_t least_pid_max = 301, most_pid_max = 4194304;
constexpr int killed = 128 + 9; ///< exit code of who was killed

} // namespace

int Universe::pid_max(Key ns, std::uint64_t value) {
    if (value && (value < least_pid_max || value > most_pid_max))
        throw Refused{EINVAL};
    Numbers &numbers = namespaces_.at(ns).numbers;
    const int old = numbers.pid_max();
    if (value)
        numbers.set_pid_max(static_cast<int>(value));
    return old;
}

Reserved Universe::reserve(Key ns, std::uint64_t count) {
    Namespace &here = namespaces_.at(ns);
    if (count == 0 || count >= most_pid_max)
        throw Refused{EINVAL};
    if (here.closed)
        throw Refused{ENOMEM};
    if (!here.reaper) // number 1 is its init's
        throw Refused{EINVAL};
    std::vector<int> taken;
    while (taken.size() < count) {
        const int number = here.numbers.take(0);
        if (!number) {
            for (const int nr : taken)
                here.numbers.give_back(nr);
            throw Refused{EAGAIN};
        }
        taken.push_back(number);
    }
    return {taken.front(), taken.back()};
}

void Universe::unreserve(Key ns, int nr) {
    Numbers &numbers = namespaces_.at(ns).numbers;
    if (!numbers.taken(nr) || numbers.find(nr))
        throw Refused{ESRCH};
    numbers.give_back(nr);
}

/// The children of a task are born there from now on.
void Universe::bear_in(Task &it, Key ns) {
    if (ns)
        ++namespaces_.at(ns).births;
    const Key before = std::exchange(it.births, ns);
    if (!before)
        return;
    --namespaces_.at(before).births;
    forget_namespace(before);
}

/// Into its own namespace, or one inside it.
void Universe::setns(Key actor, Key ns) {
    Key at = ns;
    while (at && at != ns_of(actor))
        at = namespaces_.at(at).parent;
    if (!at)
        throw Refused{EINVAL};
    bear_in(task(actor), ns);
}

Key Universe::unshare(Key actor) {
    const Key own = ns_of(actor);
    if (task(actor).births != own)
        throw Refused{EINVAL};
    if (!generation_.nests)
        throw Refused{EOPNOTSUPP};
    require_namespace_below(own);
    need({size::ns});
    const Key made = make_namespace(own);
    bear_in(task(actor), made);
    return made;
}

void Universe::require_namespace_below(Key ns) const {
    if (namespaces_.at(ns).level >= deepest_level || namespaces_.size() >= limits_.namespaces)
        throw Refused{ENOSPC};
}

/// The last thread of a namespace's first process exits: nobody is born there any more, and
/// whoever else has a number there dies, other reapers after those in their namespaces. Its zombies
/// are reaped first.
void Universe::empty_namespace(Key ns, const Process &but) {
    namespaces_.at(ns).closed = true;
    for (const Key thread : but.threads)
        release_ready_children(thread);
    std::vector<std::shared_ptr<Process>> ends;
    for (const auto &[number, id] : namespaces_.at(ns).numbers.all()) {
        if (!id)
            continue;
        for (const Key user : pid(id).users[PIDLAB_TYPE_PID]) {
            const auto &process = task(user).process;
            if (process.get() != &but && process->leader == user && !running(*process).empty())
                ends.push_back(process);
        }
    }
    end_together(std::move(ends), killed);
}

/// Whether nobody else has a number in the namespace.
bool Universe::only_of(const Process &process, Key ns) const {
    return std::ranges::all_of(namespaces_.at(ns).numbers.all(), [&](const auto &given) {
        return !given.second || std::ranges::any_of(process.threads, [&](Key thread) {
            return task(thread).pid == given.second;
        });
    });
}

/// A reaper that waits may be what keeps a number taken itself, by its group: it waits for ever
/// then. With the whole lab all of them go, the innermost first.
void Universe::settle(bool all) {
    const auto depth = [this](Key id) { return level_of(task(id).process->first_of); };
    while (!ending_.empty()) {
        auto last = std::ranges::find_if(ending_, [this](Key id) {
            const auto &process = task(id).process;
            return only_of(*process, process->first_of);
        });
        if (last == ending_.end() && all)
            last = std::ranges::max_element(ending_, std::less{}, depth);
        if (last == ending_.end())
            return;
        const Key id = *last;
        ending_.erase(last);
        finish_leaving(id);
    }
}

} // namespace pidlab::model
