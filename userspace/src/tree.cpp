// SPDX-License-Identifier: MIT
#include "pidlab/tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/format.hpp"
#include "pidlab/graph.hpp"
#include "pidlab/terminal.hpp"

namespace pidlab {

namespace {

// Deeper branches are drawn at this depth: the page is only so wide.
constexpr std::size_t max_depth = 40;

// They look all the same.
constexpr std::size_t max_gone = 12;

struct Row {
    std::string name;
    std::size_t width = 0; // of the name on screen
    std::string number;
    std::string state;
    std::string group;
    std::vector<std::string> remarks;
};

bool is_thread(const pidlab_task_info &task) { return (task.flags & PIDLAB_TASK_THREAD) != 0; }

bool is_gone(const pidlab_task_info &task) { return task.state == PIDLAB_STATE_DEAD; }

unsigned cpu_of(const pidlab_task_info &task) { return task.flags >> PIDLAB_TASK_CPU_SHIFT; }

// With a snapshot, more is known of those that have not exited.
std::string state_word(const pidlab_task_info &task, const Snapshot *whole = nullptr) {
    const Snapshot::Task *more = whole ? whole->task(task.id) : nullptr;
    if (more)
        return std::string{mood_of(*whole, *more)};
    const WordInfo *word = find_word(states(), task.state);
    return word ? std::string{word->name} : fmt::format("state {}", task.state);
}

std::string number_text(const pidlab_task_info &task, const scenario::State &state,
                        const Snapshot *whole) {
    if (task.nr == 0) {
        const std::int32_t last = state.last_number(task.id);
        return last != 0 ? fmt::format("was pid {}", last) : "no pid";
    }
    if (task.level == 0)
        return fmt::format("pid {}", task.nr);
    const Snapshot::Task *more = whole ? whole->task(task.id) : nullptr;
    std::vector<std::int32_t> numbers;
    if (more)
        for (const Snapshot::Number &number : whole->numbers_of(*more))
            numbers.push_back(number.nr);
    if (numbers.size() > 2)
        return fmt::format("pid {}", fmt::join(numbers, " / "));
    return fmt::format("pid {} ({} at depth {})", task.nr, task.vnr, task.level);
}

std::string join(const std::vector<std::string> &words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

// References that lead to the task: those that pin it, or the others.
std::vector<std::string> references(const pidlab_task_info &task, const scenario::State &state,
                                    bool pinning) {
    std::vector<std::string> out;
    for (const auto &[id, ref] : state.references()) {
        const bool pins = ref.pins_task();
        if (ref.leads_to != task.id || pins != pinning)
            continue;
        const WordInfo *type = find_word(types(), ref.type);
        out.push_back(pins ? state.short_text(ref.id)
                           : fmt::format("{} ({}{})", state.short_text(ref.id), ref.kind->name,
                                         ref.type != PIDLAB_TYPE_PID && type
                                             ? fmt::format(" {}", type->name)
                                             : std::string{}));
    }
    return out;
}

void more_remarks(std::vector<std::string> &out, std::uint64_t id, const scenario::State &state,
                  const Snapshot &whole) {
    if (const std::size_t others = waits_for(whole, id))
        out.push_back(fmt::format("waits for {} other{} to go", others, others == 1 ? "" : "s"));
    const Snapshot::Task *task = whole.task(id);
    std::vector<std::string> in;
    for (const std::uint64_t container : task ? task->containers : std::vector<std::uint64_t>{})
        if (const auto *known = whole.container(container); known && known->parent != 0)
            in.push_back(state.short_text(container));
    if (!in.empty())
        out.push_back("in " + join(in, ", "));
}

std::vector<std::string> remarks(const pidlab_task_info &task,
                                 const std::vector<pidlab_task_info> &tasks,
                                 const scenario::State &state, const Snapshot *whole) {
    std::vector<std::string> out;
    if (is_thread(task))
        out.push_back(fmt::format("thread of {}", state.short_text(task.leader)));
    if (task.flags & PIDLAB_TASK_REAPER)
        out.emplace_back("reaper");
    if (task.flags & PIDLAB_TASK_SESSION && !is_thread(task))
        out.emplace_back("session leader");
    if (task.flags & PIDLAB_TASK_EXECED)
        out.emplace_back("execed");
    if (task.flags & PIDLAB_TASK_AUTOREAP && !is_thread(task))
        out.emplace_back("reaps itself");
    if (task.flags & PIDLAB_TASK_CURR)
        out.push_back(fmt::format("on CPU {}", cpu_of(task)));
    if (whole)
        more_remarks(out, task.id, state, *whole);
    if (task.state != PIDLAB_STATE_RUNNING) {
        out.push_back(fmt::format("code {}", task.exit_code));
        out.push_back(what_pins(task, tasks, state));
        out.push_back(fmt::format("pins {}", bytes_text(task.payload)));
    } else if (task.holds != 0) {
        const auto holders = references(task, state, true);
        out.push_back(holders.empty() ? fmt::format("held {} times", task.holds)
                                      : "held by " + join(holders, ", "));
    }
    const auto others = references(task, state, false);
    if (!others.empty())
        out.push_back("found by " + join(others, ", "));
    return out;
}

class Drawing {
public:
    Drawing(const std::vector<pidlab_task_info> &tasks, const scenario::State &state,
            const TextStyle &style, const Snapshot *whole)
        : tasks_{tasks}, state_{state}, style_{style}, whole_{whole} {
        for (const pidlab_task_info &task : tasks_)
            by_id_.emplace(task.id, &task);
        for (const auto &[id, task] : by_id_)
            children_[parent(*task)].push_back(task);
    }

    std::string text(const std::string &margin) {
        for (const pidlab_task_info *root : children_[0])
            if (!is_gone(*root))
                branch(*root, "", "");
        if (std::any_of(tasks_.begin(), tasks_.end(), is_gone))
            rows_.push_back({"left the tree, still held:", 0, {}, {}, {}, {}});
        std::size_t gone = 0;
        for (const auto &[id, task] : by_id_)
            if (is_gone(*task) && gone++ < max_gone)
                add(*task, "   ", 3);
        const std::size_t left_out = gone - std::min(gone, max_gone);
        const bool lost = drawn_ + left_out != by_id_.size() && rows_.size() < max_tree_rows;
        if (lost)
            rows_.push_back({"reached from nowhere:", 0, {}, {}, {}, {}});
        for (const auto &[id, task] : by_id_)
            if (lost && !is_gone(*task))
                add(*task, "   ", 3);
        return laid_out(margin);
    }

private:
    // Under whom a task is drawn: threads under their leader; 0: at the left.
    [[nodiscard]] std::uint64_t parent(const pidlab_task_info &task) const {
        const std::uint64_t above = is_thread(task) ? task.leader : task.parent;
        return above != task.id && by_id_.contains(above) && !is_gone(task) ? above : 0;
    }

    void branch(const pidlab_task_info &task, const std::string &here, const std::string &below) {
        // No deeper than there are rows.
        if (!add(task, here, columns(here)))
            return;
        const auto found = children_.find(task.id);
        if (found == children_.end())
            return;
        const bool deep = columns(below) >= 3 * max_depth;
        for (const pidlab_task_info *child : found->second) {
            const bool last = child == found->second.back();
            const std::string fork =
                style_.unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
            const std::string line = last ? "   " : (style_.unicode ? "│  " : "|  ");
            branch(*child, below + fork, deep ? below : below + line);
        }
    }

    // False: drawn already, or there is no room for it and what is below.
    bool add(const pidlab_task_info &task, const std::string &front, std::size_t front_width) {
        if (rows_.size() >= max_tree_rows || !seen_.insert(task.id).second)
            return false;
        ++drawn_;
        std::string name = state_.short_text(task.id);
        if (is_thread(task))
            name = fmt::format("{{{}}}", name);
        Row row;
        row.width = front_width + name.size();
        row.name = front + name;
        row.number = number_text(task, state_, whole_);
        row.state = state_word(task, whole_);
        if (task.pgid != 0)
            row.group = fmt::format("group {} session {}", task.pgid, task.sid);
        row.remarks = remarks(task, tasks_, state_, whole_);
        rows_.push_back(std::move(row));
        return true;
    }

    static std::size_t columns(std::string_view text) {
        return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }));
    }

    [[nodiscard]] std::string coloured(const Row &row, const std::string &state) const {
        const char *colour = "";
        if (row.state == "running")
            colour = "\033[32m";
        else if (row.state == "zombie" || row.state == "ending")
            colour = "\033[33m";
        else if (row.state == "frozen")
            colour = "\033[36m";
        else if (row.state == "dead")
            colour = "\033[31m";
        return style_.colour ? fmt::format("{}{}\033[0m", colour, state) : state;
    }

    [[nodiscard]] std::string laid_out(const std::string &margin) const {
        std::size_t name = 0;
        std::size_t number = 0;
        std::size_t group = 0;
        for (const Row &row : rows_) {
            name = std::max(name, row.width);
            number = std::max(number, row.number.size());
            group = std::max(group, row.group.size());
        }
        std::string out;
        for (const Row &row : rows_) {
            std::string line = margin + row.name;
            if (!row.number.empty())
                line += fmt::format("{:{}}  {:{}}  {}  {:{}}  {}", "", name - row.width, row.number,
                                    number, coloured(row, fmt::format("{:7}", row.state)),
                                    row.group, group, join(row.remarks, "; "));
            out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        }
        if (drawn_ < by_id_.size())
            out += fmt::format("{}... and {} more\n", margin, by_id_.size() - drawn_);
        return out;
    }

    const std::vector<pidlab_task_info> &tasks_;
    const scenario::State &state_;
    const TextStyle &style_;
    const Snapshot *whole_;
    std::map<std::uint64_t, const pidlab_task_info *> by_id_; // ids grow: order of making
    std::map<std::uint64_t, std::vector<const pidlab_task_info *>> children_;
    std::set<std::uint64_t> seen_;
    std::vector<Row> rows_;
    std::size_t drawn_ = 0;
};

void add_more(nlohmann::ordered_json &out, const Snapshot &whole, const Snapshot::Task &task) {
    out["numbers"] = nlohmann::ordered_json::array();
    for (const Snapshot::Number &number : whole.numbers_of(task))
        out["numbers"].push_back({{"ns", number.ns}, {"nr", number.nr}});
    out["containers"] = task.containers;
    out["frozen"] = task.frozen;
    out["waits_for"] = waits_for(whole, task.id);
}

} // namespace

TextStyle TextStyle::of_stdout() { return {utf8_locale(), colours_wanted(STDOUT_FILENO)}; }

std::string render_tree(const std::vector<pidlab_task_info> &tasks, const scenario::State &state,
                        const TextStyle &style, const std::string &margin, const Snapshot *whole) {
    return Drawing{tasks, state, style, whole}.text(margin);
}

std::size_t waits_for(const Snapshot &whole, std::uint64_t id) {
    const Snapshot::Task *task = whole.task(id);
    if (!task || mood_of(whole, *task) != "ending")
        return 0;
    // Whoever has a number in the namespace is in it, or in one inside.
    return static_cast<std::size_t>(
        std::count_if(whole.tasks.begin(), whole.tasks.end(), [&](const Snapshot::Task &other) {
            const auto numbers = whole.numbers_of(other);
            return other.id != id &&
                   std::any_of(numbers.begin(), numbers.end(), [&](const Snapshot::Number &number) {
                       return number.ns == task->ns;
                   });
        }));
}

std::string what_pins(const pidlab_task_info &task, const std::vector<pidlab_task_info> &tasks,
                      const scenario::State &state) {
    std::vector<std::string> out;
    if (task.state == PIDLAB_STATE_ZOMBIE) {
        const bool threads = std::any_of(tasks.begin(), tasks.end(), [&](const auto &other) {
            return other.leader == task.id && other.id != task.id && !is_gone(other);
        });
        out.push_back(threads ? "its threads still run"
                              : fmt::format("not reaped by {}", state.short_text(task.parent)));
    }
    const auto holders = references(task, state, true);
    if (!holders.empty())
        out.push_back("held by " + join(holders, ", "));
    else if (task.holds != 0)
        out.push_back(fmt::format("held {} times", task.holds));
    if (task.state == PIDLAB_STATE_DEAD && task.flags & PIDLAB_TASK_CURR)
        out.push_back(fmt::format("CPU {} has not switched away", cpu_of(task)));
    if (task.state == PIDLAB_STATE_DEAD && out.empty())
        out.emplace_back("its grace period has not ended");
    return join(out, ", ");
}

nlohmann::ordered_json tree_json(const std::vector<pidlab_task_info> &tasks,
                                 const scenario::State &state, const Snapshot *whole) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const pidlab_task_info &task : tasks) {
        nlohmann::ordered_json flags = nlohmann::ordered_json::array();
        static constexpr std::pair<unsigned, const char *> words[] = {
            {PIDLAB_TASK_THREAD, "thread"},     {PIDLAB_TASK_REAPER, "reaper"},
            {PIDLAB_TASK_SESSION, "session"},   {PIDLAB_TASK_EXECED, "execed"},
            {PIDLAB_TASK_AUTOREAP, "autoreap"}, {PIDLAB_TASK_CURR, "curr"}};
        for (const auto &[bit, word] : words)
            if (task.flags & bit)
                flags.push_back(word);
        out.push_back({{"id", task.id},
                       {"name", state.name(task.id)},
                       {"parent", task.parent},
                       {"leader", task.leader},
                       {"pid", task.pid},
                       {"ns", task.ns},
                       {"nr", task.nr},
                       {"vnr", task.vnr},
                       {"level", task.level},
                       {"tgid", task.tgid},
                       {"pgid", task.pgid},
                       {"sid", task.sid},
                       {"state", state_word(task, whole)},
                       {"flags", std::move(flags)},
                       {"exit_code", task.exit_code},
                       {"usage", task.usage},
                       {"rcu_users", task.rcu_users},
                       {"holds", task.holds},
                       {"payload", task.payload},
                       {"pinned_by", what_pins(task, tasks, state)}});
        if (const Snapshot::Task *more = whole ? whole->task(task.id) : nullptr)
            add_more(out.back(), *whole, *more);
    }
    std::sort(out.begin(), out.end(),
              [](const auto &a, const auto &b) { return a["id"] < b["id"]; });
    return out;
}

} // namespace pidlab
