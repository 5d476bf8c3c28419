// SPDX-License-Identifier: MIT
// Random programs on real processes and on the module for as long as one likes:
// pidlab_oracle_torture SEED COMMANDS. Root, in a VM; results as KTAP on standard output. A seed
// gives the same programs again. One program at a time: pid_max is the machine's. Row x7.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "../oracle/compare.hpp"
#include "../vm/ktap.hpp"
#include "pidlab/device.hpp"

namespace pidlab::testing::processes {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t length = 80; ///< commands in a program
constexpr std::chrono::seconds between_words{10};

std::unique_ptr<Transport> module_lab() { return std::make_unique<DeviceTransport>(); }

void say(const OracleTally &tally, std::uint64_t commands, Clock::time_point begun) {
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    fmt::print(std::cout, "# oracle: {} of {} commands, {:.0f} a second\n", tally.steps, commands,
               static_cast<double>(tally.steps) / seconds);
    std::cout.flush();
}

/// @return the first difference that nothing explains, or nothing
std::optional<std::string> compare(std::uint64_t seed, std::uint64_t commands, OracleTally &tally) {
    Dice dice(seed);
    const auto begun = Clock::now();
    for (auto next = begun; tally.steps < commands;) {
        const Program program = program_for_processes(dice, length);
        if (const auto found = ask_the_oracle(program, module_lab, tally)) {
            const OracleFinding least = least_finding(program, module_lab, *found);
            return fmt::format("{}\nshrunk: {}\n{}", found->why, least.why, least.scenario);
        }
        if (Clock::now() < next)
            continue;
        say(tally, commands, begun);
        next = Clock::now() + between_words;
    }
    say(tally, commands, begun);
    return {};
}

int run(std::uint64_t seed, std::uint64_t commands) {
    KtapWriter out(std::cout);
    out.plan(1);
    fmt::print(std::cout, "# seed {}\n", seed);
    OracleTally tally;
    const auto why = compare(seed, commands, tally);
    const std::string name = "x7_real_processes_and_module_agree";
    if (why) {
        out.result(name, Verdict::failed, {*why});
        return EXIT_FAILURE;
    }
    for (const auto &[difference, times] : tally.differences)
        fmt::print(std::cout, "# known: {}: {}\n", difference, times);
    out.result(name, Verdict::passed, {});
    return EXIT_SUCCESS;
}

} // namespace
} // namespace pidlab::testing::processes

int main(int argc, char **argv) {
    if (argc != 3) {
        std::cerr << "usage: pidlab_oracle_torture SEED COMMANDS\n";
        return 2;
    }
    return pidlab::testing::processes::run(std::stoull(argv[1]), std::stoull(argv[2]));
}
