// SPDX-License-Identifier: MIT
#include "scenario_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

namespace pidlab::cli {

namespace {

// No one writes a longer one; a device that never ends is not read for ever.
constexpr std::size_t max_size = std::size_t{16} << 20;

struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

// Answers why it failed, or nothing.
std::string slurp(std::FILE *file, std::string &text) {
    char buffer[65536];
    std::size_t got = 0;
    while ((got = std::fread(buffer, 1, sizeof(buffer), file)) != 0) {
        text.append(buffer, got);
        if (text.size() > max_size)
            return "too long for a scenario";
    }
    return std::ferror(file) ? std::strerror(errno) : "";
}

std::string slurp(const std::string &path, std::string &text) {
    if (path == "-")
        return slurp(stdin, text);
    const std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "re")};
    return file ? slurp(file.get(), text) : std::strerror(errno);
}

} // namespace

ScenarioFile read_scenario(const std::string &path) {
    std::string text;
    std::string unreadable = slurp(path, text);
    scenario::SourceText source{path == "-" ? "standard input" : path, text};
    auto parsed = unreadable.empty() ? parse(source) : scenario::ParsedScenario{};
    return {std::move(source), std::move(parsed), std::move(text), std::move(unreadable)};
}

std::string ScenarioFile::complaints(bool colour) const {
    if (!unreadable.empty())
        return fmt::format("{}: {}\n", source.name(), unreadable);
    std::string out;
    for (const scenario::Diagnostic &error : parsed.errors)
        out += render(source, error, colour);
    return out;
}

nlohmann::ordered_json ScenarioFile::complaints_json() const {
    nlohmann::ordered_json errors = nlohmann::ordered_json::array();
    if (!unreadable.empty())
        errors.push_back({{"message", unreadable}});
    for (const scenario::Diagnostic &error : parsed.errors)
        errors.push_back({{"line", error.at.line},
                          {"column", column(source, error.at)},
                          {"message", error.message},
                          {"hint", error.hint}});
    return {{"name", std::filesystem::path{source.name()}.stem().string()},
            {"file", source.name()},
            {"passed", good()},
            {"errors", std::move(errors)}};
}

void print_json_line(const nlohmann::ordered_json &object) {
    fmt::print("{}\n",
               object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

} // namespace pidlab::cli
