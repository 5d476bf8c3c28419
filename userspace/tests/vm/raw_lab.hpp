// SPDX-License-Identifier: MIT
/// @file
/// The device without the library between: any request, however wrong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pidlab/call.hpp"
#include "pidlab/table.hpp"

namespace pidlab::testing {

/// An open file of the device: one lab. Requests answer 0 or a positive errno.
class RawLab {
public:
    /// Opens the device; a test without one fails here.
    RawLab();
    explicit RawLab(int fd) : fd_(fd) {}
    RawLab(const RawLab &) = delete;
    RawLab &operator=(const RawLab &) = delete;
    ~RawLab() { close(); }

    [[nodiscard]] int fd() const { return fd_; }
    void close();

    int request(unsigned long number, void *arg) const;
    int request(unsigned long number, std::uint64_t address) const;

    /// SETUP with all defaults.
    /// @return the first task
    TaskId setup() const;

    int run(pidlab_op &op) const;
    int run(std::vector<pidlab_op> &ops, std::uint32_t *done = nullptr) const;

    /// Execute one operation; RUN itself has to succeed.
    /// @return its errno, positive
    int execute(pidlab_op &op) const;

    /// Execute a call that has to succeed.
    template <typename Result> Result perform(const Call<Result> &what) const {
        pidlab_op op = what.op;
        const int error = execute(op);
        EXPECT_EQ(error, 0) << "operation " << op.opcode;
        return what.decode(op);
    }

    /// CHECK's digest; fails the test if an invariant does not hold.
    [[nodiscard]] std::uint64_t digest() const;

private:
    int fd_;
};

/// Pages with an end: reading past it, or writing where that is not allowed, is EFAULT.
class Pages {
public:
    /// Two pages: the first with @p protection (PROT_*), the second without access.
    explicit Pages(int protection);
    Pages(const Pages &) = delete;
    Pages &operator=(const Pages &) = delete;
    ~Pages();

    /// The bytes, copied to the start of the first page.
    [[nodiscard]] std::uint64_t holding(const void *bytes, std::size_t size) const;

    /// The bytes, so that the last of them is the page's last.
    [[nodiscard]] std::uint64_t ending_with(const void *bytes, std::size_t size) const;

    /// An address without access.
    [[nodiscard]] std::uint64_t beyond() const;

private:
    [[nodiscard]] std::uint64_t copy(const void *bytes, std::size_t size, std::size_t at) const;

    std::byte *start_;
    std::size_t page_;
    int protection_;
};

/// A lab that holds an object of every kind, alive and gone, and a valid instruction for every
/// operation.
class World {
public:
    World();

    RawLab lab;
    TaskId init;
    TaskId child;  ///< runs; number 2
    TaskId zombie; ///< child of init, not reaped
    TaskId inner;  ///< first task of another namespace
    PidId pid;     ///< of child
    NsId ns;       ///< of inner
    RefId ref;     ///< task_ref on child
    RefId watch;   ///< whose only user has gone, which it has not told

    /// @name Ids of objects that are gone
    /// @{
    TaskId dead_task;
    PidId dead_pid;
    NsId dead_ns;
    RefId dead_ref;
    ContainerId dead_container;
    ContainerId root;  ///< of a hierarchy with subsystem pids
    ContainerId box;   ///< an empty container in it
    ContainerId other; ///< of a hierarchy with trace, without other containers
    int reserved;      ///< a number of ns that is taken for nobody
    /// @}

    /// An instruction that this world does not refuse.
    [[nodiscard]] pidlab_op valid(const OpInfo &op) const;

    /// Expect an instruction to be refused with an errno, with no results, and to change nothing.
    void expect_refused(pidlab_op op, int error, const std::string &what) const;

private:
    void make_watch();
    void make_dead();
};

/// Kinds of objects that an operand takes; empty: it takes none.
[[nodiscard]] std::vector<pidlab_object> accepted(pidlab_arg kind);

} // namespace pidlab::testing
