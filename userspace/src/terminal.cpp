// SPDX-License-Identifier: MIT
#include "pidlab/terminal.hpp"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace pidlab {

bool colours_wanted(int fd) {
    const char *refused = std::getenv("NO_COLOR");
    if (refused && *refused)
        return false;
    const char *terminal = std::getenv("TERM");
    return ::isatty(fd) && terminal && std::string(terminal) != "dumb";
}

bool utf8_locale() {
    // The first one set decides, as in setlocale(3).
    for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char *value = std::getenv(name);
        if (!value || !*value)
            continue;
        const std::string locale = value;
        return locale.find("UTF-8") != std::string::npos ||
               locale.find("utf8") != std::string::npos;
    }
    return false;
}

} // namespace pidlab
