// SPDX-License-Identifier: MIT
#include "pidlab/timeline.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/snapshot_changes.hpp"
#include "pidlab/table.hpp"

namespace pidlab {

namespace {

Timeline::Phase phase_of(const Snapshot &now, const Snapshot::Task &task) {
    switch (task.state) {
    case PIDLAB_STATE_ZOMBIE:
        return Timeline::Phase::zombie;
    case PIDLAB_STATE_DEAD:
        return Timeline::Phase::dead;
    case PIDLAB_STATE_RUNNING:
        break;
    }
    const Snapshot::Namespace *space = now.ns(task.ns);
    if (space && space->dying && space->reaper == task.id)
        return Timeline::Phase::ending;
    return task.frozen ? Timeline::Phase::frozen : Timeline::Phase::running;
}

std::uint64_t actor_of(const pidlab_op &op) {
    const OpInfo *info = find_op(op.opcode);
    const auto index = info ? info->actor() : std::nullopt;
    return index ? op.arg[*index] : 0;
}

Snapshot::Hold hold_of(const OpInfo &op) {
    switch (op.opcode) {
    case PIDLAB_OP_HOLD_PID:
        return Snapshot::Hold::pid;
    case PIDLAB_OP_RCU_GET:
        return Snapshot::Hold::rcu;
    case PIDLAB_OP_HOLD_TASK:
        return Snapshot::Hold::task;
    default:
        return Snapshot::Hold::tref;
    }
}

void close(Timeline::Span &span, double at) {
    span.end = at;
    span.open = false;
}

} // namespace

std::string_view phase_word(Timeline::Phase phase) {
    static constexpr std::string_view words[] = {"running", "frozen", "ending", "zombie", "dead"};
    return words[static_cast<std::size_t>(phase)];
}

void TimelineBuilder::on_setup(const Info &info) {
    bytes_ = info.counter(PIDLAB_CTR_BYTES);
    look();
}

void TimelineBuilder::on_counters(const scenario::Statement &, const Info &info) {
    bytes_ = info.counter(PIDLAB_CTR_BYTES);
}

void TimelineBuilder::on_step(const scenario::Step &step) {
    if (step.op)
        act(*step.op, step.statement.at, step.outcome);
}

void TimelineBuilder::on_failure(const scenario::Diagnostic &why) {
    failed_ = true;
    act({}, why.at, why.message);
    if (!out_.acts.empty() && out_.left_out == 0)
        out_.acts.back().refused = true;
}

void TimelineBuilder::act(const pidlab_op &op, const scenario::Range &at,
                          const std::string &outcome) {
    if (out_.acts.size() >= max_acts || crowded_) {
        ++out_.left_out;
        return;
    }
    Timeline::Act done;
    done.at = now_;
    done.line = at.line;
    done.text = scenario::printable(source_.line(at.line).substr(at.offset, at.length));
    if (const OpInfo *info = find_op(op.opcode)) {
        done.op = info->name;
        done.outcome = outcome.empty() ? result_text(op) : outcome;
    } else {
        done.outcome = outcome;
    }
    done.actor = actor_of(op);
    done.refused = op.error != 0;
    out_.acts.push_back(std::move(done));
    if (op.opcode != 0 && op.error == 0)
        follow_references(op);
    now_ += Timeline::Act::length;
    look();
    now_ = out_.acts.back().at + 1;
}

// References made and dropped: every transport tells of these, by the operations themselves.
void TimelineBuilder::follow_references(const pidlab_op &op) {
    const double at = now_ + Timeline::Act::length;
    if (op.opcode == PIDLAB_OP_PUT) {
        if (const auto found = hold_of_.find(op.arg[0]); found != hold_of_.end())
            close(out_.holds[found->second].span, at);
        return;
    }
    const OpInfo &info = *find_op(op.opcode);
    for (std::size_t i = 0; i < info.outputs().size(); ++i) {
        if (info.results[i].kind != PIDLAB_ARG_REF || hold_of_.contains(op.res[i]))
            continue;
        Timeline::Hold hold;
        hold.id = op.res[i];
        hold.kind = pidlab::hold_of(info);
        hold.target = meaning(info.args[0].kind) == Meaning::object ? op.arg[0] : 0;
        hold.of = hold.target ? "" : fmt::format("number {}", static_cast<int>(op.arg[0]));
        hold.op = info.name;
        // A copy is of what the copied one is of.
        if (const auto copied = hold_of_.find(hold.target); copied != hold_of_.end()) {
            hold.kind = out_.holds[copied->second].kind;
            hold.of = out_.holds[copied->second].of;
            hold.target = out_.holds[copied->second].target;
            if (info.opcode == PIDLAB_OP_WATCH)
                hold.kind = Snapshot::Hold::watch;
        }
        hold.span.begin = at;
        hold_of_.emplace(hold.id, out_.holds.size());
        out_.holds.push_back(std::move(hold));
    }
}

void TimelineBuilder::look() {
    const Snapshot now = lab_.look();
    crowded_ = objects_in(now) > max_objects;
    for (const Snapshot::Namespace &space : now.namespaces)
        if (!space_of_.contains(space.id)) {
            space_of_.emplace(space.id, out_.spaces.size());
            out_.spaces.push_back({space.id, {}, space.level, {now_, now_, true}});
        }
    std::erase_if(space_of_, [&](const auto &known) {
        if (now.ns(known.first))
            return false;
        close(out_.spaces[known.second].span, now_);
        return true;
    });
    std::map<std::uint64_t, const Snapshot::Task *> there;
    for (const Snapshot::Task &task : now.tasks) {
        there.emplace(task.id, &task);
        follow(now, task);
    }
    std::erase_if(life_of_, [&](const auto &known) {
        if (there.contains(known.first))
            return false;
        Timeline::Life &life = out_.lives[known.second];
        close(life.span, now_);
        close(life.phases.back().second, now_);
        return true;
    });
    const auto held = std::ranges::count_if(
        out_.holds, [](const Timeline::Hold &hold) { return hold.span.open; });
    out_.samples.push_back(
        {now_, now.tasks.size(), now.pids.size(), static_cast<std::uint64_t>(held), bytes_});
}

void TimelineBuilder::follow(const Snapshot &now, const Snapshot::Task &task) {
    const Timeline::Phase phase = phase_of(now, task);
    auto found = life_of_.find(task.id);
    if (found == life_of_.end()) {
        Timeline::Life life;
        life.id = task.id;
        life.ns = task.ns;
        life.parent = task.parent;
        const auto numbers = now.numbers_of(task);
        life.nr = task.links[PIDLAB_TYPE_PID].nr;
        life.vnr = numbers.empty() ? 0 : numbers.back().nr;
        life.thread = task.is_thread();
        life.span = {now_, now_, true};
        life.phases.emplace_back(phase, life.span);
        found = life_of_.emplace(task.id, out_.lives.size()).first;
        out_.lives.push_back(std::move(life));
    }
    Timeline::Life &life = out_.lives[found->second];
    life.exit_code = task.exit_code;
    if (life.phases.back().first != phase) {
        close(life.phases.back().second, now_);
        life.phases.emplace_back(phase, Timeline::Span{now_, now_, true});
    }
}

void TimelineBuilder::on_snapshot(const scenario::Statement &, const CheckResult &,
                                  const scenario::State &state) {
    const auto learn = [&](auto &list) {
        for (auto &object : list)
            if (object.name.empty())
                object.name = state.name(object.id);
    };
    learn(out_.spaces);
    learn(out_.lives);
    learn(out_.holds);
    for (Timeline::Hold &hold : out_.holds)
        if (hold.of.empty())
            hold.of = state.name(hold.target);
}

// One that has no name goes by its init.
std::string TimelineBuilder::space_name(const Timeline::Space &space) const {
    if (space.level == 0)
        return "root";
    const auto init = std::ranges::find_if(out_.lives, [&](const Timeline::Life &life) {
        return life.ns == space.id && life.vnr == 1;
    });
    return init == out_.lives.end() ? id_text(space.id) : "of " + init->name;
}

Timeline TimelineBuilder::finish() {
    // A scenario that ends well ends with a grace period.
    if (!failed_ && out_.left_out == 0) {
        pidlab_op gp{};
        gp.opcode = PIDLAB_OP_GP;
        act(gp, {}, "at the end");
    }
    out_.end = now_;
    const auto run_on = [this](Timeline::Span &span) {
        if (span.open)
            span.end = out_.end;
    };
    for (Timeline::Life &life : out_.lives) {
        run_on(life.span);
        run_on(life.phases.back().second);
        if (life.name.empty())
            life.name = id_text(life.id);
    }
    for (Timeline::Space &space : out_.spaces) {
        run_on(space.span);
        if (space.name.empty())
            space.name = space_name(space);
    }
    for (Timeline::Hold &hold : out_.holds) {
        run_on(hold.span);
        if (hold.name.empty())
            hold.name = id_text(hold.id);
        if (hold.of.empty())
            hold.of = id_text(hold.target);
    }
    return out_;
}

} // namespace pidlab
