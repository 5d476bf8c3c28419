# SPDX-License-Identifier: MIT
"""Measures the builds of the module: time for the life of a task, and schedules a second.

On uml that is the host's time; with --instructions, a guest's instructions under QEMU.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess

from failure import Failure, run_main
from steps import guest
from steps.host import BUILD, ROOT, need_packages, phase, say

SOURCE = ROOT / "userspace" / "tests" / "speed" / "speed.c"
BUILDS = {"ordinary": (), "footprints": ("--footprints",)}


def main() -> int:
    """`python3 -m steps.speed`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="uml")
    parser.add_argument("--instructions", action="store_true", help="on a clock that counts them")
    options = parser.parse_args()
    need_packages("check")
    out = BUILD / "vm" / f"speed-{options.kernel}"
    out.mkdir(parents=True, exist_ok=True)
    program = out / "speed"
    compiled = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'uapi'}", "-o", str(program), str(SOURCE)]
    if subprocess.run(compiled, check=False).returncode:
        raise Failure("speed.c does not compile")
    files = {"/builds": out / "builds"}
    files["/builds"].write_text("".join(f"{name}\n" for name in BUILDS), encoding="utf-8")
    for name, flags in BUILDS.items():
        with phase(f"building pidlab.ko for {options.kernel}, {name}"):
            built = guest.module(options.kernel, *flags)
        files[f"/{name}.ko"] = out / f"{name}.ko"
        shutil.copy(built / "module" / "pidlab.ko", files[f"/{name}.ko"])
    more = ("--seed", "1", "--shift", "0", "--cpus", "1") if options.instructions else ()
    command = guest.vm_command(options.kernel, "speed.sh", out, files, {"/bin/speed": program}, *more)
    return guest.boot(command, say)


if __name__ == "__main__":
    run_main("speed", main)
