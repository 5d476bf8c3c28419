// SPDX-License-Identifier: MIT
#include "pidlab/event_log.hpp"

#include <fmt/format.h>

namespace pidlab {

namespace {

std::string line_of(const nlohmann::ordered_json &json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace

void EventLog::to_record(const nlohmann::ordered_json &line) {
    if (record_)
        *record_ << line_of(line) << std::flush;
}

void EventLog::begin(const nlohmann::ordered_json &lab, const Snapshot *snapshot) {
    to_record({{"lab", lab}});
    if (snapshot)
        to_record({{"snapshot", snapshot_json(*snapshot)}});
}

std::string EventLog::stamp(std::uint64_t time) const {
    constexpr std::uint64_t second = 1'000'000'000;
    std::uint64_t from = 0;
    if (options_.clock == Clock::relative)
        from = first_time_;
    else if (options_.clock == Clock::delta)
        from = last_time_;
    const std::uint64_t shown = time - from;
    return fmt::format("{}{:4}.{:06}", options_.clock == Clock::absolute ? "" : "+", shown / second,
                       shown % second / 1000);
}

void EventLog::write_text(const Event &event) {
    const std::string lab = options_.several ? fmt::format("lab {:<4} ", event.lab) : std::string{};
    out_ << fmt::format("{} {}{:>6}  {}\n", stamp(event.time), lab, event.sequence,
                        event_text(event))
         << std::flush;
}

void EventLog::write(const Event &event) {
    if (count_++ == 0)
        first_time_ = last_time_ = event.time;
    std::uint64_t &lost = lost_[event.lab];
    if (event.lost > lost && !options_.json)
        out_ << fmt::format("{:>12} {} lost: there was no room for them\n", "",
                            event.lost - lost == 1 ? "1 event"
                                                   : fmt::format("{} events", event.lost - lost));
    lost = std::max(lost, event.lost);
    to_record({{"event", event_json(event)}});
    if (!options_.only.empty() && !options_.only.contains(event.what))
        return;
    if (options_.json)
        out_ << line_of(event_json(event)) << std::flush;
    else
        write_text(event);
    last_time_ = event.time;
}

std::uint64_t EventLog::lost() const {
    std::uint64_t sum = 0;
    for (const auto &[lab, lost] : lost_)
        sum += lost;
    return sum;
}

void EventLog::end() {
    to_record({{"end", {{"events", count_}, {"lost", lost()}}}});
    if (!options_.json)
        out_ << fmt::format("{} events, {} lost\n", count_, lost()) << std::flush;
}

} // namespace pidlab
