// SPDX-License-Identifier: MIT
#include <sstream>

#include <gtest/gtest.h>

#include "ktap.hpp"

namespace pidlab::testing {
namespace {

TEST(Ktap, opens_with_its_version_and_the_plan) {
    std::ostringstream out;
    KtapWriter(out).plan(3);
    EXPECT_EQ(out.str(), "KTAP version 1\n1..3\n");
}

TEST(Ktap, numbers_its_results) {
    std::ostringstream out;
    KtapWriter writer(out);
    writer.result("A.one", Verdict::passed, {});
    writer.result("A.two", Verdict::passed, {});
    EXPECT_EQ(out.str(), "ok 1 A.one\nok 2 A.two\n");
}

TEST(Ktap, puts_every_line_of_a_failures_message_before_it) {
    std::ostringstream out;
    KtapWriter writer(out);
    writer.result("A.one", Verdict::failed, {"file.cpp:3: want 1\ngot 2", "more"});
    EXPECT_EQ(out.str(), "# file.cpp:3: want 1\n# got 2\n# more\nnot ok 1 A.one\n");
}

TEST(Ktap, gives_the_reason_of_a_skipped_test_on_its_line) {
    std::ostringstream out;
    KtapWriter writer(out);
    writer.result("A.one", Verdict::skipped, {"no debugfs\nhere"});
    writer.result("A.two", Verdict::skipped, {});
    EXPECT_EQ(out.str(), "ok 1 A.one # SKIP no debugfs\nok 2 A.two # SKIP\n");
}

} // namespace
} // namespace pidlab::testing
