// SPDX-License-Identifier: MIT
#include "pidlab/explore_random.hpp"

#include <algorithm>
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

// Actors and grace periods with priorities above all that a change gives.
Wish wish(const Draw &bounds, std::uint64_t run, unsigned actors, std::size_t steps) {
    Dice dice{bounds.seed, run};
    std::vector<unsigned> takers(actors);
    std::iota(takers.begin(), takers.end(), 0U);
    takers.push_back(PIDLAB_CHOICE_GP);
    for (std::size_t i = takers.size(); i > 1; --i)
        std::swap(takers[i - 1], takers[dice.below(i)]);
    Wish out;
    for (std::size_t i = 0; i < takers.size(); ++i)
        out.priority[takers[i]] = static_cast<std::uint8_t>(bounds.depth + i);
    for (unsigned i = 1; i < bounds.depth; ++i)
        out.changes.push_back({static_cast<std::uint32_t>(1 + dice.below(steps)), i});
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

Drawn draw(Controller &controller, const Draw &bounds,
           const std::function<bool(const Run &)> &visit,
           const std::function<void(const Drawn &)> &tell) {
    const auto actors = static_cast<unsigned>(controller.program().counts().size());
    const auto begun = Clock::now();
    Drawn out;
    out.takers = actors + 1;
    out.depth = bounds.depth;
    // How many steps there are to draw from is not known before the first.
    out.longest = std::max<std::size_t>(controller.run(Order{}).steps.size(), 1);
    bool on = true;
    while (on && (!bounds.runs || out.runs < *bounds.runs) &&
           (!bounds.time || out.spent < *bounds.time) && !(bounds.stop && *bounds.stop)) {
        std::size_t room = bounds.alone ? 1 : most_in_batch;
        if (bounds.runs)
            room = std::min<std::size_t>(room, *bounds.runs - out.runs);
        std::vector<Wish> wishes;
        for (std::size_t i = 0; i < room; ++i)
            wishes.push_back(wish(bounds, out.runs + i, actors, out.longest));
        const std::vector<Run> runs = controller.run(wishes);
        std::size_t longest = out.longest;
        for (std::size_t i = 0; i < runs.size() && on; ++i) {
            ++out.runs;
            ++out.counted;
            longest = std::max(longest, runs[i].steps.size());
            on = visit(runs[i]);
        }
        if (longest > out.longest)
            out.counted = 0;
        out.longest = longest;
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
