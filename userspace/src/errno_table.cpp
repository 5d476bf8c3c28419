// SPDX-License-Identifier: MIT
#include "pidlab/errno_table.hpp"

#include <system_error>

namespace pidlab {

namespace {

std::string libc_sentence(int number) {
    return std::generic_category().message(number < 0 ? -number : number);
}

} // namespace

std::string errno_name(int number) {
    if (const ErrnoInfo *info = find_errno(number))
        return std::string(info->name);
    return "errno " + std::to_string(number < 0 ? -number : number);
}

std::string operation_errno_sentence(int number) {
    const ErrnoInfo *info = find_errno(number);
    if (info && !info->of_operation.empty())
        return std::string(info->of_operation);
    return libc_sentence(number);
}

std::string ioctl_errno_sentence(int number) {
    const ErrnoInfo *info = find_errno(number);
    if (info && !info->of_ioctl.empty())
        return std::string(info->of_ioctl);
    return libc_sentence(number);
}

} // namespace pidlab
