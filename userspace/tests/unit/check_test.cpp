// SPDX-License-Identifier: MIT
#include <sstream>

#include <gtest/gtest.h>

#include "fake_transport.hpp"
#include "pidlab/format.hpp"

namespace pidlab {
namespace {

using testing::FakeLab;
using testing::id;

void grow(FakeLab &it, std::size_t count) {
    while (it.fake.tasks.size() < count) {
        pidlab_task_info task{};
        task.id = id(PIDLAB_OBJECT_TASK, it.fake.tasks.size() + 1);
        it.fake.tasks.push_back(task);
    }
}

TEST(Check, of_a_small_lab_asks_once) {
    FakeLab it;
    grow(it, 3);
    const CheckResult result = it.lab.check();
    EXPECT_EQ(it.fake.rooms.size(), 1u);
    ASSERT_EQ(result.tasks.size(), 3u);
    EXPECT_EQ(result.tasks[2].id, id(PIDLAB_OBJECT_TASK, 3));
}

TEST(Check, asks_again_with_more_room_until_all_tasks_fit) {
    FakeLab it;
    grow(it, 5000);
    const CheckResult result = it.lab.check();
    EXPECT_EQ(it.fake.rooms.size(), 2u);
    EXPECT_EQ(result.tasks.size(), 5000u);
    EXPECT_EQ(result.tasks.back().id, id(PIDLAB_OBJECT_TASK, 5000));
}

TEST(Check, remembers_how_much_room_it_needed) {
    FakeLab it;
    grow(it, 5000);
    (void)it.lab.check();
    it.fake.rooms.clear();
    (void)it.lab.check();
    EXPECT_EQ(it.fake.rooms.size(), 1u);
}

TEST(Check, keeps_up_with_a_lab_that_grows_between_two_requests) {
    FakeLab it;
    int growing = 5;
    it.fake.before_check = [&] {
        if (growing-- > 0)
            grow(it, it.fake.tasks.size() * 2 + 100);
    };
    const CheckResult result = it.lab.check();
    EXPECT_EQ(result.tasks.size(), it.fake.tasks.size());
    EXPECT_GT(it.fake.rooms.size(), 2u);
}

TEST(Check, lists_the_violations_that_there_is_place_for_and_counts_all) {
    FakeLab it;
    it.fake.check_answer.digest = 0x1234;
    it.fake.check_answer.violations = 20;
    for (unsigned i = 0; i < PIDLAB_CHECK_MAX; ++i) {
        it.fake.check_answer.code[i] = PIDLAB_BAD_LINK;
        it.fake.check_answer.object[i] = id(PIDLAB_OBJECT_PID, i);
    }
    const CheckResult result = it.lab.check();
    EXPECT_EQ(result.digest, 0x1234u);
    EXPECT_EQ(result.violation_count, 20u);
    ASSERT_EQ(result.violations.size(), PIDLAB_CHECK_MAX);
    EXPECT_EQ(result.violations[7].object, id(PIDLAB_OBJECT_PID, 7));
}

TEST(Check, prints_each_violation_in_words) {
    FakeLab it;
    it.fake.check_answer.violations = 1;
    it.fake.check_answer.code[0] = PIDLAB_BAD_NO_PID;
    it.fake.check_answer.object[0] = id(PIDLAB_OBJECT_TASK, 4);
    std::ostringstream out;
    out << it.lab.check();
    EXPECT_EQ(out.str(), "digest 0000000000000000, 0 tasks, 1 violations\n"
                         "  no_pid: an unreaped task has no pid (task#4)");
}

TEST(Check, of_the_digest_alone_asks_for_no_tasks) {
    FakeLab it;
    it.fake.check_answer.digest = 77;
    grow(it, 10);
    EXPECT_EQ(it.lab.digest(), 77u);
    EXPECT_EQ(it.fake.rooms, std::vector<std::size_t>{0});
}

TEST(Check, an_errno_becomes_an_exception) {
    FakeLab it;
    it.fake.check_error = EBADFD;
    EXPECT_THROW((void)it.lab.check(), Error);
    EXPECT_THROW((void)it.lab.digest(), Error);
}

TEST(Info, gives_what_the_module_answered) {
    FakeLab it;
    it.fake.info_answer.generations = 1u << PIDLAB_GEN_PIDNS;
    it.fake.info_answer.opcodes = 24;
    it.fake.info_answer.setting[PIDLAB_SET_PID_MAX] = 400;
    it.fake.info_answer.counter[PIDLAB_CTR_TASKS] = 3;
    it.fake.info_answer.bytes_of[PIDLAB_SIZE_TREF] = 24;
    const Info before = it.lab.info();
    EXPECT_FALSE(before.ready());
    EXPECT_FALSE(before.init_task());
    it.lab.setup();
    const Info info = it.lab.info();
    EXPECT_TRUE(info.ready());
    EXPECT_EQ(info.init_task(), it.lab.init());
    EXPECT_TRUE(info.has(PIDLAB_GEN_PIDNS));
    EXPECT_FALSE(info.has(static_cast<pidlab_generation>(0)));
    EXPECT_EQ(info.opcodes(), 24u);
    EXPECT_EQ(info.setting(PIDLAB_SET_PID_MAX), 400u);
    EXPECT_EQ(info.counter(PIDLAB_CTR_TASKS), 3u);
    EXPECT_EQ(info.bytes_of(PIDLAB_SIZE_TREF), 24u);
}

TEST(Info, an_errno_becomes_an_exception) {
    FakeLab it;
    it.fake.info_error = ENOMEM;
    EXPECT_THROW((void)it.lab.info(), Error);
}

} // namespace
} // namespace pidlab
