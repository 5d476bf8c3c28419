// SPDX-License-Identifier: MIT
// A timeline in the format of Chrome's tracing, which Perfetto reads.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "pidlab/timeline.hpp"

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

// Processes of the trace. Its threads have numbers of their own, whatever the process.
constexpr std::uint64_t lab_process = 1;
constexpr std::uint64_t hold_process = 2;
constexpr std::uint64_t first_space = 10;
constexpr std::uint64_t act_thread = 1;
constexpr std::uint64_t gp_thread = 2;
constexpr std::uint64_t hold_thread = 3; // to Perfetto 0 is the idle thread, of no process
constexpr std::uint64_t first_task = 100;

std::uint64_t thread_of(std::uint64_t task) { return first_task + (task >> PIDLAB_ID_KIND_BITS); }

class Trace {
public:
    explicit Trace(const Timeline &timeline) : timeline_(timeline) {}

    json take() {
        name("process_name", lab_process, 0, "lab");
        sort("process_sort_index", lab_process, 0, 0);
        name("thread_name", lab_process, act_thread, "scenario");
        name("thread_name", lab_process, gp_thread, "grace periods");
        for (const Timeline::Act &act : timeline_.acts)
            add(act);
        for (const Timeline::Sample &sample : timeline_.samples)
            add(sample);
        add_spaces();
        add_holds();
        // Slices of a thread are nested as they stand; equal times stay in that order.
        std::stable_sort(events_.begin(), events_.end(), [](const json &a, const json &b) {
            return a["ts"].get<std::int64_t>() < b["ts"].get<std::int64_t>();
        });
        for (json &event : events_)
            heads_.push_back(std::move(event));
        // No displayTimeUnit: some versions of Perfetto take it for the unit of the times.
        return {{"otherData", {{"time", "a millisecond is an operation of the scenario"}}},
                {"traceEvents", std::move(heads_)}};
    }

private:
    static std::int64_t microseconds(double at) { return std::llround(at * 1000); }

    void name(const char *what, std::uint64_t process, std::uint64_t thread,
              const std::string &text) {
        heads_.push_back({{"ph", "M"},
                          {"name", what},
                          {"pid", process},
                          {"tid", thread},
                          {"args", {{"name", text}}}});
    }

    void sort(const char *what, std::uint64_t process, std::uint64_t thread, std::size_t index) {
        heads_.push_back({{"ph", "M"},
                          {"name", what},
                          {"pid", process},
                          {"tid", thread},
                          {"args", {{"sort_index", index}}}});
    }

    json &event(const char *phase, std::string text, double at, std::uint64_t process,
                std::uint64_t thread) {
        events_.push_back({{"ph", phase},
                           {"name", std::move(text)},
                           {"ts", microseconds(at)},
                           {"pid", process},
                           {"tid", thread}});
        return events_.back();
    }

    void add(const Timeline::Act &act) {
        const bool gp = act.op == "gp";
        const std::string text = gp ? "grace period" : act.text.empty() ? act.op : act.text;
        json &out = event("X", text, act.at, lab_process, gp ? gp_thread : act_thread);
        out["dur"] = microseconds(act.at + Timeline::Act::length) - microseconds(act.at);
        out["cat"] = act.refused ? "operation,refused" : "operation";
        out["args"] = {{"line", act.line}, {"outcome", act.outcome}};
    }

    void add(const Timeline::Sample &sample) {
        const auto count = [&](const char *what, std::uint64_t value) {
            event("C", what, sample.at, lab_process, act_thread)["args"] = {{what, value}};
        };
        count("tasks", sample.tasks);
        count("pids", sample.pids);
        count("references", sample.references);
        count("bytes", sample.bytes);
    }

    void add_spaces() {
        for (std::size_t i = 0; i < timeline_.spaces.size(); ++i) {
            const Timeline::Space &space = timeline_.spaces[i];
            const std::uint64_t process = first_space + i;
            name("process_name", process, 0,
                 fmt::format("namespace {} (depth {})", space.name, space.level));
            sort("process_sort_index", process, 0, i + 1);
            std::size_t row = 0;
            for (const Timeline::Life &life : timeline_.lives)
                if (life.ns == space.id)
                    add(life, process, row++);
        }
    }

    void add(const Timeline::Life &life, std::uint64_t process, std::size_t row) {
        const std::uint64_t thread = thread_of(life.id);
        name("thread_name", process, thread, fmt::format("{} ({})", life.name, life.vnr));
        sort("thread_sort_index", process, thread, row);
        event("B", life.name, life.span.begin, process,
              thread)["args"] = {{"pid in the root", life.nr},
                                 {"pid in its namespace", life.vnr},
                                 {"exit code", life.exit_code}};
        for (const auto &[phase, span] : life.phases) {
            if (phase == Timeline::Phase::running)
                continue;
            const std::string word{phase_word(phase)};
            event("B", word, span.begin, process, thread);
            event("E", word, span.end, process, thread);
        }
        event("E", life.name, life.span.end, process, thread);
    }

    void add_holds() {
        if (timeline_.holds.empty())
            return;
        name("process_name", hold_process, 0, "references");
        name("thread_name", hold_process, hold_thread, "held");
        sort("process_sort_index", hold_process, 0, timeline_.spaces.size() + 1);
        for (const Timeline::Hold &hold : timeline_.holds) {
            const std::string text = fmt::format("{} ({} {})", hold.name, hold.op, hold.of);
            const std::string id = fmt::format("{:#x}", hold.id);
            for (const bool begins : {true, false}) {
                json &out =
                    event(begins ? "b" : "e", text, begins ? hold.span.begin : hold.span.end,
                          hold_process, hold_thread);
                out["cat"] = "reference";
                out["id"] = id;
                if (begins)
                    out["args"] = {{"kind", hold_word(hold.kind)}};
            }
        }
    }

    const Timeline &timeline_;
    std::vector<json> heads_; // metadata, which have no time
    std::vector<json> events_;
};

} // namespace

nlohmann::ordered_json trace_json(const Timeline &timeline) { return Trace{timeline}.take(); }

} // namespace pidlab
