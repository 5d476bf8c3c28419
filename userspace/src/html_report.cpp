// SPDX-License-Identifier: MIT
#include "pidlab/html_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "html_style.hpp"
#include "pidlab/format.hpp"
#include "pidlab/pictures.hpp"
#include "svg.hpp"

namespace pidlab {

namespace {

// Lines of a scenario beyond which a page only tells how many more there are.
constexpr std::size_t max_lines = 2000;

class Page {
public:
    Page(const Report &report, const std::vector<Sighting> &sightings, const Timeline &timeline,
         const GenerationComparison *comparison)
        : report_(report), sightings_(sightings), timeline_(timeline), comparison_(comparison) {}

    std::string take() {
        const std::string title = html_text(report_.title.empty() ? report_.name() : report_.title);
        // The policy keeps the word that nothing is fetched from anywhere.
        out_ = fmt::format("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" "
                           "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width\">\n"
                           "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
                           title, html_style);
        head(title);
        scenario();
        for (std::size_t i = 0; i < sightings_.size(); ++i)
            sighting(sightings_[i], i + 1 == sightings_.size());
        timeline();
        if (comparison_)
            generations();
        memory();
        out_ += "<footer>Made by pidlab. This page is one file and fetches nothing."
                "</footer>\n</body>\n</html>\n";
        return std::move(out_);
    }

private:
    template <typename... Parts> void add(fmt::format_string<Parts...> text, Parts &&...parts) {
        out_ += fmt::format(text, std::forward<Parts>(parts)...);
    }

    void head(const std::string &title) {
        add("<h1>{}</h1>\n<p class=\"meta\"><span class=\"verdict{}\">{}</span> "
            "<span class=\"code\">{}</span> · generation {} · {} operations, {} of them refused "
            "as expected · invariants checked {} times</p>\n",
            title, report_.passed() ? "" : " failed", report_.passed() ? "holds" : "fails",
            html_text(report_.source.name()),
            html_text(
                setting_text(PIDLAB_SET_GENERATION, report_.start.setting(PIDLAB_SET_GENERATION))),
            report_.operations, report_.refused, report_.checks);
        std::string paragraph;
        for (const char c : report_.description + "\n\n") {
            paragraph += c;
            if (!paragraph.ends_with("\n\n"))
                continue;
            if (paragraph.find_first_not_of('\n') != std::string::npos)
                add("<p>{}</p>\n", html_lines(paragraph));
            paragraph.clear();
        }
    }

    // Ends of lines become blanks.
    static std::string html_lines(std::string text) {
        std::ranges::replace(text, '\n', ' ');
        return html_text(text);
    }

    void scenario() {
        out_ += "<h2>The scenario, line by line</h2>\n<div class=\"scroll\">"
                "<table class=\"code\">\n<tr><th class=\"number\">line</th><th>scenario</th>"
                "<th>what came of it</th></tr>\n";
        std::size_t told = 0;
        for (const ReportEntry &entry : report_.entries) {
            if (++told > max_lines)
                continue;
            for (const std::string &prose : entry.prose)
                add("<tr class=\"prose\"><td></td><td colspan=\"2\">{}</td></tr>\n",
                    html_text(prose));
            add("<tr><td class=\"number\">{}</td><td>{}{}</td><td class=\"{}\">{}</td></tr>\n",
                entry.line, std::string(2 * std::size_t{entry.depth}, ' '), html_text(entry.text),
                entry.outcome.starts_with("refused") ? "refused" : "", outcome(entry));
        }
        if (told > max_lines)
            add("<tr><td></td><td colspan=\"2\">… and {} more lines</td></tr>\n", told - max_lines);
        failed_line();
        out_ += "</table></div>\n";
        if (report_.failure)
            add("<pre class=\"diagnostic\">{}</pre>\n",
                html_block(render(report_.source, *report_.failure)));
    }

    // Ends of lines stay; everything else that is no text goes.
    static std::string html_block(const std::string &text) {
        std::string out;
        std::size_t begin = 0;
        while (begin < text.size()) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            out += html_text(std::string_view{text}.substr(begin, end - begin)) + '\n';
            begin = end + 1;
        }
        return out;
    }

    static std::string outcome(const ReportEntry &entry) {
        if (entry.tree)
            return fmt::format("<a href=\"#line{}\">see below</a>", entry.line);
        if (entry.rounds)
            return fmt::format("{} round{}{}", *entry.rounds, *entry.rounds == 1 ? "" : "s",
                               entry.left ? ", then left" : "");
        return html_text(entry.outcome);
    }

    void failed_line() {
        if (!report_.failure)
            return;
        const scenario::Range &at = report_.failure->at;
        add("<tr class=\"failed\"><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>\n",
            at.line, html_text(report_.source.line(at.line)), html_text(report_.failure->message));
    }

    void sighting(const Sighting &seen, bool last) {
        const NameOf name = [&seen](std::uint64_t id) { return std::string{seen.names->name(id)}; };
        const std::string title =
            last ? std::string{"At the end"}
                 : fmt::format("After line {}{}", seen.line,
                               seen.title.empty() ? "" : ": " + html_text(seen.title));
        add("<h2 id=\"{}\">{}</h2>\n", last ? "end" : fmt::format("line{}", seen.line), title);
        if (!seen.snapshot.consistent)
            out_ += "<p class=\"bad\">The lab changed while it was looked at.</p>\n";
        add("<h3>Tree</h3>\n<div class=\"scroll tall\">{}</div>\n", draw_tree(seen.snapshot, name));
        add("<h3>Graph</h3>\n{}<div class=\"scroll tall\">{}</div>\n", graph_legend(),
            draw_graph(seen.snapshot, name));
    }

    static std::string key(std::string_view colour, std::string_view border, std::string_view text,
                           bool thin = false) {
        return fmt::format("<span{} style=\"--c:var(--{});--l:var(--{})\">{}</span>",
                           thin ? " class=\"thin\"" : "", colour, border, text);
    }

    static std::string graph_legend() {
        return "<div class=\"legend\">" + key("running", "running-line", "task") +
               key("zombie", "zombie-line", "zombie") +
               key("pid", "pid-line",
                   "struct pid, with "
                   "its numbers from the root inwards and its users in the order of its lists") +
               key("running-line", "running-line", "its own pid", true) +
               key("pid-line", "pid-line", "group, session", true) +
               key("pins", "pins", "reference that pins", true) +
               key("weak", "weak", "weak reference", true) + "</div>\n";
    }

    void timeline() {
        add("<h2>Timeline</h2>\n<p>Each column is an operation of the scenario; what it changes "
            "begins or ends where it ends.</p>\n<div class=\"legend\">{}{}{}{}{}{}{}</div>\n"
            "<div class=\"scroll tall\">{}</div>\n",
            key("running", "running-line", "running"), key("frozen", "frozen-line", "frozen"),
            key("ending", "ending-line", "reaper that waits for others"),
            key("zombie", "zombie-line", "zombie"), key("dead", "dead-line", "reaped, still held"),
            key("act", "act", "operation"), key("bad", "bad", "refused"), draw_timeline(timeline_));
        if (timeline_.left_out != 0)
            add("<p>The last {} operations are not in it.</p>\n", timeline_.left_out);
    }

    void generations() {
        add("<h2>In every generation</h2>\n<div class=\"scroll\"><table>\n<tr><th>generation</th>"
            "<th>result</th><th class=\"number\">most memory</th><th>what it is</th></tr>\n");
        for (const GenerationRun &run : comparison_->runs)
            add("<tr><td class=\"code\">{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td>"
                "</tr>\n",
                html_text(run.generation->name), result(run),
                run.result == GenerationRun::Result::held
                    ? bytes_text(run.report->peak.counter(PIDLAB_CTR_BYTES))
                    : "",
                html_text(run.generation->help));
        out_ += "</table></div>\n";
        if (comparison_->differences.empty())
            return;
        out_ += "<h3>Where they differ</h3>\n<div class=\"scroll\"><table>\n<tr>"
                "<th class=\"number\">line</th><th>scenario</th><th>what came of it</th>"
                "<th>because</th></tr>\n";
        for (const GenerationDifference &line : comparison_->differences)
            difference(line);
        out_ += "</table></div>\n";
    }

    static std::string result(const GenerationRun &run) {
        switch (run.result) {
        case GenerationRun::Result::held:
            return "<span class=\"ok\">holds</span>";
        case GenerationRun::Result::failed:
            return fmt::format("<span class=\"bad\">fails</span>: {}",
                               html_text(run.report->failure->message));
        case GenerationRun::Result::lacking:
            return "lacks it: " + html_text(run.report->lacking);
        case GenerationRun::Result::elsewhere:
            return "not meant for it";
        }
        return {};
    }

    void difference(const GenerationDifference &line) {
        std::string outcomes;
        for (const GenerationDifference::Outcome &outcome : line.outcomes) {
            std::vector<std::string_view> who;
            for (const WordInfo *generation : outcome.generations)
                who.push_back(generation->name);
            outcomes += fmt::format("<div><span class=\"refused\">{}:</span> {}</div>",
                                    html_text(fmt::format("{}", fmt::join(who, ", "))),
                                    html_text(outcome.words));
        }
        add("<tr><td class=\"number\">{}</td><td class=\"code\">{}</td><td class=\"code\">{}</td>"
            "<td>{}</td></tr>\n",
            line.line, html_text(line.text), outcomes,
            line.why.empty() ? "<span class=\"bad\">the scenario does not say</span>"
                             : html_text(line.why));
    }

    void memory() {
        add("<h2>Memory</h2>\n<p>At most {} were in use{}; {} at the end, {} at the start.</p>\n",
            bytes_text(report_.peak.counter(PIDLAB_CTR_BYTES)),
            report_.peak_line ? fmt::format(", after line {}", report_.peak_line) : std::string{},
            bytes_text(report_.end.counter(PIDLAB_CTR_BYTES)),
            bytes_text(report_.start.counter(PIDLAB_CTR_BYTES)));
        if (report_.pinned.tasks.empty())
            return;
        add("<p>Tasks that had exited pinned {} at most, after line {}:</p>\n"
            "<div class=\"scroll\"><table>\n<tr><th>task</th><th>state</th><th>pinned by</th>"
            "<th class=\"number\">bytes</th></tr>\n",
            bytes_text(report_.pinned.bytes), report_.pinned.line);
        for (const PinnedTask &task : report_.pinned.tasks)
            add("<tr><td class=\"code\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td>"
                "</tr>\n",
                html_text(task.name), html_text(task.state), html_text(task.by),
                bytes_text(task.bytes));
        if (report_.pinned.more != 0)
            add("<tr><td colspan=\"4\">… and {} more</td></tr>\n", report_.pinned.more);
        out_ += "</table></div>\n";
    }

    const Report &report_;
    const std::vector<Sighting> &sightings_;
    const Timeline &timeline_;
    const GenerationComparison *comparison_;
    std::string out_;
};

} // namespace

std::string render_html(const Report &report, const std::vector<Sighting> &sightings,
                        const Timeline &timeline, const GenerationComparison *comparison) {
    return Page{report, sightings, timeline, comparison}.take();
}

} // namespace pidlab
