// SPDX-License-Identifier: MIT
// Namespaces, pids, and who uses them.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "sizes.hpp"
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
    cpus_.resize(limits.cpus);
    root_ = make_namespace(0);
    const Key own = make_pid(root_, {});
    const auto process = std::make_shared<Process>();
    process->group = process->session = own;
    process->leads_session = true;
    process->first_of = root_;
    init_ = new_id(PIDLAB_OBJECT_TASK);
    make_task(init_, process, own);
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

/// Numbers are asked for from the inside out without a gap, and not for more levels than there are.
/// @return for how many
unsigned Universe::require_tids(const Tids &tids, unsigned levels) const {
    const int wanted[] = {tids.own, tids.outer, tids.outermost};
    const auto *const end = std::find(std::begin(wanted), std::end(wanted), 0);
    const auto given = static_cast<unsigned>(end - wanted);
    if (std::any_of(end, std::end(wanted), [](int tid) { return tid != 0; }) || given > levels)
        throw Refused{EINVAL};
    return given;
}

/// A pid with a number at each level, from the inside out; all or none, but a number given in
/// vain was the last one all the same.
Key Universe::make_pid(Key ns, const Tids &tids) {
    const int wanted[] = {tids.own, tids.outer, tids.outermost};
    const unsigned levels = namespaces_.at(ns).level + 1;
    const unsigned given = require_tids(tids, levels);

    const Key id = new_id(PIDLAB_OBJECT_PID);
    Pid made;
    made.numbers.resize(levels);
    int error = 0;
    unsigned done = 0;
    for (Key at = ns; at && !error; at = namespaces_.at(at).parent) {
        Namespace &here = namespaces_.at(at);
        int number = done < given ? wanted[done] : 0;
        const bool first = !here.reaper && !here.closed; // number 1 begins a namespace
        if (number == 0)
            number = here.numbers.take(id), error = number ? 0 : EAGAIN;
        else if (!here.numbers.in_range(number) || (first && number != 1))
            error = EINVAL;
        else if (!here.numbers.take(number, id))
            error = EEXIST;
        if (!error)
            made.numbers[levels - ++done] = {at, number};
    }
    // Seen last, with the numbers in hand, and of the innermost only: as alloc_pid() has it.
    if (!error && namespaces_.at(ns).closed)
        error = ENOMEM;
    if (error) {
        made.numbers.erase(made.numbers.begin(), made.numbers.end() - done);
        give_back(made);
        throw Refused{error};
    }
    ++namespaces_.at(ns).pids;
    pid_bytes_ += generation_.pids ? size::pid(levels - 1) : 0;
    pids_.emplace(id, std::move(made));
    return id;
}

/// Its numbers are free again. Those of a namespace without its first task begin again.
void Universe::give_back(const Pid &gone) {
    for (const Number &number : gone.numbers) {
        Namespace &here = namespaces_.at(number.ns);
        here.numbers.give_back(number.nr);
        if (!here.reaper && !here.closed)
            here.numbers.begin_again();
    }
}

/// Of a fork that fails. A pid that nobody has used is put like any other.
void Universe::unmake_pid(Key id) {
    if (!id)
        return;
    give_back(pid(id));
    pid(id).published = false;
    pid(id).waits = true;
    waiting_.push_back(id);
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
    tell_watches(pid, type);
}

void Universe::detach(Key task, pidlab_type type, Key id) {
    Pid &from = pid(id);
    std::erase(from.users[type], task);
    tell_watches(id, type);
    if (from.users[type].empty() && from.weak[type]) {
        // Nobody is left to follow, and whoever comes later is a stranger.
        weak_.at(std::exchange(from.weak[type], 0)).pid = 0;
    }
    if (from.used())
        return;
    give_back(from);
    from.published = false;
    from.waits = true;
    waiting_.push_back(id);
}

void Universe::replace_user(pidlab_type type, Key id, Key old, Key by) {
    std::ranges::replace(pid(id).users[type], old, by);
    tell_watches(id, type);
}

void Universe::forget_task(Key id) {
    const Task &gone = task(id);
    if (users(gone) || gone.waits || usage(gone))
        return;
    tasks_.erase(id);
    ++freed_;
}

void Universe::forget_pid(Key id) {
    const Pid &gone = pid(id);
    if (gone.published || gone.waits || gone.holds)
        return;
    const Key ns = gone.ns();
    pid_bytes_ -= generation_.pids ? size::pid(gone.numbers.size() - 1) : 0;
    pids_.erase(id);
    ++freed_;
    --namespaces_.at(ns).pids;
    forget_namespace(ns);
}

void Universe::forget_namespace(Key ns) {
    while (ns != root_ && namespaces_.at(ns).pids == 0 && namespaces_.at(ns).namespaces == 0 &&
           namespaces_.at(ns).births == 0) {
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
            task(id).over = true;
            forget_task(id);
        } else {
            pid(id).waits = false;
            forget_pid(id);
        }
    }
}

} // namespace pidlab::model
