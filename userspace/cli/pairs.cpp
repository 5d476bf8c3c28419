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
#include "shard.hpp"

namespace pidlab::cli {

namespace {

using explore::Pair;
using explore::Pairs;

struct PairsOptions {
    std::vector<std::string> files;
    unsigned preemptions = 2;
    unsigned every = 1;
    std::string shard;
    double time = 60;
    bool progress = false;
    bool json = false;

    [[nodiscard]] explore::PairsPart part() const {
        if (shard.empty())
            return {every, 0};
        const auto [part, parts] = shard_of(shard);
        return {every * parts, every * part};
    }
};

constexpr auto between_words = std::chrono::seconds{30};

class Runner {
public:
    Runner(const PairsOptions &options, const Globals &globals)
        : options_{options}, globals_{globals} {}

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
            fmt::print("{} pairs, {} of them on the model too, {} orders\n{} passed, {} failed\n",
                       pairs_, modelled_, runs_, passed_, failed_);
        return failed_ == 0 ? exit_ok : exit_failed;
    }

private:
    void one(const ScenarioFile &file, const WordInfo &generation) {
        explore::Bounds bounds;
        bounds.preemptions = options_.preemptions;
        bounds.time = std::chrono::milliseconds{static_cast<std::int64_t>(options_.time * 1000)};
        const Pairs pairs = all_pairs(
            file.source, file.parsed.scenario, [this] { return open_lab(globals_); }, generation,
            bounds, options_.part(), [&](const Pair &pair) { tell(generation, pair); });
        if (isatty(STDERR_FILENO) != 0)
            fmt::print(stderr, "\r\033[K");
        const bool good = pairs.found.empty() && pairs.unfinished == 0;
        ++(good ? passed_ : failed_);
        pairs_ += pairs.pairs;
        modelled_ += pairs.modelled;
        runs_ += pairs.runs;
        options_.json ? show_json(file, pairs, good) : show(file, pairs, good);
        std::fflush(stdout);
    }

    void tell(const WordInfo &generation, const Pair &pair) {
        ++told_;
        orders_ += pair.progress.runs;
        if (const auto now = std::chrono::steady_clock::now();
            options_.progress && now - last_told_ >= between_words) {
            last_told_ = now;
            fmt::print("# {} pairs, {} orders; now in {}: {} | {}\n", told_, orders_,
                       generation.name, pair.first, pair.second);
            std::fflush(stdout);
        }
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
                                   {"modelled", pairs.modelled},
                                   {"unfinished", pairs.unfinished}};
        if (!pairs.lacking.empty())
            out["lacking"] = pairs.lacking;
        for (const Pair &pair : pairs.found)
            out["found"].push_back({{"first", pair.first},
                                    {"second", pair.second},
                                    {"kind", pair.finding->kind},
                                    {"message", pair.finding->message},
                                    {"notes", pair.finding->notes}});
        print_json_line(out);
    }

    const PairsOptions &options_;
    const Globals &globals_;
    std::uint64_t pairs_ = 0;
    std::uint64_t modelled_ = 0;
    std::uint64_t runs_ = 0;
    std::uint64_t told_ = 0; ///< pairs so far, for who wants to know how far it is
    std::uint64_t orders_ = 0;
    std::chrono::steady_clock::time_point last_told_ = std::chrono::steady_clock::now();
    unsigned passed_ = 0;
    unsigned failed_ = 0;
};

} // namespace

Action add_pairs(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<PairsOptions>();
    sub.add_option("files", options->files, "scenarios whose columns list operations")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--preemptions,-p", options->preemptions,
                   "how often an actor that could go on may stand aside")
        ->capture_default_str();
    sub.add_option("--every", options->every, "run only every n-th pair")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    sub.add_option("--shard", options->shard, "of those the first of four parts: 1/4")
        ->type_name("I/N")
        ->check(is_shard);
    sub.add_flag("--progress", options->progress,
                 "say every half minute how far it is, on a line that begins with #");
    sub.add_option("--time", options->time, "seconds that each pair may take")
        ->capture_default_str();
    sub.add_flag("--json", options->json, "print one JSON object a line for each generation");
    return [options, &globals] { return Runner{*options, globals}.run(); };
}

} // namespace pidlab::cli
