// SPDX-License-Identifier: MIT
// Events as text and as JSON, and what is told of those that got lost.
#include <sstream>

#include <gtest/gtest.h>

#include "pidlab/event_log.hpp"

namespace pidlab {
namespace {

constexpr std::uint64_t task(std::uint64_t serial) {
    return serial << PIDLAB_ID_KIND_BITS | PIDLAB_OBJECT_TASK;
}

Event fork_event(std::uint64_t sequence, std::uint64_t time, std::uint64_t lost = 0) {
    return {.lab = 4,
            .sequence = sequence,
            .time = time,
            .lost = lost,
            .what = PIDLAB_EVENT_FORK,
            .object = task(7),
            .other = task(1),
            .nr = 2,
            .value = 0};
}

std::string written(const EventLog::Options &options, const std::vector<Event> &all) {
    std::ostringstream out;
    EventLog log(out, nullptr, options);
    for (const Event &event : all)
        log.write(event);
    log.end();
    return out.str();
}

TEST(Event, each_kind_has_a_name_and_help) {
    std::uint32_t number = 0;
    for (const EventInfo &row : events()) {
        EXPECT_EQ(row.number, ++number);
        EXPECT_EQ(find_event(row.name), &row);
        EXPECT_EQ(find_event(number), &row);
        EXPECT_FALSE(row.help.empty());
    }
    EXPECT_EQ(find_event(number + 1), nullptr);
    EXPECT_EQ(find_event("nothing"), nullptr);
}

TEST(Event, as_text_names_what_it_tells) {
    EXPECT_EQ(event_text(fork_event(1, 0)),
              "fork      child task 7, parent task 1, nr 2, thread 0");
    const Event handover{.what = PIDLAB_EVENT_HANDOVER,
                         .object = task(2),
                         .other = task(3),
                         .nr = 9,
                         .value = PIDLAB_TYPE_SID};
    EXPECT_EQ(event_text(handover), "handover  to task 2, from task 3, nr 9, type sid");
    EXPECT_EQ(event_text({.what = 999}), "event 999, which this client does not know");
}

TEST(Event, as_json_has_the_members_that_tell_something) {
    const auto json = event_json(fork_event(5, 1000, 3));
    EXPECT_EQ(json.dump(), R"({"lab":4,"sequence":5,"time_ns":1000,"lost":3,"event":"fork",)"
                           R"("child":113,"parent":17,"nr":2,"thread":0})");
    EXPECT_EQ(event_json({.what = PIDLAB_EVENT_GP}).dump(),
              R"({"lab":0,"sequence":0,"time_ns":0,"lost":0,"event":"gp"})");
    EXPECT_EQ(event_json({.what = PIDLAB_EVENT_PUT, .value = PIDLAB_REFERENCE_PID})["kind"], "pid");
}

TEST(EventLog, times_are_since_the_first_the_one_before_or_boot) {
    const std::vector<Event> two = {fork_event(1, 5'000'001'000), fork_event(2, 6'500'002'000)};
    const std::string relative = written({}, two);
    EXPECT_NE(relative.find("+   0.000000      1  fork"), std::string::npos) << relative;
    EXPECT_NE(relative.find("+   1.500001      2  fork"), std::string::npos) << relative;
    EXPECT_NE(written({.clock = EventLog::Clock::absolute}, two).find("   6.500002      2"),
              std::string::npos);
    const std::vector<Event> three = {two[0], two[1], fork_event(3, 6'500'003'000)};
    EXPECT_NE(written({.clock = EventLog::Clock::delta}, three).find("+   0.000001      3"),
              std::string::npos);
}

TEST(EventLog, tells_how_many_got_lost_once) {
    const std::string text =
        written({}, {fork_event(1, 0), fork_event(4, 1, 2), fork_event(5, 2, 2)});
    EXPECT_NE(text.find("2 events lost"), std::string::npos) << text;
    EXPECT_EQ(text.find("events lost"), text.rfind("events lost")) << text;
    EXPECT_NE(text.find("3 events, 2 lost\n"), std::string::npos) << text;
}

TEST(EventLog, a_filter_hides_what_it_does_not_name_but_not_from_a_record) {
    std::ostringstream out, record;
    EventLog log(out, &record, {.json = true, .only = {PIDLAB_EVENT_EXIT}});
    const Snapshot nothing;
    log.begin({{"version", 1}}, &nothing);
    log.write(fork_event(1, 0));
    log.end();
    EXPECT_EQ(out.str(), "");
    EXPECT_EQ(record.str().find(R"({"lab":{"version":1}})"), 0U) << record.str();
    EXPECT_NE(record.str().find("\n{\"snapshot\":"), std::string::npos);
    EXPECT_NE(record.str().find(R"({"event":{"lab":4,)"), std::string::npos);
    EXPECT_NE(record.str().find(R"({"end":{"events":1,"lost":0}})"), std::string::npos);
}

} // namespace
} // namespace pidlab
