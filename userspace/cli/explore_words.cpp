// SPDX-License-Identifier: MIT
#include "explore_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pidlab::cli {

namespace {

template <typename Counts> std::string rate(const Counts &progress) {
    const double seconds = std::max(0.001, std::chrono::duration<double>(progress.spent).count());
    return fmt::format("{:.0f}/s", static_cast<double>(progress.runs) / seconds);
}

std::string seconds(std::chrono::milliseconds spent) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(spent).count());
}

// What the bug is that the chance is of.
std::string bug_words(const explore::Drawn &drawn) {
    std::string out = fmt::format("a bug of depth {}", drawn.depth);
    if (drawn.faults != 0)
        out += fmt::format(" that takes up to {} of {} allocations to fail", drawn.faults,
                           drawn.all_allocations());
    return out;
}

std::string chance_words(const explore::Drawn &drawn) {
    std::string out = fmt::format("1/({} x {}^{}", drawn.takers, drawn.longest, drawn.depth - 1);
    if (drawn.faults != 0)
        out +=
            fmt::format(" x {:.0f}", explore::ways_to_fail(drawn.faults, drawn.all_allocations()));
    return out + fmt::format(") = {:.3g}", drawn.chance());
}

} // namespace

std::string how_far(const explore::Progress &now) {
    return fmt::format("{} orders, {} to go with {} preemptions, {}", now.runs, now.pending,
                       now.preemptions, rate(now));
}

std::string how_far(const explore::Drawn &now) {
    return fmt::format("{} random orders, a bug of depth {} missed with a chance of {:.3g}, {}, {}",
                       now.runs, now.depth, now.missed(), seconds(now.spent), rate(now));
}

std::string searched(const explore::Progress &progress, const ExploreOptions &options) {
    std::string out = progress.exhausted ? "all orders" : "not all orders";
    if (options.preemptions)
        out += fmt::format(" with up to {} preemption{}", *options.preemptions,
                           *options.preemptions == 1 ? "" : "s");
    out += fmt::format(": {} run, {} states, {} led to known ones; up to {} steps; {}, {}",
                       progress.runs, progress.states, progress.merged, progress.longest,
                       seconds(progress.spent), rate(progress));
    return out;
}

std::string drawn_words(const explore::Drawn &drawn, std::uint64_t seed,
                        std::optional<unsigned> found) {
    std::string out = fmt::format("{} random orders, seed {}; up to {} steps; {}, {}\n"
                                  "     each meets {} with a chance of at least {}\n",
                                  drawn.runs, seed, drawn.longest, seconds(drawn.spent),
                                  rate(drawn), bug_words(drawn), chance_words(drawn));
    if (found)
        return out + fmt::format("     found with {} preemptions\n", *found);
    out += fmt::format("     {} of them have missed one with a chance of at most {:.3g}, if no "
                       "order takes more steps{}\n",
                       drawn.counted, drawn.missed(),
                       drawn.faults != 0 ? " or asks for memory more often" : "");
    if (drawn.diverged != 0)
        out += fmt::format("     {} runs did not follow their order: no chance is sure\n",
                           drawn.diverged);
    return out;
}

nlohmann::ordered_json as_json(const explore::Progress &progress) {
    return {{"exhausted", progress.exhausted}, {"runs", progress.runs},
            {"states", progress.states},       {"merged", progress.merged},
            {"diverged", progress.diverged},   {"preemptions", progress.preemptions},
            {"longest", progress.longest},     {"milliseconds", progress.spent.count()}};
}

nlohmann::ordered_json as_json(const explore::Drawn &drawn, std::uint64_t seed) {
    return {{"runs", drawn.runs},
            {"seed", seed},
            {"depth", drawn.depth},
            {"takers", drawn.takers},
            {"longest", drawn.longest},
            {"faults", drawn.faults},
            {"allocations", drawn.all_allocations()},
            {"chance", drawn.chance()},
            {"counted", drawn.counted},
            {"missed", drawn.missed()},
            {"diverged", drawn.diverged},
            {"milliseconds", drawn.spent.count()}};
}

} // namespace pidlab::cli
