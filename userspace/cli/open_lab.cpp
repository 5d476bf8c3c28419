// SPDX-License-Identifier: MIT
// Where the labs of subcommands come from.
#include "command.hpp"
#include "pidlab/device.hpp"
#include "pidlab/fd_transport.hpp"
#include "pidlab/model.hpp"
#include "pidlab/oracle.hpp"

namespace pidlab::cli {

Lab open_lab(const Globals &globals) {
    if (globals.model)
        return Lab(std::make_unique<ModelTransport>());
    if (globals.oracle)
        return Lab(std::make_unique<OracleTransport>());
    auto device = std::make_unique<DeviceTransport>(globals.device);
    if (globals.fds)
        return Lab(std::make_unique<FdTransport>(std::move(device)));
    return Lab(std::move(device));
}

} // namespace pidlab::cli
