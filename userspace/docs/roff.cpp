// SPDX-License-Identifier: MIT
#include "roff.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace pidlab::docs {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '\\':
            out += "\\(rs";
            break;
        case '-':
            out += "\\-";
            break;
        case '\'':
            out += "\\(aq";
            break;
        case '`':
            out += "\\(ga";
            break;
        case '^':
            out += "\\(ha";
            break;
        case '~':
            out += "\\(ti";
            break;
        case '"':
            out += "\\(dq";
            break;
        default:
            out += c;
        }
    }
    // A line that begins with a point is a request.
    return out.starts_with('.') ? "\\&" + out : out;
}

std::string prose(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t open = text.find('`');
        const std::size_t close = open == text.npos ? open : text.find('\'', open);
        if (close == text.npos)
            break;
        out += escaped(text.substr(0, open)) + bold(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
    return out + escaped(text);
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }

std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string tagged(const std::string &tag, const std::string &body) {
    return ".TP\n" + tag + '\n' + body + '\n';
}

std::string heading(std::string_view name, int section) {
    std::string title(name);
    std::ranges::transform(title, title.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return fmt::format(".TH \"{}\" {} \"\" \"pidlab {}\" \"pidlab\"\n", title, section,
                       PIDLAB_VERSION);
}

} // namespace pidlab::docs
