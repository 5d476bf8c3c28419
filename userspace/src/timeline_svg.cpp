// SPDX-License-Identifier: MIT
// A timeline as a drawing: time goes to the right, an operation a column.
#include <algorithm>
#include <vector>

#include "pidlab/format.hpp"
#include "pidlab/pictures.hpp"
#include "svg.hpp"

namespace pidlab {

namespace {

constexpr double row_height = 22;
constexpr double bar_height = 15;
constexpr double head_height = 24;

class Drawing {
public:
    Drawing(const Timeline &timeline, std::size_t most) : timeline_(timeline), most_(most) {
        std::size_t names = 24; // as long as those of the curves
        for (const Timeline::Life &life : timeline.lives)
            names = std::max(names, columns_of(label(life)));
        for (const Timeline::Hold &hold : timeline.holds)
            names = std::max(names, columns_of(label(hold)));
        left_ = static_cast<double>(std::min<std::size_t>(names, 34)) * Svg::column + 24;
        // A column is wide enough for the number of its line; long runs are pressed together.
        const double room = 1500.0 / std::max(1.0, timeline.end);
        unit_ = std::clamp(room, 3.0, 34.0);
    }

    std::string take() {
        axis();
        for (const Timeline::Space &space : timeline_.spaces)
            draw(space);
        draw_holds();
        draw_samples();
        return svg_.take("timeline: who lived from which operation to which");
    }

private:
    static std::string label(const Timeline::Life &life) {
        const std::string name = life.thread ? fmt::format("{{{}}}", life.name) : life.name;
        return life.vnr == life.nr ? fmt::format("{}  {}", name, life.nr)
                                   : fmt::format("{}  {} ({})", name, life.vnr, life.nr);
    }

    static std::string label(const Timeline::Hold &hold) {
        return fmt::format("{}  {} {}", hold.name, hold.op, hold.of);
    }

    [[nodiscard]] double x(double at) const { return left_ + at * unit_; }

    // Numbers of lines, as many as there is room for.
    void axis() {
        svg_.text(8, y_ + 14, "line", "dim");
        double free = 0;
        for (const Timeline::Act &act : timeline_.acts) {
            const std::string number = act.line ? std::to_string(act.line) : "end";
            const double middle = x(act.at + Timeline::Act::length / 2);
            const double half = static_cast<double>(number.size()) * Svg::column / 2;
            if (middle - half < free)
                continue;
            svg_.text(middle, y_ + 14, number, act.refused ? "middle bad" : "middle dim");
            free = middle + half + 5;
        }
        y_ += head_height;
        svg_.text(8, y_ + 12, "operation", "dim");
        for (const Timeline::Act &act : timeline_.acts)
            svg_.rect(x(act.at), y_ + 1, std::max(1.5, Timeline::Act::length * unit_ - 1),
                      bar_height,
                      act.refused      ? "act refused"
                      : act.op == "gp" ? "act gp"
                                       : "act",
                      2,
                      fmt::format("{}{} → {}",
                                  act.line ? fmt::format("line {}: ", act.line) : std::string{},
                                  act.text.empty() ? act.op : act.text, act.outcome));
        y_ += row_height;
    }

    void heading(const std::string &text) {
        y_ += 8;
        svg_.text(8, y_ + 13, text, "strong");
        svg_.line(8, y_ + 19, x(timeline_.end), y_ + 19, "rule");
        y_ += head_height + 2;
    }

    void draw(const Timeline::Space &space) {
        std::vector<const Timeline::Life *> there;
        for (const Timeline::Life &life : timeline_.lives)
            if (life.ns == space.id)
                there.push_back(&life);
        heading(space.level == 0 ? "root namespace"
                                 : fmt::format("namespace {}, depth {}", space.name, space.level));
        if (space.level != 0)
            svg_.rect(x(space.span.begin), y_ - 8.5, (space.span.end - space.span.begin) * unit_, 3,
                      "space", 1,
                      space.span.open ? "the namespace, still there at the end"
                                      : "the namespace, until it was freed");
        std::size_t left_out = 0;
        for (const Timeline::Life *life : there) {
            if (drawn_ >= most_) {
                ++left_out;
                continue;
            }
            ++drawn_;
            draw(*life);
        }
        if (left_out != 0) {
            svg_.text(left_, y_ + 12, fmt::format("… and {} more tasks", left_out), "dim");
            y_ += row_height;
        }
    }

    void row_label(const std::string &text) {
        svg_.text(left_ - 12, y_ + 12,
                  shortened(text, static_cast<std::size_t>((left_ - 20) / Svg::column)), "end");
    }

    void draw(const Timeline::Life &life) {
        row_label(label(life));
        for (const auto &[phase, span] : life.phases) {
            const double width = std::max(2.0, (span.end - span.begin) * unit_);
            const std::string word{phase_word(phase)};
            svg_.rect(x(span.begin), y_, width, bar_height, fmt::format("bar {}", word), 2,
                      fmt::format("{}: {}", life.name, word));
            const double wide = static_cast<double>(word.size()) * Svg::column + 8;
            if (phase != Timeline::Phase::running && wide <= width)
                svg_.text(x(span.begin) + 4, y_ + 11.5, word, "inbar");
        }
        // What goes on has no end.
        if (life.span.open)
            svg_.path(fmt::format("M{0:.1f} {1:.1f}l6 {2:.1f}l-6 {2:.1f}z", x(life.span.end), y_,
                                  bar_height / 2),
                      fmt::format("bar {}", phase_word(life.phases.back().first)));
        y_ += row_height;
    }

    void draw_holds() {
        if (timeline_.holds.empty())
            return;
        heading("references");
        std::size_t drawn = 0;
        for (const Timeline::Hold &hold : timeline_.holds) {
            if (drawn++ >= most_)
                continue;
            row_label(label(hold));
            const bool weak = Snapshot::is_weak(hold.kind);
            svg_.rect(x(hold.span.begin), y_ + 3,
                      std::max(2.0, (hold.span.end - hold.span.begin) * unit_), bar_height - 6,
                      weak ? "hold weak" : "hold pins", 4,
                      fmt::format("{}: {}", label(hold), weak ? "weak" : "pins what it is of"));
            y_ += row_height;
        }
        if (drawn > most_) {
            svg_.text(left_, y_ + 12, fmt::format("… and {} more", drawn - most_), "dim");
            y_ += row_height;
        }
    }

    void draw_samples() {
        heading("what the lab held");
        draw_curve("tasks", [](const Timeline::Sample &at) { return at.tasks; });
        draw_curve("pids", [](const Timeline::Sample &at) { return at.pids; });
        draw_curve("references", [](const Timeline::Sample &at) { return at.references; });
        draw_curve("bytes", [](const Timeline::Sample &at) { return at.bytes; });
    }

    template <typename Value> void draw_curve(const std::string &what, Value value) {
        std::uint64_t most = 0;
        for (const Timeline::Sample &sample : timeline_.samples)
            most = std::max(most, value(sample));
        if (most == 0)
            return;
        constexpr double high = 30;
        const std::string top = what == "bytes" ? bytes_text(most) : std::to_string(most);
        row_label(fmt::format("{}, at most {}", what, top));
        const auto y = [&](std::uint64_t at) {
            return y_ + high - high * static_cast<double>(at) / static_cast<double>(most);
        };
        std::string path = fmt::format("M{:.1f} {:.1f}", x(0), y_ + high);
        for (const Timeline::Sample &sample : timeline_.samples)
            path += fmt::format("H{:.1f}V{:.1f}", x(sample.at), y(value(sample)));
        path += fmt::format("H{:.1f}V{:.1f}z", x(timeline_.end), y_ + high);
        svg_.path(path, "curve");
        svg_.line(x(0), y_ + high, x(timeline_.end), y_ + high, "rule");
        y_ += high + 12;
    }

    const Timeline &timeline_;
    std::size_t most_;
    std::size_t drawn_ = 0;
    Svg svg_;
    double left_ = 0;
    double unit_ = 0;
    double y_ = 4;
};

} // namespace

std::string draw_timeline(const Timeline &timeline, std::size_t most) {
    return Drawing{timeline, most}.take();
}

} // namespace pidlab
