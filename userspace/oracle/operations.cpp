// SPDX-License-Identifier: MIT
#include "operations.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <limits>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pidlab::oracle {

namespace {

/// An operation's errno.
struct Refused {
    int error;
};

int as_int(std::uint64_t value) { return static_cast<int>(static_cast<std::int64_t>(value)); }
std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// A wait status as the lab writes it.
std::uint64_t as_code(long status) {
    const long signal = status & 0x7f;
    return number(signal ? 128 + signal : status >> 8 & 0xff);
}

/// The system call's answer; negative ones are errnos.
long good(long result) {
    if (result < 0)
        throw Refused{static_cast<int>(-result)};
    return result;
}

/// One operation under way.
class Doing {
public:
    Doing(World &world, pidlab_op &op) : world_(world), op_(op) {}

    void fork();
    void exit();
    void wait();
    void reap();
    void exec();
    void setpgid() { move(ORACLE_SETPGID, {as_int(op_.setpgid.nr), as_int(op_.setpgid.pgid)}); }
    void setsid() { op_.res[0] = number(move(ORACLE_SETSID, {})); }
    void kill();
    void hold_pid();
    void dup();
    void put();
    void deref();
    void pid();
    void find();
    void next();
    void first();
    void nr();
    void ns();
    void state();
    void gp() {}
    void setns();
    void unshare();

private:
    // Operands, refused as a lab refuses them.
    Task &task(std::size_t index);
    Task &actor();
    Ref &ref();
    std::shared_ptr<Ns> where(std::uint64_t id);
    std::shared_ptr<Pid> used_by(const Task &task, pidlab_type type);
    std::shared_ptr<Pid> owned(pidlab_type type);

    Answer ask(Task &by, oracle_command what, std::initializer_list<long> args) {
        return world_.agents().ask(by.slot, by.proc, what, args);
    }
    long move(oracle_command what, std::initializer_list<long> args);
    std::uint64_t reached(Task &by, int which);
    Task *child_numbered(const Task &parent, long nr);
    Task *waiting_for(const Task &child);

    World &world_;
    pidlab_op &op_;
};

Task &Doing::task(std::size_t index) {
    Task *const found = world_.task(op_.arg[index]);
    if (!found)
        throw Refused{ESRCH};
    return *found;
}

Task &Doing::actor() {
    Task &found = task(0);
    if (found.seen.exiting())
        throw Refused{ESRCH};
    return found;
}

Ref &Doing::ref() {
    Ref *const found = world_.ref(op_.arg[0]);
    if (!found)
        throw Refused{ESRCH};
    return *found;
}

std::shared_ptr<Ns> Doing::where(std::uint64_t id) {
    std::shared_ptr<Ns> found = id ? world_.ns(id) : world_.root();
    if (id && object_of(id) == PIDLAB_OBJECT_TASK)
        found = world_.task(id) ? world_.task(id)->pid->ns : nullptr;
    if (!found)
        throw Refused{ESRCH};
    return found;
}

std::shared_ptr<Pid> Doing::used_by(const Task &task, pidlab_type type) {
    switch (type) {
    case PIDLAB_TYPE_PID:
        return task.pid;
    case PIDLAB_TYPE_TGID:
        return world_.pid_by_host(task.tgid);
    case PIDLAB_TYPE_PGID:
        return world_.pid_by_host(task.seen.group);
    default:
        return world_.pid_by_host(task.seen.session);
    }
}

/// Of an operand that is a task or a pid.
std::shared_ptr<Pid> Doing::owned(pidlab_type type) {
    if (object_of(op_.arg[0]) == PIDLAB_OBJECT_TASK)
        return used_by(task(0), type);
    std::shared_ptr<Pid> found = world_.pid(op_.arg[0]);
    if (!found)
        throw Refused{ESRCH};
    return found;
}

void Doing::fork() {
    Task &by = actor();
    const bool thread = op_.flags & PIDLAB_F_THREAD, sibling = op_.flags & PIDLAB_F_PARENT;
    long flags = 0;
    if (op_.flags & PIDLAB_F_NEWPID)
        flags |= CLONE_NEWPID;
    if (sibling)
        flags |= CLONE_PARENT;
    if (thread)
        flags |= CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_FS | CLONE_FILES;
    long tids[] = {as_int(op_.fork.tid), as_int(op_.fork.tid1), as_int(op_.fork.tid2)};
    long count = 3;
    while (count > 0 && tids[count - 1] == 0)
        --count;
    std::shared_ptr<Ns> ns = by.children_ns ? by.children_ns : by.pid->ns;
    const unsigned levels = ns->level + (op_.flags & PIDLAB_F_NEWPID ? 2U : 1U);
    // One more is the machine's own namespace, which is none of the lab's: as where it is not.
    if (count > static_cast<long>(levels))
        count = static_cast<long>(levels) + 2;

    const int slot = world_.agents().take_slot();
    world_.agents().make_room();
    const Answer answer =
        ask(by, ORACLE_FORK,
            {slot, flags, thread || sibling ? 0 : SIGCHLD, count, tids[0], tids[1], tids[2]});
    if (!answer.alive || answer.result < 0) {
        world_.agents().give_back(slot);
        throw Refused{answer.alive ? static_cast<int>(-answer.result) : EINTR};
    }
    if (op_.flags & PIDLAB_F_NEWPID)
        ns = world_.add_ns(ns);
    op_.res[0] = world_.add_task(slot, world_.agents().await_birth(slot), ns).id;
    op_.res[1] = number(answer.result);
}

void Doing::exit() {
    ask(actor(), op_.flags & PIDLAB_F_GROUP ? ORACLE_EXIT_GROUP : ORACLE_EXIT,
        {as_int(op_.exit.code)});
    world_.settle();
}

/// The child of a task, dead or alive, by its number as the parent sees it.
Task *Doing::child_numbered(const Task &parent, long nr) {
    for (const auto &[id, task] : world_.tasks())
        if (task->leads() && task->pid->in(parent.ns()) == nr)
            return task.get();
    return nullptr;
}

void Doing::wait() {
    Task &by = actor();
    const Answer answer =
        ask(by, op_.flags & PIDLAB_F_KEEP ? ORACLE_LOOK : ORACLE_WAIT, {as_int(op_.wait.which)});
    if (!answer.alive)
        throw Refused{EINTR};
    if (good(answer.result) == 0)
        return;
    const Task *const child = child_numbered(by, answer.result);
    op_.res[0] = child ? child->id : 0;
    op_.res[1] = number(answer.result);
    op_.res[2] = as_code(answer.detail);
    world_.settle();
}

/// Some thread of the child's parent that can wait for it.
Task *Doing::waiting_for(const Task &child) {
    for (const auto &[id, task] : world_.tasks())
        if (task->tgid == child.seen.parent && !task->seen.exiting())
            return task.get();
    return nullptr;
}

void Doing::reap() {
    Task &child = task(0);
    world_.look();
    Task *const by = waiting_for(child);
    if (!by)
        throw Refused{EAGAIN};
    const Answer answer = ask(*by, ORACLE_WAIT, {child.pid->in(by->ns())});
    // A thread is nobody's child; a process that runs is not ready.
    if (!answer.alive || answer.result == 0 || answer.result == -ECHILD)
        throw Refused{EAGAIN};
    op_.res[0] = number(good(answer.result));
    op_.res[1] = as_code(answer.detail);
    world_.settle();
}

void Doing::exec() {
    Task &by = actor();
    const Answer answer = ask(by, ORACLE_EXEC, {});
    if (!answer.alive)
        throw Refused{EINTR};
    good(answer.result);
    world_.executed(by);
    world_.settle();
    op_.res[0] = number(by.pid->in(by.ns()));
}

/// A task changes groups: its own, or another's.
long Doing::move(oracle_command what, std::initializer_list<long> args) {
    const Answer answer = ask(actor(), what, args);
    const long result = good(answer.result);
    world_.look();
    return result;
}

/// How many processes a signal is for. kill(2) does not tell; /proc tells who is a member.
std::uint64_t Doing::reached(Task &by, int which) {
    if (which > 0)
        return 1;
    int group = which == 0 ? by.seen.group : 0;
    if (which < -1)
        if (const auto pid = world_.pid_by_number(-which, by.ns()))
            group = pid->host;
    std::uint64_t count = 0;
    for (const auto &[id, task] : world_.tasks()) {
        const bool everyone = task->tgid != by.tgid && task->pid->in(by.ns()) > 1;
        if (task->leads() && (which == -1 ? everyone : task->seen.group == group))
            ++count;
    }
    return count;
}

void Doing::kill() {
    Task &by = actor();
    const int which = as_int(op_.kill.which);
    world_.look();
    const std::uint64_t count = which == std::numeric_limits<int>::min() ? 0 : reached(by, which);
    const Answer answer = ask(by, ORACLE_KILL, {which, as_int(op_.kill.sig)});
    if (answer.alive)
        good(answer.result);
    world_.settle();
    op_.res[0] = count;
}

void Doing::hold_pid() {
    if (op_.hold_pid.type != PIDLAB_TYPE_PID)
        throw Refused{EOPNOTSUPP};
    const std::shared_ptr<Pid> pid = owned(PIDLAB_TYPE_PID);
    const Task *const user = world_.task_of(*pid);
    const unsigned flags = user && !user->leads() ? O_EXCL : 0; // PIDFD_THREAD
    const long fd = syscall(SYS_pidfd_open, pid->host, flags);
    if (fd < 0)
        throw Refused{errno == EINVAL ? ESRCH : errno};
    op_.res[0] = world_.add_ref(static_cast<int>(fd), pid);
    op_.res[1] = pid->id;
}

void Doing::dup() {
    const Ref &held = ref();
    op_.res[0] = world_.add_ref(::fcntl(held.fd, F_DUPFD_CLOEXEC, 0), held.pid);
}

void Doing::put() {
    (void)ref();
    world_.remove_ref(op_.put.ref);
    world_.look();
}

void Doing::deref() {
    const Ref &held = ref();
    const Task *const user = world_.task_of(*held.pid);
    if (syscall(SYS_pidfd_send_signal, held.fd, 0, nullptr, 0) != 0)
        throw Refused{errno};
    op_.res[0] = user ? user->id : 0;
}

void Doing::pid() {
    const std::shared_ptr<Pid> found = owned(static_cast<pidlab_type>(op_.pid.type));
    if (!found)
        throw Refused{ESRCH};
    op_.res[0] = found->id;
}

void Doing::find() {
    const std::shared_ptr<Ns> ns = where(op_.find.ns);
    world_.look();
    const std::shared_ptr<Pid> found = world_.pid_by_number(as_int(op_.find.nr), *ns);
    if (!found)
        throw Refused{ESRCH};
    op_.res[0] = found->id;
}

void Doing::next() {
    const std::shared_ptr<Ns> ns = where(op_.next.ns);
    world_.look();
    const Pid *nearest = nullptr;
    for (const auto &[id, pid] : world_.pids()) {
        const int nr = pid->used ? pid->in(*ns) : 0;
        if (nr > 0 && nr >= as_int(op_.next.nr) && (!nearest || nr < nearest->in(*ns)))
            nearest = pid.get();
    }
    if (!nearest)
        throw Refused{ESRCH};
    op_.res[0] = nearest->id;
    op_.res[1] = number(nearest->in(*ns));
}

void Doing::first() {
    if (op_.first.type != PIDLAB_TYPE_PID)
        throw Refused{EOPNOTSUPP};
    const std::shared_ptr<Pid> pid = world_.pid(op_.first.pid);
    if (!pid)
        throw Refused{ESRCH};
    const Task *const user = world_.task_of(*pid);
    if (!user)
        throw Refused{ESRCH};
    op_.res[0] = user->id;
}

void Doing::nr() {
    const std::shared_ptr<Pid> pid = owned(static_cast<pidlab_type>(op_.nr.type));
    const std::shared_ptr<Ns> ns = where(op_.nr.ns);
    op_.res[0] = number(pid ? pid->in(*ns) : 0);
}

void Doing::ns() {
    const std::shared_ptr<Pid> pid = owned(PIDLAB_TYPE_PID);
    op_.res[0] = pid->ns->id;
    op_.res[1] = pid->ns->level;
}

void Doing::state() {
    const Task &of = task(0);
    op_.res[0] = of.seen.zombie() ? PIDLAB_STATE_ZOMBIE : PIDLAB_STATE_RUNNING;
    if (of.seen.zombie())
        op_.res[1] = number(of.proc.process_code());
}

void Doing::setns() {
    Task &by = actor();
    const std::shared_ptr<Ns> ns = where(op_.setns.ns);
    // Before it has an init a namespace has no file to open.
    if (ns->fd < 0)
        throw Refused{ENOENT};
    const long self = std::atol(read_line("/proc/self/stat").c_str());
    good(ask(by, ORACLE_SETNS, {self, ns->fd}).result);
    by.children_ns = ns == by.pid->ns ? nullptr : ns;
}

void Doing::unshare() {
    Task &by = actor();
    good(ask(by, ORACLE_UNSHARE, {}).result);
    by.children_ns = world_.add_ns(by.pid->ns);
    op_.res[0] = by.children_ns->id;
}

struct Handler {
    pidlab_opcode opcode;
    void (Doing::*run)();
};

constexpr Handler handlers[] = {
    {PIDLAB_OP_FORK, &Doing::fork},
    {PIDLAB_OP_EXIT, &Doing::exit},
    {PIDLAB_OP_WAIT, &Doing::wait},
    {PIDLAB_OP_REAP, &Doing::reap},
    {PIDLAB_OP_EXEC, &Doing::exec},
    {PIDLAB_OP_SETPGID, &Doing::setpgid},
    {PIDLAB_OP_SETSID, &Doing::setsid},
    {PIDLAB_OP_KILL, &Doing::kill},
    {PIDLAB_OP_HOLD_PID, &Doing::hold_pid},
    {PIDLAB_OP_DUP, &Doing::dup},
    {PIDLAB_OP_PUT, &Doing::put},
    {PIDLAB_OP_DEREF, &Doing::deref},
    {PIDLAB_OP_PID, &Doing::pid},
    {PIDLAB_OP_FIND, &Doing::find},
    {PIDLAB_OP_NEXT, &Doing::next},
    {PIDLAB_OP_FIRST, &Doing::first},
    {PIDLAB_OP_NR, &Doing::nr},
    {PIDLAB_OP_NS, &Doing::ns},
    {PIDLAB_OP_STATE, &Doing::state},
    {PIDLAB_OP_GP, &Doing::gp},
    {PIDLAB_OP_SETNS, &Doing::setns},
    {PIDLAB_OP_UNSHARE, &Doing::unshare},
};

const Handler *handler_of(std::uint16_t opcode) {
    const auto *const found = std::ranges::find(handlers, opcode, &Handler::opcode);
    return found == std::end(handlers) ? nullptr : found;
}

/// Whether an id of this kind fits an operand; of an operand that is no object none does.
bool takes(pidlab_arg operand, pidlab_object kind) {
    switch (operand) {
    case PIDLAB_ARG_TASK:
        return kind == PIDLAB_OBJECT_TASK;
    case PIDLAB_ARG_PID:
        return kind == PIDLAB_OBJECT_PID;
    case PIDLAB_ARG_OWNER:
        return kind == PIDLAB_OBJECT_TASK || kind == PIDLAB_OBJECT_PID;
    case PIDLAB_ARG_REF:
        return kind == PIDLAB_OBJECT_REF;
    default:
        return kind == PIDLAB_OBJECT_NS || kind == PIDLAB_OBJECT_TASK;
    }
}

bool well_formed(pidlab_arg kind, std::uint64_t value) {
    switch (meaning(kind)) {
    case Meaning::nothing:
        return value == 0;
    case Meaning::object:
        return value != 0 || kind == PIDLAB_ARG_NS;
    default:
        break;
    }
    if (kind == PIDLAB_ARG_TYPE)
        return value < PIDLAB_TYPE_COUNT;
    if (kind == PIDLAB_ARG_SIG)
        return value == 0 || value == 9;
    return kind == PIDLAB_ARG_CODE ? value <= 255 : value == number(as_int(value));
}

bool exists(World &world, std::uint64_t id) {
    switch (object_of(id)) {
    case PIDLAB_OBJECT_TASK:
        return world.task(id) != nullptr;
    case PIDLAB_OBJECT_PID:
        return world.pid(id) != nullptr;
    case PIDLAB_OBJECT_REF:
        return world.ref(id) != nullptr;
    default:
        return world.ns(id) != nullptr;
    }
}

/// What a lab refuses before it does anything: form first, then the objects in their order.
void require_valid(World &world, const OpInfo &info, const pidlab_op &op) {
    if ((op.flags & ~info.flags) != 0 || op.fail_nth)
        throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
        if (!well_formed(info.args[i].kind, op.arg[i]))
            throw Refused{EINVAL};
    for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i) {
        if (meaning(info.args[i].kind) != Meaning::object || !op.arg[i])
            continue;
        if (!takes(info.args[i].kind, object_of(op.arg[i])))
            throw Refused{EBADF};
        if (!exists(world, op.arg[i]))
            throw Refused{ESRCH};
    }
}

} // namespace

bool does(std::uint16_t opcode) { return handler_of(opcode) != nullptr; }

void execute(World &world, pidlab_op &op) {
    std::fill(std::begin(op.res), std::end(op.res), 0);
    op.error = 0;
    const OpInfo *const info = find_op(op.opcode);
    const Handler *const handler = handler_of(op.opcode);
    try {
        if (!info || !handler || (op.flags & PIDLAB_F_AUTOREAP))
            throw Refused{EOPNOTSUPP};
        require_valid(world, *info, op);
        Doing doing(world, op);
        (doing.*handler->run)();
    } catch (const Refused &refused) {
        std::fill(std::begin(op.res), std::end(op.res), 0);
        op.error = static_cast<std::int16_t>(-refused.error);
    }
}

} // namespace pidlab::oracle
