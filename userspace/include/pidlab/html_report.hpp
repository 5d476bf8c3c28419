// SPDX-License-Identifier: MIT
/// @file
/// A run as a page that one can hand around: one HTML file, which needs nothing but a browser.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pidlab/generations.hpp"
#include "pidlab/report.hpp"
#include "pidlab/snapshot.hpp"
#include "pidlab/timeline.hpp"

namespace pidlab {

/// A lab as it was after a line, with the names that things had then.
struct Sighting {
    std::size_t line = 0;
    std::string title; ///< as `tree' gives it
    Snapshot snapshot;
    std::shared_ptr<const scenario::State> names;
};

/// Watches a run and keeps what a page shows of it.
class PageBuilder final : public scenario::Observer {
public:
    /// Pictures of one page, beyond those of its end.
    static constexpr std::size_t max_sightings = 12;

    /// Both must outlive the run.
    PageBuilder(Lab &lab, const scenario::SourceText &source) : lab_(lab), timeline_(lab, source) {}

    void on_setup(const Info &info) override { timeline_.on_setup(info); }
    void on_step(const scenario::Step &step) override { timeline_.on_step(step); }
    void on_tree(const scenario::Statement &statement, const std::string &title,
                 const CheckResult &result, const scenario::State &state) override;
    void on_counters(const scenario::Statement &statement, const Info &info) override;
    void on_snapshot(const scenario::Statement &statement, const CheckResult &result,
                     const scenario::State &state) override;
    void on_failure(const scenario::Diagnostic &why) override { timeline_.on_failure(why); }

    /// Look at the end of the run, too.
    void finish();

    [[nodiscard]] const std::vector<Sighting> &sightings() const { return sightings_; }
    [[nodiscard]] const Timeline &timeline() const { return whole_; }

private:
    Lab &lab_;
    TimelineBuilder timeline_;
    Timeline whole_;
    std::vector<Sighting> sightings_;
    Sighting last_;
};

/// The page: the scenario with what each line came to, tree, graph and timeline as drawings, and,
/// where there is a comparison, what all generations made of it. Everything in it that comes from
/// the scenario is text and cannot be markup.
[[nodiscard]] std::string render_html(const Report &report, const std::vector<Sighting> &sightings,
                                      const Timeline &timeline,
                                      const GenerationComparison *comparison);

} // namespace pidlab
