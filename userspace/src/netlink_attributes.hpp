// SPDX-License-Identifier: MIT
/// @file
/// The attributes of one nest, by number. Points into the message; as long-lived as that.
#pragma once

#include <array>
#include <cstdint>

#include <netlink/attr.h>

namespace pidlab {

class Attributes {
public:
    /// @param nest the attribute that has them inside
    explicit Attributes(nlattr *nest) : nest_(nest) {
        nla_parse_nested(table_.data(), size - 1, nest, nullptr);
    }

    /// @name Values; 0 where there is no such attribute
    /// @{
    [[nodiscard]] std::uint64_t u64(int attr) const { return at(attr) ? nla_get_u64(at(attr)) : 0; }
    [[nodiscard]] std::uint32_t u32(int attr) const { return at(attr) ? nla_get_u32(at(attr)) : 0; }
    [[nodiscard]] std::int32_t s32(int attr) const { return at(attr) ? nla_get_s32(at(attr)) : 0; }
    [[nodiscard]] bool flag(int attr) const { return at(attr) != nullptr; }
    /// @}

    /// Call @p take with each nest of a number, in the order in which they stand.
    template <typename Take> void each(int attr, Take take) const {
        nlattr *child = nullptr;
        int left = 0;
        nla_for_each_nested(child, nest_, left) {
            if (nla_type(child) == attr)
                take(Attributes(child));
        }
    }

private:
    static constexpr int size = 32;

    [[nodiscard]] nlattr *at(int attr) const { return table_.at(static_cast<std::size_t>(attr)); }

    nlattr *nest_;
    std::array<nlattr *, size> table_{};
};

} // namespace pidlab
