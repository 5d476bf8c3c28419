// SPDX-License-Identifier: MIT
#include "pidlab/snapshot.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "pidlab/table.hpp"

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view holds[] = {"task", "rcu", "pid", "tref", "fd", "watch"};

template <typename Object> const Object *find(const std::vector<Object> &in, std::uint64_t id) {
    const auto found =
        std::find_if(in.begin(), in.end(), [id](const Object &object) { return object.id == id; });
    return id == 0 || found == in.end() ? nullptr : &*found;
}

std::string_view word_of(std::span<const WordInfo> table, std::uint32_t number) {
    const WordInfo *word = find_word(table, number);
    return word ? word->name : "?";
}

std::uint32_t number_of(std::span<const WordInfo> table, const json &word, const char *what) {
    const WordInfo *found = find_word(table, word.get_ref<const std::string &>());
    if (!found)
        throw std::invalid_argument(fmt::format("no {} is called {}", what, word.dump()));
    return found->number;
}

json mask_json(std::uint32_t mask) {
    json out = json::array();
    for (const WordInfo &word : subsystems())
        if (mask >> word.number & 1)
            out.push_back(word.name);
    return out;
}

std::uint32_t mask_from(const json &words) {
    std::uint32_t mask = 0;
    for (const json &word : words)
        mask |= 1U << number_of(subsystems(), word, "subsystem");
    return mask;
}

json to_json(const Snapshot::Task &task) {
    json links = json::object();
    for (const WordInfo &type : types()) {
        const Snapshot::Link &link = task.links.at(type.number);
        if (link.linked())
            links[std::string{type.name}] = {{"pid", link.pid}, {"nr", link.nr}};
    }
    return {{"id", task.id},
            {"parent", task.parent},
            {"leader", task.leader},
            {"state", word_of(states(), task.state)},
            {"exit_code", task.exit_code},
            {"usage", task.usage},
            {"rcu_users", task.rcu_users},
            {"links", std::move(links)},
            {"ns", task.ns},
            {"reaper", task.reaper},
            {"frozen", task.frozen},
            {"containers", task.containers}};
}

json to_json(const Snapshot::Pid &pid) {
    json numbers = json::array();
    for (const Snapshot::Number &number : pid.numbers)
        numbers.push_back({{"ns", number.ns}, {"nr", number.nr}});
    json users = json::object();
    for (const WordInfo &type : types())
        if (!pid.users.at(type.number).empty())
            users[std::string{type.name}] = pid.users.at(type.number);
    return {{"id", pid.id},
            {"count", pid.count},
            {"level", pid.level},
            {"published", pid.published},
            {"numbers", std::move(numbers)},
            {"users", std::move(users)}};
}

json to_json(const Snapshot::Namespace &ns) {
    return {{"id", ns.id},       {"parent", ns.parent},   {"level", ns.level},
            {"last", ns.last},   {"pid_max", ns.pid_max}, {"reaper", ns.reaper},
            {"dying", ns.dying}, {"count", ns.count}};
}

json to_json(const Snapshot::Container &container) {
    return {{"id", container.id},       {"parent", container.parent},
            {"root", container.root},   {"subsystems", mask_json(container.subsystems)},
            {"tasks", container.tasks}, {"count", container.count}};
}

json to_json(const Snapshot::Reference &ref) {
    return {{"id", ref.id},         {"kind", hold_word(ref.kind)},
            {"object", ref.object}, {"type", word_of(types(), ref.type)},
            {"number", ref.number}, {"gone", ref.gone}};
}

template <typename Object> json list_json(const std::vector<Object> &objects) {
    json out = json::array();
    for (const Object &object : objects)
        out.push_back(to_json(object));
    return out;
}

void from_json(const json &from, Snapshot::Task &task) {
    from.at("id").get_to(task.id);
    from.at("parent").get_to(task.parent);
    from.at("leader").get_to(task.leader);
    task.state = static_cast<pidlab_state>(number_of(states(), from.at("state"), "state"));
    from.at("exit_code").get_to(task.exit_code);
    from.at("usage").get_to(task.usage);
    from.at("rcu_users").get_to(task.rcu_users);
    for (const auto &[type, link] : from.at("links").items()) {
        Snapshot::Link &to = task.links.at(number_of(types(), json(type), "type"));
        link.at("pid").get_to(to.pid);
        link.at("nr").get_to(to.nr);
    }
    from.at("ns").get_to(task.ns);
    from.at("reaper").get_to(task.reaper);
    from.at("frozen").get_to(task.frozen);
    from.at("containers").get_to(task.containers);
}

void from_json(const json &from, Snapshot::Pid &pid) {
    from.at("id").get_to(pid.id);
    from.at("count").get_to(pid.count);
    from.at("level").get_to(pid.level);
    from.at("published").get_to(pid.published);
    for (const json &number : from.at("numbers"))
        pid.numbers.push_back(
            {number.at("ns").get<std::uint64_t>(), number.at("nr").get<std::int32_t>()});
    for (const auto &[type, users] : from.at("users").items())
        users.get_to(pid.users.at(number_of(types(), json(type), "type")));
}

void from_json(const json &from, Snapshot::Namespace &ns) {
    from.at("id").get_to(ns.id);
    from.at("parent").get_to(ns.parent);
    from.at("level").get_to(ns.level);
    from.at("last").get_to(ns.last);
    from.at("pid_max").get_to(ns.pid_max);
    from.at("reaper").get_to(ns.reaper);
    from.at("dying").get_to(ns.dying);
    from.at("count").get_to(ns.count);
}

void from_json(const json &from, Snapshot::Container &container) {
    from.at("id").get_to(container.id);
    from.at("parent").get_to(container.parent);
    from.at("root").get_to(container.root);
    container.subsystems = mask_from(from.at("subsystems"));
    from.at("tasks").get_to(container.tasks);
    from.at("count").get_to(container.count);
}

void from_json(const json &from, Snapshot::Reference &ref) {
    from.at("id").get_to(ref.id);
    const auto &kind = from.at("kind").get_ref<const std::string &>();
    const auto *const found = std::find(std::begin(holds), std::end(holds), kind);
    if (found == std::end(holds))
        throw std::invalid_argument(fmt::format("no kind of reference is called {}", kind));
    ref.kind = static_cast<Snapshot::Hold>(found - std::begin(holds));
    from.at("object").get_to(ref.object);
    ref.type = static_cast<pidlab_type>(number_of(types(), from.at("type"), "type"));
    from.at("number").get_to(ref.number);
    from.at("gone").get_to(ref.gone);
}

template <typename Object>
void list_from(const json &from, const char *name, std::vector<Object> &to) {
    for (const json &object : from.at(name))
        from_json(object, to.emplace_back());
}

} // namespace

std::string_view hold_word(Snapshot::Hold kind) { return holds[static_cast<std::size_t>(kind)]; }

const Snapshot::Task *Snapshot::task(std::uint64_t id) const { return find(tasks, id); }
const Snapshot::Pid *Snapshot::pid(std::uint64_t id) const { return find(pids, id); }
const Snapshot::Namespace *Snapshot::ns(std::uint64_t id) const { return find(namespaces, id); }
const Snapshot::Container *Snapshot::container(std::uint64_t id) const {
    return find(containers, id);
}
const Snapshot::Reference *Snapshot::reference(std::uint64_t id) const {
    return find(references, id);
}

std::vector<Snapshot::Number> Snapshot::numbers_of(const Task &task) const {
    const Link &own = task.links[PIDLAB_TYPE_PID];
    if (const Pid *found = pid(own.pid))
        return found->numbers;
    if (own.nr != 0)
        return {{task.ns, own.nr}};
    return {};
}

Snapshot snapshot_of_tasks(std::span<const pidlab_task_info> tasks) {
    Snapshot out;
    std::map<std::uint64_t, Snapshot::Namespace> spaces;
    std::map<std::int32_t, std::uint64_t> own; // pids by their numbers
    for (const pidlab_task_info &info : tasks)
        if (info.nr != 0)
            own.insert_or_assign(info.nr, info.pid);
    for (const pidlab_task_info &info : tasks) {
        const auto link = [&own](std::int32_t nr) {
            const auto found = own.find(nr);
            return Snapshot::Link{found == own.end() ? 0 : found->second, nr};
        };
        Snapshot::Task task;
        task.id = info.id;
        task.parent = info.parent;
        task.leader = info.leader;
        task.state = static_cast<pidlab_state>(info.state);
        task.exit_code = info.exit_code;
        task.usage = info.usage;
        task.rcu_users = info.rcu_users;
        task.links = {Snapshot::Link{info.pid, info.nr}, link(info.tgid), link(info.pgid),
                      link(info.sid)};
        task.ns = info.ns;
        task.reaper = (info.flags & PIDLAB_TASK_REAPER) != 0;
        out.tasks.push_back(task);
        if (info.ns == 0)
            continue;
        Snapshot::Namespace &space = spaces[info.ns];
        space.id = info.ns;
        space.level = info.level;
        if (task.reaper)
            space.reaper = info.id;
        if (info.nr != 0)
            out.pids.push_back({info.pid, 0, info.level, true, {{info.ns, info.vnr}}, {}});
    }
    for (const auto &[id, space] : spaces)
        out.namespaces.push_back(space);
    return out;
}

nlohmann::ordered_json snapshot_json(const Snapshot &snapshot) {
    return {{"consistent", snapshot.consistent},
            {"sequence", snapshot.sequence},
            {"tasks", list_json(snapshot.tasks)},
            {"pids", list_json(snapshot.pids)},
            {"namespaces", list_json(snapshot.namespaces)},
            {"containers", list_json(snapshot.containers)},
            {"references", list_json(snapshot.references)}};
}

Snapshot snapshot_from_json(const nlohmann::ordered_json &json) {
    Snapshot out;
    try {
        json.at("consistent").get_to(out.consistent);
        json.at("sequence").get_to(out.sequence);
        list_from(json, "tasks", out.tasks);
        list_from(json, "pids", out.pids);
        list_from(json, "namespaces", out.namespaces);
        list_from(json, "containers", out.containers);
        list_from(json, "references", out.references);
    } catch (const nlohmann::json::exception &error) {
        throw std::invalid_argument(fmt::format("not a snapshot: {}", error.what()));
    }
    return out;
}

} // namespace pidlab
