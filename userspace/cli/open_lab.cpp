// SPDX-License-Identifier: MIT
// Where the labs of subcommands come from.
#include "command.hpp"
#include "pidlab/model.hpp"

namespace pidlab::cli {

Lab open_lab(const Globals &globals) {
    if (globals.model)
        return Lab(std::make_unique<ModelTransport>());
    return Lab::open(globals.device);
}

} // namespace pidlab::cli
