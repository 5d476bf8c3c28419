// SPDX-License-Identifier: MIT
// What a scenario says of some generations only.
#include "scenario_line.hpp"

#include <fmt/format.h>

namespace pidlab::scenario {

bool tells_generations_apart(const Statement &statement) {
    if (const Call *call = std::get_if<Call>(&statement.what))
        return call->expected && !call->expected->others.empty();
    if (const Compare *compare = std::get_if<Compare>(&statement.what))
        return !compare->others.empty();
    return false;
}

// ( GENERATION {GENERATION} :
Generations LineParser::other(Generations &said) {
    next(); // the (
    Generations out = 0;
    do {
        const Token &word = next();
        const WordInfo *row =
            word.kind == TokenKind::word ? find_word(generations(), word.text) : nullptr;
        if (!row) {
            std::vector<std::string_view> known;
            add_words(known, generations());
            fail(word.at, fmt::format("a generation belongs here, not {}", quoted(word)),
                 did_you_mean(word.text, known));
        }
        const Generations bit = Generations{1} << row->number;
        if (said & bit)
            complain(word.at, fmt::format("`{}' is here twice", row->name));
        said |= bit;
        out |= bit;
    } while (!accept(":"));
    return out;
}

void LineParser::close_other() {
    if (!accept(")"))
        fail(peek().at, fmt::format("expected `)', not {}", quoted(peek())));
}

} // namespace pidlab::scenario
