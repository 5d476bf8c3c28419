// SPDX-License-Identifier: MIT
/// @file
/// A run as things that last: tasks, namespaces and references, each from its beginning to its end.
///
/// Time is counted in operations: each takes one unit, whatever the machine took for it, so that
/// the same scenario gives the same picture everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_events.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab {

/// What a scenario did to its lab, in time.
struct Timeline {
    /// From one instant to another. What an operation changes is so from the operation's end on.
    struct Span {
        double begin = 0;
        double end = 0;
        bool open = true; ///< still there at the end of the timeline
    };

    /// What a task does for a while.
    enum class Phase { running, frozen, ending, zombie, dead };

    struct Life {
        std::uint64_t id = 0;
        std::uint64_t ns = 0;
        std::uint64_t parent = 0; ///< at its birth
        std::string name;
        std::int32_t nr = 0;  ///< in the root namespace, as it was born
        std::int32_t vnr = 0; ///< in its own
        bool thread = false;
        std::int32_t exit_code = 0;
        Span span;
        /// One after the other, without gaps, from the beginning of the life to its end.
        std::vector<std::pair<Phase, Span>> phases;
    };

    struct Space {
        std::uint64_t id = 0;
        std::string name;
        std::uint32_t level = 0;
        Span span;
    };

    struct Hold {
        std::uint64_t id = 0;
        std::string name;
        Snapshot::Hold kind = Snapshot::Hold::task;
        std::string op; ///< the operation that made it
        std::uint64_t target = 0;
        std::string of; ///< what it was made of, in words
        Span span;
    };

    /// One operation of the scenario; it takes from `at' to at + length.
    struct Act {
        static constexpr double length = 0.8;

        double at = 0;
        std::size_t line = 0; ///< 0: done at the end, by nobody's word
        std::string text;     ///< as the scenario has it
        std::string op;       ///< name of the operation
        std::string outcome;
        std::uint64_t actor = 0; ///< the acting task, 0: none
        bool refused = false;
    };

    /// What the lab held after an operation.
    struct Sample {
        double at = 0;
        std::uint64_t tasks = 0;
        std::uint64_t pids = 0;
        std::uint64_t references = 0;
        std::uint64_t bytes = 0;
    };

    std::vector<Space> spaces; ///< as they were made; the root is the first
    std::vector<Life> lives;   ///< as they were born
    std::vector<Hold> holds;   ///< as they were made
    std::vector<Act> acts;
    std::vector<Sample> samples;
    double end = 0;
    std::uint64_t left_out = 0; ///< operations that did not fit
};

/// How a phase is called.
[[nodiscard]] std::string_view phase_word(Timeline::Phase phase);

/// Makes a timeline while it watches a run.
class TimelineBuilder final : public scenario::Observer {
public:
    /// Operations beyond which it stops looking.
    static constexpr std::size_t max_acts = 5000;
    /// Objects of a lab beyond which it does so, too.
    static constexpr std::size_t max_objects = 8192;

    /// @param lab the one that is run on. Where it has no snapshots, the timeline is made of what
    ///     CHECK tells of tasks.
    /// @param source the scenario; both must outlive the run
    TimelineBuilder(Lab &lab, const scenario::SourceText &source) : lab_(lab), source_(source) {}

    void on_setup(const Info &info) override;
    void on_step(const scenario::Step &step) override;
    void on_counters(const scenario::Statement &statement, const Info &info) override;
    void on_snapshot(const scenario::Statement &statement, const CheckResult &result,
                     const scenario::State &state) override;
    void on_failure(const scenario::Diagnostic &why) override;

    /// The timeline of a run that has ended.
    [[nodiscard]] Timeline finish();

private:
    void act(const pidlab_op &op, const scenario::Range &at, const std::string &outcome);
    void look();
    void follow(const Snapshot &now, const Snapshot::Task &task);
    void follow_references(const pidlab_op &op);
    [[nodiscard]] std::string space_name(const Timeline::Space &space) const;

    Lab &lab_;
    const scenario::SourceText &source_;
    Timeline out_;
    std::map<std::uint64_t, std::size_t> life_of_; ///< those that last, as those below
    std::map<std::uint64_t, std::size_t> space_of_;
    std::map<std::uint64_t, std::size_t> hold_of_; ///< all that there ever were
    std::uint64_t bytes_ = 0;
    double now_ = 0;
    bool failed_ = false;
    bool crowded_ = false;
};

/// As Chrome trace JSON, which Perfetto and chrome://tracing open: a process for each namespace
/// with a thread for each task, on which its life, and in it what is not plain running, are
/// slices; references as async spans; the operations, grace periods and counters of the lab in
/// a process of their own. A unit of time is a millisecond there.
[[nodiscard]] nlohmann::ordered_json trace_json(const Timeline &timeline);

} // namespace pidlab
