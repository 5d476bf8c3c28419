// SPDX-License-Identifier: MIT
/// @file
/// A lab, as a program uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pidlab/call.hpp"
#include "pidlab/error.hpp"
#include "pidlab/ref_fd.hpp"
#include "pidlab/settings.hpp"
#include "pidlab/snapshot.hpp"
#include "pidlab/table.hpp"
#include "pidlab/transport.hpp"

namespace pidlab {

/// What the module is and what the lab holds.
class Info {
public:
    Info() = default;
    explicit Info(const pidlab_info &raw) : raw_(raw) {}

    /// Version of the module's interface.
    [[nodiscard]] std::uint32_t abi() const { return raw_.abi; }
    /// Whether SETUP was done.
    [[nodiscard]] bool ready() const { return raw_.ready != 0; }
    /// Whether the module has this generation.
    [[nodiscard]] bool has(pidlab_generation generation) const {
        return (raw_.generations >> generation & 1) != 0;
    }
    /// The highest opcode the module knows.
    [[nodiscard]] std::uint32_t opcodes() const { return raw_.opcodes; }
    /// The first task; empty before setup.
    [[nodiscard]] TaskId init_task() const { return TaskId{raw_.init_task}; }
    /// The value in effect, defaults filled in.
    [[nodiscard]] std::uint64_t setting(pidlab_setting slot) const { return raw_.setting[slot]; }
    [[nodiscard]] std::uint64_t counter(pidlab_counter slot) const { return raw_.counter[slot]; }
    /// Bytes of a structure on the module's kernel.
    [[nodiscard]] std::uint64_t bytes_of(pidlab_size slot) const { return raw_.bytes_of[slot]; }
    [[nodiscard]] const pidlab_info &raw() const { return raw_; }

private:
    pidlab_info raw_{};
};

/// An invariant that does not hold.
struct Violation {
    pidlab_violation code;
    std::uint64_t object; ///< id of the object at fault
};

/// Invariants, digest and snapshot of one instant.
struct CheckResult {
    std::uint64_t digest = 0;
    std::uint32_t violation_count = 0;
    std::vector<Violation> violations;   ///< the first PIDLAB_CHECK_MAX
    std::vector<pidlab_task_info> tasks; ///< all tasks of the lab
    std::optional<Snapshot> whole;       ///< where somebody asked for it and the lab could tell
};

/// A positive errno, apart from the numbers that operations answer.
struct Refusal {
    int number;
};

/// The answer to an operation that may be refused.
template <typename Result> class Outcome {
public:
    Outcome(pidlab_opcode opcode, Refusal why) : opcode_(opcode), error_(why.number) {}
    Outcome(pidlab_opcode opcode, Result value) : opcode_(opcode), value_(std::move(value)) {}

    explicit operator bool() const { return error_ == 0; }
    /// 0, or a positive errno.
    [[nodiscard]] int error() const { return error_; }
    /// @throws Error where the operation was refused
    [[nodiscard]] const Result &value() const {
        throw_if(error_, find_op(opcode_)->name);
        return *value_;
    }

private:
    pidlab_opcode opcode_;
    int error_ = 0;
    std::optional<Result> value_;
};

/// One lab. Owns its transport. Calls may come from several threads after setup(), as far as the
/// transport allows it. Everything throws Error; attempt() and try_run() do not for what the lab
/// refuses.
class Lab {
public:
    explicit Lab(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

    /// A new lab of the module, not set up yet.
    /// @throws DeviceError
    [[nodiscard]] static Lab open(const std::string &path = PIDLAB_DEVICE);

    /// Populate the lab; answers its first task, number 1 of the root namespace.
    /// @throws Error EINVAL: a value out of range; EBUSY: done already; ENOMEM
    TaskId setup(const Settings &settings = {});

    /// The first task; empty before setup().
    [[nodiscard]] TaskId init() const { return init_; }

    [[nodiscard]] Transport &transport() { return *transport_; }
    [[nodiscard]] const Transport &transport() const { return *transport_; }

    /// Execute operations in order, however many: arrays longer than PIDLAB_RUN_MAX are cut. A
    /// RUN that was interrupted goes on with the first operation that has not run; it is
    /// reported as EINTR only when it got nowhere.
    /// @param flags PIDLAB_RUN_STOP: stop after the first operation that fails
    /// @return the first error of the ioctl and how many were executed
    [[nodiscard]] RunStatus try_run(std::span<pidlab_op> ops, std::uint32_t flags = 0);

    /// try_run() whose own errors throw; those of operations are in their error fields.
    /// @return how many were executed
    std::size_t run(std::span<pidlab_op> ops, std::uint32_t flags = 0);

    /// Execute one operation as it stands.
    /// @return 0 or the operation's errno, positive
    /// @throws Error where RUN itself failed
    [[nodiscard]] int try_execute(pidlab_op &op);

    /// Execute one operation as it stands.
    /// @throws Error where it was refused too
    void execute(pidlab_op &op);

    /// Execute a call; a refusal is in the outcome.
    template <typename Result> [[nodiscard]] Outcome<Result> attempt(const Call<Result> &what) {
        pidlab_op op = what.op;
        const auto opcode = static_cast<pidlab_opcode>(op.opcode);
        if (const int error = try_execute(op))
            return Outcome<Result>(opcode, Refusal{error});
        return Outcome<Result>(opcode, what.decode(op));
    }

    /// Execute a call; a refusal throws.
    template <typename Result> Result perform(const Call<Result> &what) {
        pidlab_op op = what.op;
        execute(op);
        return what.decode(op);
    }

    [[nodiscard]] Info info();

    /// A file descriptor that tells what happens to the users behind a weak reference, which
    /// stays as it is.
    /// @param flags PIDLAB_REF_FD_*
    /// @throws Error EINVAL: the reference is not weak; ESRCH: it is one to the sentinel, or gone;
    ///     ENOSPC, ENOMEM, EMFILE; ENOTTY: the lab is not in the kernel
    [[nodiscard]] RefFd ref_fd(RefId ref, std::uint32_t flags = 0);

    /// Invariants, digest and all tasks. Asks again with more room until they fit.
    [[nodiscard]] CheckResult check();

    /// Every object of the lab, or nothing where the transport cannot tell.
    [[nodiscard]] std::optional<Snapshot> snapshot();

    /// Run actors one step at a time, in the orders given.
    /// @param arg in and out, as the interface has it
    /// @throws Error ENOTTY where the lab has no controller; ENOTRECOVERABLE after a deadlock
    void control(pidlab_control &arg);

    /// The same; where the transport cannot tell, as much as CHECK tells.
    [[nodiscard]] Snapshot look();

    /// CHECK's digest alone.
    [[nodiscard]] std::uint64_t digest();

    /// @name The operations; see call.hpp for operands and answers
    /// @{
    Forked fork(TaskId parent, unsigned flags = 0, const Tids &tids = {}) {
        return perform(call::fork(parent, flags, tids));
    }
    void exit(TaskId task, int code = 0, unsigned flags = 0) {
        perform(call::exit(task, code, flags));
    }
    Waited wait(TaskId task, int which = -1, unsigned flags = 0) {
        return perform(call::wait(task, which, flags));
    }
    Reaped reap(TaskId child) { return perform(call::reap(child)); }
    int exec(TaskId task) { return perform(call::exec(task)); }
    void setpgid(TaskId task, int nr, int pgid) { perform(call::setpgid(task, nr, pgid)); }
    int setsid(TaskId task) { return perform(call::setsid(task)); }
    int kill(TaskId task, int which, int sig = 9) { return perform(call::kill(task, which, sig)); }
    RefId hold_task(TaskId target) { return perform(call::hold_task(target)); }
    HeldPid hold_pid(Owner target, pidlab_type type = PIDLAB_TYPE_PID) {
        return perform(call::hold_pid(target, type));
    }
    WeakRef tref(TaskId target, pidlab_type type = PIDLAB_TYPE_PID) {
        return perform(call::tref(target, type));
    }
    WeakRef tref_nr(int nr, pidlab_type type = PIDLAB_TYPE_PID, Where ns = {}) {
        return perform(call::tref_nr(nr, type, ns));
    }
    RefId dup(RefId ref) { return perform(call::dup(ref)); }
    void put(RefId ref) { perform(call::put(ref)); }
    TaskId deref(RefId ref) { return perform(call::deref(ref)); }
    RefId watch(RefId ref) { return perform(call::watch(ref)); }
    RefEvent event(RefId ref) { return perform(call::event(ref)); }
    RefRead read(RefId ref) { return perform(call::read(ref)); }
    PidId pid(TaskId target, pidlab_type type = PIDLAB_TYPE_PID) {
        return perform(call::pid(target, type));
    }
    PidId find(int nr, Where ns = {}) { return perform(call::find(nr, ns)); }
    FoundPid next(int nr, Where ns = {}) { return perform(call::next(nr, ns)); }
    TaskId first(PidId pid, pidlab_type type = PIDLAB_TYPE_PID) {
        return perform(call::first(pid, type));
    }
    int nr(Owner target, pidlab_type type = PIDLAB_TYPE_PID, Where ns = {}) {
        return perform(call::nr(target, type, ns));
    }
    Namespace ns(Owner target) { return perform(call::ns(target)); }
    TaskState state(TaskId target) { return perform(call::state(target)); }
    void gp() { perform(call::gp()); }
    /// @}

private:
    std::unique_ptr<Transport> transport_;
    TaskId init_;
    std::size_t room_ = 64; ///< tasks the next check() begins with
};

} // namespace pidlab
