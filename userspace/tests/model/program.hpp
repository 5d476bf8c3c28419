// SPDX-License-Identifier: MIT
/// @file
/// Random programs: lists of commands whose operands pick among what there is when they run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "pidlab/settings.hpp"
#include "pidlab/table.hpp"

namespace pidlab::testing {

/// What stands in an operand.
struct Operand {
    enum class Kind {
        value,  ///< as it is
        init,   ///< the first task
        object, ///< one of a kind, counted from the newest; none: an id that never was
        number, ///< one that an operation has answered, counted from the newest
        never,  ///< an id that never was
    } kind = Kind::value;
    std::uint64_t value = 0;               ///< value
    pidlab_object of = PIDLAB_OBJECT_TASK; ///< object, never: the kind of object
    unsigned pick = 0;                     ///< object, number: which
    bool dead = false;                     ///< object: one that has gone will do
    bool minus = false;                    ///< number: negative, for selectors
};

struct Step {
    const OpInfo *op = nullptr;
    std::uint16_t flags = 0;
    bool patient = false; ///< waits for a grace period if it must; others are passed over then
    std::array<Operand, PIDLAB_OP_ARGS> args;
};

/// A command before it is read: small numbers that stand for its operation, its flags and, two
/// each, its operands. Zeroes are the plainest that there is. What it names is found when it runs,
/// so that others can be left out and it still makes sense.
using Words = std::array<std::uint16_t, 2 + 2 * PIDLAB_OP_ARGS>;

/// What RapidCheck makes and shrinks.
struct Draft {
    Words settings{};
    std::vector<Words> commands;
};

/// A program begins by letting numbers go by: tasks that are forked, exit and are reaped.
struct Program {
    Settings settings;
    unsigned gone_by = 0;
    std::vector<Step> steps;
};

/// Drafts of up to as many commands as they are asked to be large.
[[nodiscard]] rc::Gen<Draft> drafts();

/// The draft with this seed, and all that it shrinks to.
[[nodiscard]] rc::Shrinkable<Draft> draft(std::uint64_t seed, int length);

/// What a draft says in a generation.
[[nodiscard]] Program read(const Draft &draft, std::uint64_t generation);

} // namespace pidlab::testing
