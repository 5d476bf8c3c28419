// SPDX-License-Identifier: MIT
// One epoll over as many references as there are tasks.
#include <chrono>
#include <fstream>
#include <iostream>
#include <limits>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"
#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

using Clock = std::chrono::steady_clock;

/// A figure of /proc/meminfo, in bytes.
std::uint64_t meminfo(const std::string &name) {
    std::ifstream file("/proc/meminfo");
    std::string word;
    std::uint64_t kilobytes = 0;
    while (file >> word >> kilobytes) {
        if (word == name + ":")
            return kilobytes << 10;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

double seconds(Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
}

/// A kernel that checks itself needs several times the memory and the time.
std::size_t how_many() { return std::ifstream("/sys/kernel/debug/kmemleak") ? 10'000 : 100'000; }

/// The descriptors that one epoll has, and a lab with as many tasks.
class Crowd {
public:
    explicit Crowd(std::size_t count) : count_(count), lab_(Lab::open()) {
        Settings settings;
        settings.set(PIDLAB_SET_TASK_PAYLOAD, 0);
        settings.set(PIDLAB_SET_MAX_TASKS, count + 1);
        settings.set(PIDLAB_SET_PID_MAX, 4 * count);
        init_ = lab_.setup(settings);
        rlimit room{count + 100, count + 100};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &room), 0);
        epoll_ = RefFd(::epoll_create1(EPOLL_CLOEXEC));
    }

    /// One task each, that is reaped by its own end.
    void fork() {
        std::vector<pidlab_op> ops(count_, call::fork(init_, PIDLAB_F_AUTOREAP).op);
        ASSERT_EQ(lab_.run(ops, PIDLAB_RUN_STOP), count_);
        for (const pidlab_op &op : ops)
            tasks_.emplace_back(op.res[0]);
    }

    /// A weak reference is made for each descriptor, and put again.
    void open() {
        for (std::size_t i = 0; i < count_; ++i) {
            const RefId ref = lab_.tref(tasks_[i]).ref;
            files_.push_back(lab_.ref_fd(ref, PIDLAB_REF_FD_NONBLOCK));
            lab_.put(ref);
            epoll_event wanted{EPOLLIN, {.u64 = i}};
            ASSERT_EQ(::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, files_[i].fd(), &wanted), 0)
                << i << ": " << errno;
        }
    }

    void end_all_tasks() { lab_.kill(init_, -1); }

    /// Takes events from the epoll and reads what they tell, until there are no more.
    std::size_t count_the_gone() {
        std::vector<epoll_event> events(4096);
        std::vector<bool> seen(count_);
        std::size_t gone = 0;
        for (int got = 0; (got = ::epoll_wait(epoll_.fd(), events.data(), 4096, 0)) > 0;)
            for (int i = 0; i < got; ++i) {
                const std::size_t at = events[static_cast<std::size_t>(i)].data.u64;
                const RefEvent event = files_[at].read();
                if (event.event == PIDLAB_REF_GONE && event.task == tasks_[at] && !seen[at])
                    ++gone;
                seen[at] = true;
                EXPECT_EQ(::epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, files_[at].fd(), nullptr), 0);
            }
        return gone;
    }

    void close() { files_.clear(); }
    [[nodiscard]] Info info() { return lab_.info(); }

private:
    std::size_t count_;
    Lab lab_;
    TaskId init_;
    std::vector<TaskId> tasks_;
    RefFd epoll_;
    std::vector<RefFd> files_;
};

TEST(ManyFiles, x1_one_epoll_hears_of_the_end_of_100000_tasks) {
    const std::size_t count = how_many();
    Crowd crowd(count);
    crowd.fork();
    const std::uint64_t slab = meminfo("Slab");
    auto since = Clock::now();
    crowd.open();
    const double opened = seconds(since);
    const std::uint64_t bytes = (meminfo("Slab") - slab) / count;
    EXPECT_EQ(crowd.count_the_gone(), 0u);
    const Info info = crowd.info();
    EXPECT_EQ(info.counter(PIDLAB_CTR_REFS), count);
    since = Clock::now();
    crowd.end_all_tasks();
    const double ended = seconds(since);
    since = Clock::now();
    EXPECT_EQ(crowd.count_the_gone(), count);
    const double heard = seconds(since);
    crowd.close();
    EXPECT_EQ(crowd.info().counter(PIDLAB_CTR_REFS), 0u);
    EXPECT_EQ(crowd.info().counter(PIDLAB_CTR_LEAKS), 0u);
    std::cout << "# " << count << " descriptors: opened in " << opened << " s, tasks ended in "
              << ended << " s, heard of in " << heard << " s; " << bytes
              << " bytes of slab for each, " << info.counter(PIDLAB_CTR_REF_BYTES) / count
              << " of them the lab's\n";
}

} // namespace
} // namespace pidlab::testing
