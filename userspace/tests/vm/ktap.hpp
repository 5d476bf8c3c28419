// SPDX-License-Identifier: MIT
/// @file
/// Results as KTAP, line by line: a VM that dies leaves those that it had.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pidlab::testing {

enum class Verdict { passed, failed, skipped };

/// Writes KTAP version 1. Every line is flushed.
class KtapWriter {
public:
    explicit KtapWriter(std::ostream &out) : out_(out) {}

    /// The head; comes first.
    void plan(int count);

    /// The result of the next test.
    /// @param name without '#', which starts a directive
    /// @param notes diagnostics before the result, may have several lines each; of a skipped
    ///     test the first one is the reason
    void result(const std::string &name, Verdict verdict, const std::vector<std::string> &notes);

private:
    void comment(const std::string &text);

    std::ostream &out_;
    int number_ = 0;
};

/// GoogleTest's results through a KtapWriter.
class KtapListener final : public ::testing::EmptyTestEventListener {
public:
    explicit KtapListener(std::ostream &out) : writer_(out) {}

    void OnTestIterationStart(const ::testing::UnitTest &all, int) override;
    void OnTestStart(const ::testing::TestInfo &) override { notes_.clear(); }
    void OnTestPartResult(const ::testing::TestPartResult &part) override;
    void OnTestEnd(const ::testing::TestInfo &test) override;

private:
    KtapWriter writer_;
    std::vector<std::string> notes_;
};

} // namespace pidlab::testing
