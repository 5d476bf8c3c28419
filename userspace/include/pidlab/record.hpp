// SPDX-License-Identifier: MIT
/// @file
/// Records of runs: JSON, a line at a time, from which a run can be repeated.
///
/// Each line is an object with one member that says what it is; times are nanoseconds since SETUP.
///
///     {"lab": {"version": 1, "scenario": FILE, "settings": {NAME: VALUE...}, "init": ID}}
///     {"snapshot": SNAPSHOT}                        where the transport can tell
///     {"op": NAME, "args": {...}, "flags": [...], "fail_nth": N,
///      "result": {...} or "error": ERRNO, "at": T, "took": T, "changes": CHANGES}
///     {"counters": {NAME: VALUE...}}                those that changed, when INFO was asked
///     {"step": {"line": N, "text": TEXT, "outcome": WORDS}}
///     {"end": {"passed": BOOL, "operations": N, "digest": HEX}}
///
/// A file may have several labs one after the other. Operands, flags, results and settings are
/// written by their names in the tables; args and results as numbers, ids as they were.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "pidlab/listening_transport.hpp"
#include "pidlab/report.hpp"
#include "pidlab/settings.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab {

/// An operation as an object, and what came of it.
[[nodiscard]] nlohmann::ordered_json op_json(const pidlab_op &op);

/// Back again.
/// @throws std::invalid_argument says which word is unknown or missing
[[nodiscard]] pidlab_op op_from_json(const nlohmann::ordered_json &json);

/// The settings that were given, by their names.
[[nodiscard]] nlohmann::ordered_json settings_json(const Settings &settings);

/// Back again.
/// @throws std::invalid_argument names what this client does not know
[[nodiscard]] Settings settings_from_json(const nlohmann::ordered_json &json);

/// Writes down what passes a lab, and the steps of the scenario that caused it. Each line is
/// flushed: whatever happens to the run, what was done is told.
class RecordWriter final : public Listener, public scenario::Observer {
public:
    /// Objects in a lab beyond which changes are no longer told: telling takes as long as the lab
    /// is large, and each operation would.
    static constexpr std::size_t max_objects = 4096;

    /// @param source the scenario that is run; both must outlive the writer
    RecordWriter(std::ostream &out, const scenario::SourceText &source)
        : out_(out), source_(source) {}

    void on_setup(const pidlab_setup &arg, Transport &lab) override;
    void on_ops(std::span<const pidlab_op> done, Clock::time_point begin, Clock::time_point end,
                Transport &lab) override;
    void on_info(const pidlab_info &info) override;
    void on_step(const scenario::Step &step) override;

    /// The last line.
    void finish(const Report &report);

    /// Whether everything could be written.
    [[nodiscard]] bool good() const;

private:
    void line(const nlohmann::ordered_json &object);
    [[nodiscard]] nlohmann::ordered_json changes(Transport &lab);

    std::ostream &out_;
    const scenario::SourceText &source_;
    Clock::time_point begin_{};
    std::optional<pidlab_info> told_; ///< the counters told last
    std::optional<Snapshot> last_;    ///< nothing: changes are not told
};

} // namespace pidlab
