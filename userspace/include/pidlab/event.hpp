// SPDX-License-Identifier: MIT
/// @file
/// What happens in a lab, as the module tells it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <pidlab.h>
#include <pidlab_netlink.h>

namespace pidlab {

/// A row of the table of events. A member that tells nothing has an empty name.
struct EventInfo {
    pidlab_event number;
    std::string_view name;
    std::string_view object;
    std::string_view other;
    std::string_view nr;
    std::string_view value;
    std::string_view help;
};

/// All kinds of events, in the table's order.
[[nodiscard]] std::span<const EventInfo> events();

/// The row of a kind; nullptr where this client does not know it.
[[nodiscard]] const EventInfo *find_event(std::uint32_t number);
[[nodiscard]] const EventInfo *find_event(std::string_view name);

/// Something that happened.
struct Event {
    std::uint64_t lab = 0;      ///< number of the lab
    std::uint64_t sequence = 0; ///< in the lab, from 1 on
    std::uint64_t time = 0;     ///< nanoseconds of CLOCK_MONOTONIC
    std::uint64_t lost = 0;     ///< events of the lab that did not get here so far
    std::uint32_t what = 0;     ///< enum pidlab_event
    std::uint64_t object = 0;   ///< see EventInfo, as for the rest
    std::uint64_t other = 0;
    std::int32_t nr = 0;
    std::int32_t value = 0;

    bool operator==(const Event &) const = default;
};

/// As one object: the members that tell something, by their names.
[[nodiscard]] nlohmann::ordered_json event_json(const Event &event);

/// As one line, without its time: "fork   child task 3 parent task 1 nr 2".
[[nodiscard]] std::string event_text(const Event &event);

/// An id as people read it: "task 3"; "0" for none.
[[nodiscard]] std::string object_text(std::uint64_t id);

} // namespace pidlab
