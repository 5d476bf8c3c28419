# SPDX-License-Identifier: MIT
"""Installs the client, its manual and its library, and the module's source where DKMS looks."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from pathlib import Path

from failure import Failure, run_main
from steps import client
from steps.host import BUILD, ROOT, SCRIPTS, phase, quietly, say

_VERSION = re.compile(r"^project\(pidlab VERSION ([0-9.]+)", re.MULTILINE)


def version() -> str:
    """The version of the project, which the client's build file has."""
    found = _VERSION.search((ROOT / "userspace" / "CMakeLists.txt").read_text(encoding="utf-8"))
    if not found:
        raise Failure("userspace/CMakeLists.txt names no version")
    return found[1]


def module_source(destdir: Path) -> Path:
    """Puts the module's source below `destdir`; returns where."""
    folder = Path(f"{destdir}/usr/src/pidlab-{version()}")
    subprocess.run([SCRIPTS / "packaging" / "module-source", folder, version()], check=True)
    return folder


def stage(destdir: Path, prefix: Path) -> None:
    """Installs everything for `prefix`, below `destdir`."""
    with phase("building the client and its manual"):
        client.build(client.CLIENT, "pidlab", "docs", settings=client.RELEASE)
    os.environ["DESTDIR"] = str(destdir)
    quietly(["cmake", "--install", client.CLIENT, "--prefix", prefix], BUILD / "log" / "install.log")
    module_source(destdir)


def main() -> int:
    """`make install`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--destdir", type=Path, default=Path("/"), help="what is / later")
    parser.add_argument("--prefix", type=Path, default=Path("/usr/local"))
    options = parser.parse_args()
    if not options.prefix.is_absolute():
        raise Failure(f"PREFIX must be absolute, not {options.prefix}", 2)

    destdir = options.destdir.absolute()
    stage(destdir, options.prefix)
    name = f"pidlab/{version()}"
    say(f"   installed for {options.prefix}{f' below {destdir}' if destdir != Path('/') else ''}")
    say(f"""   Then, as root:
     systemd-sysusers && udevadm control --reload   the group pidlab, and the rule for /dev/pidlab
     dkms install {name}{" " * (28 - len(name))}  builds the module for the running kernel
     modprobe pidlab""")
    return 0


if __name__ == "__main__":
    run_main("make install", main)
