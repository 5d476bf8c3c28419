// SPDX-License-Identifier: MIT
/// @file
/// Random orders of which it can be said how likely they find what there is to be found.
///
/// Who goes on is a matter of priorities (Burckhardt, Kothari, Musuvathi and Nagarakatte, A
/// randomized scheduler with probabilistic guarantees of finding bugs, ASPLOS 2010): each of n that
/// can take steps has one, drawn anew for each run, and at d - 1 steps drawn from k whoever has
/// just taken a step becomes the least urgent. A bug of depth d, one that shows when d steps come
/// in a certain order, is then met by a run with a chance of at least 1 / (n k^(d-1)).
///
/// Where allocations may fail, f at most, each run draws how many do, and which: by actor, and by
/// how many that actor has asked for before. That is settled before anybody's priority, so that
/// what is left is a program without failures to draw, and the chance above is that of a run whose
/// failures are those that the bug takes: one in f + 1 draws as many, and of those one in so many
/// ways to choose them among the m that there are.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "pidlab/explore_finding.hpp"

namespace pidlab::explore {

/// Runs to draw.
struct Draw {
    std::optional<std::uint64_t> runs;
    std::optional<std::chrono::milliseconds> time;
    unsigned depth = 3; ///< from 1 to deepest
    std::uint64_t seed = 0;
    bool alone = false; ///< each run in a call of its own, its lab as it was left when visited
    const std::atomic<bool> *stop = nullptr; ///< set: end as soon as may be
};

/// As many changes of priority as a run can have, and one.
constexpr unsigned deepest = PIDLAB_CHANGES_MAX + 1;

/// The least chance that a run meets a bug of a depth.
/// @param takers n: who can take steps
/// @param steps k: of a run at most
[[nodiscard]] double chance(unsigned takers, std::size_t steps, unsigned depth);

/// The greatest chance that so many runs have all missed it.
[[nodiscard]] double missed(double chance, std::uint64_t runs);

/// In how many ways those that fail can be drawn, where it takes most: how many, and which.
/// @param faults that may fail in one run
/// @param allocations of a run at most
[[nodiscard]] double ways_to_fail(unsigned faults, unsigned allocations);

/// What has been drawn.
struct Drawn {
    std::uint64_t runs = 0;
    std::uint64_t counted = 0;  ///< since a run was longer than any before: these have the chance
    std::uint64_t diverged = 0; ///< did not come to the failure they were to: nothing is sure then
    unsigned takers = 0;        ///< the actors, and grace periods
    unsigned depth = 0;
    std::size_t longest = 0; ///< steps of the longest run seen: k
    unsigned faults = 0;     ///< how many allocations may fail in one: f
    std::array<unsigned, PIDLAB_ACTORS_MAX> allocations{}; ///< of each actor, the most seen
    std::chrono::milliseconds spent{};

    /// m: how many allocations there are that can fail.
    [[nodiscard]] unsigned all_allocations() const;
    [[nodiscard]] double chance() const {
        return explore::chance(takers, longest, depth) / ways_to_fail(faults, all_allocations());
    }
    [[nodiscard]] double missed() const { return explore::missed(chance(), counted); }

    /// Takes notice of a run.
    /// @return whether it was longer, or allocated more, than any before
    bool grow(const Run &run);
};

/// Draw runs until there are as many as asked for, or one of them ends it. The same seed draws the
/// same ones. Allocations fail where the controller's grain has them fail.
/// @param visit called for each run; false ends it
/// @param tell called now and then
[[nodiscard]] Drawn draw(Controller &controller, const Draw &bounds,
                         const std::function<bool(const Run &)> &visit,
                         const std::function<void(const Drawn &)> &tell = {});

/// An order with fewer preemptions that leads to the same kind of finding, if one is met among so
/// many; else the one that is known.
[[nodiscard]] Run simplest(Controller &controller, Judge &judge, const Run &found,
                           std::uint64_t most = 20'000);

} // namespace pidlab::explore
