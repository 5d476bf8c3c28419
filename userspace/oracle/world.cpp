// SPDX-License-Identifier: MIT
#include "world.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>

namespace pidlab::oracle {

namespace {

constexpr auto patience = std::chrono::seconds(20);

} // namespace

Ns::~Ns() {
    if (fd >= 0)
        ::close(fd);
}

bool Ns::within(const Ns &outer) const {
    const Ns *at = this;
    while (at->level > outer.level)
        at = at->parent.get();
    return at == &outer;
}

int Pid::in(const Ns &where) const { return ns->within(where) ? numbers[where.level] : 0; }

Ref::~Ref() {
    if (fd >= 0)
        ::close(fd);
}

World::World() {
    root_ = add_ns(nullptr);
    init_ = add_task(0, agents_.init(), root_).id;
}

Task *World::task(std::uint64_t id) {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : found->second.get();
}

std::shared_ptr<Pid> World::pid(std::uint64_t id) {
    const auto found = pids_.find(id);
    return found == pids_.end() ? nullptr : found->second;
}

std::shared_ptr<Ns> World::ns(std::uint64_t id) {
    const auto found = namespaces_.find(id);
    return found == namespaces_.end() ? nullptr : found->second.lock();
}

Ref *World::ref(std::uint64_t id) {
    const auto found = refs_.find(id);
    return found == refs_.end() ? nullptr : found->second.get();
}

std::shared_ptr<Pid> World::pid_by_host(int host) {
    for (const auto &[id, pid] : pids_)
        if (pid->used && pid->host == host)
            return pid;
    return nullptr;
}

std::shared_ptr<Pid> World::pid_by_number(int nr, const Ns &where) {
    for (const auto &[id, pid] : pids_)
        if (nr > 0 && pid->used && pid->in(where) == nr)
            return pid;
    return nullptr;
}

Task *World::task_of(const Pid &pid) {
    for (const auto &[id, task] : tasks_)
        if (task->pid.get() == &pid)
            return task.get();
    return nullptr;
}

std::size_t World::namespaces() {
    std::size_t count = 0;
    for (const auto &[id, ns] : namespaces_)
        count += ns.expired() ? 0U : 1U;
    return count;
}

Task &World::add_task(int slot, Birth birth, const std::shared_ptr<Ns> &ns) {
    auto task = std::make_unique<Task>();
    task->id = new_id(PIDLAB_OBJECT_TASK);
    task->slot = slot;
    task->tgid = birth.tgid;
    task->tid = birth.tid;
    task->proc = ProcTask(birth.tid);
    task->seen = task->proc.look();
    // Whoever had the number before has it no more.
    for (const auto &[id, other] : pids_)
        if (other->host == birth.tid)
            other->used = false;
    auto pid = std::make_shared<Pid>();
    pid->id = new_id(PIDLAB_OBJECT_PID);
    pid->host = birth.tid;
    pid->ns = ns;
    const std::vector<int> numbers = task->proc.numbers();
    if (numbers.size() != ns->level + 2 || numbers[0] != birth.tid)
        throw OracleError(EPROTO, fmt::format("/proc shows {} numbers of a task {} namespaces deep",
                                              numbers.size(), ns->level));
    pid->numbers.assign(numbers.begin() + 1, numbers.end());
    if (ns->fd < 0) {
        ns->fd = task->proc.open_namespace();
        agents_.begin_namespace(slot, task->proc);
    }
    pids_.emplace(pid->id, pid);
    task->pid = std::move(pid);
    forks_ += tasks_.empty() ? 0 : 1;
    return *tasks_.emplace(task->id, std::move(task)).first->second;
}

void World::executed(Task &task) {
    const Birth now = agents_.birth(task.slot);
    if (now.tid == task.tid)
        return;
    const std::shared_ptr<Pid> taken = pid_by_host(now.tid);
    for (auto other = tasks_.begin(); other != tasks_.end(); ++other) {
        if (other->second->tid != now.tid)
            continue;
        agents_.give_back(other->second->slot);
        tasks_.erase(other);
        break;
    }
    task.tid = now.tid;
    task.tgid = now.tgid;
    task.pid = taken;
    task.proc = ProcTask(now.tid);
    task.seen = task.proc.look();
}

std::shared_ptr<Ns> World::add_ns(const std::shared_ptr<Ns> &parent) {
    auto ns = std::make_shared<Ns>();
    ns->id = new_id(PIDLAB_OBJECT_NS);
    ns->parent = parent;
    ns->level = parent ? parent->level + 1 : 0;
    namespaces_.emplace(ns->id, ns);
    return ns;
}

std::uint64_t World::add_ref(int fd, const std::shared_ptr<Pid> &pid) {
    const std::uint64_t id = new_id(PIDLAB_OBJECT_REF);
    refs_.emplace(id, std::make_unique<Ref>(fd, pid));
    return id;
}

bool World::look_again() {
    bool still = true;
    for (const auto &[id, task] : tasks_) {
        const Seen now = task->proc.look();
        // A thread that is no leader is released by its own exit.
        still = still && now == task->seen && now.quiet() && (task->leads() || !now.zombie());
        task->seen = now;
    }
    return still;
}

// Others of its process, alive: it is not over before they are.
bool World::has_threads(const Task &leader) const {
    return std::ranges::any_of(tasks_, [&leader](const auto &entry) {
        const Task &other = *entry.second;
        return &other != &leader && other.tgid == leader.tgid && other.seen.there &&
               !other.seen.zombie();
    });
}

void World::forget() {
    for (auto at = tasks_.begin(); at != tasks_.end();) {
        Task &task = *at->second;
        if (task.seen.exiting())
            task.children_ns.reset();
        if (task.tid == agents_.init().tid && task.seen.zombie() && !has_threads(task)) {
            agents_.reap_init();
            task.seen = {};
        }
        if (task.seen.there) {
            ++at;
            continue;
        }
        agents_.give_back(task.slot);
        at = tasks_.erase(at);
    }
}

/// Pids that no task uses and no reference holds.
void World::prune() {
    std::set<int> used;
    for (const auto &[id, task] : tasks_)
        used.insert({task->tid, task->tgid, task->seen.group, task->seen.session});
    for (const auto &[id, pid] : pids_)
        pid->used = pid->used && used.count(pid->host) != 0;
    const auto held = [this](const Pid &pid) {
        return std::ranges::any_of(refs_,
                                   [&](const auto &ref) { return ref.second->pid.get() == &pid; });
    };
    std::erase_if(pids_, [&](const auto &row) { return !row.second->used && !held(*row.second); });
}

void World::look() {
    (void)look_again();
    forget();
    prune();
}

void World::settle() {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + patience;
    while (!look_again()) {
        if (Clock::now() > until)
            throw OracleError(ETIMEDOUT,
                              fmt::format("after {} s tasks are still ending", patience.count()));
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        // Whoever made a zombie tells its parent before it gives back the kernel's lock of all
        // tasks. A signal to the own group takes that lock, so that no look comes in between: the
        // parent is not quiet in the next one.
        (void)::kill(0, 0);
    }
    forget();
    prune();
}

} // namespace pidlab::oracle
