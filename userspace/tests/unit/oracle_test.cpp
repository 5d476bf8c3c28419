// SPDX-License-Identifier: MIT
// What real processes have not got is known before anything runs. Row x7.
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pidlab/error.hpp"
#include "pidlab/oracle.hpp"
#include "pidlab/scenario_parser.hpp"

namespace pidlab {
namespace {

std::vector<OracleLack> lacks_of(const std::string &text) {
    const scenario::SourceText source("test.scn", text);
    const scenario::ParsedScenario parsed = parse(source);
    EXPECT_TRUE(parsed.errors.empty()) << text;
    return what_the_oracle_lacks(parsed.scenario);
}

TEST(OracleLacks, x7_nothing_of_what_processes_do_themselves) {
    EXPECT_TRUE(lacks_of("lab generation=idr pid_max=400\n"
                         "a = fork init newpid\n"
                         "b = fork a 7 thread\n"
                         "setsid a\n"
                         "r = hold_pid b\n"
                         "repeat 2\n    c = fork a\n    exit c 3 group\nend\n"
                         "expect wait a keep = _, _, 3\n"
                         "unshare init\n"
                         "setns init init\n"
                         "expect running = 3\n")
                    .empty());
}

TEST(OracleLacks, x7_each_thing_is_told_with_its_line_and_a_reason) {
    struct Case {
        const char *text;
        const char *what;
    };
    static constexpr Case cases[] = {
        {"lab generation=pidhash\n", "generation"},
        {"lab max_tasks=7\n", "max_tasks"},
        {"r = hold_task init\n", "hold_task"},
        {"r = tref init\n", "tref"},
        {"c = mount pids\n", "mount"},
        {"t = fork init autoreap\n", "fork autoreap"},
        {"expect fork init (fail_nth=1) = ENOMEM\n", "fail_nth"},
        {"p = pid init\nexpect first p type=pgid = init\n", "first, of a group"},
        {"r = hold_pid init type=sid\n", "hold_pid, of a group"},
        {"expect bytes > 0\n", "bytes"},
        {"a = fork init\nP0: exit a | P1: setsid init\n", "columns"},
        {"repeat 2\n    seen tref_lose_group\nend\n", "seen"},
    };
    for (const Case &one : cases) {
        const auto found = lacks_of(one.text);
        ASSERT_EQ(found.size(), 1u) << one.text;
        EXPECT_EQ(found[0].what, one.what);
        EXPECT_FALSE(found[0].why.empty()) << one.text;
        EXPECT_GE(found[0].line, 1u);
    }
}

TEST(OracleLacks, x7_differences_have_names_of_their_own_and_reasons) {
    std::set<std::string_view> names;
    for (const OracleDifference &row : oracle_differences()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_FALSE(row.why.empty()) << row.name;
        EXPECT_TRUE(row.explains || !row.scenarios.empty()) << row.name << " explains nothing";
    }
}

TEST(OracleLacks, x7_without_root_it_says_so) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "run by root";
    EXPECT_THROW(OracleTransport(), DeviceError);
}

} // namespace
} // namespace pidlab
