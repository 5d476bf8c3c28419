// SPDX-License-Identifier: MIT
// Every way in which an instruction can be wrong, tried on every operation of the table: the
// exact errno, and a lab that is as it was.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

#include "raw_lab.hpp"

namespace pidlab::testing {
namespace {

constexpr std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// One lab for all refusals: none of them may change it.
class Operand : public ::testing::Test {
protected:
    static void SetUpTestSuite() { world_ = std::make_unique<World>(); }
    static void TearDownTestSuite() { world_.reset(); }

    /// Call @p visit with each operand of each operation and a valid instruction to spoil.
    template <typename Visit> static void each_operand(Visit visit) {
        for (const OpInfo &op : ops())
            for (std::size_t i = 0; i < PIDLAB_OP_ARGS; ++i)
                visit(op, i, world().valid(op));
    }

    static std::string name(const OpInfo &op, std::size_t i) {
        return std::string(op.name) + " " + std::string(op.args[i].name);
    }

    static const World &world() { return *world_; }

private:
    static std::unique_ptr<World> world_;
};

std::unique_ptr<World> Operand::world_;

TEST(Instruction, of_every_operation_runs_when_it_is_valid) {
    for (const OpInfo &info : ops()) {
        const World world;
        pidlab_op op = world.valid(info);
        EXPECT_EQ(world.lab.execute(op), 0) << info.name << " " << errno_name(op.error);
        (void)world.lab.digest();
    }
}

TEST_F(Operand, of_an_opcode_that_does_not_exist_is_eopnotsupp) {
    for (unsigned opcode = 0; opcode <= USHRT_MAX;
         opcode = opcode < 300 ? opcode + 1 : opcode * 2 + 1) {
        if (find_op(opcode))
            continue;
        pidlab_op op{};
        op.opcode = static_cast<std::uint16_t>(opcode);
        world().expect_refused(op, EOPNOTSUPP, "opcode " + std::to_string(opcode));
    }
}

TEST_F(Operand, with_a_flag_that_the_operation_does_not_allow_is_einval) {
    for (const OpInfo &info : ops())
        for (unsigned bit = 0; bit < 16; ++bit) {
            if (info.flags >> bit & 1)
                continue;
            pidlab_op op = world().valid(info);
            op.flags = static_cast<std::uint16_t>(1u << bit);
            world().expect_refused(op, EINVAL,
                                   std::string(info.name) + " flag " + std::to_string(bit));
        }
}

TEST_F(Operand, unused_and_not_zero_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (info.args[i].used())
            return;
        for (const std::uint64_t value : {std::uint64_t{1}, std::uint64_t{1} << 63}) {
            op.arg[i] = value;
            world().expect_refused(op, EINVAL, name(info, i));
        }
    });
}

TEST_F(Operand, zero_where_an_object_is_needed_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        // Those that can be left out have a meaning for zero.
        if (accepted(info.args[i].kind).empty() || !kind_info(info.args[i].kind).needed)
            return;
        op.arg[i] = 0;
        world().expect_refused(op, EINVAL, name(info, i));
    });
}

TEST_F(Operand, naming_an_object_that_is_gone_is_esrch) {
    const std::map<pidlab_object, std::uint64_t> gone = {
        {PIDLAB_OBJECT_TASK, world().dead_task.raw()},
        {PIDLAB_OBJECT_PID, world().dead_pid.raw()},
        {PIDLAB_OBJECT_NS, world().dead_ns.raw()},
        {PIDLAB_OBJECT_REF, world().dead_ref.raw()},
        {PIDLAB_OBJECT_CONTAINER, world().dead_container.raw()},
    };
    each_operand([&](const OpInfo &info, std::size_t i, pidlab_op op) {
        for (const pidlab_object kind : accepted(info.args[i].kind)) {
            op.arg[i] = gone.at(kind);
            world().expect_refused(op, ESRCH, name(info, i) + " gone");
        }
    });
}

TEST_F(Operand, naming_an_object_that_never_was_is_esrch) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        for (const pidlab_object kind : accepted(info.args[i].kind))
            for (const std::uint64_t serial : {0ull, 1000000ull, ~0ull >> PIDLAB_ID_KIND_BITS}) {
                op.arg[i] = serial << PIDLAB_ID_KIND_BITS | kind;
                world().expect_refused(op, ESRCH,
                                       name(info, i) + " serial " + std::to_string(serial));
            }
    });
}

TEST_F(Operand, naming_an_object_of_another_kind_is_ebadf) {
    const std::map<pidlab_object, std::uint64_t> alive = {
        {PIDLAB_OBJECT_TASK, world().child.raw()},    {PIDLAB_OBJECT_PID, world().pid.raw()},
        {PIDLAB_OBJECT_NS, world().ns.raw()},         {PIDLAB_OBJECT_REF, world().ref.raw()},
        {PIDLAB_OBJECT_CONTAINER, world().box.raw()},
    };
    each_operand([&](const OpInfo &info, std::size_t i, pidlab_op op) {
        const auto kinds = accepted(info.args[i].kind);
        if (kinds.empty())
            return;
        for (const auto &[kind, id] : alive) {
            if (std::ranges::find(kinds, kind) != kinds.end())
                continue;
            op.arg[i] = id;
            world().expect_refused(op, EBADF, name(info, i) + " kind " + std::to_string(kind));
        }
    });
}

TEST_F(Operand, naming_a_kind_that_does_not_exist_is_ebadf) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (accepted(info.args[i].kind).empty())
            return;
        op.arg[i] = (world().child.raw() & ~std::uint64_t{PIDLAB_ID_KIND_MASK}) | 15;
        world().expect_refused(op, EBADF, name(info, i));
    });
}

TEST_F(Operand, numbers_that_do_not_fit_an_int_are_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (meaning(info.args[i].kind) != Meaning::number)
            return;
        for (const std::int64_t value :
             {std::int64_t{INT_MAX} + 1, std::int64_t{INT_MIN} - 1, std::int64_t{1} << 32,
              (std::int64_t{1} << 32) + 2, INT64_MAX, INT64_MIN}) {
            op.arg[i] = number(value);
            world().expect_refused(op, EINVAL, name(info, i) + " " + std::to_string(value));
        }
    });
}

TEST_F(Operand, that_is_a_type_but_none_of_the_four_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (info.args[i].kind != PIDLAB_ARG_TYPE)
            return;
        for (const std::uint64_t value :
             {std::uint64_t{PIDLAB_TYPE_COUNT}, std::uint64_t{1} << 32, number(-1)}) {
            op.arg[i] = value;
            world().expect_refused(op, EINVAL, name(info, i));
        }
    });
}

TEST_F(Operand, that_is_a_signal_but_neither_0_nor_9_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (info.args[i].kind != PIDLAB_ARG_SIG)
            return;
        op.kill.which = 2;
        for (const std::int64_t value : {1, 8, 10, 15, 64, -1, -9}) {
            op.arg[i] = number(value);
            world().expect_refused(op, EINVAL, name(info, i) + " " + std::to_string(value));
        }
    });
}

TEST_F(Operand, that_is_an_exit_code_but_not_a_byte_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (info.args[i].kind != PIDLAB_ARG_CODE)
            return;
        for (const std::int64_t value : {-1, 256, INT_MAX, INT_MIN}) {
            op.arg[i] = number(value);
            world().expect_refused(op, EINVAL, name(info, i) + " " + std::to_string(value));
        }
    });
}

TEST_F(Operand, that_is_no_subsystem_or_file_is_einval) {
    each_operand([](const OpInfo &info, std::size_t i, pidlab_op op) {
        if (info.args[i].kind != PIDLAB_ARG_SUBSYS && info.args[i].kind != PIDLAB_ARG_FILE)
            return;
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{99}, number(-1)}) {
            op.arg[i] = value;
            world().expect_refused(op, EINVAL, name(info, i) + " " + std::to_string(value));
        }
    });
}

TEST_F(Operand, an_acting_task_that_has_exited_is_esrch) {
    for (const pidlab_opcode opcode :
         {PIDLAB_OP_FORK, PIDLAB_OP_WAIT, PIDLAB_OP_EXEC, PIDLAB_OP_SETPGID, PIDLAB_OP_SETSID,
          PIDLAB_OP_KILL, PIDLAB_OP_EXIT}) {
        const OpInfo &info = *find_op(opcode);
        pidlab_op op = world().valid(info);
        op.arg[0] = world().zombie.raw();
        world().expect_refused(op, ESRCH, std::string(info.name) + " by a zombie");
    }
}

TEST_F(Operand, type_tgid_is_eopnotsupp_where_the_generation_has_no_such_link) {
    for (const pidlab_opcode opcode :
         {PIDLAB_OP_PID, PIDLAB_OP_TREF, PIDLAB_OP_FIRST, PIDLAB_OP_HOLD_PID}) {
        const OpInfo &info = *find_op(opcode);
        pidlab_op op = world().valid(info);
        op.arg[*info.operand("type")] = PIDLAB_TYPE_TGID;
        world().expect_refused(op, EOPNOTSUPP, std::string(info.name) + " type tgid");
    }
}

} // namespace
} // namespace pidlab::testing
