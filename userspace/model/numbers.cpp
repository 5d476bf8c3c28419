// SPDX-License-Identifier: MIT
#include "numbers.hpp"

namespace pidlab::model {

int Numbers::take(std::uint64_t pid) {
    // An IDR's cursor is one past the last; only beyond 300 are the low numbers out of reach.
    const bool low = order_ == Order::cursor && last_ + 1 <= reserved;
    const int least = low ? 1 : reserved;
    const int next = last_ + 1;
    int number = free_from(next < pid_max_ ? next : least, pid_max_);
    if (number == 0)
        number = free_from(least, pid_max_);
    if (number == 0)
        return 0;
    last_ = number;
    take(number, pid);
    return number;
}

/// The lowest free number in [from, end), or 0.
int Numbers::free_from(int from, int end) const {
    auto used = pids_.lower_bound(from);
    while (used != pids_.end() && used->first == from) {
        ++used;
        ++from;
    }
    return from < end ? from : 0;
}

} // namespace pidlab::model
