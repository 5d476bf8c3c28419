// SPDX-License-Identifier: MIT
// Operations: everything about them comes from their row of the table.
#include "scenario_line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pidlab::scenario {

namespace {

std::vector<std::string_view> names_of(std::span<const OperandInfo> list) {
    std::vector<std::string_view> out;
    add_words(out, list);
    return out;
}

// "fork parent [tid] [newpid]", as a reminder of what an operation takes.
std::string usage(const OpInfo &op) {
    std::string out{op.name};
    for (const OperandInfo &operand : op.operands())
        out += kind_info(operand.kind).needed ? fmt::format(" {}", operand.name)
                                              : fmt::format(" [{}]", operand.name);
    for (const std::string_view flag : flags_of(op))
        out += fmt::format(" [{}]", flag);
    return out;
}

bool looks_like_errno(std::string_view word) {
    return word.size() >= 3 && word.front() == 'E' &&
           std::all_of(word.begin(), word.end(),
                       [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

} // namespace

std::vector<std::string_view> flags_of(const OpInfo &op) {
    std::vector<std::string_view> out;
    for (const WordInfo &flag : flags())
        if (op.flags >> flag.number & 1)
            out.push_back(flag.name);
    return out;
}

Call LineParser::call(std::optional<Binding> name, bool must_expect) {
    const Token &word = next();
    Call out;
    out.op = op_ = find_op(word.text);
    out.at = word.at;
    scope_.set_up = true;
    while (!at_end() && !peek().is("(") && !peek().is("="))
        operand(out);
    required(out);
    if (peek().is("("))
        options(out);
    if (accept("="))
        out.expected = expectation(out);
    else if (must_expect)
        complain(peek().at, "what is expected? `expect OPERATION ...' ends with = RESULT");
    if (!out.expected || out.expected->error != EBADF)
        errors_.insert(errors_.end(), class_errors_.begin(), class_errors_.end());
    if (!name)
        return out;
    if (out.op->outputs().empty())
        complain(name->at,
                 fmt::format("`{}' returns nothing that could have a name", out.op->name));
    else
        give(*name, class_of(out.op->outputs().front().kind), out.op);
    out.name = std::move(name);
    return out;
}

void LineParser::operand(Call &call) {
    const Token &word = peek();
    if (named_operand_follows(call)) {
        const auto index = call.op->operand(word.text);
        if (!index)
            fail(word.at, fmt::format("`{}' has no operand `{}'", call.op->name, word.text),
                 did_you_mean(word.text, names_of(call.op->operands())));
        next();
        next();
        place(call, *index, operand_value(call.op->operands()[*index]));
        return;
    }
    if (word.kind == TokenKind::word)
        if (const WordInfo *flag = find_word(flags(), word.text)) {
            next();
            take_flag(call, *flag);
            return;
        }
    const std::size_t index = free_operand(call);
    place(call, index, operand_value(call.op->operands()[index]));
}

// WORD= without a blank names an operand, unless WORD is a name: then the author has left out the
// blanks around an expectation.
bool LineParser::named_operand_follows(const Call &call) const {
    const Token &word = peek();
    const Token &mark = peek(1);
    if (word.kind != TokenKind::word || !mark.is("=") ||
        mark.at.offset != word.at.offset + word.at.length)
        return false;
    return call.op->operand(word.text) || !scope_.names.find(word.text);
}

void LineParser::place(Call &call, std::size_t index, Atom value) {
    if (call.args[index])
        complain(value.at, fmt::format("operand `{}' is given twice", call.op->args[index].name));
    call.args[index] = std::move(value);
}

std::size_t LineParser::free_operand(const Call &call) {
    const std::size_t count = call.op->operands().size();
    for (std::size_t index = 0; index < count; ++index)
        if (!call.args[index])
            return index;
    const Token &extra = peek();
    std::vector<std::string_view> known = flags_of(*call.op);
    std::string hint = extra.kind == TokenKind::word ? did_you_mean(extra.text, known) : "";
    fail(extra.at,
         fmt::format("`{}' takes no more operands: {} is too many", call.op->name, quoted(extra)),
         hint.empty() ? usage(*call.op) : std::move(hint));
}

void LineParser::take_flag(Call &call, const WordInfo &flag) {
    const auto bit = static_cast<std::uint16_t>(1U << flag.number);
    const Range at = tokens_[position_ - 1].at;
    if (!(call.op->flags & bit)) {
        const auto allowed = flags_of(*call.op);
        fail(at, fmt::format("`{}' takes no flag `{}'", call.op->name, flag.name),
             allowed.empty() ? "it takes no flags"
                             : fmt::format("it takes {}", fmt::join(allowed, ", ")));
    }
    if (call.flags & bit)
        complain(at, fmt::format("flag `{}' is given twice", flag.name));
    call.flags = static_cast<std::uint16_t>(call.flags | bit);
}

Atom LineParser::operand_value(const OperandInfo &what) {
    // The caller decides later whether a name of the wrong class is an error.
    const std::size_t before = errors_.size();
    Atom out = value(what.kind, fmt::format("operand `{}'", what.name));
    const Names::Entry *entry =
        out.kind == Atom::Kind::name ? scope_.names.find(out.name) : nullptr;
    if (entry && !fits(entry->what, what.kind) && meaning(what.kind) == Meaning::object) {
        class_errors_.insert(class_errors_.end(),
                             errors_.begin() + static_cast<std::ptrdiff_t>(before), errors_.end());
        errors_.resize(before);
    }
    return out;
}

void LineParser::required(const Call &call) {
    for (std::size_t index = 0; index < call.op->operands().size(); ++index) {
        const OperandInfo &operand = call.op->args[index];
        const KindInfo &kind = kind_info(operand.kind);
        if (!call.args[index] && kind.needed)
            complain(call.at,
                     fmt::format("`{}' needs its operand `{}': {}", call.op->name, operand.name,
                                 describe(operand.kind)),
                     usage(*call.op));
    }
}

void LineParser::options(Call &call) {
    next(); // the (
    do {
        const Token &word = next();
        const bool at_step = word.is_word("fail_at");
        if (!at_step && !word.is_word("fail_nth"))
            fail(word.at, fmt::format("unknown option {}", quoted(word)),
                 did_you_mean(word.text, {"fail_nth", "fail_at"}));
        if (call.fail_nth)
            complain(word.at, "an operation can be told once how to fail");
        if (!accept("="))
            fail(peek().at, fmt::format("`{}' takes a value: {}={}", word.text, word.text,
                                        at_step ? "PHASE" : "N"));
        call.fail_nth = at_step ? phase_value(call) : nth_value();
    } while (accept(","));
    if (!accept(")"))
        fail(peek().at, fmt::format("expected `)', not {}", quoted(peek())));
}

Atom LineParser::nth_value() {
    Atom out = value(PIDLAB_ARG_COUNT, "option `fail_nth'");
    if (out.kind == Atom::Kind::integer && (out.number < 1 || out.number >= PIDLAB_FAIL_AT))
        complain(out.at, fmt::format("`fail_nth' takes 1 to {}", PIDLAB_FAIL_AT - 1));
    return out;
}

// A phase of fork, as the interface has it in the place of fail_nth.
Atom LineParser::phase_value(const Call &call) {
    const Token &word = next();
    const WordInfo *phase = word.kind == TokenKind::word ? find_word(phases(), word.text) : nullptr;
    if (call.op->opcode != PIDLAB_OP_FORK)
        fail(word.at, "`fail_at' is for fork");
    if (!phase) {
        std::vector<std::string_view> known;
        add_words(known, phases());
        fail(word.at, fmt::format("fork has no phase {}", quoted(word)),
             did_you_mean(word.text, known));
    }
    Atom out;
    out.at = word.at;
    out.number = PIDLAB_FAIL_AT | phase->number;
    return out;
}

Expectation LineParser::expectation(const Call &call) {
    Expectation out = what_is_expected(call);
    Generations said = 0;
    while (other_follows()) {
        const Generations generations = other(said);
        out.others.push_back(what_is_expected(call));
        out.others.back().generations = generations;
        close_other();
    }
    if (accept_word("else")) {
        const Range at = peek().at;
        if (!accept_word("leave"))
            fail(at, fmt::format("expected `leave', not {}", quoted(peek())));
        out.else_leave = true;
        if (scope_.depth == 0)
            complain(at, "there is no repeat to leave");
    }
    return out;
}

Expectation LineParser::what_is_expected(const Call &call) {
    const std::size_t first = position_;
    Expectation out;
    if (!error_or_ok(out)) {
        const auto results = call.op->outputs();
        do {
            const std::size_t index = out.values.size();
            if (results.empty())
                fail(peek().at,
                     fmt::format("`{}' returns nothing to compare: expect an errno, or ok",
                                 call.op->name));
            if (index == results.size())
                fail(peek().at,
                     fmt::format("`{}' returns {} only: {}", call.op->name,
                                 results.size() == 1 ? "one result"
                                                     : fmt::format("{} results", results.size()),
                                 fmt::join(names_of(results), ", ")));
            out.values.push_back(result_value(call, index));
        } while (accept(","));
    }
    out.at = since(first);
    return out;
}

// Takes ERRNO or ok, if that is what stands here.
bool LineParser::error_or_ok(Expectation &expected) {
    const Token &word = peek();
    if (accept_word("ok"))
        return true;
    if (word.kind != TokenKind::word || scope_.names.find(word.text))
        return false;
    const ErrnoInfo *found = find_errno(word.text);
    if (!found && !looks_like_errno(word.text))
        return false;
    if (!found) {
        std::vector<std::string_view> known;
        add_words(known, errnos());
        fail(word.at, fmt::format("unknown errno `{}'", word.text), did_you_mean(word.text, known));
    }
    expected.error = found->number;
    next();
    return true;
}

Atom LineParser::result_value(const Call &call, std::size_t index) {
    const OperandInfo &result = call.op->outputs()[index];
    const Token &word = peek();
    Atom out;
    out.at = word.at;
    if (accept_word("_")) {
        out.kind = Atom::Kind::any;
        return out;
    }
    if (word.is_word("none") && meaning(result.kind) == Meaning::object) {
        next();
        out.kind = Atom::Kind::none;
        return out;
    }
    return value(result.kind, fmt::format("result `{}'", result.name));
}

} // namespace pidlab::scenario
