# SPDX-License-Identifier: MIT
"""The command lines that start a guest: QEMU for x86-64, the kernel itself for ARCH=um."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from failure import Failure
from kernels import RECIPES, Kernel

# Any complaint of the kernel's ends the guest at once, and the guest's end is QEMU's.  The times are for emulation:
# a processor that shares the host's with others is slow, not stuck.
ALWAYS = "panic=-1 oops=panic panic_on_warn=1 rcupdate.rcu_cpu_stall_timeout=120 log_buf_len=2M"
X86 = "tsc=reliable no_timer_check watchdog_thresh=60 workqueue.watchdog_thresh=120 no5lvl mitigations=off"

RESULTS = "pidlab.results"
STATUS = "pidlab.status"


@dataclass(frozen=True)
class Files:
    """Where a run keeps what it writes, under its output directory."""

    out: Path

    @property
    def initramfs(self) -> Path:
        """The guest's file system."""
        return self.out / "initramfs"

    @property
    def console(self) -> Path:
        """All that the kernel and the guest's programs print."""
        return self.out / "console"

    @property
    def results(self) -> Path:
        """What the guest wrote to its results channel."""
        return self.out / "results"

    @property
    def status(self) -> Path:
        """The token and the exit status, if the guest came to its end."""
        return self.out / "status"

    @property
    def log(self) -> Path:
        """What QEMU itself has to say."""
        return self.out / "vm.log"


@dataclass(frozen=True)
class Settings:
    """The size of a guest and what its kernel is told."""

    kernel: Kernel
    accelerator: str = "tcg"  # or kvm
    memory: str = "512M"
    cpus: int = 2
    append: str = ""
    interactive: bool = False
    seed: int | None = None  # the whole guest, schedule and clock too, follows from it
    shift: int = 3  # with a seed: an instruction takes 2^shift ns of the guest's time


def command_line(settings: Settings) -> str:
    """What the kernel is told."""
    quiet = "quiet loglevel=4" if settings.interactive else "loglevel=7"
    own = X86 if settings.kernel.arch != "um" else ""
    words = RECIPES[settings.kernel.name].words
    return " ".join(part for part in (quiet, ALWAYS, own, words, settings.append) if part)


def qemu(settings: Settings, files: Files) -> list[str]:
    """QEMU's arguments."""
    program = shutil.which("qemu-system-x86_64")
    if not program:
        raise Failure("qemu-system-x86_64 is not installed: apt-get install qemu-system-x86", 2)
    processor = "host" if settings.accelerator == "kvm" else "max"
    console = f"file,id=console,path={escape(files.console)}"
    if settings.interactive:
        console = f"stdio,id=console,mux=on,signal=off,logfile={escape(files.console)}"
    processors = str(settings.cpus)
    if RECIPES[settings.kernel.name].packages:
        processors += f",sockets={settings.cpus}"
    accelerator = ["-accel", settings.accelerator]
    if settings.seed is not None:
        # Whatever QEMU does in a thread of its own is at the mercy of the host: no ioeventfd either.
        accelerator = ["-accel", "tcg", "-icount", f"shift={settings.shift},sleep=off", "-seed", str(settings.seed),
                       "-rtc", "base=2020-01-01,clock=vm"]
    return [
        program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35", *accelerator, "-cpu", processor,
        "-smp", processors, "-m", settings.memory,
        "-kernel", settings.kernel.image, "-initrd", str(files.initramfs),
        "-append", f"console=ttyS0 {command_line(settings)}",
        "-chardev", console, "-serial", "chardev:console",
        "-device", "virtio-serial-pci" + (",ioeventfd=off" if settings.seed is not None else ""),
        "-chardev", f"file,id=results,path={escape(files.results)}",
        "-device", f"virtserialport,chardev=results,name={RESULTS}",
        "-chardev", f"file,id=status,path={escape(files.status)}",
        "-device", f"virtserialport,chardev=status,name={STATUS}",
    ]


def escape(path: Path) -> str:
    """A path as QEMU's option parser takes it."""
    return str(path).replace(",", ",,")


def uml(settings: Settings, files: Files, results: int, status: int) -> list[str]:
    """The arguments of a kernel that is a process; its two serial lines are inherited descriptors."""
    console = "con0=fd:0,fd:1" if settings.interactive else "con0=null,fd:1"
    return [
        settings.kernel.image, f"mem={settings.memory}", f"initrd={files.initramfs}", "con=null", console,
        "ssl=null", f"ssl0=fd:{results}", f"ssl1=fd:{status}", *command_line(settings).split(),
    ]
