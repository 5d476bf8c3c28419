// SPDX-License-Identifier: MIT
#include "agents.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <thread>

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

extern "C" {
extern const char pidlab_oracle_program[];
extern const char pidlab_oracle_program_end[];
}

namespace pidlab::oracle {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(20);
constexpr std::size_t memory_size = sizeof(oracle_slot) * ORACLE_SLOTS;
constexpr const char *pid_max_file = "/proc/sys/kernel/pid_max";
constexpr const char *last_pid_file = "/proc/sys/kernel/ns_last_pid";
// Below that the tasks of a lab may meet the end of the machine's own numbers.
constexpr long small_pid_max = 4096;
constexpr long default_pid_max = 32768;

std::uint32_t load(const std::uint32_t &word) { return __atomic_load_n(&word, __ATOMIC_ACQUIRE); }

void wake(std::uint32_t &word) { syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

/// Wait until it is another value, or for a short while.
void wait_while(std::uint32_t &word, std::uint32_t value, long nanoseconds) {
    const timespec time{0, nanoseconds};
    syscall(SYS_futex, &word, FUTEX_WAIT, value, &time, nullptr, 0);
}

bool write_line(const char *path, long value) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const std::string text = fmt::format("{}\n", value);
    const bool written = ::write(fd, text.data(), text.size()) > 0;
    ::close(fd);
    return written;
}

[[noreturn]] void give_up(int error, const std::string &what) {
    throw DeviceError(error, fmt::format("the oracle needs {}: {}", what, std::strerror(error)));
}

/// Since 6.14 each namespace has a pid_max.
bool has_pid_max_each() {
    utsname system{};
    unsigned major = 0, minor = 0;
    return ::uname(&system) == 0 && std::sscanf(system.release, "%u.%u", &major, &minor) == 2 &&
           (major > 6 || (major == 6 && minor >= 14));
}

/// In the child, between clone and exec: system calls only.
[[noreturn]] void become_agent(int memory, int program) {
    char name[] = "agent", number[] = "0";
    char *argv[] = {name, number, nullptr}, *envp[] = {nullptr};

    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGCHLD, SIG_DFL);
    ::setsid();
    ::dup2(::fcntl(memory, F_DUPFD, 16), ORACLE_MEMORY_FD);
    ::dup2(::fcntl(program, F_DUPFD, 16), ORACLE_PROGRAM_FD);
    syscall(SYS_close_range, 5U, ~0U, 0U);
    syscall(SYS_close_range, 0U, 2U, 0U);
    syscall(SYS_execveat, ORACLE_PROGRAM_FD, "", argv, envp, AT_EMPTY_PATH);
    ::_exit(127);
}

} // namespace

Agents::Agents() {
    if (::geteuid() != 0)
        throw DeviceError(EPERM, "the oracle runs real processes in pid namespaces of their own, "
                                 "for which it must be root; a virtual machine is the place to be "
                                 "root in.");
    if (pidlab_oracle_program_end - pidlab_oracle_program < 64)
        throw DeviceError(ENOSYS, "this client was built without the oracle's agent, which is "
                                  "written for x86-64.");
    for (int slot = ORACLE_SLOTS - 1; slot > 0; --slot)
        free_.push_back(slot);
    try {
        make_memory();
        start_init();
    } catch (...) {
        stop();
        throw;
    }
}

Agents::~Agents() { stop(); }

void Agents::make_memory() {
    memory_ = ::memfd_create("pidlab-oracle", MFD_CLOEXEC);
    program_ = ::memfd_create("pidlab-agent", MFD_CLOEXEC);
    if (memory_ < 0 || program_ < 0 || ::ftruncate(memory_, memory_size) != 0)
        give_up(errno, "files in memory");
    void *const at = ::mmap(nullptr, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0);
    if (at == MAP_FAILED)
        give_up(errno, "shared memory");
    slots_ = static_cast<oracle_slot *>(at);
    const auto size = static_cast<std::size_t>(pidlab_oracle_program_end - pidlab_oracle_program);
    if (::write(program_, pidlab_oracle_program, size) != static_cast<ssize_t>(size))
        give_up(errno, "memory for its agent");
}

void Agents::start_init() {
    each_its_own_ = has_pid_max_each();
    pid_max_before_ = pid_max_here();
    small_ = pid_max_before_ < small_pid_max;
    make_room();
    clone_args args{};
    args.flags = CLONE_NEWPID | CLONE_PIDFD;
    args.exit_signal = SIGCHLD;
    args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd_);
    const long child = syscall(SYS_clone3, &args, sizeof(args));
    if (child == 0)
        become_agent(memory_, program_);
    if (child < 0)
        give_up(errno, "pid namespaces of the running kernel");
    init_ = await_birth(0);
    const std::vector<int> numbers = ProcTask(init_.tid).numbers();
    if (init_.tid != child || numbers.size() != 2 || numbers[1] != 1)
        give_up(ENOENT, "/proc as its own pid namespace sees it");
}

void Agents::stop() {
    if (pidfd_ >= 0) {
        syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0);
        pollfd end{pidfd_, POLLIN, 0};
        ::poll(&end, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
        reap_init();
        ::close(pidfd_);
    }
    if (pid_max_before_ && pid_max_here() != pid_max_before_)
        write_line(pid_max_file, pid_max_before_);
    if (slots_)
        ::munmap(slots_, memory_size);
    for (const int fd : {memory_, program_})
        if (fd >= 0)
            ::close(fd);
}

void Agents::reap_init() {
    siginfo_t info{};
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd_), &info, WEXITED | WNOHANG);
}

int Agents::take_slot() {
    if (free_.empty())
        throw OracleError(ENOSPC, fmt::format("more than {} tasks at a time", ORACLE_SLOTS));
    const int slot = free_.back();
    free_.pop_back();
    slots_[slot] = {};
    return slot;
}

Birth Agents::birth(int slot) const { return {slots_[slot].tgid, slots_[slot].tid}; }

Birth Agents::await_birth(int slot) {
    const auto until = Clock::now() + patience;
    while (!load(slots_[slot].born)) {
        if (Clock::now() > until)
            throw OracleError(ETIMEDOUT, fmt::format("a task that was forked has not reported "
                                                     "after {} s",
                                                     patience.count()));
        wait_while(slots_[slot].born, 0, 5'000'000);
    }
    return birth(slot);
}

/// An exec by a thread ends the leader's task and then goes on under its number.
bool Agents::has_ended(const oracle_slot &slot, const ProcTask &task) {
    const auto ended = [](const Seen &seen) {
        return !seen.there || (seen.exiting() && seen.quiet());
    };
    return ended(task.look()) && (slot.what != ORACLE_EXEC || ended(ProcTask(slot.tgid).look()));
}

Answer Agents::ask(int slot, const ProcTask &task, oracle_command what,
                   std::initializer_list<long> args) {
    oracle_slot &to = slots_[slot];
    to.what = what;
    to.detail = 0;
    std::fill(std::begin(to.arg), std::end(to.arg), 0);
    std::copy(args.begin(), args.end(), std::begin(to.arg));
    const std::uint32_t number = to.command + 1;
    __atomic_store_n(&to.command, number, __ATOMIC_RELEASE);
    wake(to.command);

    const bool ends = what == ORACLE_EXIT || what == ORACLE_EXIT_GROUP;
    const auto until = Clock::now() + patience;
    while (load(to.done) != number) {
        wait_while(to.done, number - 1, ends ? 50'000 : 2'000'000);
        if (load(to.done) == number)
            break;
        if (has_ended(to, task))
            return {load(to.done) == number, to.result, to.detail};
        if (Clock::now() > until)
            throw OracleError(ETIMEDOUT,
                              fmt::format("a task in state {} has not answered command {} after "
                                          "{} s",
                                          task.look().state, +what, patience.count()));
    }
    return {true, to.result, to.detail};
}

long Agents::pid_max_here() {
    const std::string text = read_line(pid_max_file);
    return text.empty() ? 0 : std::stol(text);
}

long Agents::set_pid_max(const ProcTask &init, long value) {
    if (each_its_own_) {
        pid_max_ = value ? value : default_pid_max;
        begin_namespace(0, init);
        return pid_max_;
    }
    if (value && value != pid_max_here()) {
        write_pid_max(0, init, value);
        small_ = pid_max_here() < small_pid_max;
    }
    return pid_max_here();
}

void Agents::begin_namespace(int slot, const ProcTask &first) {
    if (pid_max_)
        write_pid_max(slot, first, pid_max_);
}

void Agents::write_pid_max(int slot, const ProcTask &by, long value) {
    const Answer answer = ask(slot, by, ORACLE_PID_MAX, {value});
    if (!answer.alive || answer.result < 0)
        throw OracleError(static_cast<int>(-answer.result),
                          fmt::format("{} cannot be set to {}", pid_max_file, value));
}

void Agents::make_room() const {
    // Below 300 the search begins at 1, so that whatever is free there can be given.
    if (small_)
        write_line(last_pid_file, 1);
}

} // namespace pidlab::oracle
