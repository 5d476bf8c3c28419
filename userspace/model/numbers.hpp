// SPDX-License-Identifier: MIT
/// @file
/// The numbers of one namespace.
#pragma once

#include <cstdint>
#include <map>

namespace pidlab::model {

/// How numbers follow one another.
enum class Order {
    last,   ///< up to 4.14: the one after the last given; past the end on from 300
    cursor, ///< since 4.15: the same, but a search from 300 or below goes on from 1
};

/// Numbers in use and the ids of their pids.
class Numbers {
public:
    static constexpr int reserved = 300; ///< below it only the first time round

    Numbers() = default;
    Numbers(Order order, int pid_max) : order_(order), pid_max_(pid_max) {}

    /// Take the next free number for a pid, or with 0 for nobody.
    /// @return 0: there is none
    int take(std::uint64_t pid);

    /// Take this number for a pid. The next one is none the wiser.
    /// @return whether it was free
    bool take(int number, std::uint64_t pid) { return pids_.emplace(number, pid).second; }

    void give_back(int number) { pids_.erase(number); }

    /// Numbers run below this from now on.
    void set_pid_max(int pid_max) { pid_max_ = pid_max; }
    [[nodiscard]] int pid_max() const { return pid_max_; }
    /// The number given last; 0: none yet.
    [[nodiscard]] int last() const { return last_; }

    /// As if none had been given.
    void begin_again() { last_ = 0; }

    /// Whether the number is taken, by a pid or for nobody.
    [[nodiscard]] bool taken(int number) const { return pids_.contains(number); }

    /// Whether a number may be asked for at all.
    [[nodiscard]] bool in_range(int number) const { return number >= 1 && number < pid_max_; }

    /// The pid with this number, or 0.
    [[nodiscard]] std::uint64_t find(int number) const {
        const auto found = pids_.find(number);
        return found == pids_.end() ? 0 : found->second;
    }

    /// Numbers and their pids, rising; 0 where a number is taken for nobody.
    [[nodiscard]] const std::map<int, std::uint64_t> &all() const { return pids_; }

private:
    [[nodiscard]] int free_from(int from, int end) const;

    Order order_ = Order::last;
    int pid_max_ = 0;
    int last_ = 0;
    std::map<int, std::uint64_t> pids_;
};

} // namespace pidlab::model
