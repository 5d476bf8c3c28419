# SPDX-License-Identifier: MIT
"""A VM with the module loaded, the client, the scenarios, and a prompt."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from failure import run_main
from steps import client, guest
from steps.host import BUILD, need_packages, openly, phase
from steps.run import all_scenarios, name_in_guest


def described_terminal() -> Path | None:
    """The file that describes this terminal to line editors, which the guest has none of; None where it is unknown."""
    name = os.environ.get("TERM") or "dumb"
    found = (folder / name[0] / name for folder in map(Path, ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")))
    return next((path for path in found if path.is_file()), None)


def main() -> int:
    """`make shell`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="stock")
    kernel = parser.parse_args().kernel
    need_packages(guest.packages(kernel))
    command = client.release()
    with phase(f"building pidlab.ko for {kernel}"):
        built = guest.module(kernel)
    files = {f"/{name_in_guest(path)}": path for path in all_scenarios()}
    if (terminal := described_terminal()) is not None:
        files[str(terminal)] = terminal
    files["/pidlab.ko"] = built / "module" / "pidlab.ko"
    binaries = {"/bin/pidlab": command}
    out = BUILD / "vm" / f"shell-{kernel}"
    return openly(guest.vm_command(kernel, "shell.sh", out, files, binaries, "--interactive"))


if __name__ == "__main__":
    run_main("make shell", main)
