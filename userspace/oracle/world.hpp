// SPDX-License-Identifier: MIT
/// @file
/// What the oracle knows of its tasks: which id stands for which process of the machine.
///
/// Records, no rules: what a task may do, what its numbers are and who its relatives are is asked
/// of the kernel each time. Owned by the oracle's transport.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "agents.hpp"
#include "pidlab/table.hpp"
#include "proc.hpp"

namespace pidlab::oracle {

/// A pid namespace of the lab.
struct Ns {
    std::uint64_t id = 0;
    std::shared_ptr<Ns> parent;
    unsigned level = 0;
    int fd = -1; ///< the namespace itself; -1: it has no init yet, and nobody can name it

    Ns() = default;
    Ns(const Ns &) = delete;
    Ns &operator=(const Ns &) = delete;
    ~Ns();

    /// Whether it is @p outer or inside of it.
    [[nodiscard]] bool within(const Ns &outer) const;
};

/// A struct pid: its numbers as /proc showed them at its birth.
struct Pid {
    std::uint64_t id = 0;
    int host = 0; ///< the number in the controller's namespace, unique while it is in use
    std::shared_ptr<Ns> ns;
    std::vector<int> numbers; ///< in the lab's namespaces, from the root
    bool used = true;         ///< some task uses it

    /// Its number as a namespace sees it, 0: it does not.
    [[nodiscard]] int in(const Ns &where) const;
};

struct Task {
    std::uint64_t id = 0;
    int slot = 0;
    int tgid = 0; ///< as /proc has it
    int tid = 0;
    std::shared_ptr<Pid> pid;
    std::shared_ptr<Ns> children_ns; ///< where its children are born, if elsewhere
    ProcTask proc;
    Seen seen; ///< when it was last looked at

    [[nodiscard]] bool leads() const { return tid == tgid; }
    [[nodiscard]] const Ns &ns() const { return *pid->ns; }
};

/// A pidfd.
struct Ref {
    int fd = -1;
    std::shared_ptr<Pid> pid;

    Ref(int held, std::shared_ptr<Pid> of) : fd(held), pid(std::move(of)) {}
    Ref(const Ref &) = delete;
    Ref &operator=(const Ref &) = delete;
    ~Ref();
};

class World {
public:
    World();

    [[nodiscard]] Agents &agents() { return agents_; }
    [[nodiscard]] const std::shared_ptr<Ns> &root() const { return root_; }
    [[nodiscard]] Task &init() { return *task(init_); }
    [[nodiscard]] std::uint64_t init_id() const { return init_; }
    [[nodiscard]] std::uint64_t forks() const { return forks_; }

    /// @name By id: nullptr where there is none any more, or never was
    /// @{
    [[nodiscard]] Task *task(std::uint64_t id);
    [[nodiscard]] std::shared_ptr<Pid> pid(std::uint64_t id);
    [[nodiscard]] std::shared_ptr<Ns> ns(std::uint64_t id);
    [[nodiscard]] Ref *ref(std::uint64_t id);
    /// @}

    /// @name By number
    /// @{
    [[nodiscard]] std::shared_ptr<Pid> pid_by_host(int host);
    [[nodiscard]] std::shared_ptr<Pid> pid_by_number(int nr, const Ns &where);
    [[nodiscard]] Task *task_of(const Pid &pid);
    /// @}

    [[nodiscard]] const std::map<std::uint64_t, std::unique_ptr<Task>> &tasks() const {
        return tasks_;
    }
    [[nodiscard]] const std::map<std::uint64_t, std::shared_ptr<Pid>> &pids() const {
        return pids_;
    }
    [[nodiscard]] std::size_t refs() const { return refs_.size(); }
    [[nodiscard]] std::size_t namespaces();

    /// A task has been born into a namespace. @return its record
    Task &add_task(int slot, Birth birth, const std::shared_ptr<Ns> &ns);
    /// A task has executed a program: it may have another number now, that of its old leader.
    void executed(Task &task);
    std::shared_ptr<Ns> add_ns(const std::shared_ptr<Ns> &parent);
    std::uint64_t add_ref(int fd, const std::shared_ptr<Pid> &pid);
    void remove_ref(std::uint64_t id) { refs_.erase(id); }

    /// Look at all tasks, and forget who is gone.
    void look();
    /// The same until nothing happens by itself any more. @throws OracleError it goes on and on
    void settle();

private:
    [[nodiscard]] std::uint64_t new_id(pidlab_object kind) { return ++last_id_ << 4 | kind; }
    [[nodiscard]] bool look_again();
    [[nodiscard]] bool has_threads(const Task &leader) const;
    void forget();
    void prune();

    Agents agents_;
    std::shared_ptr<Ns> root_;
    std::map<std::uint64_t, std::unique_ptr<Task>> tasks_;
    std::map<std::uint64_t, std::shared_ptr<Pid>> pids_;
    std::map<std::uint64_t, std::weak_ptr<Ns>> namespaces_;
    std::map<std::uint64_t, std::unique_ptr<Ref>> refs_;
    std::uint64_t last_id_ = 0;
    std::uint64_t init_ = 0;
    std::uint64_t forks_ = 0;
};

} // namespace pidlab::oracle
