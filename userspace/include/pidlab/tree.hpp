// SPDX-License-Identifier: MIT
/// @file
/// The tasks of a lab as a tree that people can read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <pidlab.h>

#include "pidlab/scenario_state.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab {

/// How a text is to look.
struct TextStyle {
    bool unicode = false; ///< box drawing instead of ASCII
    bool colour = false;

    /// What standard output can show.
    [[nodiscard]] static TextStyle of_stdout();
};

/// Lines of a tree beyond which it only tells how many more tasks there are.
inline constexpr std::size_t max_tree_rows = 200;

/// The tree of a snapshot, a line a task: its name (threads in braces) below its parent, its
/// number, and, where it is deeper than the root namespace, its number there; state, group,
/// session; what keeps a task that has exited, and how many bytes that pins. Tasks that have left
/// the tree and are still held follow. Each line begins with @p margin.
/// @param whole a snapshot of the same instant, or nullptr: with it a task has its number at every
///     level and its containers, a frozen one and a reaper that waits for others are shown as such
[[nodiscard]] std::string render_tree(const std::vector<pidlab_task_info> &tasks,
                                      const scenario::State &state, const TextStyle &style,
                                      const std::string &margin = {},
                                      const Snapshot *whole = nullptr);

/// Namespaces and containers of a snapshot as trees, a line each. Nothing where there is but the
/// root namespace.
[[nodiscard]] std::string render_spaces(const Snapshot &whole, const scenario::State &state,
                                        const TextStyle &style, const std::string &margin = {});

/// The same as a list of objects, a task each, in the order of their making. "parent" and "leader"
/// are ids; a task that has no number any more has "nr" 0.
/// @param whole as above: adds "numbers", "containers", "frozen" and "waits_for", which says for
///     how many others a reaper waits that ends
[[nodiscard]] nlohmann::ordered_json tree_json(const std::vector<pidlab_task_info> &tasks,
                                               const scenario::State &state,
                                               const Snapshot *whole = nullptr);

/// For how many others of its namespace, and of those inside, a reaper waits; 0: it does not, or
/// it does not end.
[[nodiscard]] std::size_t waits_for(const Snapshot &whole, std::uint64_t task);

/// What keeps a task that has exited, in words: "not reaped by init; held by r"; nothing for one
/// that runs.
[[nodiscard]] std::string what_pins(const pidlab_task_info &task,
                                    const std::vector<pidlab_task_info> &tasks,
                                    const scenario::State &state);

} // namespace pidlab
