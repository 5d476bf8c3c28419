// SPDX-License-Identifier: MIT
#include "explore_states.hpp"

#include <array>

namespace pidlab::explore {

std::uint64_t mixed(std::uint64_t one, std::uint64_t other) {
    // The finalizer of splitmix64.
    std::uint64_t x = one + 0x9e3779b97f4a7c15 * (other + 1);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

bool depend(const pidlab_footprint &one, const pidlab_footprint &other) {
    std::uint64_t common = 0;
    for (std::size_t i = 0; i < std::size(one.writes); ++i)
        common |=
            (one.writes[i] & (other.writes[i] | other.reads[i])) | (one.reads[i] & other.writes[i]);
    return common != 0;
}

std::vector<std::uint64_t> states_of(const Run &run) {
    const std::size_t count = run.steps.size();
    std::array<std::uint64_t, PIDLAB_CHOICE_GP + 1> taken{};
    std::vector<std::uint64_t> events(count);
    std::vector<std::uint64_t> out;
    out.reserve(count + 1);
    std::uint64_t state = 0;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(state);
        const unsigned actor = taker(run.steps[i].choice);
        std::uint64_t before = 0;
        // A sum: the order of what is independent does not matter.
        for (std::size_t j = 0; j < i; ++j)
            if (taker(run.steps[j].choice) == actor || depend(run.footprints[j], run.footprints[i]))
                before += mixed(events[j], 1);
        events[i] = mixed(mixed(run.steps[i].choice, taken[actor]++), before);
        state += mixed(events[i], actor);
    }
    out.push_back(state);
    return out;
}

} // namespace pidlab::explore
