// SPDX-License-Identifier: MIT
#include "pidlab/explore_pairs.hpp"

#include <algorithm>

#include "pidlab/explore_schedule.hpp"

namespace pidlab::explore {

namespace {

using scenario::Cell;
using scenario::Columns;
using scenario::Scenario;

/// A scenario whose columns are two cells.
class Two {
public:
    explicit Two(const Scenario &scenario) : scenario_{scenario} {
        for (scenario::Statement &statement : scenario_.body)
            if (auto *columns = std::get_if<Columns>(&statement.what); columns && !columns_) {
                columns_ = columns;
                for (const scenario::Row &row : columns->rows)
                    cells_.insert(cells_.end(), row.cells.begin(), row.cells.end());
            }
    }

    [[nodiscard]] std::size_t count() const { return cells_.size(); }

    const Scenario &with(std::size_t first, std::size_t second) {
        Cell one = cells_[first];
        Cell other = cells_[second];
        one.actor = 0;
        other.actor = 1;
        columns_->rows = {{one.at, {std::move(one), std::move(other)}}};
        return scenario_;
    }

private:
    Scenario scenario_;
    Columns *columns_ = nullptr;
    std::vector<Cell> cells_;
};

void search(Program &program, Bounds bounds, Pair &pair) {
    pair.first = program.instructions()[0].text;
    pair.second = program.instructions()[1].text;
    Controller controller{program};
    const Serial serial{controller};
    const OnModel model{program};
    pair.modelled = model.lacking().empty();
    Judge judge{program, &serial, &model};
    bounds.alone = program.has_end();
    Search search{controller, bounds};
    Run found;
    pair.progress = search.go([&](const Run &run) {
        pair.finding = judge.judge(run);
        if (pair.finding)
            found = run;
        return !pair.finding;
    });
    pair.excused = judge.excused();
    if (!pair.finding)
        return;
    found = controller.run(found.order());
    pair.finding = judge.judge(found);
    pair.explanation = explain(program, found);
}

} // namespace

Pairs all_pairs(const scenario::SourceText &source, const Scenario &scenario,
                const Program::Open &open, const WordInfo &generation, const Bounds &bounds,
                const PairsPart &part, const std::function<void(const Pair &)> &tell) {
    Pairs out;
    out.generation = &generation;
    Settings settings;
    settings.set(PIDLAB_SET_GENERATION, generation.number);
    Two two{scenario};
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < two.count(); ++i)
        for (std::size_t j = i; j < two.count(); ++j) {
            if (number++ % part.every != part.first)
                continue;
            Program program{source, two.with(i, j), open, settings};
            if (program.complaint()) {
                out.lacking = program.complaint()->message;
                return out;
            }
            Pair pair;
            search(program, bounds, pair);
            ++out.pairs;
            out.runs += pair.progress.runs;
            out.excused += pair.excused;
            out.modelled += pair.modelled;
            out.unfinished += !pair.finding && !pair.progress.exhausted;
            tell(pair);
            if (pair.finding)
                out.found.push_back(std::move(pair));
        }
    return out;
}

} // namespace pidlab::explore
