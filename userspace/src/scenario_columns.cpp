// SPDX-License-Identifier: MIT
// Columns: what several actors do at the same time.
#include "scenario_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/format.hpp"

namespace pidlab::scenario {

namespace {

// P0 to P9, whether or not there can be that many.
std::optional<unsigned> actor_of(const Token &token) {
    if (token.kind != TokenKind::word || token.text.size() != 2 || token.text[0] != 'P' ||
        token.text[1] < '0' || token.text[1] > '9')
        return std::nullopt;
    return static_cast<unsigned>(token.text[1] - '0');
}

} // namespace

bool LineParser::column_follows() const { return actor_of(peek()).has_value() && peek(1).is(":"); }

Statement LineParser::columns() {
    Row row;
    do {
        const Token &word = next();
        const std::optional<unsigned> actor = actor_of(word);
        if (!actor || !accept(":"))
            fail(word.at, fmt::format("a column begins with its actor, as in P0: OPERATION, not "
                                      "with {}",
                                      quoted(word)));
        if (*actor >= PIDLAB_ACTORS_MAX)
            complain(word.at, fmt::format("there are {} actors, P0 to P{}", PIDLAB_ACTORS_MAX,
                                          PIDLAB_ACTORS_MAX - 1));
        row.cells.push_back(cell(*actor));
    } while (accept("|"));
    row.at = since(0);
    return {{}, Columns{{std::move(row)}}};
}

Cell LineParser::cell(unsigned actor) {
    const std::size_t first = position_;
    Cell out;
    out.actor = scope_.actor.emplace(actor);
    if (!accept_word("continue")) {
        const bool expects = accept_word("expect");
        std::optional<Binding> name;
        if (!expects && peek(1).is("=") && !find_op(peek().text)) {
            name = binding("a result");
            next(); // the =
        }
        const Token &word = peek();
        if (word.kind != TokenKind::word || !find_op(word.text)) {
            std::vector<std::string_view> known{"continue"};
            add_words(known, ops());
            fail(word.at, fmt::format("an operation belongs in a column, not {}", quoted(word)),
                 did_you_mean(word.text, known));
        }
        out.call = call(std::move(name), expects);
    }
    out.stop = stop();
    out.at = since(first);
    scope_.actor.reset();
    return out;
}

std::optional<Stop> LineParser::stop() {
    if (!accept("@"))
        return std::nullopt;
    const std::size_t first = position_;
    std::string word{next().text};
    if (accept("."))
        word += fmt::format(".{}", next().text);
    const Range at = since(first);
    for (const auto table : {steps(), points()})
        if (const WordInfo *row = find_word(table, word))
            return Stop{at, row->number};
    std::vector<std::string_view> known;
    add_words(known, steps());
    add_words(known, points());
    fail(at, fmt::format("there is no step or point `{}'", word), did_you_mean(word, known));
}

// The others cannot know it meanwhile, and no two can give it.
void LineParser::give_in_column(const Binding &name) {
    const auto given = scope_.given.find(name.name);
    if (given != scope_.given.end() ? given->second != *scope_.actor
                                    : scope_.names.find(name.name) != nullptr)
        complain(name.at,
                 fmt::format("`{}' is a name already: a column gives names of its own", name.name));
    scope_.given.emplace(name.name, *scope_.actor);
}

void LineParser::know_in_column(const Token &word) {
    const auto given = scope_.given.find(word.text);
    if (scope_.actor && given != scope_.given.end() && given->second != *scope_.actor)
        complain(word.at, fmt::format("`{}' is what P{} gets at the same time: P{} cannot know it",
                                      word.text, given->second, *scope_.actor));
}

} // namespace pidlab::scenario
