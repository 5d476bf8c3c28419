// SPDX-License-Identifier: MIT
/// @file
/// The running kernel as oracle: a lab whose tasks are real processes. Row x7.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pidlab/scenario_ast.hpp"
#include "pidlab/table.hpp"
#include "pidlab/transport.hpp"

namespace pidlab {

namespace oracle {
class World;
}

/// A lab of real processes: its root namespace is a fresh pid namespace of the running kernel, its
/// init the first process there, and each task a process or thread that executes what it is told
/// by system calls of its own. What operations answer is what those return and what /proc shows.
///
/// Needs root. A kernel before 6.14 has one pid_max for all: a lab that asks for another one
/// changes the machine's until it goes. Closing ends the init, and with it everybody.
///
/// Other than other transports this one throws Error where the machine fails it: a task that does
/// not answer in time.
class OracleTransport final : public Transport {
public:
    /// @throws DeviceError not root; no pid namespaces here
    OracleTransport();
    ~OracleTransport() override;

    [[nodiscard]] int setup(pidlab_setup &arg) override;
    [[nodiscard]] RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override;
    [[nodiscard]] int info(pidlab_info &out) override;
    [[nodiscard]] int check(pidlab_check &out, std::span<pidlab_task_info> room) override;

    /// Whether there is an object of this id, and not only once was.
    [[nodiscard]] bool exists(std::uint64_t id) const;

private:
    std::unique_ptr<oracle::World> world_;
    pidlab_setup setup_{};
    bool ready_ = false;
};

/// Something of a lab that real processes have not got.
struct OracleLack {
    std::size_t line = 0; ///< in the scenario
    std::string what;     ///< the operation, flag, setting or counter by its name
    std::string_view why;
};

/// Why an operation has no counterpart; empty: it has one.
[[nodiscard]] std::string_view oracle_lacks(const OpInfo &op);
/// The same of a flag of fork, a setting, a counter.
[[nodiscard]] std::string_view oracle_lacks_flag(unsigned bit);
[[nodiscard]] std::string_view oracle_lacks_setting(pidlab_setting slot);
[[nodiscard]] std::string_view oracle_lacks_counter(pidlab_counter slot);

/// What a scenario uses that real processes have not got, line by line; empty: it can run.
[[nodiscard]] std::vector<OracleLack> what_the_oracle_lacks(const scenario::Scenario &scenario);

/// Where generation `idr' and the running kernel are known to answer differently. Something must
/// still come by each: tests fail for one that nothing needs any more.
struct OracleDifference {
    std::string_view name;
    std::string_view why;
    /// Whether it is why an operation went differently; nullptr: random programs do not meet it.
    bool (*explains)(const OpInfo &op, const pidlab_op &real, const pidlab_op &lab) = nullptr;
    bool parts = false;           ///< from there on the two are in different states
    std::string_view scenarios{}; ///< those that do not hold because of it, with blanks between
};

/// All of them.
[[nodiscard]] std::span<const OracleDifference> oracle_differences();

} // namespace pidlab
