// SPDX-License-Identifier: MIT
/// @file
/// Events as they come, to people or programs.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>

#include "pidlab/event.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab {

/// Writes events: a line each, with what was lost in between. Of several labs, too. Owns nothing.
class EventLog {
public:
    /// What stands before an event.
    enum class Clock {
        relative, ///< seconds since the first event
        delta,    ///< seconds since the event before
        absolute, ///< seconds of CLOCK_MONOTONIC
    };

    struct Options {
        Clock clock = Clock::relative;
        bool json = false;              ///< a JSON object each
        std::set<std::uint32_t> only{}; ///< kinds to write; empty: all
        bool several = false;           ///< of all labs: lines tell which
    };

    /// @param out where lines go, each flushed
    /// @param record where everything goes as JSON whatever the options say; nullptr: nowhere
    EventLog(std::ostream &out, std::ostream *record, Options options)
        : out_(out), record_(record), options_(std::move(options)) {}

    /// What is written first in a record: whose events these are, and what was there before.
    /// @param snapshot nullptr where there is no way to it
    void begin(const nlohmann::ordered_json &lab, const Snapshot *snapshot);

    void write(const Event &event);

    /// The last line: how many there were, and how many got lost.
    void end();

    /// Events that came, those not written included.
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// Events that did not come.
    [[nodiscard]] std::uint64_t lost() const;

private:
    void write_text(const Event &event);
    void to_record(const nlohmann::ordered_json &line);
    [[nodiscard]] std::string stamp(std::uint64_t time) const;

    std::ostream &out_;
    std::ostream *record_;
    Options options_;
    std::uint64_t count_ = 0;
    std::uint64_t first_time_ = 0;
    std::uint64_t last_time_ = 0;
    std::map<std::uint64_t, std::uint64_t> lost_; ///< by lab
};

} // namespace pidlab
