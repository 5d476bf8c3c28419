// SPDX-License-Identifier: MIT
// References that are held through the interface.
#include <cerrno>
#include <utility>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

void Universe::require_room() const {
    if (refs_.size() >= limits_.refs)
        throw Refused{ENOSPC};
}

Key Universe::new_reference(const Reference &reference) {
    const Key id = new_id(PIDLAB_OBJECT_REF);
    count_target(reference, 1);
    refs_.emplace(id, reference);
    return id;
}

void Universe::count_target(const Reference &reference, int by) {
    const auto step = static_cast<unsigned>(by);
    switch (reference.to) {
    case Reference::To::task:
        task(reference.target).holds += step;
        break;
    case Reference::To::user:
        task(reference.target).finders += step;
        break;
    case Reference::To::pid:
        pid(reference.target).holds += step;
        break;
    case Reference::To::weak:
    case Reference::To::watch:
        weak_.at(reference.target).holders += step;
        break;
    }
}

Key Universe::hold_task(Key target) {
    require_room();
    need({size::ref});
    const Key own = task(target).pid;
    return new_reference(
        {Reference::To::task, target, PIDLAB_TYPE_PID, own ? pid(own).nr_in(root_) : 0});
}

HeldPid Universe::hold_pid(Key owner, pidlab_type type) {
    require_pids();
    require_link(type);
    const bool of_task = (owner & PIDLAB_ID_KIND_MASK) == PIDLAB_OBJECT_TASK;
    const Key target = of_task ? pid(owner, type) : owner;
    require_room();
    need({size::ref});
    const Key ref = new_reference({Reference::To::pid, target, type, pid(target).nr_in(root_)});
    return {RefId{ref}, PidId{target}};
}

/// The one task_ref to the users of a pid; the sentinel where there are none.
Key Universe::weak_to(Key id, pidlab_type type) {
    if (!id || pid(id).users[type].empty())
        return 0;
    Key &weak = pid(id).weak[type];
    if (!weak) {
        weak = ++last_weak_;
        weak_.emplace(weak, Weak{id, type, pid(id).nr_in(root_), 0});
    }
    return weak;
}

WeakRef Universe::tref(Key target, pidlab_type type) {
    require_link(type);
    require_room();
    need({size::ref, size::task_ref});
    const Key weak = weak_to(links(target, type) ? pid_of(task(target), type) : 0, type);
    const Weak &it = weak_.at(weak);
    return {RefId{new_reference({Reference::To::weak, weak, it.type, it.nr})}, it.nr};
}

WeakRef Universe::tref_nr(int nr, pidlab_type type, Key ns) {
    require_link(type);
    require_room();
    need({size::ref, size::task_ref});
    const Weak &it = weak_.at(weak_to(namespaces_.at(ns).numbers.find(nr), type));
    const Key weak = it.pid ? pid(it.pid).weak[type] : 0;
    return {RefId{new_reference({Reference::To::weak, weak, it.type, it.nr})}, it.nr};
}

Key Universe::dup(Key ref) {
    require_room();
    need({size::ref});
    if (refs_.at(ref).to == Reference::To::watch)
        return watch(ref); // which remembers from now on
    return new_reference(refs_.at(ref));
}

void Universe::put(Key ref) {
    const Reference gone = refs_.at(ref);
    refs_.erase(ref);
    ++freed_;
    drop(gone);
}

Key Universe::watch(Key ref) {
    Reference made = refs_.at(ref);
    if (!made.is_weak())
        throw Refused{EINVAL};
    require_room();
    if (!made.target)
        throw Refused{ESRCH};
    need({size::ref});
    const Key of = weak_.at(made.target).pid;
    made.to = Reference::To::watch;
    made.handovers = 0;
    made.gone = !of;
    made.told = false;
    made.first = of ? pid(of).users[made.type].front() : 0;
    return new_reference(made);
}

RefEvent Universe::event(Key ref) {
    Reference &it = refs_.at(ref);
    if (it.to != Reference::To::watch)
        throw Refused{EINVAL};
    if (it.handovers)
        return {PIDLAB_REF_HANDOVER, std::exchange(it.handovers, 0), TaskId{it.first}};
    if (!it.gone)
        throw Refused{EAGAIN};
    if (std::exchange(it.told, true))
        throw Refused{ESRCH};
    return {PIDLAB_REF_GONE, 1, TaskId{it.first}};
}

/// Those who watch the users hear who is first now.
void Universe::tell_watches(Key id, pidlab_type type) {
    const Key weak = pid(id).weak[type];
    const auto &users = pid(id).users[type];
    if (!weak)
        return;
    for (auto &[key, it] : refs_) {
        if (it.to != Reference::To::watch || it.target != weak)
            continue;
        if (users.empty())
            it.gone = true;
        else if (std::exchange(it.first, users.front()) != users.front())
            ++it.handovers;
    }
}

/// A reference from now on leads where another does.
void Universe::set(Key ref, Key from) {
    Reference &it = refs_.at(ref);
    if (it.to != Reference::To::weak || refs_.at(from).to != Reference::To::weak)
        throw Refused{EINVAL};
    count_target(refs_.at(from), 1);
    const Reference old = std::exchange(it, refs_.at(from));
    drop(old);
}

/// What it led to is counted once less.
void Universe::drop(const Reference &gone) {
    count_target(gone, -1);
    if (gone.to == Reference::To::task) {
        forget_task(gone.target);
    } else if (gone.to == Reference::To::user) {
        user_went(gone.target);
    } else if (gone.to == Reference::To::pid) {
        forget_pid(gone.target);
    } else if (gone.target && weak_.at(gone.target).holders == 0) {
        const Weak &weak = weak_.at(gone.target);
        if (weak.pid)
            pid(weak.pid).weak[weak.type] = 0;
        weak_.erase(gone.target);
        ++freed_;
    }
}

Key Universe::deref(Key ref) const {
    const Reference &it = refs_.at(ref);
    if (it.to == Reference::To::task || it.to == Reference::To::user)
        return it.target;
    const Key of = it.to == Reference::To::pid ? it.target : weak_.at(it.target).pid;
    if (!of)
        throw Refused{ESRCH};
    return first_user(of, it.type);
}

RefRead Universe::read(Key ref) const {
    const Reference &it = refs_.at(ref);
    std::uint64_t count = 0;
    if (it.to == Reference::To::task) {
        count = usage(task(it.target));
    } else if (it.to == Reference::To::user) {
        count = users(task(it.target));
    } else if (it.to == Reference::To::pid) {
        const Pid &held = pid(it.target);
        count = held.holds + (held.published || held.waits ? 1 : 0);
    } else {
        // One more for the pid that leads to it; for the sentinel, its own.
        const Weak &weak = weak_.at(it.target);
        count = weak.holders + (weak.pid || !it.target ? 1 : 0);
    }
    return {it.nr, count, it.type};
}

} // namespace pidlab::model
