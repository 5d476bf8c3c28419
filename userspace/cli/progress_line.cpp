// SPDX-License-Identifier: MIT
#include "progress_line.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace pidlab::cli {

namespace {

constexpr auto between_looks = std::chrono::seconds{1};
constexpr auto between_lines = std::chrono::seconds{30};

// Whether so much has gone by; what was spent in earlier sittings has been told there.
bool is_time(std::chrono::milliseconds spent, std::chrono::milliseconds &last,
             std::chrono::milliseconds between) {
    if (spent - last < between)
        return false;
    last = spent;
    return true;
}

} // namespace

ProgressLine::ProgressLine(const Where &where) : where_{where} {
    where_.terminal = where_.terminal && isatty(STDERR_FILENO) != 0;
}

void ProgressLine::tell(std::chrono::milliseconds spent,
                        const std::function<std::string()> &words) {
    if (where_.terminal && is_time(spent, shown_, between_looks))
        fmt::print(stderr, "\r\033[K{}", words());
    if (where_.lines && is_time(spent, printed_, between_lines)) {
        fmt::print("# {}\n", words());
        std::fflush(stdout);
    }
}

void ProgressLine::clear() const {
    if (where_.terminal)
        fmt::print(stderr, "\r\033[K");
}

} // namespace pidlab::cli
