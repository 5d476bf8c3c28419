// SPDX-License-Identifier: MIT
/// @file
/// What the terminal can show.
#pragma once

namespace pidlab {

/// Whether colours are wanted on a file descriptor: it is a terminal that has them, and NO_COLOR
/// is not set (https://no-color.org).
[[nodiscard]] bool colours_wanted(int fd);

/// Whether the locale of the environment is UTF-8.
[[nodiscard]] bool utf8_locale();

} // namespace pidlab
