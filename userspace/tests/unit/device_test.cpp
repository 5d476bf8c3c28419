// SPDX-License-Identifier: MIT
// What a user is told when there is no usable device.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pidlab/device.hpp"
#include "pidlab/error.hpp"
#include "pidlab/lab.hpp"

namespace pidlab {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The error of opening a path: its number and its text.
std::pair<int, std::string> refusal(const std::string &path) {
    try {
        DeviceTransport device(path);
    } catch (const DeviceError &error) {
        return {error.number(), error.what()};
    }
    return {0, "it opened"};
}

/// A file of this test's own, gone when it ends.
class ScratchFile {
public:
    ScratchFile() {
        char name[] = "/tmp/pidlab_unit_XXXXXX";
        const int fd = ::mkstemp(name);
        EXPECT_GE(fd, 0);
        ::close(fd);
        path_ = name;
    }
    ScratchFile(const ScratchFile &) = delete;
    ScratchFile &operator=(const ScratchFile &) = delete;
    ~ScratchFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string &path() const { return path_; }

private:
    std::string path_;
};

TEST(Device, that_is_missing_tells_to_load_the_module) {
    const auto [number, text] = refusal("/nonexistent/pidlab");
    EXPECT_EQ(number, ENOENT);
    EXPECT_THAT(text, AllOf(HasSubstr("/nonexistent/pidlab"), HasSubstr("not loaded"),
                            HasSubstr("insmod"), HasSubstr("modprobe")));
}

TEST(Device, that_may_not_be_opened_tells_about_root_and_the_udev_rule) {
    const ScratchFile file;
    std::filesystem::permissions(file.path(), std::filesystem::perms::none);
    // Root may open anything, so another user tries; the child's exit status is the verdict.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0)
            ::_exit(2);
        const auto [number, text] = refusal(file.path());
        const bool says =
            text.find("root") != std::string::npos && text.find("udev rule") != std::string::npos;
        ::_exit(number == EACCES && says ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Device, that_is_some_other_file_is_told_apart) {
    const ScratchFile file;
    const auto [number, text] = refusal(file.path());
    EXPECT_EQ(number, ENOTTY);
    EXPECT_THAT(text, AllOf(HasSubstr("not the pidlab device"), HasSubstr(PIDLAB_DEVICE)));
}

TEST(Device, that_is_a_directory_says_what_the_system_says) {
    const auto [number, text] = refusal("/");
    EXPECT_EQ(number, EISDIR);
    EXPECT_THAT(text, HasSubstr("EISDIR"));
}

TEST(Device, of_another_interface_tells_to_build_both_from_one_tree) {
    EXPECT_NO_THROW(require_abi("/dev/pidlab", 0, PIDLAB_ABI_VERSION));
    for (const auto &[error, abi] :
         {std::pair{0, PIDLAB_ABI_VERSION + 1u}, {EINVAL, 0u}, {E2BIG, 0u}}) {
        try {
            require_abi("/dev/pidlab", error, abi);
            ADD_FAILURE() << "no exception for errno " << error;
        } catch (const DeviceError &refused) {
            EXPECT_THAT(refused.what(), HasSubstr("interface"));
            EXPECT_THAT(refused.what(), HasSubstr("Build"));
        }
    }
}

TEST(Device, whose_first_request_fails_says_so) {
    try {
        require_abi("/dev/pidlab", ENOMEM, 0);
        FAIL() << "no exception";
    } catch (const DeviceError &refused) {
        EXPECT_STREQ(refused.what(), "/dev/pidlab: INFO failed: ENOMEM: no memory.");
    }
}

TEST(Device, a_file_refused_after_it_opened_is_closed_again) {
    const ScratchFile file;
    const int before = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(before);
    (void)refusal(file.path());
    const int after = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(after);
    EXPECT_EQ(before, after);
}

TEST(Device, an_adopted_file_that_is_no_device_is_refused_and_closed) {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    EXPECT_THROW((void)DeviceTransport::adopt(fd), DeviceError);
    EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
    EXPECT_EQ(errno, EBADF);
}

TEST(Device, a_lab_of_a_missing_device_is_a_device_error_and_an_error) {
    EXPECT_THROW((void)Lab::open("/nonexistent"), DeviceError);
    EXPECT_THROW((void)Lab::open("/nonexistent"), std::system_error);
}

} // namespace
} // namespace pidlab
