// SPDX-License-Identifier: MIT
#include "pidlab/explore_pinned.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {

namespace {

using scenario::Cell;
using scenario::Diagnostic;

/// Puts an order together, cell by cell: each is run to see how far it goes.
class Pinner {
public:
    explicit Pinner(Controller &controller) : controller_{controller} {}

    std::variant<Order, Diagnostic> all() {
        for (const scenario::Row &row : controller_.program().columns().rows)
            for (const Cell &cell : row.cells)
                if (auto why = one(cell); !why.empty())
                    return Diagnostic{cell.at, std::move(why), {}, {}};
        return std::move(order_);
    }

private:
    std::string one(const Cell &cell) {
        const std::size_t begin = order_.size();
        order_.push_back(static_cast<std::uint8_t>(cell.actor));
        const Run run = controller_.run(order_);
        order_.pop_back();
        if (run.verdict == PIDLAB_VERDICT_DIVERGED)
            return fmt::format("P{} cannot go on here: it has ended, or waits for another",
                               cell.actor);
        const std::size_t end = end_of(cell, run, begin);
        if (cell.stop && (end == run.steps.size() || run.steps[end].choice != cell.actor ||
                          run.steps[end].what != cell.stop->step))
            return fmt::format("P{} does not come to {}", cell.actor, step_word(cell.stop->step));
        if (end < run.steps.size() && run.steps[end].choice != cell.actor &&
            goes_on(cell, run, end))
            return fmt::format("P{} does not come to the end of this: it waits for another",
                               cell.actor);
        order_ = run.order();
        order_.resize(end);
        return {};
    }

    // The first step that is not the cell's any more.
    static std::size_t end_of(const Cell &cell, const Run &run, std::size_t begin) {
        for (std::size_t i = begin + 1; i < run.steps.size(); ++i) {
            const pidlab_step &step = run.steps[i];
            const bool own = step.choice == cell.actor;
            if ((own && step.what == PIDLAB_STEP_BEGIN) ||
                (own && cell.stop && step.what == cell.stop->step) ||
                (!own && step.choice != PIDLAB_CHOICE_GP))
                return i;
        }
        return run.steps.size();
    }

    // Whether the actor is still inside of an operation.
    static bool goes_on(const Cell &cell, const Run &run, std::size_t from) {
        const auto next =
            std::find_if(run.steps.begin() + static_cast<std::ptrdiff_t>(from), run.steps.end(),
                         [&cell](const pidlab_step &step) { return step.choice == cell.actor; });
        return next != run.steps.end() && next->what != PIDLAB_STEP_BEGIN;
    }

    Controller &controller_;
    Order order_;
};

} // namespace

bool is_pinned(const scenario::Columns &columns) {
    return std::ranges::any_of(columns.rows, [](const scenario::Row &row) {
        return std::ranges::any_of(
            row.cells, [](const Cell &cell) { return cell.stop.has_value() || !cell.call; });
    });
}

std::variant<Order, Diagnostic> pinned_order(Controller &controller) {
    return Pinner{controller}.all();
}

} // namespace pidlab::explore
