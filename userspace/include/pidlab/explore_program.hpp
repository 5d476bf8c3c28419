// SPDX-License-Identifier: MIT
/// @file
/// What several actors do at the same time, as the module's controller takes it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pidlab/lab.hpp"
#include "pidlab/scenario_ast.hpp"
#include "pidlab/scenario_executor.hpp"
#include "pidlab/scenario_source.hpp"

namespace pidlab::explore {

/// One cell of the columns.
struct Instruction {
    const scenario::Call *call = nullptr; ///< in the scenario
    scenario::Range at;
    unsigned actor = 0;
    pidlab_op op{};
    std::string text; ///< as the scenario has it
};

/// A scenario with columns, ready to be run in any order. Keeps a lab and what the lines before
/// the columns have made of it. The scenario and its source must outlive it.
class Program {
public:
    using Open = std::function<Lab()>;

    /// Runs the lines before the columns, in a lab of its own.
    /// @param settings given to the lab where the scenario does not say otherwise
    /// @throws Error of the lab itself; what the scenario itself lacks is in complaint()
    Program(const scenario::SourceText &source, const scenario::Scenario &scenario, Open open,
            const Settings &settings = {});
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;
    ~Program();

    /// Why there is nothing to run; empty: all is well.
    [[nodiscard]] const std::optional<scenario::Diagnostic> &complaint() const {
        return complaint_;
    }

    /// What leads to the state that each run begins with.
    [[nodiscard]] const std::vector<pidlab_op> &start() const { return start_; }

    /// The same as they were executed when the program was made, with their results.
    [[nodiscard]] const std::vector<pidlab_op> &started() const;

    /// The tasks that there were then, after them.
    [[nodiscard]] const std::vector<pidlab_task_info> &tasks() const { return tasks_; }

    /// The first task of its lab.
    [[nodiscard]] std::uint64_t lab_init() const { return lab_.init().raw(); }

    /// The settings that its lab was given; the others are as they come.
    [[nodiscard]] const Settings &given() const { return given_; }

    /// All instructions, actor by actor.
    [[nodiscard]] const std::vector<Instruction> &instructions() const { return instructions_; }

    /// As it was read.
    [[nodiscard]] const scenario::SourceText &source() const { return source_; }

    /// The columns.
    [[nodiscard]] const scenario::Columns &columns() const { return *columns_; }

    /// How many instructions each actor has.
    [[nodiscard]] const std::vector<unsigned> &counts() const { return counts_; }

    /// Whether lines follow the columns.
    [[nodiscard]] bool has_end() const { return end_ != scenario_.body.size(); }

    /// The lab; a run of the controller leaves it as it is then.
    [[nodiscard]] Lab &lab() { return lab_; }

    /// A new lab in the place of one that is of no use any more.
    void renew();

    /// The results in a form in which equal ones are equal whatever order objects were made in.
    /// How many hold a task, or count a reference, is left out.
    /// @param done instructions() with their results
    /// @param numbers with those that forks have got
    [[nodiscard]] std::vector<std::uint64_t> canonical(std::span<const pidlab_op> done,
                                                       bool numbers = true) const;

    /// What the scenario calls an object, or else its id.
    [[nodiscard]] std::string name(std::uint64_t id) const;

    /// The same in words, one for each instruction.
    [[nodiscard]] std::vector<std::string> words(std::span<const pidlab_op> done) const;

    /// Whether what the cells expect holds.
    /// @return what does not
    [[nodiscard]] std::optional<scenario::Diagnostic> judge(std::span<const pidlab_op> done) const;

    /// Run the lines after the columns on the lab as a run has left it.
    /// @return what does not hold
    [[nodiscard]] std::optional<scenario::Diagnostic> end(std::span<const pidlab_op> done) const;

private:
    class Collector;

    void run_start(std::size_t columns);
    void take(const scenario::Columns &columns);
    [[nodiscard]] scenario::Executor after(std::span<const pidlab_op> done) const;

    const scenario::SourceText &source_;
    const scenario::Scenario &scenario_;
    Open open_;
    Lab lab_;
    std::unique_ptr<Collector> collector_;
    scenario::Executor executor_;
    std::optional<scenario::Diagnostic> complaint_;
    Settings given_;
    Settings in_effect_;
    std::vector<pidlab_op> start_;
    std::vector<Instruction> instructions_;
    std::vector<unsigned> counts_;
    std::vector<pidlab_task_info> tasks_;
    std::set<std::uint64_t> known_; ///< ids of objects that there are before the columns
    const scenario::Columns *columns_ = nullptr;
    std::size_t end_ = 0; ///< the first statement after the columns
};

} // namespace pidlab::explore
