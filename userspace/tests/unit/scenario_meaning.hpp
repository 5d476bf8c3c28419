// SPDX-License-Identifier: MIT
/// @file
/// What a scenario means, as a text without places: equal texts, equal meanings.
#pragma once

#include <string>

#include <fmt/format.h>

#include "pidlab/scenario_ast.hpp"

namespace pidlab::scenario::testing {

inline std::string meaning_of(const Atom &atom) {
    return fmt::format("[{} {}{} {}.{} {}]", static_cast<int>(atom.kind), atom.negative ? "-" : "",
                       atom.number, atom.name, atom.field, atom.high);
}

inline std::string meaning_of(const Sum &sum) {
    std::string out;
    for (const Term &term : sum.terms) {
        out += term.minus ? " -" : " +";
        for (const Atom &factor : term.factors)
            out += meaning_of(factor);
    }
    return out;
}

inline std::string meaning_of(const std::optional<Binding> &name) {
    return name ? name->name + " := " : "";
}

inline std::string meaning_of(const Expectation &expected) {
    std::string out =
        fmt::format(" = {} {} in {}", expected.error, expected.else_leave, expected.generations);
    for (const Atom &value : expected.values)
        out += meaning_of(value);
    for (const Expectation &other : expected.others)
        out += meaning_of(other);
    return out;
}

inline std::string meaning_of(const Call &call) {
    std::string out =
        fmt::format("{}{} flags {}", meaning_of(call.name), call.op->name, call.flags);
    for (const auto &operand : call.args)
        out += operand ? meaning_of(*operand) : "[]";
    if (call.fail_nth)
        out += " nth" + meaning_of(*call.fail_nth);
    if (call.expected)
        out += meaning_of(*call.expected);
    return out;
}

inline std::string meaning_of(const Remember &line) {
    return line.name.name + " := " + meaning_of(line.value);
}

inline std::string meaning_of(const Compare &line) {
    std::string out = fmt::format("{} {} {}", meaning_of(line.left),
                                  static_cast<int>(line.relation), meaning_of(line.right));
    for (const OtherSum &other : line.others)
        out += fmt::format(" in {} {}", other.generations, meaning_of(other.sum));
    return out;
}

inline std::string meaning_of(const SaveDigest &line) { return line.name.name; }
inline std::string meaning_of(const CompareDigest &line) {
    return fmt::format("{} {}", line.name.name, line.same);
}
inline std::string meaning_of(const ShowTree &line) { return line.title; }
inline std::string meaning_of(const Note &line) { return line.text; }
inline std::string meaning_of(const Seed &line) { return fmt::format("{}", line.number); }

inline std::string meaning_of(const SetUp &line) {
    std::string out;
    for (const GivenSetting &given : line.settings)
        out += fmt::format(" {}={}", static_cast<int>(given.slot), given.value);
    return out;
}

std::string meaning_of(const std::vector<Statement> &body);

inline std::string meaning_of(const Repeat &line) {
    return fmt::format("{}{} {{\n{}}}", meaning_of(line.counter), meaning_of(line.times),
                       meaning_of(line.body));
}

inline std::string meaning_of(const std::vector<Statement> &body) {
    std::string out;
    for (const Statement &statement : body) {
        out += fmt::format("{}: ", statement.what.index());
        std::visit(
            [&out](const auto &line) {
                if constexpr (requires { meaning_of(line); })
                    out += meaning_of(line);
            },
            statement.what);
        out += '\n';
    }
    return out;
}

} // namespace pidlab::scenario::testing
