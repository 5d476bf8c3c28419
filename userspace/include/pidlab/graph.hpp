// SPDX-License-Identifier: MIT
/// @file
/// The objects of a lab and what points at what, as a picture.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pidlab/snapshot.hpp"

namespace pidlab {

/// Boxes and lines between them; what they look like is for those who draw.
struct Graph {
    enum class Kind { task, pid, ns, container, reference };

    struct Node {
        std::string key; ///< letters and digits only: "task3", "pid3", "ref1"
        Kind kind = Kind::task;
        std::string name;               ///< "t", "pid 2", "root namespace"
        std::vector<std::string> facts; ///< lines below the name
        std::string mood;  ///< of a task its state: running, frozen, ending, zombie, dead; of a
                           ///< namespace or pid "dying" where it is; else empty
        std::string place; ///< key of the namespace it belongs to; empty: none
    };

    enum class Line {
        link,   ///< from a task to the pid it uses as the type in the label
        list,   ///< from a pid, or from one of its users, to the next user in its list
        child,  ///< from parent to child: tasks, namespaces, containers
        in,     ///< from a task to its container
        strong, ///< from a reference to what it pins
        weak,   ///< from a reference to what it finds and does not pin
    };

    struct Edge {
        std::size_t from = 0; ///< index of a node
        std::size_t to = 0;
        Line line = Line::link;
        std::string label;
    };

    std::string title;
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    bool consistent = true; ///< see Snapshot
};

/// The name of an object by its id; empty: it has none.
using NameOf = std::function<std::string(std::uint64_t)>;

/// The graph of a snapshot: every pid with its numbers at each level, its count and its lists in
/// order; every task with its links, counts and containers; references, strong or weak; namespaces.
[[nodiscard]] Graph make_graph(const Snapshot &snapshot, const NameOf &name,
                               std::string title = {});

/// As a file for Graphviz' dot.
[[nodiscard]] std::string graph_dot(const Graph &graph);

/// As a Mermaid flowchart.
[[nodiscard]] std::string graph_mermaid(const Graph &graph);

/// As one object with "nodes" and "edges".
[[nodiscard]] nlohmann::ordered_json graph_json(const Graph &graph);

/// What a task does, in the word of Graph::Node::mood.
[[nodiscard]] std::string_view mood_of(const Snapshot &snapshot, const Snapshot::Task &task);

} // namespace pidlab
