// SPDX-License-Identifier: MIT
// `pidlab fmt`: lays out scenarios in the one way.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/scenario_format.hpp"
#include "pidlab/terminal.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

namespace fs = std::filesystem;

struct FmtOptions {
    std::vector<std::string> files;
    bool check = false;
    bool in_place = false;
};

/// Replace a file at once: who reads it sees the old text or the new one.
void replace(const fs::path &path, const std::string &text) {
    const fs::path file = fs::canonical(path);
    const fs::path fresh = file.string() + ".new";
    std::ofstream out(fresh, std::ios::trunc | std::ios::binary);
    out << text;
    out.close();
    if (!out) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        throw std::runtime_error(fmt::format("cannot write {}", fresh.string()));
    }
    fs::permissions(fresh, fs::status(file).permissions());
    fs::rename(fresh, file);
}

class Formatter {
public:
    explicit Formatter(const FmtOptions &options) : options_(options) {}

    int run() {
        for (const std::string &path : options_.files)
            one(path);
        return exit_;
    }

private:
    void one(const std::string &path) {
        const ScenarioFile file = read_scenario(path);
        if (!file.good()) {
            fmt::print(stderr, "{}", file.complaints(colours_wanted(fileno(stderr))));
            exit_ = exit_usage;
            return;
        }
        const std::string text = scenario::format(file.source);
        if (!scenario::same_words(file.source, {path, text}))
            throw std::logic_error(fmt::format("{}: the layout would change words", path));
        const bool same = text == file.text; // ends of lines included
        if (options_.check && !same) {
            fmt::print("{}\n", file.source.name());
            exit_ = std::max(exit_, exit_failed);
        } else if (!options_.check && options_.in_place && path != "-") {
            if (!same)
                replace(path, text);
        } else if (!options_.check) {
            fmt::print("{}", text);
        }
    }

    const FmtOptions &options_;
    Exit exit_ = exit_ok;
};

} // namespace

Action add_fmt(CLI::App &sub, const Globals &) {
    auto options = std::make_shared<FmtOptions>();
    sub.add_option("files", options->files, "scenarios; - is standard input")
        ->required()
        ->type_name("SCENARIO");
    CLI::Option *check = sub.add_flag("--check", options->check,
                                      "print the names of those that would change; exit 1 if any");
    sub.add_flag("-i,--in-place", options->in_place, "write the files instead of printing them")
        ->excludes(check);
    return [options] { return Formatter{*options}.run(); };
}

} // namespace pidlab::cli
