// SPDX-License-Identifier: MIT
/// @file
/// Options of `pidlab explore'.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace pidlab::cli {

/// What `pidlab explore' was asked for.
struct ExploreOptions {
    std::vector<std::string> files;
    std::optional<unsigned> preemptions;
    std::optional<std::uint64_t> runs;
    std::optional<double> time;
    std::string shard;
    std::string replay;
    std::string save;
    std::string bugs;
    std::string resume;
    double every = 30;
    std::optional<std::uint64_t> random;
    unsigned depth = 3;
    std::uint64_t seed = 0;
    unsigned faults = 0;
    bool plain = false;
    bool fine = false;
    bool no_history = false;
    bool progress = false;
    bool json = false;
};

/// Add them to the command.
void add_options(CLI::App &sub, const std::shared_ptr<ExploreOptions> &options);

} // namespace pidlab::cli
