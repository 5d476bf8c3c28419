// SPDX-License-Identifier: MIT
// `pidlab explore': runs the columns of scenarios in every order.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"
#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_pinned.hpp"
#include "pidlab/explore_schedule.hpp"
#include "pidlab/explore_search.hpp"
#include "pidlab/tree.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

using explore::Bounds;
using explore::Finding;
using explore::Program;
using explore::Progress;
using explore::Run;

struct Options {
    std::vector<std::string> files;
    std::optional<unsigned> preemptions;
    std::optional<std::uint64_t> runs;
    std::optional<double> time;
    std::string shard;
    std::string replay;
    std::string save;
    std::string bugs;
    bool plain = false;
    bool fine = false;
    bool no_history = false;
    bool json = false;
};

/// Results that some order leads to.
struct Outcome {
    std::uint64_t runs = 0;
    std::vector<std::string> words;
};

constexpr auto between_words = std::chrono::seconds{1};

std::string rate(const Progress &progress) {
    const double seconds = std::max(0.001, std::chrono::duration<double>(progress.spent).count());
    return fmt::format("{:.0f}/s", static_cast<double>(progress.runs) / seconds);
}

std::string seconds(std::chrono::milliseconds spent) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(spent).count());
}

/// One scenario.
class Explorer {
public:
    Explorer(const Options &options, const Globals &globals, const ScenarioFile &file)
        : options_{options}, file_{file}, program_{file.source, file.parsed.scenario,
                                                   [&globals] {
                                                       return Lab::open(globals.device);
                                                   }},
          controller_{program_, {options.fine}} {}

    bool run() {
        if (program_.complaint()) {
            complain(*program_.complaint());
            return false;
        }
        if (!options_.replay.empty())
            return replay();
        if (explore::is_pinned(program_.columns()))
            return pinned();
        if (!options_.no_history)
            serial_.emplace(controller_);
        return search();
    }

private:
    [[nodiscard]] Bounds bounds() const {
        Bounds out;
        out.preemptions = options_.preemptions;
        out.runs = options_.runs;
        if (options_.time)
            out.time = std::chrono::milliseconds{static_cast<std::int64_t>(*options_.time * 1000)};
        out.reduce = !options_.plain;
        out.alone = program_.has_end();
        if (!options_.shard.empty()) {
            const std::size_t slash = options_.shard.find('/');
            out.shard = static_cast<unsigned>(std::stoul(options_.shard)) - 1;
            out.shards = static_cast<unsigned>(std::stoul(options_.shard.substr(slash + 1)));
        }
        return out;
    }

    bool search() {
        explore::Judge judge{program_, serial_ ? &*serial_ : nullptr};
        explore::Search search{controller_, bounds()};
        std::optional<Finding> finding;
        Run found;
        auto told = std::chrono::milliseconds{0};
        const Progress &progress = search.go(
            [&](const Run &run) {
                count(run);
                finding = judge.judge(run);
                if (finding)
                    found = run;
                return !finding;
            },
            [&](const Progress &now) {
                if (now.spent - told >= between_words) {
                    told = now.spent;
                    tell(now);
                }
            });
        tell_nothing();
        if (finding) {
            // Once more, alone: the lab is then as this order leaves it.
            found = controller_.run(found.order());
            finding = judge.judge(found);
        }
        report(progress, judge, finding, found);
        return !finding && progress.diverged == 0;
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
                out["finding"] = {{"kind", finding->kind}, {"message", finding->message}};
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
        Outcome &outcome = outcomes_[program_.canonical(run.done)];
        if (outcome.runs++ == 0)
            outcome.words = program_.words(run.done);
    }

    void tell(const Progress &now) const {
        if (!options_.json && isatty(STDERR_FILENO) != 0)
            fmt::print(stderr, "\r\033[K{}: {} orders, {} to go with {} preemptions, {}",
                       file_.source.name(), now.runs, now.pending, now.preemptions, rate(now));
    }

    void tell_nothing() const {
        if (!options_.json && isatty(STDERR_FILENO) != 0)
            fmt::print(stderr, "\r\033[K");
    }

    [[nodiscard]] std::string searched(const Progress &progress) const {
        std::string out = progress.exhausted ? "all orders" : "not all orders";
        if (options_.preemptions)
            out += fmt::format(" with up to {} preemption{}", *options_.preemptions,
                               *options_.preemptions == 1 ? "" : "s");
        out += fmt::format(": {} run, {} states, {} led to known ones; up to {} steps; {}, {}",
                           progress.runs, progress.states, progress.merged, progress.longest,
                           seconds(progress.spent), rate(progress));
        return out;
    }

    void report(const Progress &progress, const explore::Judge &judge,
                const std::optional<Finding> &finding, const Run &found) {
        if (options_.json) {
            print_json_line(as_json(progress, finding, found));
            return;
        }
        fmt::print("{} {}: {}\n", finding ? "FAIL" : "ok  ", file_.source.name(),
                   searched(progress));
        if (progress.diverged != 0)
            fmt::print("     {} runs did not follow their order: this search proves nothing\n",
                       progress.diverged);
        for (const auto &[key, outcome] : outcomes_) {
            fmt::print("  {:>8} x", outcome.runs);
            for (std::size_t i = 0; i < outcome.words.size(); ++i)
                fmt::print("{} {} -> {}", i == 0 ? "" : ";", program_.instructions()[i].text,
                           outcome.words[i]);
            fmt::print("\n");
        }
        if (judge.excused() != 0)
            fmt::print("     {} histories that no order of whole operations gives, with an "
                       "operation that works in two steps\n",
                       judge.excused());
        if (finding)
            show(*finding, found);
    }

    void show(const Finding &finding, const Run &found) {
        tell(finding);
        fmt::print("\nwith {} preemptions (*), in {} steps:\n{}\n",
                   explore::preemptions(found.steps), found.steps.size(), explain(program_, found));
        if (options_.save.empty())
            return;
        std::ofstream out{options_.save};
        out << schedule_text(found, file_.source.name());
        fmt::print("{} {}; `pidlab explore --replay {} {}' runs it again\n",
                   out.good() ? "the schedule is in" : "cannot write", options_.save, options_.save,
                   file_.source.name());
    }

    [[nodiscard]] nlohmann::ordered_json as_json(const Progress &progress,
                                                 const std::optional<Finding> &finding,
                                                 const Run &found) const {
        nlohmann::ordered_json out{
            {"file", file_.source.name()},     {"passed", !finding},
            {"exhausted", progress.exhausted}, {"runs", progress.runs},
            {"states", progress.states},       {"merged", progress.merged},
            {"diverged", progress.diverged},   {"preemptions", progress.preemptions},
            {"longest", progress.longest},     {"milliseconds", progress.spent.count()}};
        for (const auto &[key, outcome] : outcomes_)
            out["outcomes"].push_back({{"runs", outcome.runs}, {"results", outcome.words}});
        if (finding)
            out["finding"] = {{"kind", finding->kind},
                              {"message", finding->message},
                              {"notes", finding->notes},
                              {"preemptions", explore::preemptions(found.steps)},
                              {"schedule", schedule_text(found, file_.source.name())}};
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

    const Options &options_;
    const ScenarioFile &file_;
    Program program_;
    explore::Controller controller_;
    std::optional<explore::Serial> serial_;
    std::map<std::vector<std::uint64_t>, Outcome> outcomes_;
};

int explore_files(const Options &options, const Globals &globals) {
    int exit = exit_ok;
    unsigned passed = 0;
    unsigned failed = 0;
    for (const std::string &path : options.files) {
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
    auto options = std::make_shared<Options>();
    sub.add_option("files", options->files, "scenarios with columns; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--preemptions,-p", options->preemptions,
                   "only orders in which so often an actor that could go on stands aside");
    sub.add_option("--runs", options->runs, "end after so many orders");
    sub.add_option("--time", options->time, "end after so many seconds");
    sub.add_option("--shard", options->shard, "search the first of four parts: 1/4")
        ->type_name("I/N")
        ->check([](const std::string &text) {
            unsigned part = 0;
            unsigned parts = 0;
            char more = 0;
            const bool good = std::sscanf(text.c_str(), "%u/%u%c", &part, &parts, &more) == 2 &&
                              part >= 1 && part <= parts;
            return good ? std::string{} : "a part of several is written as 1/4";
        });
    sub.add_option("--replay", options->replay, "run this schedule only, and say where it is left")
        ->type_name("FILE");
    sub.add_option("--save", options->save, "write the schedule of what is found to this file")
        ->type_name("FILE");
    sub.add_flag("--plain", options->plain,
                 "enumerate: follow orders that lead to known states too");
    sub.add_flag("--fine", options->fine, "letting go of a lock or a read side is a step, too");
    sub.add_flag("--no-history", options->no_history,
                 "do not ask whether operations one after the other would give the same results");
    sub.add_flag("--json", options->json, "print one JSON object a line for each scenario");
    return [options, &globals] { return explore_files(*options, globals); };
}

} // namespace pidlab::cli
