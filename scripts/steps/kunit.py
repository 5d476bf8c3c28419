# SPDX-License-Identifier: MIT
"""Runs the KUnit suites in a kernel that has KUnit, and looks for what they left behind."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import kernels
from failure import Failure, run_main
from steps import guest
from steps.host import BUILD, ROOT, need_packages, phase

_SUITE = re.compile(r"struct\s+kunit_suite\s+\w+\s*=\s*\{(.*?)\n\};", re.DOTALL)
_NAME = re.compile(r'\.name\s*=\s*"([^"]+)"')


def suites(folder: Path = ROOT / "kunit") -> list[str]:
    """The suites that the sources define: each must have had its say."""
    names: list[str] = []
    for source in sorted(folder.rglob("*.c")):
        for body in _SUITE.findall(source.read_text(encoding="utf-8")):
            names += _NAME.findall(body)
    if not names:
        raise Failure("kunit/ defines no suite")
    return names


def main() -> int:
    """`make kunit`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="debug")
    parser.add_argument("--footprints", action="store_true", help="on a module that tells what each step touches")
    parser.add_argument("--timeout", default="3600")
    options = parser.parse_args()
    kernel = kernels.canonical(options.kernel)
    need_packages("check")
    expected = suites()
    flavour = ["--footprints"] if options.footprints else []
    name = "-".join([kernel, *(word.lstrip("-") for word in flavour)])
    with phase(f"building pidlab.ko and pidlab_kunit.ko for {name}"):
        built = guest.module(kernel, "--kunit", *flavour)
    files = {
        "/pidlab.ko": built / "module" / "pidlab.ko",
        "/pidlab_kunit.ko": built / "kunit" / "pidlab_kunit.ko",
    }
    out = BUILD / "vm" / f"kunit-{name}"
    command = guest.vm_command(kernel, "kunit.sh", out, files, {}, "--timeout", options.timeout)
    return guest.verdict(guest.judged(command, f"KUnit on {name}", expected))


if __name__ == "__main__":
    run_main("make kunit", main)
