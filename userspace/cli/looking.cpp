// SPDX-License-Identifier: MIT
#include "looking.hpp"

#include <cstdio>
#include <fstream>

#include <fmt/format.h>

namespace pidlab::cli {

bool write_text(const std::string &file, const std::string &text, const char *command) {
    if (file.empty() || file == "-") {
        fmt::print("{}", text);
        return std::fflush(stdout) == 0;
    }
    std::ofstream out(file, std::ios::trunc | std::ios::binary);
    out << text << std::flush;
    if (!out)
        fmt::print(stderr, "pidlab {}: cannot write {}\n", command, file);
    return out.good();
}

} // namespace pidlab::cli
