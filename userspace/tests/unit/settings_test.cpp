// SPDX-License-Identifier: MIT
#include <sstream>

#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/format.hpp"

namespace pidlab {
namespace {

using testing::FakeLab;

TEST(Settings, none_given_sends_an_empty_mask_and_zeroes) {
    FakeLab it;
    it.lab.setup();
    ASSERT_EQ(it.fake.setups.size(), 1u);
    const pidlab_setup &arg = it.fake.setups[0];
    EXPECT_EQ(arg.size, sizeof(pidlab_setup));
    EXPECT_EQ(arg.flags, 0u);
    EXPECT_EQ(arg.given, 0u);
    for (const std::uint64_t value : arg.value)
        EXPECT_EQ(value, 0u);
}

TEST(Settings, each_one_given_sets_its_bit_and_its_value_and_no_other) {
    for (const SettingInfo &setting : settings()) {
        FakeLab it;
        it.lab.setup(Settings().set(setting.slot, setting.max));
        const pidlab_setup &arg = it.fake.setups.at(0);
        EXPECT_EQ(arg.given, std::uint64_t{1} << setting.slot) << setting.name;
        for (unsigned slot = 0; slot < PIDLAB_SETTING_SLOTS; ++slot)
            EXPECT_EQ(arg.value[slot], slot == setting.slot ? setting.max : 0) << setting.name;
    }
}

TEST(Settings, a_given_zero_is_given) {
    Settings settings;
    settings.set(PIDLAB_SET_TASK_PAYLOAD, 0);
    EXPECT_EQ(settings.get(PIDLAB_SET_TASK_PAYLOAD), 0u);
    EXPECT_EQ(settings.get(PIDLAB_SET_PID_MAX), std::nullopt);
    EXPECT_EQ(settings.given(), 1u << PIDLAB_SET_TASK_PAYLOAD);
}

TEST(Settings, the_last_value_given_holds) {
    Settings settings;
    settings.set(PIDLAB_SET_PID_MAX, 400).set(PIDLAB_SET_PID_MAX, 500);
    EXPECT_EQ(settings.get(PIDLAB_SET_PID_MAX), 500u);
}

TEST(Settings, are_printed_as_a_scenario_writes_them) {
    std::ostringstream out;
    out << Settings().set(PIDLAB_SET_MAX_TASKS, 7).set(PIDLAB_SET_PID_MAX, 400);
    EXPECT_EQ(out.str(), "pid_max=400 max_tasks=7");
}

TEST(Setup, answers_the_first_task_and_the_lab_remembers_it) {
    FakeLab it;
    EXPECT_FALSE(it.lab.init());
    const TaskId init = it.lab.setup();
    EXPECT_EQ(init.raw(), it.fake.init_task);
    EXPECT_EQ(it.lab.init(), init);
}

TEST(Setup, an_errno_becomes_an_exception_with_the_ioctls_sentence) {
    FakeLab it;
    it.fake.setup_error = EBUSY;
    try {
        it.lab.setup();
        FAIL() << "no exception";
    } catch (const Error &error) {
        EXPECT_STREQ(error.what(), "SETUP: EBUSY: the lab is set up already");
    }
    EXPECT_FALSE(it.lab.init());
}

} // namespace
} // namespace pidlab
