// SPDX-License-Identifier: MIT
#include "pidlab/scenario_parser.hpp"

#include <algorithm>

#include "scenario_line.hpp"

namespace pidlab::scenario {

namespace {

// Deeper than anyone writes, and far from the end of the stack.
constexpr std::size_t max_depth = 32;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Rows that follow each other belong together.
void add(std::vector<Statement> &body, Statement statement) {
    auto *more = std::get_if<Columns>(&statement.what);
    auto *columns = body.empty() ? nullptr : std::get_if<Columns>(&body.back().what);
    if (more && columns)
        columns->rows.push_back(std::move(more->rows.front()));
    else
        body.push_back(std::move(statement));
}

// The comment that opens the file, licence lines left out.
void describe(const SourceText &source, Scenario &scenario) {
    bool begun = false;
    for (std::size_t number = 1; number <= source.lines(); ++number) {
        const std::string_view line = trimmed(source.line(number));
        if (line.empty() && !begun)
            continue;
        if (!line.starts_with('#'))
            break;
        const std::string text = printable(trimmed(line.substr(1)));
        if (text.starts_with("SPDX-"))
            continue;
        if (!begun)
            scenario.title = text;
        else if (!text.empty() || !scenario.description.empty())
            scenario.description += text + '\n';
        begun = begun || !text.empty();
    }
    while (scenario.description.ends_with('\n'))
        scenario.description.pop_back();
}

} // namespace

std::optional<Statement> Parser::parse(std::size_t number, std::vector<Diagnostic> &errors) {
    std::vector<Diagnostic> found;
    std::vector<Token> tokens = lex(number, source_.line(number), found);
    ParsedLine line;
    if (found.empty())
        line = LineParser{std::move(tokens), scope_, found}.parse();
    if (line.statement && tells_generations_apart(*line.statement) &&
        trimmed(comment_of(source_.line(number))).empty())
        found.push_back({line.at,
                         "why do generations differ here? A comment at the end of the line says it",
                         {},
                         {}});
    errors.insert(errors.end(), found.begin(), found.end());

    if (line.statement && !open_.empty() && std::holds_alternative<Columns>(line.statement->what))
        errors.push_back({line.at, "columns cannot stand in a repeat", {}, {}});
    if (line.ends_repeat)
        return close(line.at, errors);
    if (!line.statement)
        return std::nullopt;
    if (std::holds_alternative<Repeat>(line.statement->what)) {
        if (open_.size() == max_depth)
            errors.push_back({line.at, "repeats are nested too deep", {}, {}});
        open_.push_back(std::move(*line.statement));
        scope_.depth = open_.size();
        return std::nullopt;
    }
    if (open_.empty())
        return std::move(line.statement);
    std::get<Repeat>(open_.back().what).body.push_back(std::move(*line.statement));
    return std::nullopt;
}

std::optional<Statement> Parser::close(const Range &at, std::vector<Diagnostic> &errors) {
    if (open_.empty()) {
        errors.push_back({at, "`end' without a repeat", {}, {}});
        return std::nullopt;
    }
    Statement done = std::move(open_.back());
    open_.pop_back();
    scope_.depth = open_.size();
    if (open_.empty())
        return done;
    std::get<Repeat>(open_.back().what).body.push_back(std::move(done));
    return std::nullopt;
}

void Parser::finish(std::vector<Diagnostic> &errors) const {
    for (const Statement &statement : open_)
        errors.push_back({statement.at, "this repeat has no `end'", {}, {}});
}

void Parser::abandon() {
    open_.clear();
    scope_.depth = 0;
}

ParsedScenario parse(const SourceText &source) {
    ParsedScenario out;
    describe(source, out.scenario);
    Parser parser{source};
    for (std::size_t number = 1; number <= source.lines(); ++number)
        if (auto statement = parser.parse(number, out.errors))
            add(out.scenario.body, std::move(*statement));
    parser.finish(out.errors);
    std::stable_sort(
        out.errors.begin(), out.errors.end(),
        [](const Diagnostic &a, const Diagnostic &b) { return a.at.line < b.at.line; });
    return out;
}

} // namespace pidlab::scenario
