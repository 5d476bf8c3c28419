// SPDX-License-Identifier: MIT
// The running kernel as oracle: real processes do what a lab of generation `idr' does, or it is
// known why not. `make torture' has many more random programs. Row x7.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../oracle/compare.hpp"
#include "pidlab/device.hpp"
#include "pidlab/lab.hpp"
#include "pidlab/report.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab::testing::processes {
namespace {

constexpr std::uint64_t seed = 20080124; // the day 2.6.24 came with pid namespaces
/// Steps of random programs: processes start slowly on a kernel with all its checks.
std::uint64_t enough() { return std::ifstream("/sys/kernel/debug/kmemleak") ? 150 : 3000; }
constexpr std::size_t length = 80;
constexpr const char *scenarios = "/scenarios"; // where the VM has them

class Oracle : public ::testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists("/proc/self/ns/pid"))
            GTEST_SKIP() << "this kernel has no pid namespaces";
    }
};

std::unique_ptr<Transport> module_lab() { return std::make_unique<DeviceTransport>(); }

std::string first_line(const char *path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

scenario::SourceText text_of(const std::filesystem::path &path) {
    std::ifstream file(path);
    return {path.stem(), std::string(std::istreambuf_iterator<char>(file), {})};
}

bool is_named(const OracleDifference &row, const std::string &scenario) {
    std::istringstream names{std::string(row.scenarios)};
    return std::find(std::istream_iterator<std::string>(names), {}, scenario) !=
           std::istream_iterator<std::string>();
}

TEST_F(Oracle, x7_random_programs_do_in_a_lab_what_real_processes_do) {
    OracleTally tally;
    Dice dice(seed);
    for (const Program &program : programs_that_differ()) {
        const auto found = ask_the_oracle(program, module_lab, tally);
        ASSERT_FALSE(found) << found->why << "\n" << found->scenario;
    }
    while (tally.steps < enough()) {
        const Program program = program_for_processes(dice, length);
        if (const auto found = ask_the_oracle(program, module_lab, tally)) {
            const OracleFinding least = least_finding(program, module_lab, *found);
            FAIL() << found->why << "\nleast: " << least.why << "\n" << least.scenario;
        }
    }
    // One that nothing comes by any more has to go.
    for (const OracleDifference &row : oracle_differences()) {
        if (row.explains) {
            EXPECT_GT(tally.differences[row.name], 0u) << row.name;
        }
    }
}

TEST_F(Oracle, x7_scenarios_hold_on_real_processes_or_it_is_known_why_not) {
    unsigned held = 0;
    std::set<std::string> failed;
    for (const auto &entry : std::filesystem::directory_iterator(scenarios)) {
        const scenario::SourceText source = text_of(entry.path());
        const scenario::ParsedScenario parsed = parse(source);
        ASSERT_TRUE(parsed.errors.empty()) << entry.path();
        if (!what_the_oracle_lacks(parsed.scenario).empty())
            continue;
        Lab lab(std::make_unique<OracleTransport>());
        const Report report = run_scenario(lab, source, parsed.scenario);
        const auto known = std::ranges::find_if(
            oracle_differences(), [&](const auto &row) { return is_named(row, source.name()); });
        if (known == oracle_differences().end()) {
            EXPECT_TRUE(report.passed()) << render_line(report, TextStyle{});
            held += report.passed() ? 1U : 0U;
        } else {
            EXPECT_FALSE(report.passed()) << source.name() << " holds, against: " << known->why;
            failed.insert(source.name());
        }
    }
    EXPECT_GE(held, 45u);
    for (const OracleDifference &row : oracle_differences()) {
        std::istringstream names{std::string(row.scenarios)};
        for (std::string name; names >> name;)
            EXPECT_TRUE(failed.contains(name)) << name;
    }
}

TEST_F(Oracle, x7_what_has_no_counterpart_is_refused_and_says_why) {
    Lab lab(std::make_unique<OracleTransport>());
    lab.setup();
    for (const OpInfo &op : ops()) {
        pidlab_op sent{};
        sent.opcode = static_cast<std::uint16_t>(op.opcode);
        sent.arg[0] = lab.init().raw();
        if (!oracle_lacks(op).empty()) {
            EXPECT_EQ(lab.try_execute(sent), EOPNOTSUPP) << op.name;
        }
    }
    EXPECT_EQ(lab.attempt(call::fork(lab.init(), PIDLAB_F_AUTOREAP)).error(), EOPNOTSUPP);
    Lab other(std::make_unique<OracleTransport>());
    EXPECT_THROW(other.setup(Settings().set(PIDLAB_SET_MAX_TASKS, 8)), Error);
}

TEST_F(Oracle, x7_takes_all_its_processes_with_it_and_gives_pid_max_back) {
    const std::string before = first_line("/proc/sys/kernel/pid_max");
    {
        Lab lab(std::make_unique<OracleTransport>());
        lab.setup(Settings().set(PIDLAB_SET_PID_MAX, 400));
        const TaskId inner = lab.fork(lab.init(), PIDLAB_F_NEWPID).task;
        (void)lab.fork(lab.fork(inner).task, PIDLAB_F_THREAD);
        EXPECT_EQ(lab.info().counter(PIDLAB_CTR_RUNNING), 4u);
    }
    EXPECT_EQ(first_line("/proc/sys/kernel/pid_max"), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(Oracle, x7_ends_with_its_init_and_answers_still) {
    Lab lab(std::make_unique<OracleTransport>());
    lab.setup();
    const TaskId task = lab.fork(lab.init()).task;
    lab.exit(lab.init());
    EXPECT_EQ(lab.info().counter(PIDLAB_CTR_TASKS), 0u);
    EXPECT_EQ(lab.attempt(call::fork(task)).error(), ESRCH);
    EXPECT_EQ(lab.attempt(call::state(lab.init())).error(), ESRCH);
}

TEST_F(Oracle, x7_refuses_what_is_wrong_in_form_as_a_lab_does) {
    Lab lab(std::make_unique<OracleTransport>());
    lab.setup();
    pidlab_op op{};
    op.opcode = PIDLAB_OP_EXIT;
    EXPECT_EQ(lab.try_execute(op), EINVAL); // no task
    op.exit.task = 0x40 | PIDLAB_OBJECT_REF;
    EXPECT_EQ(lab.try_execute(op), EBADF);
    op.exit.task = std::uint64_t{1} << 40 | PIDLAB_OBJECT_TASK;
    EXPECT_EQ(lab.try_execute(op), ESRCH);
    op.exit.task = lab.init().raw();
    op.exit.code = 256;
    EXPECT_EQ(lab.try_execute(op), EINVAL);
    op.exit.code = 0;
    op.arg[3] = 1;
    EXPECT_EQ(lab.try_execute(op), EINVAL);
    op.arg[3] = 0;
    op.flags = PIDLAB_F_KEEP;
    EXPECT_EQ(lab.try_execute(op), EINVAL);
    op.opcode = 999;
    EXPECT_EQ(lab.try_execute(op), EOPNOTSUPP);
}

} // namespace
} // namespace pidlab::testing::processes
