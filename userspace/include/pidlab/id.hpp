// SPDX-License-Identifier: MIT
/// @file
/// Ids that know their kind.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include <pidlab.h>

namespace pidlab {

/// The id of an object of one kind. Naming an object does not keep it alive; 0 names none.
template <pidlab_object Kind> class Id {
public:
    static constexpr pidlab_object kind = Kind;

    constexpr Id() = default;
    constexpr explicit Id(std::uint64_t raw) : raw_(raw) {}

    /// The id as it travels in an operand.
    [[nodiscard]] constexpr std::uint64_t raw() const { return raw_; }

    /// The serial number, without the kind.
    [[nodiscard]] constexpr std::uint64_t serial() const { return raw_ >> PIDLAB_ID_KIND_BITS; }

    constexpr explicit operator bool() const { return raw_ != 0; }
    constexpr auto operator<=>(const Id &) const = default;

private:
    std::uint64_t raw_ = 0;
};

using TaskId = Id<PIDLAB_OBJECT_TASK>;
using PidId = Id<PIDLAB_OBJECT_PID>;
using NsId = Id<PIDLAB_OBJECT_NS>;
using RefId = Id<PIDLAB_OBJECT_REF>;
using ContainerId = Id<PIDLAB_OBJECT_CONTAINER>;

/// An operand that takes a task or a struct pid.
class Owner {
public:
    constexpr Owner(TaskId task) : raw_(task.raw()) {}
    constexpr Owner(PidId pid) : raw_(pid.raw()) {}
    [[nodiscard]] constexpr std::uint64_t raw() const { return raw_; }

private:
    std::uint64_t raw_;
};

/// An operand that takes a namespace, a task for its namespace, or nothing for the root.
class Where {
public:
    constexpr Where() = default;
    constexpr Where(NsId ns) : raw_(ns.raw()) {}
    constexpr Where(TaskId task) : raw_(task.raw()) {}
    [[nodiscard]] constexpr std::uint64_t raw() const { return raw_; }

private:
    std::uint64_t raw_ = 0;
};

} // namespace pidlab

template <pidlab_object Kind> struct std::hash<pidlab::Id<Kind>> {
    std::size_t operator()(pidlab::Id<Kind> id) const noexcept {
        return std::hash<std::uint64_t>{}(id.raw());
    }
};
