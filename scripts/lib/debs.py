# SPDX-License-Identifier: MIT
"""Debian packages, fetched and unpacked without installing them.

The test kernels are Debian's own, but they must not end up in /boot of the machine that runs the tests, and no root
may be needed.  So the packages are downloaded by apt and unpacked by dpkg into the cache.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from failure import Failure

REFRESH = "the package lists may be old or missing: run `apt-get update` as root"
Made = TypeVar("Made")


class StaleLists(Failure):
    """apt does not know, or cannot fetch, what its lists of packages should name."""


def refreshed(make: Callable[[], Made]) -> Made:
    """Do `make`; if it fails for want of fresh package lists, and root may fetch them, do so and try once more."""
    try:
        return make()
    except StaleLists:
        if os.geteuid() != 0:
            raise
        print("the package lists are old or missing: apt-get update", file=sys.stderr, flush=True)
        if subprocess.run(["apt-get", "-qq", "update"], stdout=sys.stderr, check=False).returncode:
            raise
    return make()


def _apt_cache(*args: str) -> str:
    try:
        done = subprocess.run(["apt-cache", *args], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failure("apt-cache is not there: the kernels come from Debian 12's packages") from None
    return done.stdout


def record(package: str) -> dict[str, str]:
    """The fields of the newest known version of `package`, as apt has them."""
    text = _apt_cache("show", "--no-all-versions", package)
    fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", text, re.MULTILINE))
    if "Version" not in fields:
        raise StaleLists(f"apt does not know the package {package}; {REFRESH}")
    return fields


def depends(fields: dict[str, str], pattern: str) -> list[str]:
    """The packages in a record's Depends whose whole name matches `pattern`; of alternatives the first."""
    firsts = (clause.split("|")[0] for clause in fields.get("Depends", "").split(","))
    names = (re.split(r"[\s(]", first.strip())[0] for first in firsts)
    return [name for name in names if re.fullmatch(pattern, name)]


def fetch(packages: dict[str, str], into: Path) -> None:
    """Download each {package: version} and unpack it under `into`; a version of "" means the newest."""
    specs = [f"{name}={version}" if version else name for name, version in packages.items()]
    print(f"downloading {' '.join(specs)}", file=sys.stderr, flush=True)
    folder = into / ".debs"
    folder.mkdir()
    command = ["apt-get", "-qq", "download", *specs]
    if os.geteuid() == 0:
        command[1:1] = ["-o", "APT::Sandbox::User=root"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StaleLists(f"apt-get download failed:\n{done.stderr.strip()}\n{REFRESH}")
    for deb in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(deb), str(into)], check=True)
        deb.unlink()
    folder.rmdir()
