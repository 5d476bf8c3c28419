// SPDX-License-Identifier: MIT
// `pidlab shell`: a lab at a prompt. Lines are those of scenarios, and a few words of its own.
#include <algorithm>
#include <clocale>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"
#include "line_reader.hpp"
#include "op_help.hpp"
#include "pidlab/scenario_session.hpp"
#include "pidlab/terminal.hpp"
#include "pidlab/tree.hpp"

namespace pidlab::cli {

namespace {

constexpr const char *own_words[] = {"help", "info", "quit"};

/// Prints what lines came to.
class Printer final : public scenario::Observer {
public:
    void on_step(const scenario::Step &step) override {
        if (!step.outcome.empty())
            fmt::print("{:{}}{}\n", "", 2 * step.depth, step.outcome);
    }

    void on_tree(const scenario::Statement &, const std::string &title, const CheckResult &check,
                 const scenario::State &state) override {
        if (!title.empty())
            fmt::print("{}\n", title);
        const TextStyle style = TextStyle::of_stdout();
        const Snapshot *whole = check.whole ? &*check.whole : nullptr;
        fmt::print("{}", render_tree(check.tasks, state, style, {}, whole));
        if (whole)
            fmt::print("{}", render_spaces(*whole, state, style));
    }
};

class Shell {
public:
    explicit Shell(Lab &lab) : lab_(lab), session_(lab, printer_) {}

    /// Take lines until `quit' or the end of the input.
    /// @return exit_failed if a line failed and nobody sat there to see it
    int loop() {
        const auto reader = make_line_reader([this] { return words(); });
        if (reader->interactive())
            fmt::print("A fresh lab, gone when you leave. `help' lists what there is, `quit' or "
                       "^D leaves.\n");
        bool failed = false;
        while (!done_) {
            const auto line = reader->read(session_.open() ? "      | " : "pidlab> ");
            if (!line)
                break;
            if (line->empty() && reader->interactive() && session_.open()) {
                session_.abandon();
                fmt::print("the open repeat is forgotten\n");
            }
            failed |= !take(*line);
            std::fflush(stdout); // whoever drives us through pipes waits for it
        }
        failed |= !report(session_.finish());
        return failed && !reader->interactive() ? exit_failed : exit_ok;
    }

private:
    /// @return whether all was well
    bool take(const std::string &line) {
        std::istringstream text(line);
        std::string first, second;
        text >> first >> second;
        // A name may be bound that is one of ours.
        const bool own =
            second != "=" && std::ranges::find(own_words, first) != std::end(own_words);
        try {
            return own ? command(first, second) : statement(line);
        } catch (const Error &error) {
            std::fflush(stdout);
            fmt::print(stderr, "{}\n", error.what());
            return false;
        }
    }

    bool statement(const std::string &line) { return report(session_.execute(line)); }

    /// @return whether there is nothing to complain about
    bool report(const std::vector<scenario::Diagnostic> &complaints) {
        std::fflush(stdout);
        for (const scenario::Diagnostic &complaint : complaints)
            fmt::print(stderr, "{}",
                       render(session_.source(), complaint, colours_wanted(STDERR_FILENO)));
        return complaints.empty();
    }

    bool command(const std::string &word, const std::string &operand) {
        if (word == "quit")
            done_ = true;
        else if (word == "info")
            info();
        else if (operand.empty())
            overview();
        else
            return help(operand);
        return true;
    }

    void info() {
        const Info now = lab_.info();
        if (!now.ready())
            fmt::print("the lab is set up by `lab ...' or by its first operation\n");
        for (const WordInfo &counter : counters())
            fmt::print("{:<12} {:>12}   {}\n", counter.name,
                       now.counter(static_cast<pidlab_counter>(counter.number)), counter.help);
    }

    static void overview() {
        fmt::print("Operations, one a line, as in `t1 = fork init' or `kill init t1.nr = 1':\n{}\n"
                   "Around them: lab NAME=VALUE..., expect COUNTER = NUMBER, digest NAME, tree,\n"
                   "note \"TEXT\", repeat N ... end. `help fork' says more about one.\n"
                   "Here only: info (what the lab holds), help, quit.\n",
                   op_overview());
    }

    static bool help(const std::string &name) {
        if (const OpInfo *op = find_op(name)) {
            fmt::print("{}", describe(*op));
            return true;
        }
        if (const SettingInfo *setting = find_setting(name)) {
            fmt::print("{} (setting, {} to {}): {}\n", name, setting->min, setting->max,
                       setting->help);
            return true;
        }
        for (const auto table : {counters(), flags(), violations(), generations(), bugs(),
                                 subsystems(), files(), hooks(), ref_events(), phases()})
            if (const WordInfo *word = find_word(table, name)) {
                fmt::print("{}: {}\n", name, word->help);
                return true;
            }
        if (const ErrnoInfo *info = find_errno(name)) {
            fmt::print("{}: {}\n", name, operation_errno_sentence(info->number));
            return true;
        }
        std::vector<std::string_view> known;
        for (const OpInfo &op : ops())
            known.push_back(op.name);
        fmt::print(stderr, "no help on `{}'{}{}\n", name, nearest_word(name, known) ? "; " : "",
                   scenario::did_you_mean(name, known));
        return false;
    }

    [[nodiscard]] std::vector<std::string> words() const {
        std::vector<std::string> all = session_.words();
        all.insert(all.end(), std::begin(own_words), std::end(own_words));
        std::ranges::sort(all);
        return all;
    }

    Lab &lab_;
    Printer printer_;
    scenario::Session session_;
    bool done_ = false;
};

} // namespace

Action add_shell(CLI::App &, const Globals &globals) {
    return [&globals] {
        std::setlocale(LC_CTYPE, ""); // for the line editor
        Lab lab = open_lab(globals);
        return Shell(lab).loop();
    };
}

} // namespace pidlab::cli
