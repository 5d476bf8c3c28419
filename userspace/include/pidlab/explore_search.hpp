// SPDX-License-Identifier: MIT
/// @file
/// Every order of a program, the ones with the fewest preemptions first.
///
/// A run follows a prefix of choices and then lets whoever ran last go on. Each step at which
/// there was another choice gives a longer prefix, to be run in its turn. What it costs is how
/// often an actor that could go on was made to stand aside (or a grace period ended in its way);
/// prefixes are taken by rising cost, so that the first finding has as few preemptions as any.
///
/// Where the module tells what each step has read and written, prefixes that lead to a state that
/// was reached before are not followed: two steps of different actors that touch nothing in common
/// can be exchanged, and orders that differ by such exchanges only are one. A state is known by
/// who did what, each step with the hashes of those before it that it depends on. Two states are
/// taken for one by mistake with a chance of n^2 / 2^65 for n states.
///
/// Parts of a search need nothing of each other: each runs what has fewer than two preemptions, and
/// of the prefixes with two those that go on from states which are its own. What follows is that
/// part's too, so that states which several parts come to are searched by each of them: with few
/// preemptions parts have little in common, without a bound almost all.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include "pidlab/explore_controller.hpp"

namespace pidlab::explore {

/// What to search, and for how long.
struct Bounds {
    std::optional<unsigned> preemptions; ///< at most; nothing: all orders there are
    std::optional<std::uint64_t> runs;   ///< at most
    std::optional<std::chrono::milliseconds> time;
    bool between_operations = false;         ///< operations are not interrupted
    const std::atomic<bool> *stop = nullptr; ///< set: end as soon as may be
    bool alone = false;  ///< each run in a call of its own, its lab as it was left when visited
    bool reduce = true;  ///< leave out orders that lead to known states, where possible
    unsigned shard = 0;  ///< this part ...
    unsigned shards = 1; ///< ... of so many
};

/// How far a search is.
struct Progress {
    std::uint64_t runs = 0;
    std::uint64_t pending = 0;  ///< prefixes to be run, of this bound
    std::uint64_t states = 0;   ///< met
    std::uint64_t merged = 0;   ///< runs cut short because their state was known
    std::uint64_t diverged = 0; ///< runs that did not follow their order: the search is not sound
    unsigned preemptions = 0;   ///< of the prefixes that are run now
    std::size_t longest = 0;    ///< steps of the longest run
    bool exhausted = false;     ///< there is nothing left within the bounds
    std::chrono::milliseconds spent{};
};

/// A prefix to be run.
struct Prefix {
    Order choices;
    unsigned cost = 0;
    bool owned = false; ///< this shard's, and so is all that follows from it
};

/// A search that can be stopped, saved and gone on with.
class Search {
public:
    Search(Controller &controller, const Bounds &bounds);

    /// Called for each run; false ends the search.
    using Visit = std::function<bool(const Run &)>;
    /// Called now and then.
    using Tell = std::function<void(const Progress &)>;

    /// Search until it is exhausted, stopped or out of time.
    const Progress &go(const Visit &visit, const Tell &tell = {});

    [[nodiscard]] const Progress &progress() const { return progress_; }

    /// @name What is left to do, to be gone on with later
    /// @{
    [[nodiscard]] std::vector<Prefix> left() const;
    [[nodiscard]] const std::unordered_set<std::uint64_t> &known() const { return known_; }
    void restore(std::vector<Prefix> left, std::unordered_set<std::uint64_t> known,
                 const Progress &before);
    /// @}

private:
    struct Trace;

    std::vector<Prefix> batch();
    void add(Prefix prefix);
    void follow(const Prefix &prefix, const Run &run);
    void branch(const Trace &trace, std::size_t at, std::uint64_t state);
    [[nodiscard]] bool may_choose(const Trace &trace, std::size_t at, unsigned choice) const;
    [[nodiscard]] bool out_of_bounds() const;
    [[nodiscard]] bool mine(const Prefix &prefix, std::uint64_t state) const;
    [[nodiscard]] unsigned owned_from() const;

    Controller &controller_;
    Bounds bounds_;
    Progress progress_;
    std::vector<std::vector<Prefix>> pending_; ///< by cost
    std::unordered_set<std::uint64_t> known_;
    bool owned_ = false; ///< the run that is being followed is this shard's
    std::chrono::steady_clock::time_point begun_;
    std::chrono::milliseconds before_{};
};

/// How often a run was preempted up to a step.
[[nodiscard]] unsigned preemptions(std::span<const pidlab_step> steps);

} // namespace pidlab::explore
