# SPDX-License-Identifier: MIT
"""What packages say about themselves, and what of the tree is in them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "lib")]

from steps import deb, install  # noqa: E402

TOP = SCRIPTS.parent
PACKAGING = SCRIPTS / "packaging"


class Version(unittest.TestCase):
    """One version for all: that of the client's build file."""

    def test_it_is_read_from_the_build_file(self) -> None:
        self.assertRegex(install.version(), r"^\d+\.\d+\.\d+$")

    def test_a_changelog_has_the_form_that_debian_reads(self) -> None:
        text = deb.changelog(["1a2b3c4", "20261121", "Sat, 21 Nov 2026 06:00:00 +0000", "A B", "a@b.example"])
        first, last = text.splitlines()[0], text.splitlines()[-1]
        self.assertEqual(
            first, f"pidlab ({install.version()}+git20261121.1a2b3c4) unstable; urgency=medium"
        )
        self.assertEqual(last, " -- A B <a@b.example>  Sat, 21 Nov 2026 06:00:00 +0000")


class ModuleSource(unittest.TestCase):
    """The folder that DKMS builds from."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "usr" / "src" / "pidlab-9.9"
        subprocess.run([PACKAGING / "module-source", self.root, "9.9"], check=True)

    def test_it_has_every_source_that_the_build_names(self) -> None:
        kbuild = (TOP / "module" / "Kbuild").read_text(encoding="utf-8")
        for name in re.findall(r"^pidlab-y \+= (\w+)\.o\b", kbuild, re.MULTILINE):
            if name != "pidlab":
                self.assertTrue((self.root / "module" / f"{name}.c").is_file(), name)
        for header in (TOP / "uapi").glob("*.h"):
            self.assertTrue((self.root / "uapi" / header.name).is_file(), header.name)
        self.assertTrue((self.root / "Kbuild").is_file())

    def test_it_has_nothing_that_was_built(self) -> None:
        suffixes = {path.suffix for path in self.root.rglob("*") if path.is_file()}
        self.assertLessEqual(suffixes, {".c", ".h", ".conf", "", ".0"})

    def test_dkms_builds_for_the_kernel_it_is_told(self) -> None:
        script = 'source "$0/dkms.conf"; echo "$PACKAGE_VERSION|${MAKE[0]}|$CLEAN"'
        done = subprocess.run(
            ["bash", "-euc", script, self.root],
            env={"PATH": "", "kernelver": "6.1.0-99", "kernel_source_dir": "/k", "dkms_tree": "/d"},
            capture_output=True,
            text=True,
            check=True,
            executable="/bin/bash",
        )
        version, make, clean = done.stdout.strip().split("|")
        self.assertEqual(version, "9.9")
        for command in (make, clean):
            self.assertIn("KERNELRELEASE=6.1.0-99", command)
            self.assertIn("-C /k M=/d/pidlab/9.9/build", command)
            self.assertNotIn("uname", command)


class Rule(unittest.TestCase):
    """Who may open the device."""

    def test_udev_gives_it_to_the_group_and_to_the_seat(self) -> None:
        rules = list(PACKAGING.glob("*.rules"))
        self.assertEqual(len(rules), 1)
        self.assertLess(rules[0].name, "73-seat-late.rules")
        text = rules[0].read_text(encoding="utf-8")
        for wanted in ('KERNEL=="pidlab"', 'GROUP="pidlab"', 'MODE="0660"', 'TAG+="uaccess"'):
            self.assertIn(wanted, text)
        self.assertIn("g pidlab -", (PACKAGING / "sysusers.conf").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
