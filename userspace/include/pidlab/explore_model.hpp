// SPDX-License-Identifier: MIT
/// @file
/// What a program's operations return on the reference model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pidlab/explore_history.hpp"

namespace pidlab::explore {

/// A program on the reference model, one operation after the other, in each order. Where an answer
/// depends on whether a grace period has ended, both are tried. The model is written from the
/// interface, not from the module: what the module does in no order of whole operations, or does
/// wrong in all of them, is no result of the model's (rows x4, x6).
class OnModel {
public:
    /// Runs the program in every order.
    /// @param most runs that it may take
    explicit OnModel(const Program &program, std::uint64_t most = 20'000);

    /// Why the model cannot judge this program; empty: it can.
    [[nodiscard]] const std::string &lacking() const { return lacking_; }

    /// How many different results the orders give.
    [[nodiscard]] std::size_t results() const { return known_.results(); }

    /// What is known of them.
    [[nodiscard]] const Explanations &known() const { return known_; }

    /// The results of some orders, each in words, an instruction after the other.
    [[nodiscard]] const std::vector<std::string> &examples() const { return examples_; }

private:
    class Walk;

    const Program &program_;
    Explanations known_;
    std::string lacking_;
    std::vector<std::string> examples_;
};

} // namespace pidlab::explore
