// SPDX-License-Identifier: MIT
#include "pidlab/error.hpp"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "pidlab/errno_table.hpp"

namespace pidlab {

namespace {

std::error_code code_of(int number) { return {std::abs(number), std::generic_category()}; }

std::string sentence_of(int number, Source source) {
    return source == Source::ioctl ? ioctl_errno_sentence(number)
                                   : operation_errno_sentence(number);
}

} // namespace

Error::Error(std::string_view request, int number, Source source)
    : Error(request, number,
            fmt::format("{}: {}: {}", request, errno_name(number), sentence_of(number, source))) {}

Error::Error(std::string_view request, int number, std::string text)
    : std::system_error(code_of(number)), request_(request), text_(std::move(text)) {}

DeviceError::DeviceError(int number, std::string text) : Error("open", number, std::move(text)) {}

void throw_if(int number, std::string_view request, Source source) {
    if (number != 0)
        throw Error(request, number, source);
}

} // namespace pidlab
