// SPDX-License-Identifier: MIT
/// @file
/// What the files of subcommands share.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include <pidlab.h>

#include "pidlab/lab.hpp"

namespace pidlab::cli {

/// Exit codes of the command.
enum Exit : int {
    exit_ok = 0,
    exit_failed = 1,    ///< a scenario did not hold
    exit_usage = 2,     ///< wrong usage, or a scenario that cannot be read
    exit_no_device = 3, ///< no device, no permission, another interface, nothing to run
};

/// Options of the command itself.
struct Globals {
    std::string device = PIDLAB_DEVICE;
    bool fds = false;    ///< watches are file descriptors
    bool model = false;  ///< no device: labs of the reference model
    bool oracle = false; ///< no device: labs of real processes
};

/// A new lab, of the module, of the model or of real processes.
/// @throws DeviceError
[[nodiscard]] Lab open_lab(const Globals &globals);

/// What a subcommand does once its options are read; answers the exit code. May throw: main()
/// turns DeviceError into exit_no_device and other exceptions into exit_failed.
using Action = std::function<int()>;

/// @name Subcommands: each declares its options on @p sub and gives what runs it
/// Both arguments outlive the action.
/// @{
Action add_info(CLI::App &sub, const Globals &globals);
Action add_catalogue(CLI::App &sub, const Globals &globals);
Action add_explore(CLI::App &sub, const Globals &globals);
Action add_pairs(CLI::App &sub, const Globals &globals);
Action add_run(CLI::App &sub, const Globals &globals);
Action add_replay(CLI::App &sub, const Globals &globals);
Action add_check(CLI::App &sub, const Globals &globals);
Action add_fmt(CLI::App &sub, const Globals &globals);
Action add_quiz(CLI::App &sub, const Globals &globals);
Action add_tree(CLI::App &sub, const Globals &globals);
Action add_graph(CLI::App &sub, const Globals &globals);
Action add_timeline(CLI::App &sub, const Globals &globals);
Action add_report(CLI::App &sub, const Globals &globals);
Action add_shell(CLI::App &sub, const Globals &globals);
Action add_ops(CLI::App &sub, const Globals &globals);
Action add_monitor(CLI::App &sub, const Globals &globals);
Action add_bugs(CLI::App &sub, const Globals &globals);
Action add_oracle(CLI::App &sub, const Globals &globals);
/// @}

} // namespace pidlab::cli
