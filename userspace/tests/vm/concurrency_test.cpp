// SPDX-License-Identifier: MIT
// Several threads on one lab: whatever order they get, its structures agree afterwards.
#include <atomic>
#include <cerrno>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pidlab/device.hpp"
#include "pidlab/format.hpp"
#include "pidlab/lab.hpp"

namespace pidlab::testing {
namespace {

constexpr unsigned threads = 4;
constexpr unsigned rounds = 400;

/// Ids that threads hand to one another, gone or not.
class Pool {
public:
    explicit Pool(std::uint64_t first) {
        for (auto &id : ids_)
            id = first;
    }
    void put(std::uint64_t id, unsigned at) {
        if (id)
            ids_[at % ids_.size()] = id;
    }
    [[nodiscard]] std::uint64_t get(unsigned at) const { return ids_[at % ids_.size()]; }

private:
    std::array<std::atomic<std::uint64_t>, 64> ids_;
};

/// Random operations on random objects. Refusals are the order of the day; only errors that no
/// order of events can bring are wrong.
class Worker {
public:
    Worker(Lab &lab, Pool &tasks, Pool &refs, unsigned seed)
        : lab_(lab), tasks_(tasks), refs_(refs), random_(seed) {}

    void run() {
        for (unsigned round = 0; round < rounds; ++round) {
            std::vector<pidlab_op> ops;
            for (int i = 0; i < 16; ++i)
                ops.push_back(any());
            lab_.run(ops);
            for (const pidlab_op &op : ops)
                take(op);
        }
    }

    [[nodiscard]] const std::string &wrong() const { return wrong_; }

private:
    unsigned roll(unsigned below) { return static_cast<unsigned>(random_() % below); }
    TaskId task() { return TaskId{tasks_.get(roll(1024))}; }
    RefId ref() { return RefId{refs_.get(roll(1024))}; }
    pidlab_type type() {
        constexpr pidlab_type types[] = {PIDLAB_TYPE_PID, PIDLAB_TYPE_PGID, PIDLAB_TYPE_SID};
        return types[roll(3)];
    }
    int nr() { return static_cast<int>(2 + roll(200)); }

    pidlab_op any() {
        switch (roll(20)) {
        case 0:
            return call::fork(task(), PIDLAB_F_NEWPID).op;
        case 1:
            return call::fork(task(), PIDLAB_F_THREAD).op;
        case 2:
            return call::exit(task(), 0, roll(2) ? unsigned{PIDLAB_F_GROUP} : 0u).op;
        case 3:
            return call::exec(task()).op;
        case 4:
            return call::setsid(task()).op;
        case 5:
            return call::setpgid(task(), 0, 0).op;
        case 6:
            return call::kill(task(), nr()).op;
        case 7:
            return call::kill(task(), -nr()).op;
        case 8:
            return call::hold_task(task()).op;
        case 9:
            return call::hold_pid(task(), type()).op;
        case 10:
            return call::tref(task(), type()).op;
        case 11:
            return call::tref_nr(nr(), type()).op;
        case 12:
            return call::put(ref()).op;
        case 13:
            return call::deref(ref()).op;
        case 14:
            return call::wait(task()).op;
        case 15:
            return call::reap(task()).op;
        case 16:
            return call::next(nr()).op;
        default:
            return call::fork(task()).op;
        }
    }

    void take(const pidlab_op &op) {
        const bool fine = op.error == 0 || op.error == -ESRCH || op.error == -EAGAIN ||
                          op.error == -ENOSPC || op.error == -EINTR || op.error == -EPERM ||
                          op.error == -EACCES || op.error == -ECHILD || op.error == -ENOMEM ||
                          op.error == -EINVAL || op.error == -EOPNOTSUPP;
        if (!fine && wrong_.empty())
            wrong_ = fmt::format("{}", op);
        if (op.error)
            return;
        const OpInfo &info = *find_op(op.opcode);
        for (std::size_t i = 0; i < info.outputs().size(); ++i) {
            if (info.results[i].kind == PIDLAB_ARG_TASK)
                tasks_.put(op.res[i], roll(1024));
            if (info.results[i].kind == PIDLAB_ARG_REF)
                refs_.put(op.res[i], roll(1024));
        }
    }

    Lab &lab_;
    Pool &tasks_;
    Pool &refs_;
    std::mt19937 random_;
    std::string wrong_;
};

class Concurrency : public ::testing::TestWithParam<WordInfo> {
protected:
    static Settings settings() { return Settings().set(PIDLAB_SET_GENERATION, GetParam().number); }
};

TEST_P(Concurrency, threads_on_one_lab_leave_its_structures_in_agreement) {
    Lab lab = Lab::open();
    const TaskId init = lab.setup(settings()
                                      .set(PIDLAB_SET_PID_MAX, 400)
                                      .set(PIDLAB_SET_TASK_PAYLOAD, 0)
                                      .set(PIDLAB_SET_MAX_NS, 20));
    Pool tasks(init.raw()), refs(lab.hold_task(init).raw());
    std::vector<Worker> workers;
    for (unsigned i = 0; i < threads; ++i)
        workers.emplace_back(lab, tasks, refs, i + 1);
    std::vector<std::thread> running;
    for (Worker &worker : workers)
        running.emplace_back([&worker] { worker.run(); });
    for (std::thread &thread : running)
        thread.join();
    for (const Worker &worker : workers)
        EXPECT_EQ(worker.wrong(), "");

    const CheckResult result = lab.check();
    EXPECT_EQ(result.violation_count, 0u) << result;
    lab.gp();
    EXPECT_EQ(lab.info().counter(PIDLAB_CTR_LEAKS), 0u);
}

TEST_P(Concurrency, a_check_in_the_middle_sees_structures_that_agree) {
    Lab lab = Lab::open();
    const TaskId init = lab.setup(settings().set(PIDLAB_SET_TASK_PAYLOAD, 0));
    std::atomic<bool> stop{false};
    std::vector<std::thread> running;
    for (unsigned i = 0; i < threads - 1; ++i)
        running.emplace_back([&] {
            while (!stop) {
                const Forked child = lab.fork(init);
                lab.exit(child.task);
                lab.reap(child.task);
            }
        });
    for (int i = 0; i < 100; ++i) {
        const CheckResult result = lab.check();
        EXPECT_EQ(result.violation_count, 0u) << result;
    }
    stop = true;
    for (std::thread &thread : running)
        thread.join();
    EXPECT_EQ(lab.info().counter(PIDLAB_CTR_RUNNING), 1u);
}

INSTANTIATE_TEST_SUITE_P(Generations, Concurrency, ::testing::ValuesIn(generations()),
                         [](const auto &test) { return std::string(test.param.name); });

TEST(Setup, of_many_at_once_one_succeeds) {
    for (int round = 0; round < 20; ++round) {
        DeviceTransport device;
        std::atomic<int> succeeded{0}, busy{0};
        std::vector<std::thread> running;
        for (unsigned i = 0; i < threads; ++i)
            running.emplace_back([&] {
                pidlab_setup arg = Settings().encode();
                const int error = device.setup(arg);
                succeeded += error == 0;
                busy += error == EBUSY;
            });
        for (std::thread &thread : running)
            thread.join();
        EXPECT_EQ(succeeded, 1);
        EXPECT_EQ(busy, static_cast<int>(threads) - 1);
    }
}

} // namespace
} // namespace pidlab::testing
