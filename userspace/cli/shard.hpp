// SPDX-License-Identifier: MIT
/// @file
/// Parts of a search, as options have them: 1/4 is the first of four.
#pragma once

#include <cstdio>
#include <string>

namespace pidlab::cli {

/// A part, counted from 0, of so many.
struct Shard {
    unsigned part = 0;
    unsigned parts = 1;
};

/// @param text what is_shard() has let through
inline Shard shard_of(const std::string &text) {
    return {static_cast<unsigned>(std::stoul(text)) - 1,
            static_cast<unsigned>(std::stoul(text.substr(text.find('/') + 1)))};
}

/// Why a text is no part of several; empty: it is.
inline std::string is_shard(const std::string &text) {
    unsigned part = 0;
    unsigned parts = 0;
    char more = 0;
    const bool good = std::sscanf(text.c_str(), "%u/%u%c", &part, &parts, &more) == 2 &&
                      part >= 1 && part <= parts;
    return good ? std::string{} : "a part of several is written as 1/4";
}

} // namespace pidlab::cli
