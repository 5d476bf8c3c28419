// SPDX-License-Identifier: MIT
#include "pidlab/fd_transport.hpp"

#include <algorithm>
#include <cerrno>

namespace pidlab {

/// Whether an instruction is about a file. What is wrong in form the lab is to say itself.
bool FdTransport::is_ours(const pidlab_op &op) {
    if (op.flags || op.arg[1] || op.arg[2] || op.arg[3])
        return false;
    const std::lock_guard lock(mutex_);
    switch (op.opcode) {
    case PIDLAB_OP_WATCH:
        return true;
    case PIDLAB_OP_DUP:
    case PIDLAB_OP_EVENT:
    case PIDLAB_OP_PUT:
        return files_.contains(op.arg[0]);
    default:
        return false;
    }
}

RunStatus FdTransport::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    std::size_t done = 0;
    while (done < ops.size()) {
        const auto rest = ops.subspan(done);
        const auto ours = std::ranges::find_if(rest, [this](auto &op) { return is_ours(op); });
        const auto others = static_cast<std::size_t>(ours - rest.begin());
        if (others > 0) {
            const RunStatus status = lab_->run(rest.first(others), flags);
            done += status.done;
            if (status.error || status.done < others)
                return {status.error, done};
            const bool failed = rest[others - 1].error != 0;
            if (failed && (flags & PIDLAB_RUN_STOP))
                return {0, done};
            continue;
        }
        pidlab_op &op = rest.front();
        std::ranges::fill(op.res, 0);
        op.error = static_cast<std::int16_t>(-execute(op));
        ++done;
        if (op.error && (flags & PIDLAB_RUN_STOP))
            break;
    }
    return {0, done};
}

int FdTransport::execute(pidlab_op &op) {
    switch (op.opcode) {
    case PIDLAB_OP_EVENT:
        return tell(op);
    case PIDLAB_OP_PUT: {
        const std::lock_guard lock(mutex_);
        return files_.erase(op.put.ref) ? 0 : ESRCH;
    }
    default:
        return open(op);
    }
}

int FdTransport::open(pidlab_op &op) {
    pidlab_ref_fd arg{};
    arg.flags = PIDLAB_REF_FD_NONBLOCK;
    arg.ref = op.watch.ref;
    arg.fail_nth = op.fail_nth;
    if (const int error = lab_->ref_fd(arg))
        return error;
    op.res[0] = arg.id;
    const std::lock_guard lock(mutex_);
    files_.insert_or_assign(arg.id, RefFd{arg.fd});
    return 0;
}

int FdTransport::tell(pidlab_op &op) {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(op.event.ref);
    if (file == files_.end())
        return ESRCH;
    if (!file->second.poll())
        return EAGAIN;
    RefEvent event{};
    if (const int error = file->second.try_read(event))
        return error;
    op.res[0] = event.event;
    op.res[1] = event.count;
    op.res[2] = event.task.raw();
    return 0;
}

} // namespace pidlab
