// SPDX-License-Identifier: MIT
// `pidlab pairs': every two operations of a list at the same time, in every order.
#include <chrono>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"
#include "pidlab/explore_pairs.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

using explore::Pair;
using explore::Pairs;

struct Options {
    std::vector<std::string> files;
    unsigned preemptions = 2;
    unsigned part = 1;
    double time = 60;
    bool json = false;
};

class Runner {
public:
    Runner(const Options &options, const Globals &globals) : options_{options}, globals_{globals} {}

    int run() {
        const Info module = open_lab(globals_).info();
        for (const std::string &path : options_.files) {
            const ScenarioFile file = read_scenario(path);
            if (!file.good()) {
                fmt::print("FAIL {}\n{}", file.source.name(), file.complaints(false));
                return exit_usage;
            }
            for (const WordInfo &generation : generations())
                if (module.has(static_cast<pidlab_generation>(generation.number)))
                    one(file, generation);
        }
        if (!options_.json)
            fmt::print("{} pairs, {} orders\n{} passed, {} failed\n", pairs_, runs_, passed_,
                       failed_);
        return failed_ == 0 ? exit_ok : exit_failed;
    }

private:
    void one(const ScenarioFile &file, const WordInfo &generation) {
        explore::Bounds bounds;
        bounds.preemptions = options_.preemptions;
        bounds.time = std::chrono::milliseconds{static_cast<std::int64_t>(options_.time * 1000)};
        const Pairs pairs = all_pairs(
            file.source, file.parsed.scenario, [this] { return open_lab(globals_); }, generation,
            bounds, options_.part, [&](const Pair &pair) { tell(generation, pair); });
        if (isatty(STDERR_FILENO) != 0)
            fmt::print(stderr, "\r\033[K");
        const bool good = pairs.found.empty() && pairs.unfinished == 0;
        ++(good ? passed_ : failed_);
        pairs_ += pairs.pairs;
        runs_ += pairs.runs;
        options_.json ? show_json(file, pairs, good) : show(file, pairs, good);
        std::fflush(stdout);
    }

    void tell(const WordInfo &generation, const Pair &pair) const {
        if (isatty(STDERR_FILENO) != 0)
            fmt::print(stderr, "\r\033[K{}: {} | {}", generation.name, pair.first, pair.second);
    }

    static void show(const ScenarioFile &file, const Pairs &pairs, bool good) {
        fmt::print("{} {} in {}: ", good ? "ok  " : "FAIL", file.source.name(),
                   pairs.generation->name);
        if (!pairs.lacking.empty()) {
            fmt::print("does not begin there: {}\n", pairs.lacking);
            return;
        }
        fmt::print("{} pairs, {} orders", pairs.pairs, pairs.runs);
        if (pairs.excused != 0)
            fmt::print(", {} excused", pairs.excused);
        if (pairs.unfinished != 0)
            fmt::print(", {} pairs not to their end", pairs.unfinished);
        fmt::print("\n");
        for (const Pair &pair : pairs.found) {
            fmt::print("\n{} | {}\n{}: {}\n", pair.first, pair.second, pair.finding->kind,
                       pair.finding->message);
            for (const std::string &note : pair.finding->notes)
                fmt::print("  {}\n", note);
            fmt::print("{}\n", pair.explanation);
        }
    }

    static void show_json(const ScenarioFile &file, const Pairs &pairs, bool good) {
        nlohmann::ordered_json out{{"file", file.source.name()},
                                   {"generation", pairs.generation->name},
                                   {"passed", good},
                                   {"pairs", pairs.pairs},
                                   {"orders", pairs.runs},
                                   {"excused", pairs.excused},
                                   {"unfinished", pairs.unfinished}};
        if (!pairs.lacking.empty())
            out["lacking"] = pairs.lacking;
        for (const Pair &pair : pairs.found)
            out["found"].push_back({{"first", pair.first},
                                    {"second", pair.second},
                                    {"kind", pair.finding->kind},
                                    {"message", pair.finding->message}});
        print_json_line(out);
    }

    const Options &options_;
    const Globals &globals_;
    std::uint64_t pairs_ = 0;
    std::uint64_t runs_ = 0;
    unsigned passed_ = 0;
    unsigned failed_ = 0;
};

} // namespace

Action add_pairs(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<Options>();
    sub.add_option("files", options->files, "scenarios whose columns list operations")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--preemptions,-p", options->preemptions,
                   "how often an actor that could go on may stand aside")
        ->capture_default_str();
    sub.add_option("--every", options->part, "run only every n-th pair")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    sub.add_option("--time", options->time, "seconds that each pair may take")
        ->capture_default_str();
    sub.add_flag("--json", options->json, "print one JSON object a line for each generation");
    return [options, &globals] { return Runner{*options, globals}.run(); };
}

} // namespace pidlab::cli
