// SPDX-License-Identifier: MIT
/// @file
/// What is different between two snapshots of the same lab, so that a record need not repeat
/// everything after each operation.
#pragma once

#include <nlohmann/json.hpp>

#include "pidlab/snapshot.hpp"

namespace pidlab {

/// Objects that are new or different, whole, in lists named as those of snapshot_json(), and the
/// ids of those that are no more in the same lists of "gone". Empty lists are left out; null:
/// nothing changed. Numbers of taskref, which have no id, are known by their number.
[[nodiscard]] nlohmann::ordered_json snapshot_changes(const Snapshot &before,
                                                      const Snapshot &after);

/// The snapshot that snapshot_changes() was given as the second.
/// @throws std::invalid_argument as snapshot_from_json() does
[[nodiscard]] Snapshot apply_changes(const Snapshot &before, const nlohmann::ordered_json &changes);

/// How many objects a snapshot has.
[[nodiscard]] std::size_t objects_in(const Snapshot &snapshot);

} // namespace pidlab
