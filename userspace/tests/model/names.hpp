// SPDX-License-Identifier: MIT
/// @file
/// What a program has come by on its way, on the model and on what is compared with it.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "pidlab/model.hpp"
#include "program.hpp"

namespace pidlab::testing {

/// Ids of both sides that stand for the same, and numbers, in the order they turned up.
class Names {
public:
    explicit Names(const ModelTransport &model) : model_(model) {}

    /// @return whether both may stand for the same; then they do from now on
    bool same(std::uint64_t ours, std::uint64_t theirs) {
        if (ours == 0 || theirs == 0)
            return ours == theirs;
        const auto [there, is_new] = theirs_.emplace(ours, theirs);
        const auto [here, unknown] = ours_.emplace(theirs, ours);
        if (is_new)
            met_[object_of(ours)].push_back(ours);
        return there->second == theirs && here->second == ours &&
               object_of(ours) == object_of(theirs);
    }

    /// Whether they are known to be the same.
    [[nodiscard]] bool known(std::uint64_t ours, std::uint64_t theirs) const {
        const auto found = theirs_.find(ours);
        return found != theirs_.end() && found->second == theirs;
    }

    [[nodiscard]] std::uint64_t theirs(std::uint64_t ours) const {
        const auto found = theirs_.find(ours);
        return found == theirs_.end() ? ours : found->second;
    }

    void number(std::uint64_t value) { numbers_.push_back(value); }

    /// Of one kind, in the order they turned up; those that have gone too.
    [[nodiscard]] const std::vector<std::uint64_t> &met(pidlab_object kind) const {
        return met_[kind];
    }

    /// The operation that a step stands for on the model.
    [[nodiscard]] pidlab_op encode(const Step &step, std::uint64_t init) const {
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(step.op->opcode);
        op.flags = step.flags;
        for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
            op.arg[i] = value(step.args[i], init);
        return op;
    }

private:
    [[nodiscard]] std::uint64_t value(const Operand &operand, std::uint64_t init) const {
        const std::uint64_t never = std::uint64_t{1} << 40 | operand.of;
        switch (operand.kind) {
        case Operand::Kind::init:
            return init;
        case Operand::Kind::value:
            return operand.value;
        case Operand::Kind::never:
            return never;
        case Operand::Kind::number: {
            if (numbers_.empty())
                return operand.pick;
            const std::uint64_t found =
                numbers_[numbers_.size() - 1 - operand.pick % numbers_.size()];
            return operand.minus ? 0 - found : found;
        }
        case Operand::Kind::object:
            break;
        }
        std::vector<std::uint64_t> fit;
        for (const std::uint64_t id : met_[operand.of])
            if (operand.dead || model_.has(id))
                fit.push_back(id);
        return fit.empty() ? never : fit[fit.size() - 1 - operand.pick % fit.size()];
    }

    const ModelTransport &model_;
    std::map<std::uint64_t, std::uint64_t> theirs_, ours_;
    std::array<std::vector<std::uint64_t>, PIDLAB_ID_KIND_MASK + 1> met_;
    std::vector<std::uint64_t> numbers_;
};

} // namespace pidlab::testing
