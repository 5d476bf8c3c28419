// SPDX-License-Identifier: MIT
// fork, exit, exec, wait: how tasks begin and end.
#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

#include "sizes.hpp"
#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr int killed = 128 + 9; ///< exit code of who was killed

} // namespace

/// A task that leads the process, or joins it.
void Universe::make_task(Key id, const std::shared_ptr<Process> &process, Key own) {
    Task made;
    made.process = process;
    made.pid = own;
    tasks_.emplace(id, std::move(made));
    bear_in(task(id), pid(own).ns());
    if (process->first_of && !process->leader)
        namespaces_.at(process->first_of).reaper = id;
    attach(id, PIDLAB_TYPE_PID, own);
    process->threads.push_back(id);
    const bool leads = !process->leader;
    if (leads)
        process->leader = id;
    if (generation_.of_threads || (leads && generation_.group_link))
        attach(id, PIDLAB_TYPE_TGID, task(process->leader).pid);
    if (!leads)
        return;
    attach(id, PIDLAB_TYPE_PGID, process->group);
    attach(id, PIDLAB_TYPE_SID, process->session);
    if (process->parent)
        task(process->parent).children.push_back(id);
}

/// Who may fork like this at all.
void Universe::require_fork(Key actor, unsigned flags, const Tids &tids) const {
    const Task &it = task(actor);
    const bool newpid = flags & PIDLAB_F_NEWPID, thread = flags & PIDLAB_F_THREAD;
    if (thread && (newpid || (flags & PIDLAB_F_AUTOREAP)))
        throw Refused{EINVAL};
    if ((newpid || thread) && it.births != ns_of(actor)) // its children are born elsewhere
        throw Refused{EINVAL};
    if ((flags & PIDLAB_F_PARENT) && it.process->first_of) // a sibling would be outside
        throw Refused{EINVAL};
    if (newpid && !generation_.nests)
        throw Refused{EOPNOTSUPP};
    if (newpid)
        require_namespace_below(ns_of(actor));
    require_tids(tids, level_of(it.births) + (newpid ? 2 : 1));
    if (tasks_.size() >= limits_.tasks)
        throw Refused{EAGAIN};
}

/// Its steps, in their order. One that fails has those before it undone.
Forked Universe::fork(Key actor, unsigned flags, const Tids &tids, unsigned fail_at) {
    require_fork(actor, flags, tids);
    const std::shared_ptr<Process> parent = task(actor).process;
    const bool newpid = flags & PIDLAB_F_NEWPID, thread = flags & PIDLAB_F_THREAD;
    const auto reach = [fail_at](unsigned phase, int error) {
        if (fail_at == phase)
            throw Refused{error};
    };
    need({size::task, limits_.payload, thread ? 0 : size::process, newpid ? size::ns : 0,
          generation_.pids ? size::pid(0) : 0});
    const Key child = new_id(PIDLAB_OBJECT_TASK);
    const Key ns = newpid ? make_namespace(task(actor).births) : task(actor).births;
    Key own = 0;
    bool entered = false, consent = false, told = false;
    Task made;
    made.place = task(actor).place;
    try {
        reach(PIDLAB_PHASE_TASK, ENOMEM);
        entered = true;
        reach(PIDLAB_PHASE_CONTAINER, ENOMEM);
        own = make_pid(ns, tids);
        reach(PIDLAB_PHASE_NUMBER, EAGAIN);
        ask_for_fork(task(actor), child);
        consent = true;
        reach(PIDLAB_PHASE_CAN_FORK, EAGAIN);
        if (of_2007())
            tell_of_fork(made, child);
        told = of_2007();
        reach(PIDLAB_PHASE_CALLBACKS, EAGAIN);
        reach(PIDLAB_PHASE_PUBLISH, EINTR);
    } catch (const Refused &) {
        if (told)
            tell_of_exit(made, child);
        if (consent)
            take_consent_back(task(actor), child);
        if (entered) // and leaves as an exit does
            exit_locks_ += wants_notice(made);
        unmake_pid(own);
        if (newpid)
            forget_namespace(ns);
        throw;
    }
    std::shared_ptr<Process> process = parent;
    if (!thread) {
        process = std::make_shared<Process>();
        process->parent = flags & PIDLAB_F_PARENT ? parent->parent : actor;
        process->group = parent->group;
        process->session = parent->session;
        process->first_of = namespaces_.at(ns).reaper ? 0 : ns;
        process->autoreap = flags & PIDLAB_F_AUTOREAP;
    }
    make_task(child, process, own);
    enter_containers(task(child), task(actor));
    if (!of_2007())
        tell_of_fork(task(child), child);
    ++forks_;
    return {TaskId{child}, pid(own).nr_in(ns_of(actor))};
}

/// All threads of a group exit have one code, even if the leader has left with another. Who asks
/// for it goes first.
void Universe::exit(Key actor, int code, unsigned flags) {
    if (!(flags & PIDLAB_F_GROUP)) {
        leave(actor, code);
        return;
    }
    const std::shared_ptr<Process> process = task(actor).process;
    std::vector<Key> all = running(*process);
    std::ranges::stable_partition(all, [actor](Key thread) { return thread == actor; });
    task(process->leader).code = code;
    leave_together(all, code);
}

/// Its threads whose exit has not begun.
std::vector<Key> Universe::running(const Process &process) const {
    std::vector<Key> found;
    for (const Key thread : process.threads)
        if (task(thread).state == PIDLAB_STATE_RUNNING && !task(thread).exiting)
            found.push_back(thread);
    return found;
}

/// Processes exit; those that are the first of a namespace last, the innermost first, so that
/// those in their namespaces need not be taken along.
void Universe::end_together(std::vector<std::shared_ptr<Process>> ends, int code) {
    std::erase_if(ends, [this](const auto &process) { return running(*process).empty(); });
    std::ranges::stable_sort(ends, std::less{}, [this](const auto &process) {
        const Key ns = process->first_of;
        return ns ? static_cast<int>(deepest_level - namespaces_.at(ns).level) + 1 : 0;
    });
    std::vector<Key> all;
    for (const auto &process : ends) {
        task(process->leader).code = code;
        std::ranges::copy(running(*process), std::back_inserter(all));
    }
    leave_together(all, code);
}

void Universe::leave_together(const std::vector<Key> &tasks, int code) {
    for (const Key id : tasks)
        leave(id, code);
}

/// Another thread of its process, whose exit has not begun, or 0.
Key Universe::heir(Key id) const {
    for (const Key thread : running(*task(id).process))
        if (thread != id)
            return thread;
    return 0;
}

/// One task exits. The last thread of a namespace's first process takes the namespace along, as
/// 2.6.24 has it before the containers hear of the exit, and is not through before the others have
/// given back their numbers there.
void Universe::leave(Key id, int code) {
    const std::shared_ptr<Process> process = task(id).process;
    if (!process || task(id).exiting)
        return;
    task(id).exiting = true;
    task(id).code = code;
    if (generation_.last_code && running(*process).empty())
        task(process->leader).code = code;
    bear_in(task(id), 0); // exit_task_namespaces(), which waits for nobody
    const bool takes_along = process->first_of && !heir(id);
    if (takes_along)
        empty_namespace(process->first_of, *process);
    if (takes_along && process->first_of == root_)
        settle(true);
    leave_containers(id);
    if (takes_along && !only_of(*process, process->first_of))
        ending_.push_back(id);
    else
        finish_leaving(id);
}

/// Its children go to a thread of its process that stays, or else to the reaper of its namespace.
/// A thread goes at once, a leader waits for its parent.
void Universe::finish_leaving(Key id) {
    const std::shared_ptr<Process> process = task(id).process;
    Namespace &own = namespaces_.at(ns_of(id));
    const Key next = heir(id);
    if (own.reaper == id || (process->first_of && !next))
        own.reaper = next;
    task(id).state = PIDLAB_STATE_ZOMBIE;
    user_went(id);
    hand_children_on(id, next ? next : own.reaper);
    if (process->leader != id)
        release(id);
    process_may_end(process);
}

/// Where nobody will wait for the process it is released by its own end: the lab's first, one that
/// was forked so, and the children of a reaper that is ending.
void Universe::process_may_end(const std::shared_ptr<Process> &process) {
    const Key leader = process->leader;
    if (task(leader).process == process && ready(leader) &&
        (!process->parent || process->autoreap || reaps_at_once(process->parent)))
        release(leader);
}

bool Universe::reaps_at_once(Key parent) const {
    const auto &process = task(parent).process;
    return process && process->first_of && namespaces_.at(process->first_of).closed;
}

void Universe::release_ready_children(Key parent) {
    const std::vector<Key> children = task(parent).children;
    for (const Key child : children)
        if (const auto process = task(child).process)
            process_may_end(process);
}

void Universe::hand_children_on(Key from, Key to) {
    const std::vector<Key> children = std::exchange(task(from).children, {});
    for (const Key child : children) {
        task(child).process->parent = to;
        task(to).children.push_back(child);
    }
    if (to && reaps_at_once(to))
        release_ready_children(to);
}

/// The task is nobody's any more: no pid, no parent.
void Universe::release(Key id) {
    Task &gone = task(id);
    release_from_containers(id);
    const std::shared_ptr<Process> process = std::exchange(gone.process, nullptr);
    const Key own = std::exchange(gone.pid, 0);
    gone.once = process;
    if (process->leader == id) {
        if (process->parent)
            std::erase(task(process->parent).children, id);
        detach(id, PIDLAB_TYPE_SID, process->session);
        detach(id, PIDLAB_TYPE_PGID, process->group);
    }
    if (generation_.of_threads || (process->leader == id && generation_.group_link))
        detach(id, PIDLAB_TYPE_TGID, process->leader == id ? own : task(process->leader).pid);
    detach(id, PIDLAB_TYPE_PID, own);
    std::erase(process->threads, id);
    gone.state = PIDLAB_STATE_DEAD;
    user_went(id);
}

/// The children of all its threads: its own ones first, then those of the threads after it.
std::vector<Key> Universe::children_of_process(Key actor) const {
    std::vector<Key> threads = task(actor).process->threads;
    std::ranges::rotate(threads, std::ranges::find(threads, actor));
    std::vector<Key> children;
    for (const Key thread : threads) {
        const auto &own = task(thread).children;
        children.insert(children.end(), own.begin(), own.end());
    }
    return children;
}

/// A zombie whose process has no other thread.
bool Universe::ready(Key child) const {
    const Task &it = task(child);
    return it.state == PIDLAB_STATE_ZOMBIE && it.process->threads.size() == 1;
}

Waited Universe::wait(Key actor, int which, unsigned flags) {
    const Key ns = ns_of(actor);
    if (which == std::numeric_limits<int>::min())
        throw Refused{ESRCH};
    const Key wanted = which > 0    ? namespaces_.at(ns).numbers.find(which)
                       : which == 0 ? task(actor).process->group
                       : which < -1 ? namespaces_.at(ns).numbers.find(-which)
                                    : 0;
    bool any = false;
    for (const Key child : children_of_process(actor)) {
        const Key by = which > 0 ? task(child).pid : task(child).process->group;
        if (which != -1 && by != wanted)
            continue;
        any = true;
        if (!ready(child))
            continue;
        const Waited found{TaskId{child}, pid(task(child).pid).nr_in(ns), task(child).code};
        if (!(flags & PIDLAB_F_KEEP))
            release(child);
        return found;
    }
    if (!any)
        throw Refused{ECHILD};
    return {};
}

Reaped Universe::reap(Key child) {
    const Task &it = task(child);
    if (!it.process)
        throw Refused{ESRCH};
    if (it.process->leader != child || !ready(child))
        throw Refused{EAGAIN};
    const Reaped found{pid(it.pid).nr_in(ns_of(it.process->parent)), it.code};
    release(child);
    return found;
}

/// The other threads die. One that was not the leader takes its place: in the family, in all
/// lists of users, and as its number.
int Universe::exec(Key actor) {
    const std::shared_ptr<Process> process = task(actor).process;
    std::vector<Key> others = running(*process);
    std::erase(others, actor);
    leave_together(others, killed);

    const Key old = process->leader;
    if (old != actor) {
        const Key own = task(actor).pid, taken = task(old).pid;
        if (generation_.of_threads)
            detach(actor, PIDLAB_TYPE_TGID, taken);
        for (const pidlab_type type : {PIDLAB_TYPE_PID, PIDLAB_TYPE_TGID})
            replace_user(type, taken, old, actor);
        replace_user(PIDLAB_TYPE_PGID, process->group, old, actor);
        replace_user(PIDLAB_TYPE_SID, process->session, old, actor);
        if (process->parent)
            std::ranges::replace(task(process->parent).children, old, actor);
        process->leader = actor;
        task(actor).pid = taken;
        // The old leader goes with what was the thread's, a link of its group among it.
        replace_user(PIDLAB_TYPE_PID, own, actor, old);
        if (generation_.of_threads)
            attach(old, PIDLAB_TYPE_TGID, taken);
        task(old).pid = own;
        release(old);
    }
    task(actor).execed = true;
    return pid(task(actor).pid).nr_in(ns_of(actor));
}

} // namespace pidlab::model
