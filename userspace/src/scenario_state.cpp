// SPDX-License-Identifier: MIT
#include "pidlab/scenario_state.hpp"

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/scenario_names.hpp"

namespace pidlab::scenario {

void State::start(std::uint64_t init_task) {
    *this = State{};
    bind(init_name, {NameClass::task, init_task, nullptr, {}, 0, 0});
}

const Bound *State::find(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

void State::bind(std::string_view name, const Bound &bound) {
    if (const Bound *old = find(name)) {
        const auto known = name_of_.find(old->value);
        if (known != name_of_.end() && known->second == name)
            name_of_.erase(known);
    }
    names_.insert_or_assign(std::string{name}, bound);
    const bool is_object = bound.what != NameClass::number && bound.what != NameClass::digest;
    // The first of two names stays: t, then a loop's w for what wait answered.
    if (is_object && bound.value != 0)
        name_of_.try_emplace(bound.value, name);
}

void State::note(const OpInfo &op, const pidlab_op &done, std::size_t line) {
    if (op.opcode == PIDLAB_OP_PUT) {
        refs_.erase(done.arg[0]);
        return;
    }
    const auto results = op.outputs();
    for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i].kind == PIDLAB_ARG_REF)
            refs_.insert_or_assign(done.res[i], made(op, done, done.res[i], line));
}

HeldRef State::made(const OpInfo &op, const pidlab_op &done, std::uint64_t id,
                    std::size_t line) const {
    HeldRef ref;
    ref.kind = &op;
    if (op.args[0].kind == PIDLAB_ARG_REF) {
        // A copy refers to what the copied one was made of.
        const auto copied = refs_.find(done.arg[0]);
        if (copied != refs_.end())
            ref = copied->second;
    } else if (meaning(op.args[0].kind) == Meaning::object) {
        ref.target = done.arg[0];
    } else {
        ref.number = static_cast<std::int64_t>(done.arg[0]);
    }
    for (std::size_t arg = 0; arg < op.operands().size(); ++arg)
        if (op.args[arg].kind == PIDLAB_ARG_TYPE)
            ref.type = static_cast<pidlab_type>(done.arg[arg]);
    ref.id = id;
    ref.op = &op;
    ref.line = line;
    ref.leads_to = ref.pins_task() ? ref.target : 0;
    return ref;
}

void State::follow(std::uint64_t ref, std::uint64_t task) {
    const auto found = refs_.find(ref);
    if (found != refs_.end())
        found->second.leads_to = task;
}

void State::learn(const std::vector<pidlab_task_info> &tasks) {
    for (auto &[id, seen] : seen_)
        seen.now = false;
    for (const pidlab_task_info &task : tasks) {
        Seen &seen = seen_[task.id];
        seen.now = task.nr != 0;
        if (task.nr != 0)
            seen.nr = task.nr;
        if (task.pid != 0)
            owner_of_.insert_or_assign(task.pid, task.id);
        if (task.ns != 0 && task.vnr == 1)
            owner_of_.insert_or_assign(task.ns, task.id);
    }
}

std::string_view State::name(std::uint64_t id) const {
    const auto found = name_of_.find(id);
    return found == name_of_.end() ? std::string_view{} : std::string_view{found->second};
}

std::string State::short_text(std::uint64_t id) const {
    const std::string_view known = name(id);
    return known.empty() ? id_text(id) : std::string{known};
}

std::string State::number_text(std::uint64_t task) const {
    const auto found = seen_.find(task);
    if (found == seen_.end() || found->second.nr == 0)
        return {};
    return fmt::format("{} {}", found->second.now ? "pid" : "was pid", found->second.nr);
}

std::string State::text(std::uint64_t id) const {
    std::string more;
    const auto owner = owner_of_.find(id);
    switch (object_of(id)) {
    case PIDLAB_OBJECT_TASK:
        more = number_text(id);
        break;
    case PIDLAB_OBJECT_PID:
        if (owner != owner_of_.end())
            more = fmt::format("struct pid of {}", short_text(owner->second));
        break;
    case PIDLAB_OBJECT_NS:
        if (owner != owner_of_.end())
            more = fmt::format("namespace of {}", short_text(owner->second));
        break;
    default:
        break;
    }
    if (more.empty())
        return short_text(id);
    // "struct pid of t" says more than "pid#5".
    if (name(id).empty() && object_of(id) != PIDLAB_OBJECT_TASK)
        return more;
    return fmt::format("{} ({})", short_text(id), more);
}

std::string State::text(const HeldRef &ref) const {
    const std::string of =
        ref.target != 0 ? short_text(ref.target) : fmt::format("number {}", ref.number);
    const WordInfo *type = find_word(types(), ref.type);
    return fmt::format("{} ({} of {}{}, line {})", short_text(ref.id), ref.op->name, of,
                       type && ref.type != PIDLAB_TYPE_PID ? fmt::format(" as {}", type->name)
                                                           : std::string{},
                       ref.line);
}

std::int32_t State::last_number(std::uint64_t task) const {
    const auto found = seen_.find(task);
    return found == seen_.end() ? 0 : found->second.nr;
}

} // namespace pidlab::scenario
