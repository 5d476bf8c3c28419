// SPDX-License-Identifier: MIT
#include "raw_lab.hpp"

#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pidlab/device.hpp"

namespace pidlab::testing {

RawLab::RawLab() : fd_(::open(PIDLAB_DEVICE, O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0)
        throw std::runtime_error(std::string("cannot open " PIDLAB_DEVICE ": ") +
                                 std::strerror(errno));
}

void RawLab::close() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

int RawLab::request(unsigned long number, void *arg) const {
    return ::ioctl(fd_, number, arg) < 0 ? errno : 0;
}

int RawLab::request(unsigned long number, std::uint64_t address) const {
    return ::ioctl(fd_, number, address) < 0 ? errno : 0;
}

TaskId RawLab::setup() const {
    pidlab_setup arg{};
    arg.size = sizeof(arg);
    EXPECT_EQ(request(PIDLAB_IOC_SETUP, &arg), 0);
    return TaskId{arg.init_task};
}

int RawLab::run(std::vector<pidlab_op> &ops, std::uint32_t *done) const {
    pidlab_run arg{};
    arg.size = sizeof(arg);
    arg.ops = reinterpret_cast<std::uintptr_t>(ops.data());
    arg.count = static_cast<std::uint32_t>(ops.size());
    const int error = request(PIDLAB_IOC_RUN, &arg);
    if (done)
        *done = arg.done;
    return error;
}

int RawLab::run(pidlab_op &op) const {
    std::vector<pidlab_op> ops(1, op);
    const int error = run(ops);
    op = ops[0];
    return error;
}

int RawLab::execute(pidlab_op &op) const {
    EXPECT_EQ(run(op), 0);
    return -op.error;
}

std::uint64_t RawLab::digest() const {
    pidlab_check arg{};
    arg.size = sizeof(arg);
    EXPECT_EQ(request(PIDLAB_IOC_CHECK, &arg), 0);
    EXPECT_EQ(arg.violations, 0u) << "invariant " << arg.code[0] << ", object " << arg.object[0];
    return arg.digest;
}

Pages::Pages(int protection)
    : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))), protection_(protection) {
    void *at =
        ::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        throw std::runtime_error("mmap failed");
    start_ = static_cast<std::byte *>(at);
    ::mprotect(start_ + page_, page_, PROT_NONE);
}

Pages::~Pages() { ::munmap(start_, 2 * page_); }

std::uint64_t Pages::copy(const void *bytes, std::size_t size, std::size_t at) const {
    ::mprotect(start_, page_, PROT_READ | PROT_WRITE);
    std::memcpy(start_ + at, bytes, size);
    ::mprotect(start_, page_, protection_);
    return reinterpret_cast<std::uintptr_t>(start_ + at);
}

std::uint64_t Pages::holding(const void *bytes, std::size_t size) const {
    return copy(bytes, size, 0);
}

std::uint64_t Pages::ending_with(const void *bytes, std::size_t size) const {
    return copy(bytes, size, page_ - size);
}

std::uint64_t Pages::beyond() const { return reinterpret_cast<std::uintptr_t>(start_ + page_); }

World::World() {
    init = lab.setup();
    child = lab.perform(call::fork(init)).task;
    zombie = lab.perform(call::fork(init)).task;
    lab.perform(call::exit(zombie, 7));
    inner = lab.perform(call::fork(init, PIDLAB_F_NEWPID)).task;
    pid = lab.perform(call::pid(child));
    ns = lab.perform(call::ns(inner)).ns;
    ref = lab.perform(call::tref(child)).ref;
    root = lab.perform(call::mount(1U << PIDLAB_SUBSYS_PIDS | 1U << PIDLAB_SUBSYS_FREEZER));
    box = lab.perform(call::mkdir(root));
    other = lab.perform(call::mount(1U << PIDLAB_SUBSYS_TRACE));
    reserved = lab.perform(call::reserve(ns, 1)).first;
    make_watch();
    make_dead();
}

void World::make_watch() {
    const TaskId user = lab.perform(call::fork(init)).task;
    const RefId weak = lab.perform(call::tref(user)).ref;
    watch = lab.perform(call::watch(weak));
    lab.perform(call::put(weak));
    lab.perform(call::exit(user));
    lab.perform(call::reap(user));
}

void World::make_dead() {
    dead_task = lab.perform(call::fork(init, PIDLAB_F_NEWPID)).task;
    dead_pid = lab.perform(call::pid(dead_task));
    dead_ns = lab.perform(call::ns(dead_task)).ns;
    dead_ref = lab.perform(call::tref(dead_task)).ref;
    lab.perform(call::exit(dead_task));
    lab.perform(call::reap(dead_task));
    lab.perform(call::put(dead_ref));
    dead_container = lab.perform(call::mkdir(box));
    lab.perform(call::rmdir(dead_container));
    lab.perform(call::gp());
}

pidlab_op World::valid(const OpInfo &info) const {
    pidlab_op op{};
    op.opcode = static_cast<std::uint16_t>(info.opcode);
    for (std::size_t i = 0; i < info.operands().size(); ++i) {
        switch (info.args[i].kind) {
        case PIDLAB_ARG_TASK:
        case PIDLAB_ARG_OWNER:
            op.arg[i] = child.raw();
            break;
        case PIDLAB_ARG_PID:
            op.arg[i] = pid.raw();
            break;
        case PIDLAB_ARG_REF:
            op.arg[i] = ref.raw();
            break;
        case PIDLAB_ARG_NR:
            op.arg[i] = 2;
            break;
        case PIDLAB_ARG_CONTAINER:
            op.arg[i] = box.raw();
            break;
        case PIDLAB_ARG_SUBSYS:
            op.arg[i] = 1U << PIDLAB_SUBSYS_PIDS;
            break;
        case PIDLAB_ARG_FILE:
            op.arg[i] = PIDLAB_FILE_PIDS_MAX;
            break;
        default: // zero is valid for all other kinds
            break;
        }
    }
    if (info.opcode == PIDLAB_OP_EVENT)
        op.arg[0] = watch.raw();
    if (info.opcode == PIDLAB_OP_REAP)
        op.arg[0] = zombie.raw();
    if (info.opcode == PIDLAB_OP_MOUNT)
        op.arg[0] = 1U << PIDLAB_SUBSYS_ACCOUNT;
    if (info.opcode == PIDLAB_OP_UMOUNT)
        op.arg[0] = other.raw();
    if (info.opcode == PIDLAB_OP_RESERVE)
        op.reserve.count = 1;
    if (info.opcode == PIDLAB_OP_UNRESERVE) {
        op.unreserve.ns = ns.raw();
        op.unreserve.nr = static_cast<std::uint64_t>(reserved);
    }
    if (info.opcode == PIDLAB_OP_WAIT) {
        op.wait.task = init.raw();
        op.wait.which = static_cast<std::uint64_t>(-1);
    }
    return op;
}

void World::expect_refused(pidlab_op op, int error, const std::string &what) const {
    const std::uint64_t before = lab.digest();
    std::memset(op.res, 0xa5, sizeof(op.res));
    op.error = 77;
    EXPECT_EQ(lab.run(op), 0) << what;
    EXPECT_EQ(-op.error, error) << what << ": " << errno_name(op.error) << " instead of "
                                << errno_name(error);
    for (const std::uint64_t result : op.res)
        EXPECT_EQ(result, 0u) << what;
    EXPECT_EQ(lab.digest(), before) << what << " changed the lab";
}

std::vector<pidlab_object> accepted(pidlab_arg kind) {
    switch (kind) {
    case PIDLAB_ARG_TASK:
    case PIDLAB_ARG_NEXT:
        return {PIDLAB_OBJECT_TASK};
    case PIDLAB_ARG_PID:
        return {PIDLAB_OBJECT_PID};
    case PIDLAB_ARG_OWNER:
        return {PIDLAB_OBJECT_TASK, PIDLAB_OBJECT_PID};
    case PIDLAB_ARG_REF:
        return {PIDLAB_OBJECT_REF};
    case PIDLAB_ARG_NS:
        return {PIDLAB_OBJECT_NS, PIDLAB_OBJECT_TASK};
    case PIDLAB_ARG_CONTAINER:
        return {PIDLAB_OBJECT_CONTAINER};
    default:
        return {};
    }
}

} // namespace pidlab::testing
