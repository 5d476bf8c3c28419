// SPDX-License-Identifier: MIT
#include <cerrno>
#include <string>

#include <string.h>

#include <gtest/gtest.h>

#include "pidlab/errno_table.hpp"
#include "pidlab/error.hpp"

namespace pidlab {
namespace {

TEST(Errno, has_every_name_that_libc_knows) {
    for (int number = 1; number < 4096; ++number) {
        const char *name = strerrorname_np(number);
        const ErrnoInfo *info = find_errno(number);
        ASSERT_EQ(name != nullptr, info != nullptr) << number;
        if (name) {
            EXPECT_EQ(info->name, name);
        }
    }
}

TEST(Errno, is_found_by_name_and_by_number_of_either_sign) {
    for (const ErrnoInfo &info : errnos()) {
        EXPECT_EQ(find_errno(info.name), &info) << info.name;
        EXPECT_EQ(find_errno(info.number), &info) << info.name;
        EXPECT_EQ(find_errno(-info.number), &info) << info.name;
    }
}

TEST(Errno, has_second_names) {
    EXPECT_EQ(find_errno("EWOULDBLOCK"), find_errno(EAGAIN));
    EXPECT_EQ(find_errno("EDEADLOCK"), find_errno(EDEADLK));
    EXPECT_EQ(find_errno("ENOTSUP"), find_errno(EOPNOTSUPP));
}

TEST(Errno, an_unknown_one_is_named_by_its_number) {
    EXPECT_EQ(find_errno("ENOSUCH"), nullptr);
    EXPECT_EQ(find_errno(0), nullptr);
    EXPECT_EQ(errno_name(4000), "errno 4000");
    EXPECT_EQ(errno_name(-4000), "errno 4000");
}

TEST(Errno, says_what_the_lab_means_where_the_interface_documents_it) {
    EXPECT_EQ(operation_errno_sentence(EBADF), "the id names an object of another kind");
    EXPECT_EQ(ioctl_errno_sentence(EBUSY), "the lab is set up already");
    EXPECT_NE(operation_errno_sentence(ENOMEM), ioctl_errno_sentence(ENOMEM));
}

TEST(Errno, says_what_libc_says_where_the_interface_does_not) {
    EXPECT_EQ(operation_errno_sentence(ENODEV), strerror(ENODEV));
    EXPECT_EQ(ioctl_errno_sentence(-ENODEV), strerror(ENODEV));
}

TEST(Error, names_the_request_the_errno_and_what_it_means) {
    const Error error("fork", -ENOSPC, Source::operation);
    EXPECT_STREQ(
        error.what(),
        "fork: ENOSPC: the limit on references, namespaces, containers, depth or bytes is reached");
    EXPECT_EQ(error.number(), ENOSPC);
    EXPECT_EQ(error.request(), "fork");
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
}

TEST(Error, is_thrown_for_any_errno_and_not_for_zero) {
    EXPECT_NO_THROW(throw_if(0, "RUN", Source::ioctl));
    EXPECT_THROW(throw_if(EINTR, "RUN", Source::ioctl), Error);
    EXPECT_THROW(throw_if(-EINTR, "RUN", Source::ioctl), std::system_error);
}

} // namespace
} // namespace pidlab
