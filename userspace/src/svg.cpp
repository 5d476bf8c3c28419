// SPDX-License-Identifier: MIT
#include "svg.hpp"

#include <algorithm>

#include "pidlab/scenario_source.hpp"

namespace pidlab {

namespace {

// Numbers as short as they can be: a picture has thousands.
std::string number(double value) {
    std::string out = fmt::format("{:.1f}", value);
    if (out.ends_with(".0"))
        out.resize(out.size() - 2);
    return out;
}

} // namespace

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : scenario::printable(text)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns || columns == 0)
        return std::string{text};
    std::string out;
    std::size_t seen = 0;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++seen == columns)
            break;
        out += c;
    }
    return out + "…";
}

void Svg::reach(double x, double y) {
    width_ = std::max(width_, x);
    height_ = std::max(height_, y);
}

void Svg::rect(double x, double y, double width, double height, std::string_view classes,
               double radius, std::string_view tip) {
    reach(x + width, y + height);
    body_ +=
        fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" rx="{}" class="{}")", number(x),
                    number(y), number(width), number(height), number(radius), classes);
    body_ += tip.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", html_text(tip));
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
    reach(std::max(x1, x2), std::max(y1, y2));
    body_ += fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>)"
                         "\n",
                         number(x1), number(y1), number(x2), number(y2), classes);
}

void Svg::path(const std::string &path, std::string_view classes) {
    body_ += fmt::format(R"(<path d="{}" class="{}"/>)"
                         "\n",
                         path, classes);
}

void Svg::text(double x, double y, std::string_view text, std::string_view classes) {
    const double wide = static_cast<double>(columns_of(text)) * column;
    if (classes.find("middle") != classes.npos)
        reach(x + wide / 2, y + 4);
    else if (classes.find("end") == classes.npos)
        reach(x + wide, y + 4);
    body_ += fmt::format(R"(<text x="{}" y="{}")", number(x), number(y));
    if (!classes.empty())
        body_ += fmt::format(R"( class="{}")", classes);
    body_ += fmt::format(">{}</text>\n", html_text(text));
}

void Svg::circle(double x, double y, double radius, std::string_view classes) {
    reach(x + radius, y + radius);
    body_ += fmt::format(R"(<circle cx="{}" cy="{}" r="{}" class="{}"/>)"
                         "\n",
                         number(x), number(y), number(radius), classes);
}

std::string Svg::take(std::string_view title) const {
    const std::string width = number(width_ + 8);
    const std::string height = number(height_ + 8);
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}">)"
        "\n<title>{2}</title>\n{3}</svg>\n",
        width, height, html_text(title), body_);
}

} // namespace pidlab
