// SPDX-License-Identifier: MIT
/// @file
/// Pieces of SVG for the HTML report. Colours are classes, which the page's style sheet knows.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace pidlab {

/// Text as it may stand in HTML, SVG and their quoted attributes: nothing in it is markup, control
/// characters and broken UTF-8 are '?'.
[[nodiscard]] std::string html_text(std::string_view text);

/// How many columns a text has in a monospaced font.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The text cut to so many columns, with an ellipsis where something is missing.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

/// A drawing that grows as things are put in it. Lengths are in pixels.
class Svg {
public:
    static constexpr double line_height = 17;
    /// Width of a column at 12 pixels: wider than any monospaced font is.
    static constexpr double column = 7.4;

    void rect(double x, double y, double width, double height, std::string_view classes,
              double radius = 3, std::string_view tip = {});
    void line(double x1, double y1, double x2, double y2, std::string_view classes);
    /// @param path the d attribute
    void path(const std::string &path, std::string_view classes);
    /// @param y the base line
    void text(double x, double y, std::string_view text, std::string_view classes = {});
    void circle(double x, double y, double radius, std::string_view classes);

    /// The drawing, as wide and high as what is in it.
    /// @param title what it shows, for those who do not see it
    [[nodiscard]] std::string take(std::string_view title) const;

private:
    void reach(double x, double y);

    std::string body_;
    double width_ = 0;
    double height_ = 0;
};

} // namespace pidlab
