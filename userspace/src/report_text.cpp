// SPDX-License-Identifier: MIT
// Reports for people.
#include "pidlab/report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/format.hpp"

namespace pidlab {

namespace {

// Longer lines push what came of them to the right, not everybody's.
constexpr std::size_t max_text = 44;

// As many as a reader will read.
constexpr std::size_t max_references = 8;

std::string plural(std::uint64_t count, std::string_view one, std::string_view many = {}) {
    if (count == 1)
        return fmt::format("1 {}", one);
    return many.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, many);
}

// Bytes by kind: "tasks 75.1K, pids 432".
std::string kinds(const Info &info) {
    static constexpr std::string_view ending = "_bytes";
    std::vector<std::string> out;
    for (const WordInfo &counter : counters()) {
        const std::uint64_t value = info.counter(static_cast<pidlab_counter>(counter.number));
        if (!counter.name.ends_with(ending) || value == 0)
            continue;
        const std::string_view kind = counter.name.substr(0, counter.name.size() - ending.size());
        out.push_back(fmt::format("{} {}", kind, bytes_text(value)));
    }
    return fmt::format("{}", fmt::join(out, ", "));
}

class Text {
public:
    Text(const Report &report, const TextStyle &style) : report_{report}, style_{style} {}

    std::string whole() {
        head();
        entries();
        if (report_.failure)
            failure();
        summary();
        return std::move(out_);
    }

    std::string line() {
        const std::string word = report_.passed() ? paint("32", "ok  ") : paint("1;31", "FAIL");
        out_ = fmt::format("{} {}  ({}, {} ms)\n", word, report_.name(),
                           plural(report_.operations, "operation"), report_.time.count());
        if (report_.failure)
            out_ += render(report_.source, *report_.failure, style_.colour);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string paint(std::string_view colour, std::string_view text) const {
        return style_.colour ? fmt::format("\033[{}m{}\033[0m", colour, text) : std::string{text};
    }

    void head() {
        out_ += paint("1", fmt::format("== {} ==", report_.name())) + '\n';
        const std::string title = report_.title.empty() ? report_.name() : report_.title;
        out_ += paint("1", title) + '\n';
        out_ += paint("2", report_.source.name()) + '\n';
        std::string_view rest = report_.description;
        if (!rest.empty())
            out_ += '\n';
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            out_ += fmt::format("  {}\n", rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        out_ += '\n';
    }

    void entries() {
        std::size_t width = 0;
        for (const ReportEntry &entry : report_.entries)
            if (!entry.outcome.empty())
                width = std::max(width, indented(entry).size());
        width = std::min(width, max_text);
        for (const ReportEntry &entry : report_.entries)
            this->entry(entry, width);
        if (!out_.ends_with("\n\n"))
            out_ += '\n';
    }

    static std::string indented(const ReportEntry &entry) {
        return std::string(2 * static_cast<std::size_t>(entry.depth), ' ') + entry.text;
    }

    void entry(const ReportEntry &entry, std::size_t width) {
        for (const std::string &prose : entry.prose)
            out_ += paint("2", fmt::format("        # {}", prose)) + '\n';
        std::string outcome = entry.outcome;
        if (entry.rounds)
            outcome = rounds(entry);
        const std::string line =
            outcome.empty() ? fmt::format("  {:>4}  {}", entry.line, indented(entry))
                            : fmt::format("  {:>4}  {:{}}  {} {}", entry.line, indented(entry),
                                          width, style_.unicode ? "→" : "->", outcome);
        out_ += line + '\n';
        if (entry.tree)
            tree(*entry.tree);
    }

    static std::string rounds(const ReportEntry &entry) {
        std::string out = plural(*entry.rounds, "round");
        if (*entry.rounds > 1)
            out += ", of which this is the first";
        if (entry.left)
            out += "; then it went otherwise, which ends it";
        return out;
    }

    void tree(const TreeShot &shot) {
        out_ += '\n';
        if (!shot.title.empty())
            out_ += fmt::format("        {}\n", paint("1", shot.title));
        out_ += render_tree(shot.tasks, *shot.state, style_, "        ", shot.more());
        if (const std::string spaces =
                shot.whole ? render_spaces(*shot.whole, *shot.state, style_, "        ") : "";
            !spaces.empty())
            out_ += '\n' + spaces;
        out_ += '\n';
    }

    void failure() {
        out_ += render(report_.source, *report_.failure, style_.colour);
        if (report_.at_failure)
            tree(*report_.at_failure);
        else
            out_ += '\n';
    }

    void item(std::string_view label, std::string_view text) {
        out_ += fmt::format("  {}{}\n", paint("1", fmt::format("{:10}", label)), text);
    }

    void summary() {
        const auto &end = report_.end;
        std::string ran = plural(report_.operations, "operation");
        if (report_.refused != 0)
            ran += fmt::format(" ({} refused, as expected)", report_.refused);
        ran += fmt::format(", {}, in {} ms", plural(end.counter(PIDLAB_CTR_FORKS), "fork"),
                           report_.time.count());
        item(report_.passed() ? "passed" : "FAILED", ran);
        item("memory",
             fmt::format("{} at most, {}: {}", bytes_text(report_.peak.counter(PIDLAB_CTR_BYTES)),
                         where(report_.peak_line), kinds(report_.peak)));
        pinned();
        item("freed", fmt::format("{}; {} in use at the end, {} at the start",
                                  plural(end.counter(PIDLAB_CTR_FREED), "object"),
                                  bytes_text(end.counter(PIDLAB_CTR_BYTES)),
                                  bytes_text(report_.start.counter(PIDLAB_CTR_BYTES))));
        item("left", left());
        references();
        item("checked", fmt::format("{} invariants {}; digest {:016x}", violations().size(),
                                    plural(report_.checks, "time"), report_.digest));
    }

    static std::string where(std::size_t line) {
        return line == 0 ? "at the start" : fmt::format("after line {}", line);
    }

    void pinned() {
        const PinnedPeak &peak = report_.pinned;
        if (peak.bytes == 0) {
            item("pinned", "nothing that had exited");
            return;
        }
        item("pinned",
             fmt::format("{} at most by {} that had exited, {}:", bytes_text(peak.bytes),
                         plural(peak.tasks.size() + peak.more, "task"), where(peak.line)));
        for (const PinnedTask &task : peak.tasks)
            item("", fmt::format("{}, {}: {}, {}", task.name, task.state, task.by,
                                 bytes_text(task.bytes)));
        if (peak.more != 0)
            item("", fmt::format("and {} more", peak.more));
    }

    void references() {
        const std::size_t shown = std::min(report_.held.size(), max_references);
        for (std::size_t i = 0; i < shown; ++i)
            item("", fmt::format("reference {}", report_.held[i]));
        if (shown < report_.held.size())
            item("", fmt::format("and {} references more", report_.held.size() - shown));
    }

    [[nodiscard]] std::string left() const {
        const Info &end = report_.end;
        return fmt::format(
            "{} ({} running), {}, {}, {}; {}", plural(end.counter(PIDLAB_CTR_TASKS), "task"),
            end.counter(PIDLAB_CTR_RUNNING), plural(end.counter(PIDLAB_CTR_PIDS), "pid"),
            plural(end.counter(PIDLAB_CTR_NAMESPACES), "namespace"),
            plural(end.counter(PIDLAB_CTR_REFS), "reference"),
            plural(end.counter(PIDLAB_CTR_LEAKS), "leak"));
    }

    const Report &report_;
    const TextStyle &style_;
    std::string out_;
};

} // namespace

std::string render_line(const Report &report, const TextStyle &style) {
    return Text{report, style}.line();
}

std::string render_report(const Report &report, const TextStyle &style) {
    return Text{report, style}.whole();
}

} // namespace pidlab
