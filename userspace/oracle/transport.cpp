// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>

#include "operations.hpp"
#include "pidlab/oracle.hpp"

namespace pidlab {

namespace {

using oracle::Pid;
using oracle::Task;
using oracle::World;

/// A hash step, in the manner of FNV.
std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    return (hash ^ value) * 0x100000001b3;
}

pidlab_task_info describe(World &world, const Task &task) {
    const auto number = [&](int host) {
        const std::shared_ptr<Pid> pid = world.pid_by_host(host);
        return pid ? pid->in(*world.root()) : 0;
    };
    const auto leader_of = [&](int host) -> std::uint64_t {
        const std::shared_ptr<Pid> pid = world.pid_by_host(host);
        const Task *const found = pid ? world.task_of(*pid) : nullptr;
        return found ? found->id : 0;
    };
    pidlab_task_info info{};
    info.id = task.id;
    info.parent = leader_of(task.seen.parent);
    info.leader = leader_of(task.tgid);
    info.pid = task.pid->id;
    info.ns = task.ns().id;
    info.nr = task.pid->in(*world.root());
    info.vnr = task.pid->in(task.ns());
    info.tgid = number(task.tgid);
    info.pgid = number(task.seen.group);
    info.sid = number(task.seen.session);
    info.level = task.ns().level;
    info.state = task.seen.zombie() ? PIDLAB_STATE_ZOMBIE : PIDLAB_STATE_RUNNING;
    info.flags = task.leads() ? 0 : PIDLAB_TASK_THREAD;
    if (info.vnr == 1 && !task.seen.zombie())
        info.flags |= PIDLAB_TASK_REAPER;
    if (info.leader == info.id && info.sid == info.nr)
        info.flags |= PIDLAB_TASK_SESSION;
    info.exit_code = task.seen.zombie() ? task.proc.process_code() : 0;
    return info;
}

std::uint64_t digest_of(const pidlab_task_info &info) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto number = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
    const std::uint64_t parts[] = {info.parent,           info.leader,      number(info.nr),
                                   number(info.pgid),     number(info.sid), number(info.state),
                                   number(info.exit_code)};
    for (const std::uint64_t part : parts)
        hash = mixed(hash, part);
    return hash;
}

} // namespace

OracleTransport::OracleTransport() : world_(std::make_unique<World>()) {}
OracleTransport::~OracleTransport() = default;

int OracleTransport::setup(pidlab_setup &arg) {
    if (ready_)
        return EBUSY;
    for (const SettingInfo &row : pidlab::settings()) {
        const bool asked = arg.given >> row.slot & 1;
        if (asked && !oracle_lacks_setting(row.slot).empty())
            return EOPNOTSUPP;
        if (asked && (arg.value[row.slot] < row.min || arg.value[row.slot] > row.max))
            return EINVAL;
        setup_.value[row.slot] = asked ? arg.value[row.slot] : row.default_value;
    }
    if ((arg.given >> PIDLAB_SET_GENERATION & 1) &&
        arg.value[PIDLAB_SET_GENERATION] != PIDLAB_GEN_IDR)
        return EOPNOTSUPP;
    setup_.value[PIDLAB_SET_GENERATION] = PIDLAB_GEN_IDR;
    const bool given = arg.given >> PIDLAB_SET_PID_MAX & 1;
    setup_.value[PIDLAB_SET_PID_MAX] = static_cast<std::uint64_t>(world_->agents().set_pid_max(
        world_->init().proc, given ? static_cast<long>(arg.value[PIDLAB_SET_PID_MAX]) : 0));
    world_->settle();
    arg.init_task = world_->init_id();
    ready_ = true;
    return 0;
}

RunStatus OracleTransport::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    if (ops.size() > PIDLAB_RUN_MAX || (flags & ~PIDLAB_RUN_STOP))
        return {EINVAL, 0};
    if (!ready_)
        return {EBADFD, 0};
    std::size_t done = 0;
    for (pidlab_op &op : ops) {
        oracle::execute(*world_, op);
        ++done;
        if (op.error && (flags & PIDLAB_RUN_STOP))
            break;
    }
    return {0, done};
}

int OracleTransport::info(pidlab_info &out) {
    out = {};
    out.size = sizeof(out);
    out.abi = PIDLAB_ABI_VERSION;
    out.ready = ready_ ? 1 : 0;
    out.generations = 1U << PIDLAB_GEN_IDR;
    for (const OpInfo &op : pidlab::ops())
        out.opcodes = std::max<std::uint32_t>(out.opcodes, op.opcode);
    if (!ready_)
        return 0;
    world_->look();
    out.init_task = world_->init_id();
    std::copy(std::begin(setup_.value), std::end(setup_.value), std::begin(out.setting));
    for (const auto &[id, task] : world_->tasks()) {
        ++out.counter[PIDLAB_CTR_TASKS];
        ++out.counter[task->seen.zombie() ? PIDLAB_CTR_ZOMBIES : PIDLAB_CTR_RUNNING];
    }
    out.counter[PIDLAB_CTR_PIDS] = world_->pids().size();
    out.counter[PIDLAB_CTR_NAMESPACES] = world_->namespaces();
    out.counter[PIDLAB_CTR_REFS] = world_->refs();
    out.counter[PIDLAB_CTR_FORKS] = world_->forks();
    return 0;
}

bool OracleTransport::exists(std::uint64_t id) const {
    return world_->task(id) || world_->pid(id) || world_->ns(id) || world_->ref(id);
}

int OracleTransport::check(pidlab_check &out, std::span<pidlab_task_info> room) {
    if (!ready_)
        return EBADFD;
    out = {};
    out.size = sizeof(out);
    world_->look();
    for (const auto &[id, task] : world_->tasks()) {
        const pidlab_task_info info = describe(*world_, *task);
        out.digest += digest_of(info);
        if (out.count < room.size())
            room[out.count] = info;
        ++out.count;
    }
    return 0;
}

} // namespace pidlab
