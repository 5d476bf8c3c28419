// SPDX-License-Identifier: MIT
#include "pidlab/lab.hpp"

#include <algorithm>
#include <array>

#include "pidlab/device.hpp"

namespace pidlab {

Lab Lab::open(const std::string &path) { return Lab(std::make_unique<DeviceTransport>(path)); }

TaskId Lab::setup(const Settings &settings) {
    pidlab_setup arg = settings.encode();
    throw_if(transport_->setup(arg), "SETUP", Source::ioctl);
    init_ = TaskId{arg.init_task};
    return init_;
}

RunStatus Lab::try_run(std::span<pidlab_op> ops, std::uint32_t flags) {
    std::size_t done = 0;
    while (done < ops.size()) {
        const auto batch =
            ops.subspan(done, std::min<std::size_t>(ops.size() - done, PIDLAB_RUN_MAX));
        const RunStatus status = transport_->run(batch, flags);
        done += status.done;
        // Results of executed operations are written, so going on repeats nothing.
        const bool interrupted = status.error == EINTR && status.done > 0;
        if (status.error && !interrupted)
            return {status.error, done};
        const bool stopped = (flags & PIDLAB_RUN_STOP) && done > 0 && ops[done - 1].error != 0;
        if (stopped || status.done == 0)
            break;
    }
    return {0, done};
}

std::size_t Lab::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    const RunStatus status = try_run(ops, flags);
    throw_if(status.error, "RUN", Source::ioctl);
    return status.done;
}

int Lab::try_execute(pidlab_op &op) {
    run(std::span(&op, 1));
    return -op.error;
}

void Lab::execute(pidlab_op &op) {
    const int error = try_execute(op);
    if (!error)
        return;
    const OpInfo *info = find_op(op.opcode);
    throw Error(info ? std::string(info->name) : "operation " + std::to_string(op.opcode), error,
                Source::operation);
}

Info Lab::info() {
    pidlab_info raw{};
    throw_if(transport_->info(raw), "INFO", Source::ioctl);
    return Info(raw);
}

RefFd Lab::ref_fd(RefId ref, std::uint32_t flags) {
    pidlab_ref_fd arg{};
    arg.flags = flags;
    arg.ref = ref.raw();
    throw_if(transport_->ref_fd(arg), "REF_FD", Source::ioctl);
    return RefFd{arg.fd};
}

CheckResult Lab::check() {
    CheckResult result;
    pidlab_check raw{};
    // The lab may grow between two requests when others use it too.
    for (std::size_t room = room_;; room = raw.count + raw.count / 8 + 16) {
        result.tasks.resize(room);
        throw_if(transport_->check(raw, result.tasks), "CHECK", Source::ioctl);
        if (raw.count <= room)
            break;
    }
    result.tasks.resize(raw.count);
    room_ = std::max<std::size_t>(64, raw.count + raw.count / 8);

    result.digest = raw.digest;
    result.violation_count = raw.violations;
    const auto listed = std::min<std::uint32_t>(raw.violations, PIDLAB_CHECK_MAX);
    for (std::uint32_t i = 0; i < listed; ++i)
        result.violations.push_back({static_cast<pidlab_violation>(raw.code[i]), raw.object[i]});
    return result;
}

std::optional<Snapshot> Lab::snapshot() {
    Snapshot out;
    const int error = transport_->snapshot(out);
    if (error == ENOTTY)
        return std::nullopt;
    throw_if(error, "SNAPSHOT", Source::ioctl);
    return out;
}

void Lab::control(pidlab_control &arg) {
    throw_if(transport_->control(arg), "CONTROL", Source::ioctl);
}

Snapshot Lab::look() {
    if (auto all = snapshot())
        return std::move(*all);
    return snapshot_of_tasks(check().tasks);
}

std::uint64_t Lab::digest() {
    pidlab_check raw{};
    throw_if(transport_->check(raw, {}), "CHECK", Source::ioctl);
    return raw.digest;
}

} // namespace pidlab
