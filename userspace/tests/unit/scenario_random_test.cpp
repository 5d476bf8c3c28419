// SPDX-License-Identifier: MIT
// Numbers by chance.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "pidlab/scenario_random.hpp"
#include "scenario_toy.hpp"

namespace pidlab::scenario {
namespace {

TEST(ScenarioRandom, a_seed_means_the_same_numbers_for_ever) {
    Random random;
    random.seed(42);
    // Written down once: a scenario with a seed is a promise.
    EXPECT_EQ(random.draw(0, 999), 413);
    EXPECT_EQ(random.draw(0, 999), 291);
    random.seed(42);
    EXPECT_EQ(random.draw(0, 999), 413);
}

TEST(ScenarioRandom, numbers_are_within_their_bounds_and_reach_both) {
    Random random;
    std::set<std::int64_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.draw(-2, 3));
    EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2, 3}));
    EXPECT_EQ(random.draw(7, 7), 7);
    constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();
    EXPECT_NE(random.draw(low, high), random.draw(low, high));
}

constexpr const char *text = "seed 7\n"
                             "repeat random 3..9\n"
                             "    t = fork init\n"
                             "end\n"
                             "n = random 100..200\n"
                             "expect n >= 100\n";

std::size_t forks(const std::string &scenario) {
    testing::ToyLab toy;
    const Report report = toy.run(scenario);
    EXPECT_TRUE(report.passed()) << scenario;
    return static_cast<std::size_t>(std::ranges::count(toy.sent(), "fork"));
}

TEST(ScenarioRandom, a_scenario_does_the_same_each_time) {
    const std::size_t count = forks(text);
    EXPECT_GE(count, 3u);
    EXPECT_LE(count, 9u);
    EXPECT_EQ(forks(text), count);
}

TEST(ScenarioRandom, a_seed_given_from_outside_takes_the_place_of_its_own) {
    const auto with = [](const std::string &scenario, std::uint64_t seed) {
        const SourceText source("test.scn", scenario);
        ParsedScenario parsed = parse(source);
        EXPECT_TRUE(parsed.errors.empty());
        reseed(parsed.scenario, seed);
        testing::ToyLab toy;
        EXPECT_TRUE(run_scenario(toy.lab, source, parsed.scenario).passed());
        return std::ranges::count(toy.sent(), "fork");
    };
    const std::string without = std::string{text}.substr(7);
    std::set<std::ptrdiff_t> seen;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        EXPECT_EQ(with(text, seed), with(without, seed)) << seed;
        seen.insert(with(text, seed));
    }
    EXPECT_GT(seen.size(), 1u);
    // `lab' stays the first to set anything up.
    EXPECT_GT(with("lab pid_max=400\nrepeat random 1..2\n    t = fork init\nend\n", 3), 0);
}

TEST(ScenarioRandom, what_fails_tells_its_seed) {
    testing::ToyLab toy;
    const std::string why = toy.failure("seed 99\nn = random 1..6\nexpect n = 7\n");
    EXPECT_NE(why.find("random numbers by seed 99"), std::string::npos) << why;
    testing::ToyLab other;
    EXPECT_EQ(other.failure("seed 99\nexpect 1 = 2\n").find("seed"), std::string::npos);
}

TEST(ScenarioRandom, mistakes_are_told) {
    const auto complaint = [](const std::string &line) {
        const ParsedScenario parsed = parse(SourceText("test.scn", line + "\n"));
        return parsed.errors.empty() ? "" : parsed.errors.front().message;
    };
    EXPECT_EQ(complaint("n = random 6..1"), "the highest number is below the lowest");
    EXPECT_NE(complaint("n = random 6").find("LOW..HIGH"), std::string::npos);
    EXPECT_NE(complaint("n = random 6.7").find("LOW..HIGH"), std::string::npos);
    EXPECT_EQ(complaint("n = random a..7"), "a number belongs here, not `a'");
    EXPECT_EQ(complaint("seed n"), "a seed is a number, not `n'");
    EXPECT_EQ(complaint("random = 3"), "`random' has a meaning of its own and cannot be a name");
    EXPECT_EQ(complaint("n = random -5..-3"), "");
}

} // namespace
} // namespace pidlab::scenario
