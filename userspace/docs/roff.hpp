// SPDX-License-Identifier: MIT
/// @file
/// Text for manual pages.
#pragma once

#include <string>
#include <string_view>

namespace pidlab::docs {

/// Letters that mean something to roff, as what they look like.
[[nodiscard]] std::string escaped(std::string_view text);

/// Running text: `words' in the quotes of our messages become bold.
[[nodiscard]] std::string prose(std::string_view text);

[[nodiscard]] std::string bold(std::string_view text);
[[nodiscard]] std::string italic(std::string_view text);

/// A tagged paragraph; both parts are roff already.
[[nodiscard]] std::string tagged(const std::string &tag, const std::string &body);

/// ".TH" for a page.
[[nodiscard]] std::string heading(std::string_view name, int section);

} // namespace pidlab::docs
