// SPDX-License-Identifier: MIT
// pidlab.1 and the pages of its subcommands.
#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "docs.hpp"
#include "roff.hpp"

namespace pidlab::docs {

namespace {

constexpr const char *licence = ".\\\" SPDX-License-Identifier: MIT\n";

/// Lines of a footer as paragraphs, and as examples those that are one.
std::string paragraphs(std::string_view text) {
    std::string out;
    bool example = false;
    for (const auto piece : text | std::views::split('\n')) {
        const std::string_view line{piece.begin(), piece.end()};
        if (cli::is_example(line) != example) {
            out += example ? ".EE\n" : ".EX\n";
            example = !example;
        }
        if (line.empty())
            out += ".PP\n";
        else
            out += (example ? escaped(line) : prose(line)) + '\n';
    }
    return out + (example ? ".EE\n" : "");
}

std::string value_of(const CLI::Option &option) {
    const Operand operand = operand_of(option);
    if (operand.choices.empty())
        return operand.type.empty() ? "" : italic(operand.type);
    std::string out;
    for (const std::string &word : operand.choices)
        out += (out.empty() ? "" : "|") + bold(word);
    return out;
}

/// The names of an option with what it takes: "-v, --report", "--report-to FILE".
std::string names_of(const CLI::Option &option) {
    std::string out;
    for (const std::string &name : option.get_snames())
        out += (out.empty() ? "" : ", ") + bold("-" + name);
    for (const std::string &name : option.get_lnames())
        out += (out.empty() ? "" : ", ") + bold("--" + name);
    if (out.empty())
        return value_of(option);
    const std::string value = value_of(option);
    return value.empty() ? out : out + ' ' + value;
}

std::string about(const CLI::Option &option) {
    std::string out = prose(option.get_description());
    if (!option.get_default_str().empty())
        out += fmt::format(" (default: {})", escaped(option.get_default_str()));
    return out;
}

std::string synopsis(const CLI::App &app, std::string_view name) {
    std::string out = bold(name) + " [" + italic("OPTION") + "]...";
    for (const CLI::Option *option : app.get_options()) {
        if (!option->get_positional())
            continue;
        const bool many = option->get_items_expected_max() > 1;
        const std::string word = value_of(*option) + (many ? "..." : "");
        out += option->get_required() ? " " + word : " [" + word + "]";
    }
    return out + (app.get_subcommands({}).empty() ? "" : " " + italic("COMMAND") + " ...") + '\n';
}

std::string options(const CLI::App &app) {
    std::string out = ".SH OPTIONS\n";
    for (const CLI::Option *option : app.get_options())
        if (!option->get_group().empty())
            out += tagged(names_of(*option), about(*option));
    return out;
}

std::string exit_status() {
    std::string out = ".SH EXIT STATUS\n";
    for (const cli::ExitInfo &exit : cli::exits())
        out += tagged(bold(std::to_string(exit.code)), prose(exit.help));
    return out;
}

std::string see_also(std::string_view self) {
    std::string out;
    const auto add = [&](const std::string &page, int section) {
        if (page != self)
            out +=
                fmt::format("{}\\fB{}\\fR({})", out.empty() ? "" : ",\n", escaped(page), section);
    };
    add("pidlab", 1);
    if (self == "pidlab")
        for (const cli::Command &command : cli::commands())
            add(fmt::format("pidlab-{}", command.name), 1);
    add("pidlab", 4);
    add("pidlab-scenario", 5);
    return ".SH SEE ALSO\n" + out + '\n';
}

std::string name_section(std::string_view name, std::string_view help) {
    return fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), escaped(help));
}

File main_page(const CLI::App &app) {
    std::string out = licence + heading("pidlab", 1);
    out += name_section("pidlab", "a laboratory for process identity");
    out += ".SH SYNOPSIS\n" + synopsis(app, "pidlab");
    out += ".SH DESCRIPTION\n" + prose(app.get_description()) + '\n';
    out += ".SH COMMANDS\n";
    for (const cli::Command &command : cli::commands())
        out += tagged(bold(command.name), fmt::format("{}; see \\fBpidlab\\-{}\\fR(1)",
                                                      prose(command.help), escaped(command.name)));
    return {"man/man1/pidlab.1", out + options(app) + exit_status() + see_also("pidlab")};
}

File command_page(const cli::Command &command, const CLI::App &sub) {
    const std::string name = fmt::format("pidlab-{}", command.name);
    std::string out = licence + heading(name, 1) + name_section(name, command.help);
    out += ".SH SYNOPSIS\n" + synopsis(sub, fmt::format("pidlab {}", command.name));
    out += ".SH DESCRIPTION\n";
    out += paragraphs(*command.more ? command.more : command.help);
    return {fmt::format("man/man1/{}.1", name),
            out + options(sub) + exit_status() + see_also(name)};
}

} // namespace

Operand operand_of(const CLI::Option &option) {
    if (option.get_items_expected_max() == 0)
        return {};
    Operand out;
    // "TYPE", "TYPE:what a validator says", or "TYPE:{one,of,these}"
    const std::string type = option.get_type_name();
    out.type = type.substr(0, type.find(':'));
    const std::size_t open = type.find('{');
    if (open != type.npos && type.ends_with('}'))
        for (const auto piece : std::string_view{type}.substr(open + 1, type.size() - open - 2) |
                                    std::views::split(','))
            out.choices.emplace_back(piece.begin(), piece.end());
    return out;
}

std::vector<File> command_pages(CLI::App &app) {
    std::vector<File> out{main_page(app)};
    for (const cli::Command &command : cli::commands())
        out.push_back(command_page(command, *app.get_subcommand(command.name)));
    return out;
}

} // namespace pidlab::docs
