// SPDX-License-Identifier: MIT
/// @file
/// What a running scenario remembers: what its names stand for, and how to speak of objects.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <pidlab.h>

#include "pidlab/scenario_ast.hpp"

namespace pidlab::scenario {

/// What a name stands for now.
struct Bound {
    NameClass what = NameClass::number;
    std::uint64_t value = 0;    ///< id, sign-extended number or digest
    const OpInfo *op = nullptr; ///< the operation that gave it, with all its results
    std::array<std::uint64_t, PIDLAB_OP_RESULTS> results{};
    std::uint64_t actor = 0; ///< the acting task of that operation: results are as it saw them
    std::size_t line = 0;
};

/// A reference that the scenario holds.
struct HeldRef {
    std::uint64_t id = 0;
    const OpInfo *op = nullptr;   ///< the operation that made it
    const OpInfo *kind = nullptr; ///< the one that made the first of a chain of copies
    std::uint64_t target = 0;     ///< the object it, or what it copies, was made of; 0: a number
    std::int64_t number = 0;      ///< the number it was made of
    pidlab_type type = PIDLAB_TYPE_PID;
    std::size_t line = 0;
    std::uint64_t leads_to = 0; ///< the task behind it when that was last asked; 0: none

    /// Whether it keeps a task's memory. Such a one leads to the same task for ever.
    [[nodiscard]] bool pins_task() const {
        return kind && (kind->opcode == PIDLAB_OP_HOLD_TASK || kind->opcode == PIDLAB_OP_RCU_GET);
    }
};

/// Names, numbers and references of a run. Knows what was said and seen, asks nobody.
class State {
public:
    /// Forget everything and name the lab's first task.
    void start(std::uint64_t init_task);

    /// What a name stands for, or nullptr.
    [[nodiscard]] const Bound *find(std::string_view name) const;

    /// Let a name stand for something.
    void bind(std::string_view name, const Bound &bound);

    /// Keep account of the references that an operation has made or dropped. It has succeeded.
    void note(const OpInfo &op, const pidlab_op &done, std::size_t line);

    /// Learn where a reference leads now.
    void follow(std::uint64_t ref, std::uint64_t task);

    /// Learn numbers from a snapshot.
    void learn(const std::vector<pidlab_task_info> &tasks);

    /// The name of an object, or nothing.
    [[nodiscard]] std::string_view name(std::uint64_t id) const;

    /// An object in words: "t1 (pid 5)", "t1 (was pid 5)", "task#9 (pid 7)", "p (struct pid of
    /// t1)", "namespace of n1", "none".
    [[nodiscard]] std::string text(std::uint64_t id) const;

    /// The same without the parenthesis: "t1", "task#9".
    [[nodiscard]] std::string short_text(std::uint64_t id) const;

    /// A reference with what it was made of: "r (hold_task of t1, line 12)".
    [[nodiscard]] std::string text(const HeldRef &ref) const;

    /// References held now by their ids, which is the order they were made in.
    [[nodiscard]] const std::map<std::uint64_t, HeldRef> &references() const { return refs_; }

    /// Number of a task in the root namespace as last seen, 0 when it was never seen.
    [[nodiscard]] std::int32_t last_number(std::uint64_t task) const;

private:
    struct Seen {
        std::int32_t nr = 0;
        bool now = false; ///< in the last snapshot, with its number
    };

    [[nodiscard]] HeldRef made(const OpInfo &op, const pidlab_op &done, std::uint64_t id,
                               std::size_t line) const;
    [[nodiscard]] std::string number_text(std::uint64_t task) const;

    std::map<std::string, Bound, std::less<>> names_;
    std::unordered_map<std::uint64_t, std::string> name_of_;
    std::unordered_map<std::uint64_t, Seen> seen_;
    std::unordered_map<std::uint64_t, std::uint64_t> owner_of_; ///< pid or namespace to its task
    std::map<std::uint64_t, HeldRef> refs_;                     ///< ids grow with time
};

} // namespace pidlab::scenario
