# SPDX-License-Identifier: MIT
"""The kernels pidlab is built for and tested on, by name, and the one way to get hold of them.

Two are Debian's own, as a user has them; the others are built here from Debian's source with a configuration made of
fragments (scripts/kernels/*.config).  Whoever needs a kernel asks `get(name)`, which makes it if it is not cached.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cache
import debs
from failure import Failure

ALIASES = {"6.12": "stock"}


@dataclass(frozen=True)
class Kernel:
    """A kernel that is ready: what to boot and what to build modules against."""

    name: str
    release: str
    image: str
    kdir: str
    arch: str  # x86_64 or um, as make's ARCH
    kind: str  # stock (Debian's) or built (ours)
    modules: tuple[str, ...] = ()  # what the guest loads, in order, before it can use virtio-serial

    def save(self, folder: Path) -> None:
        """Write kernel.json, with paths relative to `folder`, so that the folder can be renamed."""
        fields = asdict(self)
        (folder / "kernel.json").write_text(json.dumps(fields, indent=1) + "\n")


def load(folder: Path) -> Kernel:
    """Read a kernel's description back, with paths that can be used from anywhere."""
    fields = json.loads((folder / "kernel.json").read_text())
    for key in ("image", "kdir"):
        fields[key] = str(folder / fields[key])
    fields["modules"] = tuple(str(folder / module) for module in fields["modules"])
    return Kernel(**fields)


@dataclass(frozen=True)
class Recipe:
    """What is known of a kernel before it is made."""

    purpose: str
    arch: str
    fragments: tuple[str, ...] = ()  # of scripts/kernels, in order; none for Debian's own
    package: str = ""  # the package that names Debian's newest build of that series
    files: int = 0  # about how many are compiled, for the progress line
    boot_seconds: int = 10  # from start to power-off when emulated
    words: str = ""  # more for its command line
    packages: bool = False  # knows only one processor of each package


RECIPES = {
    "stock": Recipe("Debian's 6.12, as users have it", "x86_64", package="linux-image-6.12-amd64", boot_seconds=7),
    "6.1": Recipe("Debian 12's own 6.1", "x86_64", package="linux-image-amd64", boot_seconds=11),
    "debug": Recipe("6.12 with KASAN, lockdep, kmemleak, UBSAN, fault injection: the tests", "x86_64",
                    ("base", "qemu", "checks", "debug"), files=1510, boot_seconds=18),
    "kcsan": Recipe("6.12 with the data race detector", "x86_64",
                    ("base", "qemu", "kcsan"), files=1250, boot_seconds=8, packages=True,
                    words="panic_on_warn=0"),  # the kernel's own races are no reason to end, see splat.py
    "plain": Recipe("6.12 without debugging: benchmarks", "x86_64", ("base", "qemu"), files=1480, boot_seconds=3),
    "uml": Recipe("6.12 as a process: the inner loop", "um", ("base", "uml"), files=960, boot_seconds=1),
}


def canonical(name: str) -> str:
    """The name a kernel is kept under; an unknown name is a Failure that lists the known ones."""
    name = ALIASES.get(name, name)
    if name not in RECIPES:
        raise Failure(f"no kernel is called {name}; there are {', '.join([*RECIPES, *ALIASES])}", 2)
    return name


def get(name: str) -> Kernel:
    """Return the kernel called `name`, downloading or building it first if the cache has none."""
    name = canonical(name)
    recipe = RECIPES[name]
    maker: Callable[[str, Recipe], Path]
    if recipe.fragments:
        from kernel_build import make_built as maker
    else:
        from kernel_stock import make_stock as maker
    return load(debs.refreshed(lambda: maker(name, recipe)))


def cached(name: str) -> Kernel | None:
    """The kernel called `name` if the cache has one of any version, without making it."""
    there = sorted(cache.root().glob(f"{name}-*/kernel.json"), key=lambda path: path.stat().st_mtime)
    return load(there[-1].parent) if there else None
