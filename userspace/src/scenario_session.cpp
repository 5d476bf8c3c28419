// SPDX-License-Identifier: MIT
#include "pidlab/scenario_session.hpp"

#include <algorithm>

#include "pidlab/scenario_names.hpp"

namespace pidlab::scenario {

Session::Session(Lab &lab, Observer &observer, std::string name)
    : source_{std::move(name), {}}, parser_{source_}, executor_{lab, observer} {}

std::vector<Diagnostic> Session::execute(std::string line) {
    std::vector<Diagnostic> errors;
    const bool was_open = parser_.open();
    const std::size_t number = source_.append(std::move(line));
    const auto statement = parser_.parse(number, errors);
    if (!errors.empty()) {
        // A block with a line in error is not half of what was meant.
        if (was_open)
            errors.back().notes.emplace_back("the lines since the first open repeat are forgotten");
        parser_.abandon();
    } else if (statement && !executor_.execute(*statement)) {
        errors.push_back(executor_.failure());
    }
    return errors;
}

std::vector<Diagnostic> Session::finish() {
    std::vector<Diagnostic> errors;
    Statement here;
    here.at.line = source_.lines();
    if (!executor_.finish(here))
        errors.push_back(executor_.failure());
    return errors;
}

std::vector<std::string> Session::words() const {
    std::vector<std::string_view> known = keywords();
    add_words(known, ops());
    add_words(known, flags());
    add_words(known, types());
    add_words(known, states());
    add_words(known, bugs());
    add_words(known, counters());
    add_words(known, settings());
    add_words(known, errnos());
    for (const OpInfo &op : ops())
        add_words(known, op.operands());
    const std::vector<std::string_view> names = parser_.scope().names.all();
    known.insert(known.end(), names.begin(), names.end());
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    return {known.begin(), known.end()};
}

} // namespace pidlab::scenario
