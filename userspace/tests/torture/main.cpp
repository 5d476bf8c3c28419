// SPDX-License-Identifier: MIT
// Random programs on model and module for as long as one likes: pidlab_torture SEED COMMANDS. Root,
// in a VM; results as KTAP on standard output, a case a generation, with a line now and then about
// how far it is. A seed gives the same programs again, and the one of a
// program that failed gives that one first.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "../model/compare.hpp"
#include "../vm/ktap.hpp"
#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/model.hpp"

namespace pidlab::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int length = 120; ///< the most commands in a program
constexpr unsigned threads = 16;
constexpr std::chrono::seconds between_words{10};

std::unique_ptr<Transport> module_lab() { return std::make_unique<DeviceTransport>(); }

/// Those that model and module both have.
std::vector<WordInfo> common_generations() {
    const Info module = Lab::open().info(), model = Lab(std::make_unique<ModelTransport>()).info();
    std::vector<WordInfo> found;
    for (const WordInfo &word : generations()) {
        const auto number = static_cast<pidlab_generation>(word.number);
        if (module.has(number) && model.has(number))
            found.push_back(word);
    }
    return found;
}

/// Programs of one generation, by several threads: most of the time goes by waiting for grace
/// periods, which they share.
class Torture {
public:
    Torture(const WordInfo &generation, std::uint64_t seed, std::uint64_t commands)
        : generation_(generation), seed_(seed), commands_(commands) {}

    /// @return the first difference with the least program that shows it, or nothing
    std::optional<std::string> run() {
        std::vector<std::thread> all;
        for (unsigned number = 0; number < threads; ++number)
            all.emplace_back([this] { programs(); });
        while (!ended())
            say();
        for (std::thread &thread : all)
            thread.join();
        say();
        return why_;
    }

private:
    void programs() {
        while (done_ < commands_ && !failed_) {
            std::uint64_t commands = 0;
            const auto found = judge(seed_++, length, generation_.number, module_lab, commands);
            done_ += commands;
            if (found && !failed_.exchange(true))
                why_ = found;
        }
        const std::lock_guard lock(mutex_);
        ++ended_;
        changed_.notify_one();
    }

    bool ended() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, between_words, [this] { return ended_ == threads; });
    }

    void say() const {
        const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
        const std::uint64_t done = done_;
        fmt::print(std::cout, "# {}: {} of {} commands, {:.0f} a second\n", generation_.name, done,
                   commands_, static_cast<double>(done) / seconds);
        std::cout.flush();
    }

    const WordInfo &generation_;
    std::atomic<std::uint64_t> seed_; ///< of the next program
    const std::uint64_t commands_;
    Clock::time_point begun_ = Clock::now();
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<bool> failed_ = false;
    std::optional<std::string> why_; ///< written by the one that failed first
    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned ended_ = 0;
};

int run(std::uint64_t seed, std::uint64_t commands) {
    const std::vector<WordInfo> found = common_generations();
    KtapWriter out(std::cout);
    out.plan(static_cast<int>(found.size()));
    fmt::print(std::cout, "# seed {}\n", seed);
    int status = EXIT_SUCCESS;
    for (const WordInfo &generation : found) {
        const std::string name = fmt::format("x6_model_and_module_agree/{}", generation.name);
        if (const auto why = Torture(generation, seed, commands / found.size()).run()) {
            out.result(name, Verdict::failed, {*why});
            status = EXIT_FAILURE;
        } else {
            out.result(name, Verdict::passed, {});
        }
    }
    return status;
}

} // namespace
} // namespace pidlab::testing

int main(int argc, char **argv) {
    if (argc != 3) {
        std::cerr << "usage: pidlab_torture SEED COMMANDS\n";
        return 2;
    }
    return pidlab::testing::run(std::stoull(argv[1]), std::stoull(argv[2]));
}
