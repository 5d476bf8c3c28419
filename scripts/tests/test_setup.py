# SPDX-License-Identifier: MIT
"""Set-up on machines that this is not: one with nothing installed, one where installing fails."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
HOST_TOOLS = ("sh", "env", "sed", "grep", "cut", "tr", "id", "date", "mkdir", "tail", "dirname", "cat")

DPKG_QUERY = """#!/bin/sh
cat {installed}
"""
APT_GET = """#!/bin/sh
echo "$@" >>{calls}
echo "apt says something"
echo "dlstatus:1:12.5:Retrieving" >&3
echo "pmstatus:make:55.0:Unpacking" >&3
exit {status}
"""


class Machine(unittest.TestCase):
    """A machine whose dpkg and apt are scripts of ours."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.tools = self.root / "bin"
        self.tools.mkdir()
        (self.root / "scripts").mkdir()
        for name in ("setup", "packages", "bootstrap", "run"):
            shutil.copy(SCRIPTS / name, self.root / "scripts" / name)
        for tool in HOST_TOOLS:
            (self.tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
        self.calls = self.root / "calls"
        self.installed = self.root / "installed"
        self.install()

    def script(self, name: str, text: str) -> None:
        """Puts a program on the machine."""
        path = self.tools / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def install(self, *packages: str, apt_status: int = 0, user: int = 0) -> None:
        """Says which packages are there, how apt-get ends, and who one is."""
        lines = [f"ii  {package}" for package in packages] + ["rc  qemu-system-x86"]
        self.installed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.script("dpkg-query", DPKG_QUERY.format(installed=self.installed))
        self.script("apt-get", APT_GET.format(calls=self.calls, status=apt_status))
        (self.tools / "id").unlink(missing_ok=True)
        self.script("id", f"#!/bin/sh\necho {user}\n")

    def run_script(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs one of the project's scripts there."""
        return subprocess.run(
            [self.root / "scripts" / words[0], *words[1:]],
            env={"PATH": str(self.tools)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def wanted(self, *groups: str) -> list[str]:
        """The packages of these groups, by the table."""
        rows = [line.split() for line in (SCRIPTS / "packages").read_text().splitlines()]
        return [row[1] for row in rows if row[0] in groups]

    def apt_calls(self) -> list[str]:
        """How apt-get has been called."""
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def test_nothing_is_said_or_done_when_all_is_there(self) -> None:
        self.install(*self.wanted("run"))
        done = self.run_script("setup", "run")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.apt_calls(), [])

    def test_no_install_names_each_with_its_reason_and_stops(self) -> None:
        self.install("make", "python3")
        done = self.run_script("setup", "run", "--no-install")
        self.assertEqual(done.returncode, 1)
        self.assertIn("qemu-system-x86      boots the test kernels", done.stdout)
        self.assertNotIn("\n  make ", done.stdout)
        self.assertIn("  apt-get install --no-install-recommends gcc-12", done.stdout)
        self.assertEqual(self.apt_calls(), [])

    def test_scripts_run_passes_no_install_on(self) -> None:
        done = self.run_script("run", "--no-install", "KERNEL=6.1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Nothing was installed", done.stdout)

    def test_an_unknown_argument_is_refused(self) -> None:
        self.assertEqual(self.run_script("run", "--instal").returncode, 2)
        self.assertEqual(self.run_script("setup", "all").returncode, 2)

    def test_only_what_is_missing_is_installed(self) -> None:
        self.install(*self.wanted("run"))
        done = self.run_script("setup", "check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("packages: downloading, 12%", done.stdout)
        self.assertIn("packages: installing, 55%", done.stdout)
        update, install = self.apt_calls()
        self.assertTrue(update.endswith(" update"))
        self.assertTrue(install.endswith(" ".join(self.wanted("check"))), install)
        self.assertIn("--no-install-recommends", install)

    def test_a_failed_installation_shows_what_apt_said(self) -> None:
        self.install(apt_status=100)
        done = self.run_script("setup", "run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get update failed", done.stderr)
        self.assertIn("apt says something", done.stderr)

    def test_without_root_and_sudo_it_says_what_root_should_do(self) -> None:
        self.install(user=1000)
        done = self.run_script("setup", "run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither root nor sudo", done.stderr)
        self.assertEqual(self.apt_calls(), [])

    def test_without_root_sudo_is_used(self) -> None:
        self.install(user=1000)
        self.script("sudo", '#!/bin/sh\nexec "$@"\n')
        self.assertEqual(self.run_script("setup", "run").returncode, 0)
        self.assertEqual(len(self.apt_calls()), 2)

    def test_another_distribution_gets_the_list(self) -> None:
        (self.tools / "dpkg-query").unlink()
        done = self.run_script("setup", "run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no Debian system", done.stderr)
        self.assertIn("qemu-system-x86", done.stderr)


if __name__ == "__main__":
    unittest.main()
