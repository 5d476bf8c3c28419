// SPDX-License-Identifier: MIT
// Where generation `idr' and the running kernel are known to differ, each with the reason. `pidlab
// oracle' prints them, and the tests that compare the two walk them.
#include <cerrno>

#include "pidlab/oracle.hpp"

namespace pidlab {

namespace {

bool usage_of_a_task(const OpInfo &op, const pidlab_op &real, const pidlab_op &lab) {
    return op.opcode == PIDLAB_OP_STATE && real.error == lab.error && real.res[0] == lab.res[0] &&
           real.res[1] == lab.res[1];
}

bool unborn_namespace(const OpInfo &op, const pidlab_op &real, const pidlab_op &lab) {
    return op.opcode == PIDLAB_OP_SETNS && real.error == -ENOENT &&
           (lab.error == 0 || lab.error == -EINVAL);
}

bool pidfd_of_nobody(const OpInfo &op, const pidlab_op &real, const pidlab_op &lab) {
    return op.opcode == PIDLAB_OP_HOLD_PID && real.error == -ESRCH && lab.error == 0;
}

constexpr OracleDifference differences[] = {
    {"usage of a task", "how often a task_struct is counted is not told to user space",
     usage_of_a_task},
    {"namespace without an init",
     "a namespace has no file before its first task is there, so that nobody can choose it, be it "
     "inside their own or not; a lab names it by its id",
     unborn_namespace, true},
    {"reference to a pid that is no process's",
     "a pidfd is opened on a process or thread that is there; a lab holds the struct pid of a "
     "group without its leader, and one that is held already, too",
     pidfd_of_nobody, true},
    {"one level less",
     "namespaces nest 32 deep, and the lab's root is one level deep in the machine already",
     nullptr, false, "namespaces-are-32-deep ltp-pidns32"},
};

} // namespace

std::span<const OracleDifference> oracle_differences() { return differences; }

} // namespace pidlab
