// SPDX-License-Identifier: MIT
#include "pidlab/scenario_random.hpp"

#include <utility>

namespace pidlab::scenario {

namespace {

std::uint64_t next(std::uint64_t &state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t value = state;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

// Answers whether there was one.
bool replace(std::vector<Statement> &body, std::uint64_t seed) {
    bool found = false;
    for (Statement &statement : body) {
        if (Seed *line = std::get_if<Seed>(&statement.what)) {
            line->number = seed;
            found = true;
        } else if (Repeat *repeat = std::get_if<Repeat>(&statement.what)) {
            found |= replace(repeat->body, seed);
        }
    }
    return found;
}

} // namespace

std::int64_t Random::draw(std::int64_t low, std::int64_t high) {
    drawn_ = true;
    // A range of all 64 bits has no length that fits them.
    const std::uint64_t length =
        static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const std::uint64_t value = next(state_);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) +
                                     (length ? value % length : value));
}

void reseed(Scenario &scenario, std::uint64_t seed) {
    if (replace(scenario.body, seed) || scenario.body.empty())
        return;
    Range at = scenario.body.front().at;
    at.length = 0;
    scenario.body.insert(scenario.body.begin(), Statement{at, Seed{seed}});
}

} // namespace pidlab::scenario
