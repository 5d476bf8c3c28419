// SPDX-License-Identifier: MIT
#include "pidlab/explore_finding.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/format.hpp"

namespace pidlab::explore {

std::optional<Finding> Judge::judge(const Run &run) {
    if (run.verdict == PIDLAB_VERDICT_DEADLOCK)
        return Finding{"deadlock", "actors are left and none can go on", {}, {}};
    if (run.bugs_seen != 0)
        return bug(run);
    if (run.violations != 0) {
        const WordInfo *word = find_word(violations(), run.violation);
        return Finding{"invariant",
                       fmt::format("{}: {}", id_text(run.object),
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

std::optional<Finding> Judge::bug(const Run &) const {
    std::vector<std::string> notes;
    for (const WordInfo &word : bugs()) {
        pidlab_op op{};
        op.opcode = PIDLAB_OP_SEEN;
        op.arg[0] = word.number;
        if (program_.lab().try_execute(op) == 0 && op.res[0] != 0)
            notes.push_back(fmt::format("{}: {}", word.name, word.help));
    }
    return Finding{"bug", "a bug that is switched on has done harm", std::move(notes), {}};
}

std::optional<Finding> Judge::history(const Run &run) {
    if (!serial_ || serial_->incomplete() || serial_->explains(run))
        return std::nullopt;
    std::vector<std::string> notes;
    for (const Instruction &what : program_.instructions())
        for (const TwoSteps &excuse : two_steps())
            if (excuse.opcode == what.call->op->opcode)
                notes.push_back(fmt::format("{}: {}", what.call->op->name, excuse.why));
    if (!notes.empty()) {
        ++excused_;
        return std::nullopt;
    }
    return Finding{"history", "no order of whole operations gives these results", {}, {}};
}

} // namespace pidlab::explore
