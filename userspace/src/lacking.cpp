// SPDX-License-Identifier: MIT
#include "pidlab/lacking.hpp"

#include <algorithm>
#include <string_view>

namespace pidlab {

namespace {

bool has(std::span<const OperandInfo> list, pidlab_arg kind) {
    return std::ranges::any_of(list, [kind](const auto &one) { return one.kind == kind; });
}

bool nests(const OpInfo &op, const pidlab_op &sent) {
    return (sent.flags & PIDLAB_F_NEWPID) != 0 || op.opcode == PIDLAB_OP_UNSHARE;
}

bool of_thread_groups(const OpInfo &op, const pidlab_op &sent) {
    for (std::size_t index = 0; index < op.operands().size(); ++index)
        if (op.args[index].kind == PIDLAB_ARG_TYPE && sent.arg[index] == PIDLAB_TYPE_TGID)
            return true;
    return false;
}

bool scans(const OpInfo &op, const pidlab_op &) { return op.opcode == PIDLAB_OP_SCAN; }

bool of_struct_pids(const OpInfo &op, const pidlab_op &) {
    return has(op.operands(), PIDLAB_ARG_PID) || has(op.outputs(), PIDLAB_ARG_PID);
}

struct Lack {
    bool (*concerns)(const OpInfo &op, const pidlab_op &sent);
    std::string_view why;
};

// The first that concerns an operation is the reason.
constexpr Lack lacks[] = {
    {nests, "pid namespaces nest since 2.6.24"},
    {of_thread_groups, "tasks had no links for thread groups between 2006 and 4.19"},
    {scans, "an IDR, as since 4.15, does not tell how it searched"},
    {of_struct_pids, "there is a struct pid since 2.6.17"},
};

} // namespace

std::string what_is_lacking(const OpInfo &op, const pidlab_op &sent) {
    for (const Lack &lack : lacks)
        if (lack.concerns(op, sent))
            return std::string{lack.why};
    return {};
}

} // namespace pidlab
