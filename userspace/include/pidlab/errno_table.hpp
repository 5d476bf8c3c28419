// SPDX-License-Identifier: MIT
/// @file
/// Names, numbers and meanings of errnos.
#pragma once

#include <array>
#include <cerrno>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pidlab {

/// One errno. The two sentences are those of the uapi header, empty where it gives none.
struct ErrnoInfo {
    int number;                    ///< positive
    std::string_view name;         ///< as in errno(3)
    std::string_view of_ioctl;     ///< what an ioctl of the device means by it
    std::string_view of_operation; ///< what an operation means by it
};

namespace detail {

struct ErrnoSentence {
    int number;
    std::string_view text;
};

inline constexpr ErrnoSentence ioctl_sentences[] = {
    {ENOTTY, "no such ioctl"},
    {EINVAL, "bad size, unknown flag, reserved field not zero, or value out of range"},
    {E2BIG, "the struct is longer than this module knows and the rest is not zero"},
    {EFAULT, "an address that cannot be read or written"},
    {EBADFD, "the lab is not set up yet"},
    {EBUSY, "the lab is set up already"},
    {EINTR, "a fatal signal arrived"},
    {ENOMEM, "no memory"},
};

inline constexpr ErrnoSentence operation_sentences[] = {
    {EOPNOTSUPP, "unknown opcode, or something this generation or the container's hierarchy does "
                 "not have"},
    {EINVAL, "unknown flag, unused operand not zero, zero where an object is needed, value out of "
             "range, or as Linux says it"},
    {EBADF, "the id names an object of another kind"},
    {ESRCH, "no such object any more or ever, no such pid, or the acting task is exiting or dead"},
    {EEXIST, "the number that fork asks for is taken"},
    {EAGAIN, "the limit on tasks, a container's limit or the last free number is reached, the "
             "acting task is frozen, or the task to reap is not a "
             "zombie yet"},
    {ENOSPC, "the limit on references, namespaces, containers, depth or bytes is reached"},
    {EBUSY,
     "the task is on another virtual CPU; or the container has tasks or children, is a root, "
     "or is frozen; or the subsystem is in another hierarchy"},
    {ENOMEM, "an allocation failed, or the namespace takes no new tasks"},
    {EINTR, "the acting task was killed before the operation took effect"},
    {ECHILD, "the task has no child that could match"},
    {EPERM, "a session leader, a group leader or another session's group stands in the way; or "
            "the container's trace was told to refuse"},
    {EACCES, "the child has executed a program since its fork; or the file cannot be written"},
};

constexpr std::string_view sentence(std::span<const ErrnoSentence> list, int number) {
    for (const auto &entry : list)
        if (entry.number == number)
            return entry.text;
    return {};
}

#define X(NAME)                                                                                    \
    ErrnoInfo{NAME, #NAME, sentence(ioctl_sentences, NAME), sentence(operation_sentences, NAME)},
inline constexpr ErrnoInfo errno_table[] = {
#include "errno_list.inc"
};
#undef X

} // namespace detail

/// Every errno of Linux, by rising number.
[[nodiscard]] constexpr std::span<const ErrnoInfo> errnos() { return detail::errno_table; }

/// The errno with this number (either sign), or nullptr.
[[nodiscard]] constexpr const ErrnoInfo *find_errno(int number) {
    for (const auto &entry : errnos())
        if (entry.number == number || entry.number == -number)
            return &entry;
    return nullptr;
}

/// The errno with this name, the second names EWOULDBLOCK, EDEADLOCK and ENOTSUP included, or
/// nullptr.
[[nodiscard]] constexpr const ErrnoInfo *find_errno(std::string_view name) {
    if (name == "EWOULDBLOCK")
        return find_errno(EWOULDBLOCK);
    if (name == "EDEADLOCK")
        return find_errno(EDEADLOCK);
    if (name == "ENOTSUP")
        return find_errno(ENOTSUP);
    for (const auto &entry : errnos())
        if (entry.name == name)
            return &entry;
    return nullptr;
}

/// Name of an errno of either sign: "ESRCH"; "errno 4000" for one that Linux does not have.
[[nodiscard]] std::string errno_name(int number);

/// What an operation of the lab means by the errno: the uapi header's sentence, else libc's.
[[nodiscard]] std::string operation_errno_sentence(int number);

/// What an ioctl of the device means by the errno: the uapi header's sentence, else libc's.
[[nodiscard]] std::string ioctl_errno_sentence(int number);

} // namespace pidlab
