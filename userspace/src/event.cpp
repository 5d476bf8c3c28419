// SPDX-License-Identifier: MIT
#include "pidlab/event.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "pidlab/table.hpp"

namespace pidlab {

namespace {

constexpr auto table = std::to_array<EventInfo>({
#define PIDLAB_EVENT_ROW(nr, NAME, name, object, other, number, value, help)                       \
    {PIDLAB_EVENT_##NAME, #name, object, other, number, value, help},
    PIDLAB_EVENTS(PIDLAB_EVENT_ROW)
#undef PIDLAB_EVENT_ROW
});

constexpr auto kinds = std::to_array<WordInfo>({
#define PIDLAB_KIND_ROW(nr, NAME, name, help) {PIDLAB_REFERENCE_##NAME, #name, #NAME, help},
    PIDLAB_REFERENCE_KINDS(PIDLAB_KIND_ROW)
#undef PIDLAB_KIND_ROW
});

/// Values that are words: types of users, kinds of references, bugs.
std::string word_of(std::string_view what, std::int32_t value) {
    const auto number = static_cast<std::uint32_t>(value);
    const WordInfo *word = nullptr;
    if (what == "type")
        word = find_word(types(), number);
    else if (what == "kind")
        word = find_word(kinds, number);
    else if (what == "bug")
        word = find_word(bugs(), number);
    return word ? std::string(word->name) : std::string{};
}

} // namespace

std::span<const EventInfo> events() { return table; }

const EventInfo *find_event(std::uint32_t number) {
    const auto *found = std::ranges::find(
        table, number, [](const EventInfo &row) { return static_cast<std::uint32_t>(row.number); });
    return found == table.end() ? nullptr : found;
}

const EventInfo *find_event(std::string_view name) {
    const auto *found = std::ranges::find(table, name, &EventInfo::name);
    return found == table.end() ? nullptr : found;
}

std::string object_text(std::uint64_t id) {
    static constexpr std::array<const char *, 6> words = {"object", "task", "pid",
                                                          "ns",     "ref",  "container"};
    const auto kind = id & PIDLAB_ID_KIND_MASK;
    if (id == 0)
        return "0";
    return fmt::format("{} {}", kind < words.size() ? words[kind] : words[0],
                       id >> PIDLAB_ID_KIND_BITS);
}

nlohmann::ordered_json event_json(const Event &event) {
    const EventInfo *row = find_event(event.what);
    nlohmann::ordered_json out = {{"lab", event.lab},
                                  {"sequence", event.sequence},
                                  {"time_ns", event.time},
                                  {"lost", event.lost}};
    if (!row) {
        out["event"] = event.what;
        return out;
    }
    out["event"] = row->name;
    if (!row->object.empty())
        out[std::string(row->object)] = event.object;
    if (!row->other.empty())
        out[std::string(row->other)] = event.other;
    if (!row->nr.empty())
        out["nr"] = event.nr;
    if (row->value.empty())
        return out;
    const std::string word = word_of(row->value, event.value);
    if (word.empty())
        out[std::string(row->value)] = event.value;
    else
        out[std::string(row->value)] = word;
    return out;
}

std::string event_text(const Event &event) {
    const EventInfo *row = find_event(event.what);
    if (!row)
        return fmt::format("event {}, which this client does not know", event.what);
    const bool alone = row->object.empty() && row->nr.empty() && row->value.empty();
    std::string out = alone ? std::string(row->name) : fmt::format("{:<9}", row->name);
    if (!row->object.empty())
        out += fmt::format(" {} {}", row->object, object_text(event.object));
    if (!row->other.empty() && event.other != 0)
        out += fmt::format(", {} {}", row->other, object_text(event.other));
    if (!row->nr.empty() && event.nr != 0)
        out += fmt::format(", nr {}", event.nr);
    if (row->value.empty())
        return out;
    const std::string word = word_of(row->value, event.value);
    return out + (word.empty() ? fmt::format(", {} {}", row->value, event.value)
                               : fmt::format(", {} {}", row->value, word));
}

} // namespace pidlab
