// SPDX-License-Identifier: MIT
// `pidlab explore': runs the columns of scenarios in every order.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "command.hpp"
#include "explore_options.hpp"
#include "explore_words.hpp"
#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_model.hpp"
#include "pidlab/explore_pinned.hpp"
#include "pidlab/explore_random.hpp"
#include "pidlab/explore_saved.hpp"
#include "pidlab/explore_schedule.hpp"
#include "pidlab/explore_search.hpp"
#include "pidlab/tree.hpp"
#include "progress_line.hpp"
#include "scenario_file.hpp"
#include "shard.hpp"

namespace pidlab::cli {

namespace {

using explore::Bounds;
using explore::Finding;
using explore::Program;
using explore::Progress;
using explore::Run;

std::atomic<bool> interrupted{false}; // by a signal's handler

/// What is known by then is told, and what is kept in a file is written once more. The second
/// signal is the end.
void end_on_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

/// One scenario.
class Explorer {
public:
    Explorer(const ExploreOptions &options, const Globals &globals, const ScenarioFile &file)
        : options_{options}, file_{file}, program_{file.source, file.parsed.scenario,
                                                   [&globals] {
                                                       return Lab::open(globals.device);
                                                   }},
          controller_{program_, {options.fine, options.faults}}, progress_{{!options.json,
                                                                            options.progress &&
                                                                                !options.json}} {}

    bool run() {
        if (program_.complaint()) {
            complain(*program_.complaint());
            return false;
        }
        if (!options_.replay.empty())
            return replay();
        if (explore::is_pinned(program_.columns()))
            return pinned();
        if (!options_.no_history) {
            serial_.emplace(controller_);
            if (options_.faults == 0) // the model's allocations do not fail
                model_.emplace(program_);
        }
        return options_.random ? draw() : search();
    }

private:
    [[nodiscard]] Bounds bounds() const {
        Bounds out;
        out.preemptions = options_.preemptions;
        out.runs = options_.runs;
        if (options_.time)
            out.time = milliseconds(*options_.time);
        out.stop = &interrupted;
        out.reduce = !options_.plain;
        out.alone = program_.has_end();
        if (!options_.shard.empty()) {
            const auto [part, parts] = shard_of(options_.shard);
            out.shard = part;
            out.shards = parts;
        }
        return out;
    }

    bool search() {
        explore::Judge judge{program_, serial_ ? &*serial_ : nullptr, model_ ? &*model_ : nullptr};
        explore::Search search{controller_, bounds()};
        if (!options_.resume.empty() && !go_on(search))
            return false;
        std::optional<Finding> finding;
        Run found;
        const Progress &progress =
            search.go([&](const Run &run) { return is_good(run, judge, finding, found); },
                      [&](const Progress &now) {
                          say_how_far(now);
                          if (!finding && now.spent - kept_ >= milliseconds(options_.every))
                              keep(search, judge);
                      });
        progress_.clear();
        // With a finding it stays as it was: whoever goes on comes to it again.
        if (!finding)
            keep(search, judge);
        if (finding) {
            // Once more, alone: the lab is then as this order leaves it.
            found = controller_.run(found.order());
            finding = judge.judge(found);
        }
        report(progress, judge, finding, found);
        return !finding && progress.diverged == 0;
    }

    // Counts a run; one that is not good is the finding, and ends the search.
    bool is_good(const Run &run, explore::Judge &judge, std::optional<Finding> &finding,
                 Run &found) {
        count(run);
        finding = judge.judge(run);
        if (finding)
            found = run;
        return !finding;
    }

    // Takes up what the file keeps, if there is one.
    bool go_on(explore::Search &search) {
        if (!std::filesystem::exists(options_.resume))
            return true;
        std::ifstream in{options_.resume};
        auto read = explore::read_saved(in);
        std::string why;
        if (const auto *wrong = std::get_if<std::string>(&read))
            why = "it keeps no search: " + *wrong;
        else
            why = explore::difference(std::get<explore::SavedSearch>(read).identity,
                                      identity_of(controller_, bounds()));
        if (!why.empty()) {
            refuse(options_.resume, why);
            return false;
        }
        auto &saved = std::get<explore::SavedSearch>(read);
        search.restore(std::move(saved.left), std::move(saved.known), saved.progress);
        outcomes_ = std::move(saved.outcomes);
        excused_ = saved.excused;
        kept_ = saved.progress.spent;
        return true;
    }

    void keep(const explore::Search &search, const explore::Judge &judge) {
        if (options_.resume.empty())
            return;
        kept_ = search.progress().spent;
        explore::write_saved_file(options_.resume, {identity_of(controller_, bounds()),
                                                    search.progress(), excused_ + judge.excused(),
                                                    search.left(), search.known(), outcomes_});
    }

    // Random orders, and what it means that they found nothing.
    bool draw() {
        explore::Judge judge{program_, serial_ ? &*serial_ : nullptr, model_ ? &*model_ : nullptr};
        explore::Draw bounds;
        if (*options_.random != 0)
            bounds.runs = options_.random;
        if (options_.time)
            bounds.time = milliseconds(*options_.time);
        bounds.depth = options_.depth;
        bounds.seed = options_.seed;
        bounds.alone = program_.has_end();
        bounds.stop = &interrupted;
        std::optional<Finding> finding;
        Run found;
        const explore::Drawn drawn = explore::draw(
            controller_, bounds,
            [&](const Run &run) { return is_good(run, judge, finding, found); },
            [this](const explore::Drawn &now) { say_how_far(now); });
        progress_.clear();
        const unsigned preemptions = explore::preemptions(found.steps);
        if (finding) {
            found = controller_.run(explore::simplest(controller_, judge, found).order());
            finding = judge.judge(found);
        }
        if (options_.json)
            print_json_line(with_outcomes(as_json(drawn, options_.seed), finding, found));
        else
            report(drawn, preemptions, judge, finding, found);
        return !finding && drawn.diverged == 0;
    }

    void report(const explore::Drawn &drawn, unsigned preemptions, const explore::Judge &judge,
                const std::optional<Finding> &finding, const Run &found) {
        fmt::print(
            "{} {}: {}", finding || drawn.diverged != 0 ? "FAIL" : "ok  ", file_.source.name(),
            drawn_words(drawn, options_.seed, finding ? std::optional{preemptions} : std::nullopt));
        show_outcomes(judge);
        if (finding)
            show(*finding, found);
    }

    void refuse(const std::string &path, const std::string &why) const {
        if (options_.json)
            print_json_line({{"file", file_.source.name()},
                             {"passed", false},
                             {"error", fmt::format("{}: {}", path, why)}});
        else
            fmt::print("FAIL {}: {}\n", path, why);
    }

    bool replay() {
        std::ifstream in{options_.replay};
        std::stringstream text;
        text << in.rdbuf();
        const explore::Schedule schedule = explore::parse_schedule(text.str());
        if (!in || !schedule.complaint.empty()) {
            fmt::print("FAIL {}: {}\n", options_.replay,
                       schedule.complaint.empty() ? "cannot be read" : schedule.complaint);
            return false;
        }
        if (const auto option = schedule.lacking(controller_.grain()); !option.empty()) {
            refuse(options_.replay,
                   fmt::format("it has steps that there are with {} only", option));
            return false;
        }
        const Run run = controller_.run(schedule.order());
        return show(run, schedule.left(run));
    }

    // The one order that the columns spell out.
    bool pinned() {
        const auto order = explore::pinned_order(controller_);
        if (const auto *why = std::get_if<scenario::Diagnostic>(&order)) {
            complain(*why);
            return false;
        }
        return show(controller_.run(std::get<explore::Order>(order)), {});
    }

    bool show(const Run &run, const std::string &left) {
        explore::Judge judge{program_, nullptr};
        const std::optional<Finding> finding = judge.judge(run);
        const bool good = left.empty() && !finding;
        if (options_.json) {
            nlohmann::ordered_json out{{"file", file_.source.name()},
                                       {"passed", good},
                                       {"left", left},
                                       {"results", program_.words(run.done)}};
            if (finding)
                out["finding"] = {{"kind", finding->kind},
                                  {"message", finding->message},
                                  {"notes", finding->notes}};
            print_json_line(out);
            return good;
        }
        fmt::print("{} {}: one order of {} steps, {} preemptions\n{}", good ? "ok  " : "FAIL",
                   file_.source.name(), run.steps.size(), explore::preemptions(run.steps),
                   explain(program_, run));
        if (!left.empty())
            fmt::print("left: {}\n", left);
        if (finding)
            tell(*finding);
        return good;
    }

    void tell(const Finding &finding) const {
        fmt::print("\n{}: {}\n", finding.kind, finding.message);
        for (const std::string &note : finding.notes)
            fmt::print("  {}\n", note);
        if (finding.at)
            fmt::print("{}", render(file_.source, *finding.at, TextStyle::of_stdout().colour));
    }

    void count(const Run &run) {
        if (run.verdict == PIDLAB_VERDICT_DEADLOCK)
            return;
        explore::Outcome &outcome = outcomes_[program_.canonical(run.done)];
        if (outcome.runs++ == 0)
            outcome.words = program_.words(run.done);
    }

    template <typename Counts> void say_how_far(const Counts &now) {
        progress_.tell(now.spent,
                       [&] { return fmt::format("{}: {}", file_.source.name(), how_far(now)); });
    }

    void report(const Progress &progress, const explore::Judge &judge,
                const std::optional<Finding> &finding, const Run &found) {
        if (options_.json) {
            print_json_line(with_outcomes(as_json(progress), finding, found));
            return;
        }
        fmt::print("{} {}: {}\n", finding ? "FAIL" : "ok  ", file_.source.name(),
                   searched(progress, options_));
        if (progress.diverged != 0)
            fmt::print("     {} runs did not follow their order: this search proves nothing\n",
                       progress.diverged);
        show_outcomes(judge);
        if (finding)
            show(*finding, found);
    }

    void show_outcomes(const explore::Judge &judge) const {
        for (const auto &[key, outcome] : outcomes_) {
            fmt::print("  {:>8} x", outcome.runs);
            for (std::size_t i = 0; i < outcome.words.size(); ++i)
                fmt::print("{} {} -> {}", i == 0 ? "" : ";", program_.instructions()[i].text,
                           outcome.words[i]);
            fmt::print("\n");
        }
        if (excused_ + judge.excused() != 0)
            fmt::print("     {} histories that no order of whole operations gives, with an "
                       "operation that works in two steps\n",
                       excused_ + judge.excused());
        if (model_)
            fmt::print("     {}\n", model_->lacking().empty()
                                        ? "the reference model has judged the results, too"
                                        : "without the reference model: " + model_->lacking());
    }

    void show(const Finding &finding, const Run &found) {
        tell(finding);
        fmt::print("\nwith {} preemptions (*), in {} steps:\n{}\n",
                   explore::preemptions(found.steps), found.steps.size(), explain(program_, found));
        if (options_.save.empty())
            return;
        std::ofstream out{options_.save};
        out << schedule_text(found, title());
        out.flush();
        if (out.good())
            fmt::print(
                "the schedule is in {}; `{}' runs it again\n", options_.save,
                explore::replay_command(controller_.grain(), options_.save, file_.source.name()));
        else
            fmt::print("cannot write {}\n", options_.save);
    }

    // With how it was found: a comment, for whoever has the file only.
    [[nodiscard]] std::string title() const {
        const std::string options = explore::options_of(controller_.grain());
        return options.empty() ? file_.source.name()
                               : fmt::format("{}, with{}", file_.source.name(), options);
    }

    [[nodiscard]] nlohmann::ordered_json with_outcomes(const nlohmann::ordered_json &counts,
                                                       const std::optional<Finding> &finding,
                                                       const Run &found) const {
        nlohmann::ordered_json out{{"file", file_.source.name()}, {"passed", !finding}};
        out.update(counts);
        for (const auto &[key, outcome] : outcomes_)
            out["outcomes"].push_back({{"runs", outcome.runs}, {"results", outcome.words}});
        if (model_)
            out["modelled"] = model_->lacking().empty();
        if (finding)
            out["finding"] = {{"kind", finding->kind},
                              {"message", finding->message},
                              {"notes", finding->notes},
                              {"preemptions", explore::preemptions(found.steps)},
                              {"schedule", schedule_text(found, title())}};
        return out;
    }

    void complain(const scenario::Diagnostic &why) const {
        if (options_.json)
            print_json_line(
                {{"file", file_.source.name()}, {"passed", false}, {"error", why.message}});
        else
            fmt::print("FAIL {}\n{}", file_.source.name(),
                       render(file_.source, why, TextStyle::of_stdout().colour));
    }

    const ExploreOptions &options_;
    const ScenarioFile &file_;
    Program program_;
    explore::Controller controller_;
    std::optional<explore::Serial> serial_;
    std::optional<explore::OnModel> model_;
    explore::Outcomes outcomes_;
    std::uint64_t excused_ = 0;        ///< of a search that is gone on with
    std::chrono::milliseconds kept_{}; ///< when it was written to its file
    ProgressLine progress_;
};

int explore_files(const ExploreOptions &options, const Globals &globals) {
    int exit = exit_ok;
    unsigned passed = 0;
    unsigned failed = 0;
    if (!options.resume.empty() && options.files.size() != 1)
        throw CLI::ValidationError("--resume", "a file keeps the search of one scenario");
    end_on_signals();
    for (const std::string &path : options.files) {
        if (interrupted)
            break;
        const ScenarioFile file = read_scenario(path);
        bool good = file.good();
        if (!good) {
            fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(false));
            exit = exit_usage;
        } else if (!(good = Explorer{options, globals, file}.run())) {
            exit = std::max<int>(exit, exit_failed);
        }
        ++(good ? passed : failed);
        std::fflush(stdout);
    }
    if (!options.json)
        fmt::print("{} passed, {} failed\n", passed, failed);
    return exit;
}

} // namespace

Action add_explore(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<ExploreOptions>();
    add_options(sub, options);
    return [options, &globals] { return explore_files(*options, globals); };
}

} // namespace pidlab::cli
