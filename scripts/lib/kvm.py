# SPDX-License-Identifier: MIT
"""Find out whether KVM really works, by booting with it.

/dev/kvm can be there and a guest still hang at its first instruction that the host does not know, as on a host that
is itself a poorly emulated guest.  So the first run boots a guest that only says hello, under a short time limit, and
the answer is kept for a day, or until the host boots again.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import boot
import cache
import initramfs
import kernels
from failure import Failure
from machine import Settings

DEVICE = Path("/dev/kvm")
LIMIT = 20.0  # seconds; a guest with KVM says hello in two
GOOD_FOR = 24 * 3600
_KVM_CREATE_VM = 0xAE01


@dataclass(frozen=True)
class Answer:
    """Whether KVM works, and if not, why and what to do."""

    works: bool
    reason: str = ""


def with_accelerator(settings: Settings) -> Settings:
    """The settings with the best accelerator there is; says so when it is emulation."""
    if settings.kernel.arch == "um":
        return settings
    chosen = os.environ.get("PIDLAB_ACCEL")
    if chosen in ("kvm", "tcg"):
        return replace(settings, accelerator=chosen)
    if chosen:
        raise Failure(f"PIDLAB_ACCEL is {chosen}: it can be kvm or tcg", 2)
    answer = probe(settings.kernel)
    if answer.works:
        return replace(settings, accelerator="kvm")
    seconds = kernels.RECIPES[settings.kernel.name].boot_seconds
    print(f"vm: no KVM ({answer.reason}): the guest is emulated; booting {settings.kernel.name} takes about "
          f"{seconds} s", file=sys.stderr, flush=True)
    return settings


def probe(kernel: kernels.Kernel | None) -> Answer:
    """The answer for this host, from the cache if it is fresh; else `kernel` is booted to find it."""
    obstacle = _obstacle()
    if obstacle:
        return Answer(False, obstacle)
    kept = cache.root() / "kvm.json"
    host = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    try:
        known = json.loads(kept.read_text())
        if known["host"] == host and time.time() - known["time"] < GOOD_FOR:
            return Answer(known["works"], known["reason"])
    except (OSError, ValueError, KeyError):
        pass
    if not kernel:
        return Answer(False, "not tried yet: there is no kernel in the cache to boot; the first `make run` tells")
    print("vm: trying whether KVM works here", file=sys.stderr, flush=True)
    answer = _boot_with_kvm(kernel)
    kept.write_text(json.dumps(asdict(answer) | {"host": host, "time": time.time()}) + "\n")
    return answer


def _obstacle() -> str:
    """What can be told without booting; empty if nothing stands in the way."""
    if not DEVICE.exists():
        return "there is no /dev/kvm; enable virtualization in the firmware, or nested in the outer machine"
    try:
        with open(DEVICE, "rb+", buffering=0) as device:
            os.close(fcntl.ioctl(device, _KVM_CREATE_VM, 0))
    except PermissionError:
        return "/dev/kvm may not be opened; add yourself to its group: usermod -aG kvm $USER, then log in again"
    except OSError as error:
        return f"/dev/kvm does not make a machine: {error.strerror}"
    return ""


def _boot_with_kvm(kernel: kernels.Kernel) -> Answer:
    with tempfile.TemporaryDirectory(prefix="pidlab-kvm-") as folder:
        script = Path(folder) / "hello"
        script.write_text("true\n")
        settings = Settings(kernel, accelerator="kvm", memory="256M", cpus=1)
        outcome = boot.run(settings, initramfs.Contents(script, {}), Path(folder), LIMIT)
        said = complaint(boot.read_log(outcome.files.log))
    if outcome.exit_status == 0:
        return Answer(True)
    if outcome.timed_out:
        return Answer(False, f"/dev/kvm is there, but a guest does not come up in {LIMIT:.0f} s")
    return Answer(False, f"/dev/kvm is there, but a guest dies at once: {said or 'it says nothing'}")


def complaint(log: str) -> str:
    """The line of QEMU's output that says what is wrong."""
    lines = [re.sub(r"^qemu-system-x86_64: (error: )?", "", line) for line in log.splitlines()]
    return next((line for line in lines if re.search(r"error|fail", line, re.IGNORECASE)), "")
