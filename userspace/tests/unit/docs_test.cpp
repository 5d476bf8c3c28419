// SPDX-License-Identifier: MIT
// What is declared and what is in the tables appears in the documentation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "docs.hpp"
#include "pidlab/machine.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::docs {
namespace {

std::string filled(const std::string &name) {
    std::ostringstream text;
    text << std::ifstream(std::filesystem::path(PIDLAB_MAN_DIR) / name).rdbuf();
    EXPECT_FALSE(text.str().empty()) << name;
    return fill(text.str());
}

/// All words of the language and of the tables that a scenario may have.
std::vector<std::string_view> all_words() {
    std::vector<std::string_view> out = scenario::keywords();
    out.insert(out.end(), scenario::particles().begin(), scenario::particles().end());
    scenario::add_words(out, ops());
    scenario::add_words(out, flags());
    scenario::add_words(out, settings());
    scenario::add_words(out, counters());
    scenario::add_words(out, sizes());
    scenario::add_words(out, machine_words());
    scenario::add_words(out, phases());
    for (const KindInfo &kind : kinds())
        scenario::add_words(out, words_of(kind.kind));
    for (const SettingInfo &setting : settings())
        scenario::add_words(out, words_of(setting.slot));
    for (const OpInfo &op : ops())
        scenario::add_words(out, op.operands());
    return out;
}

bool has_word(const std::string &text, std::string_view word) {
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const auto wordy = [&](std::size_t i) {
            return i < text.size() &&
                   (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
        };
        // In roff a letter may stand right behind \fB.
        const bool begins = at == 0 || !wordy(at - 1) ||
                            (at >= 3 && (text.compare(at - 3, 3, "\\fB") == 0 ||
                                         text.compare(at - 3, 3, "\\fI") == 0));
        if (begins && !wordy(at + word.size()))
            return true;
    }
    return false;
}

void expect_all_words(const std::string &text) {
    for (const std::string_view word : all_words())
        EXPECT_TRUE(has_word(text, word)) << word;
}

TEST(Docs, manual_of_the_language_has_every_word) {
    std::string page = filled("pidlab-scenario.5.in");
    // Operands stand in capitals there.
    for (const OpInfo &op : ops())
        for (const OperandInfo &operand : op.operands()) {
            std::string upper(operand.name);
            std::ranges::transform(upper, upper.begin(),
                                   [](char c) { return static_cast<char>(std::toupper(c)); });
            EXPECT_TRUE(has_word(page, upper)) << upper;
            page += fmt::format(" {} ", operand.name);
        }
    expect_all_words(page);
    for (const WordInfo &violation : violations())
        EXPECT_TRUE(has_word(page, violation.name)) << violation.name;
}

TEST(Docs, examples_in_the_manual_can_be_read) {
    const std::string page = filled("pidlab-scenario.5.in");
    const std::string mark = ".\\\" scenario\n.EX\n";
    unsigned found = 0;
    for (std::size_t at = page.find(mark); at != page.npos; at = page.find(mark, at + 1)) {
        const std::size_t begin = at + mark.size();
        const scenario::SourceText source("manual",
                                          page.substr(begin, page.find(".EE", at) - begin));
        for (const scenario::Diagnostic &error : scenario::parse(source).errors)
            ADD_FAILURE() << render(source, error);
        ++found;
    }
    EXPECT_GE(found, 3u);
}

TEST(Docs, pages_have_no_section_that_nothing_fills) {
    EXPECT_THROW((void)fill("@NO_SUCH_SECTION@\n"), std::out_of_range);
    for (const auto &entry : std::filesystem::directory_iterator(PIDLAB_MAN_DIR))
        EXPECT_EQ(filled(entry.path().filename()).find("\n@"), std::string::npos);
}

TEST(Docs, each_command_has_a_page_with_all_its_options) {
    cli::Program program;
    const std::vector<File> pages = command_pages(program.app());
    ASSERT_EQ(pages.size(), cli::commands().size() + 1);
    for (std::size_t i = 0; i < cli::commands().size(); ++i) {
        const cli::Command &command = cli::commands()[i];
        SCOPED_TRACE(command.name);
        EXPECT_EQ(pages[i + 1].path, fmt::format("man/man1/pidlab-{}.1", command.name));
        EXPECT_NE(pages[0].text.find(fmt::format("\\-{}\\fR(1)", command.name)), std::string::npos);
        for (const CLI::Option *option : program.app().get_subcommand(command.name)->get_options())
            for (const std::string &name : option->get_lnames())
                EXPECT_NE(
                    pages[i + 1].text.find(std::regex_replace("--" + name, std::regex("-"), "\\-")),
                    std::string::npos)
                    << name;
    }
}

TEST(Docs, examples_in_pages_and_help_stay_as_they_are) {
    cli::Program program;
    const std::string first =
        "    parallel --sshlogin one,two --workdir . --results out \\\n        pid";
    EXPECT_NE(program.app().get_subcommand("explore")->help().find(first), std::string::npos);
    for (const File &page : command_pages(program.app())) {
        SCOPED_TRACE(page.path);
        const bool has = page.path == "man/man1/pidlab-explore.1";
        const std::size_t at = page.text.find(".EX\n    parallel \\-\\-sshlogin");
        EXPECT_EQ(at != std::string::npos, has);
        EXPECT_EQ(page.text.find("stdout\n.EE\n", at) != std::string::npos, has);
    }
}

TEST(Docs, completion_knows_commands_options_and_operations) {
    cli::Program program;
    const std::string script = completion(program.app()).text;
    for (const cli::Command &command : cli::commands()) {
        EXPECT_TRUE(has_word(script, command.name)) << command.name;
        for (const CLI::Option *option : program.app().get_subcommand(command.name)->get_options())
            for (const std::string &name : option->get_lnames())
                EXPECT_NE(script.find("--" + name), std::string::npos) << name;
    }
    for (const OpInfo &op : ops())
        EXPECT_TRUE(has_word(script, op.name)) << op.name;
}

TEST(Docs, syntax_for_vim_has_every_word) {
    const std::vector<File> files = vim();
    expect_all_words(files.front().text);
    EXPECT_NE(files.back().text.find("*.scn"), std::string::npos);
}

TEST(Docs, grammar_for_textmate_has_every_word_and_expressions_that_compile) {
    const auto grammar = nlohmann::json::parse(textmate().text);
    std::string all;
    for (const auto &pattern : grammar.at("patterns")) {
        const std::string text = pattern.at("match");
        // What ECMAScript does not have: looking back.
        EXPECT_NO_THROW(std::regex(std::regex_replace(text, std::regex(R"(\(\?<=)"), "(?:")));
        all += std::regex_replace(text, std::regex(R"(\\b)"), " ") + '\n';
    }
    expect_all_words(all);
    EXPECT_EQ(grammar.at("fileTypes"), nlohmann::json::array({"scn"}));
}

TEST(Docs, options_tell_what_they_take) {
    CLI::App app;
    std::string text;
    bool flag = false;
    EXPECT_EQ(operand_of(*app.add_flag("--flag", flag)).type, "");
    EXPECT_EQ(operand_of(*app.add_option("--file", text)->type_name("FILE")).type, "FILE");
    const Operand chosen =
        operand_of(*app.add_option("--way", text)->check(CLI::IsMember({"one", "two"})));
    EXPECT_EQ(chosen.choices, (std::vector<std::string>{"one", "two"}));
}

} // namespace
} // namespace pidlab::docs
