// SPDX-License-Identifier: MIT
#include "pidlab/listening_transport.hpp"

namespace pidlab {

int ListeningTransport::setup(pidlab_setup &arg) {
    const int error = transport().setup(arg);
    if (error == 0)
        listener_.on_setup(arg, transport());
    return error;
}

RunStatus ListeningTransport::run(std::span<pidlab_op> ops, std::uint32_t flags) {
    const auto begin = Listener::Clock::now();
    const RunStatus status = transport().run(ops, flags);
    const auto end = Listener::Clock::now();
    if (status.done != 0)
        listener_.on_ops(ops.first(status.done), begin, end, transport());
    return status;
}

int ListeningTransport::info(pidlab_info &out) {
    const int error = transport().info(out);
    if (error == 0 && out.ready)
        listener_.on_info(out);
    return error;
}

} // namespace pidlab
