// SPDX-License-Identifier: MIT
// Namespaces and containers as trees.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/format.hpp"
#include "pidlab/table.hpp"
#include "pidlab/tree.hpp"

namespace pidlab {

namespace {

struct Row {
    std::string front; ///< branches and name
    std::size_t width = 0;
    std::string facts;
};

// Objects that have a parent, below it.
template <typename Object> class Drawing {
public:
    using Name = std::string (*)(const Object &, const scenario::State &);

    Drawing(const std::vector<Object> &objects, const scenario::State &state,
            const TextStyle &style, Name name, Name facts)
        : state_{state}, style_{style}, name_{name}, facts_{facts} {
        for (const Object &object : objects)
            children_[object.parent].push_back(&object);
    }

    std::string text(const std::string &margin) {
        for (const Object *root : children_[0])
            branch(*root, "", 0, "");
        std::size_t width = 0;
        for (const Row &row : rows_)
            width = std::max(width, row.width);
        std::string out;
        for (const Row &row : rows_)
            out +=
                fmt::format("{}{}{:{}}  {}\n", margin, row.front, "", width - row.width, row.facts);
        return out;
    }

private:
    void branch(const Object &object, const std::string &here, std::size_t depth,
                const std::string &below) {
        // Depth is at most 32, and parents come before their children.
        if (rows_.size() >= max_tree_rows)
            return;
        const std::string name = name_(object, state_);
        rows_.push_back({here + name, 3 * depth + name.size(), facts_(object, state_)});
        const auto found = children_.find(object.id);
        if (found == children_.end())
            return;
        for (const Object *child : found->second) {
            const bool last = child == found->second.back();
            const std::string fork =
                style_.unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
            const std::string line = last ? "   " : (style_.unicode ? "│  " : "|  ");
            branch(*child, below + fork, depth + 1, below + line);
        }
    }

    const scenario::State &state_;
    const TextStyle &style_;
    Name name_;
    Name facts_;
    std::map<std::uint64_t, std::vector<const Object *>> children_;
    std::vector<Row> rows_;
};

std::string space_name(const Snapshot::Namespace &space, const scenario::State &state) {
    if (space.level == 0)
        return "root";
    if (!state.name(space.id).empty())
        return std::string{state.name(space.id)};
    return space.reaper != 0 ? fmt::format("of {}", state.short_text(space.reaper))
                             : id_text(space.id);
}

std::string space_facts(const Snapshot::Namespace &space, const scenario::State &state) {
    std::string out = fmt::format("depth {}", space.level);
    if (space.pid_max != 0)
        out += fmt::format("; last number {}, below {}; count {}", space.last, space.pid_max,
                           space.count);
    out += space.reaper != 0 ? fmt::format("; reaper {}", state.short_text(space.reaper))
                             : std::string{"; no reaper"};
    return space.dying ? out + "; gives no more numbers" : out;
}

std::string container_name(const Snapshot::Container &container, const scenario::State &state) {
    return state.short_text(container.id);
}

std::string container_facts(const Snapshot::Container &container, const scenario::State &) {
    std::vector<std::string_view> words;
    for (const WordInfo &word : subsystems())
        if (container.subsystems >> word.number & 1)
            words.push_back(word.name);
    return fmt::format("{}{} task{}; count {}",
                       container.parent == 0 ? fmt::format("root of {}; ", fmt::join(words, "+"))
                                             : std::string{},
                       container.tasks, container.tasks == 1 ? "" : "s", container.count);
}

} // namespace

std::string render_spaces(const Snapshot &whole, const scenario::State &state,
                          const TextStyle &style, const std::string &margin) {
    std::string out;
    if (whole.namespaces.size() > 1)
        out += margin + "namespaces\n" +
               Drawing<Snapshot::Namespace>{whole.namespaces, state, style, space_name, space_facts}
                   .text(margin);
    if (!whole.containers.empty())
        out += (out.empty() ? "" : "\n") + margin + "containers\n" +
               Drawing<Snapshot::Container>{whole.containers, state, style, container_name,
                                            container_facts}
                   .text(margin);
    return out;
}

} // namespace pidlab
