// SPDX-License-Identifier: MIT
// Dumps tell what CHECK and the operations tell, in each generation.
#include <cerrno>
#include <memory>

#include <gtest/gtest.h>

#include "opened_lab.hpp"
#include "pidlab/netlink_snapshot.hpp"

namespace pidlab::testing {
namespace {

class Dump : public ::testing::TestWithParam<pidlab_generation> {
protected:
    [[nodiscard]] static Settings settings() {
        return Settings().set(PIDLAB_SET_GENERATION, GetParam());
    }
    [[nodiscard]] static bool has_pids() { return GetParam() != PIDLAB_GEN_TASKREF; }
    [[nodiscard]] static bool nests() { return GetParam() >= PIDLAB_GEN_PIDNS; }
};

/// Every state, kind of reference and link that there is.
void populate(Lab &lab, TaskId init, bool has_pids, bool nests) {
    const TaskId shell = lab.fork(init).task;
    lab.setsid(shell);
    const TaskId job = lab.fork(shell).task;
    lab.setpgid(job, 0, 0);
    lab.fork(shell, PIDLAB_F_THREAD);
    const TaskId zombie = lab.fork(shell).task;
    lab.exit(zombie, 3);
    const TaskId dead = lab.fork(shell).task;
    lab.hold_task(dead);
    lab.tref(dead);
    lab.exit(dead, 4);
    lab.reap(dead);
    lab.tref(shell, PIDLAB_TYPE_SID);
    if (has_pids)
        lab.hold_pid(job);
    if (nests)
        lab.fork(lab.fork(init, PIDLAB_F_NEWPID).task, PIDLAB_F_NEWPID);
}

void expect_same_task(const Snapshot::Task &told, const pidlab_task_info &info) {
    EXPECT_EQ(told.id, info.id);
    EXPECT_EQ(told.parent, info.parent) << info.id;
    EXPECT_EQ(told.leader, info.leader) << info.id;
    EXPECT_EQ(told.state, info.state) << info.id;
    EXPECT_EQ(told.exit_code, info.exit_code) << info.id;
    EXPECT_EQ(told.usage, info.usage) << info.id;
    EXPECT_EQ(told.rcu_users, info.rcu_users) << info.id;
    EXPECT_EQ(told.ns, info.ns) << info.id;
    EXPECT_EQ(told.reaper, (info.flags & PIDLAB_TASK_REAPER) != 0) << info.id;
    EXPECT_EQ(told.links[PIDLAB_TYPE_PID].pid, info.pid) << info.id;
    EXPECT_EQ(told.links[PIDLAB_TYPE_PID].nr, info.nr) << info.id;
    if (told.leader == told.id) {
        EXPECT_EQ(told.links[PIDLAB_TYPE_PGID].nr, info.pgid) << info.id;
        EXPECT_EQ(told.links[PIDLAB_TYPE_SID].nr, info.sid) << info.id;
    }
}

TEST_P(Dump, of_tasks_is_what_check_tells) {
    OpenedLab opened(settings());
    populate(opened.lab, opened.init, has_pids(), nests());
    const CheckResult check = opened.lab.check();
    const Snapshot told = opened.snapshot();
    EXPECT_TRUE(told.consistent);
    ASSERT_EQ(told.tasks.size(), check.tasks.size());
    for (const pidlab_task_info &info : check.tasks) {
        const Snapshot::Task *task = told.task(info.id);
        ASSERT_NE(task, nullptr) << info.id;
        expect_same_task(*task, info);
    }
    EXPECT_EQ(opened.lab.digest(), check.digest);
}

TEST_P(Dump, of_pids_is_what_the_operations_tell) {
    OpenedLab opened(settings());
    Lab &lab = opened.lab;
    populate(lab, opened.init, has_pids(), nests());
    const Snapshot told = opened.snapshot();
    // Each link of a task leads to a pid that has the task on its list, and no list has others.
    std::size_t links = 0, users = 0;
    for (const Snapshot::Task &task : told.tasks)
        for (const Snapshot::Link &link : task.links)
            links += link.linked() ? 1U : 0U;
    for (const Snapshot::Pid &pid : told.pids) {
        EXPECT_EQ(pid.id != 0, has_pids());
        EXPECT_TRUE(pid.published);
        for (unsigned type = 0; type < PIDLAB_TYPE_COUNT; ++type)
            for (const std::uint64_t user : pid.users[type]) {
                ++users;
                EXPECT_EQ(told.task(user)->links[type].nr, pid.numbers[0].nr);
            }
    }
    EXPECT_EQ(users, links);
    if (!has_pids())
        return;
    EXPECT_EQ(told.pids.size(), lab.info().counter(PIDLAB_CTR_PIDS));
    for (const Snapshot::Pid &pid : told.pids) {
        for (const Snapshot::Number &number : pid.numbers)
            EXPECT_EQ(lab.find(number.nr, NsId{number.ns}), PidId{pid.id});
        if (!pid.users[PIDLAB_TYPE_SID].empty()) {
            EXPECT_EQ(lab.first(PidId{pid.id}, PIDLAB_TYPE_SID),
                      TaskId{pid.users[PIDLAB_TYPE_SID].front()});
        }
        EXPECT_EQ(lab.ns(PidId{pid.id}).level, pid.level);
    }
}

TEST_P(Dump, of_namespaces_tells_the_last_number_and_the_reaper) {
    OpenedLab opened(settings());
    populate(opened.lab, opened.init, has_pids(), nests());
    const Snapshot told = opened.snapshot();
    EXPECT_EQ(told.namespaces.size(), opened.lab.info().counter(PIDLAB_CTR_NAMESPACES));
    const Snapshot::Namespace &root = told.namespaces.front();
    EXPECT_EQ(root.parent, 0U);
    EXPECT_EQ(root.reaper, opened.init.raw());
    EXPECT_FALSE(root.dying);
    EXPECT_EQ(root.pid_max, 32768);
    EXPECT_EQ(opened.lab.fork(opened.init).nr, root.last + 1);
    for (const Snapshot::Namespace &inner : told.namespaces) {
        EXPECT_EQ(inner.level == 0, inner.parent == 0);
        if (inner.parent != 0) {
            EXPECT_EQ(told.ns(inner.parent)->level + 1, inner.level);
        }
    }
}

TEST_P(Dump, of_references_tells_what_each_leads_to) {
    OpenedLab opened(settings());
    Lab &lab = opened.lab;
    populate(lab, opened.init, has_pids(), nests());
    const Snapshot told = opened.snapshot();
    EXPECT_EQ(told.references.size(), lab.info().counter(PIDLAB_CTR_REFS));
    for (const Snapshot::Reference &reference : told.references) {
        const auto task = lab.attempt(call::deref(RefId{reference.id}));
        const RefRead read = lab.read(RefId{reference.id});
        EXPECT_EQ(reference.number, read.nr);
        EXPECT_EQ(reference.type, read.type);
        if (reference.kind == Snapshot::Hold::task)
            EXPECT_EQ(task.value(), TaskId{reference.object});
        else
            EXPECT_EQ(reference.gone, task.error() == ESRCH);
        if (reference.kind == Snapshot::Hold::tref && !reference.gone) {
            EXPECT_EQ(task.value(), TaskId{reference.object});
        }
    }
}

INSTANTIATE_TEST_SUITE_P(x2, Dump,
                         ::testing::Values(PIDLAB_GEN_TASKREF, PIDLAB_GEN_PIDHASH, PIDLAB_GEN_PIDNS,
                                           PIDLAB_GEN_IDR));

TEST(DumpOf, containers_tells_who_is_where_and_who_is_frozen) {
    OpenedLab opened;
    const std::uint64_t root =
        opened.run(PIDLAB_OP_MOUNT, 1 << PIDLAB_SUBSYS_PIDS | 1 << PIDLAB_SUBSYS_FREEZER);
    const std::uint64_t box = opened.run(PIDLAB_OP_MKDIR, root);
    const TaskId task = opened.lab.fork(opened.init).task;
    opened.run(PIDLAB_OP_ATTACH, task.raw(), box);
    opened.run(PIDLAB_OP_FREEZE, box);
    const Snapshot told = opened.snapshot();
    ASSERT_EQ(told.containers.size(), 2U);
    EXPECT_EQ(told.container(box)->parent, root);
    EXPECT_EQ(told.container(box)->root, root);
    EXPECT_EQ(told.container(box)->tasks, 1U);
    EXPECT_EQ(told.container(box)->count, 2U); // two subsystems
    EXPECT_EQ(told.container(root)->tasks, 1U);
    EXPECT_EQ(told.task(task.raw())->containers, std::vector<std::uint64_t>{box});
    EXPECT_TRUE(told.task(task.raw())->frozen);
    EXPECT_FALSE(told.task(opened.init.raw())->frozen);
}

// A session of 3000 does not fit into one message, nor the tasks into one datagram.
TEST(DumpOf, a_pid_with_many_users_tells_all_of_them_in_their_order) {
    OpenedLab opened;
    constexpr std::size_t many = 3000;
    std::vector<std::uint64_t> newest_first;
    for (std::size_t i = 0; i < many; ++i)
        newest_first.insert(newest_first.begin(), opened.lab.fork(opened.init).task.raw());
    newest_first.push_back(opened.init.raw());
    const Snapshot told = opened.snapshot();
    EXPECT_TRUE(told.consistent);
    EXPECT_EQ(told.tasks.size(), many + 1);
    EXPECT_EQ(told.pids.size(), many + 1);
    EXPECT_EQ(told.pids.front().users[PIDLAB_TYPE_SID], newest_first);
    EXPECT_EQ(told.pids.front().users[PIDLAB_TYPE_PGID], newest_first);
    EXPECT_EQ(told.pids.front().users[PIDLAB_TYPE_PID],
              std::vector<std::uint64_t>{opened.init.raw()});
}

TEST(DumpOf, a_lab_that_changes_meanwhile_says_so) {
    OpenedLab opened;
    for (int i = 0; i < 2000; ++i)
        opened.lab.fork(opened.init);
    Netlink socket;
    int seen = 0;
    // Far more tasks than one datagram holds: the first of them is read before the rest is made.
    const bool consistent = socket.dump(PIDLAB_CMD_TASK_GET, opened.fd(), [&](nlattr *) {
        if (seen++ == 0)
            opened.lab.fork(opened.init);
    });
    EXPECT_GE(seen, 2001);
    EXPECT_FALSE(consistent);
    EXPECT_TRUE(socket.dump(PIDLAB_CMD_TASK_GET, opened.fd(), [](nlattr *) {}));
}

// What is half told when its users go ends all the same.
TEST(DumpOf, a_pid_that_loses_its_users_meanwhile_ends) {
    OpenedLab opened;
    for (int i = 0; i < 3000; ++i)
        opened.lab.fork(opened.init, PIDLAB_F_AUTOREAP);
    Netlink socket;
    int seen = 0;
    EXPECT_FALSE(socket.dump(PIDLAB_CMD_PID_GET, opened.fd(), [&](nlattr *) {
        ASSERT_LT(seen, 10000);
        if (seen++ == 0)
            opened.lab.kill(opened.init, -1);
    }));
    EXPECT_EQ(opened.snapshot().pids.size(), 1U);
}

// The dump holds the file: what it has begun to tell does not go away under it.
TEST(DumpOf, a_lab_that_is_closed_meanwhile_is_told_to_its_end) {
    auto opened = std::make_unique<OpenedLab>();
    for (int i = 0; i < 2000; ++i)
        opened->lab.fork(opened->init);
    Netlink socket;
    int seen = 0;
    EXPECT_TRUE(socket.dump(PIDLAB_CMD_TASK_GET, opened->fd(), [&](nlattr *) {
        if (seen++ == 0)
            opened.reset();
    }));
    EXPECT_EQ(seen, 2001);
}

} // namespace
} // namespace pidlab::testing
