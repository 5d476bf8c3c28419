// SPDX-License-Identifier: MIT
// fork, exit, exec, wait: how tasks begin and end.
#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "universe.hpp"

namespace pidlab::model {

namespace {

constexpr int killed = 128 + 9;        ///< exit code of who was killed
constexpr unsigned deepest_level = 32; ///< of a namespace, the root's being 0

} // namespace

/// A task that leads the process, or joins it.
Key Universe::make_task(const std::shared_ptr<Process> &process, Key own) {
    const Key id = new_id(PIDLAB_OBJECT_TASK);
    Task made;
    made.process = process;
    made.pid = own;
    tasks_.emplace(id, std::move(made));
    attach(id, PIDLAB_TYPE_PID, own);
    process->threads.push_back(id);
    const bool leads = !process->leader;
    if (leads)
        process->leader = id;
    if (generation_.of_threads || (leads && generation_.group_link))
        attach(id, PIDLAB_TYPE_TGID, task(process->leader).pid);
    if (!leads)
        return id;
    attach(id, PIDLAB_TYPE_PGID, process->group);
    attach(id, PIDLAB_TYPE_SID, process->session);
    if (process->parent)
        task(process->parent).children.push_back(id);
    return id;
}

Forked Universe::fork(Key actor, unsigned flags, const Tids &tids) {
    const std::shared_ptr<Process> parent = task(actor).process;
    const bool newpid = flags & PIDLAB_F_NEWPID, thread = flags & PIDLAB_F_THREAD;
    const bool sibling = flags & PIDLAB_F_PARENT;
    const Key outside = ns_of(actor);

    if (newpid && thread)
        throw Refused{EINVAL};
    if (sibling && parent->first_of) // its sibling would be outside of the namespace
        throw Refused{EINVAL};
    if (newpid && !generation_.nests)
        throw Refused{EOPNOTSUPP};
    if (tasks_.size() >= limits_.tasks)
        throw Refused{EAGAIN};
    if (newpid && (namespaces_.at(outside).level >= deepest_level ||
                   namespaces_.size() >= limits_.namespaces))
        throw Refused{ENOSPC};

    const Key ns = newpid ? make_namespace(outside) : outside;
    Key own = 0;
    try {
        own = make_pid(ns, tids);
    } catch (const Refused &) {
        if (newpid)
            forget_namespace(ns);
        throw;
    }
    std::shared_ptr<Process> process = parent;
    if (!thread) {
        process = std::make_shared<Process>();
        process->parent = sibling ? parent->parent : actor;
        process->group = parent->group;
        process->session = parent->session;
        process->first_of = newpid ? ns : 0;
    }
    const Key child = make_task(process, own);
    if (newpid)
        namespaces_.at(ns).reaper = child;
    ++forks_;
    return {TaskId{child}, pid(own).nr_in(outside)};
}

void Universe::exit(Key actor, int code, unsigned flags) {
    if (flags & PIDLAB_F_GROUP)
        end_process(task(actor).process, code);
    else
        leave(actor, code);
}

std::vector<Key> Universe::running(const Process &process) const {
    std::vector<Key> found;
    for (const Key thread : process.threads)
        if (task(thread).state == PIDLAB_STATE_RUNNING)
            found.push_back(thread);
    return found;
}

/// All threads exit, with one code for the process even if its leader has left with another.
void Universe::end_process(const std::shared_ptr<Process> &process, int code) {
    const std::vector<Key> threads = running(*process);
    if (threads.empty())
        return;
    task(process->leader).code = code;
    leave_together(threads, code);
}

void Universe::leave_together(const std::vector<Key> &tasks, int code) {
    for (const Key id : tasks)
        task(id).leaving = true;
    for (const Key id : tasks)
        leave(id, code);
}

/// One task exits: its children go to a thread of its process that stays, or else to the reaper of
/// its namespace. A thread goes at once, a leader waits for its parent.
void Universe::leave(Key id, int code) {
    const std::shared_ptr<Process> process = task(id).process;
    const Key ns = ns_of(id);
    Key heir = 0;
    for (const Key thread : running(*process))
        if (!heir && thread != id && !task(thread).leaving)
            heir = thread;
    if (process->first_of && !heir)
        empty_namespace(ns, *process);
    if (namespaces_.at(ns).reaper == id || (process->first_of && !heir))
        namespaces_.at(ns).reaper = heir;
    task(id).state = PIDLAB_STATE_ZOMBIE;
    task(id).code = code;
    if (generation_.last_code && running(*process).empty())
        task(process->leader).code = code;
    hand_children_on(id, heir ? heir : namespaces_.at(ns).reaper);
    if (process->leader != id)
        release(id);
    if (!process->parent && running(*process).empty()) // nobody waits for the lab's first process
        release(process->leader);
}

void Universe::hand_children_on(Key from, Key to) {
    for (const Key child : std::exchange(task(from).children, {})) {
        task(child).process->parent = to;
        task(to).children.push_back(child);
    }
}

/// The task is nobody's any more: no pid, no parent.
void Universe::release(Key id) {
    Task &gone = task(id);
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
    gone.waits = true;
    waiting_.push_back(id);
}

/// The last thread of a namespace's first process exits: whoever else is in it, or below, dies and
/// is reaped. Nobody in there has a parent outside but that process itself.
void Universe::empty_namespace(Key ns, const Process &but) {
    std::vector<Key> threads, leaders;
    for (const auto &[number, pid_id] : namespaces_.at(ns).numbers.all())
        for (const Key id : pid(pid_id).users[PIDLAB_TYPE_PID]) {
            const Task &member = task(id);
            if (member.process.get() == &but)
                continue;
            (member.process->leader == id ? leaders : threads).push_back(id);
            if (!running(*member.process).empty())
                task(member.process->leader).code = killed;
        }
    for (const auto *list : {&threads, &leaders})
        for (const Key id : *list) {
            Task &member = task(id);
            if (member.state == PIDLAB_STATE_RUNNING)
                member.code = killed;
            member.children.clear();
            if (member.process->first_of)
                namespaces_.at(member.process->first_of).reaper = 0;
        }
    for (const Key id : but.threads)
        task(id).children.clear();
    for (const auto *list : {&threads, &leaders})
        for (const Key id : *list)
            release(id);
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
