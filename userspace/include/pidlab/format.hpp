// SPDX-License-Identifier: MIT
/// @file
/// Objects of the library as text: std::ostream and fmt.
#pragma once

#include <ostream>
#include <string>

#include <fmt/ostream.h>

#include "pidlab/lab.hpp"

namespace pidlab {

/// An id as "task#12", "none" for 0, the number in hexadecimal for a kind that does not exist.
[[nodiscard]] std::string id_text(std::uint64_t raw);

/// A value of an operand or result in the words of its kind: an id, a type, a state, a number.
[[nodiscard]] std::string value_text(pidlab_arg kind, std::uint64_t value);

/// A value of a setting in its words, if it has any: a generation, bugs with + between them.
[[nodiscard]] std::string setting_text(pidlab_setting slot, std::uint64_t value);

/// An operation with its operands by name, except those that are as if left out:
/// "fork parent=task#1 newpid (fail_nth=2)".
[[nodiscard]] std::string op_text(const pidlab_op &op);

/// What came of it: "task=task#2 nr=2", "ok" without results, or the errno's name.
[[nodiscard]] std::string result_text(const pidlab_op &op);

/// A number of bytes as people read it, exact below 10K: "840", "25.4K", "1.2M".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

template <pidlab_object Kind> std::ostream &operator<<(std::ostream &out, Id<Kind> id) {
    return out << id_text(id.raw());
}

std::ostream &operator<<(std::ostream &out, const Violation &violation);
std::ostream &operator<<(std::ostream &out, const CheckResult &result);
std::ostream &operator<<(std::ostream &out, const Info &info);
std::ostream &operator<<(std::ostream &out, const Settings &settings);

} // namespace pidlab

/// The operation and, after an arrow, what came of it.
std::ostream &operator<<(std::ostream &out, const pidlab_op &op);
std::ostream &operator<<(std::ostream &out, const pidlab_task_info &task);

template <pidlab_object Kind> struct fmt::formatter<pidlab::Id<Kind>> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab::Violation> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab::CheckResult> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab::Info> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab::Settings> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab_op> : fmt::ostream_formatter {};
template <> struct fmt::formatter<pidlab_task_info> : fmt::ostream_formatter {};
