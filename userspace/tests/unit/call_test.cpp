// SPDX-License-Identifier: MIT
// What the typed calls send, against the table: a call is named like its operation, so each row
// needs its entry here.
#include <cstring>
#include <map>
#include <string_view>

#include <gtest/gtest.h>

#include "fake_transport.hpp"

namespace pidlab {
namespace {

using testing::Answer;
using testing::FakeLab;
using testing::id;

const TaskId task{id(PIDLAB_OBJECT_TASK, 11)};
const PidId pid{id(PIDLAB_OBJECT_PID, 12)};
const NsId ns{id(PIDLAB_OBJECT_NS, 13)};
const RefId ref{id(PIDLAB_OBJECT_REF, 14)};
const ContainerId container{id(PIDLAB_OBJECT_CONTAINER, 15)};

/// Every call with a different, telling value in each operand, and every flag it may have.
std::map<std::string_view, pidlab_op> every_call() {
    return {
        {"fork",
         call::fork(task, PIDLAB_F_NEWPID | PIDLAB_F_THREAD | PIDLAB_F_PARENT | PIDLAB_F_AUTOREAP,
                    {-2, -3, -4})
             .op},
        {"exit", call::exit(task, -2, PIDLAB_F_GROUP).op},
        {"wait", call::wait(task, -2, PIDLAB_F_KEEP).op},
        {"reap", call::reap(task).op},
        {"exec", call::exec(task).op},
        {"setpgid", call::setpgid(task, -2, -3).op},
        {"setsid", call::setsid(task).op},
        {"kill", call::kill(task, -2, -3).op},
        {"hold_task", call::hold_task(task).op},
        {"hold_pid", call::hold_pid(pid, PIDLAB_TYPE_SID).op},
        {"tref", call::tref(task, PIDLAB_TYPE_SID).op},
        {"tref_nr", call::tref_nr(-2, PIDLAB_TYPE_SID, ns).op},
        {"dup", call::dup(ref).op},
        {"put", call::put(ref).op},
        {"set", call::set(ref, ref).op},
        {"deref", call::deref(ref).op},
        {"read", call::read(ref).op},
        {"pid", call::pid(task, PIDLAB_TYPE_SID).op},
        {"find", call::find(-2, ns).op},
        {"next", call::next(-2, ns).op},
        {"first", call::first(pid, PIDLAB_TYPE_SID).op},
        {"nr", call::nr(pid, PIDLAB_TYPE_SID, ns).op},
        {"ns", call::ns(pid).op},
        {"state", call::state(task).op},
        {"pid_max", call::pid_max(ns, std::uint64_t(-2)).op},
        {"scan", call::scan(ns).op},
        {"reserve", call::reserve(ns, std::uint64_t(-2)).op},
        {"setns", call::setns(task, ns).op},
        {"unshare", call::unshare(task).op},
        {"unreserve", call::unreserve(ns, -2).op},
        {"gp", call::gp().op},
        {"rcu_get", call::rcu_get(task).op},
        {"counts", call::counts(task).op},
        {"switch_to", call::switch_to(-2, task).op},
        {"curr", call::curr(-2).op},
        {"seen", call::seen(PIDLAB_BUG_PLAIN_LAST).op},
        {"mount", call::mount(1U << PIDLAB_SUBSYS_TRACE).op},
        {"umount", call::umount(container).op},
        {"mkdir", call::mkdir(container).op},
        {"rmdir", call::rmdir(container).op},
        {"attach", call::attach(task, container).op},
        {"where", call::where(task, PIDLAB_SUBSYS_TRACE).op},
        {"write", call::write(container, PIDLAB_FILE_PIDS_MAX, -2).op},
        {"stat", call::stat(container, PIDLAB_FILE_PIDS_MAX).op},
        {"freeze", call::freeze(container).op},
        {"thaw", call::thaw(container).op},
        {"release_event", call::release_event().op},
        {"trace", call::trace().op},
        {"watch", call::watch(ref).op},
        {"event", call::event(ref).op},
    };
}

/// The value that every_call() puts into an operand: numbers count down from -2.
std::uint64_t expected(pidlab_arg kind, int &number) {
    switch (kind) {
    case PIDLAB_ARG_NONE:
        return 0;
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_NEXT:
        return task.raw();
    case PIDLAB_ARG_PID:
    case PIDLAB_ARG_OWNER:
        return pid.raw();
    case PIDLAB_ARG_NS:
        return ns.raw();
    case PIDLAB_ARG_REF:
        return ref.raw();
    case PIDLAB_ARG_CONTAINER:
        return container.raw();
    case PIDLAB_ARG_SUBSYS:
        return 1U << PIDLAB_SUBSYS_TRACE;
    case PIDLAB_ARG_FILE:
        return PIDLAB_FILE_PIDS_MAX;
    case PIDLAB_ARG_TYPE:
        return PIDLAB_TYPE_SID;
    case PIDLAB_ARG_BUG:
        return PIDLAB_BUG_PLAIN_LAST;
    default:
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(number--));
    }
}

TEST(Call, there_is_one_for_each_operation_of_the_table) {
    const auto calls = every_call();
    for (const OpInfo &op : ops())
        EXPECT_TRUE(calls.contains(op.name)) << op.name;
    EXPECT_EQ(calls.size(), ops().size());
}

TEST(Call, puts_each_operand_where_the_table_has_it_and_zero_elsewhere) {
    for (const auto &[name, sent] : every_call()) {
        const OpInfo *op = find_op(name);
        ASSERT_NE(op, nullptr) << name;
        EXPECT_EQ(sent.opcode, op->opcode) << name;
        EXPECT_EQ(sent.flags, op->flags) << name;
        EXPECT_EQ(sent.fail_nth, 0) << name;
        int number = -2;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            EXPECT_EQ(sent.arg[i], expected(op->args[i].kind, number))
                << name << " " << op->args[i].name;
    }
}

TEST(Call, sends_itself_unchanged_through_the_lab) {
    for (const auto &[name, made] : every_call()) {
        FakeLab it;
        pidlab_op op = made;
        it.lab.execute(op);
        ASSERT_EQ(it.fake.sent.size(), 1u) << name;
        EXPECT_EQ(std::memcmp(&it.fake.sent[0], &made, sizeof(made)), 0) << name;
    }
}

TEST(Call, can_make_an_allocation_fail) {
    FakeLab it;
    it.lab.perform(call::fork(task).fail_nth(3));
    EXPECT_EQ(it.fake.sent.at(0).fail_nth, 3);
    it.lab.perform(call::fork(task).fail_at(PIDLAB_PHASE_NUMBER));
    EXPECT_EQ(it.fake.sent.at(1).fail_nth, PIDLAB_FAIL_AT | PIDLAB_PHASE_NUMBER);
}

TEST(Call, reads_results_in_the_order_of_the_table) {
    FakeLab it;
    const auto minus_one = static_cast<std::uint64_t>(-1);
    it.fake.answers = {{0, {task.raw(), 5}},
                       {0, {task.raw(), 5, 137}},
                       {0, {5, 137}},
                       {0, {ref.raw(), pid.raw()}},
                       {0, {ref.raw(), 7}},
                       {0, {7, 2, PIDLAB_TYPE_PGID}},
                       {0, {pid.raw(), 300}},
                       {0, {ns.raw(), 4}},
                       {0, {PIDLAB_STATE_ZOMBIE, 9, 3}},
                       {0, {minus_one}}};
    const Forked forked = it.lab.fork(task);
    EXPECT_EQ(forked.task, task);
    EXPECT_EQ(forked.nr, 5);
    const Waited waited = it.lab.wait(task);
    EXPECT_EQ(waited.child, task);
    EXPECT_EQ(waited.nr, 5);
    EXPECT_EQ(waited.code, 137);
    EXPECT_EQ(it.lab.reap(task).code, 137);
    EXPECT_EQ(it.lab.hold_pid(task).pid, pid);
    EXPECT_EQ(it.lab.tref(task).nr, 7);
    EXPECT_EQ(it.lab.read(ref).type, PIDLAB_TYPE_PGID);
    EXPECT_EQ(it.lab.next(5).nr, 300);
    EXPECT_EQ(it.lab.ns(task).level, 4u);
    EXPECT_EQ(it.lab.state(task).state, PIDLAB_STATE_ZOMBIE);
    EXPECT_EQ(it.lab.nr(task), -1);
}

TEST(Call, a_wait_without_a_ready_child_answers_an_empty_id) {
    FakeLab it;
    EXPECT_FALSE(it.lab.wait(task).child);
}

TEST(Call, a_refusal_throws_with_the_operations_name) {
    FakeLab it;
    it.fake.answers = {Answer{EAGAIN}};
    try {
        it.lab.reap(task);
        FAIL() << "no exception";
    } catch (const Error &error) {
        EXPECT_EQ(error.number(), EAGAIN);
        EXPECT_EQ(error.request(), "reap");
    }
}

TEST(Call, an_attempt_keeps_the_refusal_as_a_value) {
    FakeLab it;
    it.fake.answers = {Answer{ESRCH}, Answer{0, {task.raw(), 5}}};
    const auto refused = it.lab.attempt(call::fork(task));
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error(), ESRCH);
    EXPECT_THROW((void)refused.value(), Error);
    const auto done = it.lab.attempt(call::fork(task));
    EXPECT_TRUE(done);
    EXPECT_EQ(done.error(), 0);
    EXPECT_EQ(done.value().nr, 5);
}

TEST(Call, an_attempt_of_a_call_that_answers_a_number_is_not_mistaken_for_an_errno) {
    FakeLab it;
    it.fake.answers = {Answer{0, {42}}};
    const auto outcome = it.lab.attempt(call::setsid(task));
    EXPECT_EQ(outcome.error(), 0);
    EXPECT_EQ(outcome.value(), 42);
}

TEST(Call, an_opcode_that_is_not_in_the_table_is_named_by_its_number) {
    FakeLab it;
    it.fake.answers = {Answer{EOPNOTSUPP}};
    pidlab_op op{};
    op.opcode = 999;
    try {
        it.lab.execute(op);
        FAIL() << "no exception";
    } catch (const Error &error) {
        EXPECT_EQ(error.request(), "operation 999");
    }
}

TEST(Id, of_different_kinds_do_not_mix_and_zero_is_none) {
    static_assert(!std::is_convertible_v<TaskId, PidId>);
    static_assert(!std::is_convertible_v<std::uint64_t, TaskId>);
    static_assert(!std::is_constructible_v<Owner, RefId>);
    EXPECT_FALSE(TaskId{});
    EXPECT_EQ(task.serial(), 11u);
    EXPECT_LT(TaskId{id(PIDLAB_OBJECT_TASK, 1)}, task);
}

} // namespace
} // namespace pidlab
