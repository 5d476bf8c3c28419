// SPDX-License-Identifier: MIT
#include <sstream>

#include <gtest/gtest.h>

#include "pidlab/machine.hpp"
#include "scenario_toy.hpp"

namespace pidlab {
namespace {

std::uint64_t figure(const std::string &text, std::string_view key) {
    std::istringstream in(text);
    return proc_figure(in, key);
}

TEST(Machine, figures_in_kB_are_bytes) {
    const std::string meminfo = "MemTotal:        1014444 kB\nSlab:   17 kB\nHugePages_Total:  3\n";
    EXPECT_EQ(figure(meminfo, "MemTotal:"), 1014444U * 1024);
    EXPECT_EQ(figure(meminfo, "Slab:"), 17U * 1024);
    EXPECT_EQ(figure(meminfo, "HugePages_Total:"), 3U);
    EXPECT_EQ(figure("oom_kill 2\noom_kill_x 3\n", "oom_kill"), 2U);
}

TEST(Machine, a_figure_that_is_not_told_is_zero) {
    EXPECT_EQ(figure("", "Slab:"), 0U);
    EXPECT_EQ(figure("SlabX: 3 kB\nSlab:\nSlab: some kB\n", "Slab:"), 0U);
}

TEST(Machine, this_one_has_more_than_it_uses) {
    EXPECT_GT(machine_figure(Machine::total), machine_figure(Machine::used));
    EXPECT_GT(machine_figure(Machine::used), 0U);
}

} // namespace
} // namespace pidlab
