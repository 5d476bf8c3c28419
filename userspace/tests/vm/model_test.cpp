// SPDX-License-Identifier: MIT
// Random programs on the model and on the module: every answer and the states they end in are the
// same. `make torture' runs many more.
#include <memory>

#include <gtest/gtest.h>

#include "../model/compare.hpp"
#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"

namespace pidlab::testing {
namespace {

constexpr std::uint64_t seed = 20060223; // the day task_ref was posted
constexpr unsigned programs = 24;
constexpr int length = 120; // the most commands in one

std::unique_ptr<Transport> module_lab() { return std::make_unique<DeviceTransport>(); }

class Model : public ::testing::TestWithParam<WordInfo> {};

TEST_P(Model, x6_random_programs_do_on_the_module_what_they_do_on_the_model) {
    if (!Lab::open().info().has(static_cast<pidlab_generation>(GetParam().number)))
        GTEST_SKIP() << "the module does not have this generation";
    std::uint64_t commands = 0;
    for (unsigned i = 0; i < programs; ++i)
        if (const auto found = judge(seed + i, length, GetParam().number, module_lab, commands))
            FAIL() << *found;
    EXPECT_GT(commands, programs * length / 4u);
}

INSTANTIATE_TEST_SUITE_P(Generations, Model, ::testing::ValuesIn(generations()),
                         [](const auto &test) { return std::string(test.param.name); });

} // namespace
} // namespace pidlab::testing
