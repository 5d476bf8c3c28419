// SPDX-License-Identifier: MIT
#include "pidlab/snapshot_changes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array lists = {"tasks", "pids", "namespaces", "containers", "references"};

// By what an object is known. Ids have their kind in the low bits, so a number cannot be one.
std::uint64_t key(const json &object) {
    const auto id = object.at("id").get<std::uint64_t>();
    if (id != 0)
        return id;
    const json &numbers = object.at("numbers");
    const auto nr = numbers.empty() ? 0 : numbers.at(0).at("nr").get<std::int32_t>();
    return static_cast<std::uint64_t>(nr) << PIDLAB_ID_KIND_BITS;
}

std::map<std::uint64_t, const json *> by_key(const json &objects) {
    std::map<std::uint64_t, const json *> out;
    for (const json &object : objects)
        out.emplace(key(object), &object);
    return out;
}

void compare(const json &before, const json &after, const char *list, json &out) {
    const auto old = by_key(before);
    const auto now = by_key(after);
    for (const json &object : after) {
        const auto found = old.find(key(object));
        if (found == old.end() || *found->second != object)
            out[list].push_back(object);
    }
    for (const auto &[known, object] : old)
        if (!now.contains(known))
            out["gone"][list].push_back(known);
}

void apply(json &objects, const json &changes, const char *list) {
    if (changes.contains("gone") && changes["gone"].contains(list))
        for (const json &gone : changes["gone"][list])
            objects.erase(std::remove_if(objects.begin(), objects.end(),
                                         [&](const json &object) { return key(object) == gone; }),
                          objects.end());
    if (!changes.contains(list))
        return;
    for (const json &object : changes[list]) {
        const auto same = std::find_if(objects.begin(), objects.end(), [&](const json &other) {
            return key(other) == key(object);
        });
        if (same != objects.end())
            *same = object;
        else
            objects.push_back(object);
    }
}

} // namespace

nlohmann::ordered_json snapshot_changes(const Snapshot &before, const Snapshot &after) {
    json out;
    if (before == after)
        return out;
    const json old = snapshot_json(before);
    const json now = snapshot_json(after);
    for (const char *field : {"consistent", "sequence"})
        if (old[field] != now[field])
            out[field] = now[field];
    for (const char *list : lists)
        compare(old[list], now[list], list, out);
    return out;
}

Snapshot apply_changes(const Snapshot &before, const nlohmann::ordered_json &changes) {
    if (changes.is_null())
        return before;
    json now = snapshot_json(before);
    try {
        for (const char *field : {"consistent", "sequence"})
            if (changes.contains(field))
                now[field] = changes[field];
        for (const char *list : lists)
            apply(now[list], changes, list);
    } catch (const nlohmann::json::exception &error) {
        throw std::invalid_argument(fmt::format("not a list of changes: {}", error.what()));
    }
    return snapshot_from_json(now);
}

std::size_t objects_in(const Snapshot &snapshot) {
    return snapshot.tasks.size() + snapshot.pids.size() + snapshot.namespaces.size() +
           snapshot.containers.size() + snapshot.references.size();
}

} // namespace pidlab
