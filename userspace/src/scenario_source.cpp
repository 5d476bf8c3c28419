// SPDX-License-Identifier: MIT
#include "pidlab/scenario_source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/words.hpp"

namespace pidlab::scenario {

namespace {

// Longer words are no slips of one that is known, and comparing them costs their square.
constexpr std::size_t longest_slip = 40;

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Length of the well-formed UTF-8 sequence at the front, 0 when there is none.
std::size_t sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 0;
    if (lead < 0x80)
        length = 1;
    else if (lead >= 0xC2 && lead < 0xE0)
        length = 2;
    else if (lead >= 0xE0 && lead < 0xF0)
        length = 3;
    else if (lead >= 0xF0 && lead < 0xF5)
        length = 4;
    if (length == 0 || length > text.size())
        return 0;
    const std::string_view rest = text.substr(1, length - 1);
    return std::all_of(rest.begin(), rest.end(), continues) ? length : 0;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(std::max<std::size_t>(1, sequence(text)));
        ++count;
    }
    return count;
}

// What stands before the caret, tabs kept so that it lines up.
std::string margin(std::string_view before) {
    std::string out;
    while (!before.empty()) {
        out += before.front() == '\t' ? '\t' : ' ';
        before.remove_prefix(std::max<std::size_t>(1, sequence(before)));
    }
    return out;
}

} // namespace

Range cover(const Range &first, const Range &last) {
    const std::size_t begin = std::min(first.offset, last.offset);
    const std::size_t end = std::max(first.offset + first.length, last.offset + last.length);
    return {first.line, begin, end - begin};
}

SourceText::SourceText(std::string name, const std::string &text) : name_{std::move(name)} {
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        append(std::string{rest.substr(0, end)});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
}

std::string_view SourceText::line(std::size_t number) const {
    return number >= 1 && number <= lines_.size() ? std::string_view{lines_[number - 1]}
                                                  : std::string_view{};
}

std::size_t SourceText::append(std::string text) {
    if (!text.empty() && text.back() == '\r')
        text.pop_back();
    lines_.push_back(std::move(text));
    return lines_.size();
}

std::size_t column(const SourceText &source, const Range &at) {
    return characters(source.line(at.line).substr(0, at.offset)) + 1;
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = sequence(text);
        const auto lead = static_cast<unsigned char>(text.front());
        if (length == 0 || (lead < 0x20 && lead != '\t') || lead == 0x7F)
            out += '?';
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return out;
}

std::string render(const SourceText &source, const Diagnostic &diagnostic, bool colour) {
    const char *const strong = colour ? "\033[1m" : "";
    const char *const red = colour ? "\033[1;31m" : "";
    const char *const plain = colour ? "\033[0m" : "";
    const Range &at = diagnostic.at;
    std::string out = fmt::format("{}{}:{}:{}:{} {}error:{} {}\n", strong, source.name(), at.line,
                                  column(source, at), plain, red, plain, diagnostic.message);
    const std::string_view line = source.line(at.line);
    if (!line.empty()) {
        const std::string_view before = line.substr(0, at.offset);
        const std::string_view marked = line.substr(before.size(), at.length);
        const std::size_t tail = std::max<std::size_t>(1, characters(marked)) - 1;
        out += fmt::format("{:>5} | {}\n", at.line, printable(line));
        out += fmt::format("      | {}{}^{}{}{}{}\n", margin(before), red, std::string(tail, '~'),
                           plain, diagnostic.hint.empty() ? "" : " ", diagnostic.hint);
    } else if (!diagnostic.hint.empty()) {
        out += fmt::format("        {}\n", diagnostic.hint);
    }
    for (const std::string &note : diagnostic.notes)
        out += fmt::format("        {}\n", note);
    return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view> &candidates) {
    if (word.size() > longest_slip)
        return {};
    const auto near = nearest_word(word, candidates);
    // A word of which every letter had to change is another word.
    if (!near || edit_distance(word, *near) >= word.size())
        return {};
    return fmt::format("did you mean `{}'?", *near);
}

} // namespace pidlab::scenario
