// SPDX-License-Identifier: MIT
#include "pidlab/explore_standing.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {

namespace {

/// The actors of a deadlock.
class Stuck {
public:
    Stuck(const Program &program, const Run &run) : program_{program}, run_{run} {}

    std::vector<std::string> words() const {
        std::vector<std::string> out;
        for (unsigned actor = 0; actor < run_.standing.size(); ++actor) {
            const pidlab_standing &at = run_.standing[actor];
            if (at.what == 0)
                continue;
            out.push_back(fmt::format("P{} {}", actor, waits(at)));
            if (const std::string has = holds(actor, at); !has.empty())
                out.push_back(fmt::format("P{} has {}", actor, has));
        }
        return out;
    }

private:
    [[nodiscard]] std::string waits(const pidlab_standing &at) const {
        if (at.wants.number != 0)
            return fmt::format("waits for {}, {}", lock(at.wants), holders(at.wants.number));
        if (at.what == PIDLAB_STEP_GP)
            return "waits for a grace period" + readers();
        if (at.what == PIDLAB_STEP_WAIT)
            return "waits until it is woken";
        return fmt::format("stands before {}", step_word(at.what));
    }

    [[nodiscard]] std::string lock(const pidlab_held &held) const {
        std::string out{step_word(held.what)};
        if (held.object != 0)
            out += " of " + program_.name(held.object);
        return out;
    }

    [[nodiscard]] std::string holders(unsigned number) const {
        std::vector<std::string> out;
        for (unsigned actor = 0; actor < run_.standing.size(); ++actor)
            for (const pidlab_held &held : told(run_.standing[actor]))
                if (held.number == number)
                    out.push_back(fmt::format("P{} has{}", actor, since(actor, held)));
        return out.empty() ? "which no actor has" : fmt::format("which {}", fmt::join(out, ", "));
    }

    [[nodiscard]] std::string holds(unsigned actor, const pidlab_standing &at) const {
        std::vector<std::string> out;
        for (const pidlab_held &held : told(at))
            out.push_back(lock(held) + since(actor, held));
        if (at.nr_held > PIDLAB_HELD_MAX)
            out.push_back(fmt::format("{} more", at.nr_held - PIDLAB_HELD_MAX));
        if (at.readers != 0)
            out.emplace_back("an RCU read side");
        return fmt::format("{}", fmt::join(out, ", "));
    }

    [[nodiscard]] std::string readers() const {
        std::vector<std::string> out;
        for (unsigned actor = 0; actor < run_.standing.size(); ++actor)
            if (run_.standing[actor].readers != 0)
                out.push_back(fmt::format("P{}", actor));
        return out.empty() ? "" : fmt::format(", with {} in a read side", fmt::join(out, " and "));
    }

    // The step with which an actor took a lock.
    [[nodiscard]] std::string since(unsigned actor, const pidlab_held &held) const {
        for (std::size_t i = run_.steps.size(); i-- > 0;)
            if (run_.steps[i].choice == actor && run_.steps[i].object == held.number)
                return fmt::format(" since step {}", i + 1);
        return {};
    }

    static std::span<const pidlab_held> told(const pidlab_standing &at) {
        return {at.held, std::min<std::size_t>(at.nr_held, PIDLAB_HELD_MAX)};
    }

    const Program &program_;
    const Run &run_;
};

} // namespace

std::vector<std::string> standing_words(const Program &program, const Run &run) {
    return Stuck{program, run}.words();
}

} // namespace pidlab::explore
