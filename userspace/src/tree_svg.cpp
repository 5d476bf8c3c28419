// SPDX-License-Identifier: MIT
// Tasks below their parents as a drawing.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/ranges.h>

#include "pidlab/format.hpp"
#include "pidlab/pictures.hpp"
#include "pidlab/table.hpp"
#include "svg.hpp"

namespace pidlab {

namespace {

constexpr double row_height = 24;
constexpr double indent = 22;
constexpr std::size_t max_rows = 300;
constexpr std::size_t max_depth = 24; // deeper branches are drawn at this depth

struct Row {
    const Snapshot::Task *task = nullptr;
    std::size_t depth = 0;
    std::size_t above = 0; ///< index of the row it hangs from; its own: from none
    std::string name;
    std::string numbers;
    std::string group;
    std::string remarks;
};

class Drawing {
public:
    Drawing(const Snapshot &snapshot, const NameOf &name) : snapshot_(snapshot), name_(name) {
        std::set<std::uint64_t> there;
        for (const Snapshot::Task &task : snapshot.tasks)
            there.insert(task.id);
        for (const Snapshot::Task &task : snapshot.tasks) {
            const std::uint64_t above = task.is_thread() ? task.leader : task.parent;
            children_[above != task.id && there.contains(above) ? above : 0].push_back(&task);
        }
        for (const Snapshot::Task *root : children_[0])
            add(*root, 0, rows_.size());
    }

    std::string take() {
        columns();
        svg_.text(12, 16, "task", "dim");
        svg_.text(numbers_x_, 16, "pid, at every depth", "dim");
        svg_.text(state_x_, 16, "state", "dim");
        svg_.text(group_x_, 16, "group, session", "dim");
        svg_.line(8, 24, remarks_x_ + remarks_width_, 24, "rule");
        for (std::size_t i = 0; i < rows_.size(); ++i)
            draw(rows_[i], i);
        if (rows_.size() < snapshot_.tasks.size())
            svg_.text(12, y(rows_.size()) + 14,
                      fmt::format("… and {} more", snapshot_.tasks.size() - rows_.size()), "dim");
        return svg_.take("tree of tasks");
    }

private:
    [[nodiscard]] std::string named(std::uint64_t id) const {
        std::string known = name_(id);
        return known.empty() ? id_text(id) : known;
    }

    // Children as they were made; no row twice, whatever parents say.
    void add(const Snapshot::Task &task, std::size_t depth, std::size_t above) {
        if (rows_.size() >= max_rows || !seen_.insert(task.id).second)
            return;
        const std::size_t here = rows_.size();
        rows_.push_back(make(task, std::min(depth, max_depth), above));
        const auto found = children_.find(task.id);
        if (found == children_.end())
            return;
        for (const Snapshot::Task *child : found->second)
            add(*child, depth + 1, here);
    }

    Row make(const Snapshot::Task &task, std::size_t depth, std::size_t above) const {
        Row out;
        out.task = &task;
        out.depth = depth;
        out.above = above;
        out.name = task.is_thread() ? fmt::format("{{{}}}", named(task.id)) : named(task.id);
        std::vector<std::int32_t> numbers;
        for (const Snapshot::Number &number : snapshot_.numbers_of(task))
            numbers.push_back(number.nr);
        out.numbers = numbers.empty() ? "none" : fmt::format("{}", fmt::join(numbers, " / "));
        const Snapshot::Link &group = task.links[PIDLAB_TYPE_PGID];
        if (group.linked())
            out.group = fmt::format("{}, {}", group.nr, task.links[PIDLAB_TYPE_SID].nr);
        std::vector<std::string> remarks;
        if (task.is_thread())
            remarks.push_back("thread of " + named(task.leader));
        if (task.reaper)
            remarks.emplace_back("reaper");
        if (task.state != PIDLAB_STATE_RUNNING)
            remarks.push_back(fmt::format("code {}", task.exit_code));
        for (const std::uint64_t id : task.containers)
            if (const Snapshot::Container *box = snapshot_.container(id); box && box->parent != 0)
                remarks.push_back("in " + named(id));
        for (const Snapshot::Reference &ref : snapshot_.references)
            if (ref.object == task.id)
                remarks.push_back(
                    fmt::format("{} {}", ref.weak() ? "found by" : "held by", named(ref.id)));
        if (remarks.size() > max_remarks) {
            const std::size_t more = remarks.size() - max_remarks;
            remarks.resize(max_remarks);
            remarks.push_back(fmt::format("{} more", more));
        }
        out.remarks = fmt::format("{}", fmt::join(remarks, "; "));
        return out;
    }

    void columns() {
        std::size_t numbers = 19;
        std::size_t group = 14;
        double name = 40;
        for (const Row &row : rows_) {
            name = std::max(name, static_cast<double>(row.depth) * indent +
                                      static_cast<double>(columns_of(row.name)) * Svg::column);
            numbers = std::max(numbers, std::min<std::size_t>(columns_of(row.numbers), 40));
            group = std::max(group, columns_of(row.group));
            remarks_width_ = std::max(remarks_width_,
                                      static_cast<double>(columns_of(row.remarks)) * Svg::column);
        }
        numbers_x_ = 30 + name + 24;
        state_x_ = numbers_x_ + static_cast<double>(numbers) * Svg::column + 20;
        group_x_ = state_x_ + 90;
        remarks_x_ = group_x_ + static_cast<double>(group) * Svg::column + 20;
    }

    static double y(std::size_t row) { return 30 + static_cast<double>(row) * row_height; }
    static double x(std::size_t depth) { return 16 + static_cast<double>(depth) * indent; }

    void draw(const Row &row, std::size_t index) {
        const double middle = y(index) + row_height / 2;
        if (row.above != index) {
            const double stem = x(rows_[row.above].depth);
            svg_.path(fmt::format("M{:.1f} {:.1f}V{:.1f}H{:.1f}", stem,
                                  y(row.above) + row_height / 2 + 5, middle, x(row.depth) - 6),
                      row.task->is_thread() ? "branch thread" : "branch");
        }
        const std::string mood{mood_of(snapshot_, *row.task)};
        svg_.circle(x(row.depth), middle, 5, "node " + mood);
        svg_.text(x(row.depth) + 12, middle + 4, row.name, "strong");
        svg_.text(numbers_x_, middle + 4, shortened(row.numbers, 40));
        svg_.rect(state_x_ - 4, middle - 9, 66, 18, "badge " + mood, 9);
        svg_.text(state_x_ + 29, middle + 4, mood, "middle inbar");
        svg_.text(group_x_, middle + 4, row.group);
        svg_.text(remarks_x_, middle + 4, row.remarks, "dim");
    }

    static constexpr std::size_t max_remarks = 5;

    const Snapshot &snapshot_;
    const NameOf &name_;
    std::map<std::uint64_t, std::vector<const Snapshot::Task *>> children_;
    std::set<std::uint64_t> seen_;
    std::vector<Row> rows_;
    Svg svg_;
    double numbers_x_ = 0;
    double state_x_ = 0;
    double group_x_ = 0;
    double remarks_x_ = 0;
    double remarks_width_ = 0;
};

} // namespace

std::string draw_tree(const Snapshot &snapshot, const NameOf &name) {
    return Drawing{snapshot, name}.take();
}

} // namespace pidlab
