// SPDX-License-Identifier: MIT
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/format.hpp"
#include "pidlab/terminal.hpp"

namespace pidlab {
namespace {

using testing::id;

const TaskId task{id(PIDLAB_OBJECT_TASK, 7)};

TEST(Format, an_id_is_its_kind_and_its_serial_number) {
    EXPECT_EQ(fmt::format("{}", task), "task#7");
    EXPECT_EQ(id_text(id(PIDLAB_OBJECT_REF, 300)), "ref#300");
    EXPECT_EQ(id_text(0), "none");
    EXPECT_EQ(id_text(0x5f), "id 0x5f");
}

TEST(Format, a_value_is_in_the_words_of_its_kind) {
    EXPECT_EQ(value_text(PIDLAB_ARG_TYPE, PIDLAB_TYPE_PGID), "pgid");
    EXPECT_EQ(value_text(PIDLAB_ARG_TYPE, 9), "9");
    EXPECT_EQ(value_text(PIDLAB_ARG_STATE, PIDLAB_STATE_DEAD), "dead");
    EXPECT_EQ(value_text(PIDLAB_ARG_SELECT, static_cast<std::uint64_t>(-5)), "-5");
    EXPECT_EQ(value_text(PIDLAB_ARG_TASK, task.raw()), "task#7");
    EXPECT_EQ(value_text(PIDLAB_ARG_NS, 0), "none");
}

TEST(Format, a_setting_is_in_its_words) {
    EXPECT_EQ(setting_text(PIDLAB_SET_GENERATION, PIDLAB_GEN_IDR), "idr");
    EXPECT_EQ(setting_text(PIDLAB_SET_BUGS, 0), "none");
    EXPECT_EQ(setting_text(PIDLAB_SET_BUGS, 1U << PIDLAB_BUG_PLAIN_LAST), "plain_last");
    EXPECT_EQ(setting_text(PIDLAB_SET_PID_MAX, 400), "400");
}

TEST(Format, an_operation_names_its_operands_flags_and_result) {
    pidlab_op op = call::fork(task, PIDLAB_F_NEWPID).fail_nth(2).op;
    op.res[0] = id(PIDLAB_OBJECT_TASK, 8);
    op.res[1] = 2;
    EXPECT_EQ(fmt::format("{}", op), "fork parent=task#7 newpid (fail_nth=2) -> task=task#8 nr=2");
    op.error = -ENOMEM;
    EXPECT_EQ(result_text(op), "ENOMEM");
}

TEST(Format, an_operand_that_is_as_if_left_out_is_left_out) {
    EXPECT_EQ(op_text(call::kill(task, -1, 9).op), "kill task=task#7");
    EXPECT_EQ(op_text(call::kill(task, -1, 0).op), "kill task=task#7 sig=0");
    EXPECT_EQ(op_text(call::fork(task, 0, {.own = 9}).op), "fork parent=task#7 tid=9");
}

TEST(Format, an_operation_without_results_says_ok) {
    EXPECT_EQ(fmt::format("{}", call::gp().op), "gp -> ok");
}

TEST(Format, what_no_table_knows_is_shown_and_not_hidden) {
    pidlab_op op{};
    op.opcode = 999;
    op.flags = 1 << 15;
    op.arg[3] = 0x10;
    EXPECT_EQ(op_text(op), "opcode 999 arg3=0x10 flag15");
    op = call::gp().op;
    op.arg[0] = 1;
    EXPECT_EQ(op_text(op), "gp arg0=0x1");
}

TEST(Format, every_operation_of_the_table_can_be_printed) {
    for (const OpInfo &info : ops()) {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(info.opcode);
        for (std::size_t i = 0; i < info.operands().size(); ++i)
            op.arg[i] = 1; // no operand's default
        EXPECT_EQ(op_text(op).substr(0, info.name.size()), info.name);
        for (const OperandInfo &operand : info.operands())
            EXPECT_NE(op_text(op).find(std::string(operand.name) + "="), std::string::npos);
    }
}

TEST(Format, bytes_are_exact_while_small) {
    EXPECT_EQ(bytes_text(0), "0");
    EXPECT_EQ(bytes_text(10239), "10239");
    EXPECT_EQ(bytes_text(10240), "10.0K");
    EXPECT_EQ(bytes_text(1536 * 1024), "1.5M");
    EXPECT_EQ(bytes_text(std::uint64_t{1} << 40), "1.0T");
    EXPECT_EQ(bytes_text(~std::uint64_t{0}), "16.0E");
}

TEST(Format, a_task_shows_its_numbers_and_its_state) {
    pidlab_task_info info{};
    info.id = task.raw();
    info.nr = 5;
    info.tgid = 5;
    info.pgid = 1;
    info.sid = 1;
    info.state = PIDLAB_STATE_ZOMBIE;
    EXPECT_EQ(fmt::format("{}", info), "task#7 nr 5 tgid 5 pgid 1 sid 1 level 0 zombie");
    info.state = 77;
    EXPECT_EQ(fmt::format("{}", info), "task#7 nr 5 tgid 5 pgid 1 sid 1 level 0 in no known state");
}

TEST(Terminal, no_colours_on_what_is_not_a_terminal) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    EXPECT_FALSE(colours_wanted(ends[1]));
    ::close(ends[0]);
    ::close(ends[1]);
}

} // namespace
} // namespace pidlab
