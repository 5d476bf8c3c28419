// SPDX-License-Identifier: MIT
#include "pidlab/explore_search.hpp"

#include <algorithm>
#include <utility>

#include "explore_states.hpp"

namespace pidlab::explore {

namespace {

using Clock = std::chrono::steady_clock;

// Orders in one call: enough that the call costs nothing, few enough to look at the clock.
constexpr std::size_t most_in_batch = 64;

constexpr unsigned nobody = PIDLAB_CHOICE_GP + 1;

bool has(unsigned mask, unsigned choice) { return (mask >> choice & 1) != 0; }

// Somebody else than who ran last, though that one could go on.
bool is_preemption(unsigned last, unsigned choices, unsigned choice) {
    return last != nobody && taker(choice) != last && has(choices, last);
}

} // namespace

unsigned preemptions(std::span<const pidlab_step> steps) {
    unsigned last = nobody;
    unsigned count = 0;
    for (const pidlab_step &step : steps) {
        count += is_preemption(last, step.choices, step.choice);
        if (step.choice != PIDLAB_CHOICE_GP)
            last = taker(step.choice);
    }
    return count;
}

/// A run, and who ran last before each of its steps.
struct Search::Trace {
    explicit Trace(const Run &of) : run{of} {
        unsigned who = nobody;
        for (const pidlab_step &step : run.steps) {
            last.push_back(who);
            cost.push_back(sum);
            failed.push_back(failures);
            failures += is_failure(step.choice);
            sum += is_preemption(who, step.choices, step.choice);
            if (step.choice != PIDLAB_CHOICE_GP)
                who = taker(step.choice);
        }
        last.push_back(who);
    }

    // Whether whoever ran last is between two operations before a step, or can't go on.
    [[nodiscard]] bool between(std::size_t at) const {
        if (last[at] == nobody || !has(run.steps[at].choices, last[at]))
            return true;
        for (std::size_t i = at; i < run.steps.size(); ++i)
            if (taker(run.steps[i].choice) == last[at])
                return run.steps[i].what == PIDLAB_STEP_BEGIN;
        return true;
    }

    const Run &run;
    std::vector<unsigned> last;
    std::vector<unsigned> cost;
    std::vector<unsigned> failed; ///< allocations before each step
    unsigned sum = 0;
    unsigned failures = 0;
};

Search::Search(Controller &controller, const Bounds &bounds)
    : controller_{controller}, bounds_{bounds} {
    add({});
}

void Search::restore(std::vector<Prefix> left, std::unordered_set<std::uint64_t> known,
                     const Progress &before) {
    pending_.clear();
    progress_ = before;
    before_ = before.spent;
    known_ = std::move(known);
    for (Prefix &prefix : left)
        add(std::move(prefix));
}

std::vector<Prefix> Search::left() const {
    std::vector<Prefix> out;
    for (const auto &bucket : pending_)
        out.insert(out.end(), bucket.begin(), bucket.end());
    return out;
}

// What is cheaper than this each part runs: there is little of it, and all that follows is divided
// evenly.
unsigned Search::owned_from() const {
    constexpr unsigned deep = 2;
    return std::clamp(bounds_.preemptions.value_or(deep), 1U, deep);
}

// By the state that it goes on from, where that is known: prefixes that come to the same one are
// the same part's, which follows the first of them only. The same on every machine: FNV-1a.
bool Search::mine(const Prefix &prefix, std::uint64_t state) const {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
    if (state != 0)
        add(mixed(state, prefix.choices.back()));
    else
        std::ranges::for_each(prefix.choices, add);
    return hash % bounds_.shards == bounds_.shard;
}

void Search::add(Prefix prefix) {
    if (bounds_.preemptions && prefix.cost > *bounds_.preemptions)
        return;
    if (pending_.size() <= prefix.cost)
        pending_.resize(prefix.cost + 1);
    pending_[prefix.cost].push_back(std::move(prefix));
}

// The next prefixes, all of the same cost.
std::vector<Prefix> Search::batch() {
    std::vector<Prefix> out;
    const auto bucket = std::ranges::find_if(pending_, [](const auto &b) { return !b.empty(); });
    if (bucket == pending_.end())
        return out;
    progress_.preemptions = static_cast<unsigned>(bucket - pending_.begin());
    std::size_t room = bounds_.alone ? 1 : most_in_batch;
    if (bounds_.runs)
        room = std::min<std::size_t>(room, *bounds_.runs - progress_.runs);
    for (; !bucket->empty() && out.size() < room; bucket->pop_back())
        out.push_back(std::move(bucket->back()));
    progress_.pending = bucket->size();
    return out;
}

bool Search::out_of_bounds() const {
    return (bounds_.runs && progress_.runs >= *bounds_.runs) ||
           (bounds_.time && progress_.spent - before_ >= *bounds_.time) ||
           (bounds_.stop && *bounds_.stop);
}

const Progress &Search::go(const Visit &visit, const Tell &tell) {
    begun_ = Clock::now();
    bool on = true;
    while (on && !out_of_bounds()) {
        std::vector<Prefix> prefixes = batch();
        if (prefixes.empty()) {
            progress_.exhausted = true;
            break;
        }
        std::vector<Order> orders;
        for (const Prefix &prefix : prefixes)
            orders.push_back(prefix.choices);
        const std::vector<Run> runs = controller_.run(orders);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (on) {
                ++progress_.runs;
                progress_.longest = std::max(progress_.longest, runs[i].steps.size());
            }
            // One that ends the search is to be found again by whoever goes on with it.
            on = on && visit(runs[i]);
            if (on)
                follow(prefixes[i], runs[i]);
            else
                add(std::move(prefixes[i]));
        }
        progress_.spent =
            before_ + std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_);
        if (tell)
            tell(progress_);
    }
    return progress_;
}

// What else could have been chosen from the end of the prefix on.
void Search::follow(const Prefix &prefix, const Run &run) {
    if (run.verdict == PIDLAB_VERDICT_DIVERGED) {
        ++progress_.diverged;
        return;
    }
    const Trace trace{run};
    owned_ = prefix.owned;
    const bool reduce = bounds_.reduce && !run.footprints.empty();
    const std::vector<std::uint64_t> states =
        reduce ? states_of(run) : std::vector<std::uint64_t>{};
    for (std::size_t at = prefix.choices.size(); at < run.steps.size(); ++at) {
        // With a bound it matters who ran last: what another one costs depends on it.
        const unsigned last = bounds_.preemptions ? trace.last[at] : nobody;
        if (reduce && !known_.insert(mixed(states[at], last)).second) {
            ++progress_.merged;
            return;
        }
        ++progress_.states;
        branch(trace, at, reduce ? states[at] : 0);
    }
}

// Whether something else may be done here at all: that an allocation of whoever runs fails is
// nothing that comes between.
bool Search::may_choose(const Trace &trace, std::size_t at, unsigned choice) const {
    if (is_failure(choice) && trace.failed[at] >= controller_.grain().faults)
        return false;
    return !bounds_.between_operations || trace.between(at) ||
           (is_failure(choice) && taker(choice) == trace.last[at]);
}

void Search::branch(const Trace &trace, std::size_t at, std::uint64_t state) {
    const pidlab_step &step = trace.run.steps[at];
    for (unsigned choice = 0; choice <= PIDLAB_CHOICE_GP; ++choice) {
        if (!has(step.choices, choice) || choice == step.choice || !may_choose(trace, at, choice))
            continue;
        Prefix prefix;
        prefix.cost = trace.cost[at] + is_preemption(trace.last[at], step.choices, choice);
        prefix.choices.reserve(at + 1);
        for (std::size_t i = 0; i < at; ++i)
            prefix.choices.push_back(trace.run.steps[i].choice);
        prefix.choices.push_back(static_cast<std::uint8_t>(choice));
        prefix.owned = owned_ || prefix.cost >= owned_from();
        if (owned_ || !prefix.owned || mine(prefix, state))
            add(std::move(prefix));
    }
}

} // namespace pidlab::explore
