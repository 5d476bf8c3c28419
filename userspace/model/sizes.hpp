// SPDX-License-Identifier: MIT
/// @file
/// Sizes as the model reports them, in bytes: those of the documents where they tell, on a 64-bit
/// kernel. They stand in a proportion that is true; a kernel has its own.
#pragma once

#include <cstddef>

namespace pidlab::model::size {

inline constexpr std::size_t task = 256;      ///< beside its payload
inline constexpr std::size_t payload = 10240; ///< a stack and a task_struct of 2006
inline constexpr std::size_t task_ref = 24;
inline constexpr std::size_t ref = 48;
inline constexpr std::size_t ns = 2048;
inline constexpr std::size_t process = 0; ///< part of its leader's
inline constexpr std::size_t container = 128;
inline constexpr std::size_t rcu_head = 16;
inline constexpr std::size_t lab = 4096;

/// A struct pid at a depth.
constexpr std::size_t pid(std::size_t level) { return 64 + 32 * level; }

} // namespace pidlab::model::size
