// SPDX-License-Identifier: MIT
// Graphs for other programs to draw.
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "pidlab/graph.hpp"

namespace pidlab {

namespace {

using Kind = Graph::Kind;
using Line = Graph::Line;

// Black on these is readable.
struct Paint {
    const char *fill;
    const char *border;
};

Paint paint(const Graph::Node &node) {
    if (node.mood == "zombie")
        return {"#ffe3a3", "#b07800"};
    if (node.mood == "dead")
        return {"#f6c6c6", "#b03030"};
    if (node.mood == "ending" || node.mood == "dying")
        return {"#fbd3b0", "#b05a10"};
    if (node.mood == "frozen")
        return {"#cfe6fb", "#2f6fae"};
    switch (node.kind) {
    case Kind::task:
        return {"#d7efd4", "#3d8a3a"};
    case Kind::pid:
        return {"#e4e0f7", "#6655b0"};
    case Kind::ns:
        return {"#eeeeee", "#777777"};
    case Kind::container:
        return {"#d8f0ee", "#23807a"};
    case Kind::reference:
        return {"#ffffff", "#555555"};
    }
    return {"#ffffff", "#555555"};
}

// Places of nodes, those without one last.
std::vector<std::string> places(const Graph &graph) {
    std::vector<std::string> out;
    for (const Graph::Node &node : graph.nodes)
        if (node.kind == Kind::ns)
            out.push_back(node.key);
    out.emplace_back();
    return out;
}

// A namespace stands among those who are in it.
bool is_at(const Graph::Node &node, const std::string &place) {
    return (node.kind == Kind::ns ? node.key : node.place) == place;
}

std::string dot_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out + '"';
}

std::string dot_node(const Graph::Node &node) {
    static constexpr const char *shapes[] = {"box", "box", "folder", "component", "note"};
    std::string label = node.name;
    for (const std::string &fact : node.facts)
        label += '\n' + fact;
    const Paint colours = paint(node);
    return fmt::format("{} [label={} shape={} style={} fillcolor=\"{}\" color=\"{}\"];\n", node.key,
                       dot_text(label), shapes[static_cast<std::size_t>(node.kind)],
                       node.kind == Kind::task ? "\"rounded,filled\"" : "filled", colours.fill,
                       colours.border);
}

const char *dot_style(Line line) {
    switch (line) {
    case Line::link:
        return "color=\"#3d8a3a\"";
    case Line::list:
        return "color=\"#6655b0\" style=dashed arrowhead=vee constraint=false";
    case Line::child:
        return "color=\"#999999\" arrowhead=none";
    case Line::in:
        return "color=\"#23807a\" style=dotted";
    case Line::strong:
        return "color=\"#c02020\" style=bold";
    case Line::weak:
        return "color=\"#2f6fae\" style=dashed arrowhead=empty";
    }
    return "";
}

// Lines of one kind between the same two become one: "pgid sid".
std::vector<Graph::Edge> merged(const std::vector<Graph::Edge> &edges) {
    std::vector<Graph::Edge> out;
    std::map<std::tuple<std::size_t, std::size_t, Line>, std::size_t> known;
    for (const Graph::Edge &edge : edges) {
        const auto [found, is_new] = known.try_emplace({edge.from, edge.to, edge.line}, out.size());
        if (is_new)
            out.push_back(edge);
        else
            out[found->second].label += ' ' + edge.label;
    }
    return out;
}

// What Mermaid takes for a text, whatever is in it.
std::string mermaid_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '#' || c == '<' || c == '>' || c == '&' || c == ';' || c == '`' ||
            c == '\\' || c == '{' || c == '}')
            out += fmt::format("#{};", static_cast<unsigned>(c));
        else
            out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string mermaid_node(const Graph::Node &node) {
    std::string label = mermaid_text(node.name);
    for (const std::string &fact : node.facts)
        label += "<br/>" + mermaid_text(fact);
    switch (node.kind) {
    case Kind::task:
        return fmt::format("{}(\"{}\")", node.key, label);
    case Kind::pid:
        return fmt::format("{}[\"{}\"]", node.key, label);
    case Kind::ns:
        return fmt::format("{}[[\"{}\"]]", node.key, label);
    case Kind::container:
        return fmt::format("{}[(\"{}\")]", node.key, label);
    case Kind::reference:
        return fmt::format("{}([\"{}\"])", node.key, label);
    }
    return {};
}

std::string mermaid_edge(const Graph::Edge &edge) {
    switch (edge.line) {
    case Line::link:
        return fmt::format("-->|{}|", edge.label);
    case Line::list:
        return fmt::format("-.->|{} list|", edge.label);
    case Line::child:
        return "---";
    case Line::in:
        return "-.->|in|";
    case Line::strong:
        return "==>|pins|";
    case Line::weak:
        return "-.->|weak|";
    }
    return "---";
}

} // namespace

std::string graph_dot(const Graph &graph) {
    // Without newrank, dot 2.43 gives up on lines between deep clusters.
    std::string out =
        "digraph pidlab {\n"
        "  graph [newrank=true rankdir=LR fontname=\"Helvetica\" labelloc=t nodesep=0.3 "
        "ranksep=0.9";
    if (!graph.title.empty())
        out += " label=" + dot_text(graph.title);
    out += "];\n"
           "  node [fontname=\"Helvetica\" fontsize=11 fontcolor=black];\n"
           "  edge [fontname=\"Helvetica\" fontsize=9];\n";
    if (!graph.consistent)
        out += "  // The lab changed while it was looked at.\n";
    for (const std::string &place : places(graph)) {
        if (!place.empty())
            out += fmt::format(
                "  subgraph cluster_{} {{\n    label=\"\"; style=rounded; color=\"#bbbbbb\";\n",
                place);
        for (const Graph::Node &node : graph.nodes)
            if (is_at(node, place))
                out += (place.empty() ? "  " : "    ") + dot_node(node);
        if (!place.empty())
            out += "  }\n";
    }
    for (const Graph::Edge &edge : merged(graph.edges))
        out += fmt::format("  {} -> {} [label={} {}];\n", graph.nodes[edge.from].key,
                           graph.nodes[edge.to].key, dot_text(edge.label), dot_style(edge.line));
    return out + "}\n";
}

std::string graph_mermaid(const Graph &graph) {
    std::string out;
    if (!graph.title.empty())
        out += fmt::format("---\ntitle: {}\n---\n", nlohmann::json(graph.title).dump());
    out += "flowchart LR\n";
    for (const std::string &place : places(graph)) {
        const char *indent = place.empty() ? "  " : "    ";
        if (!place.empty())
            out += fmt::format("  subgraph in_{} [\" \"]\n", place);
        for (const Graph::Node &node : graph.nodes)
            if (is_at(node, place))
                out += indent + mermaid_node(node) + '\n';
        if (!place.empty())
            out += "  end\n";
    }
    for (const Graph::Edge &edge : merged(graph.edges))
        out += fmt::format("  {} {} {}\n", graph.nodes[edge.from].key, mermaid_edge(edge),
                           graph.nodes[edge.to].key);
    for (const Graph::Node &node : graph.nodes) {
        const Paint colours = paint(node);
        out += fmt::format("  style {} fill:{},stroke:{},color:#000000\n", node.key, colours.fill,
                           colours.border);
    }
    return out;
}

} // namespace pidlab
