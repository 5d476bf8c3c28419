# SPDX-License-Identifier: MIT
"""Builds the client: for release, or with sanitizers for the unit tests."""

from __future__ import annotations

from pathlib import Path

import cache
from failure import run_main
from steps.host import BUILD, ROOT, phase, quietly, say

CLIENT = BUILD / "client"
UNIT = BUILD / "unit"
SETTINGS = ("-DPIDLAB_UNITY=ON",)  # a whole build takes half as long
RELEASE = ("-DCMAKE_BUILD_TYPE=Release", *SETTINGS)


def build(folder: Path, *targets: str, settings: tuple[str, ...] = ()) -> None:
    """Configures and builds `targets` in `folder`."""
    log = BUILD / "log" / f"{folder.name}.log"
    configure = ["cmake", "-S", ROOT / "userspace", "-B", folder, "-G", "Ninja", *settings]
    with cache.locked(BUILD / f".{folder.name}.lock", f"build of the client in {folder.name}"):
        quietly(configure, log)
        quietly(["cmake", "--build", folder, "--target", *targets], log)


def release() -> Path:
    """Builds the command; returns where it is. Needs no test library."""
    with phase("building the client"):
        build(CLIENT, "pidlab", settings=RELEASE)
    return CLIENT / "pidlab"


def vm_tests() -> Path:
    """Builds the tests that run in a VM; returns where they are. Shares its objects with release."""
    with phase("building the VM tests"):
        build(CLIENT, "pidlab_vm_tests", settings=RELEASE)
    return CLIENT / "tests" / "pidlab_vm_tests"


def torture() -> Path:
    """Builds what runs random programs on model and module; returns where it is."""
    with phase("building the torture"):
        build(CLIENT, "pidlab_torture", settings=RELEASE)
    return CLIENT / "tests" / "pidlab_torture"


def oracle_torture() -> Path:
    """Builds what runs random programs on real processes and module; returns where it is."""
    with phase("building the torture by real processes"):
        build(CLIENT, "pidlab_oracle_torture", settings=RELEASE)
    return CLIENT / "tests" / "pidlab_oracle_torture"


def sanitized() -> Path:
    """Builds command and unit tests with AddressSanitizer and UndefinedBehaviorSanitizer."""
    settings = ("-DCMAKE_BUILD_TYPE=Debug", "-DPIDLAB_SANITIZE=ON", "-DPIDLAB_WERROR=ON", *SETTINGS)
    with phase("building the client and its unit tests with sanitizers"):
        build(UNIT, "pidlab", "pidlab_unit", settings=settings)
    return UNIT


def main() -> int:
    """`make client`."""
    say(f"   {release().relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    run_main("make client", main)
