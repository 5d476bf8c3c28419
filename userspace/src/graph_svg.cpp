// SPDX-License-Identifier: MIT
// A graph as a drawing, in columns: references to tasks, tasks, pids, references to pids. A task
// and its own pid stand side by side, so most lines are short; namespaces stand above, containers
// below.
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

constexpr double row_height = Svg::line_height;
constexpr double padding = 7;
constexpr double gap = 16;
constexpr double between = 110; // columns: room for the lines
constexpr std::size_t max_columns = 56;
constexpr std::size_t max_lines = 16; // to one list: more would be a wall

/// A box with lines of text. Ports are the heights of its rows, counted from its top.
struct Box {
    std::string title;
    std::vector<std::string> rows;
    std::string classes;
    std::string stripe;
    double x = 0;
    double y = 0;
    double width = 0;

    [[nodiscard]] double height() const {
        return 2 * padding + row_height * static_cast<double>(1 + rows.size()) - 3;
    }
    /// The middle of a row; 0 is the title.
    [[nodiscard]] double port(std::size_t row) const {
        return y + padding + row_height * (static_cast<double>(row) + 0.45);
    }
    [[nodiscard]] double natural_width() const {
        std::size_t most = columns_of(title);
        for (const std::string &row : rows)
            most = std::max(most, columns_of(row));
        return static_cast<double>(std::min(most, max_columns)) * Svg::column + 2 * padding + 8;
    }
};

struct TaskBox {
    const Snapshot::Task *task = nullptr;
    Box box;
    /// Row of each link, and the pid it leads to.
    std::vector<std::pair<std::size_t, pidlab_type>> links;
};

struct PidBox {
    const Snapshot::Pid *pid = nullptr;
    Box box;
    std::map<pidlab_type, std::size_t> rows;
    bool placed = false;
};

struct RefBox {
    const Snapshot::Reference *ref = nullptr;
    Box box;
    double target = 0; ///< height of what it leads to
    bool to_pid = false;
};

class Drawing {
public:
    Drawing(const Snapshot &snapshot, const NameOf &name, std::size_t most)
        : snapshot_(snapshot), name_(name), most_(most) {
        for (std::size_t i = 0; i < snapshot.namespaces.size(); ++i)
            hue_[snapshot.namespaces[i].id] = fmt::format("hue{}", i % 6);
        collect_tasks();
        collect_pids();
        collect_references();
    }

    std::string take() {
        double y = draw_cards(namespace_cards(), 8);
        place(y + 4);
        draw_lines();
        for (const TaskBox &task : tasks_)
            draw(task.box);
        for (const PidBox &pid : pids_)
            draw(pid.box);
        for (const RefBox &ref : refs_)
            draw(ref.box);
        y = bottom_;
        if (left_out_ != 0) {
            svg_.text(8, y + 14, fmt::format("… and {} more tasks, with their pids", left_out_),
                      "dim");
            y += 28;
        }
        if (std::ranges::any_of(pids_, has_a_crowd)) {
            svg_.text(8, y + 14,
                      fmt::format("Lines to lists of more than {} users are left out.", max_lines),
                      "dim");
            y += 28;
        }
        draw_cards(container_cards(), y + 8);
        return svg_.take("graph: references, tasks, pids, and what points at what");
    }

private:
    [[nodiscard]] std::string named(std::uint64_t id) const {
        std::string known = name_(id);
        return known.empty() ? id_text(id) : known;
    }

    // Depth first, so that families stand together.
    void collect_tasks() {
        std::map<std::uint64_t, std::vector<const Snapshot::Task *>> children;
        std::set<std::uint64_t> there;
        for (const Snapshot::Task &task : snapshot_.tasks)
            there.insert(task.id);
        for (const Snapshot::Task &task : snapshot_.tasks) {
            const std::uint64_t above = task.is_thread() ? task.leader : task.parent;
            children[above != task.id && there.contains(above) ? above : 0].push_back(&task);
        }
        std::vector<const Snapshot::Task *> open;
        const auto push = [&](std::uint64_t above) {
            const auto &found = children[above];
            open.insert(open.end(), found.rbegin(), found.rend());
        };
        push(0);
        while (!open.empty()) {
            const Snapshot::Task *task = open.back();
            open.pop_back();
            if (tasks_.size() >= most_) {
                ++left_out_;
            } else {
                drawn_.insert(task->id);
                tasks_.push_back(make(*task));
            }
            push(task->id);
        }
    }

    TaskBox make(const Snapshot::Task &task) {
        TaskBox out;
        out.task = &task;
        const std::string_view mood = mood_of(snapshot_, task);
        out.box.title = task.is_thread() ? fmt::format("{{{}}}", named(task.id)) : named(task.id);
        out.box.classes = fmt::format("task {}", mood);
        out.box.stripe = hue(task.ns);
        std::string state{mood};
        if (task.state != PIDLAB_STATE_RUNNING)
            state += fmt::format(", code {}", task.exit_code);
        if (task.reaper)
            state += ", reaper";
        if (task.usage != 0)
            state += fmt::format("   usage {}", task.usage);
        out.box.rows.push_back(std::move(state));
        std::vector<std::string> in;
        for (const std::uint64_t id : task.containers)
            if (const Snapshot::Container *box = snapshot_.container(id); box && box->parent != 0)
                in.push_back(named(id));
        if (!in.empty())
            out.box.rows.push_back(fmt::format("in {}", fmt::join(in, ", ")));
        add_links(task, out);
        return out;
    }

    // A row for each pid that the task uses, with the types it uses it as.
    void add_links(const Snapshot::Task &task, TaskBox &out) {
        std::vector<std::pair<Snapshot::Link, std::vector<const WordInfo *>>> by_pid;
        for (const WordInfo &type : types()) {
            const Snapshot::Link &link = task.links.at(type.number);
            if (!link.linked())
                continue;
            const auto same = std::ranges::find(by_pid, link, &decltype(by_pid)::value_type::first);
            if (same != by_pid.end())
                same->second.push_back(&type);
            else
                by_pid.push_back({link, {&type}});
        }
        for (const auto &[link, used] : by_pid) {
            std::vector<std::string_view> words;
            for (const WordInfo *type : used)
                words.push_back(type->name);
            out.box.rows.push_back(fmt::format("{} {}", fmt::join(words, " "), link.nr));
            out.links.emplace_back(out.box.rows.size(),
                                   static_cast<pidlab_type>(used.front()->number));
        }
    }

    [[nodiscard]] std::string hue(std::uint64_t ns) const {
        const auto found = hue_.find(ns);
        return found == hue_.end() ? std::string{} : found->second;
    }

    void collect_pids() {
        for (const Snapshot::Pid &pid : snapshot_.pids) {
            if (!is_drawn(pid))
                continue;
            PidBox out;
            out.pid = &pid;
            std::vector<std::int32_t> numbers;
            for (const Snapshot::Number &number : pid.numbers)
                numbers.push_back(number.nr);
            out.box.title = fmt::format("pid {}", fmt::join(numbers, " / "));
            if (pid.id != 0 && pid.count != 0)
                out.box.title += fmt::format("   count {}", pid.count);
            out.box.classes = pid.published ? "pid" : "pid dead";
            out.box.stripe = pid.numbers.empty() ? "" : hue(pid.numbers.back().ns);
            for (const WordInfo &type : types())
                add_users(pid, type, out);
            if (!pid.published)
                out.box.rows.emplace_back("cannot be found");
            pids_.push_back(std::move(out));
        }
    }

    // One that only tasks use that are left out is left out too.
    [[nodiscard]] bool is_drawn(const Snapshot::Pid &pid) const {
        bool used = false;
        for (const auto &users : pid.users)
            for (const std::uint64_t user : users) {
                used = true;
                if (drawn_.contains(user))
                    return true;
            }
        return !used;
    }

    void add_users(const Snapshot::Pid &pid, const WordInfo &type, PidBox &out) const {
        const auto &users = pid.users.at(type.number);
        if (users.empty())
            return;
        std::string row = fmt::format("{}: ", type.name);
        std::size_t told = 0;
        for (const std::uint64_t user : users) {
            const std::string next = fmt::format("{}{}", told ? " → " : "", named(user));
            const bool last = told + 1 == users.size();
            if (columns_of(row) + columns_of(next) > max_columns - (last ? 0 : 14) && told != 0)
                break;
            row += next;
            ++told;
        }
        if (told < users.size())
            row += fmt::format(" → {} more", users.size() - told);
        out.box.rows.push_back(std::move(row));
        out.rows[static_cast<pidlab_type>(type.number)] = out.box.rows.size();
    }

    void collect_references() {
        for (const Snapshot::Reference &ref : snapshot_.references) {
            RefBox out;
            out.ref = &ref;
            out.to_pid = object_of(ref.object) == PIDLAB_OBJECT_PID;
            if (ref.object != 0 && !out.to_pid && snapshot_.task(ref.object) &&
                !drawn_.contains(ref.object))
                continue;
            out.box.title = named(ref.id);
            out.box.classes = ref.weak() ? "ref weak" : "ref pins";
            std::string what =
                fmt::format("{}, {}", hold_word(ref.kind), ref.weak() ? "weak" : "pins");
            if (ref.type != PIDLAB_TYPE_PID)
                what += fmt::format(", {}", find_word(types(), ref.type)->name);
            if (ref.weak() && ref.number != 0)
                what += fmt::format(", nr {}", ref.number);
            out.box.rows.push_back(std::move(what));
            if (ref.gone && ref.weak())
                out.box.rows.emplace_back("leads nowhere");
            refs_.push_back(std::move(out));
        }
    }

    static bool has_a_crowd(const PidBox &pid) {
        return std::ranges::any_of(pid.pid->users,
                                   [](const auto &users) { return users.size() > max_lines; });
    }

    PidBox *pid_of(const Snapshot::Link &link) {
        for (PidBox &pid : pids_)
            if (link.pid != 0 ? pid.pid->id == link.pid
                              : !pid.pid->numbers.empty() && pid.pid->numbers.front().nr == link.nr)
                return &pid;
        return nullptr;
    }

    void place(double top) {
        const auto widest = [](const auto &boxes, auto pick) {
            double out = 0;
            for (const auto &box : boxes)
                if (pick(box))
                    out = std::max(out, box.box.natural_width());
            return out;
        };
        const auto all = [](const auto &) { return true; };
        const double left = widest(refs_, [](const RefBox &ref) { return !ref.to_pid; });
        const double right = widest(refs_, [](const RefBox &ref) { return ref.to_pid; });
        const double middle = widest(tasks_, all);
        const double pid_width = widest(pids_, all);
        const double task_x = left > 0 ? 8 + left + between * 0.7 : 8;
        const double pid_x = task_x + middle + between;
        double y = top;
        for (TaskBox &task : tasks_) {
            put(task.box, task_x, y, middle);
            double high = task.box.height();
            PidBox *own = pid_of(task.task->links[PIDLAB_TYPE_PID]);
            if (own && !own->placed && task.task->links[PIDLAB_TYPE_PID].linked()) {
                put(own->box, pid_x, y, pid_width);
                own->placed = true;
                high = std::max(high, own->box.height());
            }
            y += high + gap;
        }
        for (PidBox &pid : pids_)
            if (!pid.placed) {
                put(pid.box, pid_x, y, pid_width);
                y += pid.box.height() + gap;
            }
        bottom_ = y;
        place_references(8, left, top, false);
        place_references(pid_x + pid_width + between * 0.7, right, top, true);
    }

    void put(Box &box, double x, double y, double width) {
        box.x = x;
        box.y = y;
        box.width = width;
        bottom_ = std::max(bottom_, y + box.height() + gap);
    }

    // Beside what they lead to, and not upon one another.
    void place_references(double x, double width, double top, bool to_pid) {
        std::vector<RefBox *> there;
        for (RefBox &ref : refs_)
            if (ref.to_pid == to_pid) {
                ref.target = bottom_;
                if (const Box *box = target_of(ref))
                    ref.target = box->y;
                there.push_back(&ref);
            }
        std::ranges::stable_sort(there, {}, &RefBox::target);
        double y = top;
        for (RefBox *ref : there) {
            const bool leads = target_of(*ref) != nullptr;
            put(ref->box, x, leads ? std::max(y, ref->target) : y, width);
            y = ref->box.y + ref->box.height() + gap / 2;
        }
    }

    const Box *target_of(const RefBox &ref) const {
        for (const TaskBox &task : tasks_)
            if (task.task->id == ref.ref->object)
                return &task.box;
        for (const PidBox &pid : pids_)
            if (ref.ref->object != 0 && pid.pid->id == ref.ref->object)
                return &pid.box;
        return nullptr;
    }

    void draw_lines() {
        for (const TaskBox &task : tasks_)
            for (const auto &[row, type] : task.links)
                if (const PidBox *pid = pid_of(task.task->links.at(type));
                    pid && pid->pid->users.at(type).size() <= max_lines) {
                    const auto found = pid->rows.find(type);
                    curve(task.box.x + task.box.width, task.box.port(row), pid->box.x,
                          pid->box.port(found == pid->rows.end() ? 0 : found->second),
                          type <= PIDLAB_TYPE_TGID ? "link own" : "link group");
                }
        for (const RefBox &ref : refs_)
            if (const Box *box = target_of(ref)) {
                const char *classes = ref.ref->weak() ? "line weak" : "line pins";
                if (ref.to_pid)
                    curve(ref.box.x, ref.box.port(0), box->x + box->width, box->port(0), classes);
                else
                    curve(ref.box.x + ref.box.width, ref.box.port(0), box->x, box->port(0),
                          classes);
            }
    }

    void curve(double x1, double y1, double x2, double y2, std::string_view classes) {
        const double bend = (x2 - x1) * 0.45;
        svg_.path(fmt::format("M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", x1, y1,
                              x1 + bend, y1, x2 - bend, y2, x2, y2),
                  classes);
        svg_.circle(x2, y2, 3, fmt::format("dot {}", classes));
    }

    void draw(const Box &box) {
        svg_.rect(box.x, box.y, box.width, box.height(), "box " + box.classes, 5);
        if (!box.stripe.empty())
            svg_.rect(box.x + 2, box.y + 4, 4, box.height() - 8, "stripe " + box.stripe, 2);
        const auto most = static_cast<std::size_t>((box.width - 2 * padding - 4) / Svg::column);
        double y = box.y + padding + 11;
        svg_.text(box.x + padding + 6, y, shortened(box.title, most), "strong");
        for (const std::string &row : box.rows) {
            y += row_height;
            svg_.text(box.x + padding + 6, y, shortened(row, most), "row");
        }
    }

    // Cards side by side, as many as a line takes.
    double draw_cards(std::vector<Box> cards, double y) {
        constexpr double line_width = 1150;
        double x = 8;
        double high = 0;
        for (Box &card : cards) {
            card.width = card.natural_width();
            if (x > 8 && x + card.width > line_width) {
                x = 8;
                y += high + gap;
                high = 0;
            }
            card.x = x;
            card.y = y;
            draw(card);
            x += card.width + gap;
            high = std::max(high, card.height());
        }
        return cards.empty() ? y : y + high + gap;
    }

    std::vector<Box> namespace_cards() const {
        std::vector<Box> out;
        for (const Snapshot::Namespace &space : snapshot_.namespaces) {
            if (out.size() >= most_)
                break;
            Box card;
            const std::string known = name_(space.id);
            card.title = space.level == 0    ? "root namespace"
                         : !known.empty()    ? fmt::format("namespace {}", known)
                         : space.reaper != 0 ? fmt::format("namespace of {}", named(space.reaper))
                                             : fmt::format("namespace {}", id_text(space.id));
            card.classes = space.dying ? "ns ending" : "ns";
            card.stripe = hue(space.id);
            std::string where = fmt::format("depth {}", space.level);
            if (space.pid_max != 0)
                where += fmt::format(", last {} of {}, count {}", space.last, space.pid_max,
                                     space.count);
            card.rows = {std::move(where), space.reaper
                                               ? fmt::format("reaper {}", named(space.reaper))
                                               : std::string{"no reaper"}};
            if (space.dying)
                card.rows.emplace_back("gives no more numbers");
            out.push_back(std::move(card));
        }
        return out;
    }

    std::vector<Box> container_cards() const {
        std::vector<Box> out;
        for (const Snapshot::Container &container : snapshot_.containers) {
            Box card;
            card.title = fmt::format("container {}", named(container.id));
            card.classes = "container";
            std::vector<std::string_view> words;
            for (const WordInfo &word : subsystems())
                if (container.subsystems >> word.number & 1)
                    words.push_back(word.name);
            card.rows = {container.parent == 0 ? fmt::format("root of {}", fmt::join(words, "+"))
                                               : fmt::format("in {}", named(container.parent)),
                         fmt::format("{} task{}, count {}", container.tasks,
                                     container.tasks == 1 ? "" : "s", container.count)};
            out.push_back(std::move(card));
        }
        return out;
    }

    const Snapshot &snapshot_;
    const NameOf &name_;
    std::size_t most_;
    std::size_t left_out_ = 0;
    std::set<std::uint64_t> drawn_;
    std::map<std::uint64_t, std::string> hue_;
    std::vector<TaskBox> tasks_;
    std::vector<PidBox> pids_;
    std::vector<RefBox> refs_;
    Svg svg_;
    double bottom_ = 0;
};

} // namespace

std::string draw_graph(const Snapshot &snapshot, const NameOf &name, std::size_t most) {
    return Drawing{snapshot, name, most}.take();
}

} // namespace pidlab
