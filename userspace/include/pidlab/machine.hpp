// SPDX-License-Identifier: MIT
/// @file
/// What the machine itself has, beside what a lab's account says. Row b11.
#pragma once

#include <cstdint>
#include <istream>
#include <span>
#include <string_view>

#include "pidlab/table.hpp"

namespace pidlab {

/// A figure of the running kernel, bytes unless it says otherwise.
enum class Machine : std::uint32_t {
    total,
    used,
    slab,
    oom_kills, ///< processes
};

/// The words for them, as scenarios write them: machine.WORD.
[[nodiscard]] std::span<const WordInfo> machine_words();

/// A figure of this moment; 0 where the kernel does not tell it. Asks /proc.
[[nodiscard]] std::uint64_t machine_figure(Machine what);

/// The number behind a key in text of the form of /proc/meminfo or /proc/vmstat: bytes where its
/// unit is kB; 0 when the key is not there.
[[nodiscard]] std::uint64_t proc_figure(std::istream &text, std::string_view key);

} // namespace pidlab
