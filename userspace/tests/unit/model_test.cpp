// SPDX-License-Identifier: MIT
// The model by itself: the form of its requests, and what it does not know.
#include <cerrno>

#include <gtest/gtest.h>

#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"

namespace pidlab {
namespace {

Lab model() { return Lab(std::make_unique<ModelTransport>()); }

Settings generation(pidlab_generation number) {
    return Settings().set(PIDLAB_SET_GENERATION, number);
}

int setup_error(const Settings &settings) {
    ModelTransport transport;
    pidlab_setup arg = settings.encode();
    return transport.setup(arg);
}

TEST(Model, x6_needs_setup_once) {
    ModelTransport transport;
    pidlab_op op = call::gp().op;
    pidlab_check check{};
    EXPECT_EQ(transport.run({&op, 1}, 0).error, EBADFD);
    EXPECT_EQ(transport.check(check, {}), EBADFD);
    pidlab_setup arg = Settings().encode();
    EXPECT_EQ(transport.setup(arg), 0);
    EXPECT_EQ(object_of(arg.init_task), PIDLAB_OBJECT_TASK);
    arg = Settings().encode();
    EXPECT_EQ(transport.setup(arg), EBUSY);
}

TEST(Model, x6_refuses_settings_that_are_out_of_range) {
    EXPECT_EQ(setup_error(Settings().set(PIDLAB_SET_PID_MAX, 300)), EINVAL);
    EXPECT_EQ(setup_error(Settings().set(PIDLAB_SET_PID_MAX, 301)), 0);
    EXPECT_EQ(setup_error(Settings().set(PIDLAB_SET_MAX_TASKS, 0)), EINVAL);
    EXPECT_EQ(setup_error(Settings().set(PIDLAB_SET_GENERATION, 15)), EINVAL);
    pidlab_setup arg = Settings().encode();
    arg.value[PIDLAB_SET_PID_MAX] = 400; // not given
    EXPECT_EQ(ModelTransport().setup(arg), EINVAL);
}

TEST(Model, x6_says_what_it_has_no_notion_of) {
    EXPECT_THROW((void)setup_error(Settings().set(PIDLAB_SET_BUGS, PIDLAB_ALL_BUGS)), NotModelled);
    Lab lab = model();
    lab.setup();
    EXPECT_THROW((void)lab.attempt(call::scan()), NotModelled);
    const ContainerId root = lab.attempt(call::mount(1u << PIDLAB_SUBSYS_ACCOUNT)).value();
    EXPECT_THROW((void)lab.attempt(call::stat(root, PIDLAB_FILE_ACCOUNT_NS)), NotModelled);
    for (const OpInfo &op : ops()) {
        pidlab_op asked{};
        asked.opcode = static_cast<std::uint16_t>(op.opcode);
        if (!ModelTransport::knows(asked.opcode)) {
            EXPECT_THROW((void)lab.try_execute(asked), NotModelled) << op.name;
        }
    }
    pidlab_op none{};
    none.opcode = 999;
    EXPECT_EQ(lab.try_execute(none), EOPNOTSUPP);
}

TEST(Model, x6_holds_form_before_objects_against_an_operation) {
    Lab lab = model();
    const TaskId init = lab.setup();
    const auto refused = [&](pidlab_op op) { return lab.try_execute(op); };
    pidlab_op op = call::exit(TaskId{1 << 20 | PIDLAB_OBJECT_TASK}).op;
    EXPECT_EQ(refused(op), ESRCH);
    op.exit.code = 256;
    EXPECT_EQ(refused(op), EINVAL);
    op = call::state(init).op;
    op.flags = PIDLAB_F_KEEP;
    EXPECT_EQ(refused(op), EINVAL);
    op = call::put(RefId{init.raw()}).op;
    EXPECT_EQ(refused(op), EBADF);
    op.put.ref = 0;
    EXPECT_EQ(refused(op), EINVAL);
}

TEST(Model, x6_wraps_as_each_generation_does) {
    const auto after_wrap = [](pidlab_generation number) {
        Lab lab = model();
        const TaskId init = lab.setup(generation(number).set(PIDLAB_SET_PID_MAX, 301));
        for (int i = 2; i < 300; ++i) {
            const TaskId task = lab.fork(init).task;
            lab.exit(task);
            lab.reap(task);
        }
        lab.fork(init, 0, {.own = 300});
        const auto made = lab.attempt(call::fork(init));
        return made ? made.value().nr : -made.error();
    };
    // 300 is taken: a bitmap's search begins there again, an IDR's at 1 until it has given 300.
    EXPECT_EQ(after_wrap(PIDLAB_GEN_PIDHASH), -EAGAIN);
    EXPECT_EQ(after_wrap(PIDLAB_GEN_PIDNS), -EAGAIN);
    EXPECT_EQ(after_wrap(PIDLAB_GEN_IDR), 2);
}

TEST(Model, x6_has_the_oldest_user_first_where_there_is_no_struct_pid) {
    for (const auto &[number, first] : {std::pair{PIDLAB_GEN_TASKREF, 0}, {PIDLAB_GEN_PIDNS, 1}}) {
        Lab lab = model();
        const TaskId init = lab.setup(generation(number));
        const TaskId child = lab.fork(init).task;
        const TaskId user[] = {init, child};
        EXPECT_EQ(lab.deref(lab.tref(init, PIDLAB_TYPE_PGID).ref), user[first]);
    }
    Lab lab = model();
    const TaskId init = lab.setup(generation(PIDLAB_GEN_TASKREF));
    EXPECT_EQ(lab.attempt(call::find(1)).error(), EOPNOTSUPP);
    EXPECT_EQ(lab.attempt(call::hold_pid(init)).error(), EOPNOTSUPP);
    EXPECT_EQ(lab.attempt(call::pid(init)).error(), EOPNOTSUPP);
}

TEST(Model, x6_keeps_what_is_freed_until_a_grace_period) {
    Lab lab = model();
    const TaskId init = lab.setup(), child = lab.fork(init).task;
    auto &transport = dynamic_cast<ModelTransport &>(lab.transport());
    lab.exit(child);
    EXPECT_FALSE(transport.waits_for_grace_period(call::state(child).op));
    lab.reap(child);
    EXPECT_TRUE(transport.waits_for_grace_period(call::state(child).op));
    EXPECT_EQ(lab.state(child).state, PIDLAB_STATE_DEAD);
    lab.gp();
    EXPECT_FALSE(transport.waits_for_grace_period(call::state(child).op));
    EXPECT_EQ(lab.attempt(call::state(child)).error(), ESRCH);
}

TEST(Model, x6_lets_each_thing_that_a_fork_needs_fail) {
    Lab lab = model();
    const TaskId init = lab.setup();
    const std::uint64_t before = lab.digest();
    std::uint16_t nth = 1;
    while (!lab.attempt(call::fork(init, PIDLAB_F_NEWPID).fail_nth(nth))) {
        EXPECT_EQ(lab.digest(), before);
        ++nth;
    }
    EXPECT_EQ(nth, 5); // a task, its payload, a namespace, a pid, and then it succeeds
}

TEST(Model, x6_keeps_to_a_limit_of_bytes) {
    Lab lab = model();
    const TaskId init = lab.setup(Settings().set(PIDLAB_SET_MAX_BYTES, 65536));
    int forked = 0;
    while (lab.attempt(call::fork(init)))
        ++forked;
    EXPECT_EQ(lab.attempt(call::fork(init)).error(), ENOSPC);
    EXPECT_GT(forked, 3);
    EXPECT_LE(lab.info().counter(PIDLAB_CTR_BYTES), 65536u);
}

TEST(Model, x6_digest_is_of_the_state_and_not_of_the_way) {
    Lab one = model(), two = model();
    const TaskId a = one.setup(), b = two.setup();
    EXPECT_EQ(one.digest(), two.digest());
    const Forked gone = one.fork(a);
    EXPECT_NE(one.digest(), two.digest());
    EXPECT_EQ(one.attempt(call::setsid(a)).error(), EPERM);
    one.exit(gone.task, 3);
    one.wait(a);
    one.put(one.hold_task(a));
    EXPECT_EQ(one.digest(), two.digest());
    EXPECT_EQ(two.fork(b).nr, gone.nr);
    EXPECT_EQ(two.fork(b, 0, {.own = 9}).nr, 9);
    EXPECT_EQ(one.fork(a).nr, gone.nr + 1);
    EXPECT_NE(one.digest(), two.digest());
}

} // namespace
} // namespace pidlab
