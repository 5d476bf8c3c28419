// SPDX-License-Identifier: MIT
// Settings that SETUP refuses, and those at the edge that it takes.
#include <algorithm>
#include <cerrno>

#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

pidlab_setup given(unsigned slot, std::uint64_t value) {
    pidlab_setup arg{};
    arg.size = sizeof(arg);
    arg.given = std::uint64_t{1} << slot;
    if (slot < PIDLAB_SETTING_SLOTS)
        arg.value[slot] = value;
    return arg;
}

/// The setting of a slot; slots need not follow each other.
const SettingInfo *setting_at(unsigned slot) {
    const auto found = std::ranges::find(settings(), slot, &SettingInfo::slot);
    return found == settings().end() ? nullptr : &*found;
}

/// A fresh lab refuses it and can be set up properly afterwards.
void expect_einval(pidlab_setup arg, const std::string &what) {
    const RawLab lab;
    EXPECT_EQ(lab.request(PIDLAB_IOC_SETUP, &arg), EINVAL) << what;
    EXPECT_EQ(arg.init_task, 0u) << what;
    pidlab_op op = call::gp().op;
    EXPECT_EQ(lab.run(op), EBADFD) << what;
    lab.setup();
}

void expect_taken(const SettingInfo &setting, std::uint64_t value) {
    const RawLab lab;
    pidlab_setup arg = given(setting.slot, value);
    ASSERT_EQ(lab.request(PIDLAB_IOC_SETUP, &arg), 0) << setting.name << " " << value;
    EXPECT_EQ(object_of(arg.init_task), PIDLAB_OBJECT_TASK) << setting.name;
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(lab.request(PIDLAB_IOC_INFO, &info), 0);
    if (value) {
        EXPECT_EQ(info.setting[setting.slot], value) << setting.name;
    }
}

TEST(Setup, a_value_below_the_least_is_einval) {
    for (const SettingInfo &setting : settings())
        if (setting.min > 0) {
            expect_einval(given(setting.slot, setting.min - 1), std::string(setting.name));
            expect_einval(given(setting.slot, 0), std::string(setting.name) + " 0");
        }
}

TEST(Setup, a_value_above_the_most_is_einval) {
    for (const SettingInfo &setting : settings()) {
        expect_einval(given(setting.slot, setting.max + 1), std::string(setting.name));
        expect_einval(given(setting.slot, setting.max | std::uint64_t{1} << 63),
                      std::string(setting.name) + " with the top bit");
        expect_einval(given(setting.slot, PIDLAB_AUTO), std::string(setting.name) + " auto");
    }
}

TEST(Setup, the_least_and_the_most_are_taken_and_shown) {
    for (const SettingInfo &setting : settings()) {
        if (setting.slot == PIDLAB_SET_GENERATION)
            continue;
        expect_taken(setting, setting.min);
        expect_taken(setting, setting.max);
    }
}

TEST(Setup, only_generations_that_the_module_has_are_taken) {
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(RawLab().request(PIDLAB_IOC_INFO, &info), 0);
    const SettingInfo &setting = *find_setting("generation");
    for (std::uint64_t value = setting.min; value <= setting.max; ++value)
        if (info.generations >> value & 1)
            expect_taken(setting, value);
        else
            expect_einval(given(setting.slot, value), "generation " + std::to_string(value));
}

TEST(Setup, a_setting_that_does_not_exist_is_einval) {
    for (unsigned bit = 0; bit < 64; ++bit)
        if (!setting_at(bit))
            expect_einval(given(bit, 0), "bit " + std::to_string(bit));
}

TEST(Setup, a_value_that_is_not_given_must_be_zero) {
    for (unsigned slot = 0; slot < PIDLAB_SETTING_SLOTS; ++slot) {
        const SettingInfo *setting = setting_at(slot);
        pidlab_setup arg = given(slot, setting ? setting->max : 1);
        arg.given = 0;
        expect_einval(arg, "slot " + std::to_string(slot));
    }
}

TEST(Setup, shows_the_defaults_where_nothing_is_given) {
    const RawLab lab;
    lab.setup();
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(lab.request(PIDLAB_IOC_INFO, &info), 0);
    for (const SettingInfo &setting : settings())
        if (setting.default_value != PIDLAB_AUTO && setting.slot != PIDLAB_SET_HASH_BITS) {
            EXPECT_EQ(info.setting[setting.slot], setting.default_value) << setting.name;
        }
    EXPECT_EQ(info.setting[PIDLAB_SET_TASK_PAYLOAD], info.bytes_of[PIDLAB_SIZE_PAYLOAD]);
}

TEST(Setup, gives_a_task_ref_of_24_bytes_on_a_64_bit_kernel) {
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(RawLab().request(PIDLAB_IOC_INFO, &info), 0);
    EXPECT_EQ(info.bytes_of[PIDLAB_SIZE_TREF], 24u);
}

} // namespace
} // namespace pidlab::testing
