// SPDX-License-Identifier: MIT
// Snapshots: both ways through JSON, and whoever cannot tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/snapshot.hpp"
#include "pidlab/table.hpp"

namespace pidlab {
namespace {

using testing::FakeLab;
using ::testing::HasSubstr;
using testing::id;

constexpr std::uint64_t task(std::uint64_t n) { return id(PIDLAB_OBJECT_TASK, n); }
constexpr std::uint64_t pid(std::uint64_t n) { return id(PIDLAB_OBJECT_PID, n); }

// No field has its default, so that one that is lost on the way is missed.
Snapshot everything() {
    Snapshot out;
    out.consistent = false;
    out.sequence = 1ULL << 40;
    Snapshot::Task t;
    t.id = task(2);
    t.parent = task(1);
    t.leader = task(3);
    t.state = PIDLAB_STATE_ZOMBIE;
    t.exit_code = 7;
    t.usage = 2;
    t.rcu_users = 1;
    for (std::uint32_t type = 0; type < PIDLAB_TYPE_COUNT; ++type)
        t.links.at(type) = {pid(type + 1), static_cast<std::int32_t>(type + 300)};
    t.ns = id(PIDLAB_OBJECT_NS, 1);
    t.reaper = true;
    t.frozen = true;
    t.containers = {id(PIDLAB_OBJECT_CONTAINER, 1), id(PIDLAB_OBJECT_CONTAINER, 4)};
    out.tasks = {t};
    Snapshot::Pid p;
    p.id = pid(1);
    p.count = 3;
    p.level = 1;
    p.published = true;
    p.numbers = {{id(PIDLAB_OBJECT_NS, 1), 300}, {id(PIDLAB_OBJECT_NS, 2), 1}};
    for (auto &users : p.users)
        users = {task(2), task(1)};
    out.pids = {p};
    out.namespaces = {
        {id(PIDLAB_OBJECT_NS, 2), id(PIDLAB_OBJECT_NS, 1), 1, 9, 400, task(2), true, 5}};
    out.containers = {{id(PIDLAB_OBJECT_CONTAINER, 4), id(PIDLAB_OBJECT_CONTAINER, 3),
                       id(PIDLAB_OBJECT_CONTAINER, 3),
                       1U << PIDLAB_SUBSYS_PIDS | 1U << PIDLAB_SUBSYS_FREEZER, 2, 4}};
    for (const auto kind : {Snapshot::Hold::task, Snapshot::Hold::rcu, Snapshot::Hold::pid,
                            Snapshot::Hold::tref, Snapshot::Hold::fd, Snapshot::Hold::watch})
        out.references.push_back(
            {id(PIDLAB_OBJECT_REF, 1), kind, task(2), PIDLAB_TYPE_PGID, 300, true});
    return out;
}

std::string complaint(nlohmann::ordered_json json) {
    try {
        static_cast<void>(snapshot_from_json(json));
    } catch (const std::invalid_argument &error) {
        return error.what();
    }
    return "none";
}

TEST(Snapshot, goes_through_json_and_back) {
    const Snapshot before = everything();
    const std::string text = snapshot_json(before).dump();
    EXPECT_EQ(snapshot_from_json(nlohmann::ordered_json::parse(text)), before);
    EXPECT_EQ(snapshot_from_json(snapshot_json(Snapshot{})), Snapshot{});
}

TEST(Snapshot, writes_words_where_there_are_words) {
    const auto json = snapshot_json(everything());
    EXPECT_EQ(json["tasks"][0]["state"], "zombie");
    EXPECT_EQ(json["tasks"][0]["links"]["pgid"]["nr"], 302);
    EXPECT_EQ(json["containers"][0]["subsystems"].dump(), "[\"pids\",\"freezer\"]");
    EXPECT_EQ(json["references"][4]["kind"], "fd");
    EXPECT_EQ(json["references"][0]["type"], "pgid");
}

TEST(Snapshot, has_no_link_where_there_is_none) {
    Snapshot one = everything();
    one.tasks[0].links[PIDLAB_TYPE_SID] = {};
    const auto json = snapshot_json(one);
    EXPECT_FALSE(json["tasks"][0]["links"].contains("sid"));
    EXPECT_EQ(snapshot_from_json(json), one);
}

TEST(Snapshot, says_what_is_wrong_with_a_record) {
    auto json = snapshot_json(everything());
    auto without = json;
    without["tasks"][0].erase("usage");
    EXPECT_THAT(complaint(without), HasSubstr("'usage' not found"));
    json["tasks"][0]["state"] = "sleeping";
    EXPECT_EQ(complaint(json), "no state is called \"sleeping\"");
    json["tasks"][0]["state"] = 3;
    EXPECT_THAT(complaint(json), HasSubstr("not a snapshot: "));
    EXPECT_THAT(complaint(nlohmann::ordered_json::array()), HasSubstr("not a snapshot: "));
}

TEST(Snapshot, finds_objects_by_id_and_none_by_zero) {
    Snapshot one = everything();
    one.pids[0].id = 0; // as in taskref
    EXPECT_EQ(one.task(task(2)), &one.tasks[0]);
    EXPECT_EQ(one.task(task(9)), nullptr);
    EXPECT_EQ(one.pid(0), nullptr);
}

TEST(Snapshot, tells_a_tasks_number_at_every_level) {
    Snapshot one = everything();
    EXPECT_EQ(one.numbers_of(one.tasks[0]), one.pids[0].numbers);
    one.tasks[0].links[PIDLAB_TYPE_PID].pid = 0;
    ASSERT_EQ(one.numbers_of(one.tasks[0]).size(), 1U);
    EXPECT_EQ(one.numbers_of(one.tasks[0])[0].nr, 300);
    one.tasks[0].links[PIDLAB_TYPE_PID].nr = 0;
    EXPECT_TRUE(one.numbers_of(one.tasks[0]).empty());
}

TEST(Snapshot, is_nothing_where_the_transport_cannot_tell) {
    FakeLab it;
    EXPECT_EQ(it.lab.snapshot(), std::nullopt);
    it.fake.snapshot_answer = everything();
    EXPECT_EQ(it.lab.snapshot(), everything());
}

} // namespace
} // namespace pidlab
