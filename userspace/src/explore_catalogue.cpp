// SPDX-License-Identifier: MIT
#include "pidlab/explore_catalogue.hpp"

#include <algorithm>
#include <filesystem>

#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {

namespace {

using scenario::Scenario;

// Where a bug takes fewer, the proof that it is gone is worth little with as few.
constexpr unsigned least_preemptions = 2;

// The setting `bugs' of a scenario.
std::uint64_t bugs_of(const Scenario &scenario) {
    for (const scenario::Statement &statement : scenario.body)
        if (const auto *setup = std::get_if<scenario::SetUp>(&statement.what))
            for (const scenario::GivenSetting &given : setup->settings)
                if (given.slot == PIDLAB_SET_BUGS)
                    return given.value;
    return 0;
}

Scenario without_bugs(Scenario scenario) {
    for (scenario::Statement &statement : scenario.body)
        if (auto *setup = std::get_if<scenario::SetUp>(&statement.what))
            std::erase_if(setup->settings, [](const scenario::GivenSetting &given) {
                return given.slot == PIDLAB_SET_BUGS;
            });
    return scenario;
}

/// A search for the first finding.
struct Hunt {
    Hunt(Program &program, const Bounds &bounds)
        : controller{program}, serial{controller}, model{program} {
        Judge judge{program, &serial, &model};
        Search search{controller, bounds};
        progress = search.go([&](const Run &run) {
            finding = judge.judge(run);
            if (finding)
                found = run;
            return !finding;
        });
        if (finding) {
            // Once more, alone: the lab is then as this order leaves it.
            found = controller.run(found.order());
            finding = judge.judge(found);
        }
    }

    Controller controller;
    Serial serial;
    OnModel model;
    std::optional<Finding> finding;
    Run found;
    Progress progress;
};

} // namespace

CatalogueEntry catalogue(const scenario::SourceText &source, const Scenario &scenario,
                         const Program::Open &open, std::chrono::milliseconds most) {
    CatalogueEntry out;
    out.name = std::filesystem::path{source.name()}.stem().string();
    const std::uint64_t bugs = bugs_of(scenario);
    for (const BugInfo &bug : bug_infos())
        if (bugs >> bug.word.number & 1)
            out.bugs.push_back(&bug);
    if (out.bugs.empty()) {
        out.complaint = scenario::Diagnostic{
            {1, 0, 0}, "this scenario switches no bug on", "`lab bugs=NAME' does", {}};
        return out;
    }
    Bounds bounds;
    bounds.time = most;
    Program with{source, scenario, open};
    out.complaint = with.complaint();
    if (out.complaint)
        return out;
    bounds.alone = with.has_end();
    const Hunt hunt{with, bounds};
    out.with = hunt.progress;
    out.finding = hunt.finding;
    if (!out.finding)
        return out;
    out.preemptions = preemptions(hunt.found.steps);
    out.steps = hunt.found.steps.size();
    out.schedule = schedule_text(hunt.found, source.name());

    const Scenario clean = without_bugs(scenario);
    Program without{source, clean, open};
    out.complaint = without.complaint();
    if (out.complaint)
        return out;
    bounds.preemptions = std::max(out.preemptions, least_preemptions);
    const Hunt proof{without, bounds};
    out.without = proof.progress;
    out.finding_without = proof.finding;
    out.not_modelled = proof.model.lacking();
    return out;
}

} // namespace pidlab::explore
