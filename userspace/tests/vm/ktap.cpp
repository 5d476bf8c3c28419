// SPDX-License-Identifier: MIT
#include "ktap.hpp"

#include <sstream>

namespace pidlab::testing {

void KtapWriter::plan(int count) { out_ << "KTAP version 1\n1.." << count << std::endl; }

void KtapWriter::comment(const std::string &text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        out_ << "# " << line << '\n';
}

void KtapWriter::result(const std::string &name, Verdict verdict,
                        const std::vector<std::string> &notes) {
    std::string directive;
    if (verdict == Verdict::skipped) {
        directive = " # SKIP";
        if (!notes.empty())
            directive.append(" ").append(notes.front(), 0, notes.front().find('\n'));
    } else {
        for (const std::string &note : notes)
            comment(note);
    }
    out_ << (verdict == Verdict::failed ? "not ok " : "ok ") << ++number_ << ' ' << name
         << directive << std::endl;
}

void KtapListener::OnTestIterationStart(const ::testing::UnitTest &all, int) {
    writer_.plan(all.test_to_run_count());
}

void KtapListener::OnTestPartResult(const ::testing::TestPartResult &part) {
    if (part.passed())
        return;
    std::string note;
    if (part.failed() && part.file_name())
        note = std::string(part.file_name()) + ":" + std::to_string(part.line_number()) + ": ";
    notes_.push_back(note + part.message());
}

void KtapListener::OnTestEnd(const ::testing::TestInfo &test) {
    const ::testing::TestResult &result = *test.result();
    const Verdict verdict = result.Failed()    ? Verdict::failed
                            : result.Skipped() ? Verdict::skipped
                                               : Verdict::passed;
    writer_.result(std::string(test.test_suite_name()) + "." + test.name(), verdict, notes_);
}

} // namespace pidlab::testing
