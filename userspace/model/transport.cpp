// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "operation.hpp"
#include "pidlab/model.hpp"
#include "pidlab/table.hpp"
#include "sizes.hpp"

namespace pidlab {

namespace {

constexpr std::uint64_t plenty = std::uint64_t{1} << 40; ///< what max_bytes says
constexpr std::uint64_t default_hash_bits = 12;

const model::Generation *find_generation(std::uint64_t number) {
    for (const model::Generation &generation : model::generations())
        if (generation.number == number)
            return &generation;
    if (const WordInfo *word = find_word(generations(), number))
        throw NotModelled(fmt::format("the generation `{}'", word->name));
    return nullptr;
}

std::uint64_t value_or_default(const SettingInfo &row, const pidlab_setup &arg) {
    if (arg.given >> row.slot & 1)
        return arg.value[row.slot];
    if (row.slot == PIDLAB_SET_TASK_PAYLOAD)
        return model::size::payload;
    return row.default_value == PIDLAB_AUTO ? plenty : row.default_value;
}

/// Whether the form is right: nothing unknown, nothing out of range, zero where nothing is given.
bool well_formed(const pidlab_setup &arg) {
    std::uint64_t slots = 0;
    for (const SettingInfo &row : settings()) {
        slots |= std::uint64_t{1} << row.slot;
        const std::uint64_t value = arg.value[row.slot];
        if ((arg.given >> row.slot & 1) && (value < row.min || value > row.max))
            return false;
    }
    for (unsigned slot = 0; slot < PIDLAB_SETTING_SLOTS; ++slot)
        if (!(arg.given >> slot & 1) && arg.value[slot] != 0)
            return false;
    return arg.flags == 0 && (arg.given & ~slots) == 0;
}

} // namespace

ModelTransport::ModelTransport() {
    settings_.size = sizeof(settings_);
    settings_.abi = PIDLAB_ABI_VERSION;
    settings_.opcodes = ops().back().opcode;
    for (const model::Generation &generation : model::generations())
        settings_.generations |= 1u << generation.number;
    settings_.bytes_of[PIDLAB_SIZE_TASK] = model::size::task;
    settings_.bytes_of[PIDLAB_SIZE_PAYLOAD] = model::size::payload;
    settings_.bytes_of[PIDLAB_SIZE_PID0] = model::size::pid(0);
    settings_.bytes_of[PIDLAB_SIZE_PID1] = model::size::pid(1);
    settings_.bytes_of[PIDLAB_SIZE_PID4] = model::size::pid(4);
    settings_.bytes_of[PIDLAB_SIZE_TREF] = model::size::task_ref;
    settings_.bytes_of[PIDLAB_SIZE_REF] = model::size::ref;
    settings_.bytes_of[PIDLAB_SIZE_NS] = model::size::ns;
    settings_.bytes_of[PIDLAB_SIZE_CONTAINER] = model::size::container;
    settings_.bytes_of[PIDLAB_SIZE_RCU_UNION] = model::size::rcu_head;
    settings_.bytes_of[PIDLAB_SIZE_RCU_APART] = model::size::rcu_head + sizeof(std::uint64_t);
    settings_.bytes_of[PIDLAB_SIZE_LAB] = model::size::lab;
}

ModelTransport::~ModelTransport() = default;

int ModelTransport::setup(pidlab_setup &arg) {
    arg.init_task = 0;
    if (!well_formed(arg))
        return EINVAL;
    if (universe_)
        return EBUSY;
    if (arg.value[PIDLAB_SET_BUGS])
        throw NotModelled("bugs of the time: it does what is right");
    pidlab_info now = settings_;
    for (const SettingInfo &row : settings())
        now.setting[row.slot] = value_or_default(row, arg);
    const model::Generation *const generation = find_generation(now.setting[PIDLAB_SET_GENERATION]);
    if (!generation)
        return EINVAL;
    if (now.setting[PIDLAB_SET_HASH_BITS] == 0)
        now.setting[PIDLAB_SET_HASH_BITS] = default_hash_bits;
    const auto &set = now.setting;
    const model::Limits limits{
        .pid_max = static_cast<int>(set[PIDLAB_SET_PID_MAX]),
        .payload = set[PIDLAB_SET_TASK_PAYLOAD],
        .tasks = set[PIDLAB_SET_MAX_TASKS],
        .refs = set[PIDLAB_SET_MAX_REFS],
        .namespaces = set[PIDLAB_SET_MAX_NS],
        .containers = set[PIDLAB_SET_MAX_CONTAINERS],
        .bytes = set[PIDLAB_SET_MAX_BYTES],
        .cpus = static_cast<unsigned>(set[PIDLAB_SET_CPUS]),
        .rcu_layout = static_cast<unsigned>(set[PIDLAB_SET_RCU_LAYOUT]),
        .hooks = static_cast<unsigned>(set[PIDLAB_SET_HOOKS]),
    };
    universe_ = std::make_unique<model::Universe>(*generation, limits);
    settings_ = now;
    settings_.ready = 1;
    settings_.init_task = arg.init_task = universe_->init();
    return 0;
}

RunStatus ModelTransport::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    if ((flags & ~static_cast<std::uint32_t>(PIDLAB_RUN_STOP)) || ops.size() > PIDLAB_RUN_MAX)
        return {EINVAL, 0};
    if (!universe_)
        return {EBADFD, 0};
    std::size_t done = 0;
    for (pidlab_op &op : ops) {
        model::execute(*universe_, op);
        ++done;
        if (op.error && (flags & PIDLAB_RUN_STOP))
            break;
    }
    return {0, done};
}

int ModelTransport::info(pidlab_info &out) {
    out = settings_;
    if (universe_) {
        universe_->grace_period();
        universe_->count(out);
    }
    return 0;
}

int ModelTransport::check(pidlab_check &out, std::span<pidlab_task_info> room) {
    out = {};
    out.size = sizeof(out);
    if (!universe_)
        return EBADFD;
    universe_->grace_period();
    const std::vector<pidlab_task_info> tasks = universe_->snapshot();
    out.digest = universe_->digest();
    out.room = static_cast<std::uint32_t>(room.size());
    out.count = static_cast<std::uint32_t>(tasks.size());
    std::copy_n(tasks.begin(), std::min(tasks.size(), room.size()), room.begin());
    return 0;
}

int ModelTransport::snapshot(Snapshot &out) {
    if (!universe_)
        return EBADFD;
    universe_->grace_period();
    out = universe_->portrait();
    return 0;
}

bool ModelTransport::has(std::uint64_t id) const { return universe_ && universe_->exists(id); }

bool ModelTransport::knows(std::uint16_t opcode) { return model::has_operation(opcode); }

bool ModelTransport::waits_for_grace_period(const pidlab_op &op) const {
    if (!universe_)
        return false;
    if (op.opcode == PIDLAB_OP_FORK && universe_->at_limit(op.flags & PIDLAB_F_NEWPID))
        return true;
    if (op.opcode == PIDLAB_OP_UNSHARE && universe_->at_limit(true))
        return true;
    return std::ranges::any_of(op.arg, [&](std::uint64_t id) { return universe_->waits(id); });
}

} // namespace pidlab
