// SPDX-License-Identifier: MIT
#include <set>

#include <gtest/gtest.h>

#include "pidlab/table.hpp"

namespace pidlab {
namespace {

TEST(Table, every_operation_is_found_by_its_name_and_by_its_number) {
    for (const OpInfo &op : ops()) {
        EXPECT_EQ(find_op(op.name), &op) << op.name;
        EXPECT_EQ(find_op(op.opcode), &op) << op.name;
    }
}

TEST(Table, an_unknown_name_or_number_finds_nothing) {
    EXPECT_EQ(find_op("frok"), nullptr);
    EXPECT_EQ(find_op(""), nullptr);
    EXPECT_EQ(find_op(0), nullptr);
    EXPECT_EQ(find_op(65535), nullptr);
    EXPECT_EQ(find_setting("pid_min"), nullptr);
    EXPECT_EQ(find_word(counters(), "task"), nullptr);
    EXPECT_EQ(find_word(types(), 4), nullptr);
}

TEST(Table, fork_is_described_as_the_header_has_it) {
    const OpInfo *fork = find_op("fork");
    ASSERT_NE(fork, nullptr);
    EXPECT_EQ(fork->opcode, PIDLAB_OP_FORK);
    EXPECT_EQ(fork->symbol, "FORK");
    EXPECT_EQ(fork->flags, PIDLAB_F_NEWPID | PIDLAB_F_THREAD | PIDLAB_F_PARENT | PIDLAB_F_AUTOREAP);
    ASSERT_EQ(fork->operands().size(), 4u);
    EXPECT_EQ(fork->operands()[0].name, "parent");
    EXPECT_EQ(fork->operands()[0].kind, PIDLAB_ARG_TASK);
    EXPECT_EQ(fork->operands()[1].name, "tid");
    EXPECT_EQ(fork->operands()[1].kind, PIDLAB_ARG_TID);
    ASSERT_EQ(fork->outputs().size(), 2u);
    EXPECT_EQ(fork->outputs()[1].name, "nr");
    EXPECT_EQ(fork->operand("parent"), 0u);
    EXPECT_EQ(fork->output("nr"), 1u);
    EXPECT_EQ(fork->output("_o2"), std::nullopt);
    EXPECT_EQ(fork->actor(), 0u);
}

TEST(Table, operations_without_a_task_operand_have_no_actor) {
    EXPECT_EQ(find_op("gp")->actor(), std::nullopt);
    EXPECT_EQ(find_op("find")->actor(), std::nullopt);
}

TEST(Table, names_and_numbers_of_operations_are_unique) {
    std::set<std::string_view> names;
    std::set<unsigned> numbers;
    for (const OpInfo &op : ops()) {
        EXPECT_TRUE(names.insert(op.name).second) << op.name;
        EXPECT_TRUE(numbers.insert(op.opcode).second) << op.name;
    }
}

TEST(Table, operations_allow_only_flags_that_exist) {
    unsigned known = 0;
    for (const WordInfo &flag : flags())
        known |= 1u << flag.number;
    for (const OpInfo &op : ops())
        EXPECT_EQ(op.flags & ~known, 0u) << op.name;
}

TEST(Table, every_kind_is_at_its_own_index) {
    for (const KindInfo &kind : kinds())
        EXPECT_EQ(&kind_info(kind.kind), &kind) << kind.name;
    EXPECT_TRUE(kind_info(PIDLAB_ARG_TASK).needed);
    EXPECT_FALSE(kind_info(PIDLAB_ARG_SELECT).needed);
    EXPECT_EQ(kind_info(PIDLAB_ARG_SELECT).default_value, -1);
    EXPECT_EQ(kind_info(PIDLAB_ARG_SIG).default_value, 9);
}

TEST(Table, defaults_of_settings_are_within_their_limits) {
    for (const SettingInfo &setting : settings()) {
        EXPECT_LE(setting.min, setting.max) << setting.name;
        EXPECT_LT(setting.slot, PIDLAB_SETTING_SLOTS) << setting.name;
        if (setting.default_value == PIDLAB_AUTO)
            continue;
        EXPECT_GE(setting.default_value, setting.min) << setting.name;
        EXPECT_LE(setting.default_value, setting.max) << setting.name;
    }
}

TEST(Table, words_are_found_by_name_and_by_number_in_each_table) {
    for (const auto table :
         {flags(), counters(), sizes(), violations(), generations(), bugs(), subsystems(), files(),
          hooks(), ref_events(), phases(), types(), states(), objects()})
        for (const WordInfo &word : table) {
            EXPECT_EQ(find_word(table, word.name), &word) << word.name;
            EXPECT_EQ(find_word(table, word.number), &word) << word.name;
            EXPECT_FALSE(word.help.empty()) << word.name;
        }
}

TEST(Table, slots_are_within_the_arrays_of_the_interface) {
    for (const WordInfo &counter : counters())
        EXPECT_LT(counter.number, PIDLAB_COUNTER_SLOTS) << counter.name;
    for (const WordInfo &size : sizes())
        EXPECT_LT(size.number, PIDLAB_SIZE_SLOTS) << size.name;
}

TEST(Table, the_kind_of_an_object_is_in_the_low_bits_of_its_id) {
    EXPECT_EQ(object_of(0x51), PIDLAB_OBJECT_TASK);
    EXPECT_EQ(object_of(0x54), PIDLAB_OBJECT_REF);
    EXPECT_EQ(object_of(0), PIDLAB_OBJECT_NONE);
}

} // namespace
} // namespace pidlab
