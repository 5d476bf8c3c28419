// SPDX-License-Identifier: MIT
/// @file
/// A lab without a module: the reference model.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "pidlab/transport.hpp"

namespace pidlab {

namespace model {
class Universe;
}

/// Something was asked for that the model has no notion of: bugs of the time, how long something
/// took or how far a search went, or a row of the tables that it does not know. what() says which.
class NotModelled : public std::runtime_error {
public:
    explicit NotModelled(const std::string &what)
        : std::runtime_error("the model has no notion of " + what) {}
};

/// A lab that is computed instead of run: what the operations mean, written down once more in the
/// plainest way, from the interface and from what Linux does, not from the module. One thread, no
/// locks, no RCU; a grace period is a list of what waits for it. So it says what the module should
/// have done, and runs scenarios where there is no module (row x6).
///
/// Sizes are nominal ones, those of the documents where they give them: what is reported in bytes
/// is in proportion, not what a kernel would use. The digest is a hash of the same facts as the
/// module's, not the same number.
class ModelTransport final : public Transport {
public:
    ModelTransport();
    ~ModelTransport() override;

    /// @throws NotModelled for settings that ask for more than it has
    [[nodiscard]] int setup(pidlab_setup &arg) override;
    /// @throws NotModelled for operations that ask for more than it has
    [[nodiscard]] RunStatus run(std::span<pidlab_op> ops, std::uint32_t flags) override;
    [[nodiscard]] int info(pidlab_info &out) override;
    [[nodiscard]] int check(pidlab_check &out, std::span<pidlab_task_info> room) override;

    [[nodiscard]] int snapshot(Snapshot &out) override;

    [[nodiscard]] bool is_of_this_machine() const override { return false; }

    /// Whether what the operation answers may depend on a grace period that has not ended: it
    /// names what waits for one, or meets a limit that such objects count for. On the module the
    /// answer then depends on the time; after `gp' it does not.
    [[nodiscard]] bool waits_for_grace_period(const pidlab_op &op) const;

    /// Whether there is such an object.
    [[nodiscard]] bool has(std::uint64_t id) const;

    /// Whether it knows an operation, by its number.
    [[nodiscard]] static bool knows(std::uint16_t opcode);

private:
    std::unique_ptr<model::Universe> universe_; ///< nothing before setup
    pidlab_info settings_{};                    ///< the settings in effect
};

} // namespace pidlab
