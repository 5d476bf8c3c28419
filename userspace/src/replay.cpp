// SPDX-License-Identifier: MIT
#include "pidlab/replay.hpp"

#include <istream>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "pidlab/format.hpp"
#include "pidlab/record.hpp"

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

// Ids of the record and those of the new lab: a pair once it was seen, and for ever.
class Ids {
public:
    // Whether the two are, or can from now on be, the same object.
    bool same(std::uint64_t recorded, std::uint64_t now) {
        if (recorded == 0 || now == 0 || object_of(recorded) != object_of(now))
            return recorded == now;
        const auto [there, is_new] = now_.try_emplace(recorded, now);
        const auto [back, was_free] = recorded_.try_emplace(now, recorded);
        return there->second == now && back->second == recorded && is_new == was_free;
    }

    // What the new lab calls it. An id that never was an answer is passed on as it is.
    [[nodiscard]] std::uint64_t now(std::uint64_t recorded) const {
        const auto found = now_.find(recorded);
        return found == now_.end() ? recorded : found->second;
    }

    [[nodiscard]] std::uint64_t recorded(std::uint64_t now) const {
        const auto found = recorded_.find(now);
        return found == recorded_.end() ? now : found->second;
    }

private:
    std::unordered_map<std::uint64_t, std::uint64_t> now_;
    std::unordered_map<std::uint64_t, std::uint64_t> recorded_;
};

// Time that has passed is not the same twice.
bool is_time(const pidlab_op &op) {
    return op.opcode == PIDLAB_OP_STAT && op.arg[1] == PIDLAB_FILE_ACCOUNT_NS;
}

class Repetition {
public:
    explicit Repetition(const std::function<Lab()> &open) : open_(open) {}

    void read(const std::string &text, std::size_t line) {
        line_ = line;
        const json object = json::parse(text);
        if (object.contains("lab"))
            begin(object["lab"]);
        else if (object.contains("op"))
            operation(object);
        else if (object.contains("counters"))
            ask();
    }

    [[nodiscard]] std::vector<ReplayedLab> take() { return std::move(labs_); }

private:
    void begin(const json &from) {
        labs_.emplace_back().scenario = from.at("scenario");
        ids_ = {};
        lab_.emplace(open_());
        const Settings settings = settings_from_json(from.at("settings"));
        pidlab_setup arg = settings.encode();
        if (const int error = lab_->transport().setup(arg))
            depart("SETUP", "done", errno_name(error));
        else
            static_cast<void>(ids_.same(from.at("init"), arg.init_task));
    }

    void operation(const json &object) {
        if (labs_.empty())
            throw std::invalid_argument("an operation before any lab");
        if (labs_.back().departure)
            return;
        const pidlab_op recorded = op_from_json(object);
        pidlab_op now = recorded;
        now.error = 0;
        const OpInfo &info = *find_op(recorded.opcode);
        for (std::size_t i = 0; i < info.operands().size(); ++i)
            if (meaning(info.args[i].kind) == Meaning::object)
                now.arg[i] = ids_.now(recorded.arg[i]);
        for (auto &result : now.res)
            result = 0;
        lab_->run(std::span(&now, 1));
        if (agree(info, recorded, now))
            ++labs_.back().operations;
        else
            depart(op_text(recorded), result_text(recorded), result_text(in_recorded_ids(now)));
    }

    bool agree(const OpInfo &info, const pidlab_op &recorded, const pidlab_op &now) {
        if (recorded.error != now.error)
            return false;
        if (recorded.error != 0 || is_time(recorded))
            return true;
        bool out = true;
        for (std::size_t i = 0; i < info.outputs().size(); ++i)
            out = (meaning(info.results[i].kind) == Meaning::object
                       ? ids_.same(recorded.res[i], now.res[i])
                       : recorded.res[i] == now.res[i]) &&
                  out;
        return out;
    }

    // Two names for one object would confuse the reader.
    [[nodiscard]] pidlab_op in_recorded_ids(pidlab_op op) const {
        const OpInfo &info = *find_op(op.opcode);
        for (std::size_t i = 0; i < info.outputs().size(); ++i)
            if (meaning(info.results[i].kind) == Meaning::object)
                op.res[i] = ids_.recorded(op.res[i]);
        return op;
    }

    // Asking what a lab holds waits for what is being freed, and later answers depend on that.
    void ask() {
        if (lab_ && !labs_.back().departure)
            static_cast<void>(lab_->info());
    }

    void depart(std::string what, std::string recorded, std::string now) {
        labs_.back().departure = Departure{line_, labs_.back().operations, std::move(what),
                                           std::move(recorded), std::move(now)};
    }

    const std::function<Lab()> &open_;
    std::optional<Lab> lab_;
    Ids ids_;
    std::vector<ReplayedLab> labs_;
    std::size_t line_ = 0;
};

} // namespace

std::vector<ReplayedLab> replay(std::istream &record, const std::function<Lab()> &open) {
    Repetition repetition{open};
    std::string text;
    std::size_t line = 0;
    while (std::getline(record, text)) {
        ++line;
        try {
            repetition.read(text, line);
        } catch (const nlohmann::json::exception &error) {
            throw std::invalid_argument(fmt::format("line {}: {}", line, error.what()));
        } catch (const std::invalid_argument &error) {
            throw std::invalid_argument(fmt::format("line {}: {}", line, error.what()));
        }
    }
    return repetition.take();
}

} // namespace pidlab
