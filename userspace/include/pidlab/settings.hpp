// SPDX-License-Identifier: MIT
/// @file
/// What a lab is to be like.
#pragma once

#include <cstdint>
#include <optional>

#include <pidlab.h>

namespace pidlab {

/// Settings given for a lab; those not given have the table's defaults. Units are those of the
/// table (bytes, counts, bits). Values are not checked here: SETUP answers EINVAL.
class Settings {
public:
    /// Give a value.
    Settings &set(pidlab_setting slot, std::uint64_t value) {
        given_ |= std::uint64_t{1} << slot;
        value_[slot] = value;
        return *this;
    }

    /// The given value, or nothing.
    [[nodiscard]] std::optional<std::uint64_t> get(pidlab_setting slot) const {
        if (!(given_ >> slot & 1))
            return std::nullopt;
        return value_[slot];
    }

    /// Bit n is set: slot n is given.
    [[nodiscard]] std::uint64_t given() const { return given_; }

    /// The argument of SETUP.
    [[nodiscard]] pidlab_setup encode() const {
        pidlab_setup arg{};
        arg.size = sizeof(arg);
        arg.given = given_;
        for (unsigned slot = 0; slot < PIDLAB_SETTING_SLOTS; ++slot)
            arg.value[slot] = value_[slot];
        return arg;
    }

private:
    std::uint64_t given_ = 0;
    std::uint64_t value_[PIDLAB_SETTING_SLOTS] = {};
};

} // namespace pidlab
