# SPDX-License-Identifier: MIT
"""Run a guest from start to end and judge it: token, exit status, time limit, console.

A guest that vanished must never look like one that passed.  So its word counts only with the token made for this very
boot, and what the kernel complained about on the console counts more than what the guest's script says.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import cache
import children
import initramfs
import machine
import splat
from machine import Files, Settings

DIED, TIMEOUT, SPLAT = 100, 101, 102
_FIRST_PROGRAM = re.compile(r"\] Run /init as init process")
_FAREWELL = re.compile(r"\] (reboot: |ACPI: PM: Preparing to enter)")
STEP = 0.05  # seconds between two looks at a guest


@dataclass
class Outcome:
    """How a guest ended."""

    status: int | None  # of its script; None if it never said
    timed_out: bool
    seconds: float
    files: Files
    splats: list[splat.Splat] = field(default_factory=list)
    limit: float | None = None

    @property
    def stillborn(self) -> bool:
        """The kernel died of itself, before anything of ours ran.

        Seen twice under emulation: a breakpoint that it had removed from a branch already; a command line with a
        word garbled.
        """
        return bool(self.splats) and self.status is None and not _FIRST_PROGRAM.search(read_log(self.files.console))

    @property
    def exit_status(self) -> int:
        """The one number: what the kernel reported first, then how it ended, then what the script said."""
        if self.splats:
            return SPLAT
        if self.timed_out:
            return TIMEOUT
        return DIED if self.status is None else self.status

    def explain(self) -> str:
        """Sentences for a person; empty if the guest ended by itself with status 0 and a clean console."""
        log = self.files.console
        if self.splats:
            first = self.splats[0]
            return (f"the kernel reported {first.kind} (line {first.line} of {log}; {len(self.splats)} report(s)):\n"
                    + indent(first.text))
        if self.timed_out:
            return f"the guest was still running after {self.limit:g} s; it was ended. {self._last_words()}"
        if self.status is None:
            return f"the guest ended without a word after {self.seconds:.0f} s. {self._last_words()}"
        return f"the guest's script ended with status {self.status}. {self._last_words(8)}" if self.status else ""

    def _last_words(self, count: int = 15) -> str:
        log = read_log(self.files.console).splitlines()
        lines = [line for line in log if line.strip() and not _FAREWELL.search(line)][-count:]
        more = read_log(self.files.log).strip()
        said = f"{self.files.log.name} says:\n{indent(more)}\n" if more else ""
        return f"{said}The last lines of {self.files.console}:\n{indent(chr(10).join(lines))}"


def indent(text: str) -> str:
    """Text set off from the sentence before it."""
    return "\n".join(f"  | {line.rstrip()}" for line in text.splitlines())


def read_log(path: Path) -> str:
    """A log as text, whatever bytes are in it; empty if there is none."""
    return path.read_text(errors="replace") if path.exists() else ""


class Tail:
    """Copies what a file gains to a stream."""

    def __init__(self, path: Path, to: BinaryIO | None) -> None:
        self._path = path
        self._to = to
        self._at = 0

    def pump(self) -> None:
        """Copy what is new."""
        if self._to is None or not self._path.exists():
            return
        with open(self._path, "rb") as source:
            source.seek(self._at)
            while block := source.read(1 << 16):
                self._at += len(block)
                self._to.write(block)
        self._to.flush()


def run(settings: Settings, contents: initramfs.Contents, out: Path, limit: float | None,
        results_to: BinaryIO | None = None, console_to: BinaryIO | None = None) -> Outcome:
    """Boot, wait for the end or the limit (seconds), judge.  One guest at a time writes to `out`."""
    with cache.locked(out / ".lock", f"a guest that writes to {out}"):
        outcome = _run(settings, contents, Files(out.resolve()), limit, results_to, console_to)
        if outcome.stillborn and settings.accelerator == "tcg":
            print(f"vm: the kernel died in its boot ({outcome.splats[0].kind}), before anything of ours ran; booting "
                  "once more", file=sys.stderr, flush=True)
            outcome = _run(settings, contents, Files(out.resolve()), limit, results_to, console_to)
        return outcome


def _run(settings: Settings, contents: initramfs.Contents, files: Files, limit: float | None,
         results_to: BinaryIO | None, console_to: BinaryIO | None) -> Outcome:
    for path in (files.console, files.results, files.status, files.log):
        path.write_bytes(b"")
    token = _token(settings.seed)
    um = settings.kernel.arch == "um"
    contents.modules = settings.kernel.modules
    contents.environment = _environment(settings.interactive, um) | {"TOKEN": token}
    files.initramfs.write_bytes(initramfs.build(contents))
    tails = [Tail(files.results, results_to), Tail(files.console, console_to)]
    start = time.monotonic()
    guest = (_Uml if um else _Qemu)(settings, files)
    try:
        timed_out = _wait(guest, tails, None if limit is None else start + limit)
    finally:
        guest.end()
    for tail in tails:
        tail.pump()
    files.initramfs.unlink()
    seconds = time.monotonic() - start
    return Outcome(_status(files.status, token), timed_out, seconds, files, splat.scan(read_log(files.console)), limit)


def _token(seed: int | None) -> str:
    """New for each boot, but where one boot is to be like another to the last byte: the files are empty at its start."""
    return secrets.token_hex(16) if seed is None else hashlib.sha256(str(seed).encode()).hexdigest()[:32]


def _environment(interactive: bool, um: bool) -> dict[str, str]:
    """What init.sh wants to know of the machine it runs on."""
    if um:
        names = {"RESULTS_PORT": "ttyS0", "STATUS_PORT": "ttyS1", "END": "poweroff"}
    else:
        names = {"RESULTS_PORT": machine.RESULTS, "STATUS_PORT": machine.STATUS, "END": "reboot"}
    if interactive:
        size = shutil.get_terminal_size()
        names |= {"TTY": "tty0" if um else "ttyS0", "ROWS": str(size.lines), "COLUMNS": str(size.columns),
                  "TERM": os.environ.get("TERM", "linux")}
    return names | ({} if interactive else {"TTY": ""})


def _status(path: Path, token: str) -> int | None:
    """The script's exit status, if the guest sent it together with the token of this boot."""
    words = read_log(path).split()
    if len(words) == 2 and secrets.compare_digest(words[0].encode(), token.encode()) and words[1].isdigit():
        return int(words[1])
    return None


class _Guest:
    """A process, and what the host has to do for it while it runs."""

    process: subprocess.Popen[bytes]

    def step(self) -> None:
        """Let a moment pass, or less if the guest has sent something."""
        try:
            self.process.wait(timeout=STEP)
        except subprocess.TimeoutExpired:
            pass

    def end(self) -> None:
        """See that nothing of the guest is left; ask first, so that QEMU gives the terminal back."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class _Qemu(_Guest):
    """QEMU writes the files itself."""

    def __init__(self, settings: Settings, files: Files) -> None:
        with open(files.log, "wb") as log:
            self.process = subprocess.Popen(
                machine.qemu(settings, files), stdin=None if settings.interactive else subprocess.DEVNULL,
                stdout=None if settings.interactive else log, stderr=log, preexec_fn=children.die_with_parent)


class _Uml(_Guest):
    """A kernel that is a process: its lines are socket pairs, since it takes a plain file for a line hung up."""

    def __init__(self, settings: Settings, files: Files) -> None:
        self._lines: dict[socket.socket, Path] = {}
        console, results, status = (self._line(path) for path in (files.console, files.results, files.status))
        talk = settings.interactive
        self.process = subprocess.Popen(
            machine.uml(settings, files, results.fileno(), status.fileno()),
            pass_fds=(results.fileno(), status.fileno()), stdin=None if talk else subprocess.DEVNULL,
            stdout=None if talk else console.fileno(), stderr=console.fileno(), start_new_session=not talk,
            preexec_fn=children.die_with_parent)
        for line in (console, results, status):
            line.close()

    def _line(self, path: Path) -> socket.socket:
        here, there = socket.socketpair()
        here.setblocking(False)
        self._lines[here] = path
        return there

    def step(self) -> None:
        for line in select.select(list(self._lines), [], [], STEP)[0]:
            self._receive(line)
        if not self._lines:
            super().step()

    def end(self) -> None:
        super().end()
        for line in list(self._lines):
            self._receive(line)

    def _receive(self, line: socket.socket) -> None:
        with open(self._lines[line], "ab") as out:
            try:
                while block := line.recv(1 << 16):
                    out.write(block)
            except BlockingIOError:
                return
            except ConnectionResetError:
                pass
        line.close()
        del self._lines[line]


def _wait(guest: _Guest, tails: list[Tail], deadline: float | None) -> bool:
    """Wait until the guest ends; True if the deadline came first."""
    while guest.process.poll() is None:
        if deadline is not None and time.monotonic() > deadline:
            return True
        guest.step()
        for tail in tails:
            tail.pump()
    return False
