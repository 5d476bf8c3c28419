// SPDX-License-Identifier: MIT
// `pidlab quiz`: a scenario with its results hidden.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"
#include "pidlab/scenario_quiz.hpp"
#include "pidlab/scenario_random.hpp"
#include "pidlab/terminal.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct QuizOptions {
    std::string file;
    std::size_t ask = 0;
    std::uint64_t seed = scenario::Random::default_seed;
    bool json = false;
};

/// Asks, line by line. The text between questions is shown as it is, comments at the ends of
/// lines that are asked about only with the answer.
class Quiz {
public:
    Quiz(const QuizOptions &options, const ScenarioFile &file)
        : options_(options), source_(file.source),
          asked_(scenario::questions(file.source, file.parsed.scenario)) {
        if (options.ask)
            asked_ = scenario::pick(std::move(asked_), options.ask, options.seed);
    }

    int run() {
        std::size_t shown = 0;
        for (const scenario::Question &question : asked_) {
            show(shown + 1, question.line);
            shown = question.line;
            ask(question);
        }
        show(shown + 1, source_.lines() + 1);
        summary();
        return right_ == asked_.size() ? exit_ok : exit_failed;
    }

private:
    void show(std::size_t from, std::size_t until) const {
        for (std::size_t number = from; number < until && !options_.json; ++number)
            fmt::print("{:4}  {}\n", number, scenario::printable(source_.line(number)));
    }

    void ask(const scenario::Question &question) {
        if (!options_.json)
            fmt::print("{:4}  {}", question.line, scenario::printable(question.shown));
        std::fflush(stdout);
        std::string said;
        const bool answered = !over_ && static_cast<bool>(std::getline(std::cin, said));
        over_ = !answered;
        const bool right = answered && question.is_right(said);
        right_ += right;
        given_ += answered;
        if (options_.json) {
            lines_.push_back({{"line", question.line},
                              {"said", answered ? nlohmann::ordered_json(said) : nullptr},
                              {"answer", question.answer},
                              {"right", right}});
            return;
        }
        // On a terminal the answer has ended the line; from a pipe nobody saw it.
        if (!answered || ::isatty(STDIN_FILENO) == 0)
            fmt::print("{}\n", answered ? scenario::printable(said) : "?");
        const char *verdict = right ? "right" : answered ? "no" : "not answered";
        fmt::print("      {}: {}{}\n", verdict, scenario::printable(question.answer),
                   question.reason.empty() ? "" : "   # " + question.reason);
    }

    void summary() const {
        if (options_.json)
            print_json_line({{"file", source_.name()},
                             {"questions", asked_.size()},
                             {"answered", given_},
                             {"right", right_},
                             {"seed", options_.seed},
                             {"lines", lines_}});
        else
            fmt::print("{} of {} right{}\n", right_, asked_.size(),
                       given_ < asked_.size()
                           ? fmt::format(", {} not answered", asked_.size() - given_)
                           : "");
    }

    const QuizOptions &options_;
    const scenario::SourceText &source_;
    std::vector<scenario::Question> asked_;
    nlohmann::ordered_json lines_ = nlohmann::ordered_json::array();
    std::size_t given_ = 0;
    std::size_t right_ = 0;
    bool over_ = false; ///< the input has ended
};

int quiz(const QuizOptions &options) {
    const ScenarioFile file = read_scenario(options.file);
    if (!file.good()) {
        fmt::print(stderr, "{}", file.complaints(colours_wanted(fileno(stderr))));
        return exit_usage;
    }
    return Quiz{options, file}.run();
}

} // namespace

Action add_quiz(CLI::App &sub, const Globals &) {
    auto options = std::make_shared<QuizOptions>();
    sub.add_option("file", options->file, "a scenario")->required()->type_name("SCENARIO");
    sub.add_option("--ask", options->ask, "ask about so many lines, picked by chance, not all")
        ->type_name("N");
    sub.add_option("--seed", options->seed, "which lines those are; the same seed, the same lines")
        ->capture_default_str()
        ->type_name("N");
    sub.add_flag("--json", options->json, "print one JSON object, after the last answer");
    return [options] { return quiz(*options); };
}

} // namespace pidlab::cli
