// SPDX-License-Identifier: MIT
// The command `pidlab`: finds the subcommand and turns errors into exit codes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <ranges>
#include <string_view>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/error.hpp"
#include "pidlab/words.hpp"

namespace {

using namespace pidlab::cli;

struct Command {
    const char *name;
    const char *help;
    Action (*add)(CLI::App &, const Globals &);
};

constexpr Command commands[] = {
    {"run", "run scenarios and report whether they hold", add_run},
    {"check", "read scenarios and report their errors; needs no device", add_check},
    {"tree", "run a scenario and print its tree of tasks", add_tree},
    {"shell", "take scenario lines from a prompt", add_shell},
    {"info", "print what the module is and what a lab of it holds", add_info},
    {"ops", "print the instruction set; needs no device", add_ops},
    {"bugs", "print the bugs of the time that a lab can have; needs no device", add_bugs},
};

/// Names the nearest command when the first word is none.
void suggest_command(int argc, char **argv) {
    if (argc < 2 || argv[1][0] == '-')
        return;
    const std::string_view word = argv[1];
    const auto names = commands | std::views::transform(&Command::name);
    if (std::ranges::find(names, word) != names.end())
        return;
    const auto near = pidlab::nearest_word(word, names);
    fmt::print(stderr, "pidlab: no command `{}'{}\n", word,
               near ? fmt::format("; did you mean `{}'?", *near) : "");
}

int run_action(const Action &action) {
    try {
        return action();
    } catch (const pidlab::DeviceError &error) {
        fmt::print(stderr, "pidlab: {}\n", error.what());
        return exit_no_device;
    } catch (const std::exception &error) {
        fmt::print(stderr, "pidlab: {}\n", error.what());
        return exit_failed;
    }
}

} // namespace

int main(int argc, char **argv) {
    CLI::App app("A laboratory for process identity: private universes of tasks, pids and pid "
                 "namespaces inside a real kernel.",
                 "pidlab");
    app.set_version_flag("--version", "pidlab " PIDLAB_VERSION);
    app.require_subcommand(1);
    app.footer("Exit status: 0 all held, 1 a scenario failed, 2 wrong usage or a scenario that\n"
               "cannot be read, 3 no device, no permission or another version of the module.");

    Globals globals;
    app.add_option("--device", globals.device, "the module's device")->capture_default_str();

    std::array<Action, std::size(commands)> actions;
    for (std::size_t i = 0; i < actions.size(); ++i)
        actions[i] =
            commands[i].add(*app.add_subcommand(commands[i].name, commands[i].help), globals);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        suggest_command(argc, argv);
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    for (std::size_t i = 0; i < actions.size(); ++i)
        if (app.got_subcommand(commands[i].name))
            return run_action(actions[i]);
    return exit_usage;
}
