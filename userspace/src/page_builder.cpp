// SPDX-License-Identifier: MIT
#include "pidlab/html_report.hpp"

namespace pidlab {

void PageBuilder::on_tree(const scenario::Statement &statement, const std::string &title,
                          const CheckResult &, const scenario::State &state) {
    if (sightings_.size() < max_sightings)
        sightings_.push_back({statement.at.line, title, lab_.look(),
                              std::make_shared<const scenario::State>(state)});
}

void PageBuilder::on_counters(const scenario::Statement &statement, const Info &info) {
    timeline_.on_counters(statement, info);
}

void PageBuilder::on_snapshot(const scenario::Statement &statement, const CheckResult &result,
                              const scenario::State &state) {
    timeline_.on_snapshot(statement, result, state);
    last_.line = statement.at.line;
    last_.names = std::make_shared<const scenario::State>(state);
}

void PageBuilder::finish() {
    whole_ = timeline_.finish();
    last_.title = "at the end";
    last_.snapshot = lab_.look();
    if (!last_.names)
        last_.names = std::make_shared<const scenario::State>();
    sightings_.push_back(last_);
}

} // namespace pidlab
