// SPDX-License-Identifier: MIT
#include "pidlab/explore_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "explore_states.hpp"
#include "pidlab/explore_search.hpp"

namespace pidlab::explore {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_in_batch = 64;

/// Numbers that a seed and the number of a run decide.
class Dice {
public:
    Dice(std::uint64_t seed, std::uint64_t run) : state_{mixed(seed, run)} {}

    /// @return one of so many, from 0
    std::size_t below(std::size_t count) {
        state_ = mixed(state_, 1);
        return static_cast<std::size_t>(state_ % count);
    }

private:
    std::uint64_t state_;
};

/// An allocation that is to fail: an actor's, and the how manieth, from 0.
struct Failure {
    unsigned actor;
    unsigned nth;
};

/// A run that is to be drawn.
struct Drawing {
    Wish wish;
    std::vector<Failure> failures;
};

// Actors and grace periods with priorities above all that a change gives.
void draw_priorities(Wish &out, Dice &dice, unsigned actors, unsigned depth, std::size_t steps) {
    std::vector<unsigned> takers(actors);
    std::iota(takers.begin(), takers.end(), 0U);
    takers.push_back(PIDLAB_CHOICE_GP);
    for (std::size_t i = takers.size(); i > 1; --i)
        std::swap(takers[i - 1], takers[dice.below(i)]);
    for (std::size_t i = 0; i < takers.size(); ++i)
        out.priority[takers[i]] = static_cast<std::uint8_t>(depth + i);
    for (unsigned i = 1; i < depth; ++i)
        out.changes.push_back({static_cast<std::uint32_t>(1 + dice.below(steps)), i});
}

// First how many, then which of those that there are.
std::vector<Failure> draw_failures(Dice &dice, const Drawn &known) {
    std::vector<Failure> all;
    for (unsigned actor = 0; actor < known.allocations.size(); ++actor)
        for (unsigned nth = 0; nth < known.allocations[actor]; ++nth)
            all.push_back({actor, nth});
    const std::size_t most = std::min<std::size_t>(known.faults, all.size());
    const std::size_t count = most == 0 ? 0 : dice.below(most + 1);
    for (std::size_t i = 0; i < count; ++i)
        std::swap(all[i], all[i + dice.below(all.size() - i)]);
    all.resize(count);
    return all;
}

Drawing drawing(const Draw &bounds, const Drawn &known, std::uint64_t run) {
    Dice dice{bounds.seed, run};
    Drawing out;
    draw_priorities(out.wish, dice, known.takers - 1, bounds.depth, known.longest);
    out.failures = draw_failures(dice, known);
    return out;
}

// The actor that allocates in a step, and may fail; or none.
std::optional<unsigned> allocates(const pidlab_step &step) {
    const unsigned actor = taker(step.choice);
    const bool may_fail =
        step.choice != PIDLAB_CHOICE_GP && (step.choices >> (PIDLAB_CHOICE_FAIL + actor) & 1) != 0;
    return may_fail ? std::optional{actor} : std::nullopt;
}

// Priorities cannot say that something fails. Up to there the run is as it is: the choices that it
// came to are asked for, and the failure behind them.
bool fail_next(Drawing &what, const Run &run) {
    if (run.verdict == PIDLAB_VERDICT_DIVERGED)
        return false;
    std::array<unsigned, PIDLAB_ACTORS_MAX> seen{};
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
        const auto actor = allocates(run.steps[i]);
        if (!actor)
            continue;
        const unsigned nth = seen[*actor]++;
        const bool wanted = std::ranges::any_of(what.failures, [&](const Failure &failure) {
            return failure.actor == *actor && failure.nth == nth;
        });
        if (!wanted || is_failure(run.steps[i].choice))
            continue;
        what.wish.choices = run.order();
        what.wish.choices.resize(i);
        what.wish.choices.push_back(static_cast<std::uint8_t>(PIDLAB_CHOICE_FAIL + *actor));
        return true;
    }
    return false;
}

// Each once, and once more for each of its failures.
std::vector<Run> run_all(Controller &controller, std::vector<Drawing> drawings) {
    std::vector<Run> out(drawings.size());
    std::vector<std::size_t> open(drawings.size());
    std::iota(open.begin(), open.end(), std::size_t{0});
    while (!open.empty()) {
        std::vector<Wish> wishes;
        for (const std::size_t i : open)
            wishes.push_back(drawings[i].wish);
        std::vector<Run> runs = controller.run(wishes);
        std::vector<std::size_t> left;
        for (std::size_t k = 0; k < open.size(); ++k) {
            out[open[k]] = std::move(runs[k]);
            if (fail_next(drawings[open[k]], out[open[k]]))
                left.push_back(open[k]);
        }
        open = std::move(left);
    }
    return out;
}

} // namespace

double chance(unsigned takers, std::size_t steps, unsigned depth) {
    return 1 / (takers * std::pow(static_cast<double>(steps), depth - 1));
}

double missed(double chance, std::uint64_t runs) {
    return chance < 1 ? std::exp(static_cast<double>(runs) * std::log1p(-chance))
                      : (runs == 0 ? 1 : 0);
}

double ways_to_fail(unsigned faults, unsigned allocations) {
    const unsigned most = std::min(faults, allocations);
    double ways = 1;
    double greatest = 1;
    for (unsigned i = 0; i < most; ++i) {
        ways = ways * (allocations - i) / (i + 1);
        greatest = std::max(greatest, ways);
    }
    return (most + 1) * greatest;
}

unsigned Drawn::all_allocations() const {
    return std::accumulate(allocations.begin(), allocations.end(), 0U);
}

bool Drawn::grow(const Run &run) {
    bool grown = run.steps.size() > longest;
    longest = std::max(longest, run.steps.size());
    std::array<unsigned, PIDLAB_ACTORS_MAX> seen{};
    for (const pidlab_step &step : run.steps)
        if (const auto actor = allocates(step))
            ++seen[*actor];
    for (std::size_t i = 0; i < seen.size(); ++i) {
        grown = grown || seen[i] > allocations[i];
        allocations[i] = std::max(allocations[i], seen[i]);
    }
    return grown;
}

Drawn draw(Controller &controller, const Draw &bounds,
           const std::function<bool(const Run &)> &visit,
           const std::function<void(const Drawn &)> &tell) {
    const auto begun = Clock::now();
    Drawn out;
    out.takers = static_cast<unsigned>(controller.program().counts().size()) + 1;
    out.depth = bounds.depth;
    out.faults = controller.grain().faults;
    // What there is to draw from is not known before the first.
    out.longest = 1;
    out.grow(controller.run(Order{}));
    bool on = true;
    while (on && (!bounds.runs || out.runs < *bounds.runs) &&
           (!bounds.time || out.spent < *bounds.time) && !(bounds.stop && *bounds.stop)) {
        std::size_t room = bounds.alone ? 1 : most_in_batch;
        if (bounds.runs)
            room = std::min<std::size_t>(room, *bounds.runs - out.runs);
        std::vector<Drawing> drawings;
        for (std::size_t i = 0; i < room; ++i)
            drawings.push_back(drawing(bounds, out, out.runs + i));
        bool grown = false;
        const std::vector<Run> runs = run_all(controller, std::move(drawings));
        for (std::size_t i = 0; i < runs.size() && on; ++i) {
            ++out.runs;
            ++out.counted;
            out.diverged += runs[i].verdict == PIDLAB_VERDICT_DIVERGED;
            grown = out.grow(runs[i]) || grown;
            on = visit(runs[i]);
        }
        if (grown)
            out.counted = 0;
        out.spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
        if (tell)
            tell(out);
    }
    return out;
}

Run simplest(Controller &controller, Judge &judge, const Run &found, std::uint64_t most) {
    // Alone: the lab is then as this order leaves it.
    const auto wanted = judge.judge(controller.run(found.order()));
    const unsigned known = preemptions(found.steps);
    if (!wanted || known == 0)
        return found;
    Bounds bounds;
    bounds.preemptions = known - 1;
    bounds.runs = most;
    bounds.alone = controller.program().has_end();
    Run out = found;
    Search search{controller, bounds};
    search.go([&](const Run &run) {
        const auto finding = judge.judge(run);
        if (!finding || finding->kind != wanted->kind)
            return true;
        out = run;
        return false;
    });
    return out;
}

} // namespace pidlab::explore
