// SPDX-License-Identifier: MIT
// Completion for bash. What a word may be follows from the types that options declare.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "docs.hpp"
#include "pidlab/table.hpp"

namespace pidlab::docs {

namespace {

constexpr const char *head = R"(# SPDX-License-Identifier: MIT
# Completion of pidlab(1) for bash, made of the declarations of the command.

_pidlab_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Files that a pattern matches, and folders that they may be in.
_pidlab_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -X "!$1" -- "$cur"; compgen -d -- "$cur")
}

_pidlab() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' i
    COMPREPLY=()
    # bash takes --option=value for three words.
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
)";

constexpr const char *middle = R"(        -* | =) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    case $command:$prev in
)";

constexpr const char *tail = R"(    esac
}

complete -F _pidlab pidlab
)";

/// What completes a value of this kind, or nothing when nobody can know.
std::string completes(const Operand &operand) {
    if (!operand.choices.empty())
        return fmt::format("_pidlab_words '{}'", fmt::join(operand.choices, " "));
    if (operand.type == "SCENARIO")
        return "_pidlab_files '*.scn'";
    if (operand.type == "FILE")
        return "_pidlab_files '*'";
    if (operand.type == "OPERATION") {
        std::vector<std::string_view> names;
        for (const OpInfo &op : ops())
            names.push_back(op.name);
        return fmt::format("_pidlab_words '{}'", fmt::join(names, " "));
    }
    return {};
}

std::vector<std::string> names_of(const CLI::Option &option) {
    std::vector<std::string> out;
    for (const std::string &name : option.get_snames())
        out.push_back("-" + name);
    for (const std::string &name : option.get_lnames())
        out.push_back("--" + name);
    return out;
}

bool takes_value(const CLI::Option &option) {
    return !option.get_positional() && option.get_items_expected_max() > 0;
}

/// `COMMAND:--option | COMMAND:-o) what completes its value ;;`
std::string values(const std::string &command, const CLI::App &app) {
    std::string out;
    for (const CLI::Option *option : app.get_options()) {
        if (!takes_value(*option))
            continue;
        std::vector<std::string> patterns;
        for (const std::string &name : names_of(*option))
            patterns.push_back(command + ":" + name);
        const std::string how = completes(operand_of(*option));
        out += fmt::format("    {})\n        {}\n        return\n        ;;\n",
                           fmt::join(patterns, " | "), how.empty() ? ":" : how);
    }
    return out;
}

std::string options(const CLI::App &app) {
    std::vector<std::string> all;
    for (const CLI::Option *option : app.get_options())
        for (const std::string &name : names_of(*option))
            all.push_back(name);
    return fmt::format("_pidlab_words '{}'", fmt::join(all, " "));
}

std::string positional(const CLI::App &app) {
    for (const CLI::Option *option : app.get_options())
        if (option->get_positional())
            if (const std::string how = completes(operand_of(*option)); !how.empty())
                return how;
    return ":";
}

std::string words(const std::string &command, const std::string &how, const CLI::App &app) {
    return fmt::format("    {0}:-*) {1} ;;\n    {0}:*) {2} ;;\n", command, options(app), how);
}

} // namespace

File completion(CLI::App &app) {
    std::string out = head;
    // An option's value is not the command.
    for (const CLI::Option *option : app.get_options())
        if (takes_value(*option))
            out += fmt::format("        {}) [[ ${{COMP_WORDS[i + 1]}} == '=' ]] && ((i++)) || :; "
                               "((i++)) ;;\n",
                               fmt::join(names_of(*option), " | "));
    out += middle;
    std::vector<std::string> names;
    out += values("*", app);
    for (const cli::Command &command : cli::commands()) {
        names.emplace_back(command.name);
        out += values(command.name, *app.get_subcommand(command.name));
    }
    out += "    esac\n    case $command:$cur in\n";
    out += words("", fmt::format("_pidlab_words '{}'", fmt::join(names, " ")), app);
    for (const cli::Command &command : cli::commands()) {
        const CLI::App &sub = *app.get_subcommand(command.name);
        out += words(command.name, positional(sub), sub);
    }
    return {"bash-completion/pidlab", out + tail};
}

} // namespace pidlab::docs
