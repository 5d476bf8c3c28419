# SPDX-License-Identifier: MIT
"""A VM with the module loaded, the client, the scenarios, and a prompt."""

from __future__ import annotations

import argparse

from failure import run_main
from steps import client, guest
from steps.host import BUILD, need_packages, openly, phase
from steps.run import SCENARIOS, name_in_guest


def main() -> int:
    """`make shell`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="stock")
    kernel = parser.parse_args().kernel
    need_packages(guest.packages(kernel))
    command = client.release()
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    files = {f"/{name_in_guest(path)}": path for path in sorted(SCENARIOS.glob("*.scn"))}
    files["/pidlab.ko"] = built / "module" / "pidlab.ko"
    binaries = {"/bin/pidlab": command}
    out = BUILD / "vm" / f"shell-{kernel}"
    return openly(guest.vm_command(kernel, "shell.sh", out, files, binaries, "--interactive"))


if __name__ == "__main__":
    run_main("make shell", main)
