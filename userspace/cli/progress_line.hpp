// SPDX-License-Identifier: MIT
/// @file
/// How far something is that takes long: a line on a terminal's standard error that is written over
/// each second, and where asked for one on standard output every half minute, for those who read a
/// log.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace pidlab::cli {

/// Says now and then how far it is.
class ProgressLine {
public:
    /// Where it may say so.
    struct Where {
        bool terminal = true; ///< standard error, if it is one
        bool lines = false;   ///< standard output, after a #
    };

    explicit ProgressLine(const Where &where);

    /// Say so, if it is time.
    /// @param spent by all that is done, in whichever sittings
    void tell(std::chrono::milliseconds spent, const std::function<std::string()> &words);

    /// Make room for what is said next.
    void clear() const;

private:
    Where where_;
    std::chrono::milliseconds shown_{};
    std::chrono::milliseconds printed_{};
};

} // namespace pidlab::cli
