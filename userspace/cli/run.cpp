// SPDX-License-Identifier: MIT
// `pidlab run`: runs scenarios, each in a lab of its own.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/explore_finding.hpp"
#include "pidlab/explore_pinned.hpp"
#include "pidlab/explore_schedule.hpp"
#include "pidlab/generations.hpp"
#include "pidlab/listening_transport.hpp"
#include "pidlab/model.hpp"
#include "pidlab/oracle.hpp"
#include "pidlab/record.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_random.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct RunOptions {
    std::vector<std::string> files;
    bool json = false;
    bool report = false;
    bool all_generations = false;
    std::string report_to;
    std::string record_to;
    std::optional<std::uint64_t> seed;
};

class Runner {
public:
    Runner(const RunOptions &options, const Globals &globals)
        : options_(options), globals_(globals), style_(TextStyle::of_stdout()),
          table_(names(options.files), style_) {}

    int run() {
        if (!open(reports_, options_.report_to) || !open(record_, options_.record_to))
            return exit_usage;
        if (options_.all_generations && !options_.json)
            fmt::print("{}", table_.head());
        for (const std::string &path : options_.files) {
            one(path);
            std::fflush(stdout);
        }
        if (options_.all_generations && !options_.json)
            fmt::print("{}\n", table_.rest(comparisons_));
        if (!options_.json)
            fmt::print("{} passed, {} failed{}\n", passed_, failed_,
                       skipped_ ? fmt::format(", {} skipped", skipped_) : "");
        // Real processes have not got what was asked for, not once.
        if (globals_.oracle && skipped_ && passed_ + failed_ == 0)
            return exit_no_device;
        return exit_;
    }

private:
    static std::vector<std::string> names(const std::vector<std::string> &files) {
        std::vector<std::string> out;
        for (const std::string &file : files)
            out.push_back(std::filesystem::path{file}.stem().string());
        return out;
    }

    // A file that was not asked for is as good as open.
    static bool open(std::ofstream &file, const std::string &name) {
        if (name.empty())
            return true;
        file.open(name, std::ios::trunc);
        if (!file)
            fmt::print(stderr, "pidlab run: cannot write {}\n", name);
        return file.good();
    }

    Report recorded(const ScenarioFile &file) {
        RecordWriter writer{record_, file.source};
        Lab lab{std::make_unique<ListeningTransport>(open_lab(globals_), writer)};
        Report report = run_scenario(lab, file.source, file.parsed.scenario, &writer);
        writer.finish(report);
        if (!writer.good())
            throw std::runtime_error(fmt::format("cannot write {}", options_.record_to));
        return report;
    }

    void one(const std::string &path) {
        ScenarioFile file = read_scenario(path);
        if (!file.good()) {
            unreadable(file);
            return;
        }
        if (globals_.oracle)
            if (const auto lacks = what_the_oracle_lacks(file.parsed.scenario); !lacks.empty()) {
                skipped(file,
                        fmt::format("line {}: {}: {}", lacks[0].line, lacks[0].what, lacks[0].why));
                return;
            }
        if (options_.seed)
            scenario::reseed(file.parsed.scenario, *options_.seed);
        try {
            if (const auto *columns = pinned_columns(file.parsed.scenario);
                columns && !globals_.oracle && !globals_.model) {
                pinned(file);
                return;
            }
            if (options_.all_generations) {
                show(compare_generations(file.source, file.parsed.scenario,
                                         [this] { return open_lab(globals_); }));
                return;
            }
            if (record_.is_open()) {
                show(recorded(file));
                return;
            }
            Lab lab = open_lab(globals_);
            show(run_scenario(lab, file.source, file.parsed.scenario));
        } catch (const DeviceError &) {
            throw;
        } catch (const Error &error) {
            // The lab broke down, not what the scenario says about it.
            broken(file, error.what());
        } catch (const NotModelled &why) {
            skipped(file, why.what());
        }
    }

    // The columns whose cells stop inside of their operations: an order for the controller.
    static const scenario::Columns *pinned_columns(const scenario::Scenario &scenario) {
        for (const scenario::Statement &statement : scenario.body)
            if (const auto *columns = std::get_if<scenario::Columns>(&statement.what))
                if (explore::is_pinned(*columns))
                    return columns;
        return nullptr;
    }

    void pinned(const ScenarioFile &file) {
        explore::Program program{file.source, file.parsed.scenario,
                                 [this] { return open_lab(globals_); }};
        if (program.complaint()) {
            refuted(file, *program.complaint());
            return;
        }
        explore::Controller controller{program};
        const auto order = explore::pinned_order(controller);
        if (const auto *why = std::get_if<scenario::Diagnostic>(&order)) {
            refuted(file, *why);
            return;
        }
        const explore::Run run = controller.run(std::get<explore::Order>(order));
        const auto finding = explore::Judge{program, nullptr}.judge(run);
        if (finding) {
            refuted(file,
                    finding->at.value_or(scenario::Diagnostic{
                        program.columns().rows.front().at, finding->message, {}, finding->notes}));
            return;
        }
        if (options_.json)
            print_json_line({{"file", file.source.name()},
                             {"passed", true},
                             {"steps", run.steps.size()},
                             {"results", program.words(run.done)}});
        else
            fmt::print("ok   {}: in the order of its columns, {} steps\n{}", file.source.name(),
                       run.steps.size(), options_.report ? explain(program, run) : "");
        ++passed_;
    }

    void refuted(const ScenarioFile &file, const scenario::Diagnostic &why) {
        if (options_.json)
            print_json_line(
                {{"file", file.source.name()}, {"passed", false}, {"error", why.message}});
        else
            fmt::print("FAIL {}\n{}", file.source.name(), render(file.source, why, style_.colour));
        failed(exit_failed);
    }

    void show(const Report &report) {
        if (options_.json)
            print_json_line(report_json(report));
        else if (options_.report)
            fmt::print("{}\n", render_report(report, style_));
        else
            fmt::print("{}", render_line(report, style_));
        if (reports_.is_open())
            reports_ << render_report(report, TextStyle{.unicode = style_.unicode}) << '\n';
        if (report.passed())
            ++passed_;
        else
            failed(exit_failed);
    }

    void show(GenerationComparison comparison) {
        if (options_.json)
            print_json_line(comparison_json(comparison));
        else
            fmt::print("{}", table_.row(comparison));
        if (reports_.is_open())
            for (const GenerationRun &run : comparison.runs)
                if (run.report)
                    reports_ << fmt::format("in generation {}\n", run.generation->name)
                             << render_report(*run.report, TextStyle{.unicode = style_.unicode})
                             << '\n';
        if (comparison.passed())
            ++passed_;
        else
            failed(exit_failed);
        comparisons_.push_back(std::move(comparison));
    }

    void unreadable(const ScenarioFile &file) {
        if (options_.json)
            print_json_line(file.complaints_json());
        else
            fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(style_.colour));
        failed(exit_usage);
    }

    void broken(const ScenarioFile &file, const char *why) {
        if (options_.json)
            print_json_line({{"file", file.source.name()}, {"passed", false}, {"error", why}});
        else
            fmt::print("FAIL {}: {}\n", file.source.name(), why);
        failed(exit_failed);
    }

    void skipped(const ScenarioFile &file, const std::string &why) {
        if (options_.json)
            print_json_line({{"file", file.source.name()}, {"skipped", why}});
        else
            fmt::print("skip {}: {}\n", file.source.name(), why);
        ++skipped_;
    }

    void failed(Exit how) {
        ++failed_;
        exit_ = std::max(exit_, how);
    }

    const RunOptions &options_;
    const Globals &globals_;
    TextStyle style_;
    GenerationTable table_;
    std::vector<GenerationComparison> comparisons_;
    std::ofstream reports_;
    std::ofstream record_;
    unsigned passed_ = 0;
    unsigned failed_ = 0;
    unsigned skipped_ = 0; ///< model or real processes have not got what they ask for
    Exit exit_ = exit_ok;
};

} // namespace

Action add_run(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<RunOptions>();
    sub.add_option("files", options->files, "scenarios; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_flag("--json", options->json, "print one JSON object a line for each scenario");
    sub.add_flag("--report,--verbose,-v", options->report, "print the whole report of each");
    sub.add_option("--report-to", options->report_to, "write the whole report of each to this file")
        ->type_name("FILE");
    sub.add_option("--record", options->record_to,
                   "write every operation with its result to this file, for `replay'")
        ->type_name("FILE");
    CLI::Option *const all = sub.add_flag(
        "--all-generations", options->all_generations,
        "run each in every generation that it makes sense for, and print where they differ");
    all->excludes("--record");
    sub.add_option("--seed", options->seed,
                   "what `random' begins with, in place of what the scenario's `seed' says")
        ->type_name("N");
    sub.footer(
        "A line may say what some generations do otherwise, and says why in a comment at its\n"
        "end:\n"
        "    expect deref r = newest (taskref: oldest)   # users queue up in 2006\n"
        "    expect first p type=tgid = t (pidhash pidns: EOPNOTSUPP)   # no such links\n"
        "With --all-generations, a difference of which no line says so is a failure.");
    return [options, &globals] { return Runner{*options, globals}.run(); };
}

} // namespace pidlab::cli
