# SPDX-License-Identifier: MIT
"""Kernels built from Debian's source with a configuration of our own, and kept in the cache.

A build takes minutes, so it is keyed by the version of the source and by the fragments: nothing else makes it new.
What remains of it is what booting and building modules need.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cache
import debs
import kconfig
from children import die_with_parent
from failure import Failure
from kernels import Kernel, Recipe
from progress import Progress

FRAGMENTS = Path(__file__).resolve().parent.parent / "kernels"
SOURCE = "linux-source-6.12"
COMPILER = "gcc-12"  # what Debian builds its kernels with

# The bulk of the source, which no configuration of ours compiles. Of the first, only the code is left out: kconfig
# and make read the rest.
UNUSED_CODE = ("drivers/accel", "drivers/clk", "drivers/crypto", "drivers/gpu", "drivers/iio", "drivers/infiniband",
               "drivers/media", "drivers/net/[a-z]*", "drivers/pinctrl", "drivers/scsi", "drivers/staging",
               "drivers/usb", "drivers/video", "sound", "arch/[a-t]*", "arch/xtensa")
# Of the documentation, the schemas of netlink families are used.
UNUSED_FOLDERS = ("tools/perf", "tools/testing", "Documentation/[!n]*", "Documentation/n[!e]*", "Documentation/ne[!t]*",
                  "Documentation/net[!l]*", "Documentation/netl[!i]*")
CODE = ("c", "h", "S", "dts", "dtsi", "dtso")


def make_built(name: str, recipe: Recipe) -> Path:
    """Return the cache folder of a kernel of our own, built if needed."""
    fragments = [FRAGMENTS / f"{fragment}.config" for fragment in recipe.fragments]
    source = source_tree()
    version = source.name.removeprefix("source-")
    digest = hashlib.sha256("\0".join([*recipe.fragments, kconfig.merge(fragments)]).encode()).hexdigest()[:12]
    return cache.entry(f"{name}-{version}-{digest}", f"build the {name} kernel",
                       lambda into: _build(into, name, recipe, source, fragments))


def source_tree() -> Path:
    """The unpacked source, with the kernel's own checkers: the newest in the cache, or else fetched."""
    there = sorted(cache.root().glob("source-*/Makefile"), key=lambda path: path.stat().st_mtime)
    if there:
        return there[-1].parent
    version = debs.record(SOURCE)["Version"]
    return cache.entry(f"source-{version}", f"unpack {SOURCE}", lambda into: _unpack(into, version))


def _unpack(into: Path, version: str) -> None:
    package = into / ".package"
    package.mkdir()
    debs.fetch({SOURCE: version}, package)
    archive = package / "usr/src" / f"{SOURCE}.tar.xz"
    print(f"unpacking {SOURCE} {version}", file=sys.stderr, flush=True)
    unused = [f"{folder}/*.{end}" for folder in UNUSED_CODE for end in CODE]
    unused += [f"{folder}/*" for folder in UNUSED_FOLDERS]
    exclude = [f"--exclude={SOURCE}/{pattern}" for pattern in unused]
    command = ["tar", "-xf", str(archive), "-C", str(into), "--strip-components=1", "--wildcards"]
    done = subprocess.run([*command, *exclude], env=os.environ | {"LC_ALL": "C"}, check=False)
    if done.returncode:
        raise Failure(f"could not unpack {archive.name} (is xz-utils installed, is the disk full?)")
    shutil.rmtree(package)


def _build(into: Path, name: str, recipe: Recipe, source: Path, fragments: list[Path]) -> None:
    """Configure, compile, and keep what is needed."""
    kdir = into / "kdir"
    kdir.mkdir()
    # The name ends in the kernel's release, so that a module built for another one is refused with a reason.
    make = ["make", "-C", str(source), f"O={kdir}", f"ARCH={recipe.arch}", f"CC={COMPILER}", f"HOSTCC={COMPILER}",
            f"LOCALVERSION=-{name}", "KBUILD_BUILD_USER=pidlab", "KBUILD_BUILD_HOST=pidlab"]
    _configure(make, kdir, name, fragments)
    log = cache.root() / f"{name}.log"
    _compile(make, name, recipe, log)
    release = (kdir / "include/config/kernel.release").read_text().strip()
    image = "linux" if recipe.arch == "um" else "vmlinux"
    strip = [] if recipe.arch == "um" else ["--strip-all"]
    subprocess.run(["objcopy", *strip, str(kdir / image), str(into / image)], check=True)
    _prune(kdir)
    Kernel(name, release, image, "kdir", recipe.arch, "built").save(into)


def _quietly(command: list[str], what: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Failure(f"{what} failed:\n{done.stdout.strip()[-4000:]}")


def _configure(make: list[str], kdir: Path, name: str, fragments: list[Path]) -> None:
    """Write the .config, and see that it says what the fragments say."""
    _quietly([*make, "tinyconfig"], "make tinyconfig")
    config = kdir / ".config"
    config.write_text(config.read_text() + kconfig.merge(fragments))
    _quietly([*make, "olddefconfig"], "make olddefconfig")
    lost = kconfig.broken(fragments, config.read_text())
    if lost:
        raise Failure(f"the {name} kernel's configuration does not hold:\n  " + "\n  ".join(lost))


def _compile(make: list[str], name: str, recipe: Recipe, log: Path) -> None:
    """Run make, count the files it compiles, keep its words in `log`."""
    targets = ["linux" if recipe.arch == "um" else "vmlinux", "modules"]
    progress = Progress(f"building the {name} kernel", recipe.files)
    command = [*make, f"-j{os.cpu_count() or 1}", *targets]
    with open(log, "w") as out, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                                 stdin=subprocess.DEVNULL, preexec_fn=die_with_parent) as child:
        assert child.stdout
        try:
            for line in child.stdout:
                out.write(line)
                if re.match(r"  (CC|AS|HOSTCC|HOSTLD|AR)  ", line):
                    progress.step()
        except BaseException:
            child.terminate()
            raise
    if child.returncode:
        raise Failure(f"the {name} kernel does not build:\n{_first_errors(log)}\nthe whole log is {log}")
    progress.finish(f"{progress.done} files")


def _first_errors(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line for line in lines if re.search(r"error: |\*\*\*|undefined reference", line)]
    return "\n".join(errors[:10] or lines[-10:])


def _prune(kdir: Path) -> None:
    """Drop what only compiling the kernel itself needs: objects, archives, their command files, the image."""
    keep = ("scripts", "tools", "include")
    drop = re.compile(r"\.(o|a|cmd|d|order)$|^\.?vmlinux|^linux$|^\.tmp_")
    for path in list(kdir.rglob("*")):
        if path.relative_to(kdir).parts[0] not in keep and path.is_file() and drop.search(path.name):
            path.unlink()
