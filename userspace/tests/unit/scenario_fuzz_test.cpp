// SPDX-License-Identifier: MIT
// Lines that nobody would write must not do harm. Seeded, so that what fails once fails again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "pidlab/scenario_session.hpp"
#include "scenario_toy.hpp"

namespace pidlab::scenario {

namespace {

using Generator = std::mt19937;

// Those of the project, in all folders.
std::vector<std::filesystem::path> scenario_files() {
    std::vector<std::filesystem::path> out;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(PIDLAB_SCENARIO_DIR))
        if (!entry.is_directory())
            out.push_back(entry.path());
    return out;
}

std::size_t below(Generator &random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::string random_bytes(Generator &random) {
    std::string out;
    for (std::size_t left = below(random, 80); left > 0; --left)
        out += static_cast<char>(below(random, 256));
    return out;
}

// Words and marks that mean something, in an order that need not.
std::string random_words(Generator &random) {
    static const std::vector<std::string> words = [] {
        std::vector<std::string> all = {"=",
                                        "==",
                                        "!=",
                                        "<",
                                        "<=",
                                        "(",
                                        ")",
                                        ".",
                                        ",",
                                        "+",
                                        "-",
                                        "*",
                                        "t",
                                        "u",
                                        "init",
                                        "none",
                                        "as",
                                        "else",
                                        "leave",
                                        "ok",
                                        "_",
                                        "0",
                                        "1",
                                        "300",
                                        "9K",
                                        "size",
                                        "\"x\"",
                                        "\"",
                                        "lab",
                                        "expect",
                                        "t.",
                                        "t.nr",
                                        "digest",
                                        "tree",
                                        "note",
                                        "check",
                                        "repeat",
                                        "end",
                                        "fail_nth",
                                        "#",
                                        "99999999999999999999"};
        for (const OpInfo &op : ops())
            all.emplace_back(op.name);
        for (const WordInfo &flag : flags())
            all.emplace_back(flag.name);
        for (const WordInfo &counter : counters())
            all.emplace_back(counter.name);
        for (const SettingInfo &setting : settings())
            all.emplace_back(setting.name);
        return all;
    }();
    std::string out;
    for (std::size_t left = below(random, 12); left > 0; --left) {
        out += words[below(random, words.size())];
        out += below(random, 4) == 0 ? "" : " ";
    }
    return out;
}

// Every complaint must be printable and point into its line.
void examine(const SourceText &source, const std::vector<Diagnostic> &errors) {
    for (const Diagnostic &error : errors) {
        ASSERT_GE(error.at.line, 1U);
        ASSERT_LE(error.at.line, source.lines());
        ASSERT_LE(error.at.offset + error.at.length, source.line(error.at.line).size());
        for (const char c : render(source, error))
            ASSERT_TRUE(c == '\n' || c == '\t' || c < 0 || (c >= ' ' && c != 0x7F));
    }
}

} // namespace

TEST(ScenarioFuzz, random_bytes_are_refused_or_read) {
    Generator random(20060223);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (std::size_t lines = below(random, 6); lines > 0; --lines)
            text += random_bytes(random) + '\n';
        const SourceText source("fuzz", text);
        examine(source, parse(source).errors);
    }
}

TEST(ScenarioFuzz, random_words_are_refused_or_run) {
    Generator random(20071018);
    for (int round = 0; round < 300; ++round) {
        pidlab::testing::ToyLab toy;
        Observer nobody;
        Session session(toy.lab, nobody);
        for (int line = 0; line < 40; ++line) {
            const auto errors = session.execute(random_words(random));
            examine(session.source(), errors);
        }
    }
}

TEST(ScenarioFuzz, broken_scenarios_are_refused_or_read) {
    Generator random(20190915);
    for (const auto &path : scenario_files()) {
        std::ifstream file(path);
        std::stringstream whole;
        whole << file.rdbuf();
        for (int round = 0; round < 40; ++round) {
            std::string text = whole.str();
            ASSERT_FALSE(text.empty());
            for (int change = 0; change < 5; ++change)
                text[below(random, text.size())] = static_cast<char>(below(random, 256));
            text.resize(below(random, text.size()) + 1);
            const SourceText source("fuzz", text);
            examine(source, parse(source).errors);
        }
    }
}

TEST(ScenarioFuzz, very_long_lines_and_deep_nesting_end) {
    const SourceText words("fuzz", std::string(200000, 'x') + " = fork init\n");
    EXPECT_EQ(parse(words).errors.size(), 0U);
    std::string sum = "expect 1";
    std::string nest;
    for (int i = 0; i < 20000; ++i) {
        sum += "+1";
        nest += "repeat 2\n";
    }
    const SourceText sums("fuzz", sum + " = 1\n");
    EXPECT_EQ(parse(sums).errors.size(), 1U);
    const SourceText nested("fuzz", nest);
    EXPECT_FALSE(parse(nested).errors.empty());
}

TEST(ScenarioFiles, each_can_be_read_and_says_what_it_shows) {
    std::size_t count = 0;
    for (const auto &path : scenario_files()) {
        ASSERT_EQ(path.extension(), ".scn") << path;
        std::ifstream file(path);
        std::stringstream text;
        text << file.rdbuf();
        const SourceText source(path.filename().string(), text.str());
        const ParsedScenario parsed = parse(source);
        for (const Diagnostic &error : parsed.errors)
            ADD_FAILURE() << render(source, error);
        EXPECT_FALSE(parsed.scenario.title.empty()) << path;
        EXPECT_GT(parsed.scenario.description.size(), 100U) << path;
        ++count;
    }
    EXPECT_GE(count, 14U);
}

} // namespace pidlab::scenario
