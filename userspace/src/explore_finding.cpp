// SPDX-License-Identifier: MIT
#include "pidlab/explore_finding.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/explore_standing.hpp"
#include "pidlab/format.hpp"

namespace pidlab::explore {

namespace {

/// When it was seen, if that was before the end.
std::string when(const Run &run) {
    return run.found_at != 0 ? fmt::format(" after step {}", run.found_at) : "";
}

} // namespace

std::optional<Finding> Judge::judge(const Run &run) {
    if (run.verdict == PIDLAB_VERDICT_DEADLOCK)
        return Finding{
            "deadlock", "actors are left and none can go on", standing_words(program_, run), {}};
    if (run.bugs_seen != 0)
        return bug(run);
    if (run.violations != 0) {
        const WordInfo *word = find_word(violations(), run.violation);
        return Finding{"invariant",
                       fmt::format("{}{}: {}", id_text(run.object), when(run),
                                   word ? word->help : "an invariant without a word"),
                       {},
                       {}};
    }
    if (run.leaks != 0)
        return Finding{"leak",
                       fmt::format("{} objects that nothing reaches were not freed", run.leaks),
                       {},
                       {}};
    // What the scenario expects it expects of operations that had the memory they asked for.
    if (run.failures() != 0)
        return history(run);
    if (auto wrong = program_.judge(run.done))
        return Finding{"result", wrong->message, wrong->notes, wrong};
    if (program_.has_end())
        if (auto wrong = program_.end(run.done))
            return Finding{"condition", wrong->message, wrong->notes, wrong};
    return history(run);
}

std::optional<Finding> Judge::bug(const Run &run) const {
    std::vector<std::string> notes;
    for (const WordInfo &word : bugs()) {
        pidlab_op op{};
        op.opcode = PIDLAB_OP_SEEN;
        op.arg[0] = word.number;
        if (program_.lab().try_execute(op) == 0 && op.res[0] != 0)
            notes.push_back(fmt::format("{}: {}", word.name, word.help));
    }
    return Finding{
        "bug", "a bug that is switched on has done harm" + when(run), std::move(notes), {}};
}

// An operation that by design is none that happens at once.
bool Judge::works_in_steps() const {
    return std::ranges::any_of(program_.instructions(), [](const Instruction &what) {
        return std::ranges::find(two_steps(), what.call->op->opcode, &TwoSteps::opcode) !=
               two_steps().end();
    });
}

std::optional<Finding> Judge::history(const Run &run) {
    const auto explained = [&](bool numbers) {
        return std::pair{!serial_ || serial_->incomplete() ||
                             serial_->known().explain(run, numbers),
                         !model_ || model_->known().explain(run, numbers)};
    };
    const auto [by_module, by_model] = explained(true);
    if (by_module && by_model)
        return std::nullopt;
    if (works_in_steps() ||
        (numbers_by_level(program_) && explained(false) == std::pair{true, true})) {
        ++excused_;
        return std::nullopt;
    }
    if (!by_module)
        return Finding{"history", "no order of whole operations gives these results", {}, {}};
    std::vector<std::string> notes;
    for (const std::string &example : model_->examples())
        notes.push_back("the model: " + example);
    return Finding{"model",
                   "the reference model gives these results in no order of whole operations",
                   std::move(notes),
                   {}};
}

} // namespace pidlab::explore
