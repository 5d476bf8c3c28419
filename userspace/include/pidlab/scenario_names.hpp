// SPDX-License-Identifier: MIT
/// @file
/// Which words a scenario may use: those of the tables, those of the language, and the names that
/// its lines give.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pidlab/scenario_ast.hpp"

namespace pidlab::scenario {

/// The name of the lab's first task.
inline constexpr std::string_view init_name = "init";

/// Words that begin a line and are no operations.
[[nodiscard]] const std::vector<std::string_view> &keywords();

/// Words inside a line that belong to the language itself.
[[nodiscard]] std::span<const std::string_view> particles();

/// Whether the word means something by itself, so that it can name nothing.
[[nodiscard]] bool is_reserved(std::string_view word);

/// What a name bound to a result of this kind stands for.
[[nodiscard]] NameClass class_of(pidlab_arg result);

/// Whether a name of this class may stand for an operand of this kind.
[[nodiscard]] bool fits(NameClass name, pidlab_arg operand);

/// "a task", "a number": for complaints.
[[nodiscard]] std::string_view describe(NameClass name);

/// What fits an operand of this kind, in words: "a task or a pid".
[[nodiscard]] std::string_view describe(pidlab_arg operand);

/// Words of a table, for suggestions.
template <typename Table> void add_words(std::vector<std::string_view> &to, const Table &table) {
    for (const auto &row : table)
        to.push_back(row.name);
}

/// The names that the lines read so far have given.
class Names {
public:
    struct Entry {
        NameClass what = NameClass::unknown;
        const OpInfo *op = nullptr; ///< the operation whose first result it is, or nullptr
        std::size_t line = 0;       ///< where it was last given; 0: predefined
    };

    /// Knows init.
    Names();

    /// The entry of a name, or nullptr.
    [[nodiscard]] const Entry *find(std::string_view name) const;

    /// Give a name. An entry that is there is replaced.
    void set(std::string_view name, const Entry &entry);

    /// All names, for suggestions and completion.
    [[nodiscard]] std::vector<std::string_view> all() const;

private:
    std::map<std::string, Entry, std::less<>> entries_;
};

} // namespace pidlab::scenario
