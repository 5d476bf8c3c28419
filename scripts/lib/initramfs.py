# SPDX-License-Identifier: MIT
"""Make the guest's file system: busybox, the programs and files asked for, and an /init that runs one script."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cpio import Archive
from failure import Failure

INIT = Path(__file__).resolve().parent / "init.sh"
BUSYBOX = ("/bin/busybox", "/usr/bin/busybox")


@dataclass
class Contents:
    """What a guest finds in its file system besides busybox."""

    script: Path  # run as /guest.sh
    environment: dict[str, str]  # what init.sh wants to know
    files: list[tuple[Path, str, int]] = field(default_factory=list)  # source, path in the guest, mode
    binaries: list[tuple[Path, str]] = field(default_factory=list)  # the same for programs, with their libraries
    modules: tuple[str, ...] = ()  # loaded before anything else, in this order


def split_file(text: str) -> tuple[Path, str, int]:
    """Read SRC:DST[:MODE]."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise Failure(f"--file wants SRC:DST or SRC:DST:MODE, not {text}", 2)
    try:
        mode = int(parts[2], 8) if len(parts) == 3 else 0o644
    except ValueError:
        raise Failure(f"--file {text}: the mode is not octal", 2) from None
    return Path(parts[0]), parts[1], mode


def split_binary(text: str) -> tuple[Path, str]:
    """Read PATH:DST."""
    path, colon, target = text.partition(":")
    if not path or not colon or not target:
        raise Failure(f"--binary wants PATH:DST, not {text}", 2)
    return Path(path), target


def build(contents: Contents) -> bytes:
    """The initramfs as bytes, ready for -initrd."""
    archive = Archive()
    for folder in ("proc", "sys", "dev", "tmp", "run", "root", "etc", "sbin"):
        archive.directory(folder)
    archive.device("dev/console", "c", 5, 1)  # the kernel opens it before /dev is mounted
    archive.device("dev/null", "c", 1, 3, 0o666)
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
    archive.file("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    archive.file("init", INIT.read_bytes(), 0o755)
    archive.file("guest.sh", read(contents.script), 0o755)
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in contents.environment.items())
    archive.file("vm.env", "".join(lines).encode())
    order = [f"/boot/modules/{Path(module).name}" for module in contents.modules]
    for module, target in zip(contents.modules, order):
        archive.file(target, read(Path(module)))
    archive.file("boot/modules/order", "".join(f"{line}\n" for line in order).encode())
    for source, target, mode in contents.files:
        archive.file(target, read(source), mode)
    for source, target in contents.binaries:
        _add_program(archive, source, target)
    _add_busybox(archive)
    return archive.content()


def read(path: Path) -> bytes:
    """A file's content; one that cannot be read is a Failure that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", 2) from None


def _add_busybox(archive: Archive) -> None:
    """The guest's userland; a program of the same name that was asked for goes first."""
    found = next((path for path in BUSYBOX if Path(path).is_file()), shutil.which("busybox"))
    if not found:
        raise Failure("busybox is not installed: apt-get install busybox-static", 2)
    if libraries(Path(found)):
        raise Failure(f"{found} is not static: apt-get install busybox-static", 2)
    archive.file("bin/busybox", read(Path(found)), 0o755)
    applets = subprocess.run([found, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox" and not archive.has(f"bin/{applet}"):
            archive.symlink(f"bin/{applet}", "busybox")


def _add_program(archive: Archive, source: Path, target: str) -> None:
    """A program, and each library it needs under the name it is looked for by."""
    archive.file(target, read(source), 0o755)
    for library in libraries(source):
        if not archive.has(library):
            archive.file(library, read(Path(library)), 0o755)


def libraries(program: Path) -> list[str]:
    """The absolute paths of the shared libraries a program loads, its loader included; none if it is static."""
    done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    if missing := re.findall(r"^\s*(\S+) => not found", done.stdout, re.MULTILINE):
        raise Failure(f"{program} needs {', '.join(missing)}, which is not installed", 2)
    return re.findall(r"(?:=> |^\s*)(/\S+) \(0x", done.stdout, re.MULTILINE)
