// SPDX-License-Identifier: MIT
// The command `pidlab'.
#include "commands.hpp"

int main(int argc, char **argv) { return pidlab::cli::Program{}.run(argc, argv); }
