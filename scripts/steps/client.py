# SPDX-License-Identifier: MIT
"""Builds the client: for release, or with sanitizers for the unit tests."""

from __future__ import annotations

import argparse
from pathlib import Path

from failure import run_main
from steps.host import BUILD, ROOT, phase, quietly

CLIENT = BUILD / "client"
UNIT = BUILD / "unit"


def build(folder: Path, *targets: str, settings: tuple[str, ...] = ()) -> None:
    """Configures and builds `targets` in `folder`."""
    log = BUILD / "log" / f"{folder.name}.log"
    configure = ["cmake", "-S", ROOT / "userspace", "-B", folder, "-G", "Ninja", *settings]
    quietly(configure, log)
    quietly(["cmake", "--build", folder, "--target", *targets], log)


def release(*targets: str) -> Path:
    """Builds release targets; returns the folder they are in."""
    with phase(f"building {', '.join(targets)}"):
        build(CLIENT, *targets, settings=("-DCMAKE_BUILD_TYPE=Release",))
    return CLIENT


def sanitized(*targets: str) -> Path:
    """Builds targets with AddressSanitizer and UndefinedBehaviorSanitizer."""
    with phase(f"building {', '.join(targets)} with sanitizers"):
        settings = ("-DCMAKE_BUILD_TYPE=Debug", "-DPIDLAB_SANITIZE=ON")
        build(UNIT, *targets, settings=settings)
    return UNIT


def main() -> int:
    """`make client`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", default=["pidlab"])
    release(*parser.parse_args().targets)
    return 0


if __name__ == "__main__":
    run_main("make client", main)
