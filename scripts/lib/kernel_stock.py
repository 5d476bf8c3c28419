# SPDX-License-Identifier: MIT
"""Debian's own kernels: image, headers and boot modules, unpacked into the cache.

The headers cannot simply be installed: those of 6.12 depend on the image, and no kernel is to be installed on the
machine that runs the tests.  Unpacked, they work as well once one absolute path is made relative.
"""

from __future__ import annotations

import lzma
import re
import shutil
import sys
from pathlib import Path

import cache
import debs
from failure import Failure
from kernels import Kernel, Recipe

# What carries results out of the guest, where it is not built in.
BOOT_MODULES = ("virtio_pci", "virtio_console")


def make_stock(name: str, recipe: Recipe) -> Path:
    """Return the cache folder of a Debian kernel, made if needed; one that is there is kept, whatever apt has."""
    there = sorted(cache.root().glob(f"{name}-*/kernel.json"), key=lambda path: path.stat().st_mtime)
    if there:
        return there[-1].parent
    image = _image_package(recipe.package)
    release = image.removeprefix("linux-image-")
    return cache.entry(f"{name}-{release}", f"unpack {image}", lambda into: _unpack(into, name, image, release))


def _image_package(meta: str) -> str:
    """The versioned package that the metapackage `meta` stands for."""
    names = debs.depends(debs.record(meta), r"linux-image-\d.*")
    if not names:
        raise debs.StaleLists(f"the package {meta} names no kernel image; {debs.REFRESH}")
    return names[0]


def _unpack(into: Path, name: str, image: str, release: str) -> None:
    headers = f"linux-headers-{release}"
    needs = debs.record(headers)
    wanted = {image: debs.record(image)["Version"], headers: needs["Version"]}
    if wanted[image] != wanted[headers]:
        raise debs.StaleLists(f"{image} is {wanted[image]} and {headers} is {wanted[headers]}: {debs.REFRESH}")
    wanted |= {part: "" for part in debs.depends(needs, r"linux-(headers|kbuild)-.*")}
    debs.fetch(wanted, into)
    kdir = into / "usr/src" / headers
    _relocate(kdir)
    modules = _boot_modules(into, into / "lib/modules" / release)
    for leftover in ("lib", "usr/share", "etc"):
        shutil.rmtree(into / leftover, ignore_errors=True)
    Kernel(name, release, f"boot/vmlinuz-{release}", f"usr/src/{headers}", "x86_64", "stock", modules).save(into)
    print(f"{name}: Debian's {release} unpacked", file=sys.stderr)


def _relocate(kdir: Path) -> None:
    """Make the headers usable where they are."""
    makefile = kdir / "Makefile"
    text = makefile.read_text()
    here = "$(dir $(realpath $(lastword $(MAKEFILE_LIST))))"
    makefile.write_text(re.sub(r"^include /usr/src/", f"include {here}../", text, flags=re.MULTILINE))
    # With it every module build would ask for pahole, to add BTF that nothing here reads.
    (kdir / "vmlinux").unlink(missing_ok=True)


def _boot_modules(into: Path, tree: Path) -> tuple[str, ...]:
    """Copy the boot modules and what they depend on to boot/modules, plain; return them in loading order."""
    files = {module_name(path): path for path in tree.rglob("*.ko*")}
    built_in = {module_name(Path(line)) for line in (tree / "modules.builtin").read_text().split()}
    target = into / "boot/modules"
    target.mkdir()
    order: list[str] = []

    def add(module: str) -> None:
        path = f"boot/modules/{module}.ko"
        if module in built_in or path in order:
            return
        if module not in files:
            raise Failure(f"the kernel has no module {module}, which the guest needs")
        content = plain(files[module])
        for needed in dependencies(content):
            add(needed)
        (into / path).write_bytes(content)
        order.append(path)

    for module in BOOT_MODULES:
        add(module)
    return tuple(order)


def module_name(path: Path) -> str:
    """The module's name as the kernel spells it, from its file's."""
    return path.name.split(".")[0].replace("-", "_")


def plain(path: Path) -> bytes:
    """A module's content, uncompressed."""
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def dependencies(module: bytes) -> list[str]:
    """The modules that must be loaded before this one, from its .modinfo section."""
    match = re.search(rb"\0depends=([^\0]*)\0", module)
    return [part.replace("-", "_") for part in match[1].decode().split(",") if part] if match else []
