// SPDX-License-Identifier: MIT
/// @file
/// Drawings for the HTML report, laid out by ourselves: nothing else is needed to look at them.
/// Each is an svg element whose colours are classes of html_style().
#pragma once

#include <string>

#include "pidlab/graph.hpp"
#include "pidlab/snapshot.hpp"
#include "pidlab/timeline.hpp"

namespace pidlab {

/// Tasks below their parents, threads below their leaders, each with its number at every level,
/// state, group and session, and what holds it.
[[nodiscard]] std::string draw_tree(const Snapshot &snapshot, const NameOf &name);

/// References, tasks and pids in columns, what points at what between them; beside them
/// namespaces and containers.
/// @param most tasks that are drawn; below them stands how many more there are
[[nodiscard]] std::string draw_graph(const Snapshot &snapshot, const NameOf &name,
                                     std::size_t most = 60);

/// A bar for each task and reference, by namespace, over the operations of the scenario.
/// @param most tasks that are drawn, and references
[[nodiscard]] std::string draw_timeline(const Timeline &timeline, std::size_t most = 250);

} // namespace pidlab
