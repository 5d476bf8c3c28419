# SPDX-License-Identifier: MIT
"""How a guest's end is judged: only a token of this boot lets a status count, and a report counts more."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import boot  # noqa: E402
import initramfs  # noqa: E402
import kvm  # noqa: E402
import machine  # noqa: E402
from failure import Failure  # noqa: E402
from kernels import Kernel  # noqa: E402
from machine import Settings  # noqa: E402

REPORT = "[    9.104522] BUG: KASAN: slab-use-after-free in x+0x1/0x2\n"


class FakeGuestTest(unittest.TestCase):
    """boot.run with a shell script in the kernel's place."""

    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.out = Path(self._folder.name)
        self.script = self.out / "guest"
        self.script.write_text("true\n")

    def boot(self, guest: str, limit: float = 20.0) -> boot.Outcome:
        """Run `guest` (sh) as if it were QEMU; $1 is where results go, $2 the status, $3 the console, $4 the token."""
        tokens = []

        def command(_settings: Settings, files: boot.Files) -> list[str]:
            return ["sh", "-c", guest, "sh", str(files.results), str(files.status), str(files.console), tokens[0]]

        def token(_length: int) -> str:
            tokens.append("ab" * 16)
            return tokens[0]

        kernel = Kernel("stock", "6.12", "/none", "/none", "x86_64", "stock")
        with mock.patch("machine.qemu", command), mock.patch("secrets.token_hex", token):
            return boot.run(Settings(kernel), initramfs.Contents(self.script, {}), self.out, limit)

    def test_the_scripts_status_is_the_result(self) -> None:
        self.assertEqual(self.boot('echo "$4 0" >"$2"').exit_status, 0)
        self.assertEqual(self.boot('echo "$4 7" >"$2"').exit_status, 7)

    def test_silence_is_failure(self) -> None:
        outcome = self.boot("true")
        self.assertEqual(outcome.exit_status, boot.DIED)
        self.assertIn("without a word", outcome.explain())

    def test_a_status_without_this_boots_token_is_silence(self) -> None:
        for line in ("0", "token 0", "$4", "$4 0 0", "$4 x", ""):
            with self.subTest(line=line):
                self.assertEqual(self.boot(f'echo "{line}" >"$2"').exit_status, boot.DIED)

    def test_a_status_left_by_an_earlier_boot_is_forgotten(self) -> None:
        (self.out / "status").write_text("ab" * 16 + " 0\n")
        self.assertEqual(self.boot("true").exit_status, boot.DIED)

    def test_a_guest_that_runs_too_long_is_ended(self) -> None:
        outcome = self.boot("sleep 60", limit=0.2)
        self.assertEqual(outcome.exit_status, boot.TIMEOUT)
        self.assertLess(outcome.seconds, 10)
        self.assertIn("still running after 0.2 s", outcome.explain())

    def test_a_report_on_the_console_fails_a_guest_that_says_all_is_well(self) -> None:
        outcome = self.boot(f'printf "{REPORT}" >"$3"; echo "$4 0" >"$2"')
        self.assertEqual(outcome.exit_status, boot.SPLAT)
        self.assertIn("KASAN", outcome.explain())

    def test_a_kernel_that_dies_before_its_first_program_is_booted_once_more(self) -> None:
        oops = "[    2.857541] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI\\n"
        init = "[    2.100000] Run /init as init process\\n"
        again = 'test -e boots && echo "$4 0" >"$2"; ' f'test -e boots || printf "{oops}" >"$3"; echo x >>boots'
        at = 'cd "$(dirname "$1")"; '
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(self.boot(at + again).exit_status, 0)
        self.assertIn("died in its boot (oops), before anything of ours ran; booting once more", said.getvalue())
        with contextlib.redirect_stderr(io.StringIO()):
            always = self.boot(at + f'printf "{oops}" >"$3"; echo x >>always')
        self.assertEqual(always.exit_status, boot.SPLAT)
        self.assertEqual((self.out / "always").read_text(), "x\nx\n")
        later = self.boot(at + f'printf "{init}{oops}" >"$3"; echo x >>later')
        self.assertEqual(later.exit_status, boot.SPLAT)
        self.assertEqual((self.out / "later").read_text(), "x\n")

    def test_the_console_is_shown_when_the_guest_dies(self) -> None:
        self.assertIn("  | last words", self.boot('echo "last words" >"$3"').explain())

    def test_a_clean_end_needs_no_words(self) -> None:
        self.assertEqual(self.boot('echo "$4 0" >"$2"').explain(), "")

    def test_results_are_kept_as_they_were_sent(self) -> None:
        self.boot('printf "ok 1 \\377\\n" >"$1"; echo "$4 0" >"$2"')
        self.assertEqual((self.out / "results").read_bytes(), b"ok 1 \xff\n")

    def test_no_initramfs_is_left_behind(self) -> None:
        self.boot("true")
        self.assertFalse((self.out / "initramfs").exists())


class QemuTest(unittest.TestCase):
    """What a seed and a kernel change in the command line."""

    KERNEL = Kernel("stock", "6.12", "vmlinuz", "kdir", "x86_64", "stock")

    def words(self, settings: Settings) -> list[str]:
        with mock.patch("shutil.which", return_value="qemu"):
            return machine.qemu(settings, machine.Files(Path("out")))

    def test_a_seed_leaves_nothing_to_the_hosts_clock_and_threads(self) -> None:
        words = self.words(Settings(self.KERNEL, accelerator="kvm", seed=7))
        self.assertEqual(words[words.index("-accel") + 1], "tcg")
        self.assertEqual(words[words.index("-seed") + 1], "7")
        self.assertEqual(words[words.index("-icount") + 1], "shift=3,sleep=off")
        self.assertIn("clock=vm", words[words.index("-rtc") + 1])
        self.assertIn("virtio-serial-pci,ioeventfd=off", words)

    def test_without_a_seed_there_is_none_of_it(self) -> None:
        words = self.words(Settings(self.KERNEL))
        self.assertNotIn("-icount", words)
        self.assertIn("virtio-serial-pci", words)

    def test_a_kernel_that_knows_one_processor_of_a_package_gets_packages(self) -> None:
        for kernel, smp in (("stock", "4"), ("kcsan", "4,sockets=4")):
            words = self.words(Settings(Kernel(kernel, "6.12", "vmlinux", "kdir", "x86_64", "built"), cpus=4))
            self.assertEqual(words[words.index("-smp") + 1], smp)


class KvmTest(unittest.TestCase):
    def test_the_reason_is_what_qemu_says(self) -> None:
        log = ("qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.01H:ECX.pni [bit 0]\n"
               "qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69\n")
        self.assertEqual(kvm.complaint(log), "failed to set MSR 0x10a to 0x69")
        self.assertEqual(kvm.complaint("KVM internal error. Suberror: 1\nemulation failure\n"),
                         "KVM internal error. Suberror: 1")
        self.assertEqual(kvm.complaint(""), "")

    def test_an_accelerator_that_does_not_exist_is_refused(self) -> None:
        kernel = Kernel("stock", "6.12", "/none", "/none", "x86_64", "stock")
        with mock.patch.dict("os.environ", {"PIDLAB_ACCEL": "xen"}), self.assertRaisesRegex(Failure, "kvm or tcg"):
            kvm.with_accelerator(Settings(kernel))


if __name__ == "__main__":
    unittest.main()
