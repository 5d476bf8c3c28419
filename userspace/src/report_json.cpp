// SPDX-License-Identifier: MIT
// Reports for programs.
#include "pidlab/report.hpp"

#include <fmt/format.h>

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

json counters_json(const Info &info) {
    json out = json::object();
    for (const WordInfo &counter : counters())
        out[std::string{counter.name}] = info.counter(static_cast<pidlab_counter>(counter.number));
    return out;
}

json settings_json(const Info &info) {
    json out = json::object();
    for (const SettingInfo &setting : settings())
        out[std::string{setting.name}] = info.setting(setting.slot);
    return out;
}

json tree_shot_json(const TreeShot &shot) {
    return {{"title", shot.title}, {"tasks", tree_json(shot.tasks, *shot.state, shot.more())}};
}

json entry_json(const ReportEntry &entry) {
    json out = {{"line", entry.line},
                {"depth", entry.depth},
                {"text", entry.text},
                {"outcome", entry.outcome}};
    if (!entry.prose.empty())
        out["comment"] = entry.prose;
    if (entry.rounds) {
        out["rounds"] = *entry.rounds;
        out["left"] = entry.left;
    }
    if (entry.tree)
        out["tree"] = tree_shot_json(*entry.tree);
    return out;
}

json failure_json(const Report &report) {
    const scenario::Diagnostic &why = *report.failure;
    json out = {{"line", why.at.line},    {"column", column(report.source, why.at)},
                {"message", why.message}, {"hint", why.hint},
                {"notes", why.notes},     {"text", render(report.source, why)}};
    if (report.at_failure)
        out["tree"] = tree_shot_json(*report.at_failure);
    return out;
}

json pinned_json(const PinnedPeak &peak) {
    json tasks = json::array();
    for (const PinnedTask &task : peak.tasks)
        tasks.push_back(
            {{"name", task.name}, {"state", task.state}, {"by", task.by}, {"bytes", task.bytes}});
    return {{"bytes", peak.bytes},
            {"line", peak.line},
            {"tasks", std::move(tasks)},
            {"more", peak.more}};
}

} // namespace

json report_json(const Report &report) {
    json steps = json::array();
    for (const ReportEntry &entry : report.entries)
        steps.push_back(entry_json(entry));
    json out = {
        {"name", report.name()},
        {"file", report.source.name()},
        {"title", report.title},
        {"description", report.description},
        {"passed", report.passed()},
        {"settings", settings_json(report.start)},
        {"steps", std::move(steps)},
        {"operations", report.operations},
        {"refused", report.refused},
        {"milliseconds", report.time.count()},
        {"start", counters_json(report.start)},
        {"highest", {{"line", report.peak_line}, {"counters", counters_json(report.peak)}}},
        {"end", counters_json(report.end)},
        {"pinned", pinned_json(report.pinned)},
        {"held", report.held},
        {"checks", report.checks},
        {"digest", fmt::format("{:016x}", report.digest)},
    };
    if (report.failure)
        out["failure"] = failure_json(report);
    return out;
}

} // namespace pidlab
