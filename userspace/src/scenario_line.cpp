// SPDX-License-Identifier: MIT
#include "scenario_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pidlab::scenario {

std::string quoted(const Token &token) {
    if (token.kind == TokenKind::end)
        return "the end of the line";
    if (token.kind == TokenKind::string)
        return fmt::format("\"{}\"", printable(token.text));
    return fmt::format("`{}'", token.text);
}

ParsedLine LineParser::parse() {
    const bool opens = peek().is_word("repeat");
    const std::size_t before = errors_.size();
    ParsedLine out;
    try {
        out = line();
    } catch (const Abandon &) {
        out.statement.reset();
    }
    scope_.actor.reset();
    out.at = since(0);
    if (errors_.size() == before)
        return out;
    if (opens)
        out.statement = Statement{out.at, Repeat{}};
    else
        out.statement.reset();
    return out;
}

ParsedLine LineParser::line() {
    ParsedLine out;
    if (peek().kind == TokenKind::end)
        return out;
    if (!column_follows())
        scope_.given.clear();
    if (accept_word("end"))
        out.ends_repeat = true;
    else
        out.statement = statement();
    expect_end();
    if (out.statement)
        out.statement->at = since(0);
    return out;
}

Statement LineParser::statement() {
    const Token &first = peek();
    if (column_follows())
        return columns();
    if (first.kind != TokenKind::word)
        fail(first.at, fmt::format("a line begins with a word, not with {}", quoted(first)));
    const auto &words = keywords();
    if (std::find(words.begin(), words.end(), first.text) != words.end())
        return keyword_statement();
    if (const OpInfo *op = find_op(first.text)) {
        if (peek(1).is("=") && !op->operands().empty())
            binding("a result"); // says that it is none
        return {{}, call(std::nullopt)};
    }
    if (peek(1).is("="))
        return bound_statement();
    unknown_statement();
}

Statement LineParser::keyword_statement() {
    const Token &word = next();
    if (word.text == "lab")
        return set_up();
    if (word.text == "expect")
        return expect();
    if (word.text == "digest")
        return save_digest();
    if (word.text == "tree")
        return show_tree();
    if (word.text == "note")
        return note();
    if (word.text == "repeat")
        return repeat();
    if (word.text == "seed")
        return seed();
    return {{}, CheckNow{}};
}

void LineParser::unknown_statement() {
    const Token &first = peek();
    std::vector<std::string_view> known = keywords();
    add_words(known, ops());
    fail(first.at, fmt::format("unknown operation `{}'", first.text),
         did_you_mean(first.text, known));
}

Statement LineParser::bound_statement() {
    Binding name = binding("a result");
    next(); // the =
    // Until the line proves right, what it names fits everywhere.
    if (!scope_.names.find(name.name))
        give(name, NameClass::unknown);
    const Token &word = peek();
    if (word.kind == TokenKind::word && find_op(word.text))
        return {{}, call(std::move(name))};

    const bool sum_word = peek(1).is(".") || word.text == "random";
    if (word.kind == TokenKind::word && !sum_word && !find_word(counters(), word.text) &&
        !scope_.names.find(word.text)) {
        std::vector<std::string_view> known = number_words();
        add_words(known, ops());
        fail(word.at, fmt::format("unknown operation `{}'", word.text),
             did_you_mean(word.text, known));
    }
    Remember out{std::move(name), sum()};
    const Atom *alias = out.value.only_name();
    const Names::Entry *other = alias ? scope_.names.find(alias->name) : nullptr;
    give(out.name, other ? other->what : NameClass::number, other ? other->op : nullptr);
    return {{}, std::move(out)};
}

Binding LineParser::binding(std::string_view what) {
    const Token &word = peek();
    if (word.kind != TokenKind::word)
        fail(word.at, fmt::format("a name for {} belongs here, not {}", what, quoted(word)));
    next();
    if (word.text == init_name)
        fail(word.at, "`init' is the lab's first task and cannot name anything else");
    if (is_reserved(word.text))
        fail(word.at, fmt::format("`{}' has a meaning of its own and cannot be a name", word.text));
    Binding out{std::string{word.text}, word.at};
    if (scope_.actor)
        give_in_column(out);
    return out;
}

void LineParser::give(const Binding &name, NameClass what, const OpInfo *op) {
    const Names::Entry *known = scope_.names.find(name.name);
    if (known && known->what != NameClass::unknown && what != NameClass::unknown &&
        known->what != what) {
        complain(name.at, fmt::format("`{}' is {} since line {}; it cannot become {}", name.name,
                                      describe(known->what), known->line, describe(what)));
        return;
    }
    scope_.names.set(name.name, {what, op, name.at.line});
}

Statement LineParser::set_up() {
    if (scope_.set_up)
        fail(tokens_.front().at,
             "the lab is set up already: `lab' comes once, before any operation");
    scope_.set_up = true;
    SetUp out;
    while (!at_end()) {
        const GivenSetting given = setting();
        const auto again =
            std::find_if(out.settings.begin(), out.settings.end(),
                         [&given](const GivenSetting &other) { return other.slot == given.slot; });
        if (again != out.settings.end())
            complain(given.at, "this setting is given twice");
        out.settings.push_back(given);
    }
    return {{}, std::move(out)};
}

GivenSetting LineParser::setting() {
    const std::size_t first = position_;
    const Token &word = next();
    const SettingInfo *info = word.kind == TokenKind::word ? find_setting(word.text) : nullptr;
    if (!info) {
        std::vector<std::string_view> known;
        add_words(known, settings());
        fail(word.at, fmt::format("unknown setting {}", quoted(word)),
             did_you_mean(word.text, known));
    }
    if (!accept("="))
        fail(peek().at, fmt::format("`{}' takes a value: {}=VALUE", info->name, info->name));
    const Token &value = peek();
    GivenSetting out{info->slot, setting_value(*info), {}};
    if (out.value < info->min || out.value > info->max)
        complain(value.at, fmt::format("`{}' takes {} to {}", info->name, info->min, info->max));
    out.at = since(first);
    return out;
}

// A number; a word of the setting, or several with + between them.
std::uint64_t LineParser::setting_value(const SettingInfo &info) {
    if (peek().kind != TokenKind::word || words_of(info.slot).empty()) {
        const Token &value = next();
        if (value.kind != TokenKind::integer)
            fail(value.at, fmt::format("`{}' takes a number, not {}", info.name, quoted(value)));
        return static_cast<std::uint64_t>(value.value);
    }
    if (!is_mask(info.slot))
        return setting_word(info);
    std::uint64_t mask = 0;
    do {
        mask |= std::uint64_t{1} << setting_word(info);
    } while (accept("+"));
    return mask;
}

std::uint32_t LineParser::setting_word(const SettingInfo &info) {
    const Token &value = next();
    const WordInfo *word = find_word(words_of(info.slot), value.text);
    if (!word) {
        std::vector<std::string_view> known;
        add_words(known, words_of(info.slot));
        fail(value.at, fmt::format("`{}' does not know {}", info.name, quoted(value)),
             did_you_mean(value.text, known));
    }
    return word->number;
}

Statement LineParser::expect() {
    const Token &word = peek();
    if (word.kind == TokenKind::word && find_op(word.text))
        return {{}, call(std::nullopt, true)};
    if (accept_word("digest"))
        return compare_digest();
    return compare();
}

Statement LineParser::compare() {
    struct Mark {
        std::string_view text;
        Comparison relation;
    };
    static constexpr Mark marks[] = {
        {"=", Comparison::equal},          {"==", Comparison::equal},
        {"!=", Comparison::not_equal},     {"<", Comparison::less},
        {"<=", Comparison::less_equal},    {">", Comparison::greater},
        {">=", Comparison::greater_equal},
    };
    Compare out;
    out.left = sum();
    const Token &mark = next();
    const auto found =
        std::find_if(std::begin(marks), std::end(marks),
                     [&mark](const Mark &candidate) { return mark.is(candidate.text); });
    if (found == std::end(marks))
        fail(mark.at, fmt::format("expected = != < <= > or >=, not {}", quoted(mark)));
    out.relation = found->relation;
    out.right = sum();
    Generations said = 0;
    while (other_follows()) {
        const Generations generations = other(said);
        out.others.push_back({generations, sum()});
        close_other();
    }
    return {{}, std::move(out)};
}

Statement LineParser::save_digest() {
    SaveDigest out{binding("the digest")};
    give(out.name, NameClass::digest);
    return {{}, std::move(out)};
}

Statement LineParser::compare_digest() {
    CompareDigest out;
    if (accept("!="))
        out.same = false;
    else if (!accept("=") && !accept("=="))
        fail(peek().at, fmt::format("expected = or !=, not {}", quoted(peek())));
    const Token &word = next();
    if (word.kind != TokenKind::word)
        fail(word.at, fmt::format("the name of a digest belongs here, not {}", quoted(word)));
    const Names::Entry *entry = scope_.names.find(word.text);
    if (!entry || !(entry->what == NameClass::digest || entry->what == NameClass::unknown))
        complain(word.at, fmt::format("`{}' names no digest", word.text),
                 fmt::format("`digest {}' in an earlier line remembers one", word.text));
    out.name = {std::string{word.text}, word.at};
    return {{}, std::move(out)};
}

Statement LineParser::show_tree() {
    ShowTree out;
    if (peek().kind == TokenKind::string)
        out.title = printable(next().text);
    return {{}, std::move(out)};
}

Statement LineParser::note() {
    const Token &text = next();
    if (text.kind != TokenKind::string)
        fail(text.at, "a note is a text in quotes: note \"...\"");
    return {{}, Note{printable(text.text)}};
}

Statement LineParser::repeat() {
    Repeat out;
    out.times = sum();
    if (accept_word("as")) {
        out.counter = binding("the round");
        give(*out.counter, NameClass::number);
    }
    return {{}, std::move(out)};
}

Statement LineParser::seed() {
    const Token &number = next();
    if (number.kind != TokenKind::integer)
        fail(number.at, fmt::format("a seed is a number, not {}", quoted(number)));
    return {{}, Seed{static_cast<std::uint64_t>(number.value)}};
}

const Token &LineParser::peek(std::size_t ahead) const {
    return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

const Token &LineParser::next() {
    const Token &token = peek();
    if (token.kind != TokenKind::end)
        ++position_;
    return token;
}

bool LineParser::accept(std::string_view mark) {
    if (!peek().is(mark))
        return false;
    next();
    return true;
}

bool LineParser::accept_word(std::string_view word) {
    if (!peek().is_word(word))
        return false;
    next();
    return true;
}

Range LineParser::since(std::size_t first) const {
    const std::size_t last = position_ > first ? position_ - 1 : first;
    return cover(tokens_[std::min(first, tokens_.size() - 1)].at, tokens_[last].at);
}

void LineParser::expect_end() {
    if (peek().kind != TokenKind::end)
        fail(peek().at, fmt::format("unexpected {} after the end of this", quoted(peek())));
}

void LineParser::complain(const Range &at, std::string message, std::string hint) {
    errors_.push_back({at, std::move(message), std::move(hint), {}});
}

void LineParser::fail(const Range &at, std::string message, std::string hint) {
    complain(at, std::move(message), std::move(hint));
    throw Abandon{};
}

} // namespace pidlab::scenario
