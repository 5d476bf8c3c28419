// SPDX-License-Identifier: MIT
// Pictures of a lab of the module. Row x9.
#include <algorithm>

#include <gtest/gtest.h>

#include "pidlab/html_report.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab {

namespace {

constexpr const char *story = "t = fork init\n"
                              "setsid t\n"
                              "w = fork t thread\n"
                              "n = fork init newpid\n"
                              "a = fork n\n"
                              "r = hold_task t\n"
                              "weak = tref a\n"
                              "top = mount freezer\n"
                              "cold = mkdir top\n"
                              "attach a cold\n"
                              "freeze cold\n"
                              "tree \"in the middle\"\n"
                              "thaw cold\n"
                              "exit t 7 group\n"
                              "expect wait init = t\n"
                              "exit n\n"
                              "expect wait init = n\n";

// What was seen of the story on the device.
struct Viewed {
    Report report;
    std::vector<Sighting> sightings;
    Timeline timeline;
    std::string page;
    std::vector<pidlab_task_info> tasks;
    bool whole = false; ///< the lab told all of itself

    Viewed() {
        const scenario::SourceText source("story.scn", story);
        const scenario::ParsedScenario parsed = parse(source);
        for (const scenario::Diagnostic &error : parsed.errors)
            ADD_FAILURE() << render(source, error);
        Lab lab = Lab::open();
        PageBuilder builder{lab, source};
        report = run_scenario(lab, source, parsed.scenario, &builder);
        EXPECT_TRUE(report.passed()) << (report.failure ? render(source, *report.failure) : "");
        builder.finish();
        whole = lab.snapshot().has_value();
        sightings = builder.sightings();
        timeline = builder.timeline();
        page = render_html(report, sightings, timeline, nullptr);
        for (const ReportEntry &entry : report.entries)
            if (entry.tree)
                tasks = entry.tree->tasks;
    }
};

} // namespace

TEST(Looking, x9_a_snapshot_of_the_module_agrees_with_its_check) {
    const Viewed viewed;
    if (!viewed.whole)
        GTEST_SKIP() << "the client was built without dumps";
    ASSERT_EQ(viewed.sightings.size(), 2U);
    const Snapshot &middle = viewed.sightings[0].snapshot;
    EXPECT_TRUE(middle.consistent);
    ASSERT_EQ(middle.tasks.size(), viewed.tasks.size());
    for (const pidlab_task_info &info : viewed.tasks) {
        const Snapshot::Task *task = middle.task(info.id);
        ASSERT_NE(task, nullptr);
        EXPECT_EQ(task->parent, info.parent);
        EXPECT_EQ(task->leader, info.leader);
        EXPECT_EQ(task->ns, info.ns);
        EXPECT_EQ(task->links[PIDLAB_TYPE_PID].nr, info.nr);
        EXPECT_EQ(task->reaper, (info.flags & PIDLAB_TASK_REAPER) != 0);
        const auto numbers = middle.numbers_of(*task);
        ASSERT_FALSE(numbers.empty());
        EXPECT_EQ(numbers.back().nr, info.vnr);
    }
}

TEST(Looking, x9_links_and_lists_of_the_module_agree) {
    const Viewed viewed;
    if (!viewed.whole)
        GTEST_SKIP() << "the client was built without dumps";
    const Snapshot &middle = viewed.sightings[0].snapshot;
    std::size_t links = 0;
    std::size_t users = 0;
    for (const Snapshot::Task &task : middle.tasks)
        for (std::size_t type = 0; type < PIDLAB_TYPE_COUNT; ++type) {
            const Snapshot::Pid *pid = middle.pid(task.links.at(type).pid);
            if (!pid)
                continue;
            ++links;
            EXPECT_EQ(std::ranges::count(pid->users.at(type), task.id), 1);
        }
    for (const Snapshot::Pid &pid : middle.pids)
        for (const auto &list : pid.users)
            users += list.size();
    EXPECT_GT(links, middle.tasks.size());
    EXPECT_EQ(links, users);
    EXPECT_EQ(middle.namespaces.size(), 2U);
    EXPECT_EQ(middle.containers.size(), 2U);
    EXPECT_EQ(middle.references.size(), 2U);
    EXPECT_EQ(std::ranges::count_if(middle.tasks, &Snapshot::Task::frozen), 1);
}

TEST(Looking, x9_a_timeline_of_the_module_ends_where_its_tasks_do) {
    const Viewed viewed;
    if (!viewed.whole)
        GTEST_SKIP() << "the client was built without dumps";
    EXPECT_EQ(viewed.timeline.left_out, 0U);
    EXPECT_EQ(viewed.timeline.spaces.size(), 2U);
    const auto life = std::ranges::find(viewed.timeline.lives, "a", &Timeline::Life::name);
    ASSERT_NE(life, viewed.timeline.lives.end());
    EXPECT_FALSE(life->span.open);
    EXPECT_TRUE(std::ranges::any_of(
        life->phases, [](const auto &phase) { return phase.first == Timeline::Phase::frozen; }));
    const nlohmann::ordered_json trace = trace_json(viewed.timeline);
    const auto events = [&](const char *phase) {
        return std::ranges::count_if(trace["traceEvents"],
                                     [&](const auto &event) { return event["ph"] == phase; });
    };
    EXPECT_GT(events("B"), 5);
    EXPECT_EQ(events("B"), events("E"));
    EXPECT_EQ(events("b"), 2);
    EXPECT_EQ(events("e"), 2);
}

TEST(Looking, x9_a_page_about_the_module_has_everything) {
    const Viewed viewed;
    if (!viewed.whole)
        GTEST_SKIP() << "the client was built without dumps";
    for (const char *part : {"in the middle", "At the end", "container cold", "task frozen",
                             "ref pins", "ref weak", "tree of tasks", "timeline: who lived"})
        EXPECT_NE(viewed.page.find(part), viewed.page.npos) << part;
}

} // namespace pidlab
