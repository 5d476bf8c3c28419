// SPDX-License-Identifier: MIT
#include "proc.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace pidlab::oracle {

namespace {

constexpr unsigned pf_exiting = 0x4; // PF_EXITING of include/linux/sched.h

std::string slurp(int fd) {
    std::array<char, 4096> text{};
    const ssize_t length = fd < 0 ? -1 : ::pread(fd, text.data(), text.size(), 0);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "";
}

std::string slurp(const std::string &path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string text = slurp(fd);
    if (fd >= 0)
        ::close(fd);
    return text;
}

/// A wait status as the lab writes it: 128 and the signal, as a shell does.
int as_code(int status) {
    const int signal = status & 0x7f;
    return signal ? 128 + signal : status >> 8 & 0xff;
}

Seen parse(const std::string &text) {
    Seen seen;
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos)
        return seen;
    seen.there = true;
    std::istringstream fields(text.substr(name_end + 1));
    std::string skipped;
    fields >> seen.state >> seen.parent >> seen.group >> seen.session >> skipped >> skipped >>
        seen.flags;
    for (int i = 0; i < 10; ++i) // minflt ... nice
        fields >> skipped;
    fields >> seen.threads;
    const std::size_t last = text.find_last_of(' ');
    seen.code = as_code(std::atoi(text.c_str() + last));
    return seen;
}

} // namespace

bool Seen::exiting() const { return there && (state == 'Z' || (flags & pf_exiting)); }

ProcTask::ProcTask(int tid) : tid_(tid) {
    const std::string path = fmt::format("/proc/{0}/task/{0}/stat", tid);
    stat_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

ProcTask::ProcTask(ProcTask &&other) noexcept
    : tid_(other.tid_), stat_(std::exchange(other.stat_, -1)) {}

ProcTask &ProcTask::operator=(ProcTask &&other) noexcept {
    std::swap(tid_, other.tid_);
    std::swap(stat_, other.stat_);
    return *this;
}

ProcTask::~ProcTask() {
    if (stat_ >= 0)
        ::close(stat_);
}

Seen ProcTask::look() const {
    Seen seen = parse(slurp(stat_));
    if (!seen.zombie())
        seen.code = 0;
    // Who looks whether there is something to wait for runs, but has the state of a sleeper
    // already: an init does that as it reaps its namespace. This file waits until a task is off
    // its processor, and says if it was not asleep.
    if (seen.exiting() && seen.quiet() && !seen.zombie() &&
        slurp(fmt::format("/proc/{0}/task/{0}/syscall", tid_)) == "running\n")
        seen.state = 'R';
    return seen;
}

int ProcTask::process_code() const { return parse(slurp(fmt::format("/proc/{}/stat", tid_))).code; }

std::vector<int> ProcTask::numbers() const {
    std::istringstream lines(slurp(fmt::format("/proc/{0}/task/{0}/status", tid_)));
    std::vector<int> found;
    for (std::string line; std::getline(lines, line);) {
        if (line.compare(0, 6, "NSpid:") != 0)
            continue;
        std::istringstream words(line.substr(6));
        for (int number = 0; words >> number;)
            found.push_back(number);
    }
    return found;
}

int ProcTask::open_namespace() const {
    return ::open(fmt::format("/proc/{0}/task/{0}/ns/pid", tid_).c_str(), O_RDONLY | O_CLOEXEC);
}

std::string read_line(const std::string &path) {
    std::string text = slurp(path);
    return text.substr(0, text.find('\n'));
}

} // namespace pidlab::oracle
