# SPDX-License-Identifier: MIT
"""The initramfs writer: what the kernel's unpacker will read."""

import stat
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from cpio import Archive  # noqa: E402


def entries(content: bytes) -> dict[str, tuple[int, bytes, tuple[int, int]]]:
    """Read a newc archive: name to (mode, content, device)."""
    found = {}
    at = 0
    while True:
        fields = [int(content[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        assert content[at:at + 6] == b"070701"
        name = content[at + 110:at + 110 + fields[11] - 1].decode()
        start = (at + 110 + fields[11] + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], content[start:start + fields[6]], (fields[9], fields[10]))
        at = (start + fields[6] + 3) & ~3


class CpioTest(unittest.TestCase):
    def test_a_file_keeps_content_and_mode(self) -> None:
        archive = Archive()
        archive.file("/init", b"#!/bin/sh\n", 0o755)
        mode, content, _ = entries(archive.content())["init"]
        self.assertEqual(content, b"#!/bin/sh\n")
        self.assertEqual(mode, stat.S_IFREG | 0o755)

    def test_contents_of_every_length_stay_aligned(self) -> None:
        archive = Archive()
        for length in range(9):
            archive.file("f" * (length + 1), b"x" * length)
        read = entries(archive.content())
        self.assertEqual([len(read["f" * (length + 1)][1]) for length in range(9)], list(range(9)))

    def test_parents_come_first_and_once(self) -> None:
        archive = Archive()
        archive.file("/usr/lib/x/a", b"")
        archive.file("/usr/lib/x/b", b"")
        archive.directory("/usr/lib")
        self.assertEqual(list(entries(archive.content())),
                         ["usr", "usr/lib", "usr/lib/x", "usr/lib/x/a", "usr/lib/x/b"])

    def test_a_device_node_needs_no_root(self) -> None:
        archive = Archive()
        archive.device("dev/console", "c", 5, 1)
        mode, _, device = entries(archive.content())["dev/console"]
        self.assertTrue(stat.S_ISCHR(mode))
        self.assertEqual(device, (5, 1))

    def test_a_link_says_its_target(self) -> None:
        archive = Archive()
        archive.symlink("bin/ls", "busybox")
        mode, content, _ = entries(archive.content())["bin/ls"]
        self.assertTrue(stat.S_ISLNK(mode))
        self.assertEqual(content, b"busybox")

    def test_a_name_is_taken_once(self) -> None:
        archive = Archive()
        archive.file("init", b"")
        with self.assertRaises(ValueError):
            archive.file("/init", b"")

    def test_a_path_cannot_leave_the_archive(self) -> None:
        with self.assertRaises(ValueError):
            Archive().file("../etc/passwd", b"")


if __name__ == "__main__":
    unittest.main()
