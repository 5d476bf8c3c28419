// SPDX-License-Identifier: MIT
// Namespaces, pids, and who uses them.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr Generation known[] = {
    {PIDLAB_GEN_TASKREF, Order::last, false, true, true, false, false},
    {PIDLAB_GEN_PIDHASH, Order::last, false, false, false, true, false},
    {PIDLAB_GEN_PIDNS, Order::last, true, false, false, true, false},
    {PIDLAB_GEN_IDR, Order::cursor, true, true, false, true, true},
    {PIDLAB_GEN_TABLE, Order::cursor, true, true, false, true, true},
};

} // namespace

std::span<const Generation> generations() { return known; }

Universe::Universe(const Generation &generation, const Limits &limits)
    : generation_(generation), limits_(limits) {
    weak_.emplace(0, Weak{});
    root_ = make_namespace(0);
    const Key own = make_pid(root_, {});
    const auto process = std::make_shared<Process>();
    process->group = process->session = own;
    process->leads_session = true;
    process->first_of = root_;
    init_ = make_task(process, own);
    namespaces_.at(root_).reaper = init_;
}

Key Universe::make_namespace(Key parent) {
    const Key id = new_id(PIDLAB_OBJECT_NS);
    Namespace made;
    made.parent = parent;
    made.numbers = Numbers(generation_.order, limits_.pid_max);
    if (parent) {
        made.level = namespaces_.at(parent).level + 1;
        ++namespaces_.at(parent).namespaces;
    }
    namespaces_.emplace(id, std::move(made));
    return id;
}

/// A pid with a number at each level, from the inside out; all or none, but a number given in
/// vain was the last one all the same.
Key Universe::make_pid(Key ns, const Tids &tids) {
    const int wanted[] = {tids.own, tids.outer, tids.outermost};
    const unsigned levels = namespaces_.at(ns).level + 1;
    unsigned given = 0;
    for (const int tid : wanted) {
        if (tid == 0)
            break;
        ++given;
    }
    if (std::any_of(wanted + given, std::end(wanted), [](int tid) { return tid != 0; }) ||
        given > levels)
        throw Refused{EINVAL};

    const Key id = new_id(PIDLAB_OBJECT_PID);
    Pid made;
    made.numbers.resize(levels);
    int error = 0;
    unsigned done = 0;
    for (Key at = ns; at && !error; at = namespaces_.at(at).parent) {
        Namespace &here = namespaces_.at(at);
        int number = done < given ? wanted[done] : 0;
        const bool first = !here.reaper; // only number 1 can begin a namespace
        if (number == 0)
            number = here.numbers.take(id), error = number ? 0 : EAGAIN;
        else if (!here.numbers.in_range(number) || (first && number != 1))
            error = EINVAL;
        else if (!here.numbers.take(number, id))
            error = EEXIST;
        if (!error)
            made.numbers[levels - ++done] = {at, number};
    }
    if (error) {
        for (unsigned level = levels - done; level < levels; ++level)
            namespaces_.at(made.numbers[level].ns).numbers.give_back(made.numbers[level].nr);
        throw Refused{error};
    }
    ++namespaces_.at(ns).pids;
    pids_.emplace(id, std::move(made));
    return id;
}

void Universe::require_link(pidlab_type type) const {
    if (type == PIDLAB_TYPE_TGID && !generation_.group_link)
        throw Refused{EOPNOTSUPP};
}

void Universe::require_pids() const {
    if (!generation_.pids)
        throw Refused{EOPNOTSUPP};
}

/// With struct pids the newest user is the first, before that the oldest was.
void Universe::attach(Key task, pidlab_type type, Key pid) {
    auto &users = this->pid(pid).users[type];
    users.insert(generation_.pids ? users.begin() : users.end(), task);
}

void Universe::detach(Key task, pidlab_type type, Key id) {
    Pid &from = pid(id);
    std::erase(from.users[type], task);
    if (from.users[type].empty() && from.weak[type]) {
        // Nobody is left to follow, and whoever comes later is a stranger.
        weak_.at(std::exchange(from.weak[type], 0)).pid = 0;
    }
    if (from.used())
        return;
    for (const Number &number : from.numbers)
        namespaces_.at(number.ns).numbers.give_back(number.nr);
    from.published = false;
    from.waits = true;
    waiting_.push_back(id);
}

void Universe::replace_user(pidlab_type type, Key id, Key old, Key by) {
    std::ranges::replace(pid(id).users[type], old, by);
}

void Universe::forget_task(Key id) {
    const Task &gone = task(id);
    if (gone.process || gone.waits || gone.holds)
        return;
    tasks_.erase(id);
    ++freed_;
}

void Universe::forget_pid(Key id) {
    const Pid &gone = pid(id);
    if (gone.published || gone.waits || gone.holds)
        return;
    const Key ns = gone.ns();
    pids_.erase(id);
    ++freed_;
    --namespaces_.at(ns).pids;
    forget_namespace(ns);
}

void Universe::forget_namespace(Key ns) {
    while (ns != root_ && namespaces_.at(ns).pids == 0 && namespaces_.at(ns).namespaces == 0) {
        const Key parent = namespaces_.at(ns).parent;
        namespaces_.erase(ns);
        ++freed_;
        --namespaces_.at(parent).namespaces;
        ns = parent;
    }
}

void Universe::grace_period() {
    for (const Key id : std::exchange(waiting_, {})) {
        if ((id & PIDLAB_ID_KIND_MASK) == PIDLAB_OBJECT_TASK) {
            task(id).waits = false;
            forget_task(id);
        } else {
            pid(id).waits = false;
            forget_pid(id);
        }
    }
}

} // namespace pidlab::model
