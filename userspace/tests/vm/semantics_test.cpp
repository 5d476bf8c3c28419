// SPDX-License-Identifier: MIT
// The operations do what Linux does, in every generation of the pid machinery. One look at each
// through the real device; the module's own suites go deeper.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "pidlab/device.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"

namespace pidlab::testing {
namespace {

class Semantics : public ::testing::TestWithParam<WordInfo> {
protected:
    Semantics() : lab(Lab::open()), init(lab.setup(settings())) {}

    /// Settings of this test's generation.
    static Settings settings() { return Settings().set(PIDLAB_SET_GENERATION, GetParam().number); }

    /// The first two generations have one namespace only, the very first no struct pid.
    static bool has_namespaces() { return GetParam().number >= PIDLAB_GEN_PIDNS; }
    static bool has_pids() { return GetParam().number >= PIDLAB_GEN_PIDHASH; }

    /// Whatever a test did, the lab's structures agree at its end.
    void TearDown() override {
        const CheckResult result = lab.check();
        EXPECT_EQ(result.violation_count, 0u) << result;
        EXPECT_EQ(lab.info().counter(PIDLAB_CTR_LEAKS), 0u);
    }

    template <typename Result> int error_of(const Call<Result> &what) {
        return lab.attempt(what).error();
    }

    Lab lab;
    TaskId init;
};

TEST_P(Semantics, the_first_task_has_number_1_and_the_first_fork_gives_2) {
    EXPECT_EQ(lab.nr(init), 1);
    EXPECT_EQ(lab.fork(init).nr, 2);
    EXPECT_EQ(lab.fork(init).nr, 3);
}

TEST_P(Semantics, a_fork_gets_the_number_it_asks_for_unless_it_is_taken) {
    EXPECT_EQ(lab.fork(init, 0, {.own = 77}).nr, 77);
    const std::uint64_t before = lab.digest();
    EXPECT_EQ(error_of(call::fork(init, 0, {.own = 77})), EEXIST);
    EXPECT_EQ(error_of(call::fork(init, 0, {.own = -1})), EINVAL);
    EXPECT_EQ(error_of(call::fork(init, 0, {.own = 32768})), EINVAL);
    EXPECT_EQ(error_of(call::fork(init, 0, {.own = 78, .outer = 79})), EINVAL);
    EXPECT_EQ(error_of(call::fork(init, 0, {.outermost = 79})), EINVAL);
    EXPECT_EQ(lab.digest(), before);
}

TEST_P(Semantics, a_fork_into_a_namespace_can_ask_for_numbers_outside_of_it_too) {
    if (!has_namespaces())
        GTEST_SKIP() << "this generation has one namespace only";
    const TaskId inner = lab.fork(init, PIDLAB_F_NEWPID, {.own = 1, .outer = 500}).task;
    EXPECT_EQ(lab.nr(inner, PIDLAB_TYPE_PID, inner), 1);
    EXPECT_EQ(lab.nr(inner), 500);
}

TEST_P(Semantics, an_exited_child_is_a_zombie_until_its_parent_waits) {
    const auto [child, nr] = lab.fork(init);
    lab.exit(child, 42);
    EXPECT_EQ(lab.state(child).state, PIDLAB_STATE_ZOMBIE);
    EXPECT_EQ(lab.wait(init, -1, PIDLAB_F_KEEP).child, child);
    const Waited waited = lab.wait(init);
    EXPECT_EQ(waited.child, child);
    EXPECT_EQ(waited.nr, nr);
    EXPECT_EQ(waited.code, 42);
    EXPECT_EQ(error_of(call::find(nr)), has_pids() ? ESRCH : EOPNOTSUPP);
    lab.gp();
    EXPECT_EQ(error_of(call::state(child)), ESRCH);
}

TEST_P(Semantics, waiting_without_children_is_echild_and_without_zombies_answers_none) {
    EXPECT_EQ(error_of(call::wait(init)), ECHILD);
    lab.fork(init);
    EXPECT_FALSE(lab.wait(init).child);
    EXPECT_EQ(error_of(call::wait(init, 77)), ECHILD);
}

TEST_P(Semantics, reaping_a_task_that_still_runs_is_eagain) {
    EXPECT_EQ(error_of(call::reap(lab.fork(init).task)), EAGAIN);
}

TEST_P(Semantics, a_session_can_be_started_by_all_but_group_leaders) {
    const auto [child, nr] = lab.fork(init);
    EXPECT_EQ(lab.setsid(child), nr);
    EXPECT_EQ(lab.nr(child, PIDLAB_TYPE_SID), nr);
    EXPECT_EQ(lab.nr(child, PIDLAB_TYPE_PGID), nr);
    EXPECT_EQ(error_of(call::setsid(child)), EPERM);
}

TEST_P(Semantics, a_group_is_joined_only_before_the_childs_exec) {
    const auto [child, nr] = lab.fork(init);
    lab.setpgid(init, nr, nr);
    EXPECT_EQ(lab.nr(child, PIDLAB_TYPE_PGID), nr);
    lab.exec(child);
    EXPECT_EQ(error_of(call::setpgid(init, nr, 1)), EACCES);
}

TEST_P(Semantics, a_signal_reaches_a_group_and_its_members_become_zombies) {
    const auto [leader, group] = lab.fork(init);
    lab.setpgid(leader, 0, 0);
    const TaskId member = lab.fork(leader).task;
    EXPECT_EQ(lab.kill(init, -group, 0), 2);
    EXPECT_EQ(lab.state(member).state, PIDLAB_STATE_RUNNING);
    EXPECT_EQ(lab.kill(init, -group, 9), 2);
    EXPECT_EQ(lab.state(leader).state, PIDLAB_STATE_ZOMBIE);
    EXPECT_EQ(lab.state(leader).code, 128 + 9);
    EXPECT_EQ(error_of(call::kill(init, 4000)), ESRCH);
}

TEST_P(Semantics, a_thread_that_executes_a_program_takes_the_leaders_number) {
    const auto [leader, nr] = lab.fork(init);
    const TaskId thread = lab.fork(leader, PIDLAB_F_THREAD).task;
    EXPECT_NE(lab.nr(thread), nr);
    const RefId ref = lab.tref(leader).ref;
    EXPECT_EQ(lab.exec(thread), nr);
    EXPECT_EQ(lab.nr(thread), nr);
    EXPECT_EQ(lab.deref(ref), thread);
}

TEST_P(Semantics, orphans_become_children_of_their_namespaces_reaper) {
    const TaskId child = lab.fork(init).task;
    const TaskId grandchild = lab.fork(child).task;
    lab.exit(child);
    const CheckResult result = lab.check();
    const auto found = std::ranges::find(result.tasks, grandchild.raw(), &pidlab_task_info::id);
    ASSERT_NE(found, result.tasks.end());
    EXPECT_EQ(found->parent, init.raw());
}

TEST_P(Semantics, a_namespace_where_there_is_but_one_is_eopnotsupp) {
    if (has_namespaces())
        GTEST_SKIP() << "this generation has more";
    const std::uint64_t before = lab.digest();
    EXPECT_EQ(error_of(call::fork(init, PIDLAB_F_NEWPID)), EOPNOTSUPP);
    EXPECT_EQ(lab.digest(), before);
}

TEST_P(Semantics, a_namespaces_first_task_takes_all_of_it_along) {
    if (!has_namespaces())
        GTEST_SKIP() << "this generation has one namespace only";
    const auto [inner, outer_nr] = lab.fork(init, PIDLAB_F_NEWPID);
    EXPECT_EQ(lab.nr(inner, PIDLAB_TYPE_PID, inner), 1);
    EXPECT_EQ(lab.nr(inner), outer_nr);
    const TaskId member = lab.fork(inner).task;
    EXPECT_EQ(lab.nr(member, PIDLAB_TYPE_PID, inner), 2);
    EXPECT_EQ(error_of(call::find(1, inner)), 0);
    lab.exit(inner);
    lab.gp();
    EXPECT_EQ(error_of(call::state(member)), ESRCH);
}

TEST_P(Semantics, numbers_wrap_at_pid_max_to_300) {
    Lab small = Lab::open();
    const TaskId first = small.setup(settings().set(PIDLAB_SET_PID_MAX, 302));
    int last = 1;
    for (int i = 2; i < 302; ++i) {
        const Forked child = small.fork(first);
        last = child.nr;
        small.exit(child.task);
        small.reap(child.task);
    }
    EXPECT_EQ(last, 301);
    EXPECT_EQ(small.fork(first).nr, 300);
    EXPECT_EQ(small.fork(first).nr, 301);
    EXPECT_EQ(small.attempt(call::fork(first)).error(), EAGAIN);
}

TEST_P(Semantics, a_weak_reference_pins_nothing_and_a_hold_pins_the_payload) {
    const TaskId child = lab.fork(init).task;
    const std::uint64_t payload = lab.info().setting(PIDLAB_SET_TASK_PAYLOAD);
    const RefId weak = lab.tref(child).ref;
    const RefId hold = lab.hold_task(child);
    const std::uint64_t with_child = lab.info().counter(PIDLAB_CTR_TASK_BYTES);
    lab.exit(child);
    lab.reap(child);
    lab.gp();
    EXPECT_EQ(lab.info().counter(PIDLAB_CTR_TASK_BYTES), with_child);
    EXPECT_EQ(lab.state(child).state, PIDLAB_STATE_DEAD);
    EXPECT_EQ(lab.deref(hold), child);
    EXPECT_EQ(error_of(call::deref(weak)), ESRCH);
    lab.put(hold);
    lab.gp();
    EXPECT_LE(lab.info().counter(PIDLAB_CTR_TASK_BYTES), with_child - payload);
    EXPECT_EQ(lab.read(weak).count, 1u);
    lab.put(weak);
}

TEST_P(Semantics, limits_refuse_what_is_one_too_many) {
    Lab small = Lab::open();
    const TaskId first = small.setup(settings()
                                         .set(PIDLAB_SET_MAX_TASKS, 2)
                                         .set(PIDLAB_SET_MAX_REFS, 1)
                                         .set(PIDLAB_SET_MAX_NS, 1));
    const std::uint64_t before = small.digest();
    EXPECT_EQ(small.attempt(call::fork(first, PIDLAB_F_NEWPID)).error(),
              has_namespaces() ? ENOSPC : EOPNOTSUPP);
    EXPECT_EQ(small.digest(), before);
    small.fork(first);
    EXPECT_EQ(small.attempt(call::fork(first)).error(), EAGAIN);
    small.hold_task(first);
    EXPECT_EQ(small.attempt(call::hold_task(first)).error(), ENOSPC);
    EXPECT_EQ(small.attempt(call::tref(first)).error(), ENOSPC);
}

/// Each allocation of an operation fails once: refused with ENOMEM and nothing changed.
TEST_P(Semantics, every_failed_allocation_is_enomem_and_leaves_nothing_behind) {
    const TaskId child = lab.fork(init).task;
    std::vector<pidlab_op> allocating = {
        call::fork(init).op,
        call::fork(child, PIDLAB_F_THREAD).op,
        call::hold_task(child).op,
    };
    if (has_pids())
        allocating.push_back(call::hold_pid(child).op);
    if (has_namespaces())
        allocating.push_back(call::fork(init, PIDLAB_F_NEWPID).op);
    for (const pidlab_op &plain : allocating) {
        const std::uint64_t before = lab.digest();
        std::uint16_t n = 1;
        for (;; ++n) {
            ASSERT_LT(n, 100) << plain;
            pidlab_op op = plain;
            op.fail_nth = n;
            if (lab.try_execute(op) == 0)
                break;
            EXPECT_EQ(op.error, -ENOMEM) << op;
            EXPECT_EQ(lab.digest(), before) << op;
        }
        EXPECT_GT(n, 1) << "no allocation failed: " << plain;
    }
}

/// The sentinel stands in for a task_ref that could not be made; the reference itself has no
/// such stand-in.
TEST_P(Semantics, a_weak_reference_without_memory_is_the_sentinel_or_enomem) {
    const TaskId child = lab.fork(init).task;
    const std::uint64_t before = lab.digest();
    unsigned sentinels = 0, refused = 0;
    for (std::uint16_t n = 1; n < 100; ++n) {
        const auto made = lab.attempt(call::tref(child).fail_nth(n));
        if (made) {
            lab.put(made.value().ref);
            if (made.value().nr != 0)
                break;
            ++sentinels;
        } else {
            EXPECT_EQ(made.error(), ENOMEM);
            EXPECT_EQ(lab.digest(), before);
            ++refused;
        }
    }
    EXPECT_GT(sentinels, 0u);
    EXPECT_GT(refused, 0u);
}

TEST_P(Semantics, a_fresh_lab_has_not_forked) {
    EXPECT_EQ(lab.info().counter(PIDLAB_CTR_FORKS), 0u);
}

TEST_P(Semantics, a_run_told_to_stop_does_not_execute_what_follows) {
    const auto forks = [this] { return lab.info().counter(PIDLAB_CTR_FORKS); };
    const std::uint64_t before = forks();
    std::vector<pidlab_op> ops = {call::fork(init).op, call::reap(init).op, call::fork(init).op};
    EXPECT_EQ(lab.run(ops, PIDLAB_RUN_STOP), 2u);
    EXPECT_EQ(forks(), before + 1);
    EXPECT_EQ(lab.run(ops), 3u);
    EXPECT_EQ(forks(), before + 3);
}

TEST_P(Semantics, a_run_of_more_than_the_most_goes_through_the_library) {
    std::vector<pidlab_op> ops(PIDLAB_RUN_MAX + 100, call::state(init).op);
    EXPECT_EQ(lab.run(ops), ops.size());
    EXPECT_EQ(ops.back().res[0], std::uint64_t{PIDLAB_STATE_RUNNING});
}

TEST_P(Semantics, a_check_lists_every_task_once_however_many) {
    for (int i = 0; i < 500; ++i)
        lab.fork(init);
    CheckResult result = lab.check();
    ASSERT_EQ(result.tasks.size(), 501u);
    std::ranges::sort(result.tasks, {}, &pidlab_task_info::id);
    EXPECT_EQ(std::ranges::adjacent_find(result.tasks, {}, &pidlab_task_info::id),
              result.tasks.end());
}

TEST_P(Semantics, equal_histories_give_equal_digests_and_other_histories_do_not) {
    Lab other = Lab::open();
    const TaskId first = other.setup(settings());
    EXPECT_EQ(other.digest(), lab.digest());
    lab.fork(init);
    EXPECT_NE(other.digest(), lab.digest());
    other.fork(first);
    EXPECT_EQ(other.digest(), lab.digest());
}

INSTANTIATE_TEST_SUITE_P(Generations, Semantics, ::testing::ValuesIn(generations()),
                         [](const auto &test) { return std::string(test.param.name); });

} // namespace
} // namespace pidlab::testing
