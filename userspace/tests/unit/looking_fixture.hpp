// SPDX-License-Identifier: MIT
/// @file
/// A lab at one instant for tests of pictures: a group, a thread, a zombie that is held, a
/// namespace with an init that ends, containers, references of every kind.
#pragma once

#include <map>
#include <string>

#include "fake_transport.hpp"
#include "pidlab/graph.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab::testing {

struct Portrait {
    Snapshot lab;
    std::map<std::uint64_t, std::string> names;

    static constexpr std::uint64_t task(std::uint64_t n) { return id(PIDLAB_OBJECT_TASK, n); }
    static constexpr std::uint64_t pid(std::uint64_t n) { return id(PIDLAB_OBJECT_PID, n); }
    static constexpr std::uint64_t ns(std::uint64_t n) { return id(PIDLAB_OBJECT_NS, n); }
    static constexpr std::uint64_t ref(std::uint64_t n) { return id(PIDLAB_OBJECT_REF, n); }
    static constexpr std::uint64_t box(std::uint64_t n) { return id(PIDLAB_OBJECT_CONTAINER, n); }

    Portrait() {
        lab.namespaces = {{ns(1), 0, 0, 6, 32768, task(1), false, 4},
                          {ns(2), ns(1), 1, 2, 32768, task(5), true, 3}};
        add(1, 0, {1}, "init").reaper = true;
        add(2, 1, {2}, "shell");
        Snapshot::Task &thread = add(3, 1, {3}, "w");
        thread.leader = task(2);
        Snapshot::Task &zombie = add(4, 2, {4}, "z");
        zombie.state = PIDLAB_STATE_ZOMBIE;
        zombie.exit_code = 3;
        add(5, 1, {5, 1}, "n").reaper = true;
        add(6, 5, {6, 2}, "deep");
        group(1, 1);
        group(2, 2);
        group(4, 2);
        group(5, 1);
        group(6, 1);
        lab.containers = {{box(1), 0, box(1), 1U << PIDLAB_SUBSYS_FREEZER, 5, 5},
                          {box(2), box(1), box(1), 1U << PIDLAB_SUBSYS_FREEZER, 1, 1}};
        names[box(1)] = "top";
        names[box(2)] = "cold";
        for (Snapshot::Task &each : lab.tasks)
            each.containers = {box(1)};
        lab.tasks[1].containers = {box(2)};
        lab.tasks[1].frozen = true;
        hold(1, Snapshot::Hold::task, task(4), "held");
        hold(2, Snapshot::Hold::tref, task(2), "weak");
        hold(3, Snapshot::Hold::pid, pid(2), "p");
        hold(4, Snapshot::Hold::tref, 0, "lost");
        lab.references.back().gone = true;
    }

    [[nodiscard]] NameOf name() const {
        return [this](std::uint64_t object) {
            const auto found = names.find(object);
            return found == names.end() ? std::string{} : found->second;
        };
    }

    Snapshot::Task &add(std::uint64_t n, std::uint64_t parent, std::vector<std::int32_t> numbers,
                        std::string called) {
        Snapshot::Pid own;
        own.id = pid(n);
        own.count = 1;
        own.published = true;
        own.level = static_cast<std::uint32_t>(numbers.size() - 1);
        for (std::size_t level = 0; level < numbers.size(); ++level)
            own.numbers.push_back({ns(level + 1), numbers[level]});
        own.users[PIDLAB_TYPE_PID] = {task(n)};
        lab.pids.push_back(own);
        Snapshot::Task out;
        out.id = task(n);
        out.parent = parent ? task(parent) : 0;
        out.leader = task(n);
        out.usage = 2;
        out.rcu_users = 1;
        out.links[PIDLAB_TYPE_PID] = {pid(n), numbers.front()};
        out.ns = own.numbers.back().ns;
        lab.tasks.push_back(out);
        names[task(n)] = std::move(called);
        return lab.tasks.back();
    }

    // The task becomes the newest member of a group, of session 1.
    void group(std::uint64_t n, std::uint64_t leader) {
        Snapshot::Task &member = lab.tasks[n - 1];
        member.links[PIDLAB_TYPE_PGID] = {pid(leader), static_cast<std::int32_t>(leader)};
        member.links[PIDLAB_TYPE_SID] = {pid(1), 1};
        auto &users = lab.pids[leader - 1].users[PIDLAB_TYPE_PGID];
        users.insert(users.begin(), task(n));
        auto &session = lab.pids[0].users[PIDLAB_TYPE_SID];
        session.insert(session.begin(), task(n));
    }

    void hold(std::uint64_t n, Snapshot::Hold kind, std::uint64_t object, std::string called) {
        lab.references.push_back({ref(n), kind, object, PIDLAB_TYPE_PID, 2, false});
        names[ref(n)] = std::move(called);
    }
};

} // namespace pidlab::testing
