// SPDX-License-Identifier: MIT
// `pidlab monitor`: what happens in labs, as it happens.
#include <atomic>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "command.hpp"
#include "pidlab/device.hpp"
#include "pidlab/event_log.hpp"
#include "pidlab/netlink_snapshot.hpp"
#include "pidlab/report.hpp"
#include "scenario_file.hpp"

namespace pidlab::cli {

namespace {

struct MonitorOptions {
    std::string file;
    int fd = -1;
    bool json = false;
    std::string clock = "relative";
    std::vector<std::string> only;
    std::string record;
    int room = 0;
    std::uint64_t count = 0;
};

std::atomic<bool> interrupted{false}; // by a signal's handler

/// Ends the wait for events, and lets the last lines be written.
void end_on_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

EventLog::Options log_options(const MonitorOptions &options) {
    EventLog::Options out;
    out.json = options.json;
    out.several = options.file.empty() && options.fd < 0;
    if (options.clock == "delta")
        out.clock = EventLog::Clock::delta;
    else if (options.clock == "absolute")
        out.clock = EventLog::Clock::absolute;
    for (const std::string &name : options.only)
        out.only.insert(static_cast<std::uint32_t>(find_event(name)->number));
    return out;
}

class Monitor {
public:
    Monitor(const MonitorOptions &options, const Globals &globals)
        : options_(options), globals_(globals),
          log_(std::cout, options.record.empty() ? nullptr : &record_, log_options(options)) {
        if (!options.record.empty())
            record_.open(options.record, std::ios::trunc);
        if (!options.record.empty() && !record_)
            throw std::runtime_error("cannot write " + options.record);
        if (options.room > 0)
            socket_.set_room(options.room);
    }

    int all_labs() {
        socket_.listen_to_all();
        log_.begin({{"version", 1}, {"all", true}}, nullptr);
        follow();
        log_.end();
        return exit_ok;
    }

    int open_file() {
        const LabState lab = socket_.listen(options_.fd);
        Snapshot before;
        if (lab.ready) {
            Netlink other;
            before = take_snapshot(other, options_.fd);
        }
        log_.begin({{"version", 1}, {"number", lab.number}}, &before);
        follow();
        log_.end();
        return exit_ok;
    }

    int scenario() {
        const ScenarioFile file = read_scenario(options_.file);
        if (!file.good()) {
            fmt::print(stderr, "{}", file.complaints(false));
            return exit_usage;
        }
        auto device = std::make_unique<DeviceTransport>(globals_.device);
        const LabState state = socket_.listen(device->fd());
        log_.begin({{"version", 1}, {"number", state.number}, {"scenario", options_.file}},
                   &nothing_);
        std::jthread reader([this] { follow_safely(); });
        const int result = run(std::move(device), file);
        reader.join();
        log_.end();
        if (failure_)
            std::rethrow_exception(failure_);
        return result;
    }

private:
    /// Closes the lab, which ends its events, before it answers.
    int run(std::unique_ptr<DeviceTransport> device, const ScenarioFile &file) {
        Lab lab(std::move(device));
        try {
            const Report report = run_scenario(lab, file.source, file.parsed.scenario);
            if (!report.passed())
                fmt::print(stderr, "{}", render(report.source, *report.failure));
            return report.passed() ? exit_ok : exit_failed;
        } catch (const Error &error) {
            fmt::print(stderr, "pidlab: {}\n", error.what());
            return exit_failed;
        }
    }

    void follow_safely() {
        try {
            follow();
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    /// Until the lab is closed, a signal comes, or there are as many as were asked for.
    void follow() {
        constexpr std::chrono::milliseconds patience{200};
        const bool one_lab = !options_.file.empty() || options_.fd >= 0;
        while (!interrupted) {
            const auto event = socket_.next_event(patience);
            if (!event)
                continue;
            log_.write(*event);
            if ((one_lab && event->what == PIDLAB_EVENT_CLOSE) ||
                (options_.count != 0 && log_.count() >= options_.count))
                return;
        }
    }

    const MonitorOptions &options_;
    const Globals &globals_;
    std::ofstream record_;
    EventLog log_;
    Netlink socket_;
    Snapshot nothing_;
    std::exception_ptr failure_;
};

std::vector<std::string> event_names() {
    std::vector<std::string> out;
    for (const EventInfo &row : events())
        out.emplace_back(row.name);
    return out;
}

} // namespace

Action add_monitor(CLI::App &sub, const Globals &globals) {
    auto options = std::make_shared<MonitorOptions>();
    auto *file = sub.add_option("file", options->file,
                                "run this scenario, and tell of its lab; - is standard input");
    file->type_name("SCENARIO");
    sub.add_option("--fd", options->fd, "tell of the lab of this open file, which was inherited")
        ->check(CLI::NonNegativeNumber)
        ->excludes(file);
    sub.add_option("--only", options->only, "print events of this kind; may be repeated")
        ->allow_extra_args(false)
        ->delimiter(',')
        ->check(CLI::IsMember(event_names()));
    sub.add_option("--clock", options->clock,
                   "times: since the first event, the one before, or boot")
        ->check(CLI::IsMember({"relative", "delta", "absolute"}))
        ->capture_default_str();
    sub.add_option("--count", options->count, "end after so many events");
    sub.add_option("--room", options->room, "bytes of events that the kernel keeps until read")
        ->check(CLI::PositiveNumber);
    sub.add_option("--record", options->record, "write all events as JSON lines, a snapshot first")
        ->type_name("FILE");
    sub.add_flag("--json", options->json, "print a JSON object for each event");
    return [options, &globals] {
        if (globals.model)
            throw std::runtime_error("the reference model has no events");
        end_on_signals();
        Monitor monitor(*options, globals);
        if (!options->file.empty())
            return monitor.scenario();
        return options->fd >= 0 ? monitor.open_file() : monitor.all_labs();
    };
}

} // namespace pidlab::cli
