// SPDX-License-Identifier: MIT
// Values: names, numbers, words of the tables, sums.
#include "scenario_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/machine.hpp"

namespace pidlab::scenario {

namespace {

// Sums of names and numbers, not novels.
constexpr std::size_t max_terms = 64;

constexpr const char *no_blanks = "an operand is written without blanks: OPERAND=VALUE";

} // namespace

Atom LineParser::value(pidlab_arg kind, std::string_view what) {
    switch (meaning(kind)) {
    case Meaning::word:
        return word_value(kind, what);
    case Meaning::number:
        return number_value(kind, what);
    default:
        break;
    }
    const Token &word = peek();
    if (word.kind != TokenKind::word)
        fail(word.at,
             fmt::format("{} takes {} by its name, not {}", what, describe(kind), quoted(word)));
    Atom out = named(next());
    if (out.kind == Atom::Kind::field)
        fail(out.at, fmt::format("{} takes {} by its name, not a number", what, describe(kind)));
    check_class(out, kind, what);
    return out;
}

Atom LineParser::word_value(pidlab_arg kind, std::string_view what) {
    const Token &word = peek();
    const std::span<const WordInfo> table = words_of(kind);
    if (word.kind == TokenKind::word) {
        if (const WordInfo *row = find_word(table, word.text)) {
            Atom out;
            out.kind = Atom::Kind::word;
            out.at = next().at;
            out.number = row->number;
            return is_mask(kind) ? rest_of_mask(out, kind, what) : out;
        }
        if (!scope_.names.find(word.text)) {
            std::vector<std::string_view> known;
            add_words(known, table);
            fail(word.at, fmt::format("{} takes {}, not {}", what, describe(kind), quoted(word)),
                 peek(1).is("=") ? no_blanks : did_you_mean(word.text, known));
        }
    }
    return number_value(kind, what);
}

// More words of a mask whose first one, a bit, has been read.
Atom LineParser::rest_of_mask(Atom first, pidlab_arg kind, std::string_view what) {
    first.number = std::int64_t{1} << first.number;
    if (!accept("+"))
        return first;
    const Token &word = peek();
    if (word.kind != TokenKind::word || !find_word(words_of(kind), word.text))
        fail(word.at, fmt::format("{} takes {}, not {}", what, describe(kind), quoted(word)));
    const Atom rest = word_value(kind, what);
    first.number |= rest.number;
    first.at = cover(first.at, rest.at);
    return first;
}

Atom LineParser::number_value(pidlab_arg kind, std::string_view what) {
    const std::size_t first = position_;
    const bool negative = accept("-");
    const Token &token = next();
    Atom out;
    if (token.kind == TokenKind::integer) {
        out.number = token.value;
    } else if (token.kind == TokenKind::word) {
        out = named(token);
        if (out.kind == Atom::Kind::name)
            check_class(out, kind, what);
    } else {
        fail(token.at, fmt::format("{} takes {}, not {}", what, describe(kind), quoted(token)));
    }
    out.negative = negative;
    out.at = since(first);
    return out;
}

// A name or NAME.FIELD whose first word has been taken.
Atom LineParser::named(const Token &word) {
    Atom out;
    out.kind = Atom::Kind::name;
    out.at = word.at;
    out.name = word.text;
    const bool known = scope_.names.find(word.text) != nullptr;
    know_in_column(word);
    if (!known) {
        std::vector<std::string_view> candidates = scope_.names.all();
        if (op_) {
            const std::vector<std::string_view> allowed = flags_of(*op_);
            candidates.insert(candidates.end(), allowed.begin(), allowed.end());
        }
        std::string hint = did_you_mean(word.text, candidates);
        if (hint.empty() && peek().is("=") && peek(1).kind != TokenKind::end)
            hint = no_blanks;
        complain(word.at, fmt::format("unknown name `{}'", word.text), std::move(hint));
    }
    if (!accept("."))
        return out;
    const Token &field = next();
    if (field.kind != TokenKind::word)
        fail(field.at, fmt::format("a result's name belongs after `.', not {}", quoted(field)));
    out.kind = Atom::Kind::field;
    out.field = field.text;
    out.at = cover(word.at, field.at);
    if (known)
        check_field(out, field);
    return out;
}

void LineParser::check_field(const Atom &atom, const Token &field) {
    const Names::Entry &entry = *scope_.names.find(atom.name);
    const bool numbered = entry.what == NameClass::task || entry.what == NameClass::pid;
    if (entry.what == NameClass::unknown || (numbered && atom.field == "nr") ||
        (entry.op && entry.op->output(atom.field)))
        return;
    std::vector<std::string_view> known;
    if (numbered)
        known.push_back("nr");
    if (entry.op)
        add_words(known, entry.op->outputs());
    complain(field.at,
             entry.op ? fmt::format("`{}' of line {} gave `{}' no result `{}'", entry.op->name,
                                    entry.line, atom.name, atom.field)
                      : fmt::format("`{}' has no `{}'", atom.name, atom.field),
             did_you_mean(field.text, known));
}

void LineParser::check_class(const Atom &atom, pidlab_arg kind, std::string_view what) {
    const Names::Entry *entry = scope_.names.find(atom.name);
    if (!entry || fits(entry->what, kind))
        return;
    const bool numbered = (entry->what == NameClass::task || entry->what == NameClass::pid) &&
                          meaning(kind) == Meaning::number;
    complain(atom.at,
             fmt::format("{} takes {}, but `{}' is {}", what, describe(kind), atom.name,
                         describe(entry->what)),
             numbered ? fmt::format("its number is `{}.nr'", atom.name) : "");
}

Sum LineParser::sum() {
    const std::size_t first = position_;
    Sum out;
    bool minus = accept("-");
    out.terms.push_back(term(minus));
    while (peek().is("+") || peek().is("-")) {
        minus = next().is("-");
        if (out.terms.size() == max_terms)
            fail(peek().at, "the sum is too long");
        out.terms.push_back(term(minus));
    }
    out.at = since(first);
    return out;
}

Term LineParser::term(bool minus) {
    Term out{minus, {}};
    do {
        if (out.factors.size() == max_terms)
            fail(peek().at, "the product is too long");
        out.factors.push_back(factor());
    } while (accept("*"));
    return out;
}

Atom LineParser::factor() {
    const Token &token = next();
    Atom out;
    out.at = token.at;
    if (token.kind == TokenKind::integer) {
        out.number = token.value;
        return out;
    }
    if (token.kind != TokenKind::word)
        fail(token.at,
             fmt::format("a number, a counter or a name belongs here, not {}", quoted(token)));
    if (token.text == "size")
        return table_factor(token, Atom::Kind::size);
    if (token.text == "lab")
        return table_factor(token, Atom::Kind::setting);
    if (token.text == "machine")
        return table_factor(token, Atom::Kind::machine);
    if (token.text == "random")
        return random_factor(token);
    if (const WordInfo *counter = find_word(counters(), token.text)) {
        out.kind = Atom::Kind::counter;
        out.number = counter->number;
        return out;
    }
    if (const WordInfo *state = find_word(states(), token.text)) {
        out.kind = Atom::Kind::word;
        out.number = state->number;
        return out;
    }
    if (!scope_.names.find(token.text))
        fail(token.at, fmt::format("unknown counter or name `{}'", token.text),
             did_you_mean(token.text, number_words()));
    return named(token);
}

// size.WORD, lab.WORD or machine.WORD
Atom LineParser::table_factor(const Token &word, Atom::Kind kind) {
    if (!accept("."))
        fail(peek().at, fmt::format("`{}' is followed by . and a word", word.text));
    const Token &field = next();
    Atom out;
    out.kind = kind;
    out.at = cover(word.at, field.at);
    out.field = field.text;
    std::vector<std::string_view> known;
    if (kind == Atom::Kind::size) {
        if (const WordInfo *row = find_word(sizes(), field.text)) {
            out.number = row->number;
            return out;
        }
        add_words(known, sizes());
    } else if (kind == Atom::Kind::machine) {
        if (const WordInfo *row = find_word(machine_words(), field.text)) {
            out.number = row->number;
            return out;
        }
        add_words(known, machine_words());
    } else {
        if (const SettingInfo *row = find_setting(field.text)) {
            out.number = row->slot;
            return out;
        }
        add_words(known, settings());
    }
    fail(field.at, fmt::format("`{}' has no {}", word.text, quoted(field)),
         did_you_mean(field.text, known));
}

// random LOW..HIGH
Atom LineParser::random_factor(const Token &word) {
    Atom out;
    out.kind = Atom::Kind::random;
    const std::size_t first = position_;
    out.number = bound();
    const bool dots = accept(".") && accept(".");
    if (!dots)
        fail(peek().at, "`random' takes the lowest and the highest number: random LOW..HIGH");
    out.high = bound();
    out.at = cover(word.at, since(first));
    if (out.high < out.number)
        complain(out.at, "the highest number is below the lowest");
    return out;
}

std::int64_t LineParser::bound() {
    const bool negative = accept("-");
    const Token &token = next();
    if (token.kind != TokenKind::integer)
        fail(token.at, fmt::format("a number belongs here, not {}", quoted(token)));
    return negative ? -token.value : token.value;
}

std::vector<std::string_view> LineParser::number_words() const {
    std::vector<std::string_view> out = scope_.names.all();
    add_words(out, counters());
    out.push_back("size");
    out.push_back("lab");
    out.push_back("machine");
    out.push_back("random");
    return out;
}

} // namespace pidlab::scenario
