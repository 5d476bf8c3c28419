// SPDX-License-Identifier: MIT
// What names, numbers and sums are worth while a scenario runs.
#include "pidlab/scenario_executor.hpp"

#include <fmt/format.h>

#include "pidlab/format.hpp"
#include "pidlab/machine.hpp"
#include "pidlab/model.hpp"

namespace pidlab::scenario {

namespace {

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

} // namespace

std::uint64_t Executor::evaluate(const Atom &atom, std::uint64_t seen_by) {
    std::uint64_t value = 0;
    switch (atom.kind) {
    case Atom::Kind::integer:
    case Atom::Kind::word:
        value = static_cast<std::uint64_t>(atom.number);
        break;
    case Atom::Kind::name:
        value = bound(atom.name, atom.at).value;
        break;
    case Atom::Kind::field:
        value = field(atom, seen_by);
        break;
    case Atom::Kind::none:
    case Atom::Kind::any:
        break;
    case Atom::Kind::counter:
        if (!lab_.transport().is_of_this_machine() &&
            (atom.number == PIDLAB_CTR_ZAP_STEPS || atom.number == PIDLAB_CTR_EXIT_LOCK_NS))
            throw NotModelled("what the end of a namespace or an exit costs");
        value = info().counter(static_cast<pidlab_counter>(atom.number));
        break;
    case Atom::Kind::size:
        value = info().bytes_of(static_cast<pidlab_size>(atom.number));
        break;
    case Atom::Kind::setting:
        value = info().setting(static_cast<pidlab_setting>(atom.number));
        break;
    case Atom::Kind::machine:
        if (!lab_.transport().is_of_this_machine())
            throw NotModelled("a machine whose memory it would take");
        value = machine_figure(static_cast<Machine>(atom.number));
        break;
    case Atom::Kind::random:
        value = static_cast<std::uint64_t>(random_.draw(atom.number, atom.high));
        break;
    }
    return atom.negative ? 0 - value : value;
}

// A task's or pid's number is the one it has now, as @p seen_by sees it; once it has none any
// more, the one that the operation which named it gave. Any other field is what was given.
std::uint64_t Executor::field(const Atom &atom, std::uint64_t seen_by) {
    const Bound &owner = bound(atom.name, atom.at);
    const bool numbered = owner.what == NameClass::task || owner.what == NameClass::pid;
    if (numbered && atom.field == "nr")
        return number_of(atom, owner, seen_by);
    const auto index = owner.op ? owner.op->output(atom.field) : std::nullopt;
    if (!index)
        fail(atom.at, fmt::format("`{}' has no `{}' now", atom.name, atom.field));
    return owner.results[*index];
}

std::uint64_t Executor::number_of(const Atom &atom, const Bound &owner, std::uint64_t seen_by) {
    pidlab_op op{};
    op.opcode = PIDLAB_OP_NR;
    op.nr.target = owner.value;
    op.nr.type = PIDLAB_TYPE_PID;
    op.nr.ns = seen_by;
    if (lab_.try_execute(op) == 0 && op.res[0] != 0)
        return op.res[0];
    const bool hidden = op.error == 0 && owner.what == NameClass::task;
    const auto index = owner.op ? owner.op->output("nr") : std::nullopt;
    if (op.error == -ESRCH && index && owner.actor == seen_by)
        return owner.results[*index];
    const std::string who = seen_by == 0 ? "the root namespace" : state_.short_text(seen_by);
    fail(atom.at,
         hidden ? fmt::format("{} sees no number of {}", who, state_.text(owner.value))
                : fmt::format("{} has no number that {} could see", state_.text(owner.value), who),
         fmt::format("`n = nr {}' while it has one remembers it as n", atom.name));
}

const Bound &Executor::bound(const std::string &name, const Range &at) const {
    const Bound *found = state_.find(name);
    if (!found)
        fail(at,
             fmt::format("`{}' stands for nothing yet: no line that names it has succeeded", name));
    return *found;
}

std::int64_t Executor::evaluate(const Sum &sum) {
    std::int64_t total = 0;
    for (const Term &term : sum.terms) {
        const std::int64_t value = evaluate(term);
        const bool overflow = term.minus ? __builtin_sub_overflow(total, value, &total)
                                         : __builtin_add_overflow(total, value, &total);
        if (overflow)
            fail(sum.at, "the sum does not fit 64 bits");
    }
    return total;
}

std::int64_t Executor::evaluate(const Term &term) {
    std::int64_t product = 1;
    for (const Atom &factor : term.factors)
        if (__builtin_mul_overflow(product, as_signed(evaluate(factor, 0)), &product))
            fail(factor.at, "the product does not fit 64 bits");
    return product;
}

// What a sum has come to: an object where it is an object's name, else a number.
std::string Executor::words(const Sum &sum, std::int64_t value) const {
    const Atom *alias = sum.only_name();
    const Bound *named = alias ? state_.find(alias->name) : nullptr;
    if (!named || named->what == NameClass::number)
        return fmt::format("{}", value);
    return state_.text(static_cast<std::uint64_t>(value));
}

std::string Executor::in_words(const Sum &sum) {
    std::string out;
    for (const Term &term : sum.terms) {
        if (!out.empty() || term.minus)
            out += term.minus ? " - " : " + ";
        for (std::size_t i = 0; i < term.factors.size(); ++i)
            out += fmt::format("{}{}", i == 0 ? "" : " * ", in_words(term.factors[i]));
    }
    return out;
}

std::string Executor::in_words(const Atom &atom) {
    switch (atom.kind) {
    case Atom::Kind::counter:
        return std::string{find_word(counters(), static_cast<std::uint64_t>(atom.number))->name};
    case Atom::Kind::size:
        return fmt::format("size.{}", atom.field);
    case Atom::Kind::setting:
        return fmt::format("lab.{}", atom.field);
    case Atom::Kind::machine:
        return fmt::format("machine.{}", atom.field);
    case Atom::Kind::random:
        return fmt::format("random {}..{}", atom.number, atom.high);
    case Atom::Kind::name:
        return atom.name;
    case Atom::Kind::field:
        return fmt::format("{}.{}", atom.name, atom.field);
    case Atom::Kind::word:
        return std::string{find_word(states(), static_cast<std::uint64_t>(atom.number))->name};
    default:
        return fmt::format("{}", atom.number);
    }
}

void Executor::fail(const Range &at, std::string message, std::string hint,
                    std::vector<std::string> notes) {
    throw Failed{{at, std::move(message), std::move(hint), std::move(notes)}};
}

} // namespace pidlab::scenario
