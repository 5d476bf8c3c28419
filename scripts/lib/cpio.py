# SPDX-License-Identifier: MIT
"""Write an initramfs (cpio, "newc" format) without root: device nodes and owners are only numbers in the archive."""

from __future__ import annotations

import stat
from pathlib import PurePosixPath


class Archive:
    """A root file system in the making.  Parent directories are added by themselves."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._names: set[str] = set()
        self._inode = 0

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory, unless it is there."""
        name = self._clean(path)
        if name and name not in self._names:
            self._entry(name, stat.S_IFDIR | mode)

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a regular file; a second one of the same name is a mistake."""
        self._entry(self._clean(path), stat.S_IFREG | mode, content)

    def symlink(self, path: str, target: str) -> None:
        """Add a symbolic link at `path` that says `target`."""
        self._entry(self._clean(path), stat.S_IFLNK | 0o777, target.encode())

    def device(self, path: str, kind: str, major: int, minor: int, mode: int = 0o600) -> None:
        """Add a device node; `kind` is c or b, as mknod has it."""
        node = stat.S_IFCHR if kind == "c" else stat.S_IFBLK
        self._entry(self._clean(path), node | mode, device=(major, minor))

    def has(self, path: str) -> bool:
        """Whether something of this name is in the archive."""
        return self._clean(path) in self._names

    def content(self) -> bytes:
        """The archive, complete."""
        return b"".join(self._parts) + self._header("TRAILER!!!", 0, 0, 1, (0, 0), 0)

    @staticmethod
    def _clean(path: str) -> str:
        parts = PurePosixPath(path).parts
        if ".." in parts:
            raise ValueError(f"a path that leaves the archive: {path}")
        return "/".join(part for part in parts if part not in ("/", "//", "."))

    def _entry(self, name: str, mode: int, content: bytes = b"", device: tuple[int, int] = (0, 0)) -> None:
        if not name or name in self._names:
            raise ValueError(f"twice in the archive, or no name: {name!r}")
        parent = str(PurePosixPath(name).parent)
        if parent != ".":
            self.directory(parent)
        self._names.add(name)
        self._inode += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        header = self._header(name, self._inode, mode, links, device, len(content))
        self._parts += [header, content, b"\0" * (-len(content) % 4)]

    @staticmethod
    def _header(name: str, inode: int, mode: int, links: int, device: tuple[int, int], size: int) -> bytes:
        fields = (inode, mode, 0, 0, links, 0, size, 0, 0, *device, len(name.encode()) + 1, 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        return header + b"\0" * (-len(header) % 4)
