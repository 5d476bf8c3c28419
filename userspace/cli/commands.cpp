// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <ranges>
#include <string_view>

#include <fmt/format.h>

#include "pidlab/error.hpp"
#include "pidlab/words.hpp"

namespace pidlab::cli {

namespace {

constexpr Command table[] = {
    {"run", "run scenarios and report whether they hold", add_run,
     "Each scenario runs in a lab of its own, with the module that is loaded, and ends at the "
     "first line that does not hold. A line tells how each one went; --report tells all of it: "
     "what every line returned, trees, memory, and what was pinned by whom.\n\n"
     "A scenario that cannot be read is reported with file, line and column, and the others still "
     "run."},
    {"explore", "run what happens at the same time in every order", add_explore,
     "The columns of a scenario are what several actors do at the same time. Each order in which "
     "their steps can follow each other is run in the module's real code, one step at a time, "
     "those "
     "with the fewest preemptions first: locks, read sides, grace periods and named points are "
     "where one actor can stand aside for another. Afterwards the invariants are checked, leaks, "
     "harm done by bugs that are switched on, what cells and the lines below the columns expect, "
     "and whether operations one after the other could have given the same results. What is found "
     "is told step by step.\n\n"
     "Where the module was built with footprints, orders that lead to a state that is known "
     "already are left out.\n\n"
     "The end of a grace period is always a choice, `gp' in a schedule: it can come wherever "
     "something waits for one and nobody is left in a read side that was entered before that, or "
     "any number of steps later. It counts as a preemption where it comes before whoever could go "
     "on. With --faults each allocation is one more: `P0 fails alloc'.\n\n"
     "A search that takes long is kept in a file by --resume, and the same command goes on with "
     "it, on any machine. Its parts, --shard I/N, need nothing of each other, and together they "
     "are the whole search: each runs the orders with fewer than two preemptions, and from there "
     "on what falls to it. They are a campaign for GNU parallel, with a module on each machine "
     "and a folder that all of them have at the same place:\n\n"
     "    parallel --sshlogin one,two --workdir . --results out \\\n"
     "        pidlab explore FILE -p 4 --time 3000 --shard {}/64 \\\n"
     "        --resume state.{} ::: $(seq 64)\n"
     "    grep -l 'not all orders' out/1/*/stdout\n\n"
     "It is run again until grep finds nothing. A finding ends its part only. Which states are "
     "known each part finds out for itself, so that together they run more orders than one search "
     "would: few more with --plain, some with a bound of preemptions, and without any bound next "
     "to nothing is gained.\n\n"
     "Of random orders it is told how likely they have all missed a bug of depth D, one that "
     "shows when D steps come in a certain order. Each meets it with a chance of at least "
     "1/(n k^(D-1)): n is the number of actors and one for grace periods, and k that of the steps "
     "of the longest order seen; a longer one begins the count anew. With --faults N it is drawn "
     "first how many allocations fail, none to N, and then which, by actor and by how many it "
     "has asked for before: what is told is then of bugs that take at most N certain ones to "
     "fail, and the chance is as much smaller as there are ways to draw them. It says nothing of "
     "deeper bugs, nor of what happens within a step."},
    {"catalogue", "find bugs of the time by search, and nothing without them", add_catalogue,
     "Each scenario switches a bug on. Its orders are searched, those with the fewest preemptions "
     "first, until one does harm; then all orders with as many preemptions are run with the bug "
     "switched off, and none of them may be found fault with."},
    {"pairs", "run every two operations of a list in every order", add_pairs,
     "Each two cells of a scenario's columns, a cell with itself too, are run at the same time "
     "from "
     "the state that the lines above them make, in every generation, in all orders with as many "
     "preemptions as are asked for."},
    {"replay", "repeat recorded runs and say where they leave the record", add_replay,
     "A record is what `run --record' wrote: settings, every operation with its operands and its "
     "result, a line of JSON each. Each run in it is repeated in a new lab, operation by "
     "operation, and what comes of each is compared, ids by which object they name. The exit "
     "status is 1 where a run has left its record."},
    {"check", "read scenarios and report their errors; needs no device", add_check,
     "Nothing is executed. All errors of a file are told at once, each with its line, a caret "
     "and, where a known word is near, the word that was probably meant."},
    {"fmt", "lay out scenarios in the one way; needs no device", add_fmt,
     "Prints the scenarios as they should be laid out, or writes them so with -i. Words, comments "
     "and their order stay, and so does the meaning: blanks, indentation, empty lines and the "
     "column of comments behind statements are what changes. A file that cannot be read is "
     "reported and left as it is."},
    {"quiz", "ask what the lines of a scenario come to; needs no device", add_quiz,
     "Prints the scenario with what it expects hidden, asks for it line by line, and tells after "
     "each answer what it is and why. Answers are written as in scenarios: an errno, or results "
     "with commas between them. They may come from a pipe, too. The exit status is 0 if all were "
     "right."},
    {"tree", "run a scenario and print its tree of tasks", add_tree,
     "The tree shows parents and children, each with its number, state, group and session, what "
     "it pins and which references find it."},
    {"graph", "run a scenario and draw what points at what", add_graph,
     "Tasks with their links, pids with a number for each namespace and their lists in order, "
     "references, those that pin something apart from those that only find it, namespaces and "
     "containers, each with its counts. The drawing is a text for Graphviz, as in `pidlab "
     "graph first.scn | dot -Tsvg -o first.svg', or for Mermaid."},
    {"timeline", "run a scenario and write its timeline for a trace viewer", add_timeline,
     "The output is Chrome trace JSON: open it in https://ui.perfetto.dev. A "
     "namespace is a process there and a task a thread; a slice is the task's life, with being "
     "frozen, a zombie or dead and held as slices in it. References are async spans, and the "
     "operations, grace periods and counters of the lab are a process of their own. Time is "
     "counted in operations, a millisecond each."},
    {"report", "run a scenario and write an HTML page about it", add_report,
     "One file that fetches nothing: the scenario with what each line came to, tree and graph "
     "where the scenario says `tree' and at its end, the timeline, what every generation made of "
     "it and where they differ, and what was pinned by whom. It is readable by day and by "
     "night."},
    {"shell", "take scenario lines from a prompt", add_shell,
     "Lines are those of a scenario, executed as they come, in one lab that goes when the shell "
     "ends. `help', `info' and `quit' come on top of them. The tab key completes words of the "
     "language and names that were given; history is kept in $XDG_STATE_HOME/pidlab/history."},
    {"monitor", "tell what happens in labs, as it happens", add_monitor,
     "With a scenario: runs it, and tells what happens in its lab from SETUP to the close. With "
     "--fd: of a lab that another program has opened and passed on. Else of all labs, which takes "
     "CAP_SYS_ADMIN.\n\n"
     "Each event has a time, and a number in its lab. A number that is missing is an event for "
     "which there was no room; how many those were is told with the next one."},
    {"info", "print what the module is and what a lab of it holds", add_info,
     "Tells the generations that the module has, the settings of a lab where nothing is asked "
     "for, the sizes of the objects on the running kernel, and what a fresh lab holds."},
    {"ops", "print the instruction set; needs no device", add_ops,
     "All operations, or those that are named: how each is written, what its operands are and "
     "what they stand for when they are left out, and what it answers."},
    {"bugs", "print the bugs of the time that a lab can have; needs no device", add_bugs,
     "Each is a mistake that the code of its time had. A scenario switches some on with "
     "`lab bugs=NAME+NAME', and they harm that lab only."},
    {"oracle", "print what real processes have not got; needs no device", add_oracle,
     "With --oracle the labs of a command are real processes of the running kernel, in pid "
     "namespaces of their own: root is needed, and a virtual machine is the place for it, since a "
     "kernel before 6.14 has one pid_max for all, which a lab that asks for another one changes "
     "until it ends. This tells which operations, settings and counters have no counterpart there, "
     "and where the kernel is known to differ from generation idr."},
};

constexpr ExitInfo exit_table[] = {
    {exit_ok, "all held"},
    {exit_failed, "a scenario failed"},
    {exit_usage, "wrong usage, or a scenario that cannot be read"},
    {exit_no_device,
     "no device, no permission, another version of the module, or nothing that can run"},
};

/// Names the nearest command when the first word is none.
void suggest_command(int argc, char **argv) {
    if (argc < 2 || argv[1][0] == '-')
        return;
    const std::string_view word = argv[1];
    const auto names = table | std::views::transform(&Command::name);
    if (std::ranges::find(names, word) != names.end())
        return;
    const auto near = nearest_word(word, names);
    fmt::print(stderr, "pidlab: no command `{}'{}\n", word,
               near ? fmt::format("; did you mean `{}'?", *near) : "");
}

/// Paragraphs as lines that a terminal shows whole; what is indented stays as it is.
std::string wrapped(std::string_view text) {
    constexpr std::size_t width = 78;
    std::string out;
    std::size_t column = 0;
    for (const auto piece : text | std::views::split('\n')) {
        if (const std::string_view line{piece.begin(), piece.end()}; is_example(line)) {
            out += line;
            out += '\n';
            continue;
        }
        for (const auto word : piece | std::views::split(' ')) {
            const std::string_view letters{word.begin(), word.end()};
            if (column != 0 && column + 1 + letters.size() > width) {
                out += '\n';
                column = 0;
            }
            out += column == 0 ? "" : " ";
            column += letters.size() + (column == 0 ? 0 : 1);
            out += letters;
        }
        out += '\n';
        column = 0;
    }
    out.pop_back();
    return out;
}

int run_action(const Action &action) {
    try {
        return action();
    } catch (const DeviceError &error) {
        fmt::print(stderr, "pidlab: {}\n", error.what());
        return exit_no_device;
    } catch (const std::exception &error) {
        fmt::print(stderr, "pidlab: {}\n", error.what());
        return exit_failed;
    }
}

} // namespace

bool is_example(std::string_view line) { return line.starts_with("    "); }

std::span<const Command> commands() { return table; }

std::span<const ExitInfo> exits() { return exit_table; }

Program::Program()
    : app_("A laboratory for process identity: private universes of tasks, pids and pid "
           "namespaces inside a real kernel.",
           "pidlab") {
    app_.set_version_flag("--version", "pidlab " PIDLAB_VERSION);
    app_.require_subcommand(1);
    std::string footer = "Exit status:";
    for (const ExitInfo &exit : exit_table)
        footer += fmt::format("{} {} {}", &exit == exit_table ? "" : ",", +exit.code, exit.help);
    app_.footer(wrapped(footer + "."));
    app_.add_option("--device", globals_.device, "the module's device")
        ->capture_default_str()
        ->type_name("FILE");
    CLI::Option *const model =
        app_.add_flag("--model", globals_.model, "use the reference model in the module's place");
    CLI::Option *const fds =
        app_.add_flag("--fd", globals_.fds, "let each watch be a file descriptor, polled and read");
    fds->excludes(model);
    app_.add_flag("--oracle", globals_.oracle,
                  "use real processes of the running kernel in the module's place; needs root")
        ->excludes(fds)
        ->excludes(model);
    for (const Command &command : table) {
        CLI::App &sub = *app_.add_subcommand(command.name, command.help);
        sub.footer(wrapped(command.more));
        sub.fallthrough(); // --model and --device are understood behind the command, too
        actions_.push_back(command.add(sub, globals_));
    }
}

int Program::run(int argc, char **argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        suggest_command(argc, argv);
        return app_.exit(error) == 0 ? exit_ok : exit_usage;
    }
    for (std::size_t i = 0; i < actions_.size(); ++i)
        if (app_.got_subcommand(table[i].name))
            return run_action(actions_[i]);
    return exit_usage;
}

} // namespace pidlab::cli
