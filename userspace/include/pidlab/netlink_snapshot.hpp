// SPDX-License-Identifier: MIT
/// @file
/// Snapshots by dumps.
#pragma once

#include "pidlab/netlink.hpp"
#include "pidlab/snapshot.hpp"

namespace pidlab {

/// All objects of a lab. Tried a few times where operations come between; what is then not of one
/// instant says so.
/// @param socket not for listening
/// @param lab its open file
/// @throws NetlinkError
[[nodiscard]] Snapshot take_snapshot(Netlink &socket, int lab);

} // namespace pidlab
