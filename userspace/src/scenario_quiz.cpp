// SPDX-License-Identifier: MIT
#include "pidlab/scenario_quiz.hpp"

#include <algorithm>
#include <optional>

#include "pidlab/scenario_lexer.hpp"
#include "pidlab/scenario_random.hpp"

namespace pidlab::scenario {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// What is hidden of a line: where it begins, or nothing if the line asks nothing.
std::optional<std::size_t> hidden(const Statement &statement) {
    if (const Call *call = std::get_if<Call>(&statement.what)) {
        const auto &expected = call->expected;
        const bool asks = expected && (expected->error != 0 || !expected->values.empty());
        return asks ? std::optional{expected->at.offset} : std::nullopt;
    }
    if (const Compare *compare = std::get_if<Compare>(&statement.what))
        if (compare->relation == Comparison::equal)
            return compare->right.at.offset;
    return std::nullopt;
}

void ask(const SourceText &source, const std::vector<Statement> &body, std::vector<Question> &out) {
    for (const Statement &statement : body) {
        if (const Repeat *repeat = std::get_if<Repeat>(&statement.what)) {
            ask(source, repeat->body, out);
        } else if (const auto begin = hidden(statement)) {
            const std::string_view line = source.line(statement.at.line);
            const std::string_view comment = comment_of(line);
            const std::size_t end = comment.data()
                                        ? static_cast<std::size_t>(comment.data() - line.data()) - 1
                                        : line.size();
            out.push_back({statement.at.line, std::string{line.substr(0, *begin)},
                           std::string{trimmed(line.substr(*begin, end - *begin))},
                           printable(trimmed(comment))});
        }
    }
}

// The words of a text between commas, without blanks.
std::vector<std::string> results(std::string_view text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == ',')
            out.emplace_back();
        else if (c != ' ' && c != '\t' && c != '\r')
            out.back() += c;
    }
    return out;
}

} // namespace

bool Question::is_right(std::string_view said) const {
    // Other generations follow in parentheses; `else leave' is about the repeat.
    const std::vector<std::string> wanted = results(
        answer.substr(0, std::min({answer.find('('), answer.find(" else leave"), answer.size()})));
    said = trimmed(said);
    if (said.starts_with('='))
        said = trimmed(said.substr(1));
    const std::vector<std::string> given = results(said);
    if (given.size() > wanted.size() || given.front().empty())
        return false;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] != "_" && (i >= given.size() || given[i] != wanted[i]))
            return false;
    return true;
}

std::vector<Question> questions(const SourceText &source, const Scenario &scenario) {
    std::vector<Question> out;
    ask(source, scenario.body, out);
    return out;
}

std::vector<Question> pick(std::vector<Question> all, std::size_t count, std::uint64_t seed) {
    Random random;
    random.seed(seed);
    while (all.size() > count)
        all.erase(all.begin() + random.draw(0, static_cast<std::int64_t>(all.size()) - 1));
    return all;
}

} // namespace pidlab::scenario
