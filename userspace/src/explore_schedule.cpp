// SPDX-License-Identifier: MIT
#include "pidlab/explore_schedule.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "pidlab/explore_history.hpp"
#include "pidlab/explore_search.hpp"
#include "pidlab/table.hpp"

namespace pidlab::explore {

namespace {

const WordInfo *step_info(unsigned what) {
    const WordInfo *step = find_word(steps(), what);
    return step ? step : find_word(points(), what);
}

const WordInfo *step_named(std::string_view word) {
    const WordInfo *step = find_word(steps(), word);
    return step ? step : find_word(points(), word);
}

std::string actor_name(unsigned choice) {
    return choice == PIDLAB_CHOICE_GP ? "gp" : fmt::format("P{}", taker(choice));
}

std::string step_text(const pidlab_step &step) {
    return step.choice == PIDLAB_CHOICE_GP
               ? "gp"
               : fmt::format("{} {}{}", actor_name(step.choice),
                             is_failure(step.choice) ? "fails " : "", step_word(step.what));
}

std::optional<ScheduledStep> parse_step(const std::string &line) {
    std::istringstream words{line};
    std::string who;
    std::string what;
    std::string more;
    words >> who >> what;
    const bool fails = what == "fails";
    if (fails)
        words >> what;
    words >> more;
    if (who == "gp" && what.empty())
        return ScheduledStep{PIDLAB_CHOICE_GP, PIDLAB_STEP_GP, 0};
    const WordInfo *step = step_named(what);
    const bool actor = who.size() == 2 && who[0] == 'P' && who[1] >= '0' &&
                       who[1] < static_cast<char>('0' + PIDLAB_ACTORS_MAX);
    if (!actor || !step || !more.empty() || (fails && step->number != PIDLAB_STEP_ALLOC))
        return std::nullopt;
    const int first = fails ? PIDLAB_CHOICE_FAIL : 0;
    return ScheduledStep{static_cast<std::uint8_t>(first + who[1] - '0'), step->number, 0};
}

/// Lays a run out in columns.
class Table {
public:
    Table(const Program &program, const Run &run)
        : program_{program}, run_{run}, when_{intervals(program, run)},
          actors_{program.counts().size()} {}

    std::string text() {
        row("", "step", std::vector<std::string>(), true);
        unsigned last = PIDLAB_ACTORS_MAX;
        for (std::size_t i = 0; i < run_.steps.size(); ++i) {
            const pidlab_step &step = run_.steps[i];
            const bool aside = i > 0 && preempts(i, last);
            if (step.choice == PIDLAB_CHOICE_GP) {
                out_ +=
                    fmt::format("{} {:>4}  -- a grace period ends --\n", aside ? '*' : ' ', i + 1);
                continue;
            }
            last = taker(step.choice);
            cells(i, aside);
        }
        results();
        return std::move(out_);
    }

private:
    static constexpr std::size_t width = 34;

    bool preempts(std::size_t at, unsigned last) const {
        return last < PIDLAB_ACTORS_MAX && taker(run_.steps[at].choice) != last &&
               (run_.steps[at].choices >> last & 1) != 0;
    }

    void row(std::string_view mark, std::string_view number, std::vector<std::string> cells,
             bool head = false) {
        if (head)
            for (std::size_t actor = 0; actor < actors_; ++actor)
                cells.push_back(fmt::format("P{}", actor));
        std::string line = fmt::format("{:1} {:>4}", mark, number);
        for (const std::string &cell : cells)
            line += fmt::format("  {:<{}}", cell, width);
        line.erase(line.find_last_not_of(' ') + 1);
        out_ += line + '\n';
    }

    void cells(std::size_t at, bool aside) {
        const pidlab_step &step = run_.steps[at];
        std::vector<std::string> cells(actors_);
        const unsigned actor = taker(step.choice);
        cells[actor] = std::string{step_word(step.what)};
        if (step.what == PIDLAB_STEP_ALLOC)
            cells[actor] = fmt::format("allocation {}{}", step.object,
                                       is_failure(step.choice) ? " fails" : "");
        if (step.what == PIDLAB_STEP_BEGIN)
            for (std::size_t i = 0; i < when_.size(); ++i)
                if (when_[i].first == at && program_.instructions()[i].actor == actor)
                    cells[actor] = program_.instructions()[i].text;
        row(aside ? "*" : "", fmt::format("{}", at + 1), std::move(cells));
    }

    void results() {
        if (run_.verdict == PIDLAB_VERDICT_DEADLOCK)
            return;
        const std::vector<std::string> words = program_.words(run_.done);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const Instruction &what = program_.instructions()[i];
            out_ += fmt::format("    P{}  {}: {}\n", what.actor, what.text, words[i]);
        }
    }

    const Program &program_;
    const Run &run_;
    std::vector<Interval> when_;
    std::size_t actors_;
    std::string out_;
};

} // namespace

std::string_view step_word(unsigned what) {
    const WordInfo *step = step_info(what);
    return step ? step->name : "a step this client has no word for";
}

Order Schedule::order() const {
    Order out;
    for (const ScheduledStep &step : steps)
        out.push_back(step.choice);
    return out;
}

std::string_view Schedule::lacking(const Grain &grain) const {
    const auto has = [this](auto &&kind) {
        return std::ranges::any_of(steps, kind, &ScheduledStep::what);
    };
    if (grain.faults == 0 && has([](unsigned what) { return what == PIDLAB_STEP_ALLOC; }))
        return "--faults";
    if (!grain.fine && has([](unsigned what) { return step_word(what).ends_with("unlock"); }))
        return "--fine";
    return {};
}

std::string Schedule::left(const Run &run) const {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const pidlab_step wanted{steps[i].choice, 0, 0, static_cast<std::uint16_t>(steps[i].what),
                                 0};
        if (i >= run.steps.size())
            return fmt::format("line {}: the schedule goes on with {}, the run has ended",
                               steps[i].line, step_text(wanted));
        const pidlab_step &taken = run.steps[i];
        if (taken.choice == wanted.choice && taken.what == wanted.what)
            continue;
        return fmt::format("line {}, step {}: the schedule has {}, the code came to {}",
                           steps[i].line, i + 1, step_text(wanted), step_text(taken));
    }
    if (run.steps.size() > steps.size())
        return fmt::format("the schedule ends after {} steps, the run took {}", steps.size(),
                           run.steps.size());
    return {};
}

Schedule parse_schedule(std::string_view text) {
    Schedule out;
    std::istringstream lines{std::string{text}};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        line.erase(std::min(line.find('#'), line.size()));
        if (line.find_first_not_of(" \t\r") == std::string::npos)
            continue;
        std::optional<ScheduledStep> step = parse_step(line);
        if (!step) {
            out.complaint = fmt::format("line {}: not a step: a line is `P0 STEP' or `gp'", number);
            return out;
        }
        step->line = number;
        out.steps.push_back(*step);
    }
    return out;
}

std::string schedule_text(const Run &run, std::string_view title) {
    std::string out = fmt::format("# schedule of {}\n", title);
    for (const pidlab_step &step : run.steps)
        out += step_text(step) + '\n';
    return out;
}

std::string options_of(const Grain &grain) {
    return (grain.fine ? " --fine" : "") +
           (grain.faults != 0 ? fmt::format(" --faults {}", grain.faults) : std::string{});
}

std::string replay_command(const Grain &grain, std::string_view schedule,
                           std::string_view scenario) {
    return fmt::format("pidlab explore{} --replay {} {}", options_of(grain), schedule, scenario);
}

std::string explain(const Program &program, const Run &run) { return Table{program, run}.text(); }

} // namespace pidlab::explore
