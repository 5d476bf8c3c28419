// SPDX-License-Identifier: MIT
#include "explore_options.hpp"

#include "pidlab/explore_random.hpp"
#include "shard.hpp"

namespace pidlab::cli {

void add_options(CLI::App &sub, const std::shared_ptr<ExploreOptions> &options) {
    sub.add_option("files", options->files, "scenarios with columns; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    sub.add_option("--preemptions,-p", options->preemptions,
                   "only orders in which so often an actor that could go on stands aside");
    sub.add_option("--runs", options->runs, "end after so many orders");
    sub.add_option("--time", options->time, "end after so many seconds");
    sub.add_option("--shard", options->shard, "search the first of four parts: 1/4")
        ->type_name("I/N")
        ->check(is_shard);
    auto *resume =
        sub.add_option("--resume", options->resume,
                       "go on with the search that this file keeps, if there is one, and keep it "
                       "there: when time is over, on Ctrl-C, and meanwhile; the search of another "
                       "scenario, or within other bounds, is refused")
            ->type_name("FILE");
    sub.add_option("--every", options->every, "keep it after so many seconds each")
        ->check(CLI::PositiveNumber)
        ->needs(resume)
        ->capture_default_str();
    auto *random =
        sub.add_option("--random", options->random,
                       "draw so many orders by random priorities instead, 0: until --time is over, "
                       "and print how likely they have missed a bug")
            ->type_name("N")
            ->excludes(resume);
    sub.add_option("--depth,-d", options->depth,
                   "of a bug: how many steps must come in a certain order for it to show; one "
                   "less is how often priorities change in a random order")
        ->check(CLI::Range(1U, explore::deepest))
        ->needs(random)
        ->capture_default_str();
    sub.add_option("--seed", options->seed, "the same seed draws the same orders")
        ->needs(random)
        ->capture_default_str();
    sub.add_option_function<unsigned>(
           "--faults", [options](unsigned count) { options->faults = count; },
           "each allocation of an actor is a step, and so many in an order may fail, 1 unless "
           "said; what the scenario expects is then asked of orders only in which none does")
        ->expected(0, 1)
        ->default_str("1")
        ->type_name("N");
    sub.add_option("--replay", options->replay, "run this schedule only, and say where it is left")
        ->type_name("FILE");
    sub.add_option("--save", options->save, "write the schedule of what is found to this file")
        ->type_name("FILE");
    sub.add_flag("--plain", options->plain,
                 "enumerate: follow orders that lead to known states too");
    sub.add_flag("--fine", options->fine, "letting go of a lock or a read side is a step, too");
    sub.add_flag("--no-history", options->no_history,
                 "do not ask whether operations one after the other would give the same results");
    sub.add_flag("--progress", options->progress,
                 "say every half minute how far it is, on a line that begins with #");
    sub.add_flag("--json", options->json, "print one JSON object a line for each scenario");
}

} // namespace pidlab::cli
