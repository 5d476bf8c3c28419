// SPDX-License-Identifier: MIT
/// @file
/// A scenario as the parser understands it.
///
/// Every node knows where in the text it stands. Operations appear as rows of the tables only:
/// nothing here knows any of them by name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pidlab/scenario_source.hpp"
#include "pidlab/table.hpp"

namespace pidlab::scenario {

/// What a name stands for.
enum class NameClass {
    task,
    pid,
    ns,
    ref,
    container,
    number,
    digest,
    unknown, ///< the line that binds it is in error; it fits everywhere
};

/// A name given by a line.
struct Binding {
    std::string name;
    Range at;
};

/// The smallest piece that has a value.
struct Atom {
    enum class Kind {
        integer, ///< number
        name,    ///< value of a name
        field,   ///< NAME.FIELD: a result of the operation that bound NAME, or its number now
        word,    ///< a type or a state by its word; number is its value
        none,    ///< no object
        any,     ///< expectations only: whatever it is
        counter, ///< number is a slot of the counters
        size,    ///< number is a slot of the sizes
        setting, ///< number is a slot of the settings
        machine, ///< number is an enum Machine
        random,  ///< by chance, number to high
    };

    Kind kind = Kind::integer;
    Range at;
    std::int64_t number = 0;
    std::int64_t high = 0;
    std::string name;
    std::string field;
    bool negative = false;
};

/// Atoms multiplied.
struct Term {
    bool minus = false;
    std::vector<Atom> factors;
};

/// Terms added and subtracted.
struct Sum {
    Range at;
    std::vector<Term> terms;

    /// The name that is all of it, or nullptr.
    [[nodiscard]] const Atom *only_name() const {
        if (terms.size() != 1 || terms.front().minus || terms.front().factors.size() != 1)
            return nullptr;
        const Atom &atom = terms.front().factors.front();
        return atom.kind == Atom::Kind::name ? &atom : nullptr;
    }
};

/// A set of generations: bits by their numbers.
using Generations = std::uint32_t;

/// Of what is said of some generations only, what is said of this one; nullptr: nothing is.
template <typename What>
[[nodiscard]] const What *said_of(pidlab_generation generation, const std::vector<What> &others) {
    for (const What &other : others)
        if (other.generations >> generation & 1)
            return &other;
    return nullptr;
}

/// What an operation is expected to return.
struct Expectation {
    Range at;
    int error = 0;            ///< a positive errno, 0: it succeeds
    std::vector<Atom> values; ///< results in the order of the table; fewer are allowed
    /// `else leave': success instead of an error, or an error instead of success, ends the
    /// innermost repeat
    bool else_leave = false;
    Generations generations = 0;     ///< of one of the others: where it holds
    std::vector<Expectation> others; ///< what some generations return instead

    /// What is expected in a generation.
    [[nodiscard]] const Expectation &in(pidlab_generation generation) const {
        const Expectation *other = said_of(generation, others);
        return other ? *other : *this;
    }
};

/// One operation.
struct Call {
    const OpInfo *op = nullptr;
    Range at; ///< the operation's word
    std::optional<Binding> name;
    std::uint16_t flags = 0;
    std::array<std::optional<Atom>, PIDLAB_OP_ARGS> args; ///< nothing: the table's default
    std::optional<Atom> fail_nth;
    std::optional<Expectation> expected; ///< nothing: it must succeed
};

/// NAME = SUM, or NAME = OTHER.
struct Remember {
    Binding name;
    Sum value;
};

enum class Comparison { equal, not_equal, less, less_equal, greater, greater_equal };

/// A sum that stands for another one in some generations.
struct OtherSum {
    Generations generations = 0;
    Sum sum;
};

/// expect SUM < SUM
struct Compare {
    Sum left;
    Comparison relation = Comparison::equal;
    Sum right;
    std::vector<OtherSum> others; ///< right sides of some generations

    /// The right side in a generation.
    [[nodiscard]] const Sum &right_in(pidlab_generation generation) const {
        const OtherSum *other = said_of(generation, others);
        return other ? other->sum : right;
    }
};

/// digest NAME
struct SaveDigest {
    Binding name;
};

/// expect digest = NAME
struct CompareDigest {
    Binding name;
    bool same = true;
};

/// tree "title"
struct ShowTree {
    std::string title;
};

/// note "text"
struct Note {
    std::string text;
};

/// seed NUMBER: where `random' begins
struct Seed {
    std::uint64_t number = 0;
};

/// check: the invariants hold here
struct CheckNow {};

/// One NAME=VALUE of `lab'.
struct GivenSetting {
    pidlab_setting slot;
    std::uint64_t value = 0;
    Range at;
};

/// lab NAME=VALUE ...
struct SetUp {
    std::vector<GivenSetting> settings;
};

/// Where an actor stands still inside an operation.
struct Stop {
    Range at;
    std::uint32_t step = 0; ///< enum pidlab_step_what, or a point beyond PIDLAB_STEP_POINTS
};

/// What one actor does in a row: an operation, or the rest of one in which it stands.
struct Cell {
    Range at;
    unsigned actor = 0;
    std::optional<Call> call; ///< nothing: `continue'
    std::optional<Stop> stop; ///< it goes no further than here
};

/// P0: CELL | P1: CELL
struct Row {
    Range at;
    std::vector<Cell> cells;
};

/// Rows that follow each other: what several actors do at the same time.
struct Columns {
    std::vector<Row> rows;
};

struct Statement;

/// repeat TIMES as NAME ... end
struct Repeat {
    Sum times;
    std::optional<Binding> counter; ///< counts the rounds from 1
    std::vector<Statement> body;
};

/// One line that does something, or a whole repeat.
struct Statement {
    Range at; ///< its first line, without blanks and comment
    std::variant<Call, Remember, Compare, SaveDigest, CompareDigest, ShowTree, Note, CheckNow, Seed,
                 SetUp, Repeat, Columns>
        what;
};

/// Whether a line says what some generations do otherwise.
[[nodiscard]] bool tells_generations_apart(const Statement &statement);

/// A whole scenario.
struct Scenario {
    std::string title;       ///< first line of the leading comment
    std::string description; ///< its other lines
    std::vector<Statement> body;
};

} // namespace pidlab::scenario
