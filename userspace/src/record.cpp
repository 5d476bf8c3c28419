// SPDX-License-Identifier: MIT
#include "pidlab/record.hpp"

#include <ostream>
#include <stdexcept>

#include <fmt/format.h>

#include "pidlab/errno_table.hpp"
#include "pidlab/snapshot_changes.hpp"
#include "pidlab/table.hpp"

namespace pidlab {

namespace {

using json = nlohmann::ordered_json;

[[noreturn]] void unknown(std::string_view what, const std::string &word) {
    throw std::invalid_argument(fmt::format("no {} is called `{}'", what, word));
}

// Ids and masks are unsigned, everything else may be negative.
json value_json(pidlab_arg kind, std::uint64_t value) {
    if (meaning(kind) == Meaning::object)
        return value;
    return static_cast<std::int64_t>(value);
}

std::uint64_t value_from(const json &value) {
    return value.is_number_unsigned() ? value.get<std::uint64_t>()
                                      : static_cast<std::uint64_t>(value.get<std::int64_t>());
}

int errno_from(const std::string &name) {
    if (const ErrnoInfo *row = find_errno(std::string_view{name}))
        return row->number;
    unknown("errno", name);
}

pidlab_op read_op(const json &from) {
    const OpInfo *info = find_op(from.at("op").get_ref<const std::string &>());
    if (!info)
        unknown("operation", from["op"]);
    pidlab_op op{};
    op.opcode = static_cast<std::uint16_t>(info->opcode);
    for (const auto &[name, value] : from.at("args").items()) {
        const auto index = info->operand(name);
        if (!index)
            unknown(fmt::format("operand of {}", info->name), name);
        op.arg[*index] = value_from(value);
    }
    if (from.contains("flags"))
        for (const json &name : from["flags"]) {
            const WordInfo *flag = find_word(flags(), name.get_ref<const std::string &>());
            if (!flag)
                unknown("flag", name);
            op.flags = static_cast<std::uint16_t>(op.flags | 1U << flag->number);
        }
    if (from.contains("fail_nth"))
        from["fail_nth"].get_to(op.fail_nth);
    if (from.contains("error"))
        op.error = static_cast<std::int16_t>(-errno_from(from["error"]));
    if (from.contains("result"))
        for (const auto &[name, value] : from["result"].items()) {
            const auto index = info->output(name);
            if (!index)
                unknown(fmt::format("result of {}", info->name), name);
            op.res[*index] = value_from(value);
        }
    return op;
}

} // namespace

nlohmann::ordered_json op_json(const pidlab_op &op) {
    const OpInfo *info = find_op(op.opcode);
    json out = {{"op", info ? info->name : "?"}, {"args", json::object()}};
    if (!info)
        return out;
    for (std::size_t i = 0; i < info->operands().size(); ++i)
        out["args"][std::string{info->args[i].name}] = value_json(info->args[i].kind, op.arg[i]);
    for (const WordInfo &flag : flags())
        if (op.flags >> flag.number & 1)
            out["flags"].push_back(flag.name);
    if (op.fail_nth != 0)
        out["fail_nth"] = op.fail_nth;
    if (op.error != 0) {
        out["error"] = errno_name(op.error);
        return out;
    }
    out["result"] = json::object();
    for (std::size_t i = 0; i < info->outputs().size(); ++i)
        out["result"][std::string{info->results[i].name}] =
            value_json(info->results[i].kind, op.res[i]);
    return out;
}

pidlab_op op_from_json(const nlohmann::ordered_json &from) {
    try {
        return read_op(from);
    } catch (const nlohmann::json::exception &error) {
        throw std::invalid_argument(fmt::format("not an operation: {}", error.what()));
    }
}

nlohmann::ordered_json settings_json(const Settings &given) {
    json out = json::object();
    for (const SettingInfo &setting : settings())
        if (const auto value = given.get(setting.slot))
            out[std::string{setting.name}] = *value;
    return out;
}

Settings settings_from_json(const nlohmann::ordered_json &from) {
    Settings out;
    try {
        for (const auto &[name, value] : from.items()) {
            const SettingInfo *setting = find_setting(name);
            if (!setting)
                unknown("setting", name);
            out.set(setting->slot, value.get<std::uint64_t>());
        }
    } catch (const nlohmann::json::exception &error) {
        throw std::invalid_argument(fmt::format("not settings: {}", error.what()));
    }
    return out;
}

void RecordWriter::on_setup(const pidlab_setup &arg, Transport &lab) {
    begin_ = Clock::now();
    told_.reset();
    last_.reset();
    Settings given;
    for (const SettingInfo &setting : settings())
        if (arg.given >> setting.slot & 1)
            given.set(setting.slot, arg.value[setting.slot]);
    line({{"lab",
           {{"version", 1},
            {"scenario", source_.name()},
            {"settings", settings_json(given)},
            {"init", arg.init_task}}}});
    Snapshot first;
    if (lab.snapshot(first) != 0)
        return;
    line({{"snapshot", snapshot_json(first)}});
    last_ = std::move(first);
}

void RecordWriter::on_ops(std::span<const pidlab_op> done, Clock::time_point begin,
                          Clock::time_point end, Transport &lab) {
    const auto nanoseconds = [](Clock::duration span) {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(span).count();
    };
    for (const pidlab_op &op : done) {
        json object = op_json(op);
        object["at"] = nanoseconds(begin - begin_);
        object["took"] = nanoseconds(end - begin);
        // What a batch changed is told with its last operation.
        if (&op == &done.back())
            if (json changed = changes(lab); !changed.is_null())
                object["changes"] = std::move(changed);
        line(object);
    }
}

nlohmann::ordered_json RecordWriter::changes(Transport &lab) {
    if (!last_)
        return {};
    Snapshot now;
    if (lab.snapshot(now) != 0 || objects_in(now) > max_objects) {
        last_.reset();
        return "not told from here on";
    }
    json out = snapshot_changes(*last_, now);
    last_ = std::move(now);
    return out;
}

// Only what is different from the last time.
void RecordWriter::on_info(const pidlab_info &info) {
    json changed = json::object();
    for (const WordInfo &word : counters()) {
        const std::uint64_t value = info.counter[word.number];
        if (!told_ || told_->counter[word.number] != value)
            changed[std::string{word.name}] = value;
    }
    told_ = info;
    line({{"counters", std::move(changed)}});
}

void RecordWriter::on_step(const scenario::Step &step) {
    if (step.repeated)
        return;
    const scenario::Range &at = step.statement.at;
    line({{"step",
           {{"line", at.line},
            {"text", source_.line(at.line).substr(at.offset, at.length)},
            {"outcome", step.outcome}}}});
}

void RecordWriter::finish(const Report &report) {
    line({{"end",
           {{"passed", report.passed()},
            {"operations", report.operations},
            {"digest", fmt::format("{:016x}", report.digest)}}}});
}

bool RecordWriter::good() const { return out_.good(); }

void RecordWriter::line(const nlohmann::ordered_json &object) {
    out_ << object.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
}

} // namespace pidlab
