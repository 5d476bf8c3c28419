// SPDX-License-Identifier: MIT
#include "pidlab/explore_history.hpp"

#include <algorithm>
#include <numeric>

#include "pidlab/explore_search.hpp"

namespace pidlab::explore {

std::span<const TwoSteps> two_steps() {
    static constexpr TwoSteps table[] = {
        {PIDLAB_OP_EXIT, "a task is dying for others, and its namespace gives no numbers, before "
                         "those that go with it are gone"},
        {PIDLAB_OP_KILL, "whom a signal reaches is known before they end"},
        {PIDLAB_OP_EXEC, "which of two threads goes on is known before the others are gone"},
        {PIDLAB_OP_RESERVE, "it takes one number after the other"},
        {PIDLAB_OP_FREEZE, "a container is frozen before the last of its tasks is"},
    };
    return table;
}

bool numbers_by_level(const Program &program) {
    const auto forks = std::ranges::count_if(program.instructions(), [](const Instruction &what) {
        return what.call->op->opcode == PIDLAB_OP_FORK;
    });
    const bool nested = std::ranges::any_of(
        program.tasks(), [](const pidlab_task_info &task) { return task.level != 0; });
    return forks > 1 && nested;
}

std::vector<Interval> intervals(const Program &program, const Run &run) {
    std::vector<std::size_t> next; // instruction of each actor that begins next
    std::size_t sum = 0;
    for (const unsigned count : program.counts()) {
        next.push_back(sum);
        sum += count;
    }
    std::vector<Interval> out(sum);
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
        const pidlab_step &step = run.steps[i];
        const unsigned actor = taker(step.choice);
        if (actor >= next.size())
            continue;
        if (step.what == PIDLAB_STEP_BEGIN)
            out[next[actor]++].first = i;
        out[next[actor] - 1].last = i;
    }
    return out;
}

Serial::Serial(Controller &controller, std::uint64_t most)
    : program_{controller.program()}, known_{controller.program()} {
    Bounds bounds;
    bounds.between_operations = true;
    bounds.reduce = false;
    bounds.runs = most;
    Search search{controller, bounds};
    search.go([this](const Run &run) {
        if (run.verdict == PIDLAB_VERDICT_DONE)
            learn(run);
        return true;
    });
    incomplete_ = !search.progress().exhausted;
}

void Serial::learn(const Run &run) {
    const std::vector<Interval> when = intervals(program_, run);
    std::vector<std::size_t> order(when.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&when](std::size_t i) { return when[i].first; });
    Explanations::Places places(order.size());
    for (std::size_t place = 0; place < order.size(); ++place)
        places[order[place]] = place;
    known_.learn(run.done, std::move(places));
}

void Explanations::learn(std::span<const pidlab_op> done, Places places) {
    for (const bool numbers : {true, false}) {
        auto &known = (numbers ? orders_ : without_numbers_)[program_.canonical(done, numbers)];
        if (std::ranges::find(known, places) == known.end())
            known.push_back(places);
    }
}

bool Explanations::explain(const Run &run, bool numbers) const {
    return explain(numbers ? orders_ : without_numbers_, program_.canonical(run.done, numbers),
                   run);
}

bool Explanations::explain(const Orders &orders, const std::vector<std::uint64_t> &results,
                           const Run &run) const {
    const auto found = orders.find(results);
    if (found == orders.end())
        return false;
    const std::vector<Interval> when = intervals(program_, run);
    const auto agrees = [&when](const Places &places) {
        for (std::size_t i = 0; i < when.size(); ++i)
            for (std::size_t j = 0; j < when.size(); ++j)
                if (when[i].last < when[j].first && places[i] > places[j])
                    return false;
        return true;
    };
    return std::ranges::any_of(found->second, agrees);
}

} // namespace pidlab::explore
