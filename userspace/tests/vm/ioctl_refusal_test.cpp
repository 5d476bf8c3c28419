// SPDX-License-Identifier: MIT
// Every way in which a request can be wrong, on otherwise valid input: the exact errno, and a
// lab that is as it was.
#include <cerrno>

#include <sys/mman.h>

#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

/// A request with a valid argument.
struct Request {
    const char *name;
    unsigned long number;
    std::size_t size;
};

constexpr Request requests[] = {
    {"INFO", PIDLAB_IOC_INFO, sizeof(pidlab_info)},
    {"SETUP", PIDLAB_IOC_SETUP, sizeof(pidlab_setup)},
    {"RUN", PIDLAB_IOC_RUN, sizeof(pidlab_run)},
    {"CHECK", PIDLAB_IOC_CHECK, sizeof(pidlab_check)},
};

/// Bytes of an argument that begins with its size, as long as the largest with a tail.
struct Argument {
    alignas(8) std::array<std::uint32_t, 256> words{};

    explicit Argument(std::size_t size) { words[0] = static_cast<std::uint32_t>(size); }
    std::uint32_t &size() { return words[0]; }
    std::uint32_t &flags() { return words[1]; }
    void *data() { return words.data(); }
};

class Ioctl : public ::testing::Test {
protected:
    /// A lab in which the request is valid: only SETUP's is not set up.
    static void prepare(const RawLab &lab, const Request &request) {
        if (request.number != PIDLAB_IOC_SETUP)
            lab.setup();
    }

    /// The request was refused and did nothing: a lab to set up can still be, another has its
    /// digest.
    static void expect_untouched(const RawLab &lab, const Request &request, std::uint64_t before) {
        if (request.number == PIDLAB_IOC_SETUP)
            lab.setup();
        else
            EXPECT_EQ(lab.digest(), before) << request.name;
    }

    static std::uint64_t digest_of(const RawLab &lab, const Request &request) {
        return request.number == PIDLAB_IOC_SETUP ? 0 : lab.digest();
    }

    /// Expect the argument to be refused by a fresh lab.
    static void expect_refused(const Request &request, Argument arg, int error,
                               const std::string &what) {
        const RawLab lab;
        prepare(lab, request);
        const std::uint64_t before = digest_of(lab, request);
        EXPECT_EQ(lab.request(request.number, arg.data()), error) << request.name << " " << what;
        expect_untouched(lab, request, before);
    }
};

TEST_F(Ioctl, that_does_not_exist_is_enotty) {
    const RawLab lab;
    lab.setup();
    const std::uint64_t before = lab.digest();
    Argument arg(sizeof(pidlab_info));
    for (unsigned number = 0; number < 256; ++number)
        if (number < 0x80 || number > 0x85) {
            EXPECT_EQ(lab.request(_IO(PIDLAB_IOC_TYPE, number), arg.data()), ENOTTY) << number;
        }
    EXPECT_EQ(lab.request(_IO(PIDLAB_IOC_TYPE + 1, 0x80), arg.data()), ENOTTY);
    EXPECT_EQ(lab.request(_IOWR(PIDLAB_IOC_TYPE, 0x80, pidlab_info), arg.data()), ENOTTY);
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Ioctl, with_an_argument_of_its_size_is_accepted) {
    for (const Request &request : requests) {
        const RawLab lab;
        prepare(lab, request);
        Argument arg(request.size);
        EXPECT_EQ(lab.request(request.number, arg.data()), 0) << request.name;
    }
}

TEST_F(Ioctl, with_an_argument_shorter_than_the_first_version_is_einval) {
    for (const Request &request : requests)
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{4}, request.size - 8, request.size - 1})
            expect_refused(request, Argument(size), EINVAL, "size " + std::to_string(size));
}

TEST_F(Ioctl, with_a_longer_argument_is_accepted_when_the_rest_is_zero) {
    for (const Request &request : requests)
        for (const std::size_t more : {1, 8, 64}) {
            const RawLab lab;
            prepare(lab, request);
            Argument arg(request.size + more);
            EXPECT_EQ(lab.request(request.number, arg.data()), 0) << request.name << " " << more;
        }
}

TEST_F(Ioctl, with_a_longer_argument_is_e2big_when_the_rest_is_not_zero) {
    for (const Request &request : requests) {
        Argument arg(request.size + 64);
        arg.words[request.size / 4] = 1;
        expect_refused(request, arg, E2BIG, "first word of the rest");
        arg.words[request.size / 4] = 0;
        arg.words[request.size / 4 + 15] = 1u << 31;
        expect_refused(request, arg, E2BIG, "last byte of the rest");
    }
}

TEST_F(Ioctl, with_an_unknown_flag_is_einval) {
    for (const Request &request : requests)
        for (unsigned bit = 0; bit < 32; ++bit) {
            if (request.number == PIDLAB_IOC_RUN && (PIDLAB_RUN_STOP >> bit & 1))
                continue;
            Argument arg(request.size);
            arg.flags() = 1u << bit;
            expect_refused(request, arg, EINVAL, "flag " + std::to_string(bit));
        }
}

TEST_F(Ioctl, with_a_bad_address_is_efault) {
    const Pages pages(PROT_READ | PROT_WRITE);
    for (const Request &request : requests) {
        const RawLab lab;
        prepare(lab, request);
        const std::uint64_t before = digest_of(lab, request);
        Argument arg(request.size);
        EXPECT_EQ(lab.request(request.number, std::uint64_t{0}), EFAULT) << request.name;
        EXPECT_EQ(lab.request(request.number, pages.beyond()), EFAULT) << request.name;
        EXPECT_EQ(lab.request(request.number, pages.ending_with(arg.data(), request.size - 4)),
                  EFAULT)
            << request.name << " cut off";
        EXPECT_EQ(lab.request(request.number, pages.ending_with(arg.data(), 4)), EFAULT)
            << request.name << " cut off after its size";
        expect_untouched(lab, request, before);
    }
}

TEST_F(Ioctl, whose_results_cannot_be_written_is_efault) {
    const Pages pages(PROT_READ);
    for (const Request &request : requests) {
        const RawLab lab;
        prepare(lab, request);
        const std::uint64_t before = digest_of(lab, request);
        Argument arg(request.size);
        EXPECT_EQ(lab.request(request.number, pages.holding(arg.data(), request.size)), EFAULT)
            << request.name;
        expect_untouched(lab, request, before);
    }
}

TEST_F(Ioctl, before_setup_is_ebadfd_for_run_and_check) {
    const RawLab lab;
    pidlab_op op = call::gp().op;
    EXPECT_EQ(lab.run(op), EBADFD);
    pidlab_check check{};
    check.size = sizeof(check);
    EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &check), EBADFD);
    lab.setup();
    EXPECT_EQ(lab.run(op), 0);
}

TEST_F(Ioctl, info_works_before_setup_and_tells_that_it_was_not_done) {
    const RawLab lab;
    pidlab_info info{};
    info.size = sizeof(info);
    ASSERT_EQ(lab.request(PIDLAB_IOC_INFO, &info), 0);
    EXPECT_EQ(info.abi, std::uint32_t{PIDLAB_ABI_VERSION});
    EXPECT_EQ(info.ready, 0u);
    EXPECT_EQ(info.init_task, 0u);
    const TaskId init = lab.setup();
    ASSERT_EQ(lab.request(PIDLAB_IOC_INFO, &info), 0);
    EXPECT_EQ(info.ready, 1u);
    EXPECT_EQ(info.init_task, init.raw());
}

TEST_F(Ioctl, a_second_setup_is_ebusy) {
    const RawLab lab;
    lab.setup();
    const std::uint64_t before = lab.digest();
    pidlab_setup arg{};
    arg.size = sizeof(arg);
    EXPECT_EQ(lab.request(PIDLAB_IOC_SETUP, &arg), EBUSY);
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Ioctl, a_run_of_more_than_the_most_is_einval_and_executes_nothing) {
    const RawLab lab;
    const TaskId init = lab.setup();
    const std::uint64_t before = lab.digest();
    std::vector<pidlab_op> ops(PIDLAB_RUN_MAX + 1, call::state(init).op);
    std::uint32_t done = 0;
    EXPECT_EQ(lab.run(ops, &done), EINVAL);
    EXPECT_EQ(done, 0u);
    EXPECT_EQ(ops[0].res[0], 0u);
    EXPECT_EQ(lab.digest(), before);
    ops.pop_back();
    EXPECT_EQ(lab.run(ops, &done), 0);
    EXPECT_EQ(done, std::uint32_t{PIDLAB_RUN_MAX});
}

TEST_F(Ioctl, a_run_of_nothing_is_well) {
    const RawLab lab;
    lab.setup();
    std::vector<pidlab_op> none;
    std::uint32_t done = 7;
    EXPECT_EQ(lab.run(none, &done), 0);
    EXPECT_EQ(done, 0u);
}

TEST_F(Ioctl, a_run_whose_operations_cannot_be_read_or_written_is_efault) {
    const RawLab lab;
    const pidlab_op op = call::state(lab.setup()).op;
    const std::uint64_t before = lab.digest();
    const Pages writable(PROT_READ | PROT_WRITE), readable(PROT_READ);
    for (const std::uint64_t address :
         {std::uint64_t{0}, std::uint64_t{1} << 63, writable.beyond(),
          writable.ending_with(&op, sizeof(op) - 8), readable.holding(&op, sizeof(op))}) {
        pidlab_run arg{};
        arg.size = sizeof(arg);
        arg.ops = address;
        arg.count = 1;
        EXPECT_EQ(lab.request(PIDLAB_IOC_RUN, &arg), EFAULT) << std::hex << address;
    }
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Ioctl, a_check_whose_tasks_cannot_be_written_is_efault) {
    const RawLab lab;
    lab.setup();
    const std::uint64_t before = lab.digest();
    const Pages writable(PROT_READ | PROT_WRITE), readable(PROT_READ);
    const pidlab_task_info nothing{};
    for (const std::uint64_t address :
         {std::uint64_t{1} << 63, writable.beyond(), readable.holding(&nothing, sizeof(nothing))}) {
        pidlab_check arg{};
        arg.size = sizeof(arg);
        arg.tasks = address;
        arg.room = 1;
        EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), EFAULT) << std::hex << address;
    }
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Ioctl, a_check_with_a_reserved_field_that_is_not_zero_is_einval) {
    const RawLab lab;
    lab.setup();
    const std::uint64_t before = lab.digest();
    pidlab_check arg{};
    arg.size = sizeof(arg);
    arg.reserved = 1;
    EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), EINVAL);
    EXPECT_EQ(lab.digest(), before);
}

TEST_F(Ioctl, a_check_with_room_but_no_tasks_or_tasks_but_no_room_is_einval) {
    const RawLab lab;
    lab.setup();
    pidlab_task_info task{};
    pidlab_check arg{};
    arg.size = sizeof(arg);
    arg.room = 1;
    EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), EINVAL);
    arg.room = 0;
    arg.tasks = reinterpret_cast<std::uintptr_t>(&task);
    EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), EINVAL);
    arg.room = 1;
    EXPECT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), 0);
}

TEST_F(Ioctl, a_check_with_too_little_room_writes_what_fits_and_no_more) {
    const RawLab lab;
    const TaskId init = lab.setup();
    for (int i = 0; i < 3; ++i)
        lab.perform(call::fork(init));
    pidlab_task_info tasks[4];
    std::memset(tasks, 0xa5, sizeof(tasks));
    pidlab_check arg{};
    arg.size = sizeof(arg);
    arg.tasks = reinterpret_cast<std::uintptr_t>(tasks);
    arg.room = 2;
    ASSERT_EQ(lab.request(PIDLAB_IOC_CHECK, &arg), 0);
    EXPECT_EQ(arg.count, 4u);
    EXPECT_EQ(object_of(tasks[1].id), PIDLAB_OBJECT_TASK);
    EXPECT_EQ(tasks[2].id, 0xa5a5a5a5a5a5a5a5u);
}

} // namespace
} // namespace pidlab::testing
