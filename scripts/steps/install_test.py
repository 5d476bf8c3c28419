# SPDX-License-Identifier: MIT
"""Installs everything into a folder and tries what was installed, as its users will.

The example outside the tree is built against the library both ways, the manual
is rendered, the completion asked, the syntax looked at by Vim, and the module
built by DKMS's own command for a kernel that does not run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import kernels
from failure import Failure, run_main
from steps import guest, install
from steps.host import BUILD, ROOT, need_packages, say
from steps.ktap import Outcome, Tally

STAGE = BUILD / "stage"
USR = STAGE / "usr"
EXAMPLE = ROOT / "userspace" / "examples" / "first-lab"
NO_DEVICE = 3  # what the example ends with where there is none

# Sets up a completion as bash does, and prints what there is to choose from.
ASK_BASH = r"""
set -u
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pidlab pidlab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}" | sort
"""

# Prints the syntax groups of line:column pairs.
ASK_VIM = r"""
set nomore
execute 'set runtimepath^=' . $VIMFILES
filetype plugin on
syntax on
execute 'edit ' . $SCENARIO
for place in split($PLACES)
  let [row, column] = split(place, ':')
  verbose echo synIDattr(synID(row, column, 1), 'name')
endfor
quitall!
"""

SCENARIO = """lab generation=idr
t = fork init newpid
expect find 2 = ESRCH
expect nr t type=pid = 2   # why
"""
PLACES = {
    "1:1": "pidlabKeyword",
    "1:5": "pidlabSetting",
    "1:16": "pidlabWord",
    "2:5": "pidlabOperation",
    "2:15": "pidlabFlag",
    "3:8": "pidlabOperation",
    "3:17": "pidlabErrno",
    "4:13": "pidlabOperand",
    "4:18": "pidlabWord",
    "4:29": "pidlabComment",
}


class Unavailable(Exception):
    """What a case needs is not on this machine."""


def said(command: list[str | Path], folder: Path = ROOT, **environment: str) -> str:
    """What a command says, on both channels; it must succeed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Failure(f"`{command[0]}' ended with status {done.returncode}\n{done.stdout}")
    return done.stdout


def try_example(program: Path) -> None:
    """Runs the example: it links, and tells that there is no device where there is none."""
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    expected = 0 if Path("/dev/pidlab").exists() else NO_DEVICE
    if done.returncode != expected or (expected and "/dev/pidlab" not in done.stderr):
        raise Failure(f"the example ended with status {done.returncode}\n{done.stderr}")


def cmake_package() -> None:
    """the example finds the library by its CMake package"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(EXAMPLE, folder / "src")
        configure = ["cmake", "-G", "Ninja", "-S", folder / "src", "-B", folder / "out"]
        said([*configure, f"-DCMAKE_PREFIX_PATH={USR}", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"])
        said(["cmake", "--build", folder / "out"])
        try_example(folder / "out" / "first_lab")


def pkg_config() -> None:
    """the example finds the library by pkg-config"""
    path = str(USR / "lib" / "pkgconfig")
    flags = said(["pkg-config", "--cflags", "--libs", "pidlab"], PKG_CONFIG_PATH=path).split()
    if said(["pkg-config", "--modversion", "pidlab"], PKG_CONFIG_PATH=path).strip() != install.version():
        raise Failure("pkg-config tells another version")
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(EXAMPLE / "main.cpp", name)
        program = Path(name) / "first_lab"
        said(["g++", "-std=c++20", "main.cpp", "-o", program, *flags], Path(name))
        try_example(program)


def manual() -> None:
    """every page of the manual is there and renders without a warning"""
    if not shutil.which("man"):
        raise Failure("there is no `man'")
    pages = sorted((USR / "share" / "man").glob("man*/*"))
    names = {page.name for page in pages}
    helped = said([USR / "bin" / "pidlab", "--help"])
    commands = helped.partition("Subcommands:\n")[2].partition("\n\n")[0].splitlines()
    wanted = {f"pidlab-{line.split()[0]}.1" for line in commands if line.startswith("  ") and line[2] != " "}
    wanted |= {"pidlab.1", "pidlab.4", "pidlab-scenario.5"}
    if names != wanted or len(commands) < 2:
        raise Failure(f"pages: {', '.join(sorted(names ^ wanted))}")
    for page in pages:
        render = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page]
        out = subprocess.run(
            render,
            env=os.environ | {"LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if out.returncode or out.stderr:
            raise Failure(f"{page.name}: {out.stderr.strip()}")


def completion() -> None:
    """bash completes commands, options, operations and scenarios"""
    script = USR / "share" / "bash-completion" / "completions" / "pidlab"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one.scn").touch()
        (folder / "other.txt").touch()
        (folder / "sub").mkdir()
        for line, wanted in {
            ("pidlab", "ru"): "run",
            ("pidlab", "run", "--report-"): "--report-to",
            ("pidlab", "ops", "setpg"): "setpgid",
            ("pidlab", "ops", "fork", "setsi"): "setsid",
            ("pidlab", "check", ""): "one.scn sub",
            ("pidlab", "--device", "/dev/x", "tre"): "tree",
            ("pidlab", "run", "--report-to", "oth"): "other.txt",
            ("pidlab", "run", "--report-to", "=", "oth"): "other.txt",
        }.items():
            got = said(["bash", "-c", ASK_BASH, "bash", script, *line], folder).split()
            if got != wanted.split():
                raise Failure(f"`{' '.join(line)}' becomes {got}, not {wanted}")


def vim_syntax() -> None:
    """Vim knows the file type and colours words by what they are"""
    vim = next(filter(None, map(shutil.which, ("vim.basic", "vim.gtk3", "vim.nox", "vim"))), None)
    if not vim or "+syntax" not in said([vim, "--version"]):
        raise Unavailable("there is no Vim with syntax here")
    with tempfile.TemporaryDirectory() as name:
        scenario = Path(name) / "a.scn"
        scenario.write_text(SCENARIO, encoding="utf-8")
        script = Path(name) / "ask.vim"
        script.write_text(ASK_VIM, encoding="utf-8")
        found = said(
            [vim, "-u", "NONE", "-i", "NONE", "-n", "-N", "-es", "-S", script],
            VIMFILES=str(USR / "share" / "vim" / "vimfiles"),
            SCENARIO=str(scenario),
            PLACES=" ".join(PLACES),
        ).split()
    if found != list(PLACES.values()):
        wrong = [f"{place}: {got}" for place, got in zip(PLACES, found, strict=False) if PLACES[place] != got]
        raise Failure(f"of {len(found)} places: {', '.join(wrong)}")


def module_by_dkms() -> None:
    """the module's source builds by DKMS's command for a kernel that does not run"""
    source = STAGE / "usr" / "src" / f"pidlab-{install.version()}"
    kernel = kernels.get("stock")
    with tempfile.TemporaryDirectory() as name:
        # As DKMS lays it out, with the variables that it sets.
        tree = Path(name) / "pidlab" / install.version() / "build"
        shutil.copytree(source, tree)
        said(
            ["bash", "-euc", 'source "$1"; ${MAKE[0]}', "bash", tree / "dkms.conf"],
            kernelver=kernel.release,
            kernel_source_dir=str(kernel.kdir),
            dkms_tree=name,
            MAKEFLAGS="-j2",
        )
        module = tree / "module" / "pidlab.ko"
        if f"vermagic={kernel.release} ".encode() not in module.read_bytes():
            raise Failure(f"{module.name} is not for {kernel.release}")


CASES: tuple[Callable[[], None], ...] = (
    cmake_package,
    pkg_config,
    manual,
    completion,
    vim_syntax,
    module_by_dkms,
)


def outcomes() -> Iterator[Outcome]:
    """Runs the cases, one after the other."""
    for case in CASES:
        name = f"install.{case.__name__}"
        try:
            case()
            yield Outcome("ok", name, case.__doc__ or "")
        except Unavailable as why:
            yield Outcome("skip", name, str(why))
        except Failure as failure:
            yield Outcome("FAIL", name, case.__doc__ or "", tuple(str(failure).splitlines()))


def main() -> int:
    """Installs below build/stage, and runs the cases."""
    need_packages("check")
    shutil.rmtree(STAGE, ignore_errors=True)
    install.stage(STAGE, Path("/usr"))
    tally = Tally()
    for outcome in outcomes():
        tally.count(outcome.verdict)
        say(str(outcome))
    return guest.verdict(tally)


if __name__ == "__main__":
    run_main("the test of what is installed", main)
