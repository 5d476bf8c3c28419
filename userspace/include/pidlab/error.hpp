// SPDX-License-Identifier: MIT
/// @file
/// Errnos as exceptions.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace pidlab {

/// Where an errno came from: the uapi header gives some of them two meanings.
enum class Source { ioctl, operation };

/// A request that the lab refused. what() reads "fork: EAGAIN: the limit on tasks ...".
class Error : public std::system_error {
public:
    /// @param request the operation's or ioctl's name
    /// @param number errno of either sign
    Error(std::string_view request, int number, Source source);

    /// Name of the operation or ioctl.
    [[nodiscard]] const std::string &request() const noexcept { return request_; }

    /// The errno, positive.
    [[nodiscard]] int number() const noexcept { return code().value(); }

    [[nodiscard]] const char *what() const noexcept override { return text_.c_str(); }

protected:
    Error(std::string_view request, int number, std::string text);

private:
    std::string request_;
    std::string text_;
};

/// No usable device. what() says what the user can do about it.
class DeviceError : public Error {
public:
    /// @param number errno, positive
    /// @param text whole sentences for the user
    DeviceError(int number, std::string text);
};

/// The one way from errno to exception: returns when @p number is 0, else throws Error.
/// @param number errno of either sign
void throw_if(int number, std::string_view request, Source source = Source::operation);

} // namespace pidlab
