// SPDX-License-Identifier: MIT
#include "pidlab/graph.hpp"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/format.hpp"
#include "pidlab/table.hpp"

namespace pidlab {

namespace {

using Kind = Graph::Kind;
using Line = Graph::Line;

class Maker {
public:
    Maker(const Snapshot &snapshot, const NameOf &name) : snapshot_(snapshot), name_(name) {}

    Graph take(std::string title) {
        out_.title = std::move(title);
        out_.consistent = snapshot_.consistent;
        for (const Snapshot::Namespace &space : snapshot_.namespaces)
            add(space);
        for (const Snapshot::Task &task : snapshot_.tasks)
            add(task);
        for (std::size_t i = 0; i < snapshot_.pids.size(); ++i)
            add(snapshot_.pids[i], i);
        for (const Snapshot::Container &container : snapshot_.containers)
            add(container);
        for (const Snapshot::Reference &ref : snapshot_.references)
            add(ref);
        for (const Snapshot::Task &task : snapshot_.tasks)
            connect(task);
        for (std::size_t i = 0; i < snapshot_.pids.size(); ++i)
            connect(snapshot_.pids[i], pid_nodes_[i]);
        for (const Snapshot::Namespace &space : snapshot_.namespaces)
            edge(space.parent, space.id, Line::child);
        for (const Snapshot::Container &container : snapshot_.containers)
            edge(container.parent, container.id, Line::child);
        for (const Snapshot::Reference &ref : snapshot_.references)
            connect(ref);
        return std::move(out_);
    }

private:
    std::string named(std::uint64_t id) const {
        std::string known = name_(id);
        return known.empty() ? id_text(id) : known;
    }

    std::string place(std::uint64_t ns) const {
        const auto found = node_of_.find(ns);
        return found == node_of_.end() ? std::string{} : out_.nodes[found->second].key;
    }

    Graph::Node &node(std::uint64_t id, std::string_view prefix, Kind kind) {
        node_of_[id] = out_.nodes.size();
        Graph::Node &out = out_.nodes.emplace_back();
        out.key = fmt::format("{}{}", prefix, id >> PIDLAB_ID_KIND_BITS);
        out.kind = kind;
        return out;
    }

    void edge(std::uint64_t from, std::uint64_t to, Line line, std::string label = {}) {
        const auto begin = node_of_.find(from);
        const auto end = node_of_.find(to);
        if (begin != node_of_.end() && end != node_of_.end())
            out_.edges.push_back({begin->second, end->second, line, std::move(label)});
    }

    void add(const Snapshot::Namespace &space) {
        Graph::Node &out = node(space.id, "ns", Kind::ns);
        out.name =
            space.level == 0 ? "root namespace" : fmt::format("namespace {}", space_name(space));
        if (space.pid_max != 0)
            out.facts = {
                fmt::format("depth {}, last {} of {}", space.level, space.last, space.pid_max),
                fmt::format("count {}", space.count)};
        else
            out.facts = {fmt::format("depth {}", space.level)};
        out.facts.push_back(space.reaper ? "reaper " + named(space.reaper) : "no reaper");
        if (space.dying) {
            out.mood = "dying";
            out.facts.emplace_back("gives no more numbers");
        }
    }

    // A namespace without a name goes by its init.
    std::string space_name(const Snapshot::Namespace &space) const {
        const std::string known = name_(space.id);
        if (!known.empty())
            return known;
        return space.reaper ? "of " + named(space.reaper) : id_text(space.id);
    }

    void add(const Snapshot::Task &task) {
        Graph::Node &out = node(task.id, "task", Kind::task);
        out.name = task.is_thread() ? fmt::format("{{{}}}", named(task.id)) : named(task.id);
        out.mood = mood_of(snapshot_, task);
        out.place = place(task.ns);
        std::string state = out.mood;
        if (task.state != PIDLAB_STATE_RUNNING)
            state += fmt::format(", code {}", task.exit_code);
        if (task.reaper)
            state += ", reaper";
        out.facts = {std::move(state),
                     fmt::format("usage {}, rcu_users {}", task.usage, task.rcu_users)};
        std::vector<std::string> containers;
        for (const std::uint64_t id : task.containers)
            if (const Snapshot::Container *box = snapshot_.container(id); box && box->parent != 0)
                containers.push_back(named(id));
        if (!containers.empty())
            out.facts.push_back(fmt::format("in {}", fmt::join(containers, ", ")));
    }

    void add(const Snapshot::Pid &pid, std::size_t index) {
        pid_nodes_.push_back(out_.nodes.size());
        Graph::Node &out = node(pid.id, "pid", Kind::pid);
        if (pid.id == 0) {
            node_of_.erase(0);
            out.key = fmt::format("nr{}", index);
        }
        const std::int32_t nr = pid.numbers.empty() ? 0 : pid.numbers.front().nr;
        out.name = fmt::format("pid {}", nr);
        numbers_[nr] = out_.nodes.size() - 1;
        for (std::size_t level = 1; level < pid.numbers.size(); ++level)
            out.name += fmt::format(" / {}", pid.numbers[level].nr);
        if (!pid.numbers.empty())
            out.place = place(pid.numbers.back().ns);
        if (pid.id != 0 && pid.count != 0)
            out.facts.push_back(fmt::format("count {}", pid.count));
        if (!pid.published) {
            out.mood = "dying";
            out.facts.emplace_back("cannot be found");
        }
        for (const WordInfo &type : types()) {
            std::vector<std::string> users;
            for (const std::uint64_t user : pid.users.at(type.number))
                users.push_back(named(user));
            if (!users.empty())
                out.facts.push_back(fmt::format("{}: {}", type.name, fmt::join(users, " → ")));
        }
    }

    void add(const Snapshot::Container &container) {
        Graph::Node &out = node(container.id, "container", Kind::container);
        out.name = named(container.id);
        std::vector<std::string_view> words;
        for (const WordInfo &word : subsystems())
            if (container.subsystems >> word.number & 1)
                words.push_back(word.name);
        out.facts = {container.parent == 0 ? fmt::format("root of {}", fmt::join(words, "+"))
                                           : fmt::format("{}", fmt::join(words, "+")),
                     fmt::format("{} task{}, count {}", container.tasks,
                                 container.tasks == 1 ? "" : "s", container.count)};
    }

    void add(const Snapshot::Reference &ref) {
        Graph::Node &out = node(ref.id, "ref", Kind::reference);
        out.name = named(ref.id);
        std::string what =
            fmt::format("{} ({})", hold_word(ref.kind), ref.weak() ? "weak" : "strong");
        const WordInfo *type = find_word(types(), ref.type);
        if (type && ref.type != PIDLAB_TYPE_PID)
            what += fmt::format(", {}", type->name);
        out.facts = {std::move(what)};
        if (ref.weak() && ref.number != 0)
            out.facts.push_back(fmt::format("remembers {}", ref.number));
        if (ref.gone && ref.weak()) {
            out.mood = "dead";
            out.facts.emplace_back("leads nowhere");
        }
    }

    void connect(const Snapshot::Task &task) {
        for (const WordInfo &type : types()) {
            const Snapshot::Link &link = task.links.at(type.number);
            if (!link.linked())
                continue;
            // A thread's group and session are its leader's.
            if (node_of_.contains(link.pid)) {
                edge(task.id, link.pid, Line::link, std::string{type.name});
            } else if (const auto found = numbers_.find(link.nr); found != numbers_.end()) {
                out_.edges.push_back(
                    {node_of_.at(task.id), found->second, Line::link, std::string{type.name}});
            }
        }
        edge(task.parent, task.id, Line::child);
        for (const std::uint64_t container : task.containers)
            edge(task.id, container, Line::in);
    }

    // The list of a type begins at the pid and goes from user to user.
    void connect(const Snapshot::Pid &pid, std::size_t from) {
        for (const WordInfo &type : types()) {
            std::size_t last = from;
            for (const std::uint64_t user : pid.users.at(type.number)) {
                const auto found = node_of_.find(user);
                if (found == node_of_.end())
                    continue;
                out_.edges.push_back({last, found->second, Line::list, std::string{type.name}});
                last = found->second;
            }
        }
    }

    void connect(const Snapshot::Reference &ref) {
        const Line line = ref.weak() ? Line::weak : Line::strong;
        if (node_of_.contains(ref.object)) {
            edge(ref.id, ref.object, line);
        } else if (const auto found = numbers_.find(ref.number);
                   !ref.gone && ref.weak() && found != numbers_.end()) {
            // A number without a struct pid is what it follows.
            out_.edges.push_back({node_of_.at(ref.id), found->second, line, {}});
        }
    }

    const Snapshot &snapshot_;
    const NameOf &name_;
    Graph out_;
    std::map<std::uint64_t, std::size_t> node_of_;
    std::map<std::int32_t, std::size_t> numbers_; // nodes of pids by their numbers in the root
    std::vector<std::size_t> pid_nodes_;
};

} // namespace

std::string_view mood_of(const Snapshot &snapshot, const Snapshot::Task &task) {
    if (task.state == PIDLAB_STATE_ZOMBIE)
        return "zombie";
    if (task.state == PIDLAB_STATE_DEAD)
        return "dead";
    const Snapshot::Namespace *space = snapshot.ns(task.ns);
    if (space && space->dying && space->reaper == task.id)
        return "ending";
    return task.frozen ? "frozen" : "running";
}

Graph make_graph(const Snapshot &snapshot, const NameOf &name, std::string title) {
    return Maker{snapshot, name}.take(std::move(title));
}

nlohmann::ordered_json graph_json(const Graph &graph) {
    static constexpr std::string_view kinds[] = {"task", "pid", "ns", "container", "reference"};
    static constexpr std::string_view lines[] = {"link", "list", "child", "in", "strong", "weak"};
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const Graph::Node &node : graph.nodes)
        nodes.push_back({{"key", node.key},
                         {"kind", kinds[static_cast<std::size_t>(node.kind)]},
                         {"name", node.name},
                         {"facts", node.facts},
                         {"mood", node.mood},
                         {"place", node.place}});
    nlohmann::ordered_json edges = nlohmann::ordered_json::array();
    for (const Graph::Edge &edge : graph.edges)
        edges.push_back({{"from", graph.nodes[edge.from].key},
                         {"to", graph.nodes[edge.to].key},
                         {"line", lines[static_cast<std::size_t>(edge.line)]},
                         {"label", edge.label}});
    return {{"title", graph.title},
            {"consistent", graph.consistent},
            {"nodes", std::move(nodes)},
            {"edges", std::move(edges)}};
}

} // namespace pidlab
