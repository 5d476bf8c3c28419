# SPDX-License-Identifier: MIT
"""Builds Debian packages: pidlab (the command), pidlab-dkms (the module), libpidlab-dev.

Debian wants its files in debian/, at the top. The tree is copied, as git has it
and with what has been changed since, and they are put there. Version, date and
maintainer come from the last commit.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from failure import Failure, run_main
from steps.host import BUILD, ROOT, need_packages, phase, quietly, say
from steps.install import version

OUT = BUILD / "deb"
PACKAGING = Path("scripts/packaging")


def git(*words: str) -> str:
    """What git says."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"`git {words[0]}' failed: packages are made from a clone\n{done.stderr.strip()}")
    return done.stdout.strip("\n")


def changelog(last: list[str]) -> str:
    """A changelog of one entry; `last` are the last commit's hash, day, date, name and address."""
    commit, day, date, name, address = last
    return (
        f"pidlab ({version()}+git{day}.{commit}) unstable; urgency=medium\n\n"
        f"  * Built from commit {commit}.\n\n"
        f" -- {name} <{address}>  {date}\n"
    )


def lay_out(tree: Path) -> None:
    """Makes the tree that Debian's tools expect."""
    for name in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    debian = tree / "debian"
    shutil.copytree(tree / PACKAGING / "debian", debian)
    shutil.copy2(tree / PACKAGING / "dkms.conf", debian / "pidlab-dkms.dkms")
    last = git("log", "-1", "--date=format:%Y%m%d", "--format=%h%n%cd%n%aD%n%an%n%ae").split("\n")
    (debian / "changelog").write_text(changelog(last), encoding="utf-8")
    control = (debian / "control").read_text(encoding="utf-8")
    maintainer = f"{last[3]} <{last[4]}>"
    (debian / "control").write_text(control.replace("@MAINTAINER@", maintainer), encoding="utf-8")
    licences = [tree / "COPYING", tree / "LICENSE-MIT"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in licences)
    where = "On Debian systems the text of GPL-2.0 is in /usr/share/common-licenses/GPL-2.\n"
    (debian / "copyright").write_text(f"{text}\n{where}", encoding="utf-8")


def main() -> int:
    """`make deb`."""
    need_packages("deb")
    shutil.rmtree(OUT, ignore_errors=True)
    tree = OUT / "pidlab"
    tree.mkdir(parents=True)
    lay_out(tree)
    with phase("building the packages"):
        command = "cd build/deb/pidlab && exec dpkg-buildpackage --build=binary --no-sign --jobs=2"
        quietly(["sh", "-c", command], BUILD / "log" / "deb.log")
    shutil.rmtree(tree)
    for package in sorted(OUT.glob("*.deb")):
        say(f"   {package.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    run_main("make deb", main)
