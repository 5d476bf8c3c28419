// SPDX-License-Identifier: MIT
// Timelines: what lasts for how long, and the rules of the trace format. Row x9.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pidlab/model.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_parser.hpp"
#include "pidlab/timeline.hpp"

namespace pidlab {
namespace {

using json = nlohmann::ordered_json;

// A scenario on the model.
struct Ran {
    Timeline timeline;
    Report report;

    explicit Ran(const std::string &text) {
        const scenario::SourceText source("test.scn", text);
        const scenario::ParsedScenario parsed = parse(source);
        for (const scenario::Diagnostic &error : parsed.errors)
            ADD_FAILURE() << render(source, error);
        Lab lab{std::make_unique<ModelTransport>()};
        TimelineBuilder builder{lab, source};
        report = run_scenario(lab, source, parsed.scenario, &builder);
        timeline = builder.finish();
    }

    [[nodiscard]] const Timeline::Life &life(std::string_view name) const {
        for (const Timeline::Life &each : timeline.lives)
            if (each.name == name)
                return each;
        throw std::out_of_range(std::string{name});
    }
};

constexpr const char *story = "t = fork init\n"
                              "n = fork init newpid\n"
                              "a = fork n\n"
                              "r = hold_task t\n"
                              "w = tref t\n"
                              "exit t 7\n"
                              "expect wait init = t\n"
                              "expect deref w = ESRCH\n"
                              "put r\n"
                              "gp\n"
                              "exit n\n";

// The rules of the format that a viewer relies on, checked event by event.
class Rules {
public:
    explicit Rules(const json &trace) {
        for (const json &event : trace.at("traceEvents"))
            check(event);
        for (const auto &[thread, open] : open_)
            EXPECT_TRUE(open.empty()) << "a slice never ends: " << open.back();
        EXPECT_TRUE(async_.empty()) << "an async span never ends: " << async_.begin()->first;
        for (const auto &used : used_)
            EXPECT_TRUE(named_.contains(used))
                << "thread " << used.second << " of process " << used.first << " has no name";
        for (const auto &used : used_)
            EXPECT_TRUE(processes_.contains(used.first)) << "process " << used.first;
    }

    std::map<std::string, int> count; ///< events by their phase

private:
    using Thread = std::pair<std::uint64_t, std::uint64_t>;

    void check(const json &event) {
        const std::string phase = event.at("ph");
        const Thread thread{event.at("pid"), event.at("tid")};
        ++count[phase];
        if (phase == "M") {
            metadata(event, thread);
            return;
        }
        const std::int64_t now = event.at("ts");
        EXPECT_GE(now, last_) << "events are in the order of time";
        last_ = now;
        const std::string name = event.at("name");
        EXPECT_FALSE(name.empty());
        if (phase == "B") {
            used_.insert(thread);
            open_[thread].push_back(name);
        } else if (phase == "E") {
            ASSERT_FALSE(open_[thread].empty()) << "nothing begins that " << name << " ends";
            EXPECT_EQ(open_[thread].back(), name) << "slices are nested";
            open_[thread].pop_back();
        } else if (phase == "X") {
            used_.insert(thread);
            EXPECT_GT(event.at("dur").get<std::int64_t>(), 0);
            EXPECT_GE(now, busy_[thread]) << "two slices of a thread overlap: " << name;
            busy_[thread] = now + event.at("dur").get<std::int64_t>();
        } else if (phase == "b" || phase == "e") {
            span(event, phase == "b");
        } else {
            EXPECT_EQ(phase, "C");
            EXPECT_EQ(event.at("args").size(), 1U);
            EXPECT_TRUE(event["args"].begin()->is_number());
        }
    }

    void metadata(const json &event, const Thread &thread) {
        const json &args = event.at("args");
        if (event.at("name") == "process_name") {
            EXPECT_TRUE(args.at("name").is_string());
            EXPECT_TRUE(processes_.insert(thread.first).second) << "a process has one name";
        } else if (event.at("name") == "thread_name") {
            EXPECT_TRUE(args.at("name").is_string());
            EXPECT_TRUE(named_.insert(thread).second) << "a thread has one name";
            EXPECT_TRUE(threads_.insert(thread.second).second) << "threads' numbers are unique";
        } else {
            EXPECT_TRUE(args.at("sort_index").is_number());
        }
    }

    void span(const json &event, bool begins) {
        const std::string key = event.at("cat").get<std::string>() + ' ' +
                                event.at("id").get<std::string>() + ' ' +
                                event.at("name").get<std::string>();
        if (begins)
            EXPECT_TRUE(async_.emplace(key, event["ts"]).second) << key << " begins twice";
        else
            EXPECT_EQ(async_.erase(key), 1U) << key << " ends and has not begun";
    }

    std::int64_t last_ = 0;
    std::map<Thread, std::vector<std::string>> open_;
    std::map<Thread, std::int64_t> busy_;
    std::map<std::string, std::int64_t> async_;
    std::set<Thread> used_;
    std::set<Thread> named_;
    std::set<std::uint64_t> threads_;
    std::set<std::uint64_t> processes_;
};

TEST(Timeline, x9_a_task_lives_from_its_fork_to_where_it_is_freed) {
    const Ran run{story};
    ASSERT_TRUE(run.report.passed());
    const Timeline::Life &t = run.life("t");
    EXPECT_EQ(t.span.begin, 0 + Timeline::Act::length);
    EXPECT_FALSE(t.span.open);
    EXPECT_EQ(t.exit_code, 7);
    ASSERT_EQ(t.phases.size(), 3U);
    EXPECT_EQ(t.phases[0].first, Timeline::Phase::running);
    EXPECT_EQ(t.phases[1].first, Timeline::Phase::zombie);
    EXPECT_EQ(t.phases[1].second.begin, 5 + Timeline::Act::length);
    EXPECT_EQ(t.phases[2].first, Timeline::Phase::dead);
    EXPECT_EQ(t.phases[2].second.begin, 6 + Timeline::Act::length);
    EXPECT_EQ(t.phases[2].second.end, t.span.end);
}

TEST(Timeline, x9_phases_follow_one_another_without_gaps) {
    const Ran run{story};
    for (const Timeline::Life &life : run.timeline.lives) {
        double at = life.span.begin;
        for (const auto &[phase, span] : life.phases) {
            EXPECT_EQ(span.begin, at) << life.name;
            EXPECT_GT(span.end, span.begin) << life.name;
            at = span.end;
        }
        EXPECT_EQ(at, life.span.end) << life.name;
    }
}

TEST(Timeline, x9_references_last_from_their_making_to_their_put) {
    const Ran run{story};
    ASSERT_EQ(run.timeline.holds.size(), 2U);
    const Timeline::Hold &r = run.timeline.holds[0];
    EXPECT_EQ(r.name, "r");
    EXPECT_EQ(r.of, "t");
    EXPECT_EQ(r.op, "hold_task");
    EXPECT_EQ(r.span.begin, 3 + Timeline::Act::length);
    EXPECT_EQ(r.span.end, 8 + Timeline::Act::length);
    EXPECT_TRUE(run.timeline.holds[1].span.open);
    EXPECT_EQ(run.timeline.holds[1].kind, Snapshot::Hold::tref);
}

TEST(Timeline, x9_namespaces_last_and_their_tasks_are_in_them) {
    const Ran run{story};
    ASSERT_EQ(run.timeline.spaces.size(), 2U);
    EXPECT_EQ(run.life("a").ns, run.timeline.spaces[1].id);
    EXPECT_EQ(run.life("a").vnr, 2);
    EXPECT_EQ(run.life("a").nr, 4);
}

TEST(Timeline, x9_ends_with_the_failure_where_a_scenario_fails) {
    const Ran run{"t = fork init\nexpect state t = zombie\nexit t\n"};
    EXPECT_FALSE(run.report.passed());
    ASSERT_EQ(run.timeline.acts.size(), 2U);
    EXPECT_TRUE(run.timeline.acts.back().refused);
    EXPECT_EQ(run.timeline.acts.back().line, 2U);
}

TEST(Timeline, x9_stops_looking_where_nobody_could_see_more) {
    const Ran run{"repeat 6000\n    t = fork init\n    exit t\n    wait init\nend\n"};
    EXPECT_EQ(run.timeline.acts.size(), TimelineBuilder::max_acts);
    EXPECT_EQ(run.timeline.left_out, 18000 - TimelineBuilder::max_acts);
}

TEST(Timeline, x9_the_trace_keeps_the_rules_of_its_format) {
    const Ran run{story};
    const Rules rules{json::parse(trace_json(run.timeline).dump())};
    EXPECT_EQ(rules.count.at("b"), 2);
    EXPECT_EQ(rules.count.at("e"), 2);
    EXPECT_EQ(rules.count.at("X"), 12) << "the grace period at the end is one of them";
    EXPECT_EQ(rules.count.at("B"), rules.count.at("E"));
}

TEST(Timeline, x9_the_trace_has_a_process_for_each_namespace_and_a_thread_for_each_task) {
    const Ran run{story};
    std::map<std::string, std::uint64_t> processes;
    std::map<std::string, std::uint64_t> threads;
    const json trace = trace_json(run.timeline);
    for (const json &event : trace["traceEvents"]) {
        if (event["name"] == "process_name")
            processes[event["args"]["name"]] = event["pid"];
        if (event["name"] == "thread_name")
            threads[event["args"]["name"]] = event["pid"];
    }
    EXPECT_TRUE(processes.contains("namespace root (depth 0)"));
    EXPECT_EQ(threads.at("a (2)"), threads.at("n (1)"));
    EXPECT_NE(threads.at("a (2)"), threads.at("t (2)"));
    EXPECT_EQ(threads.at("t (2)"), processes.at("namespace root (depth 0)"));
}

TEST(Timeline, x9_a_trace_has_nothing_that_perfetto_takes_for_something_else) {
    const Ran run{story};
    const json trace = trace_json(run.timeline);
    EXPECT_FALSE(trace.contains("displayTimeUnit"));
    for (const json &event : trace["traceEvents"]) {
        if (event["ph"] != "M") {
            EXPECT_NE(event["tid"], 0) << event;
        }
    }
}

TEST(Timeline, x9_a_zombie_is_a_slice_inside_of_a_life) {
    const Ran run{story};
    std::vector<std::string> seen;
    const json trace = trace_json(run.timeline);
    std::uint64_t thread = 0;
    for (const json &event : trace["traceEvents"]) {
        if (event["name"] == "thread_name" && event["args"]["name"] == "t (2)")
            thread = event["tid"];
        if (thread != 0 && event["tid"] == thread && (event["ph"] == "B" || event["ph"] == "E"))
            seen.push_back(event["ph"].get<std::string>() + event["name"].get<std::string>());
    }
    EXPECT_THAT(seen, ::testing::ElementsAre("Bt", "Bzombie", "Ezombie", "Bdead", "Edead", "Et"));
}

} // namespace
} // namespace pidlab
