// SPDX-License-Identifier: MIT
#include "pidlab/netlink_snapshot.hpp"

#include <algorithm>

#include "netlink_attributes.hpp"

namespace pidlab {

namespace {

/// How often to try before a snapshot that is not of one instant has to do.
constexpr int tries = 4;

Snapshot::Task read_task(nlattr *nest) {
    const Attributes in(nest);
    Snapshot::Task out;
    out.id = in.u64(PIDLAB_A_TASK_ID);
    out.parent = in.u64(PIDLAB_A_TASK_PARENT);
    out.leader = in.u64(PIDLAB_A_TASK_LEADER);
    out.state = static_cast<pidlab_state>(in.u32(PIDLAB_A_TASK_STATE));
    out.exit_code = in.s32(PIDLAB_A_TASK_EXIT_CODE);
    out.usage = in.u32(PIDLAB_A_TASK_USAGE);
    out.rcu_users = in.u32(PIDLAB_A_TASK_RCU_USERS);
    out.ns = in.u64(PIDLAB_A_TASK_NAMESPACE);
    out.reaper = (in.u32(PIDLAB_A_TASK_FLAGS) & PIDLAB_TASK_REAPER) != 0;
    out.frozen = in.flag(PIDLAB_A_TASK_FROZEN);
    in.each(PIDLAB_A_TASK_LINK, [&](const Attributes &link) {
        const auto type = link.u32(PIDLAB_A_LINK_TYPE);
        if (type < out.links.size())
            out.links[type] = {link.u64(PIDLAB_A_LINK_PID), link.s32(PIDLAB_A_LINK_NR)};
    });
    // A hierarchy has several subsystems, and one container for all of them.
    in.each(PIDLAB_A_TASK_PLACE, [&](const Attributes &place) {
        const auto container = place.u64(PIDLAB_A_PLACE_CONTAINER);
        if (std::ranges::find(out.containers, container) == out.containers.end())
            out.containers.push_back(container);
    });
    return out;
}

/// A pid, or more users of the one before it.
void read_pid(nlattr *nest, std::vector<Snapshot::Pid> &pids, bool &more) {
    const Attributes in(nest);
    if (!more) {
        Snapshot::Pid &out = pids.emplace_back();
        out.id = in.u64(PIDLAB_A_PID_ID);
        out.count = in.u32(PIDLAB_A_PID_COUNT);
        out.level = in.u32(PIDLAB_A_PID_LEVEL);
        out.published = in.flag(PIDLAB_A_PID_PUBLISHED);
        in.each(PIDLAB_A_PID_NUMBER, [&](const Attributes &number) {
            out.numbers.push_back(
                {number.u64(PIDLAB_A_NUMBER_NAMESPACE), number.s32(PIDLAB_A_NUMBER_NR)});
        });
    }
    in.each(PIDLAB_A_PID_USER, [&](const Attributes &user) {
        const auto type = user.u32(PIDLAB_A_USER_TYPE);
        if (type < PIDLAB_TYPE_COUNT)
            pids.back().users[type].push_back(user.u64(PIDLAB_A_USER_TASK));
    });
    more = in.flag(PIDLAB_A_PID_MORE);
}

Snapshot::Namespace read_namespace(nlattr *nest) {
    const Attributes in(nest);
    return {.id = in.u64(PIDLAB_A_NAMESPACE_ID),
            .parent = in.u64(PIDLAB_A_NAMESPACE_PARENT),
            .level = in.u32(PIDLAB_A_NAMESPACE_LEVEL),
            .last = in.s32(PIDLAB_A_NAMESPACE_LAST),
            .pid_max = in.s32(PIDLAB_A_NAMESPACE_PID_MAX),
            .reaper = in.u64(PIDLAB_A_NAMESPACE_REAPER),
            .dying = in.flag(PIDLAB_A_NAMESPACE_DYING),
            .count = in.u32(PIDLAB_A_NAMESPACE_COUNT)};
}

Snapshot::Container read_container(nlattr *nest) {
    const Attributes in(nest);
    return {.id = in.u64(PIDLAB_A_CONTAINER_ID),
            .parent = in.u64(PIDLAB_A_CONTAINER_PARENT),
            .root = in.u64(PIDLAB_A_CONTAINER_ROOT),
            .subsystems = in.u32(PIDLAB_A_CONTAINER_SUBSYSTEMS),
            .tasks = in.u32(PIDLAB_A_CONTAINER_TASKS),
            .count = in.u32(PIDLAB_A_CONTAINER_COUNT)};
}

Snapshot::Hold hold_of(std::uint32_t kind) {
    switch (kind) {
    case PIDLAB_REFERENCE_TASK:
        return Snapshot::Hold::task;
    case PIDLAB_REFERENCE_PID:
        return Snapshot::Hold::pid;
    case PIDLAB_REFERENCE_TREF:
        return Snapshot::Hold::tref;
    case PIDLAB_REFERENCE_WATCH:
        return Snapshot::Hold::watch;
    case PIDLAB_REFERENCE_FD:
        return Snapshot::Hold::fd;
    default:
        return Snapshot::Hold::rcu;
    }
}

Snapshot::Reference read_reference(nlattr *nest) {
    const Attributes in(nest);
    return {.id = in.u64(PIDLAB_A_REFERENCE_ID),
            .kind = hold_of(in.u32(PIDLAB_A_REFERENCE_KIND)),
            .object = in.u64(PIDLAB_A_REFERENCE_OBJECT),
            .type = static_cast<pidlab_type>(in.u32(PIDLAB_A_REFERENCE_TYPE)),
            .number = in.s32(PIDLAB_A_REFERENCE_NR),
            .gone = in.flag(PIDLAB_A_REFERENCE_GONE)};
}

/// Not of one instant where operations came between.
Snapshot take_once(Netlink &socket, int lab) {
    Snapshot out;
    const LabState before = socket.lab(lab);
    bool more = false;
    const auto dump = [&](pidlab_cmd command, auto take) {
        out.consistent = socket.dump(command, lab, take) && out.consistent;
    };
    dump(PIDLAB_CMD_TASK_GET, [&](nlattr *nest) { out.tasks.push_back(read_task(nest)); });
    dump(PIDLAB_CMD_PID_GET, [&](nlattr *nest) { read_pid(nest, out.pids, more); });
    dump(PIDLAB_CMD_NAMESPACE_GET,
         [&](nlattr *nest) { out.namespaces.push_back(read_namespace(nest)); });
    dump(PIDLAB_CMD_CONTAINER_GET,
         [&](nlattr *nest) { out.containers.push_back(read_container(nest)); });
    dump(PIDLAB_CMD_REFERENCE_GET,
         [&](nlattr *nest) { out.references.push_back(read_reference(nest)); });
    out.consistent = out.consistent && socket.lab(lab).changes == before.changes;
    out.sequence = before.sequence;
    return out;
}

} // namespace

Snapshot take_snapshot(Netlink &socket, int lab) {
    Snapshot out = take_once(socket, lab);
    for (int i = 1; i < tries && !out.consistent; ++i)
        out = take_once(socket, lab);
    return out;
}

} // namespace pidlab
