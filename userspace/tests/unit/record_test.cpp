// SPDX-License-Identifier: MIT
// Records of runs, and runs repeated from them.
#include <cstring>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "looking_fixture.hpp"
#include "pidlab/model.hpp"
#include "pidlab/record.hpp"
#include "pidlab/replay.hpp"
#include "pidlab/scenario_parser.hpp"
#include "pidlab/snapshot_changes.hpp"

namespace pidlab {
namespace {

using json = nlohmann::ordered_json;
using testing::FakeTransport;
using ::testing::HasSubstr;
using testing::Portrait;

constexpr const char *story = "lab pid_max=400\n"
                              "t = fork init\n"
                              "n = fork init newpid\n"
                              "w = tref t type=pgid\n"
                              "expect fork n (fail_nth=1) = ENOMEM\n"
                              "exit t 7\n"
                              "expect wait init = t, 2, 7\n"
                              "expect find 2 = ESRCH\n";

// On the model, which fails no allocation.
std::string plain_story() {
    std::string text = story;
    const std::size_t at = text.find("expect fork n");
    return text.erase(at, text.find('\n', at) + 1 - at);
}

std::string record(const std::string &text, Lab inner) {
    const scenario::SourceText source("test.scn", text);
    const scenario::ParsedScenario parsed = parse(source);
    for (const scenario::Diagnostic &error : parsed.errors)
        ADD_FAILURE() << render(source, error);
    std::ostringstream out;
    RecordWriter writer{out, source};
    Lab lab{std::make_unique<ListeningTransport>(std::move(inner), writer)};
    const Report report = run_scenario(lab, source, parsed.scenario, &writer);
    EXPECT_TRUE(report.passed()) << (report.failure ? render(source, *report.failure) : "");
    writer.finish(report);
    EXPECT_TRUE(writer.good());
    return out.str();
}

Lab model() { return Lab{std::make_unique<ModelTransport>()}; }

std::vector<json> lines(const std::string &text) {
    std::vector<json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        out.push_back(json::parse(line));
    return out;
}

std::vector<ReplayedLab> again(const std::string &text, const std::function<Lab()> &open = model) {
    std::istringstream in(text);
    return replay(in, open);
}

std::string complaint(const std::string &text) {
    try {
        static_cast<void>(again(text));
    } catch (const std::invalid_argument &error) {
        return error.what();
    }
    return "none";
}

std::string replaced(std::string text, const std::string &what, const std::string &by) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, text.npos) << what;
    return text.replace(at, what.size(), by);
}

TEST(Record, operations_go_through_json_and_back) {
    for (const OpInfo &info : ops()) {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(info.opcode);
        op.flags = info.flags;
        op.fail_nth = 3;
        for (std::size_t i = 0; i < info.operands().size(); ++i)
            op.arg[i] = meaning(info.args[i].kind) == Meaning::object
                            ? testing::id(PIDLAB_OBJECT_TASK, 1ULL << 40)
                            : static_cast<std::uint64_t>(-1 - static_cast<std::int64_t>(i));
        for (std::size_t i = 0; i < info.outputs().size(); ++i)
            op.res[i] = 100 + i;
        const pidlab_op back = op_from_json(json::parse(op_json(op).dump()));
        EXPECT_EQ(std::memcmp(&op, &back, sizeof(op)), 0) << info.name;
        op = {};
        op.opcode = static_cast<std::uint16_t>(info.opcode);
        op.error = -ESRCH;
        EXPECT_EQ(op_from_json(op_json(op)).error, -ESRCH) << info.name;
    }
}

TEST(Record, settings_go_through_json_and_back) {
    Settings all;
    for (const SettingInfo &setting : settings())
        all.set(setting.slot, setting.max);
    const Settings back = settings_from_json(json::parse(settings_json(all).dump()));
    EXPECT_EQ(back.given(), all.given());
    for (const SettingInfo &setting : settings())
        EXPECT_EQ(back.get(setting.slot), all.get(setting.slot)) << setting.name;
    EXPECT_THROW(static_cast<void>(settings_from_json({{"pid_maximum", 1}})),
                 std::invalid_argument);
}

TEST(Record, begins_with_the_settings_and_a_snapshot) {
    const std::vector<json> told = lines(record(plain_story(), model()));
    EXPECT_EQ(told[0]["lab"]["settings"].dump(), "{\"pid_max\":400}");
    EXPECT_EQ(told[0]["lab"]["scenario"], "test.scn");
    ASSERT_TRUE(told[1].contains("snapshot"));
    EXPECT_EQ(told[1]["snapshot"]["tasks"].size(), 1U);
    EXPECT_TRUE(told.back().contains("end"));
    EXPECT_EQ(told.back()["end"]["passed"], true);
}

TEST(Record, has_each_operation_with_its_operands_and_its_results_in_order) {
    std::vector<std::string> seen;
    for (const json &line : lines(record(plain_story(), model())))
        if (line.contains("op")) {
            seen.push_back(line["op"]);
            EXPECT_GE(line["took"].get<std::int64_t>(), 0);
        }
    EXPECT_THAT(seen, ::testing::ElementsAre("fork", "fork", "tref", "deref", "exit", "deref",
                                             "wait", "deref", "find", "deref", "gp", "deref"));
}

TEST(Record, snapshot_and_changes_tell_the_end) {
    Snapshot state;
    for (const json &line : lines(record(plain_story(), model()))) {
        if (line.contains("snapshot"))
            state = snapshot_from_json(line["snapshot"]);
        if (line.contains("changes"))
            state = apply_changes(state, line["changes"]);
    }
    ASSERT_EQ(state.tasks.size(), 2U);
    EXPECT_EQ(state.tasks[1].links[PIDLAB_TYPE_PID].nr, 3);
    EXPECT_EQ(state.namespaces.size(), 2U);
    EXPECT_EQ(state.references.size(), 1U);
    EXPECT_TRUE(state.references[0].gone || state.references[0].object != 0);
}

TEST(Record, works_where_there_are_no_snapshots) {
    auto fake = std::make_unique<FakeTransport>();
    const std::vector<json> told = lines(record("gp\n", Lab{std::move(fake)}));
    for (const json &line : told) {
        EXPECT_FALSE(line.contains("snapshot"));
        EXPECT_FALSE(line.contains("changes"));
    }
    EXPECT_EQ(told[0].contains("lab"), true);
}

TEST(SnapshotChanges, lead_from_one_to_the_other) {
    const Snapshot before = Portrait{}.lab;
    Snapshot after = before;
    EXPECT_TRUE(snapshot_changes(before, after).is_null());
    after.tasks[2].usage = 9;
    after.pids.pop_back();
    after.references.erase(after.references.begin());
    after.namespaces.push_back({testing::id(PIDLAB_OBJECT_NS, 9), 0, 1, 1, 301, 0, false, 1});
    after.sequence = 5;
    const json changes = snapshot_changes(before, after);
    EXPECT_EQ(changes["tasks"].size(), 1U);
    EXPECT_EQ(changes["gone"]["pids"].size(), 1U);
    EXPECT_FALSE(changes.contains("containers"));
    EXPECT_EQ(apply_changes(before, json::parse(changes.dump())), after);
}

TEST(SnapshotChanges, know_numbers_of_taskref_apart) {
    Snapshot before = Portrait{}.lab;
    for (Snapshot::Pid &each : before.pids)
        each.id = 0;
    Snapshot after = before;
    after.pids[1].users[PIDLAB_TYPE_PGID].clear();
    const json changes = snapshot_changes(before, after);
    EXPECT_EQ(changes["pids"].size(), 1U);
    EXPECT_EQ(apply_changes(before, changes), after);
}

TEST(Replay, of_what_was_recorded_agrees) {
    const std::vector<ReplayedLab> labs = again(record(plain_story(), model()));
    ASSERT_EQ(labs.size(), 1U);
    EXPECT_FALSE(labs[0].departure);
    EXPECT_EQ(labs[0].operations, 12U);
    EXPECT_EQ(labs[0].scenario, "test.scn");
}

TEST(Replay, does_not_ask_for_the_same_ids) {
    const std::string text = record("t = fork init\nexit t\nwait init\n", model());
    // The whole record as a lab with other ids would have written it.
    std::string other;
    for (json line : lines(text)) {
        const auto shift = [](json &values) {
            for (auto &[name, value] : values.items())
                if (value.is_number_unsigned() &&
                    (value.get<std::uint64_t>() & PIDLAB_ID_KIND_MASK) == PIDLAB_OBJECT_TASK &&
                    value.get<std::uint64_t>() > PIDLAB_ID_KIND_MASK)
                    value =
                        value.get<std::uint64_t>() + (std::uint64_t{1000} << PIDLAB_ID_KIND_BITS);
        };
        if (line.contains("lab"))
            shift(line["lab"]);
        if (line.contains("op")) {
            shift(line["args"]);
            if (line.contains("result"))
                shift(line["result"]);
        }
        other += line.dump() + '\n';
    }
    ASSERT_NE(other, text);
    EXPECT_FALSE(again(other)[0].departure);
}

TEST(Replay, says_where_it_left_the_record) {
    const std::string text =
        replaced(record(plain_story(), model()), "\"nr\":2,\"code\":7}", "\"nr\":2,\"code\":8}");
    const std::vector<ReplayedLab> labs = again(text);
    ASSERT_TRUE(labs[0].departure);
    const Departure &there = *labs[0].departure;
    EXPECT_EQ(there.step, labs[0].operations);
    EXPECT_THAT(text.substr(0, text.find("\"nr\":2,\"code\":8}")),
                ::testing::ResultOf(
                    [](const std::string &front) { return std::ranges::count(front, '\n') + 1; },
                    static_cast<std::ptrdiff_t>(there.line)));
}

TEST(Replay, tells_an_error_from_a_result) {
    const std::string text =
        replaced(record(plain_story(), model()), "\"error\":\"ESRCH\"", "\"error\":\"EPERM\"");
    const std::vector<ReplayedLab> labs = again(text);
    ASSERT_TRUE(labs[0].departure);
    EXPECT_EQ(labs[0].departure->recorded, "EPERM");
    EXPECT_EQ(labs[0].departure->now, "ESRCH");
}

TEST(Replay, sees_that_one_object_took_anothers_place) {
    std::string text = record("a = fork init\nb = fork init\nexpect state a = running\n", model());
    // In the record the second fork gave what the first had given.
    const std::vector<json> told = lines(text);
    std::string first;
    std::string other;
    for (json line : told) {
        if (line.contains("op") && line["op"] == "fork") {
            if (first.empty())
                first = line["result"].dump();
            line["result"] = json::parse(first);
        }
        other += line.dump() + '\n';
    }
    ASSERT_TRUE(again(other)[0].departure);
    EXPECT_EQ(again(other)[0].operations, 1U);
}

TEST(Replay, repeats_every_lab_of_a_file) {
    const std::string good = record("t = fork init\n", model());
    const std::string bad = replaced(good, "\"nr\":2", "\"nr\":5");
    const std::vector<ReplayedLab> labs = again(bad + good);
    ASSERT_EQ(labs.size(), 2U);
    EXPECT_TRUE(labs[0].departure);
    EXPECT_FALSE(labs[1].departure);
}

TEST(Replay, says_which_line_makes_no_sense) {
    EXPECT_THAT(complaint("{\"lab\":"), HasSubstr("line 1: "));
    EXPECT_EQ(complaint("{\"op\":\"gp\",\"args\":{}}"), "line 1: an operation before any lab");
    const std::string good = record("t = fork init\n", model());
    EXPECT_THAT(complaint(replaced(good, "\"op\":\"fork\"", "\"op\":\"spoon\"")),
                HasSubstr("no operation is called `spoon'"));
    EXPECT_THAT(complaint(replaced(good, "{\"parent\":", "{\"papa\":")),
                HasSubstr("no operand of fork is called `papa'"));
    EXPECT_EQ(complaint(""), "none");
    EXPECT_TRUE(again("").empty());
}

} // namespace
} // namespace pidlab
